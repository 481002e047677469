"""What is asked of a ledger: one function per question, each giving frozen rows.

Every question about states takes a relation of them from `states`: a question is written once,
whether it is about today or about what was known of a day long past.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Join,
    Select,
    and_,
    func,
    or_,
    select,
)

from tracker.domain.words import Role, Status
from tracker.store.models import (
    assignments,
    commitments,
    documents,
    entries,
    measures,
    owners,
    sections,
    sentences,
    wordings,
)
from tracker.store.rows import (
    AssignmentRow,
    CommitmentRow,
    EntryRow,
    Filters,
    MeasureRow,
    SectionRow,
    SentenceRow,
)
from tracker.store.states import States


def measure_rows(db: Connection, filters: Filters = Filters()) -> list[MeasureRow]:
    """The measures that have somebody to do them, in the order of documents and numbers."""
    statement = (
        select(
            measures.c.id,
            measures.c.key,
            documents.c.code,
            sections.c.number,
            sections.c.label,
            sections.c.title,
            sections.c.title_en,
            measures.c.number,
            measures.c.label,
            measures.c.title,
            measures.c.title_en,
        )
        .join(documents, documents.c.id == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .where(
            *places(filters),
            measures.c.id.in_(_with_assignments(commitments.c.measure_id, filters)),
        )
        .order_by(documents.c.code, measures.c.number)
    )
    for word in filters.search:
        statement = statement.where(
            or_(
                _says(word, measures.c.title, measures.c.title_en, measures.c.key),
                measures.c.id.in_(select(commitments.c.measure_id).where(_mentions(word))),
            )
        )
    return [MeasureRow._make(row) for row in db.execute(statement)]


def commitment_rows(db: Connection, filters: Filters = Filters()) -> list[CommitmentRow]:
    """The commitments that have somebody to do them, in the order of their measures."""
    statement = (
        select(
            commitments.c.id,
            commitments.c.key,
            measures.c.key,
            documents.c.code,
            sections.c.number,
            commitments.c.sentence,
            commitments.c.title,
            commitments.c.title_en,
            commitments.c.kind,
            commitments.c.weight,
            commitments.c.note,
            commitments.c.note_en,
        )
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .where(
            *places(filters),
            *map(_mentions, filters.search),
            commitments.c.id.in_(_with_assignments(assignments.c.commitment_id, filters)),
        )
        .order_by(documents.c.code, measures.c.number, commitments.c.sentence)
    )
    return [CommitmentRow._make(row) for row in db.execute(statement)]


def assignment_rows(
    db: Connection, states: States, filters: Filters = Filters(), status: Status | None = None
) -> list[AssignmentRow]:
    """The assignments with what was last reported of them, in the order of their commitments."""
    state, report = states.c, entries.c
    statement = (
        select(
            state.id,
            state.commitment_id,
            commitments.c.key,
            measures.c.key,
            documents.c.code,
            commitments.c.title,
            commitments.c.title_en,
            commitments.c.kind,
            owners.c.code,
            state.role,
            state.basis,
            state.scope,
            state.scope_en,
            state.target,
            state.target_basis,
            state.status,
            report.percent,
            state.verification,
            report.note,
            report.problem,
            report.next_step,
            report.evidence,
            report.effective_on,
            report.recorded_at,
            report.actor,
            state.version,
            report.first_report,
        )
        .select_from(placed(states))
        .outerjoin(entries, and_(report.assignment_id == state.id, report.version == state.report))
        .where(
            *places(filters),
            *map(_mentions, filters.search),
            *([owners.c.code.in_(filters.owners)] if filters.owners else []),
            *([state.status == status.value] if status else []),
        )
        .order_by(
            documents.c.code,
            measures.c.number,
            commitments.c.sentence,
            owners.c.place,
            owners.c.code,
        )
    )
    return [AssignmentRow._make(row) for row in db.execute(statement)]


def section_rows(db: Connection) -> list[SectionRow]:
    """The sections of all documents."""
    statement = (
        select(
            documents.c.code,
            documents.c.title,
            documents.c.title_en,
            sections.c.number,
            sections.c.label,
            sections.c.title,
            sections.c.title_en,
        )
        .join(documents, documents.c.id == sections.c.document_id)
        .order_by(documents.c.code, sections.c.number)
    )
    return [SectionRow._make(row) for row in db.execute(statement)]


def entry_rows(
    db: Connection,
    *,
    filters: Filters = Filters(),
    since: date | None = None,
    actor: str | None = None,
    batch: int | None = None,
) -> list[EntryRow]:
    """The lines of the log, oldest first."""
    named = entries.alias("named")
    statement = (
        select(
            entries.c.id,
            entries.c.batch,
            commitments.c.key,
            owners.c.code,
            entries.c.version,
            entries.c.kind,
            entries.c.status,
            entries.c.percent,
            entries.c.note,
            entries.c.problem,
            entries.c.next_step,
            entries.c.evidence,
            entries.c.verification,
            entries.c.target,
            entries.c.target_basis,
            entries.c.effective_on,
            entries.c.recorded_at,
            entries.c.actor,
            named.c.id,
            entries.c.hash,
            entries.c.first_report,
        )
        .select_from(placed(assignments))
        .join(entries, entries.c.assignment_id == assignments.c.id)
        .outerjoin(
            named,
            and_(
                named.c.assignment_id == entries.c.assignment_id, named.c.version == entries.c.names
            ),
        )
        .where(*places(filters))
        .order_by(entries.c.id)
    )
    if filters.owners:
        statement = statement.where(owners.c.code.in_(filters.owners))
    if since:
        statement = statement.where(entries.c.effective_on >= since)
    if actor:
        statement = statement.where(entries.c.actor == actor)
    if batch:
        statement = statement.where(entries.c.batch == batch)
    return [EntryRow._make(row) for row in db.execute(statement)]


def sentence_rows(
    db: Connection, document: str | None = None, *, measure: str | None = None
) -> list[SentenceRow]:
    """The sentences of every measure, with the commitment that each is and how many own it."""
    standing = (
        select(assignments.c.commitment_id, func.count().label("owners"))
        .where(assignments.c.standing)
        .group_by(assignments.c.commitment_id)
        .subquery("standing")
    )
    tracked = (
        select(
            commitments.c.measure_id, commitments.c.sentence, commitments.c.key, standing.c.owners
        )
        .join(standing, standing.c.commitment_id == commitments.c.id)
        .subquery("tracked")
    )
    statement = (
        select(
            documents.c.code,
            measures.c.key,
            measures.c.title,
            measures.c.title_en,
            measures.c.number,
            measures.c.label,
            sections.c.number,
            sections.c.label,
            sentences.c.number,
            sentences.c.fingerprint,
            tracked.c.key,
            func.coalesce(tracked.c.owners, 0),
            sentences.c.untracked,
            sentences.c.untracked_en,
            wordings.c.text,
            sentences.c.starts_at,
            sentences.c.ends_at,
        )
        .join(measures, measures.c.id == sentences.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .outerjoin(
            wordings,
            and_(
                wordings.c.document_id == documents.c.id,
                wordings.c.fingerprint == sentences.c.fingerprint,
            ),
        )
        .outerjoin(
            tracked,
            and_(tracked.c.measure_id == measures.c.id, tracked.c.sentence == sentences.c.number),
        )
        .order_by(documents.c.code, measures.c.number, sentences.c.number)
    )
    if document:
        statement = statement.where(documents.c.code == document)
    if measure:
        statement = statement.where(measures.c.key == measure)
    return [SentenceRow._make(row) for row in db.execute(statement)]


def last_wording(db: Connection, commitment: str) -> str | None:
    """The wording of a commitment's sentence, or of the one it was before the text left it out."""
    return db.execute(
        select(wordings.c.text)
        .join(measures, measures.c.document_id == wordings.c.document_id)
        .join(
            commitments,
            and_(
                commitments.c.measure_id == measures.c.id,
                commitments.c.fingerprint == wordings.c.fingerprint,
            ),
        )
        .where(commitments.c.key == commitment)
    ).scalar()


