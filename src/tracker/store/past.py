"""What the log says of a span of time: targets moved, what was recorded since, whole logs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select, union_all

from tracker.domain.log import Entry
from tracker.domain.words import EntryKind, Role, Verification
from tracker.store import log
from tracker.store.log import Head
from tracker.store.models import assignments, entries, stands
from tracker.store.queries import placed, places
from tracker.store.rows import AssignmentRow, Filters, MoveRow
from tracker.store.states import withdrawn

# Assignments whose logs are in memory at once.
_CHUNK = 500


def targets_moved(
    db: Connection,
    *,
    since: date,
    as_of: date,
    known_on: datetime,
    filters: Filters = Filters(),
) -> list[MoveRow]:
    """Every move of a target that is effective in a span of dates and stood at a time, in their order."""
    statement = (
        select(
            entries.c.assignment_id,
            assignments.c.first_target,
            entries.c.target,
            entries.c.effective_on,
            entries.c.actor,
            entries.c.note,
        )
        .select_from(placed(assignments))
        .join(entries, entries.c.assignment_id == assignments.c.id)
        .where(
            *places(filters),
            entries.c.kind == EntryKind.RETARGET.value,
            entries.c.effective_on <= as_of,
            entries.c.recorded_at <= known_on,
            ~withdrawn(entries, known_on),
        )
        .order_by(entries.c.assignment_id, entries.c.effective_on, entries.c.version)
    )
    found: list[MoveRow] = []
    for _assignment, rows in groupby(db.execute(statement), key=lambda row: row.assignment_id):
        before = None
        for row in rows:
            moved = MoveRow._make(row)
            found.append(moved if before is None else moved._replace(was=before.now))
            before = moved
    return [moved for moved in found if moved.effective_on >= since]


class Logged(NamedTuple):
    """An assignment with its whole log."""

    head: Head
    entries: list[Entry]


def logs(db: Connection, ids: Sequence[int]) -> Iterator[Logged]:
    """The logs of assignments, a chunk at a time: all at once would fill the memory."""
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        read = log.read_entries(db, chunk)
        for head in log.read_heads(db, chunk):
            yield Logged(head, [hashed.entry for hashed in read[head.id]])


def returns(db: Connection, returned: Sequence[AssignmentRow]) -> dict[int, str | None]:
    """Why the reports of these assignments (by id) were returned, by the newest review of each."""
    found: dict[int, str | None] = {}
    reports = {row.id: row.report for row in returned}
    for logged in logs(db, list(reports)):
        for entry in logged.entries:
            is_return = entry.verification is Verification.RETURNED
            if is_return and entry.names == reports[logged.head.id]:
                found[logged.head.id] = entry.note
    return found


def touched(
    db: Connection, after: datetime, until: datetime, filters: Filters = Filters()
) -> list[int]:
    """The assignments that count, by id, of which something was recorded, or which were added or
    retired, after one time and by another.
    """

    def within(column: ColumnElement[datetime]) -> ColumnElement[bool]:
        return and_(column > after, column <= until)

    logged = select(entries.c.assignment_id).where(within(entries.c.recorded_at))
    stood = select(stands.c.assignment_id).where(
        or_(within(stands.c.added_at), within(stands.c.retired_at))
    )
    statement = (
        select(assignments.c.id)
        .select_from(placed(assignments))
        .where(
            *places(filters),
            assignments.c.role != Role.SUPPORT.value,
            assignments.c.id.in_(union_all(logged, stood)),
        )
        .order_by(assignments.c.id)
    )
    return list(db.execute(statement).scalars())


class Span(NamedTuple):
    """From when to when an assignment stood."""

    added: datetime
    retired: datetime | None


def spans(db: Connection, ids: Sequence[int]) -> dict[int, list[Span]]:
    """The spans in which these assignments stood."""
    found: dict[int, list[Span]] = {}
    for start in range(0, len(ids), _CHUNK):
        chosen = stands.c.assignment_id.in_(ids[start : start + _CHUNK])
        for row in db.execute(select(stands).where(chosen)):
            found.setdefault(row.assignment_id, []).append(Span(row.added_at, row.retired_at))
    return found
