"""The lists: measures with their roll-up, commitments with their owners, assignments with reports."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from tracker.domain.evidence import pieces
from tracker.domain.log import in_both
from tracker.domain.schedule import start
from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Position, Role, Status, Verification
from tracker.errors import UsageRefusal
from tracker.i18n import _, either
from tracker.report import lines
from tracker.report.model import (
    Bar,
    Field,
    Plain,
    Share,
    Table,
    flowing,
    flowing_in_parts,
    tabulated,
)
from tracker.store import lookup, queries, rollups
from tracker.store.ledger import Connection
from tracker.store.rows import (
    AssignmentRow,
    Axes,
    EntryRow,
    Filters,
    Page,
    unevidenced,
)
from tracker.store.states import States

# Longer than any title; more words only make a statement that no database takes.
_LONGEST_SEARCH = 200
# The same few targets stand in many rows.
_read: Callable[[str], Any] = cache(Target.read)


def filters(
    db: Connection,
    *,
    document: str | None = None,
    section: str | None = None,
    owner: str | None = None,
    due_before: date | None = None,
    search: str | None = None,
    key: str | None = None,
) -> Filters:
    """What a user asked to see, each value looked up: what is unknown is refused, not ignored."""
    code = None if document is None else lookup.document(db, document)
    named = Filters() if key is None else Filters.of(lookup.key(db, key))
    return named._replace(
        document=code,
        section=None if section is None else lookup.section(db, section, code),
        owners=() if owner is None else lookup.and_below(db, lookup.owner(db, owner)),
        due_before=due_before,
        search=() if search is None else _words(search),
    )


def _words(search: str) -> tuple[str, ...]:
    if len(search) > _LONGEST_SEARCH:
        raise UsageRefusal(_("--search takes {limit} characters").format(limit=_LONGEST_SEARCH))
    words = tuple(search.split())
    if not words:
        raise UsageRefusal(_("--search: there is no word in it"))
    return words


def listed(
    db: Connection, of: States, by: str, filters: Filters, axes: Axes, page: Page = Page()
) -> Table:
    """The list whose lines are measures, commitments or assignments, or a page of it."""
    made = {"measure": measures, "commitment": commitments, "assignment": assignments}
    return made[by](db, of, filters, axes, page)


def numbers_fields(*, weighted: bool) -> list[Field]:
    """The columns of counts and shares that every roll-up has; weights where any are set."""
    return [
        Field("assignments", _("All"), "numbers.assignments", optional=True),
        Field("done", _("Done"), "numbers.done", optional=True),
        Field(
            "share_done", _("Share done"), lambda r: Share(r.numbers.done, r.numbers.denominator)
        ),
        Field(
            "share_verified",
            _("Verified done"),
            lambda r: Share(r.numbers.done_verified, r.numbers.denominator),
            optional=True,
        ),
        Field(
            "weighted_done",
            _("Weighted") if weighted else None,
            lambda r: Share(r.numbers.weight_done, r.numbers.weight),
            optional=True,
        ),
    ]


def measures(
    db: Connection,
    of: States,
    filters: Filters = Filters(),
    axes: Axes = Axes(),
    page: Page = Page(),
    *,
    names: Mapping[str, str] | None = None,
) -> Table:
    """Measures with section, owners, target year, the three axes and the share done.

    Where `names` of the owners are given, people read these instead of their codes.
    """
    return tabulated(
        "measures",
        _("Measures"),
        lines.measures(db, of, filters, axes, page),
        [
            Field("key", _("Key"), "row.key"),
            Field("document", None, "row.document"),
            Field("section", None, "row.section"),
            Field("section_label", _("Sec."), "row.section_label"),
            Field("section_title", None, "row.section_title"),
            Field("section_title_en", None, "row.section_title_en"),
            Field("number", None, "row.number"),
            Field("label", None, "row.label"),
            Field("title", None, "row.title"),
            Field("title_en", None, "row.title_en"),
            Field(None, _("Measure"), lambda m: either(m.row.title, m.row.title_en), flexible=True),
            Field("target_year", _("Target"), lambda m: m.latest and lines.year(m.latest)),
            Field("target_years", None, "years"),
            Field("owners", None, "owners"),
            Field(
                None,
                _("Owners"),
                lambda m: m.owners if names is None else [names[code] for code in m.owners],
                flexible=True,
            ),
            *_axes("numbers."),
            Field(
                "target_basis",
                _("Target basis"),
                lambda m: m.latest and Basis(m.latest.basis),
                optional=True,
            ),
            Field("open_target_year", _("Next due"), "open_year", optional=True),
            Field("commitments", None, "numbers.commitments"),
            *numbers_fields(weighted=rollups.weighted(db, of)),
            Field(
                None,
                _("Progress"),
                lambda m: Bar(m.numbers.done, m.numbers.denominator),
                optional=True,
            ),
        ],
    )


def commitments(
    db: Connection,
    of: States,
    filters: Filters = Filters(),
    axes: Axes = Axes(),
    page: Page = Page(),
) -> Table:
    """Commitments with kind, target, the three axes and owners."""
    return flowing(
        "commitments",
        _("Commitments"),
        lambda: lines.commitments(db, of, filters, axes, page),
        [
            Field("key", _("Key"), "row.key"),
            Field("measure", None, "row.measure"),
            Field("document", None, "row.document"),
            Field("section", None, "row.section"),
            Field("sentence", None, "row.sentence"),
            Field("title", None, "row.title"),
            Field("title_en", None, "row.title_en"),
            Field(
                None, _("Commitment"), lambda c: either(c.row.title, c.row.title_en), flexible=True
            ),
            Field("kind", _("Kind"), lambda c: Kind(c.row.kind), optional=True),
            Field("target_year", None, lambda c: c.target and lines.year(c.target)),
            Field(None, _("Target"), lambda c: c.target and c.target.target),
            *_axes("numbers."),
            Field(
                "target_basis",
                _("Target basis"),
                lambda c: c.target and Basis(c.target.target_basis),
                optional=True,
            ),
            Field("weight", None, "row.weight"),
            Field("note", None, "row.note"),
            Field("note_en", None, "row.note_en"),
            Field("owners", None, lambda c: [_owner(each) for each in c.assignments]),
            Field(
                None, _("Owners"), lambda c: [each.owner for each in c.assignments], flexible=True
            ),
            *numbers_fields(weighted=rollups.weighted(db, of)),
        ],
        # Each holds its assignments, of which there may be many.
        at_a_time=20,
    )


def assignments(
    db: Connection,
    of: States,
    filters: Filters = Filters(),
    axes: Axes = Axes(),
    page: Page = Page(),
) -> Table:
    """Assignments with what was last reported of each."""
    return flowing_in_parts(
        "assignments",
        _("Assignments"),
        lambda: queries.assignment_parts(db, of, filters, axes, page),
        assignment_fields(),
    )


def assignment_fields() -> list[Field]:
    """The columns of an assignment."""
    return [
        Field("key", _("Key"), "key"),
        Field("measure", None, "measure"),
        Field("document", None, "document"),
        Field("title", None, "title"),
        Field("title_en", None, "title_en"),
        Field(None, _("Commitment"), ("title", "title_en"), flexible=True, read=either),
        Field("owner", _("Owner"), "owner"),
        Field("role", _("Role"), "role", read=Role, optional=True),
        Field("basis", _("Basis"), "basis", read=Basis, optional=True),
        Field("scope", None, "scope"),
        Field("scope_en", None, "scope_en"),
        Field(None, _("Scope"), ("scope", "scope_en"), flexible=True, read=either),
        Field("kind", None, "kind", read=Kind),
        Field("target_year", None, "target", read=lambda target: _read(target).year),
        Field("target_month", None, "target", read=lambda target: _read(target).month),
        Field(None, _("Target"), "target"),
        Field(
            "target_basis",
            _("Target basis"),
            "target_basis",
            read=Basis,
            optional=True,
        ),
        *_axes(),
        Field("percent", "%", "percent", optional=True),
        *note_fields(),
        Field("problem", _("Problem"), "problem", flexible=True, optional=True),
        Field("next_step", _("Next step"), "next_step", flexible=True, optional=True),
        Field("effective_on", _("On"), "effective_on"),
        Field("recorded_at", None, "recorded_at"),
        Field("actor", None, "actor"),
        Field("version", None, "version"),
        *evidence_fields(),
        Field("unevidenced", None, ("status", "evidence"), read=unevidenced),
        Field(None, _("Lacks"), ("status", "evidence"), optional=True, read=_lacking),
        Field("due_on", None, "due_on"),
        Field("start_on", None, ("issued_on", "horizon"), read=_start_on),
        Field("start_basis", None, ("issued_on", "horizon"), read=_start_basis),
    ]


def note_fields() -> list[Field]:
    """The note as it was written; for people in the language spoken."""
    return [
        Field("note", None, "note"),
        Field(None, _("Note"), ("note", "first_report"), flexible=True, read=_spoken),
    ]


def evidence_fields() -> list[Field]:
    """The evidence: its lines as the log has them; for people without the hashes of files."""
    return [
        Field("evidence", None, ("evidence",), read=_lines),
        Field(None, _("Evidence"), ("evidence",), flexible=True, optional=True, read=_said),
    ]


def _lines(evidence: str | None) -> Plain:
    return Plain(evidence.split("\n") if evidence else [])


def _said(evidence: str | None) -> str:
    return "; ".join(piece.said for piece in pieces(evidence))


def _lacking(status: str, evidence: str | None) -> str | None:
    return _("evidence") if unevidenced(status, evidence) else None


def _start_on(issued_on: date | None, horizon: int | None) -> date | None:
    began = start(issued_on, horizon)
    return began and began.on


def _start_basis(issued_on: date | None, horizon: int | None) -> Basis | None:
    """Where the start of the time comes from: the date of issue, or the horizon where there is none."""
    began = start(issued_on, horizon)
    return began and (Basis.STATED if began.issued else Basis.HORIZON)


def shown_note(row: AssignmentRow | EntryRow) -> str | None:
    """The note; of a first report, which has it in both languages, the one spoken."""
    return _spoken(row.note, row.first_report)


def _spoken(note: str | None, first_report: str | None) -> str | None:
    return note and either(*in_both(note, first_report))


def _axes(of: str = "") -> list[Field]:
    """The three axes, each a column of its own."""
    return [
        Field("status", _("Status"), of + "status", read=Status),
        Field("position", _("Position"), of + "position", read=Position),
        Field(
            "verification",
            _("Verification"),
            of + "verification",
            read=Verification,
            optional=True,
        ),
    ]


def _owner(row: AssignmentRow) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "role": row.role,
        "basis": row.basis,
        "scope": row.scope,
        "scope_en": row.scope_en,
        "status": row.status,
        "percent": row.percent,
        "position": row.position,
        "verification": row.verification,
        "effective_on": row.effective_on,
    }
