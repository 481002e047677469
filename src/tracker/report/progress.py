"""The progress report: totals by status, by owner, by document and section, and the measures."""

from datetime import date, datetime
from typing import NamedTuple

from tracker.domain.log import ALWAYS, digest
from tracker.domain.rollup import Numbers, percentages
from tracker.domain.words import Status
from tracker.i18n import _, either
from tracker.report import listing
from tracker.report.model import Fact, Field, Report, Table, tabulated
from tracker.store import log, lookup, queries, rollups, states
from tracker.store.ledger import Connection
from tracker.store.rows import Filters


class Group(NamedTuple):
    """What one line of a grouped table is about: codes and title, and its numbers."""

    code: str
    section: int | None
    label: str
    title: str
    title_en: str
    numbers: Numbers


class Total(NamedTuple):
    """One status with its count and its share of all."""

    status: Status
    assignments: int
    share: str


def progress(
    db: Connection, *, as_of: date, known_on: datetime | None = None, document: str | None = None
) -> Report:
    """The progress on a date, as known at a time (by default by all that is recorded)."""
    newest = log.newest_recorded_at(db)
    known_on = known_on or newest
    of = states.on(as_of, known_on or ALWAYS)
    filters = Filters(document=None if document is None else lookup.document(db, document))
    return Report(
        _("Progress as of {date}").format(date=as_of),
        (
            Fact("as_of", _("As of"), as_of),
            Fact("known_on", _("Known on"), known_on),
            Fact("digest", _("Ledger digest"), digest(log.last_hashes(db))),
        ),
        (
            _totals(rollups.numbers(db, of, "total", filters)),
            _by_owner(db, rollups.numbers(db, of, "owner", filters)),
            _by_document(db, rollups.numbers(db, of, "document", filters)),
            _by_section(db, rollups.numbers(db, of, "section", filters)),
            listing.measures(db, filters, of=of),
        ),
        (
            _("Counts are of assignments with a lead or joint role; support does not count."),
            _("Share: done of all that count, dropped ones out once their drop is verified."),
        ),
    )


def _totals(numbers: dict[tuple[()], Numbers]) -> Table:
    total = numbers.get((), Numbers())
    counts = [total.count(status) for status in Status]
    rows = [Total(*row) for row in zip(Status, counts, percentages(counts), strict=True)]
    return tabulated(
        "totals.status",
        _("By status"),
        rows,
        [
            Field("status", _("Status"), "status"),
            Field("assignments", _("Assignments"), "assignments"),
            Field(None, _("Share"), lambda row: f"{row.share}%"),
        ],
        keyed=True,
    )


def _by_owner(db: Connection, numbers: dict[str, Numbers]) -> Table:
    rows = [
        Group(each.code, None, "", each.name, each.name_en, numbers[each.code])
        for each in lookup.all_owners(db)
        if each.code in numbers
    ]
    return tabulated(
        "by_owner",
        _("By owner"),
        rows,
        [
            Field("owner", _("Owner"), "code"),
            Field(None, _("Name"), lambda row: either(row.title, row.title_en), flexible=True),
            *_columns(rows),
        ],
    )


def _by_document(db: Connection, numbers: dict[str, Numbers]) -> Table:
    titles = {each.document: each for each in queries.section_rows(db)}
    rows = [
        Group(code, None, "", titles[code].document_title, titles[code].document_title_en, counted)
        for code, counted in sorted(numbers.items())
    ]
    return tabulated(
        "by_document",
        _("By document"),
        rows,
        [
            Field("document", _("Document"), "code"),
            Field(None, _("Title"), lambda row: either(row.title, row.title_en), flexible=True),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            *_columns(rows),
        ],
    )


def _by_section(db: Connection, numbers: dict[tuple[str, int], Numbers]) -> Table:
    rows = [
        Group(s.document, s.number, s.label, s.title, s.title_en, numbers[s.document, s.number])
        for s in queries.section_rows(db)
        if (s.document, s.number) in numbers
    ]
    return tabulated(
        "by_section",
        _("By section"),
        rows,
        [
            Field("document", _("Document"), "code"),
            Field("section", None, "section"),
            Field("section_label", _("Sec."), "label"),
            Field(None, _("Title"), lambda row: either(row.title, row.title_en), flexible=True),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            *_columns(rows),
        ],
    )


def _columns(rows: list[Group]) -> list[Field]:
    every, done, *shares = listing.numbers_fields(row.numbers for row in rows)
    statuses = (Status.IN_PROGRESS, Status.STALLED, Status.NOT_STARTED)
    return [
        every._replace(optional=False),
        done._replace(optional=False),
        *(_count(status) for status in statuses),
        _count(Status.DROPPED)._replace(optional=True),
        *shares,
        Field("support", None, "numbers.support"),
    ]


def _count(status: Status) -> Field:
    return Field(status.value, either(status.zh, status.en), f"numbers.{status.value}")
