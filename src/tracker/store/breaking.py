"""Breaking tasks down: the units below an owner get the parts that a breakdown table gives them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, insert, select

from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Role, plain
from tracker.errors import BadFile, Problem
from tracker.forms.breakdown import Due, Task
from tracker.i18n import _
from tracker.store import log, lookup
from tracker.store.assigning import Assigner
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.models import assignments, commitments, owners
from tracker.store.rows import Change, OwnerRow
from tracker.store.standing import IMPORT

# In both languages: what is written to the log does not depend on who runs the program.
_WHY = "任务分解表 / breakdown table"
# 湖北省人民政府 is 湖北.
_GOVERNMENT = re.compile(r"省?(?:人民政府|政府)?$")


class _Part(NamedTuple):
    """An assignment in a commitment, standing or taken out."""

    id: int
    unit: str
    role: Role
    by_hand: bool
    target: str | None
    standing: bool


class _Given(NamedTuple):
    """What a line gives to whom: roles and time limits by the names that it uses."""

    task: Task
    roles: dict[str, Role]
    due: dict[str, Due]


def bring(db: Connection, tasks: Sequence[Task], *, owner: str, by: Acting) -> list[Change]:
    """Give the units below an owner what a table says, as one batch; what changed comes back.

    Names that are owners elsewhere, and the owner's own, stay as they are; names that nobody knows
    become units below him. A unit that a line names no more is taken out of its task. BadFile where a
    line cannot be meant: about a task that the owner has no part in, for two roles or two times.
    """
    code = lookup.owner(db, owner)
    by = by._replace(now=log.next_moment(db, by.now))
    ledger = _Ledger(db, code)
    problems = [*_doubled(tasks), *(p for task in tasks for p in ledger.faults(task))]
    if problems:
        raise BadFile(problems)
    changes: list[Change] = []
    given = [ledger.given(task) for task in tasks]
    units = _added(db, code, (name for each in given for name in each.roles), ledger, changes)
    ids: dict[str, int] = {row.code: row.id for row in db.execute(select(owners))}
    assigner = Assigner(db, by, ids, changes)
    for each in given:
        _bring_one(assigner, each, ledger, units, by, changes)
    assigner.add()
    if changes:
        log.append(db, assigner.retargets, command=IMPORT, by=by)
    return changes


def _doubled(tasks: Iterable[Task]) -> Iterator[Problem]:
    times = Counter(task.key for task in tasks)
    for task in tasks:
        if times[task.key] > 1:
            message = _("{key} stands in several lines: keep one")
            yield Problem(task.where, message.format(key=task.key))


class _Ledger:
    """What the ledger has, read once: the owners by name, the commitments and who has part in them."""

    def __init__(self, db: Connection, code: str) -> None:
        self._code = code
        known = lookup.all_owners(db)
        self._above = {each.code: each.parent for each in known}
        self._below = set(lookup.and_below(db, code)) - {code}
        self._named: defaultdict[str, list[str]] = defaultdict(list)
        for each in known:
            for name in {plain(each.code), plain(each.name), plain(each.name_en)}:
                self._named[name].append(each.code)
        rows = db.execute(select(commitments)).all()
        self.ids: dict[str, int] = {row.key: row.id for row in rows}
        self._titles: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            self._titles[plain(row.title)].add(row.key)
            self._titles[plain(row.title_en)].add(row.key)
        self._parts = _parts(db)

    def faults(self, task: Task) -> Iterator[Problem]:
        """Why a line cannot be meant as it stands."""
        given = self.given(task)
        own = [part for part in self._standing(task) if part.unit == self._code]
        if (given.roles and not own) or task.key not in self.ids:
            message = _("{owner} has no part in {key}").format(owner=self._code, key=task.key)
            yield Problem(task.where, message)
            return
        # A title that nobody has may be an older or a shorter one.
        shown = self._titles.get(plain(task.shown))
        if task.shown and shown and task.key not in shown:
            message = _(
                "shows the task of {other}, but its key says {key}: lines were sorted or copied without the hidden column"
            )
            yield Problem(task.where, message.format(other=min(shown), key=task.key))
        yield from self._two_roles(task)
        yield from self._limits(task, given, own)

    def _two_roles(self, task: Task) -> Iterator[Problem]:
        times = Counter(self._unit(name, task) or plain(name) for name in task.names)
        for name in self.given(task).roles:
            if times[self._unit(name, task) or plain(name)] > 1:
                message = _("{unit} is named twice: keep it in one place").format(unit=name)
                yield Problem(task.where, message)

    def _limits(self, task: Task, given: _Given, own: Sequence[_Part]) -> Iterator[Problem]:
        """Time limits of nobody, units without one beside others, and what would move the owner's own."""
        for name in (name for due in task.due for name in due.names):
            if plain(name) not in map(plain, task.names):
                message = _("{unit} has a time limit and no part: name it as a unit, too")
                yield Problem(task.due_at, message.format(unit=name))
        for name in given.roles if task.due else ():
            if name not in given.due:
                message = _("no time limit for {unit}: write one, with its name behind it")
                yield Problem(task.due_at, message.format(unit=name))
        for due in task.due:
            his = any(self._is_own(name) for name in due.names)
            if not own or not (his or not (due.names or given.roles)):
                continue
            if log.stored(due.target) not in {part.target for part in own}:
                message = _(
                    "would move the target of {owner}, and the table is for the units below: name one, or say tracker retarget {key}"
                )
                yield Problem(task.due_at, message.format(owner=self._code, key=task.key))

    def given(self, task: Task) -> _Given:
        """What a line gives to units below the owner, the new ones too."""
        roles = dict.fromkeys(task.leading, Role.JOINT) | dict.fromkeys(task.joint, Role.JOINT)
        roles |= dict.fromkeys(task.supporting, Role.SUPPORT)
        ours = {name: role for name, role in roles.items() if self._is_ours(name, task)}
        first = next((name for name in task.leading if name in ours), None)
        if first is not None:
            ours[first] = Role.LEAD
        whose = {plain(name): due for due in task.due for name in due.names}
        for_all = next((due for due in task.due if not due.names), None)
        found = {name: whose.get(plain(name), for_all) for name in ours}
        return _Given(task, ours, {name: due for name, due in found.items() if due})

    def _is_ours(self, name: str, task: Task) -> bool:
        """Whether a name is that of a unit below the owner, or would become one.

        Every province has a 省商务厅: that of another is meant where the line names its province.
        """
        if self._unit(name, task):
            return True
        others = self._codes(name)
        named = {code for each in task.names for code in self._codes(each)}
        return not any(
            self._above[other] is None
            or other == self._code
            or plain(other) == plain(name)
            or self._top(other) in named
            for other in others
        )

    def _is_own(self, name: str) -> bool:
        return self._code in self._codes(name)

    def _top(self, code: str) -> str:
        above = self._above[code]
        return code if above is None else self._top(above)

    def _codes(self, name: str) -> list[str]:
        said = plain(name)
        return self._named.get(said) or self._named.get(_GOVERNMENT.sub("", said)) or []

    def _unit(self, name: str, task: Task) -> str | None:
        """The unit below the owner that a name means: of several the one with a part in the task."""
        known = [code for code in self._codes(name) if code in self._below]
        having = {part.unit for part in self._standing(task)}
        return next((code for code in known if code in having), known[0] if known else None)

    def unit(self, name: str, task: Task, units: dict[str, str]) -> str:
        """The same once those that nobody knew are added."""
        return self._unit(name, task) or units[plain(name)]

    def parts(self, task: Task) -> list[_Part]:
        """The parts that units below the owner have in a task, or had."""
        return [part for part in self._parts[self.ids[task.key]] if part.unit in self._below]

    def _standing(self, task: Task) -> list[_Part]:
        number = self.ids.get(task.key)
        return [part for part in self._parts[number] if part.standing] if number else []

    def is_new(self, name: str) -> bool:
        """Whether no unit below the owner has the name."""
        return not any(code in self._below for code in self._codes(name))

    def free_code(self, taken: Iterable[str]) -> str:
        """The code of the next unit below the owner: HB-01, HB-02 …."""
        used = {*self._above, *taken}
        codes = (f"{self._code}-{number:02}" for number in range(1, len(used) + 2))
        return next(code for code in codes if code not in used)


