"""What people may name: owners, documents, sections, keys, and the assignments that they mean."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, Table, collate, select, union_all

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


def registered(keys: list[str]) -> CompoundSelect[Any]:
    """Those of these keys that there are."""
    return union_all(
        select(measures.c.key).where(measures.c.key.in_(keys)),
        select(commitments.c.key).where(commitments.c.key.in_(keys)),
    )


def measure_keys() -> Select[Any]:
    """The keys of all measures."""
    return select(measures.c.key)


def commitment_keys() -> Select[Any]:
    """The keys of all commitments."""
    return select(commitments.c.key)


def keys_beginning(start: str | None, end: str | None, on_server: bool) -> CompoundSelect[Any]:
    """The keys of measures and commitments from one to before another, byte by byte; or all."""

    def keys(table: Table) -> Select[Any]:
        # A server sorts text by its language, unless told not to.
        key = collate(table.c.key, "C") if on_server else table.c.key
        return select(table.c.key).where(*([key >= start, key < end] if start else []))

    return union_all(keys(measures), keys(commitments))


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
