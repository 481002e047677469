"""First reports: what the sources themselves say was achieved, appended once and never again."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tracker.domain.log import Entry
from tracker.domain.words import EntryKind
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import FirstReport
from tracker.store import log
from tracker.store.log import Acting
from tracker.store.models import assignments, commitments, entries, owners

# Who records what came with the program: nobody's `undo` takes it back by accident.
PROGRAM = "tracker"


def append(
    db: Connection, file: str, given: Sequence[FirstReport], *, by: Acting
) -> list[FirstReport]:
    """Append those that never were, even if they have been withdrawn since; gives those appended.

    A report on an assignment that does not stand makes the file a bad one, and nothing is appended.
    """
    known = set(db.execute(select(entries.c.first_report)).scalars())
    fresh = [report for report in given if report.id not in known]
    standing = _standing(db)
    strays = [report for report in fresh if (report.key, report.owner) not in standing]
    if strays:
        message = _("{id}: {owner} has no assignment in {key}")
        raise BadFile(
            [Problem(file, message.format(id=r.id, owner=r.owner, key=r.key)) for r in strays]
        )
    drafts = [(standing[report.key, report.owner], _draft(report)) for report in fresh]
    if drafts:
        log.append(db, drafts, command="seed", by=by._replace(actor=PROGRAM))
    return fresh


def _standing(db: Connection) -> dict[tuple[str, str], int]:
    statement = (
        select(commitments.c.key, owners.c.code, assignments.c.id)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(assignments.c.standing)
    )
    return {(row[0], row[1]): row[2] for row in db.execute(statement)}


def _draft(report: FirstReport) -> Entry:
    return log.draft(
        EntryKind.REPORT,
        effective_on=report.effective_on,
        status=report.status,
        note=report.note,
        evidence=report.evidence,
        first_report=report.id,
    )
