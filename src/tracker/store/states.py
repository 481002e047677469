"""Which states a question is about: as they are, or as they were on a date or were known at a time."""

from datetime import date, datetime
from typing import NamedTuple

from tracker.domain.log import ALWAYS


class States(NamedTuple):
    """The states on a date, by what had been recorded at a time; without one, as they are.

    Of the assignments that stand, or, as they are, of the retired.
    """

    as_of: date
    known_on: datetime | None = None
    standing: bool = True


def at(as_of: date | None, known_on: datetime | None, today: date) -> States:
    """The states as they are, or as they were on a date or were known at a time."""
    if as_of is None and known_on is None:
        return now(today)
    return on(as_of or today, known_on or ALWAYS)


def now(today: date, *, standing: bool = True) -> States:
    """The states as they are; of those that stand, or of the retired."""
    return States(today, standing=standing)


def on(as_of: date, known_on: datetime) -> States:
    """The states as they were on a date, by what had been recorded at a time."""
    return States(as_of, known_on)
