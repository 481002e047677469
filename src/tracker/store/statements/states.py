"""The states of all assignments as one relation.

Those that are cached and those folded from the log relations have the same columns: those of the fold in `domain.log`, which is the same rule
for one assignment in Python; a test holds the three together. The schedule position, which is
never stored, is that of `domain.schedule`.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    ScalarSelect,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from tracker.domain.schedule import AHEAD, BEHIND
from tracker.domain.words import EntryKind, Kind, Position, Status, Verification
from tracker.store.models import assignments, commitments, documents, entries, stands
from tracker.store.statements.dates import days, due_on, first_of
from tracker.store.states import States

# From when time is counted: the document's date of issue, else 1 January of its horizon year.
started_on = func.coalesce(documents.c.issued_on, first_of(documents.c.horizon), type_=Date())


class StateTable(NamedTuple):
    """A relation of states, as statements take it, and the date that they are of."""

    table: FromClause
    as_of: date

    @property
    def c(self) -> Any:  # noqa: ANN401 - the columns of a relation
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


def table(states: States) -> StateTable:
    """The relation of these states."""
    if states.known_on is None:
        return StateTable(_cached(standing=states.standing), states.as_of)
    return StateTable(_folded(states.as_of, states.known_on), states.as_of)


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


def _folded(as_of: date, known_on: datetime) -> FromClause:
    """The states as they were on a date, by what had been recorded at a time."""
    report = _newest(EntryKind.REPORT, entries.c.version, as_of, known_on)
    retarget = _newest(EntryKind.RETARGET, entries.c.version, as_of, known_on)
    folded = (
        select(assignments, report.label("report_then"), retarget.label("retarget_then"))
        .where(
            exists().where(
                stands.c.assignment_id == assignments.c.id,
                stands.c.added_at <= known_on,
                or_(stands.c.retired_at.is_(None), stands.c.retired_at > known_on),
            )
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
            review.c.names == folded.c.report_then,
            review.c.recorded_at <= known_on,
            ~withdrawn(review, known_on),
        )
        .order_by(review.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    version = (
        select(func.coalesce(func.max(entries.c.version), 0))
        .where(entries.c.assignment_id == folded.c.id, entries.c.recorded_at <= known_on)
        .scalar_subquery()
    )
    unread = case(
        (folded.c.report_then.is_(None), Verification.UNREPORTED.value),
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
            folded.c.report_then.label("report"),
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
        .outerjoin(
            reported,
            and_(
                reported.c.assignment_id == folded.c.id, reported.c.version == folded.c.report_then
            ),
        )
        .outerjoin(
            moved,
            and_(moved.c.assignment_id == folded.c.id, moved.c.version == folded.c.retarget_then),
        )
        .cte("states")
        .prefix_with("MATERIALIZED")
    )


def _newest(kind: EntryKind, column: Any, as_of: date, known_on: datetime) -> ScalarSelect[Any]:  # noqa: ANN401 - a column
    return (
        select(column)
        .where(
            entries.c.assignment_id == assignments.c.id,
            entries.c.kind == kind.value,
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
    return exists().where(
        withdrawal.c.assignment_id == entry.c.assignment_id,
        withdrawal.c.kind == EntryKind.WITHDRAWAL.value,
        withdrawal.c.names == entry.c.version,
        withdrawal.c.recorded_at <= known_on,
    )
