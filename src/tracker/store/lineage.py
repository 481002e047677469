"""Questions about lineage: which commitments take up which earlier ones, and when documents begin."""

from datetime import date

from sqlalchemy import Connection, select

from tracker.domain.schedule import start
from tracker.store.models import commitments, documents, links, measures
from tracker.store.rows import LinkedRow, LinkRow


def link_rows(db: Connection) -> list[LinkRow]:
    """All links, in the order of their later ends, then of their earlier ones."""
    later, earlier = commitments.alias("later"), commitments.alias("earlier")
    statement = (
        select(links.c.earlier, links.c.later, links.c.kind, links.c.note, links.c.note_en)
        .join(later, later.c.key == links.c.later)
        .join(earlier, earlier.c.key == links.c.earlier)
        .order_by(later.c.measure_id, later.c.sentence, earlier.c.measure_id, earlier.c.sentence)
    )
    return [LinkRow._make(row) for row in db.execute(statement)]


def linked_rows(db: Connection) -> dict[str, LinkedRow]:
    """The commitments at either end of a link, by key, with their places."""
    ends = select(links.c.earlier).union(select(links.c.later))
    statement = (
        select(
            commitments.c.key,
            documents.c.code,
            measures.c.key,
            measures.c.label,
            measures.c.title,
            measures.c.title_en,
            commitments.c.title,
            commitments.c.title_en,
        )
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
        .where(commitments.c.key.in_(ends))
        .order_by(documents.c.code, measures.c.number, commitments.c.sentence)
    )
    return {row[0]: LinkedRow._make(row) for row in db.execute(statement)}


def placed_keys(db: Connection) -> dict[str, str]:
    """The document of every commitment that there ever was, by its key."""
    statement = (
        select(commitments.c.key, documents.c.code)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
    )
    return {row[0]: row[1] for row in db.execute(statement)}


def begun(db: Connection) -> dict[str, date | None]:
    """The day from which the time of each document is counted, by its code; None where it has none."""
    statement = select(documents.c.code, documents.c.issued_on, documents.c.horizon)
    found = {code: start(*times) for code, *times in db.execute(statement.order_by("code"))}
    return {code: first and first.on for code, first in found.items()}
