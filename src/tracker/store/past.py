"""What the log says of a span of time: targets moved, what was recorded since, whole logs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from tracker.domain.log import Entry
from tracker.domain.words import Verification
from tracker.store import log
from tracker.store.connection import Connection
from tracker.store.log import Head
from tracker.store.rows import AssignmentRow, Filters, MoveRow

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
    rows = db.ask("past.targets_moved", as_of=as_of, known_on=known_on, filters=filters)
    found: list[MoveRow] = []
    for _assignment, moves in groupby(rows, key=lambda row: row[0]):
        before = None
        for row in moves:
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
    rows = db.ask("past.touched", after=after, until=until, filters=filters)
    return [row[0] for row in rows]


class Span(NamedTuple):
    """From when to when an assignment stood."""

    added: datetime
    retired: datetime | None


def spans(db: Connection, ids: Sequence[int]) -> dict[int, list[Span]]:
    """The spans in which these assignments stood."""
    found: dict[int, list[Span]] = {}
    for start in range(0, len(ids), _CHUNK):
        for assignment, *span in db.ask("past.spans", ids=ids[start : start + _CHUNK]):
            found.setdefault(assignment, []).append(Span(*span))
    return found
