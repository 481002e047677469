"""What is asked of a ledger: one function per question, each giving frozen rows.

Every question about states takes a relation of them from `states`: a question is written once,
whether it is about today or about what was known of a day long past.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Join,
    Select,
    Table,
    and_,
    func,
    or_,
    select,
)

from tracker.domain.words import EntryKind, Role, Status, spellings
from tracker.store.models import (
    assignments,
    commitments,
    documents,
    entries,
    measures,
    owners,
    sections,
    sentences,
    stands,
    wordings,
)
from tracker.store.rows import (
    AssignmentRow,
    Axes,
    CommitmentRow,
    EntryRow,
    Filters,
    MeasureRow,
    SectionRow,
)
from tracker.store.states import States


def measure_rows(db: Connection, states: States, filters: Filters = Filters()) -> list[MeasureRow]:
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
            *_with_assignments(measures.c.id, commitments.c.measure_id, states, filters),
        )
        .order_by(documents.c.code, measures.c.number)
    )
    for word in filters.search:
        statement = statement.where(
            or_(
                _says(word, measures.c.title, measures.c.title_en, measures.c.key),
                measures.c.id.in_(
                    _tracked(commitments.c.measure_id, states).where(_mentions(word, states))
                ),
                measures.c.id.in_(_worded(word, sentences, "measure_id")),
            )
        )
    return [MeasureRow._make(row) for row in db.execute(statement)]


def commitment_rows(
    db: Connection, states: States, filters: Filters = Filters()
) -> list[CommitmentRow]:
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
            *(_mentions(word, states) for word in filters.search),
            *_with_assignments(commitments.c.id, commitments.c.id, states, filters),
        )
        .order_by(documents.c.code, measures.c.number, commitments.c.sentence)
    )
    return [CommitmentRow._make(row) for row in db.execute(statement)]


def assignment_rows(
    db: Connection, states: States, filters: Filters = Filters(), axes: Axes = Axes()
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
            owners.c.name,
            owners.c.name_en,
            state.role,
            state.basis,
            state.scope,
            state.scope_en,
            state.target,
            state.target_basis,
            state.status,
            state.percent,
            states.position,
            state.verification,
            report.note,
            report.problem,
            report.next_step,
            report.evidence,
            report.effective_on,
            report.recorded_at,
            report.actor,
            state.version,
            state.report,
            report.first_report,
            state.due_on,
            documents.c.issued_on,
            documents.c.horizon,
            commitments.c.weight,
        )
        .select_from(placed(states.relation))
        .outerjoin(entries, and_(report.assignment_id == state.id, report.version == state.report))
        .where(
            *places(filters),
            *(_mentions(word, states) for word in filters.search),
            *([owners.c.code.in_(filters.owners)] if filters.owners else []),
            *(_due(states, filters.due_before) if filters.due_before else []),
            *([state.status == axes.status.value] if axes.status else []),
            *([states.position == axes.position.value] if axes.position else []),
            *([state.verification == axes.verification.value] if axes.verification else []),
        )
        .order_by(
            documents.c.code,
            measures.c.number,
            commitments.c.sentence,
            owners.c.place,
            owners.c.code,
            state.role,
        )
    )
    return [AssignmentRow._make(row) for row in db.execute(statement)]


def recorded_times(db: Connection) -> dict[int, tuple[datetime, datetime]]:
    """For each assignment (by id) when it was added, and when it was last changed or retired."""
    found: dict[int, tuple[datetime, datetime]] = {}
    told = select(entries.c.assignment_id, entries.c.recorded_at, entries.c.recorded_at)
    stood = select(
        stands.c.assignment_id,
        stands.c.added_at,
        func.coalesce(stands.c.retired_at, stands.c.added_at),
    )
    for assignment, first, last in db.execute(stood.union_all(told)):
        added, changed = found.get(assignment, (first, last))
        found[assignment] = (min(added, first), max(changed, last))
    return found


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
    until: date | None = None,
    known_on: datetime | None = None,
    actor: str | None = None,
    batch: int | None = None,
) -> list[EntryRow]:
    """The lines of the log, oldest first: effective between two dates, recorded by a time."""
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
            assignments.c.role,
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
    if until:
        # Reviews and withdrawals act by when they were recorded.
        acting = [EntryKind.REVIEW.value, EntryKind.WITHDRAWAL.value]
        statement = statement.where(
            or_(entries.c.kind.in_(acting), entries.c.effective_on <= until)
        )
    if known_on:
        statement = statement.where(entries.c.recorded_at <= known_on)
    if actor:
        statement = statement.where(entries.c.actor == actor)
    if batch:
        statement = statement.where(entries.c.batch == batch)
    return [EntryRow._make(row) for row in db.execute(statement)]


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


def _with_assignments(
    column: ColumnElement[Any], having: ColumnElement[Any], states: States, filters: Filters
) -> list[ColumnElement[bool]]:
    """That somebody has it to do; what has been retired leaves the lists, not what its key names."""
    if filters.key:
        return []
    chosen = _tracked(having, states)
    if filters.owners:
        chosen = chosen.join(owners, owners.c.id == states.c.owner_id).where(
            owners.c.code.in_(filters.owners)
        )
    if filters.due_before:
        # What only supporters have still to do counts nowhere.
        chosen = chosen.where(
            *_due(states, filters.due_before), states.c.role != Role.SUPPORT.value
        )
    return [column.in_(chosen)]


def _tracked(column: ColumnElement[Any], states: States) -> Select[Any]:
    """A column of the commitments that somebody has to do."""
    return (
        select(column)
        .select_from(states.relation)
        .join(commitments, commitments.c.id == states.c.commitment_id)
    )


def _due(states: States, before: date) -> list[ColumnElement[bool]]:
    return [
        states.c.due_on < before,
        states.c.status.not_in([Status.DONE.value, Status.DROPPED.value]),
    ]


def _mentions(word: str, states: States) -> ColumnElement[bool]:
    """Whether a commitment has that word, its official wording, the scope of one of its assignments,
    or what was last reported of one.
    """
    scoped = select(states.c.commitment_id).where(_says(word, states.c.scope, states.c.scope_en))
    reported = (
        select(states.c.commitment_id)
        .join(
            entries,
            and_(entries.c.assignment_id == states.c.id, entries.c.version == states.c.report),
        )
        .where(_says(word, entries.c.note, entries.c.problem, entries.c.next_step))
    )
    own = _says(
        word,
        commitments.c.title,
        commitments.c.title_en,
        commitments.c.note,
        commitments.c.note_en,
        commitments.c.key,
    )
    found = (scoped, reported, _worded(word, commitments, "id"))
    return or_(own, *(commitments.c.id.in_(ids) for ids in found))


def _worded(word: str, having: Table, column: str) -> Select[Any]:
    """A column of the sentences, or of the commitments, whose official wording has that word."""
    having_it, of = having.alias(), measures.alias()
    return (
        select(having_it.c[column])
        .join(of, of.c.id == having_it.c.measure_id)
        .join(
            wordings,
            and_(
                wordings.c.document_id == of.c.document_id,
                wordings.c.fingerprint == having_it.c.fingerprint,
            ),
        )
        .where(_says(word, wordings.c.text))
    )


def _says(word: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether one of the columns has that word, in whichever width either is written."""
    return or_(
        *(
            column.icontains(spelling, autoescape=True)
            for spelling in spellings(word)
            for column in columns
        )
    )