def placed(states: FromClause) -> Join:
    """Assignments or states, with all that they belong to."""
    return (
        states.join(commitments, commitments.c.id == states.c.commitment_id)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .join(owners, owners.c.id == states.c.owner_id)
    )


def places(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.document:
        found.append(documents.c.code == filters.document)
    if filters.section:
        found.append(sections.c.number == filters.section)
    if filters.key:
        column = commitments.c.key if "." in filters.key else measures.c.key
        found.append(column == filters.key)
    return found


def _with_assignments(column: ColumnElement[Any], filters: Filters) -> Select[Any]:
    chosen = (
        select(column)
        .select_from(assignments)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
    )
    if not filters.key:
        # What has been retired leaves the lists; asked for by its key it is still there.
        chosen = chosen.where(assignments.c.standing)
    if filters.owners:
        chosen = chosen.join(owners, owners.c.id == assignments.c.owner_id).where(
            owners.c.code.in_(filters.owners)
        )
    if filters.due_before:
        chosen = chosen.where(
            assignments.c.due_on < filters.due_before,
            assignments.c.role != Role.SUPPORT.value,
            assignments.c.status.not_in([Status.DONE.value, Status.DROPPED.value]),
        )
    return chosen


def _mentions(word: str) -> ColumnElement[bool]:
    """Whether a commitment, or the scope of one of its assignments, has that word."""
    scoped = select(assignments.c.commitment_id).where(
        assignments.c.standing, _says(word, assignments.c.scope, assignments.c.scope_en)
    )
    own = _says(
        word,
        commitments.c.title,
        commitments.c.title_en,
        commitments.c.note,
        commitments.c.note_en,
        commitments.c.key,
    )
    return or_(own, commitments.c.id.in_(scoped))


def _says(word: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
