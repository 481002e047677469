"""Schedule position: how what was reported stands to the time that has gone, in whole numbers."""

from datetime import date
from typing import NamedTuple

from tracker.domain.words import Kind, Position, Status

# The rule of provincial bulletins: less than nine tenths of the time gone is behind it, more than
# eleven tenths ahead.
BEHIND, AHEAD = 90, 110


class Start(NamedTuple):
    """The day from which time is counted; `issued` where it is the document's date of issue."""

    on: date
    issued: bool


def start(issued_on: date | None, horizon: int | None) -> Start | None:
    """A document's date of issue, else 1 January of its horizon year, else nothing."""
    if issued_on is not None:
        return Start(issued_on, issued=True)
    return None if horizon is None else Start(date(horizon, 1, 1), issued=False)


def position(
    *,
    status: Status,
    percent: int | None,
    reported: bool,
    kind: Kind,
    due: date | None,
    start: date | None,
    as_of: date,
) -> Position:
    """The position on a date of one assignment.

    `percent` is that of the current report, if there is one. Without a start there is no time gone:
    what is not overdue is unquantified.
    """
    shut = status in (Status.DONE, Status.DROPPED) or kind is Kind.CONTINUING
    if shut or due is None or (start is not None and as_of < start):
        return Position.NOT_APPLICABLE
    if as_of > due:
        return Position.OVERDUE
    if reported and status is Status.NOT_STARTED:
        percent = 0
    if not reported or percent is None or start is None:
        return Position.UNQUANTIFIED
    # percent ÷ 100 against days gone ÷ days in all, both sides multiplied out.
    share, gone = percent * (due - start).days, (as_of - start).days
    if share < BEHIND * gone:
        return Position.BEHIND
    return Position.AHEAD if share > AHEAD * gone else Position.ON_SCHEDULE
