"""The lines of lists: measures and commitments with what their assignments amount to, part by part."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from tracker.domain.rollup import Numbers
from tracker.domain.target import Target
from tracker.domain.words import Role
from tracker.store import queries, rollups
from tracker.store.ledger import Connection
from tracker.store.rows import (
    AssignmentRow,
    Axes,
    CommitmentRow,
    Filters,
    MeasureRow,
    Page,
    TargetRow,
)
from tracker.store.states import States

# So many lines are counted with one question.
_AT_ONCE = 200
# The same few targets and documents stand in many rows.
_read: Callable[[str], Any] = cache(Target.read)

R = TypeVar("R")


class Measure(NamedTuple):
    """A measure with what its assignments amount to."""

    row: MeasureRow
    numbers: Numbers
    owners: list[str]
    targets: list[TargetRow]

    @property
    def latest(self) -> TargetRow | None:
        """The latest target: the measure's own."""
        return max(self.targets, key=lambda row: (_due(row.target), row.basis), default=None)

    @property
    def years(self) -> list[int]:
        """The years of the commitments' targets, each once."""
        return sorted({year(target) for target in self.targets})

    @property
    def open_year(self) -> int | None:
        """The earliest year in which something not done is due."""
        return min((year(target) for target in self.targets if target.open), default=None)


class Commitment(NamedTuple):
    """A commitment with its assignments."""

    row: CommitmentRow
    numbers: Numbers
    assignments: list[AssignmentRow]

    @property
    def target(self) -> AssignmentRow | None:
        """The assignment with the latest target: the commitment's own."""
        counted = [a for a in self.assignments if a.target and a.role != Role.SUPPORT]
        return max(counted, key=lambda row: _due(row.target), default=None)


def measures(
    db: Connection, of: States, filters: Filters, axes: Axes, page: Page
) -> Iterator[Measure]:
    """The measures of a page, of those that fit."""
    return _fitting(partial(_measures, db, of, filters), axes, page)


def commitments(
    db: Connection, of: States, filters: Filters, axes: Axes, page: Page
) -> Iterator[Commitment]:
    """The commitments of a page, of those that fit."""
    return _fitting(partial(_commitments, db, of, filters), axes, page)


def year(row: TargetRow | AssignmentRow) -> int:
    """The year of a target."""
    return int(_target(row).year)


def _fitting(lines: Callable[[Page], Iterator[Any]], axes: Axes, page: Page) -> Iterator[Any]:
    """The lines of a page, of those that fit: what they amount to is known only once they are counted."""
    if axes == Axes():
        return lines(page)
    first = page.offset or 0
    last = None if page.limit is None else first + page.limit
    return islice((line for line in lines(Page()) if axes.fit(line.numbers)), first, last)


def _measures(db: Connection, of: States, filters: Filters, page: Page) -> Iterator[Measure]:
    for rows in _parts(queries.each_measure(db, of, filters, page)):
        own = Filters(measures=tuple(row.id for row in rows))
        numbers = rollups.by_measure(db, of, own)
        owners = rollups.measure_owners(db, of, own)
        targets: dict[int, list[TargetRow]] = {}
        for target in rollups.measure_targets(db, of, own):
            targets.setdefault(target.measure_id, []).append(target)
        for row in rows:
            if row.id in numbers:
                yield Measure(row, numbers[row.id], owners[row.id], targets.get(row.id, []))


def _commitments(db: Connection, of: States, filters: Filters, page: Page) -> Iterator[Commitment]:
    for rows in _parts(queries.each_commitment(db, of, filters, page)):
        own = Filters(commitments=tuple(row.id for row in rows))
        numbers = rollups.by_commitment(db, of, own)
        shares: dict[int, list[AssignmentRow]] = {}
        for assignment in queries.each_assignment(db, of, own):
            shares.setdefault(assignment.commitment_id, []).append(assignment)
        for row in rows:
            if row.id in numbers:
                yield Commitment(row, numbers[row.id], shares[row.id])


def _parts(rows: Iterator[R]) -> Iterator[list[R]]:
    """A long list part by part: what is counted is what is listed."""
    while part := list(islice(rows, _AT_ONCE)):
        yield part


def _target(row: TargetRow | AssignmentRow) -> Any:  # noqa: ANN401 - Target or None, None only where there is none
    return _read(row.target) if row.target else None


@cache
def _due(target: str) -> date:
    due: date = _read(target).due
    return due
