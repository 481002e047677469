"""Registers as the ledger holds them, and the official wording that a user's copy of a document brings."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import insert, select, update

from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role
from tracker.register import Commitment, Measure, Register, Section, Sentence, Share
from tracker.store import roles
from tracker.store.connection import Connection
from tracker.store.models import (
    assignments,
    commitments,
    documents,
    measures,
    owners,
    sections,
    sentences,
    wordings,
)


class Wording(NamedTuple):
    """The text of a sentence and its characters in the copy it was read from."""

    measure: str
    number: int
    fingerprint: str
    text: str
    start: int
    end: int


def codes(db: Connection) -> list[str]:
    """The codes of all documents."""
    return list(db.execute(select(documents.c.code).order_by(documents.c.code)).scalars())


def registered(db: Connection, code: str) -> Register:
    """What the ledger holds of a document, retired commitments left out."""
    roles.refuse_partial_sight(db)
    document = db.execute(select(documents).where(documents.c.code == code)).one()
    found = db.execute(
        select(sections).where(sections.c.document_id == document.id).order_by(sections.c.number)
    )
    own = [Section(row.number, row.label, row.title, row.title_en) for row in found]
    return Register(
        code=document.code,
        title=document.title,
        title_en=document.title_en,
        document_number=document.number,
        issuer=document.issuer,
        issued_on=document.issued_on,
        horizon=document.horizon,
        sections=tuple(own),
        measures=tuple(_measures(db, document.id)),
        where="",
    )


def _measures(db: Connection, document: int) -> Iterable[Measure]:
    tracked = _commitments(db, document)
    said: dict[int, list[Sentence]] = {}
    rows = db.execute(
        select(sentences)
        .join(measures, measures.c.id == sentences.c.measure_id)
        .where(measures.c.document_id == document)
        .order_by(sentences.c.measure_id, sentences.c.number)
    )
    for row in rows:
        own = None if row.untracked else tracked.get((row.measure_id, row.number))
        said.setdefault(row.measure_id, []).append(
            Sentence(row.number, row.fingerprint, own, row.untracked, row.untracked_en)
        )
    found = db.execute(
        select(measures, sections.c.number.label("section"))
        .join(sections, sections.c.id == measures.c.section_id)
        .where(measures.c.document_id == document)
        .order_by(measures.c.number)
    )
    for row in found:
        # A measure that an amended text has dropped has no sentences any more.
        if row.id in said:
            yield Measure(
                row.key,
                row.number,
                row.label,
                row.section,
                row.title,
                row.title_en,
                tuple(said[row.id]),
            )


def _commitments(db: Connection, document: int) -> dict[tuple[int, int], Commitment]:
    """The commitments that somebody owns, by measure and sentence."""
    rows = db.execute(
        select(assignments, owners.c.code.label("owner"))
        .join(owners, owners.c.id == assignments.c.owner_id)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .where(measures.c.document_id == document, assignments.c.standing)
        .order_by(assignments.c.id)
    )
    shares: dict[int, list[Share]] = {}
    for row in rows:
        share = Share(row.owner, Role(row.role), Basis(row.basis), row.scope, row.scope_en)
        shares.setdefault(row.commitment_id, []).append(share)
    found = db.execute(
        select(commitments)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .where(measures.c.document_id == document)
    )
    return {
        (row.measure_id, row.sentence): Commitment(
            key=row.key,
            title=row.title,
            title_en=row.title_en,
            kind=Kind(row.kind),
            weight=row.weight,
            shares=tuple(shares[row.id]),
            target=Target.read(row.target) if row.target else None,
            target_basis=Basis(row.target_basis) if row.target_basis else None,
            note=row.note,
            note_en=row.note_en,
            where="",
        )
        for row in found
        if row.id in shares
    }


def all_keys(db: Connection, code: str) -> list[str]:
    """The keys of every commitment that the document ever had."""
    statement = (
        select(commitments.c.key)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .where(documents.c.code == code)
    )
    return list(db.execute(statement).scalars())


def known_wordings(db: Connection, code: str) -> dict[str, str]:
    """The wordings of a document by fingerprint, those of earlier texts as well."""
    statement = (
        select(wordings.c.fingerprint, wordings.c.text)
        .join(documents, documents.c.id == wordings.c.document_id)
        .where(documents.c.code == code)
    )
    return {row.fingerprint: row.text for row in db.execute(statement)}


def attach(db: Connection, code: str, given: Iterable[Wording], *, source: str, digest: str) -> int:
    """Keep the wording of sentences and where they stand in the copy; gives how many were new."""
    document = db.execute(select(documents.c.id).where(documents.c.code == code)).scalar_one()
    ids: Mapping[str, int] = {
        row.key: row.id
        for row in db.execute(
            select(measures.c.key, measures.c.id).where(measures.c.document_id == document)
        )
    }
    known = known_wordings(db, code)
    fresh: dict[str, str] = {}
    # Places in another copy say nothing about this one.
    db.execute(
        update(sentences)
        .where(sentences.c.measure_id.in_(ids.values()), sentences.c.starts_at.is_not(None))
        .values(starts_at=None, ends_at=None)
    )
    for wording in given:
        if wording.fingerprint not in known:
            fresh[wording.fingerprint] = wording.text
        db.execute(
            update(sentences)
            .where(
                sentences.c.measure_id == ids[wording.measure],
                sentences.c.number == wording.number,
                sentences.c.fingerprint == wording.fingerprint,
            )
            .values(starts_at=wording.start, ends_at=wording.end)
        )
    if fresh:
        db.execute(
            insert(wordings),
            [
                {"document_id": document, "fingerprint": mark, "text": text}
                for mark, text in fresh.items()
            ],
        )
    db.execute(
        update(documents)
        .where(documents.c.id == document)
        .values(source=source, source_digest=digest)
    )
    return len(fresh)
