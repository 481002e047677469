"""Signs of gaming in the log: what looks better than it is, for somebody to look into."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tracker.domain.log import Entry, fold
from tracker.domain.period import quarter
from tracker.domain.schedule import position, start
from tracker.domain.target import Target
from tracker.domain.words import EntryKind, Kind, Position, Role, Status, Verification, Word
from tracker.i18n import _, either
from tracker.report.model import Column, Fact, Field, Report, Table, tabulated
from tracker.report.movement import SHUT
from tracker.store import past, queries, states
from tracker.store.ledger import Connection
from tracker.store.past import Logged
from tracker.store.rows import AssignmentRow, Filters


class Sign(Word):
    """What can be seen in a log that asks for an explanation, the gravest first."""

    MOVED_LATE = "moved_late", "逾期后调整期限", "target moved after it had passed"
    UNEVIDENCED = "unevidenced", "完成无佐证", "done without evidence"
    HARD_DROPPED = "hard_dropped", "难项终止", "hard item dropped"
    REOPENED = "reopened", "完成后又重开", "reopened"
    PERCENT_LEFT_OUT = "percent_left_out", "欠序时后不再报比例", "percent left out once behind"
    SAME_NOTE = "same_note", "连续两期填报相同", "same note two periods running"


class Finding(NamedTuple):
    """A sign, the entry that shows it, and what it went from and to."""

    row: AssignmentRow
    sign: Sign
    entry: Entry
    was: Any
    now: Any


def signs(
    db: Connection,
    as_of: date,
    known_on: datetime,
    filters: Filters,
    step: Callable[[str], None] = lambda _said: None,
) -> Report:
    """The signs in the log up to a date, as known at a time, the gravest first."""
    step(_("states"))
    rows = {
        row.id: row
        for row in queries.assignment_rows(db, states.on(as_of, known_on), filters)
        if row.version and row.role != Role.SUPPORT
    }
    found: list[Finding] = []
    for logged in past.logs(db, list(rows)):
        found += _of_one(rows[logged.head.id], logged, as_of, known_on)
    places, order = {number: place for place, number in enumerate(rows)}, list(Sign)
    found.sort(
        key=lambda one: (
            order.index(one.sign),
            places[one.row.id],
            one.entry.effective_on,
            one.entry.version,
        )
    )
    return Report(
        _("Signs to look into, as of {date}").format(date=as_of),
        (
            Fact("as_of", _("As of"), as_of),
            Fact("known_on", _("Known on"), known_on),
        ),
        (_counts(found), _table(found)),
        () if found else (_("No sign was found."),),
    )


def _of_one(
    row: AssignmentRow, logged: Logged, as_of: date, known_on: datetime
) -> Iterator[Finding]:
    known = [entry for entry in logged.entries if entry.recorded_at <= known_on]
    withdrawn = {entry.names for entry in known if entry.kind is EntryKind.WITHDRAWAL}
    standing = sorted(
        (e for e in known if e.version not in withdrawn and e.effective_on <= as_of),
        key=lambda entry: (entry.effective_on, entry.version),
    )
    reports = [entry for entry in standing if entry.kind is EntryKind.REPORT]
    yield from _moved_late(row, standing, logged.head.first_target)
    yield from _reopened(row, reports)
    yield from _same_note(row, reports)
    yield from _hard_dropped(row, logged, known, reports)
    yield from _percent_left_out(row, logged, known, reports)
    if row.unevidenced:
        yield Finding(row, Sign.UNEVIDENCED, reports[-1], None, Status.DONE)


def _moved_late(
    row: AssignmentRow, standing: Sequence[Entry], target: Target | None
) -> Iterator[Finding]:
    for entry in standing:
        if entry.kind is EntryKind.RETARGET:
            if target is not None and entry.effective_on > target.due:
                yield Finding(row, Sign.MOVED_LATE, entry, target, entry.target)
            target = entry.target


def _reopened(row: AssignmentRow, reports: Sequence[Entry]) -> Iterator[Finding]:
    for was, now in pairwise(reports):
        if was.status in SHUT and now.status not in SHUT:
            yield Finding(row, Sign.REOPENED, now, was.status, now.status)


def _same_note(row: AssignmentRow, reports: Sequence[Entry]) -> Iterator[Finding]:
    """The last reports of two quarters, one after the other, that say the same."""
    last = {quarter(entry.effective_on): entry for entry in reports}
    for (before, was), (after, now) in pairwise(last.items()):
        same = now.note and (was.note or "").split() == now.note.split()
        shut = was.status is Status.DONE and now.status is Status.DONE
        if before.shifted(1) == after and same and not shut:
            yield Finding(row, Sign.SAME_NOTE, now, str(before), str(after))


def _hard_dropped(
    row: AssignmentRow, logged: Logged, known: Sequence[Entry], reports: Sequence[Entry]
) -> Iterator[Finding]:
    """A drop of what was stalled, behind or overdue by the report before it, on the day it was dropped."""
    for number, drop in enumerate(reports):
        was = reports[number - 1] if number else None
        if drop.status is not Status.DROPPED or (was and was.status is Status.DROPPED):
            continue
        stood = _stood(row, logged, known, was, drop.effective_on)
        if was is not None and was.status is Status.STALLED:
            yield Finding(row, Sign.HARD_DROPPED, drop, Status.STALLED, Status.DROPPED)
        elif stood in (Position.BEHIND, Position.OVERDUE):
            yield Finding(row, Sign.HARD_DROPPED, drop, stood, Status.DROPPED)


def _percent_left_out(
    row: AssignmentRow, logged: Logged, known: Sequence[Entry], reports: Sequence[Entry]
) -> Iterator[Finding]:
    """A report without a percent, where by the one before, which had one, it would be behind."""
    for was, now in pairwise(reports):
        left_out = was.percent is not None and now.percent is None
        if left_out and now.status in (Status.IN_PROGRESS, Status.STALLED):
            stood = _stood(row, logged, known, was, now.effective_on)
            if stood is Position.BEHIND:
                yield Finding(row, Sign.PERCENT_LEFT_OUT, now, stood, Position.UNQUANTIFIED)


def _stood(
    row: AssignmentRow, logged: Logged, known: Sequence[Entry], report: Entry | None, on: date
) -> Position:
    """Where the assignment would stand on a date by this report."""
    state = fold(
        known,
        target=logged.head.first_target,
        target_basis=logged.head.first_target_basis,
        as_of=on,
    )
    began = start(row.issued_on, row.horizon)
    return position(
        status=(report and report.status) or Status.NOT_STARTED,
        percent=report and report.percent,
        reported=report is not None,
        kind=Kind(row.kind),
        due=state.target and state.target.due,
        start=began and began.on,
        as_of=on,
    )


def _counts(found: list[Finding]) -> Table:
    """How many there are of each sign, for people."""
    counts = Counter(one.sign for one in found)
    columns = (Column(None, _("Sign")), Column(None, _("How many")))
    title = _("By sign") if found else ""
    return Table("", title, columns, [(sign, counts[sign]) for sign in Sign])


def _table(found: list[Finding]) -> Table:
    return tabulated(
        "audit",
        _("Each sign") if found else "",
        found,
        [
            Field("sign", _("Sign"), "sign"),
            Field("key", _("Key"), "row.key"),
            Field("owner", None, "row.owner"),
            Field(None, _("Owner"), lambda f: either(f.row.owner_name, f.row.owner_name_en)),
            Field("title", None, "row.title"),
            Field("title_en", None, "row.title_en"),
            Field(
                None, _("Commitment"), lambda f: either(f.row.title, f.row.title_en), flexible=True
            ),
            Field("from", _("From"), lambda f: _said(f.was)),
            Field("to", _("To"), lambda f: _said(f.now)),
            Field("effective_on", _("On"), "entry.effective_on"),
            Field("recorded_at", None, "entry.recorded_at"),
            Field("actor", _("Actor"), "entry.actor"),
            Field("version", None, "entry.version"),
            Field("note", _("Note"), "entry.note", flexible=True, optional=True),
            Field(
                "verification",
                _("Verification"),
                lambda f: Verification(f.row.verification),
                optional=True,
            ),
        ],
    )


def _said(value: Any) -> Any:  # noqa: ANN401 - a word, a target or a quarter
    return str(value) if isinstance(value, Target) else value
