"""What a file keeps as text and SQLite has no type for: dates and times."""

from datetime import date, datetime
from typing import Any

from tracker.errors import Damaged
from tracker.i18n import _


def day_of(text: Any) -> date:  # noqa: ANN401 - a file may hold anything
    """The date that a file holds as text."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as reason:
        raise _unreadable(text) from reason


def moment_of(text: Any) -> datetime:  # noqa: ANN401 - a file may hold anything
    """The time that a file holds as text."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as reason:
        raise _unreadable(text) from reason


def _unreadable(value: object) -> Damaged:
    return Damaged(
        _(
            "the ledger is damaged: {value} stands where a date or a time belongs (tracker db check says where)"
        ).format(value=repr(value)[:40])
    )
