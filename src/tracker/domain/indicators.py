"""Indicators: figures as they are written, the years they are of, and what they say of a target."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Self

from tracker.domain.words import Better, Rule, Verdict

# The two that figures are of beside owners: all six provinces together, and the country.
REGION, NATION = "REGION", "NATION"

_VALUE = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_PERIOD = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1949, 2999
# The rules that hold a figure against another's of the same year.
_COMPARING = (Rule.AT_LEAST_NATION, Rule.WITH_GROWTH_OF)


def value(said: str) -> Decimal | None:
    """The number that was written, in any width of digits; None for anything else."""
    plain = unicodedata.normalize("NFKC", said).strip().replace("−", "-")
    return Decimal(plain) if _VALUE.fullmatch(plain) else None


class Period(NamedTuple):
    """The years that a figure is of: `2022`, or `2016-2020` for several together."""

    first: int
    last: int

    @classmethod
    def read(cls, said: str) -> Self | None:
        """The years that `said` writes, or None."""
        plain = unicodedata.normalize("NFKC", said).strip().removesuffix("年")
        match = _PERIOD.fullmatch(re.sub("年?[–—~-]", "-", plain))
        if not match:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if not _FIRST_YEAR <= first <= last <= _LAST_YEAR or (match[2] and first == last):
            return None
        return cls(first, last)

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Figure(NamedTuple):
    """The value of one year that a verdict may rest on."""

    year: int
    value: Decimal


class Goal(NamedTuple):
    """A target: `value` is what level and per_year ask for; figures before `since` do not count."""

    rule: Rule
    year: int
    better: Better
    value: Decimal | None = None
    since: int | None = None

    def counts(self, figure: Figure) -> bool:
        """Whether a figure is of the years that the target looks at."""
        return (self.since or _FIRST_YEAR) <= figure.year <= self.year


def verdict(goal: Goal, own: Sequence[Figure], other: Sequence[Figure] = ()) -> Verdict:
    """What an owner's figures say of a target, by the rules in docs/indicators.md.

    `other` are the figures that the target compares them with: the nation's, or those of another
    indicator of the same owner.
    """
    sign = -1 if goal.better is Better.DOWN else 1
    line = _counting(goal, own, sign)
    if goal.rule in _COMPARING:
        return _compared(goal, line, _counting(goal, other, sign))
    if goal.rule is Rule.LEVEL:
        return _level(goal, line, sign * Fraction(goal.value or 0))
    if len(line) < 2:  # noqa: PLR2004 - a change is between two
        return Verdict.NO_DATA
    years = sorted(line)
    change = line[years[-1]] - line[years[0]]
    if goal.rule is Rule.PER_YEAR:
        kept = change >= Fraction(goal.value or 0) * (years[-1] - years[0])
    else:
        kept = change > 0
    return _so_far(goal, years[-1], kept=kept)


def rests_on(
    goal: Goal, own: Sequence[Figure], other: Sequence[Figure] = ()
) -> tuple[Figure | None, Figure | None]:
    """The owner's last figure that counts for a target, and the one that it is held against: the
    other's of the same year, or the owner's first.
    """
    mine = {figure.year: figure for figure in own if goal.counts(figure)}
    if not mine:
        return None, None
    if goal.rule not in _COMPARING:
        return mine[max(mine)], mine[min(mine)] if len(mine) > 1 else None
    theirs = {figure.year: figure for figure in other if goal.counts(figure)}
    year = max(mine.keys() & theirs.keys(), default=max(mine))
    return mine[year], theirs.get(year)


def _counting(goal: Goal, figures: Sequence[Figure], sign: int) -> dict[int, Fraction]:
    """The values by year that count for a target, turned so that more is better."""
    return {figure.year: sign * Fraction(figure.value) for figure in figures if goal.counts(figure)}


def _so_far(goal: Goal, year: int, *, kept: bool) -> Verdict:
    """A target that must hold at the end: kept on the way there is on course, kept in its year is met."""
    if not kept:
        return Verdict.OFF_COURSE
    return Verdict.MET if year == goal.year else Verdict.ON_COURSE


def _compared(goal: Goal, own: dict[int, Fraction], other: dict[int, Fraction]) -> Verdict:
    both = own.keys() & other.keys()
    if not both:
        return Verdict.NO_DATA
    year = max(both)
    return _so_far(goal, year, kept=own[year] >= other[year])


def _level(goal: Goal, line: dict[int, Fraction], wanted: Fraction) -> Verdict:
    if not line:
        return Verdict.NO_DATA
    first, last = min(line), max(line)
    if line[last] >= wanted:
        return Verdict.MET
    if last == goal.year:
        return Verdict.OFF_COURSE
    if first == last:
        # One point is no line yet.
        return Verdict.NO_DATA
    due = line[first] + (wanted - line[first]) * Fraction(last - first, goal.year - first)
    return Verdict.ON_COURSE if line[last] >= due else Verdict.OFF_COURSE
