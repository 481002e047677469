"""First reports: what the sources themselves say was achieved, appended once and never again."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from tracker.domain.log import PROGRAM, Entry
from tracker.domain.words import EntryKind
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import FirstReport
from tracker.store import log
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.models import assignments, commitments, documents, entries, measures, owners


def append(db: Connection, given: Sequence[FirstReport], *, by: Acting) -> list[FirstReport]:
    """Append those that never were, even if they have been withdrawn since; gives those appended.

    A report on an assignment that does not stand, or on a date that is to come or before the
    document, makes the file a bad one, and nothing is appended.
    """
    known = set(db.execute(select(entries.c.first_report)).scalars())
    fresh = [report for report in given if report.id not in known]
    standing = _standing(db)
    problems = [p for report in fresh for p in _problems(report, standing, by)]
    if problems:
        raise BadFile(problems)
    drafts = [(standing[report.key, report.owner].id, _draft(report)) for report in fresh]
    if drafts:
        log.append(db, drafts, command=log.SEED, by=by._replace(actor=PROGRAM))
    return fresh


class _Assignment(NamedTuple):
    id: int
    issued_on: date | None


def _problems(
    report: FirstReport, standing: dict[tuple[str, str], _Assignment], by: Acting
) -> Iterator[Problem]:
    assignment = standing.get((report.key, report.owner))
    if assignment is None:
        yield Problem(
            f"{report.where}: owner",
            _("{owner} has no assignment in {key}").format(owner=report.owner, key=report.key),
        )
    elif assignment.issued_on and report.effective_on < assignment.issued_on:
        yield Problem(
            f"{report.where}: effective_on",
            _("before the document: a starting position has its date of issue, {date}").format(
                date=assignment.issued_on
            ),
        )
    if report.effective_on > by.today:
        yield Problem(f"{report.where}: effective_on", _("lies in the future"))


def _standing(db: Connection) -> dict[tuple[str, str], _Assignment]:
    statement = (
        select(commitments.c.key, owners.c.code, assignments.c.id, documents.c.issued_on)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(assignments.c.standing)
    )
    return {(row[0], row[1]): _Assignment(row[2], row[3]) for row in db.execute(statement)}


def _draft(report: FirstReport) -> Entry:
    return log.draft(
        EntryKind.REPORT,
        effective_on=report.effective_on,
        status=report.status,
        note=report.note,
        evidence=report.evidence,
        first_report=report.id,
    )
