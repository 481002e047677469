"""Which assignments stand from when, and what put them there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, bindparam, insert, or_, select, update
from sqlalchemy.sql.dml import Insert

from tracker.domain.words import Basis
from tracker.store.models import assignments, batches, commitments, owners, stands

# The batches that put an assignment in its place or took it out: those of the same time.
_ADDED = batches.c.recorded_at == stands.c.added_at
_MOVED = or_(_ADDED, batches.c.recorded_at == stands.c.retired_at)


def moves(commitment: str, known_on: datetime | None) -> Select[Any]:
    """Who gave units their parts in a commitment, and took them away, in that order of time."""
    statement = (
        select(
            owners.c.code,
            assignments.c.role,
            _ADDED,
            batches.c.id,
            batches.c.recorded_at,
            batches.c.actor,
        )
        .select_from(stands)
        .join(assignments, assignments.c.id == stands.c.assignment_id)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .join(batches, _MOVED)
        .where(commitments.c.key == commitment, assignments.c.basis == Basis.ASSIGNED.value)
        .order_by(batches.c.recorded_at, _ADDED, owners.c.place)
    )
    return statement if known_on is None else statement.where(batches.c.recorded_at <= known_on)


def mark() -> Update:
    """Whether an assignment stands."""
    return (
        update(assignments)
        .where(assignments.c.id == bindparam("assignment"))
        .values(standing=bindparam("now_standing"))
    )


def begin() -> Insert:
    """An assignment stands from a time on."""
    return insert(stands).values(assignment_id=bindparam("assignment"), added_at=bindparam("at"))


def end() -> Update:
    """An assignment stands no longer, from a time on."""
    return (
        update(stands)
        .where(stands.c.assignment_id == bindparam("assignment"), stands.c.retired_at.is_(None))
        .values(retired_at=bindparam("at"))
    )


def parts_moved(batch: int, command: str) -> Select[Any]:
    """All that was ever done with the assignments that a batch of a command put in their place or took
    out: which, whether it stood then, by which batch and command.
    """
    moved = (
        select(stands.c.assignment_id)
        .join(batches, _MOVED)
        .where(batches.c.id == batch, batches.c.command == command)
    )
    return (
        select(stands.c.assignment_id, _ADDED, batches.c.id, batches.c.command)
        .join(batches, _MOVED)
        .where(stands.c.assignment_id.in_(moved))
        .order_by(batches.c.recorded_at)
    )
