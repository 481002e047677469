"""What lists are made of: measures, commitments, assignments and the lines of the log.

Every question about states takes a relation of them from `states`: a question is written once,
whether it is about today or about what was known of a day long past.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    func,
    or_,
    select,
)

from tracker.domain.words import EntryKind, Role, Status
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
)
from tracker.store.rows import Axes, Filters, Page
from tracker.store.statements.places import (
    ORDER,
    in_order,
    inside,
    located,
    outwards,
    paged,
    placed,
    places,
)
from tracker.store.statements.search import mentions, says, worded
from tracker.store.statements.states import StateTable, table
from tracker.store.states import States


def measure_rows(states: States, filters: Filters, page: Page) -> Select[Any]:
    """The measures that have somebody to do them, in the order of documents and numbers."""
    of = table(states, inside(filters))
    outer = outwards(in_order(of, filters))
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
        .join(documents, outer(documents.c.id) == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .where(
            *places(filters),
            *_with_assignments(measures.c.id, commitments.c.measure_id, of, filters),
        )
        .order_by(documents.c.code, measures.c.number)
    )
    for word in filters.search:
        statement = statement.where(
            or_(
                says(word, measures.c.title, measures.c.title_en, measures.c.key),
                measures.c.id.in_(_tracked(commitments.c.measure_id, of).where(mentions(word, of))),
                measures.c.id.in_(worded(word, sentences, "measure_id")),
            )
        )
    return paged(statement, page)


def commitment_rows(states: States, filters: Filters, page: Page) -> Select[Any]:
    """The commitments that have somebody to do them, in the order of their measures."""
    of = table(states, inside(filters))
    own = located(commitments, commitments.c.measure_id, in_order=in_order(of, filters))
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
        .select_from(own)
        .where(
            *places(filters),
            *(mentions(word, of) for word in filters.search),
            *_with_assignments(commitments.c.id, of.c.commitment_id, of, filters),
        )
        .order_by(*ORDER)
    )
    return paged(statement, page)


def assignment_rows(states: States, filters: Filters, axes: Axes, page: Page) -> Select[Any]:
    """The assignments with what was last reported of them, in the order of their commitments."""
    of, report = table(states, inside(filters)), entries.c
    state = of.c
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
            of.position,
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
        .select_from(placed(of.table, in_order=in_order(of, filters)))
        .outerjoin(entries, and_(report.assignment_id == state.id, report.version == state.report))
        .where(
            *places(filters),
            *(mentions(word, of) for word in filters.search),
            *([owners.c.code.in_(filters.owners)] if filters.owners else []),
            *(_due(of, filters.due_before) if filters.due_before else []),
            *([state.status == axes.status.value] if axes.status else []),
            *([of.position == axes.position.value] if axes.position else []),
            *([state.verification == axes.verification.value] if axes.verification else []),
        )
        .order_by(*ORDER, owners.c.place, owners.c.code, state.role)
    )
    return paged(statement, page)


def recorded_times() -> CompoundSelect[Any]:
    """Of each assignment the times when it was added, retired and written to."""
    told = select(entries.c.assignment_id, entries.c.recorded_at, entries.c.recorded_at)
    stood = select(
        stands.c.assignment_id,
        stands.c.added_at,
        func.coalesce(stands.c.retired_at, stands.c.added_at),
    )
    return stood.union_all(told)


def section_rows() -> Select[Any]:
    """The sections of all documents."""
    return (
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


def entry_rows(
    filters: Filters,
    since: date | None,
    until: date | None,
    known_on: datetime | None,
    actor: str | None,
    batch: int | None,
    laned: bool,
) -> Select[Any]:
    """The lines of the log, oldest first: effective between two dates, recorded by a time.

    Without lanes their numbers are in that order, and nothing has to be sorted.
    """
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
        .order_by(*((entries.c.recorded_at,) if laned else ()), entries.c.id)
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
    return statement


def _with_assignments(
    column: ColumnElement[Any], having: ColumnElement[Any], of: StateTable, filters: Filters
) -> list[ColumnElement[bool]]:
    """That somebody has it to do; what has been retired leaves the lists, not what its key names."""
    if filters.measure or filters.commitment:
        return []
    chosen = _tracked(having, of)
    if filters.owners:
        chosen = chosen.join(owners, owners.c.id == of.c.owner_id).where(
            owners.c.code.in_(filters.owners)
        )
    if filters.due_before:
        # What only supporters have still to do counts nowhere.
        chosen = chosen.where(*_due(of, filters.due_before), of.c.role != Role.SUPPORT.value)
    if filters.owners or of.folded:
        return [column.in_(chosen)]
    # Looked up line by line: a page needs no more than its own.
    return [chosen.where(having == column).exists()]


def _tracked(column: ColumnElement[Any], of: StateTable) -> Select[Any]:
    """A column of what somebody has to do."""
    chosen = select(column).select_from(of.table)
    if column is of.c.commitment_id:
        return chosen
    return chosen.join(commitments, commitments.c.id == of.c.commitment_id)


def _due(of: StateTable, before: date) -> list[ColumnElement[bool]]:
    return [
        of.c.due_on < before,
        of.c.status.not_in([Status.DONE.value, Status.DROPPED.value]),
    ]
