"""How the share done grew, quarter by quarter, beside the share of the time that had gone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from tracker.domain.period import quarter
from tracker.domain.rollup import Numbers
from tracker.domain.schedule import start
from tracker.i18n import _
from tracker.report.model import Chart, Column, Series, Share, Table
from tracker.store import rollups, states
from tracker.store.ledger import Connection
from tracker.store.rows import AssignmentRow, Filters

_POINTS = 8


class Point(NamedTuple):
    """The end of a quarter: what all amounted to, and the mean share of time gone, from 0 to 1."""

    day: date
    numbers: Numbers
    gone: Fraction


def points(
    db: Connection,
    rows: Sequence[AssignmentRow],
    totals: Mapping[date, Numbers],
    as_of: date,
    known_on: datetime,
    filters: Filters,
) -> list[Point]:
    """The ends of the last quarters up to a date; `totals` are those that are known already.

    Time gone is that of the assignments with a target, by the targets in force on the date: the mean of
    the share of days each has behind it, none of more than the whole.
    """
    spans = _spans(rows)
    return [
        Point(
            day,
            totals.get(day) or rollups.total(db, states.on(day, known_on), filters),
            _gone(spans, day),
        )
        for day in _days(as_of, [began for began, _due in spans])
    ]


def drawn(found: Sequence[Point], part: str) -> tuple[Table, Chart]:
    """The points as data and as lines."""
    return _table(found), _chart(found, part)


def _spans(rows: Sequence[AssignmentRow]) -> Counter[tuple[date, date]]:
    spans: Counter[tuple[date, date]] = Counter()
    for row in rows:
        began = start(row.issued_on, row.horizon)
        if began and row.due_on and began.on < row.due_on:
            spans[began.on, row.due_on] += 1
    return spans


def _days(as_of: date, starts: Sequence[date]) -> list[date]:
    """The date itself, and the ends of the quarters before it in which anything had begun."""
    days = [as_of]
    ends = (quarter(as_of).shifted(-back).last for back in range(1, _POINTS))
    days += [end for end in ends if starts and end >= min(starts)]
    return days[::-1]


def _gone(spans: Counter[tuple[date, date]], day: date) -> Fraction:
    """The mean share of time gone, from 0 to 1; nothing with a target is 0."""
    nothing = timedelta(0)
    gone = sum(
        count * Fraction(max(min(day, due) - began, nothing).days, (due - began).days)
        for (began, due), count in spans.items()
    )
    return Fraction(gone, spans.total()) if spans else Fraction(0)


def _table(found: Sequence[Point]) -> Table:
    names = ("date", "assignments", "done", "share_done", "share_elapsed")
    rows = [
        (
            day,
            numbers.assignments,
            numbers.done,
            Share(numbers.done, numbers.denominator),
            Share(gone.numerator, gone.denominator),
        )
        for day, numbers, gone in found
    ]
    return Table("history", "", tuple(Column(name, None) for name in names), rows)


def _chart(found: Sequence[Point], part: str) -> Chart:
    done = tuple(
        100 * numbers.done / numbers.denominator if numbers.denominator else None
        for _day, numbers, _gone in found
    )
    return Chart(
        "lines",
        _("Share done against time elapsed (%)"),
        tuple(day.isoformat() for day, _numbers, _gone in found),
        (
            Series(_("Share done"), None, done),
            Series(
                _("Time elapsed (mean)"), None, tuple(float(100 * gone) for *_rest, gone in found)
            ),
        ),
        part,
    )
