"""What moved between two states of the same assignments: the lists, and the table of transitions."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from tracker.domain.period import Period
from tracker.domain.schedule import position, start
from tracker.domain.words import Kind, Position, Status, Verification, Word
from tracker.i18n import _, either
from tracker.report.model import Column, Field, Table, tabulated
from tracker.store.rows import AssignmentRow, MoveRow

_LAGS = (Position.BEHIND, Position.OVERDUE)
_WELL = (Position.ON_SCHEDULE, Position.AHEAD)
SHUT = (Status.DONE, Status.DROPPED)


class Move(NamedTuple):
    """An assignment that went from one word, target or date to another; `more` is what its list adds."""

    row: AssignmentRow
    was: Any
    now: Any
    more: Any = None


Moves = Mapping[str, Sequence[Move]]
_Pair = tuple[AssignmentRow, AssignmentRow]


def moves(
    pairs: Sequence[_Pair], targets: Iterable[MoveRow], period: Period, as_of: date
) -> dict[str, list[Move]]:
    """The lists of a period, of each assignment at its start and on the date of the report."""
    rows = {now.id: now for _was, now in pairs}
    return {
        "newly_done": _changed(pairs, _status, lambda was, now: now == Status.DONE != was),
        "newly_behind": _changed(
            pairs, _position, lambda was, now: now in _LAGS and was not in _LAGS
        ),
        "recovered": [move for pair in pairs if (move := _recovered(*pair, as_of))],
        "newly_stalled": _changed(pairs, _status, lambda was, now: now == Status.STALLED != was),
        "returned": [
            Move(now, Verification(was.verification), Verification.RETURNED)
            for was, now in pairs
            if now.verification == Verification.RETURNED
            and (was.verification, was.report) != (now.verification, now.report)
        ],
        "reopened": _changed(pairs, _status, lambda was, now: was in SHUT and now not in SHUT),
        "retargeted": [
            Move(rows[moved.assignment], moved.was, moved.now, moved)
            for moved in targets
            if moved.assignment in rows
        ],
        "silent": [
            Move(now, now.effective_on, as_of, periods)
            for _was, now in pairs
            if now.status not in SHUT
            and (now.effective_on is None or now.effective_on < period.first)
            and (periods := silent_for(now, period))
        ],
    }


def silent_for(row: AssignmentRow, period: Period) -> int:
    """How many periods this long have gone, `period` the last, since a report or the document's start."""
    began = start(row.issued_on, row.horizon)
    last = row.effective_on or (began and began.on)
    return max(period.since(last), 0) if last else 1


def _status(row: AssignmentRow) -> Status:
    return Status(row.status)


def _position(row: AssignmentRow) -> Position:
    return Position(row.position)


def _changed(
    pairs: Iterable[_Pair],
    axis: Callable[[AssignmentRow], Any],
    wanted: Callable[[Any, Any], bool],
) -> list[Move]:
    return [Move(now, axis(was), axis(now)) for was, now in pairs if wanted(axis(was), axis(now))]


def _recovered(was: AssignmentRow, now: AssignmentRow, as_of: date) -> Move | None:
    """A recovery, and whether it is one by what was reported or by a target that was moved."""
    if was.position not in _LAGS or not (now.position in _WELL or now.status == Status.DONE):
        return None
    began = start(now.issued_on, now.horizon)
    by_reports = position(
        status=Status(now.status),
        percent=now.percent,
        reported=now.report is not None,
        kind=Kind(now.kind),
        due=was.due_on,
        start=began and began.on,
        as_of=as_of,
    )
    to = Status.DONE if now.status == Status.DONE else Position(now.position)
    return Move(now, Position(was.position), to, by_reports not in _LAGS)


def tables(lists: Moves, part: str) -> list[Table]:
    """One table for each list; people see those in which there is something."""
    more: dict[str, list[Field]] = {
        "recovered": [
            Field("by", None, lambda m: "reported" if m.more else "retargeted"),
            Field(None, _("By"), lambda m: _("reports") if m.more else _("a later target")),
        ],
        "retargeted": [
            Field("actor", _("Actor"), "more.actor"),
            Field("effective_on", _("On"), "more.effective_on"),
            Field("why", _("Why"), "more.why", flexible=True),
        ],
        "silent": [Field("periods", _("Periods"), "more")],
    }
    made = [
        tabulated(
            f"movement.{name}",
            _TITLES[name]() if found and name != "silent" else "",
            found,
            [*_fields(), *more.get(name, [])],
        )._replace(part=part)
        for name, found in lists.items()
    ]
    return [_summary(lists, part), *made, _silence(lists["silent"], part)]


_TITLES: dict[str, Callable[[], str]] = {
    "newly_done": lambda: _("Newly done"),
    "newly_behind": lambda: _("Newly behind or overdue"),
    "recovered": lambda: _("Recovered"),
    "newly_stalled": lambda: _("Newly stalled"),
    "returned": lambda: _("Returned"),
    "reopened": lambda: _("Reopened"),
    "retargeted": lambda: _("Targets moved"),
    "silent": lambda: _("Without a report in the period"),
}


def _fields() -> list[Field]:
    return [
        Field("key", _("Key"), "row.key"),
        Field("owner", None, "row.owner"),
        Field(None, _("Owner"), lambda m: either(m.row.owner_name, m.row.owner_name_en)),
        Field(None, _("Commitment"), lambda m: either(m.row.title, m.row.title_en), flexible=True),
        Field("from", _("From"), "was"),
        Field("to", _("To"), "now"),
    ]


def _summary(lists: Moves, part: str) -> Table:
    """How many there are of each kind of movement; for people, the lists themselves are the data."""
    rows = [(_TITLES[name](), len(found)) for name, found in lists.items()]
    columns = (Column(None, _("What moved")), Column(None, _("How many")))
    return Table("", _("Movement since the start of the period"), columns, rows, part=part)


def _silence(found: Sequence[Move], part: str) -> Table:
    """For people: who was silent for how long, counted; each line by line would fill the report."""
    periods: dict[str, list[int]] = {}
    for move in found:
        owner = either(move.row.owner_name, move.row.owner_name_en)
        periods.setdefault(owner, []).append(move.more)
    return tabulated(
        "",
        _TITLES["silent"]() if periods else "",
        periods.items(),
        [
            Field(None, _("Owner"), lambda row: row[0]),
            Field(None, _("Assignments"), lambda row: len(row[1])),
            Field(None, _("Periods without, fewest"), lambda row: min(row[1])),
            Field(None, _("Periods without, most"), lambda row: max(row[1])),
        ],
    )._replace(part=part)


def transitions(pairs: Sequence[_Pair], part: str) -> list[Table]:
    """How many assignments went from which status to which, and from which position to which; those
    that stayed included.
    """
    return [
        _transitions("transitions", _("Changes of status"), pairs, _status, Status, part),
        _transitions(
            "position_transitions",
            _("Changes of schedule position"),
            pairs,
            _position,
            Position,
            part,
        ),
    ]


def _transitions(
    name: str,
    title: str,
    pairs: Iterable[_Pair],
    axis: Callable[[AssignmentRow], Word],
    words: type[Word],
    part: str,
) -> Table:
    counts = Counter((axis(was), axis(now)) for was, now in pairs)
    rows = [(a, b, counts[a, b]) for a in words for b in words if counts[a, b]]
    columns = (
        Column("from", _("From")),
        Column("to", _("To")),
        Column("assignments", _("Assignments")),
    )
    return Table(name, title if rows else "", columns, rows, part=part)
