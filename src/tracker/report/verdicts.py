"""What the figures that were known at a time say of the targets of indicators."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from tracker.domain.indicators import NATION, Figure, Goal, Period, rests_on, verdict
from tracker.domain.words import Better, Precision, Rule, Verdict
from tracker.store import indicators as asked
from tracker.store.ledger import Connection
from tracker.store.rows import GoalRow, IndicatorRow, ObservationRow

Names = dict[str, tuple[str, str]]


class Known(NamedTuple):
    """What was known of all indicators: the figures that stood, of years over by then."""

    indicators: dict[str, IndicatorRow]
    goals: list[GoalRow]
    standing: list[ObservationRow]
    names: Names

    def of(self, indicator: str, owner: str) -> list[Figure]:
        """The figures that a verdict may rest on."""
        return [
            Figure(int(row.period or 0), Decimal(row.value))
            for row in self.standing
            if (row.indicator, row.owner) == (indicator, owner) and self.counts(row)
        ]

    def counts(self, row: ObservationRow) -> bool:
        """Exact, of one year, in the indicator's unit and not flagged."""
        return (
            row.flag is None
            and row.precision == Precision.EXACT
            and row.unit == self.indicators[row.indicator].unit
            and (row.period or "").isdecimal()
        )


class Judged(NamedTuple):
    """An owner's target, what the figures say of it, and the two that this rests on: his last one
    that counts, and the one that it is held against.
    """

    indicator: IndicatorRow
    goal: GoalRow
    last: Figure | None
    against: Figure | None
    flagged: int
    verdict: Verdict


def known(db: Connection, as_of: date, known_on: datetime | None = None) -> Known:
    """What was known at a time of the years that were over on a date; no year is over before its end."""
    return Known(
        {row.key: row for row in asked.indicator_rows(db)},
        asked.target_rows(db),
        [
            row
            for row in asked.observation_rows(db, known_on=known_on)
            if row.standing and _over(row.period, as_of)
        ],
        asked.places(db),
    )


def _over(period: str | None, as_of: date) -> bool:
    read = Period.read(period or "")
    return read is None or date(read.last, 12, 31) <= as_of


def judged(of: Known, document: str | None = None) -> list[Judged]:
    """Each owner's targets with a verdict, in the order of the indicators and owners."""
    order = list(of.names)
    flagged = Counter((row.indicator, row.owner) for row in of.standing if row.flag)
    found = []
    for goal in of.goals:
        indicator = of.indicators[goal.indicator]
        if document in (None, (indicator.commitment or "").rpartition("-")[0]):
            count = flagged[goal.indicator, goal.owner]
            found.append(_judge(of, goal, count))
    keys = list(of.indicators)
    return sorted(
        found, key=lambda j: (keys.index(j.indicator.key), order.index(j.goal.owner), j.goal.year)
    )


def _judge(of: Known, goal: GoalRow, flagged: int) -> Judged:
    indicator, own = of.indicators[goal.indicator], of.of(goal.indicator, goal.owner)
    other: list[Figure] = []
    if goal.rule == Rule.AT_LEAST_NATION:
        other = of.of(goal.indicator, NATION)
    elif goal.against:
        other = of.of(goal.against, goal.owner)
    value = None if goal.value is None else Decimal(goal.value)
    wanted = Goal(Rule(goal.rule), goal.year, Better(indicator.better), value, goal.since)
    last, against = rests_on(wanted, own, other)
    return Judged(indicator, goal, last, against, flagged, verdict(wanted, own, other))
