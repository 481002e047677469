"""What the log says of a span of time."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all

from tracker.domain.words import EntryKind, Role
from tracker.store.models import assignments, entries, stands
from tracker.store.rows import Filters
from tracker.store.statements.places import placed, places
from tracker.store.statements.states import withdrawn


def targets_moved(as_of: date, known_on: datetime, filters: Filters) -> Select[Any]:
    """Every move of a target that is effective by a date and stood at a time, by assignment in order."""
    return (
        select(
            entries.c.assignment_id,
            assignments.c.first_target,
            entries.c.target,
            entries.c.effective_on,
            entries.c.actor,
            entries.c.note,
        )
        .select_from(placed(assignments))
        .join(entries, entries.c.assignment_id == assignments.c.id)
        .where(
            *places(filters),
            entries.c.kind == EntryKind.RETARGET.value,
            entries.c.effective_on <= as_of,
            entries.c.recorded_at <= known_on,
            ~withdrawn(entries, known_on),
        )
        .order_by(entries.c.assignment_id, entries.c.effective_on, entries.c.version)
    )


def touched(after: datetime, until: datetime, filters: Filters) -> Select[Any]:
    """The assignments that count, by id, of which something was recorded, or which were added or
    retired, after one time and by another.
    """

    def within(column: ColumnElement[datetime]) -> ColumnElement[bool]:
        return and_(column > after, column <= until)

    logged = select(entries.c.assignment_id).where(within(entries.c.recorded_at))
    stood = select(stands.c.assignment_id).where(
        or_(within(stands.c.added_at), within(stands.c.retired_at))
    )
    return (
        select(assignments.c.id)
        .select_from(placed(assignments))
        .where(
            *places(filters),
            assignments.c.role != Role.SUPPORT.value,
            assignments.c.id.in_(union_all(logged, stood)),
        )
        .order_by(assignments.c.id)
    )


def spans(ids: list[int]) -> Select[Any]:
    """When these assignments were added and retired."""
    return select(stands.c.assignment_id, stands.c.added_at, stands.c.retired_at).where(
        stands.c.assignment_id.in_(ids)
    )
