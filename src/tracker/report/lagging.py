"""What lags, what is due next, what is done without evidence, and all that an owner has."""

from collections.abc import Iterable, Sequence
from datetime import date

from tracker.domain.words import Kind, Position, Role, Status, Verification
from tracker.i18n import _, either
from tracker.report import listing
from tracker.report.model import Field, Table, tabulated
from tracker.report.movement import SHUT
from tracker.store.rows import AssignmentRow, OwnerRow

_ORDER = {Position.OVERDUE: 0, Position.BEHIND: 1}


def laggards(rows: Iterable[AssignmentRow], part: str) -> Table:
    """What is overdue, behind or stalled, in this order, the earliest due first."""
    found = [row for row in rows if row.position in _ORDER or row.status == Status.STALLED]
    found.sort(key=lambda row: (_ORDER.get(Position(row.position), 2), row.due_on or date.max))
    return tabulated(
        "laggards",
        _("Overdue, behind or stalled") if found else "",
        found,
        [
            *_named(),
            Field("target", _("Target"), "target"),
            Field("due_on", None, "due_on"),
            Field("position", _("Position"), lambda row: Position(row.position)),
            Field("status", _("Status"), lambda row: Status(row.status)),
            Field("percent", "%", "percent", optional=True),
            Field("verification", None, "verification"),
            Field("effective_on", _("Reported on"), "effective_on", optional=True),
            Field("note", None, "note"),
            Field(None, _("Reported"), listing.shown_note, flexible=True),
            Field("problem", _("Problem"), "problem", flexible=True, optional=True),
            Field("next_step", _("Next step"), "next_step", flexible=True, optional=True),
        ],
    )._replace(part=part)


def due_next(rows: Iterable[AssignmentRow], as_of: date, until: date, part: str) -> Table:
    """What is open and due after a date and by another, the earliest first."""
    found = [
        row
        for row in rows
        if row.due_on
        and as_of < row.due_on <= until
        and row.status not in SHUT
        and row.kind != Kind.CONTINUING
    ]
    found.sort(key=lambda row: row.due_on or date.max)
    title = _("Due next, by {date}").format(date=until)
    return tabulated(
        "due_next",
        title if found else "",
        found,
        [
            *_named(),
            Field("target", _("Target"), "target"),
            Field("due_on", _("Due on"), "due_on"),
            Field("position", _("Position"), lambda row: Position(row.position)),
            Field("status", _("Status"), lambda row: Status(row.status)),
            Field("percent", "%", "percent", optional=True),
        ],
    )._replace(part=part)


def unevidenced(rows: Iterable[AssignmentRow], part: str) -> Table:
    """What is reported done with nothing that shows it."""
    found = [row for row in rows if row.unevidenced]
    return tabulated(
        "unevidenced",
        _("Done without evidence") if found else "",
        found,
        [
            *_named(),
            Field("effective_on", _("Reported on"), "effective_on"),
            Field("actor", _("Actor"), "actor"),
            Field("verification", _("Verification"), lambda row: Verification(row.verification)),
        ],
    )._replace(part=part)


def annexes(rows: Sequence[AssignmentRow], owners: Iterable[OwnerRow]) -> list[Table]:
    """For each owner, all that he has, as an annex."""
    having: dict[str, list[AssignmentRow]] = {}
    for row in rows:
        having.setdefault(row.owner, []).append(row)
    return [
        tabulated(
            "",
            _("Assignments of {owner}").format(owner=either(each.name, each.name_en)),
            having[each.code],
            [
                Field(None, _("Key"), "key"),
                Field(None, _("Commitment"), lambda a: either(a.title, a.title_en), flexible=True),
                Field(None, _("Role"), lambda a: Role(a.role)),
                Field(None, _("Target"), "target"),
                Field(None, _("Status"), lambda a: Status(a.status)),
                Field(None, "%", "percent", optional=True),
                Field(None, _("Position"), lambda a: Position(a.position)),
                Field(None, _("Verification"), lambda a: Verification(a.verification)),
                Field(None, _("Reported"), listing.shown_note, flexible=True),
                Field(None, _("Problem"), "problem", flexible=True, optional=True),
                Field(None, _("Next step"), "next_step", flexible=True, optional=True),
            ],
        )._replace(annex=True)
        for each in owners
        if each.code in having
    ]


def _named() -> list[Field]:
    return [
        Field("key", _("Key"), "key"),
        Field("owner", None, "owner"),
        Field(None, _("Owner"), lambda row: either(row.owner_name, row.owner_name_en)),
        Field("title", None, "title"),
        Field("title_en", None, "title_en"),
        Field(None, _("Commitment"), lambda row: either(row.title, row.title_en), flexible=True),
    ]
