"""A period that reports are about: a quarter, a half-year, a year, or a range of them."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple, Self

from tracker.domain.words import plain

_UNITS = {"": 12, "h": 6, "q": 3}
# Compiled by `re` when a period is read: most commands read none.
_FORM = r"(\d{4})(?:([hq])([1-4]))?"
_BETWEEN = r"\.\.|…|~|至|到|–|—|-|_"
# As offices write them: 2024年第一季度, 2024年上半年.
_SPOKEN = (
    (r"年?第?([一二三四1-4])季度?", lambda m: f"q{'一二三四'.find(m[1]) + 1 or m[1]}"),
    (r"年?(上|下)半年?", lambda m: f"h{'上下'.find(m[1]) + 1}"),
    (r"年度?", lambda _m: ""),
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2998


class Period(NamedTuple):
    """Whole months: `first_month` counts from the year 0, `months` is how many there are."""

    first_month: int
    months: int

    @classmethod
    def read(cls, said: str) -> Self | None:
        """The period that `2024Q1`, `2024H1`, `2024` or a range such as `2024Q1..2024Q3` says."""
        text = plain(said)
        for pattern, written in _SPOKEN:
            text = re.sub(pattern, written, text)
        ends = [_unit(part) for part in re.split(_BETWEEN, text)]
        if not 1 <= len(ends) <= 2:  # noqa: PLR2004 - a range has two ends
            return None
        first, last = ends[0], ends[-1]
        if first is None or last is None or last < first:
            return None
        return cls(first[0], sum(last) - first[0])

    def __str__(self) -> str:
        """The shortest name: a year, a half-year, a quarter, or the range of the widest of these."""
        for letter, months in _UNITS.items():
            if self.first_month % months == 0 and self.months % months == 0:
                ends = dict.fromkeys((self.first_month, self.first_month + self.months - months))
                return "..".join(_named(letter, months, month) for month in ends)
        raise AssertionError(self.first_month)

    @property
    def first(self) -> date:
        """Its first day."""
        year, month = divmod(self.first_month, 12)
        return date(year, month + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        year, month = divmod(self.first_month + self.months - 1, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1])

    def shifted(self, by: int) -> "Period":
        """The period as long as this one, so many of them later."""
        return Period(self.first_month + by * self.months, self.months)

    def since(self, day: date) -> int:
        """How many periods of this length after the one with that day in it this one is."""
        return (self.first_month - _month(day)) // self.months + (
            (self.first_month - _month(day)) % self.months > 0
        )


def quarter(day: date) -> Period:
    """The quarter that a day lies in."""
    return Period(_month(day) // 3 * 3, 3)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _unit(text: str) -> tuple[int, int] | None:
    """First month and number of months of a year, half-year or quarter."""
    match = re.fullmatch(_FORM, text)
    if not match:
        return None
    months = _UNITS[match[2] or ""]
    first = int(match[1]) * 12 + (int(match[3] or 1) - 1) * months
    inside = first // 12 == int(match[1]) and _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR
    return (first, months) if inside else None


def _named(letter: str, months: int, month: int) -> str:
    year, rest = divmod(month, 12)
    return f"{year}{letter.upper()}{rest // months + 1}" if letter else f"{year}"
