"""What is asked of a ledger: one function per question, each giving frozen rows."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain

from tracker.store.connection import Connection
from tracker.store.parts import Part
from tracker.store.rows import (
    AssignmentRow,
    Axes,
    CommitmentRow,
    EntryRow,
    Filters,
    MeasureRow,
    Page,
    SectionRow,
)
from tracker.store.states import States


def each_measure(
    db: Connection, states: States, filters: Filters = Filters(), page: Page = Page()
) -> Iterator[MeasureRow]:
    """The measures that have somebody to do them, in the order of documents and numbers."""
    rows = db.each("queries.measure_rows", states=states, filters=filters, page=page)
    return map(MeasureRow._make, rows)


def measure_rows(db: Connection, states: States, filters: Filters = Filters()) -> list[MeasureRow]:
    """The same, all at once."""
    return list(each_measure(db, states, filters))


def each_commitment(
    db: Connection, states: States, filters: Filters = Filters(), page: Page = Page()
) -> Iterator[CommitmentRow]:
    """The commitments that have somebody to do them, in the order of their measures."""
    rows = db.each("queries.commitment_rows", states=states, filters=filters, page=page)
    return map(CommitmentRow._make, rows)


def commitment_rows(
    db: Connection, states: States, filters: Filters = Filters()
) -> list[CommitmentRow]:
    """The same, all at once."""
    return list(each_commitment(db, states, filters))


def each_assignment(
    db: Connection,
    states: States,
    filters: Filters = Filters(),
    axes: Axes = Axes(),
    page: Page = Page(),
) -> Iterator[AssignmentRow]:
    """The assignments with what was last reported of them, in the order of their commitments."""
    parts = assignment_parts(db, states, filters, axes, page)
    return chain.from_iterable(part.rows for part in parts)


def assignment_parts(
    db: Connection, states: States, filters: Filters, axes: Axes, page: Page
) -> Iterator[Part]:
    """The same, some at a time."""
    given = {"states": states, "filters": filters, "axes": axes, "page": page}
    return db.parts(AssignmentRow, "queries.assignment_rows", **given)


def assignment_rows(
    db: Connection, states: States, filters: Filters = Filters(), axes: Axes = Axes()
) -> list[AssignmentRow]:
    """The same, all at once."""
    return list(each_assignment(db, states, filters, axes))


def recorded_times(db: Connection) -> dict[int, tuple[datetime, datetime]]:
    """For each assignment (by id) when it was added, and when it was last changed or retired."""
    found: dict[int, tuple[datetime, datetime]] = {}
    for assignment, first, last in db.ask("queries.recorded_times"):
        added, changed = found.get(assignment, (first, last))
        found[assignment] = (min(added, first), max(changed, last))
    return found


def section_rows(db: Connection) -> list[SectionRow]:
    """The sections of all documents."""
    return [SectionRow._make(row) for row in db.ask("queries.section_rows")]


def each_entry(
    db: Connection,
    *,
    filters: Filters = Filters(),
    until: date | None = None,
    known_on: datetime | None = None,
) -> Iterator[EntryRow]:
    """The lines of the log, oldest first: effective up to a date, recorded by a time."""
    parts = entry_parts(db, filters=filters, until=until, known_on=known_on)
    return chain.from_iterable(part.rows for part in parts)


def entry_parts(
    db: Connection,
    *,
    filters: Filters = Filters(),
    since: date | None = None,
    until: date | None = None,
    known_on: datetime | None = None,
    actor: str | None = None,
    batch: int | None = None,
) -> Iterator[Part]:
    """The same, some at a time: those that one actor recorded, or one batch."""
    return db.parts(
        EntryRow,
        "queries.entry_rows",
        filters=filters,
        since=since,
        until=until,
        known_on=known_on,
        actor=actor,
        batch=batch,
        laned=any(db.ask("log.lanes")),
    )
