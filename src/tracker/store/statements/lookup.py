"""What people may name: owners, documents, sections, keys, and the assignments that they mean."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, select

from tracker.store.models import assignments, commitments, documents, measures, owners, sections


def all_owners() -> Select[Any]:
    """The owners in the order of their table."""
    return select(owners.c.code, owners.c.name, owners.c.name_en, owners.c.parent).order_by(
        owners.c.place, owners.c.code
    )


def all_documents() -> Select[Any]:
    """The codes of the documents."""
    return select(documents.c.code).order_by(documents.c.code)


def section_numbers(document: str | None) -> Select[Any]:
    """The numbers of the sections of a document, or of all."""
    statement = select(sections.c.number).join(documents, documents.c.id == sections.c.document_id)
    return statement.where(documents.c.code == document) if document else statement


def measure_keys() -> Select[Any]:
    """The keys of all measures."""
    return select(measures.c.key)


def commitment_keys() -> Select[Any]:
    """The keys of all commitments."""
    return select(commitments.c.key)


def all_keys() -> CompoundSelect[Any]:
    """The keys of all measures and commitments."""
    return measure_keys().union_all(commitment_keys())


def standing(measure: str | None, commitment: str | None) -> Select[Any]:
    """The standing assignments of a measure or a commitment."""
    column, keyed = (measures.c.key, measure) if measure else (commitments.c.key, commitment)
    return (
        select(
            assignments.c.id,
            commitments.c.key,
            commitments.c.title,
            commitments.c.title_en,
            owners.c.code,
        )
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(column == keyed, assignments.c.standing)
        .order_by(commitments.c.sentence, owners.c.place)
    )
