"""The states of all assignments as one relation: as they are, or as they were and were known.

Both relations have the same columns: those of the fold in `domain.log`, which is the same rule
for one assignment in Python; a test holds the three together.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, case, exists, func, or_, select

from tracker.domain.words import EntryKind, Status, Verification
from tracker.store.models import assignments, entries, stands

# A relation of states, as queries take it.
States = Subquery


def now() -> States:
    """The states as they are: what the assignments cache."""
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
            assignments.c.verification,
            assignments.c.target,
            assignments.c.target_basis,
            assignments.c.version,
        )
        .where(assignments.c.standing)
        .subquery("states")
    )


def on(as_of: date, known_on: datetime) -> States:
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
        .subquery("folded")
    )
    reported, moved = entries.alias("reported"), entries.alias("moved")
    review, withdrawal = entries.alias("review"), entries.alias("withdrawal")
    verdict = (
        select(review.c.verification)
        .where(
            review.c.assignment_id == folded.c.id,
            review.c.kind == EntryKind.REVIEW.value,
            review.c.names == folded.c.report_then,
            review.c.recorded_at <= known_on,
            ~_withdrawn(review, withdrawal, known_on),
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
            func.coalesce(verdict, unread).label("verification"),
            case((is_moved, moved.c.target), else_=folded.c.first_target).label("target"),
            case((is_moved, moved.c.target_basis), else_=folded.c.first_target_basis).label(
                "target_basis"
            ),
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
        .subquery("states")
    )


def _newest(kind: EntryKind, column: Any, as_of: date, known_on: datetime) -> ScalarSelect[Any]:  # noqa: ANN401 - a column
    withdrawal = entries.alias()
    return (
        select(column)
        .where(
            entries.c.assignment_id == assignments.c.id,
            entries.c.kind == kind.value,
            entries.c.effective_on <= as_of,
            entries.c.recorded_at <= known_on,
            ~_withdrawn(entries, withdrawal, known_on),
        )
        .order_by(entries.c.effective_on.desc(), entries.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )


def _withdrawn(entry: Any, withdrawal: Any, known_on: datetime) -> ColumnElement[bool]:  # noqa: ANN401 - two aliases
    return exists().where(
        withdrawal.c.assignment_id == entry.c.assignment_id,
        withdrawal.c.kind == EntryKind.WITHDRAWAL.value,
        withdrawal.c.names == entry.c.version,
        withdrawal.c.recorded_at <= known_on,
    )
