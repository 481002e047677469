"""The sentences of the documents with the official wording, and what each is tracked as."""

from typing import Any

from sqlalchemy import Select, and_, exists, func, select

from tracker.store.models import (
    assignments,
    commitments,
    documents,
    measures,
    sections,
    sentences,
    wordings,
)
from tracker.store.statements.places import located


def sentence_rows(document: str | None, measure: str | None) -> Select[Any]:
    """The sentences of every measure, with the commitment that each is and how many own it."""
    owned = and_(assignments.c.commitment_id == commitments.c.id, assignments.c.standing)
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
            commitments.c.key,
            select(func.count()).where(owned).scalar_subquery(),
            sentences.c.untracked,
            sentences.c.untracked_en,
            wordings.c.text,
            sentences.c.starts_at,
            sentences.c.ends_at,
        )
        .select_from(located(sentences, sentences.c.measure_id))
        .outerjoin(
            wordings,
            and_(
                wordings.c.document_id == documents.c.id,
                wordings.c.fingerprint == sentences.c.fingerprint,
            ),
        )
        .outerjoin(
            commitments,
            and_(
                commitments.c.measure_id == measures.c.id,
                commitments.c.sentence == sentences.c.number,
                exists().where(owned),
            ),
        )
        .order_by(documents.c.code, measures.c.number, sentences.c.number)
    )
    if document:
        statement = statement.where(documents.c.code == document)
    if measure:
        statement = statement.where(measures.c.key == measure)
    return statement


def last_wording(commitment: str) -> Select[Any]:
    """The wording of a commitment's sentence, or of the one it was before the text left it out."""
    return (
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
    )
