"""What a file keeps as text and SQLite has no type for: dates and times."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from tracker.errors import Damaged
from tracker.i18n import _

# The same few stand in many rows.
_KNOWN = 1000
_day = lru_cache(_KNOWN)(date.fromisoformat)
_moment = lru_cache(_KNOWN)(datetime.fromisoformat)


def day_of(text: Any) -> date:  # noqa: ANN401 - a file may hold anything
    """The date that a file holds as text."""
    try:
        return _day(text)
    except (TypeError, ValueError) as reason:
        raise _unreadable(text) from reason


def moment_of(text: Any) -> datetime:  # noqa: ANN401 - a file may hold anything
    """The time that a file holds as text."""
    try:
        return _moment(text)
    except (TypeError, ValueError) as reason:
        raise _unreadable(text) from reason


def _unreadable(value: object) -> Damaged:
    return Damaged(
        _(
            "the ledger is damaged: {value} stands where a date or a time belongs (tracker db check says where)"
        ).format(value=repr(value)[:40])
    )
