"""The evidence that the log names."""

from typing import Any

from sqlalchemy import Select, select

from tracker.store.models import assignments, commitments, entries, owners
from tracker.store.statements.places import placed


def named() -> Select[Any]:
    """The lines of the log that name a file, the first one first."""
    return (
        select(commitments.c.key, owners.c.code, entries.c.version, entries.c.evidence)
        .select_from(placed(assignments))
        .join(entries, entries.c.assignment_id == assignments.c.id)
        .where(entries.c.evidence.contains("sha256:"))
        .order_by(entries.c.recorded_at, entries.c.id)
    )
