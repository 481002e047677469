"""What making forms asks of the ledger."""

from typing import Any

from sqlalchemy import Select, select

from tracker.store.models import assignments, batches, documents, owners


def first_batch() -> Select[Any]:
    """What the ledger recorded first."""
    statement = select(batches.c.command, batches.c.actor, batches.c.recorded_at)
    return statement.order_by(batches.c.id).limit(1)


def with_assignments() -> Select[Any]:
    """The codes of the owners that have something to report on."""
    has = select(assignments.c.owner_id).where(assignments.c.standing)
    return select(owners.c.code).where(owners.c.id.in_(has)).order_by(owners.c.place, owners.c.code)


def titles() -> Select[Any]:
    """What the documents are called, by code."""
    return select(documents.c.code, documents.c.title, documents.c.title_en)
