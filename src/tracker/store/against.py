"""When a ledger had a digest: a tail cut off, or a chain computed anew, and it never had it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from tracker.domain.log import digest
from tracker.store import log
from tracker.store.connection import Connection
from tracker.store.models import assignments, batches, commitments, entries, owners


class Then(NamedTuple):
    """A time in the life of a ledger: the number of its newest batch, and when that was recorded.

    Before the first batch it is batch none.
    """

    batch: int | None
    recorded_at: datetime


def found(db: Connection, wanted: str) -> Then | None:
    """The latest time at which this was the digest of the ledger; None where it never was."""
    for then, known in _digests(db):
        if known == wanted:
            return then
    return None


def _digests(db: Connection) -> Iterator[tuple[Then, str]]:
    """The digest after each batch, the newest first: its lines are taken back, one batch at a time."""
    last = dict(log.last_hashes(db))
    undone = _lines(db)
    line = next(undone, None)
    newest_first = select(batches.c.id, batches.c.recorded_at).order_by(
        batches.c.recorded_at.desc(), batches.c.id.desc()
    )
    changed, known = True, ""
    for number, at in db.execute(newest_first).all():
        if changed:
            known = digest(last.items())
        yield Then(number, at), known
        changed = False
        while line is not None and line.batch == number:
            if line.before is None:
                last.pop(line.name, None)
            else:
                last[line.name] = line.before
            line, changed = next(undone, None), True
    yield Then(None, log.NOTHING_YET), digest(last.items())


class _Line(NamedTuple):
    """A line of the log: its batch, its assignment by name, and the hash of the line before it."""

    batch: int
    name: str
    before: str | None


def _lines(db: Connection) -> Iterator[_Line]:
    """The lines of all logs, the newest first."""
    earlier = entries.alias("earlier")
    statement = (
        select(
            entries.c.batch,
            commitments.c.key,
            owners.c.code,
            assignments.c.role,
            earlier.c.hash,
        )
        .join(assignments, assignments.c.id == entries.c.assignment_id)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .outerjoin(
            earlier,
            (earlier.c.assignment_id == entries.c.assignment_id)
            & (earlier.c.version == entries.c.version - 1),
        )
        .join(batches, batches.c.id == entries.c.batch)
        .order_by(batches.c.recorded_at.desc(), batches.c.id.desc(), entries.c.version.desc())
    )
    for batch, key, owner, role, before in db.execute(statement):
        yield _Line(batch, f"{key} {owner} {role}", before)
