"""The lists: measures with their roll-up, commitments with their owners, assignments with reports."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from tracker.domain.log import BETWEEN
from tracker.domain.rollup import Numbers
from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role, Status
from tracker.errors import UsageRefusal
from tracker.i18n import _, either
from tracker.report.model import Bar, Field, Share, Table, tabulated
from tracker.store import lookup, queries, rollups, states
from tracker.store.ledger import Connection
from tracker.store.rows import (
    AssignmentRow,
    CommitmentRow,
    EntryRow,
    Filters,
    MeasureRow,
    TargetRow,
)
from tracker.store.states import States

# Longer than any title; more words only make a statement that no database takes.
_LONGEST_SEARCH = 200


class Measure(NamedTuple):
    """A measure with what its assignments amount to."""

    row: MeasureRow
    numbers: Numbers
    owners: list[str]
    targets: list[TargetRow]

    @property
    def latest(self) -> TargetRow | None:
        """The latest target: the measure's own."""
        return max(self.targets, key=lambda target: (_due(target), target.basis), default=None)

    @property
    def years(self) -> list[int]:
        """The years of the commitments' targets, each once."""
        return sorted({_year(target) for target in self.targets})

    @property
    def open_year(self) -> int | None:
        """The earliest year in which something not done is due."""
        return min((_year(target) for target in self.targets if target.open), default=None)


class Commitment(NamedTuple):
    """A commitment with its assignments."""

    row: CommitmentRow
    numbers: Numbers
    assignments: list[AssignmentRow]

    @property
    def target(self) -> AssignmentRow | None:
        """The assignment with the latest target: the commitment's own."""
        counted = [a for a in self.assignments if a.target and a.role != Role.SUPPORT]
        return max(counted, key=_due, default=None)


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
    return Filters(
        document=code,
        section=None if section is None else lookup.section(db, section, code),
        owners=() if owner is None else lookup.and_below(db, lookup.owner(db, owner)),
        due_before=due_before,
        search=_words(search or ""),
        key=None if key is None else lookup.key(db, key),
    )


def _words(search: str) -> tuple[str, ...]:
    if len(search) > _LONGEST_SEARCH:
        raise UsageRefusal(_("--search takes {limit} characters").format(limit=_LONGEST_SEARCH))
    return tuple(search.split())


def listed(db: Connection, by: str, filters: Filters, status: Status | None) -> Table:
    """The list whose lines are measures, commitments or assignments."""
    made = {"measure": measures, "commitment": commitments, "assignment": assignments}
    return made[by](db, filters, status)


def numbers_fields(counted: Iterable[Numbers]) -> list[Field]:
    """The columns of counts and shares that every roll-up has; weights where any are set."""
    weighted = _("Weighted") if any(n.weight != n.denominator for n in counted) else None
    return [
        Field("assignments", _("All"), "numbers.assignments", optional=True),
        Field("done", _("Done"), "numbers.done", optional=True),
        Field("share_done", _("Share"), lambda r: Share(r.numbers.done, r.numbers.denominator)),
        Field(
            "share_verified",
            _("Verified"),
            lambda r: Share(r.numbers.done_verified, r.numbers.denominator),
            optional=True,
        ),
        Field(
            "weighted_done",
            weighted,
            lambda r: Share(r.numbers.weight_done, r.numbers.weight),
            optional=True,
        ),
    ]


def measures(
    db: Connection,
    filters: Filters = Filters(),
    status: Status | None = None,
    *,
    of: States | None = None,
) -> Table:
    """Measures with section, owners, target year, status and the share done."""
    of = states.now() if of is None else of
    numbers = rollups.numbers(db, of, "measure")
    owners = rollups.measure_owners(db, of)
    targets: dict[int, list[TargetRow]] = {}
    for target in rollups.measure_targets(db, of):
        targets.setdefault(target.measure_id, []).append(target)
    rows = [
        Measure(row, numbers[row.id], owners[row.id], targets.get(row.id, []))
        for row in queries.measure_rows(db, filters)
        if row.id in numbers
    ]
    return tabulated(
        "measures",
        _("Measures"),
        (r for r in rows if status in (None, r.numbers.status)),
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
            Field("target_year", _("Target"), lambda m: m.latest and _year(m.latest)),
            Field("target_years", None, "years"),
            Field(
                "target_basis",
                _("Target basis"),
                lambda m: m.latest and Basis(m.latest.basis),
                optional=True,
            ),
            Field("open_target_year", _("Next due"), "open_year", optional=True),
            Field("owners", _("Owners"), "owners", flexible=True),
            Field("status", _("Status"), "numbers.status"),
            Field("commitments", None, "numbers.commitments"),
            *numbers_fields(numbers.values()),
            Field(None, _("Progress"), lambda m: Bar(m.numbers.done, m.numbers.denominator)),
        ],
    )


