"""What a ledger holds that no list shows: documents as such, what was retired, batches, old wordings."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, exists, select

from tracker.store.connection import AT_A_TIME, Connection
from tracker.store.models import (
    assignments,
    batches,
    commitments,
    documents,
    measures,
    owners,
    sections,
    sentences,
    stands,
    wordings,
)
from tracker.store.rows import Filters
from tracker.store.statements.places import located, placed, places

_Row = TypeVar("_Row", bound=NamedTuple)


class DocumentRow(NamedTuple):
    """A document, with the user's copy that was attached last."""

    code: str
    title: str
    title_en: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    horizon: int | None
    source: str | None
    source_digest: str | None


class RegisteredRow(NamedTuple):
    """A commitment as the register has it, or had it: its target is not yet that of an owner."""

    key: str
    document: str
    section: int
    measure: str
    measure_label: str
    measure_title: str
    measure_title_en: str
    sentence: int
    fingerprint: str | None
    title: str
    title_en: str
    kind: str
    weight: int
    target: str | None
    target_basis: str | None
    note: str | None
    note_en: str | None


class StandRow(NamedTuple):
    """A time in which an assignment stood, with what it began with; not retired, it still stands."""

    key: str
    owner: str
    role: str
    basis: str
    scope: str | None
    scope_en: str | None
    first_target: str | None
    first_target_basis: str | None
    added_at: datetime
    retired_at: datetime | None


class BatchRow(NamedTuple):
    """What one command recorded, under one number."""

    number: int
    command: str
    actor: str
    recorded_at: datetime


class WordingRow(NamedTuple):
    """A wording that no sentence of the document has any more."""

    document: str
    fingerprint: str
    text: str


def document_rows(db: Connection) -> list[DocumentRow]:
    """All documents, by code."""
    columns = [documents.c[name] for name in DocumentRow._fields]
    statement = select(*columns).order_by(documents.c.code)
    return [DocumentRow._make(row) for row in db.execute(statement)]


def each_registered(db: Connection, filters: Filters = Filters()) -> Iterator[RegisteredRow]:
    """Every commitment that there ever was; of an owner those that he has or had."""
    statement = (
        select(
            commitments.c.key,
            documents.c.code,
            sections.c.number,
            measures.c.key,
            measures.c.label,
            measures.c.title,
            measures.c.title_en,
            *(commitments.c[name] for name in RegisteredRow._fields[7:]),
        )
        .select_from(located(commitments, commitments.c.measure_id))
        .where(*places(filters))
        .order_by(documents.c.code, measures.c.number, commitments.c.sentence, commitments.c.key)
    )
    if filters.owners:
        theirs = select(assignments.c.commitment_id).join(
            owners, owners.c.id == assignments.c.owner_id
        )
        statement = statement.where(commitments.c.id.in_(theirs.where(*_whose(filters))))
    return _each(db, statement, RegisteredRow)


def each_stand(db: Connection, filters: Filters = Filters()) -> Iterator[StandRow]:
    """When each assignment was added and retired, in the order of their commitments."""
    own = [assignments.c[name] for name in StandRow._fields[2:8]]
    statement = (
        select(commitments.c.key, owners.c.code, *own, stands.c.added_at, stands.c.retired_at)
        .select_from(placed(assignments))
        .join(stands, stands.c.assignment_id == assignments.c.id)
        .where(*places(filters), *_whose(filters))
        .order_by(
            documents.c.code,
            measures.c.number,
            commitments.c.sentence,
            owners.c.place,
            owners.c.code,
            assignments.c.role,
            stands.c.added_at,
        )
    )
    return _each(db, statement, StandRow)


def batch_rows(db: Connection) -> list[BatchRow]:
    """All batches, oldest first."""
    columns: Sequence[Any] = (batches.c.id, *(batches.c[name] for name in BatchRow._fields[1:]))
    return [
        BatchRow._make(row)
        for row in db.execute(select(*columns).order_by(batches.c.recorded_at, batches.c.id))
    ]


def left_wordings(db: Connection) -> list[WordingRow]:
    """The wordings that amended texts have left behind."""
    said = (
        exists()
        .where(
            sentences.c.measure_id == measures.c.id,
            measures.c.document_id == wordings.c.document_id,
            sentences.c.fingerprint == wordings.c.fingerprint,
        )
        .correlate(wordings)
    )
    statement = (
        select(documents.c.code, wordings.c.fingerprint, wordings.c.text)
        .join(documents, documents.c.id == wordings.c.document_id)
        .where(~said)
        .order_by(documents.c.code, wordings.c.fingerprint)
    )
    return [WordingRow._make(row) for row in db.execute(statement)]


def _whose(filters: Filters) -> list[ColumnElement[bool]]:
    return [owners.c.code.in_(filters.owners)] if filters.owners else []


def _each(db: Connection, statement: Select[Any], kind: type[_Row]) -> Iterator[_Row]:
    """The rows of a statement as they come; who stops before the last one lets go of the others."""
    with db.execute(statement.execution_options(yield_per=AT_A_TIME)) as rows:
        yield from map(kind._make, rows)
