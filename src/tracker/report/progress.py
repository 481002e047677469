"""The progress report: how things stand on a date, what moved in a period, who lags, what is next."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tracker.domain.log import digest
from tracker.domain.period import Period, quarter
from tracker.domain.rollup import Numbers
from tracker.domain.schedule import start
from tracker.domain.words import Role
from tracker.i18n import _, either
from tracker.report import (
    bulletin,
    corrections,
    groups,
    history,
    indicators,
    lagging,
    lineage,
    listing,
    movement,
    verdicts,
)
from tracker.report.model import Chart, Fact, Report, Table
from tracker.store import log, lookup, past, queries, rollups, states
from tracker.store.ledger import Connection
from tracker.store.rows import AssignmentRow, Filters, OwnerRow, SectionRow

# Those of a report that asks for none; lines of policy come only where they are asked for.
GROUPS = ("owner", "document", "section", "measure")


class Asked(NamedTuple):
    """What a report is to say: of which date, as known when, of which period and document.

    `by` are the groupings wanted, `annexes` whether each owner's assignments come with it.
    """

    as_of: date
    known_on: datetime
    period: Period | None = None
    document: str | None = None
    by: tuple[str, ...] = GROUPS
    annexes: bool = False


class _Moved(NamedTuple):
    """What a period began with, and what moved since: each assignment at its start and at the end."""

    begun: date
    total: Numbers
    pairs: list[tuple[AssignmentRow, AssignmentRow]]
    moves: movement.Moves


class Known(NamedTuple):
    """What was read of the ledger for a report, in whatever language that is then made."""

    asked: Asked
    filters: Filters
    of: states.States
    rows: list[AssignmentRow]
    cells: groups.Cells
    owners: list[OwnerRow]
    sections: list[SectionRow]
    digest: str
    moved: _Moved | None
    past: list[history.Point]


Step = Callable[[str], None]

# How many steps `read` and `made` each tell of.
READING, MAKING = 2, 3


def progress(db: Connection, asked: Asked, step: Step = lambda _said: None) -> Report:
    """The report; `step` is told what is being worked out."""
    return made(db, read(db, asked, step), step)


def made(db: Connection, known: Known, step: Step = lambda _said: None) -> Report:
    """The report of what was read, in the language spoken."""
    asked = known.asked
    parts = (_overall, _movement, _groups, _late, _corrections)
    tables = [table for part in parts for table in part(db, known, step)]
    past_shares, lines = history.drawn(known.past, _("Overall"))
    bars = [
        groups.chart(table, known.owners)
        for table in tables
        if table.name == "by_owner" and table.rows
    ]
    step(_("indicators"))
    figures, drawn = _indicators(db, known)
    annexes = lagging.annexes(known.rows, known.owners) if asked.annexes else []
    corrected = sum(len(table.rows) for table in tables if table.name == "corrections")
    text = bulletin.text(_figures(known), corrected)
    return Report(
        _title(asked),
        (*_facts(known), Fact("text", None, list(text))),
        (*tables, *figures, past_shares, *annexes),
        _notes(known),
        text,
        (lines, *bars, *drawn),
    )


def _title(asked: Asked) -> str:
    if asked.period is None:
        return _("Progress report as of {date}").format(date=bulletin.day_said(asked.as_of))
    return either(*bulletin.titled(asked.period))


def _facts(known: Known) -> tuple[Fact, ...]:
    period, code = known.asked.period, known.filters.document
    named = next((each for each in known.sections if each.document == code), None)
    return (
        Fact("period", None, period and str(period)),
        Fact(
            None,
            _("Period") if period else None,
            period and either(*bulletin.period_said(period)),
        ),
        Fact("document", None, code),
        Fact(
            None,
            _("Only the document") if named else None,
            named and either(named.document_title, named.document_title_en),
        ),
        Fact("as_of", _("As of"), known.asked.as_of),
        Fact("known_on", _("Known on"), known.asked.known_on),
        Fact("digest", _("Ledger digest"), known.digest),
    )


def read(db: Connection, asked: Asked, step: Step = lambda _said: None) -> Known:
    """All that takes long: the states on the date, at the start, and at the ends of past quarters."""
    step(_("states"))
    code = None if asked.document is None else lookup.document(db, asked.document)
    filters = Filters(document=code)
    of = states.on(asked.as_of, asked.known_on)
    rows = _counted(db, of, filters)
    moved = asked.period and _moved(db, rows, asked, asked.period, filters)
    cells = rollups.cells(db, of, filters)
    totals = {asked.as_of: sum(cells.values(), Numbers())}
    if moved:
        totals[moved.begun] = moved.total
    step(_("history"))
    return Known(
        asked,
        filters,
        of,
        rows,
        cells,
        lookup.all_owners(db),
        queries.section_rows(db),
        digest(log.last_hashes(db, asked.known_on)),
        moved,
        history.points(db, rows, totals, asked.as_of, asked.known_on, filters),
    )


def _moved(
    db: Connection,
    rows: list[AssignmentRow],
    asked: Asked,
    period: Period,
    filters: Filters,
) -> _Moved:
    begun = period.first - timedelta(days=1)
    before = states.on(begun, asked.known_on)
    # Both are of what stood at known-on: the same assignments.
    starts = {row.id: row for row in _counted(db, before, filters)}
    pairs = [(starts[row.id], row) for row in rows]
    targets = past.targets_moved(
        db,
        since=period.first,
        as_of=asked.as_of,
        known_on=asked.known_on,
        filters=filters,
    )
    moves = movement.moves(pairs, targets, period, asked.as_of)
    return _Moved(begun, rollups.total(db, before, filters), pairs, moves)


def _counted(db: Connection, of: states.States, filters: Filters) -> list[AssignmentRow]:
    """Lead and joint assignments: support counts nowhere in a report."""
    rows = queries.assignment_rows(db, of, filters)
    return [row for row in rows if row.role != Role.SUPPORT]


def _overall(_db: Connection, known: Known, _step: Step) -> list[Table]:
    before = [was for was, _now in known.moved.pairs] if known.moved else None
    return groups.totals(known.rows, before, _("Overall"))


def _movement(_db: Connection, known: Known, _step: Step) -> list[Table]:
    if known.moved is None:
        return []
    part = _("Movement")
    return [
        *movement.tables(known.moved.moves, part),
        *movement.transitions(known.moved.pairs, part),
    ]


def _groups(db: Connection, known: Known, step: Step) -> list[Table]:
    step(_("groups"))
    part, cells, by = (
        _("Progress by owner, document, section and measure"),
        known.cells,
        known.asked.by,
    )
    sections = known.sections
    made: list[Table] = []
    if "owner" in by:
        made.append(groups.by_owner(cells, known.owners, part))
    if "document" in by:
        made.append(groups.by_document(cells, sections, part))
    if "section" in by:
        made.append(groups.by_section(cells, sections, part))
    if "measure" in by:
        made.append(
            listing.measures(db, known.of, known.filters, names=_names(known))._replace(part=part)
        )
        made += groups.matrix(cells, known.owners, part)
    if "line" in by:
        made += lineage.tables(db, known.of, known.filters, _("Lines of policy"))
    return made


def _names(known: Known) -> dict[str, str]:
    return {each.code: either(each.name, each.name_en) for each in known.owners}


def _late(_db: Connection, known: Known, _step: Step) -> list[Table]:
    part, as_of = _("What lags, and what is due next"), known.asked.as_of
    until = (known.asked.period or quarter(as_of)).shifted(1).last
    return [
        lagging.laggards(known.rows, part),
        lagging.due_next(known.rows, as_of, until, part),
        lagging.unevidenced(known.rows, part),
    ]


def _corrections(db: Connection, known: Known, step: Step) -> list[Table]:
    step(_("corrections"))
    return [
        corrections.corrections(
            db, known.asked.as_of, known.asked.known_on, known.filters, known.owners
        )
    ]


def _indicators(db: Connection, known: Known) -> tuple[list[Table], list[Chart]]:
    """The targets of indicators; nothing where no document of the report has any."""
    of = verdicts.known(db, known.asked.as_of, known.asked.known_on)
    table, charts = indicators.part(of, known.filters.document, _("Indicators"))
    return ([table], list(charts)) if table.rows else ([table._replace(title="")], [])


def _figures(known: Known) -> bulletin.Figures:
    return bulletin.Figures(
        known.asked.as_of,
        len({cell.measure for cell in known.cells}),
        sum(known.cells.values(), Numbers()),
        groups.summed(known.cells, lambda cell: cell.owner),
        known.owners,
        known.moved and _since(known.moved),
    )


def _since(moved: _Moved) -> bulletin.Since:
    still = all(
        (was.report, was.position, was.verification, was.target)
        == (now.report, now.position, now.verification, now.target)
        for was, now in moved.pairs
    )
    return bulletin.Since(moved.begun, moved.total, moved.moves, still)


def _notes(known: Known) -> tuple[str, ...]:
    asked = known.asked
    starts = {row.document: start(row.issued_on, row.horizon) for row in known.rows}
    began = {code: begun for code, begun in sorted(starts.items()) if begun is not None}
    notes = [
        _("Counts are of assignments with a lead or joint role; support does not count."),
        _("Share done: of all that count, dropped ones out once their drop is verified."),
    ]
    if "line" in asked.by:
        notes.append(
            _("A commitment that later documents take up in two measures counts in both lines.")
        )
    if asked.period and asked.as_of < asked.period.last:
        notes.append(_("The period was not over on {date}.").format(date=asked.as_of))
    notes += [
        _("Document {document} bears no date of issue: its time is counted from {date}.").format(
            document=code, date=begun.on
        )
        for code, begun in began.items()
        if not begun.issued
    ]
    notes += [
        _("The time of document {document} begins on {date}: what it asks for is n/a here.").format(
            document=code, date=begun.on
        )
        for code, begun in began.items()
        if begun.on > asked.as_of
    ]
    return tuple(notes)
