"""What owners have to be reminded of: returned, overdue, falling due, silent."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tracker.domain.period import Period, quarter
from tracker.domain.words import Kind, Position, Role, Status, Verification, Word
from tracker.i18n import _, either
from tracker.report.model import Fact, Field, Report, Table, tabulated
from tracker.report.movement import SHUT, silent_for
from tracker.store import lookup, past, queries
from tracker.store.ledger import Connection
from tracker.store.rows import AssignmentRow, Filters, OwnerRow
from tracker.store.states import States


class Reason(Word):
    """Why somebody is reminded of an assignment; what comes first is the more urgent."""

    RETURNED = "returned", "退回未答复", "returned"
    OVERDUE = "overdue", "逾期", "overdue"
    DUE = "due", "即将到期", "falling due"
    SILENT = "silent", "未填报", "silent"


class Reminder(NamedTuple):
    """An assignment that its owner has to see to."""

    row: AssignmentRow
    reasons: list[Reason]
    silent: int
    returned: str | None


def reminders(
    db: Connection,
    of: States,
    filters: Filters,
    *,
    known_on: datetime,
    within: int,
    silent: int,
) -> Report:
    """What has to be seen to on a date, by owner: due in so many days, silent for so many quarters."""
    until = of.as_of + timedelta(days=within)
    found = _found(db, of, filters, until, silent)
    return Report(
        _("Reminders as of {date}").format(date=of.as_of),
        (
            Fact("as_of", _("As of"), of.as_of),
            Fact("known_on", _("Known on"), known_on),
            Fact("due_by", _("Due by"), until),
            Fact("silent", _("Silent for quarters"), silent),
        ),
        (_data(found), *_by_owner(found, lookup.all_owners(db))),
        () if found else (_("Nobody has to be reminded of anything."),),
    )


def next_up(db: Connection, of: States, filters: Filters, *, within: int, silent: int) -> Table:
    """The day's list: the same in one table, the most urgent first."""
    found = _found(db, of, filters, of.as_of + timedelta(days=within), silent)
    several = len({reminder.row.owner for reminder in found}) > 1
    owner = Field("owner", _("Owner") if several else None, "row.owner")
    return tabulated("next", _("To be seen to"), found, [owner, *_fields()])


def _found(
    db: Connection, of: States, filters: Filters, until: date, silent: int
) -> list[Reminder]:
    """What there is a reason to remind of, the most urgent first."""
    rows = queries.assignment_rows(db, of, filters)
    returns = past.returns(db, [row for row in rows if row.verification == Verification.RETURNED])
    found = []
    for row in rows:
        quarters = silent_for(row, _last_over(of.as_of))
        reasons = _reasons(row, until, quarters >= silent)
        if row.role != Role.SUPPORT and reasons:
            found.append(Reminder(row, reasons, quarters, returns.get(row.id)))
    return sorted(found, key=_urgency)


def _last_over(as_of: date) -> Period:
    """The last quarter that is over on a date, its last day included."""
    current = quarter(as_of)
    return current if as_of == current.last else current.shifted(-1)


def _reasons(row: AssignmentRow, until: date, silent: bool) -> list[Reason]:
    open_ = row.status not in SHUT
    overdue = row.position == Position.OVERDUE
    scheduled = open_ and row.kind != Kind.CONTINUING and not overdue
    holds = {
        Reason.RETURNED: row.verification == Verification.RETURNED,
        Reason.OVERDUE: overdue,
        Reason.DUE: scheduled and row.due_on is not None and row.due_on <= until,
        Reason.SILENT: open_ and silent,
    }
    return [reason for reason, so in holds.items() if so]


def _urgency(reminder: Reminder) -> tuple[int, date]:
    return list(Reason).index(reminder.reasons[0]), reminder.row.due_on or date.max


def _fields() -> list[Field]:
    return [
        Field("key", _("Key"), "row.key"),
        Field("title", None, "row.title"),
        Field("title_en", None, "row.title_en"),
        Field(None, _("Commitment"), lambda r: either(r.row.title, r.row.title_en), flexible=True),
        Field("reason", None, lambda r: r.reasons[0]),
        Field("reasons", _("Reasons"), "reasons"),
        Field("returned", _("Returned because"), "returned", flexible=True, optional=True),
        Field("target", _("Target"), "row.target"),
        Field("status", _("Status"), lambda r: Status(r.row.status)),
        Field("silent", _("Silent quarters"), "silent", optional=True),
        Field("percent", "%", "row.percent", optional=True),
        Field("due_on", _("Due on"), "row.due_on", optional=True),
        Field("effective_on", _("Reported on"), "row.effective_on", optional=True),
    ]


def _data(found: list[Reminder]) -> Table:
    fields = [Field("owner", None, "row.owner"), *_fields()]
    return tabulated("due", "", found, fields)


def _by_owner(found: Iterable[Reminder], owners: Iterable[OwnerRow]) -> list[Table]:
    """For people: one table to an owner, so that each can be sent to whom it is for."""
    having: dict[str, list[Reminder]] = {}
    for reminder in found:
        having.setdefault(reminder.row.owner, []).append(reminder)
    return [
        tabulated(
            "",
            _("{owner}: {count} need attention").format(
                owner=f"{each.code} {either(each.name, each.name_en)}", count=len(having[each.code])
            ),
            having[each.code],
            _fields(),
        )
        for each in owners
        if each.code in having
    ]
