"""Breaking tasks down: the units below an owner get the parts that a breakdown table gives them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from tracker.domain.words import Basis, EntryKind, Role, plain
from tracker.errors import BadFile, Problem
from tracker.forms.breakdown import Task
from tracker.i18n import _
from tracker.store import log, lookup
from tracker.store.assigning import Assigner
from tracker.store.log import Acting
from tracker.store.models import assignments, commitments, owners
from tracker.store.rows import Change

# In both languages: what is written to the log does not depend on who runs the program.
_WHY = "任务分解表 / breakdown table"


class _Part(NamedTuple):
    """A standing assignment that a table gave to a unit."""

    id: int
    unit: str
    role: Role
    target: str | None


def bring(db: Connection, tasks: Sequence[Task], *, owner: str, by: Acting) -> list[Change]:
    """Give the units below an owner what a table says, as one batch; what changed comes back.

    Names that are owners elsewhere, and the owner's own, stay as they are; names that nobody knows
    become units below him. A unit that a line names no more is taken out of its task. BadFile where a
    line is about a task that the owner has no part in.
    """
    code = lookup.owner(db, owner)
    by = by._replace(now=log.next_moment(db, by.now))
    _refuse_foreign(db, tasks, code)
    changes: list[Change] = []
    units = _units(db, tasks, code, changes)
    ids: dict[str, int] = {row.code: row.id for row in db.execute(select(owners))}
    assigner = Assigner(db, by, ids, changes)
    for task in tasks:
        _bring_one(db, assigner, task, units, code, by, changes)
    assigner.add()
    if changes:
        log.append(db, assigner.retargets, command="import", by=by)
    return changes


def _refuse_foreign(db: Connection, tasks: Iterable[Task], code: str) -> None:
    having = set(
        db.execute(
            select(commitments.c.key)
            .join(assignments, assignments.c.commitment_id == commitments.c.id)
            .join(owners, owners.c.id == assignments.c.owner_id)
            .where(assignments.c.standing, owners.c.code == code)
        ).scalars()
    )
    problems = [
        Problem(task.where, _("{owner} has no part in {key}").format(owner=code, key=task.key))
        for task in tasks
        if task.key not in having and (task.leading or task.supporting)
    ]
    if problems:
        raise BadFile(problems)


def _units(
    db: Connection, tasks: Iterable[Task], code: str, changes: list[Change]
) -> dict[str, str]:
    """The codes of all units that are named, by name; those that nobody knew are added."""
    known = lookup.all_owners(db)
    below = set(lookup.and_below(db, code)) - {code}
    named = {
        plain(name): each.code for each in known for name in (each.code, each.name, each.name_en)
    }
    found: dict[str, str] = {}
    place = db.execute(select(func.max(owners.c.place))).scalar_one()
    taken = {each.code for each in known}
    for name in dict.fromkeys(n for task in tasks for n in (*task.leading, *task.supporting)):
        unit = named.get(plain(name)) or named.get(plain(name).rstrip("省"))
        if unit is None:
            place += 1
            unit = next(c for n in range(1, place + 1) if (c := f"{code}-{n:02}") not in taken)
            taken.add(unit)
            db.execute(
                insert(owners).values(code=unit, name=name, name_en=name, place=place, parent=code)
            )
            changes.append(Change("added", "owner", unit, name))
            found[name] = unit
        elif unit in below:
            found[name] = unit
    return found


def _bring_one(
    db: Connection,
    assigner: Assigner,
    task: Task,
    units: dict[str, str],
    code: str,
    by: Acting,
    changes: list[Change],
) -> None:
    wanted = _roles(task, units)
    commitment = db.execute(
        select(commitments.c.id).where(commitments.c.key == task.key)
    ).scalar_one_or_none()
    if commitment is None:
        return
    parts = _parts(db, commitment, code)
    for part in parts:
        if wanted.get(part.unit) is not part.role:
            assigner.retire(part.id, task.key, f"{part.unit} {part.role.value}")
    having = {part.unit: part for part in parts if wanted.get(part.unit) is part.role}
    for unit, role in wanted.items():
        if unit not in having:
            assigner.assign(commitment, task.key, unit, role, task.target)
        elif task.target and str(task.target) != having[unit].target:
            entry = log.draft(
                EntryKind.RETARGET,
                effective_on=by.today,
                target=task.target,
                target_basis=Basis.ASSIGNED,
                note=_WHY,
            )
            assigner.retargets.append((having[unit].id, entry))
            changes.append(Change("changed", "target", task.key, f"{unit} {task.target}"))


def _roles(task: Task, units: dict[str, str]) -> dict[str, Role]:
    """The unit named first leads, others beside it join, the rest supports."""
    leading = [units[name] for name in task.leading if name in units]
    roles = dict.fromkeys(leading, Role.JOINT) | dict.fromkeys(leading[:1], Role.LEAD)
    for name in task.supporting:
        if name in units:
            roles.setdefault(units[name], Role.SUPPORT)
    return roles


def _parts(db: Connection, commitment: int, code: str) -> list[_Part]:
    below: Any = set(lookup.and_below(db, code)) - {code}
    rows = db.execute(
        select(assignments.c.id, owners.c.code, assignments.c.role, assignments.c.target)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(
            assignments.c.commitment_id == commitment,
            assignments.c.standing,
            assignments.c.basis == Basis.ASSIGNED.value,
            owners.c.code.in_(below),
        )
        .order_by(owners.c.place)
    )
    return [_Part(row.id, row.code, Role(row.role), row.target) for row in rows]