def _added(
    db: Connection, code: str, names: Iterable[str], ledger: _Ledger, changes: list[Change]
) -> dict[str, str]:
    """The codes of the units that nobody knew, by name, each added below the owner."""
    place = db.execute(select(func.max(owners.c.place))).scalar_one()
    added: dict[str, str] = {}
    for name in names:
        if plain(name) in added or not ledger.is_new(name):
            continue
        place += 1
        unit = added[plain(name)] = ledger.free_code(added.values())
        row = OwnerRow(unit, name, name, code)
        db.execute(insert(owners).values(place=place, **row._asdict()))
        changes.append(Change("added", "owner", unit, name))
    return added


def _bring_one(
    assigner: Assigner,
    given: _Given,
    ledger: _Ledger,
    units: dict[str, str],
    by: Acting,
    changes: list[Change],
) -> None:
    task = given.task
    wanted = {
        ledger.unit(name, task, units): (role, given.due.get(name))
        for name, role in given.roles.items()
    }
    parts = ledger.parts(task)
    for part in parts:
        if part.standing and part.by_hand and wanted.get(part.unit, (None,))[0] is not part.role:
            assigner.retire(part.id, task.key, f"{part.unit} {part.role.value}")
    had = {(part.unit, part.role): part for part in parts}
    for unit, (role, due) in wanted.items():
        old = had.get((unit, role))
        if old is None:
            assigner.assign(ledger.ids[task.key], task.key, unit, role, due and due.target)
            continue
        if not old.standing:
            assigner.resume(old.id, task.key, f"{unit} {role.value}")
        if due and log.stored(due.target) != old.target:
            _move(assigner, old, due.target, by)
            changes.append(Change("changed", "target", task.key, f"{unit} {due.target or '-'}"))


def _move(assigner: Assigner, part: _Part, target: Target | None, by: Acting) -> None:
    entry = log.draft(
        EntryKind.RETARGET,
        effective_on=by.today,
        target=target,
        target_basis=target and Basis.ASSIGNED,
        note=_WHY,
    )
    assigner.retargets.append((part.id, entry))


def _parts(db: Connection) -> defaultdict[int, list[_Part]]:
    """All assignments, by commitment, in the order of their owners."""
    found: defaultdict[int, list[_Part]] = defaultdict(list)
    statement = (
        select(assignments, owners.c.code)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .order_by(owners.c.place, assignments.c.id)
    )
    for row in db.execute(statement):
        by_hand = row.basis == Basis.ASSIGNED.value
        part = _Part(row.id, row.code, Role(row.role), by_hand, row.target, row.standing)
        found[row.commitment_id].append(part)
    return found
