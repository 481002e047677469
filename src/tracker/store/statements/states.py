"""The states of all assignments as one relation.

What is cached and what is folded from the log have the same columns: those of the fold in
`domain.log`, which is the same rule for one assignment in Python; a test holds the three together.
The schedule position, which is never stored, is that of `domain.schedule`.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    ScalarSelect,
    Select,
    case,
    func,
    literal,
    or_,
    select,
)

from tracker.domain.schedule import AHEAD, BEHIND
from tracker.domain.words import EntryKind, Kind, Position, Status, Verification
from tracker.store.models import assignments, commitments, documents, entries, stands
from tracker.store.statements.dates import days, due_on, first_of
from tracker.store.statements.hints import not_sought
from tracker.store.states import States

# What of an assignment no entry changes.
_UNCHANGED = (
    "id",
    "commitment_id",
    "owner_id",
    "role",
    "basis",
    "scope",
    "scope_en",
    "first_target",
    "first_target_basis",
)

# From when time is counted: the document's date of issue, else 1 January of its horizon year.
started_on = func.coalesce(documents.c.issued_on, first_of(documents.c.horizon), type_=Date())


class StateTable(NamedTuple):
    """A relation of states, as statements take it, and the date that they are of."""

    table: FromClause
    as_of: date
    folded: bool = False

    @property
    def c(self) -> Any:  # noqa: ANN401 - a relation, of columns that hang on the groups
        """The columns."""
        return self.table.c

    @property
    def position(self) -> ColumnElement[str]:
        """The schedule position of a state, beside its commitment and document."""
        state, as_of = self.c, literal(self.as_of, Date())
        shut = or_(
            state.status.in_([Status.DONE.value, Status.DROPPED.value]),
            commitments.c.kind == Kind.CONTINUING.value,
        )
        percent = case((state.status == Status.NOT_STARTED.value, 0), else_=state.percent)
        share = percent * days(state.due_on, started_on)
        gone = days(as_of, started_on)
        return case(
            (or_(shut, state.due_on.is_(None), as_of < started_on), Position.NOT_APPLICABLE.value),
            (as_of > state.due_on, Position.OVERDUE.value),
            (
                or_(state.report.is_(None), percent.is_(None), started_on.is_(None)),
                Position.UNQUANTIFIED.value,
            ),
            (share < BEHIND * gone, Position.BEHIND.value),
            (share > AHEAD * gone, Position.AHEAD.value),
            else_=Position.ON_SCHEDULE.value,
        )


def table(states: States, inside: Select[Any] | None = None) -> StateTable:
    """The relation of these states; of those alone that are of the commitments inside, where that
    spares the folding of others.
    """
    if states.known_on is None:
        return StateTable(_cached(standing=states.standing), states.as_of)
    folded = _folded(states.as_of, states.known_on, inside)
    return StateTable(folded, states.as_of, folded=True)


def _cached(*, standing: bool) -> FromClause:
    """What the assignments cache."""
    return (
        select(
            assignments.c.id,
            assignments.c.commitment_id,
            assignments.c.owner_id,
            assignments.c.role,
            assignments.c.basis,
            assignments.c.scope,
            assignments.c.scope_en,
            assignments.c.report,
            assignments.c.status,
            assignments.c.percent,
            assignments.c.verification,
            assignments.c.target,
            assignments.c.target_basis,
            assignments.c.due_on,
            assignments.c.version,
        )
        .where(assignments.c.standing == standing)
        .subquery("states")
    )


def _folded(as_of: date, known_on: datetime, inside: Select[Any] | None) -> FromClause:
    """The states as they were on a date, by what had been recorded at a time."""
    stood = select(stands.c.assignment_id).where(
        stands.c.assignment_id == assignments.c.id,
        stands.c.added_at <= known_on,
        or_(stands.c.retired_at.is_(None), stands.c.retired_at > known_on),
    )
    folded = (
        select(
            *(assignments.c[name] for name in _UNCHANGED),
            _newest(EntryKind.REPORT, as_of, known_on).label("report_then"),
            _newest(EntryKind.RETARGET, as_of, known_on).label("retarget_then"),
        )
        .where(
            stood.exists(),
            *([] if inside is None else [assignments.c.commitment_id.in_(inside)]),
        )
        .cte("folded")
        .prefix_with("MATERIALIZED")
    )
    reported, moved = entries.alias("reported"), entries.alias("moved")
    review = entries.alias("review")
    verdict = (
        select(review.c.verification)
        .where(
            review.c.assignment_id == folded.c.id,
            review.c.kind == EntryKind.REVIEW.value,
            review.c.names == reported.c.version,
            review.c.recorded_at <= known_on,
            ~withdrawn(review, known_on),
        )
        # There are few of one report: by the index of versions all lines would be read for them.
        .order_by(not_sought(review.c.version).desc())
        .limit(1)
        .scalar_subquery()
    )
    version = (
        select(func.coalesce(func.max(entries.c.version), 0))
        .where(entries.c.assignment_id == folded.c.id, entries.c.recorded_at <= known_on)
        .scalar_subquery()
    )
    unread = case(
        (reported.c.version.is_(None), Verification.UNREPORTED.value),
        else_=Verification.REPORTED.value,
    )
    is_moved = folded.c.retarget_then.is_not(None)
    target = case((is_moved, moved.c.target), else_=folded.c.first_target)
    return (
        select(
            folded.c.id,
            folded.c.commitment_id,
            folded.c.owner_id,
            folded.c.role,
            folded.c.basis,
            folded.c.scope,
            folded.c.scope_en,
            reported.c.version.label("report"),
            func.coalesce(reported.c.status, Status.NOT_STARTED.value).label("status"),
            reported.c.percent,
            func.coalesce(verdict, unread).label("verification"),
            target.label("target"),
            case((is_moved, moved.c.target_basis), else_=folded.c.first_target_basis).label(
                "target_basis"
            ),
            due_on(target).label("due_on"),
            version.label("version"),
        )
        .select_from(folded)
        .outerjoin(reported, reported.c.id == folded.c.report_then)
        .outerjoin(moved, moved.c.id == folded.c.retarget_then)
        .cte("states")
    )


def _newest(kind: EntryKind, as_of: date, known_on: datetime) -> ScalarSelect[Any]:
    """The id of the entry that stands; of the kinds that name no other one, as the index has them."""
    return (
        select(entries.c.id)
        .where(
            entries.c.assignment_id == assignments.c.id,
            entries.c.kind == kind.value,
            entries.c.names.is_(None),
            entries.c.effective_on <= as_of,
            entries.c.recorded_at <= known_on,
            ~withdrawn(entries, known_on),
        )
        .order_by(entries.c.effective_on.desc(), entries.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )


def withdrawn(entry: Any, known_on: datetime) -> ColumnElement[bool]:  # noqa: ANN401 - a table or an alias of it
    """Whether an entry had been withdrawn by a time."""
    withdrawal = entries.alias()
    # Its column stands in the index: of a row, or of all columns, it would be read from the table.
    return (
        select(withdrawal.c.version)
        .where(
            withdrawal.c.assignment_id == entry.c.assignment_id,
            withdrawal.c.kind == EntryKind.WITHDRAWAL.value,
            withdrawal.c.names == entry.c.version,
            withdrawal.c.recorded_at <= known_on,
        )
        .exists()
    )
