"""What taking a batch back asks of the log."""

from typing import Any

from sqlalchemy import Select, select

from tracker.domain.words import EntryKind
from tracker.store.models import batches, entries, observations


def figures(batch: int) -> Select[Any]:
    """A figure that a batch recorded, where there is one."""
    return select(observations.c.id).where(observations.c.batch == batch).limit(1)


def batches_of(actor: str, but: str) -> Select[Any]:
    """The batches of an actor but those of one command, the newest first."""
    return (
        select(batches.c.id)
        .where(batches.c.actor == actor, batches.c.command != but)
        .order_by(batches.c.recorded_at.desc(), batches.c.id.desc())
    )


def actor_of(batch: int) -> Select[Any]:
    """Whose a batch is."""
    return select(batches.c.actor).where(batches.c.id == batch)


def standing_entries(batch: int) -> Select[Any]:
    """The lines of a batch that have not been withdrawn: assignment and version."""
    withdrawal = entries.alias("withdrawal")
    return (
        select(entries.c.assignment_id, entries.c.version)
        .where(
            entries.c.batch == batch,
            entries.c.kind != EntryKind.WITHDRAWAL.value,
            ~select(withdrawal.c.id)
            .where(
                withdrawal.c.assignment_id == entries.c.assignment_id,
                withdrawal.c.kind == EntryKind.WITHDRAWAL.value,
                withdrawal.c.names == entries.c.version,
            )
            .exists(),
        )
        .order_by(entries.c.id)
    )
