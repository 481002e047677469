"""What writing to the log asks of it, and appends."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Update, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import Insert, ReturningInsert

from tracker.store import lanes as lanes_
from tracker.store.models import assignments, batches, commitments, entries, owners

_LINES = select(
    entries.c.assignment_id,
    entries.c.hash,
    entries.c.hash_format,
    entries.c.version,
    entries.c.batch,
    entries.c.kind,
    entries.c.effective_on,
    entries.c.recorded_at,
    entries.c.actor,
    entries.c.status,
    entries.c.percent,
    entries.c.note,
    entries.c.problem,
    entries.c.next_step,
    entries.c.evidence,
    entries.c.verification,
    entries.c.target,
    entries.c.target_basis,
    entries.c.names,
    entries.c.first_report,
)

_HEADS = (
    select(
        assignments.c.id,
        commitments.c.key,
        owners.c.code,
        assignments.c.role,
        assignments.c.version,
        assignments.c.hash,
        assignments.c.first_target,
        assignments.c.first_target_basis,
        assignments.c.effective_on,
    )
    .join(commitments, commitments.c.id == assignments.c.commitment_id)
    .join(owners, owners.c.id == assignments.c.owner_id)
    .order_by(assignments.c.id)
)

# What a line of the log holds that its writer gives, on a server and in a file.
_SENT = (
    "assignment_id",
    "kind",
    "effective_on",
    "status",
    "percent",
    "note",
    "problem",
    "next_step",
    "evidence",
    "verification",
    "target",
    "target_basis",
    "names",
    "first_report",
)
_CHAINED = (*_SENT, "batch", "version", "recorded_at", "actor", "hash_format", "hash")

# What the row of an assignment caches: of its last line and its report, and of its target.
_REPORTED = ("version", "hash", "report", "status", "percent", "effective_on", "verification")
_CACHED = (*_REPORTED, "target", "target_basis", "due_on")


def heads(ids: list[int]) -> Select[Any]:
    """What the next entry of each of these assignments needs to know."""
    return _HEADS.where(assignments.c.id.in_(ids))


def heads_of(owner: str) -> Select[Any]:
    """The same of all assignments of an owner that stand."""
    return _HEADS.where(assignments.c.standing, owners.c.code == owner)


def lines(ids: list[int]) -> Select[Any]:
    """The whole logs of these assignments, each in the order of its versions."""
    return _LINES.where(entries.c.assignment_id.in_(ids)).order_by(
        entries.c.assignment_id, entries.c.version
    )


def hold() -> Select[Any]:
    """On a server: wait for those who record on the same assignments, and let others wait."""
    return select(func.ledger_hold(bindparam("ids", type_=ARRAY(Integer))))


def new_batch() -> Insert:
    """A batch."""
    return insert(batches).values(_binds("command", "actor", "recorded_at"))


def new_lines() -> Insert:
    """Lines of the log, numbered and chained."""
    return insert(entries).values(_binds(*_CHAINED))


def sent_batch() -> ReturningInsert[Any]:
    """A batch that the server numbers and times."""
    return new_batch().returning(batches.c.id, batches.c.recorded_at)


def sent_line() -> ReturningInsert[Any]:
    """A line of the log, of the batch sent before it, that the server numbers and chains."""
    return insert(entries).values(_binds(*_SENT)).returning(*_LINES.selected_columns)


def new_cache() -> Update:
    """What the row of an assignment caches of its log."""
    return _cache(_CACHED)


def new_report() -> Update:
    """What a report changes of that, where it is the one in force from now on."""
    return _cache(_REPORTED)


def newest(by: datetime | None) -> Select[Any]:
    """The time of the newest batch, or of the newest there was by a time."""
    statement = select(batches.c.recorded_at).order_by(batches.c.recorded_at.desc()).limit(1)
    return statement if by is None else statement.where(batches.c.recorded_at <= by)


def lanes() -> Select[Any]:
    """A batch that is not of the first lane, where there is one."""
    return select(batches.c.id).where(batches.c.id > lanes_.FIRST_ENDS).limit(1)


def last_hashes(known_on: datetime | None) -> Select[Any]:
    """Each assignment that has a log, with its last hash, or the one that was its last at a time."""
    last: Any = assignments.c.hash
    if known_on is not None:
        last = (
            select(entries.c.hash)
            .where(entries.c.assignment_id == assignments.c.id, entries.c.recorded_at <= known_on)
            .order_by(entries.c.version.desc())
            .limit(1)
            .scalar_subquery()
        )
    return (
        select(commitments.c.key, owners.c.code, assignments.c.role, last)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(assignments.c.version > 0)
    )


def _cache(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(assignments).where(assignments.c.id == bindparam("assignment")).values(values)


def _binds(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}