def commitments(
    db: Connection, filters: Filters = Filters(), status: Status | None = None
) -> Table:
    """Commitments with kind, target, status and owners."""
    of = states.now()
    numbers = rollups.numbers(db, of, "commitment")
    shares: dict[int, list[AssignmentRow]] = {}
    for assignment in queries.assignment_rows(
        db, of, Filters(document=filters.document, section=filters.section)
    ):
        shares.setdefault(assignment.commitment_id, []).append(assignment)
    rows = [
        Commitment(row, numbers[row.id], shares[row.id])
        for row in queries.commitment_rows(db, filters)
        if row.id in numbers
    ]
    return tabulated(
        "commitments",
        _("Commitments"),
        (r for r in rows if status in (None, r.numbers.status)),
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
            Field("target_year", None, lambda c: c.target and _year(c.target)),
            Field(None, _("Target"), lambda c: c.target and c.target.target),
            Field(
                "target_basis",
                _("Target basis"),
                lambda c: c.target and Basis(c.target.target_basis),
                optional=True,
            ),
            Field("status", _("Status"), "numbers.status"),
            Field("weight", None, "row.weight"),
            Field("owners", None, lambda c: [_owner(each) for each in c.assignments]),
            Field(
                None, _("Owners"), lambda c: [each.owner for each in c.assignments], flexible=True
            ),
            *numbers_fields(numbers.values()),
        ],
    )


def assignments(
    db: Connection, filters: Filters = Filters(), status: Status | None = None
) -> Table:
    """Assignments with what was last reported of each."""
    rows = queries.assignment_rows(db, states.now(), filters, status)
    if filters.due_before:
        rows = [row for row in rows if _is_due(row, filters.due_before)]
    return tabulated("assignments", _("Assignments"), rows, assignment_fields())


def assignment_fields() -> list[Field]:
    """The columns of an assignment."""
    return [
        Field("key", _("Key"), "key"),
        Field("measure", None, "measure"),
        Field("document", None, "document"),
        Field("title", None, "title"),
        Field("title_en", None, "title_en"),
        Field(None, _("Commitment"), lambda a: either(a.title, a.title_en), flexible=True),
        Field("owner", _("Owner"), "owner"),
        Field("role", _("Role"), lambda a: Role(a.role), optional=True),
        Field("basis", _("Basis"), lambda a: Basis(a.basis), optional=True),
        Field("scope", None, "scope"),
        Field("scope_en", None, "scope_en"),
        Field(None, _("Scope"), lambda a: either(a.scope, a.scope_en), flexible=True),
        Field("kind", None, lambda a: Kind(a.kind)),
        Field("target_year", None, lambda a: a.target and _year(a)),
        Field("target_month", None, lambda a: _target(a) and _target(a).month),
        Field(None, _("Target"), "target"),
        Field(
            "target_basis",
            _("Target basis"),
            lambda a: a.target_basis and Basis(a.target_basis),
            optional=True,
        ),
        Field("status", _("Status"), lambda a: Status(a.status)),
        Field("percent", "%", "percent", optional=True),
        Field("verification", None, "verification"),
        Field("note", None, "note"),
        Field(None, _("Note"), shown_note, flexible=True),
        Field("problem", _("Problem"), "problem", flexible=True, optional=True),
        Field("next_step", _("Next step"), "next_step", flexible=True, optional=True),
        Field("effective_on", _("On"), "effective_on"),
        Field("recorded_at", None, "recorded_at"),
        Field("actor", None, "actor"),
        Field("version", None, "version"),
        Field(
            "evidence",
            _("Evidence"),
            lambda a: a.evidence.split("\n") if a.evidence else [],
            flexible=True,
            optional=True,
        ),
    ]


def shown_note(row: AssignmentRow | EntryRow) -> str | None:
    """The note; of a first report, which has it in both languages, the one spoken."""
    if row.note is None or row.first_report is None:
        return row.note
    zh, _between, en = row.note.partition(BETWEEN)
    return either(zh, en)


def _is_due(row: AssignmentRow, before: date) -> bool:
    shut = (Status.DONE, Status.DROPPED)
    return row.target is not None and _due(row) < before and row.status not in shut


def _owner(row: AssignmentRow) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "role": row.role,
        "basis": row.basis,
        "scope": row.scope,
        "scope_en": row.scope_en,
        "status": row.status,
        "percent": row.percent,
        "effective_on": row.effective_on,
    }


def _target(row: TargetRow | AssignmentRow) -> Any:  # noqa: ANN401 - Target or None, None only where there is none
    return Target.read(row.target) if row.target else None


def _due(row: TargetRow | AssignmentRow) -> date:
    due: date = _target(row).due
    return due


def _year(row: TargetRow | AssignmentRow) -> int:
    return int(_target(row).year)
