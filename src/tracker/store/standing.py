"""Which assignments stand from when: put in their place, taken out, and what a batch did taken back."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from tracker.domain.words import Basis
from tracker.store.models import assignments, batches, commitments, owners, stands

# The commands that move parts by hand: a breakdown table, and taking that back.
IMPORT = "import"
UNDO = "undo"

# The batches that put an assignment in its place or took it out: those of the same time.
_ADDED = batches.c.recorded_at == stands.c.added_at
_MOVED = or_(_ADDED, batches.c.recorded_at == stands.c.retired_at)


class Move(NamedTuple):
    """An assignment put in its place by hand, or taken out: whose, by whom and when."""

    owner: str
    role: str
    standing: bool
    batch: int
    recorded_at: datetime
    actor: str


def moves(db: Connection, key: str, known_on: datetime | None = None) -> list[Move]:
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
        .where(commitments.c.key == key, assignments.c.basis == Basis.ASSIGNED.value)
        .order_by(batches.c.id, _ADDED, owners.c.place)
    )
    if known_on is not None:
        statement = statement.where(batches.c.recorded_at <= known_on)
    return [Move._make(row) for row in db.execute(statement)]


def stand(db: Connection, assignment: int, at: datetime, *, standing: bool) -> None:
    """Put an assignment in its place from a time on, or take it out; its log stays."""
    db.execute(update(assignments).where(assignments.c.id == assignment).values(standing=standing))
    if standing:
        db.execute(insert(stands).values(assignment_id=assignment, added_at=at))
    else:
        db.execute(
            update(stands)
            .where(stands.c.assignment_id == assignment, stands.c.retired_at.is_(None))
            .values(retired_at=at)
        )


def parts_of(db: Connection, batch: int) -> list[tuple[int, bool]]:
    """The assignments that an import put in their place or took out, where nothing but what was undone
    came after it: each with whether it stands.
    """
    moved = (
        select(stands.c.assignment_id)
        .join(batches, _MOVED)
        .where(batches.c.id == batch, batches.c.command == IMPORT)
    )
    statement = (
        select(stands.c.assignment_id, _ADDED, batches.c.id, batches.c.command)
        .join(batches, _MOVED)
        .where(stands.c.assignment_id.in_(moved))
        .order_by(batches.c.id)
    )
    in_force: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    for assignment, standing, by, command in db.execute(statement):
        if command == UNDO:
            in_force[assignment].pop()
        else:
            in_force[assignment].append((by, standing))
    last = {assignment: left[-1] for assignment, left in in_force.items() if left}
    return [(assignment, standing) for assignment, (by, standing) in last.items() if by == batch]
