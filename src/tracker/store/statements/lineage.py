"""Links between commitments, and when documents begin."""

from typing import Any

from sqlalchemy import Column, Select, select

from tracker.store.models import commitments, documents, links, measures


def link_rows() -> Select[Any]:
    """All links, in the order of their later ends, then of their earlier ones."""
    later, earlier = commitments.alias("later"), commitments.alias("earlier")
    return (
        select(links.c.earlier, links.c.later, links.c.kind, links.c.note, links.c.note_en)
        .join(later, later.c.key == links.c.later)
        .join(earlier, earlier.c.key == links.c.earlier)
        .order_by(later.c.measure_id, later.c.sentence, earlier.c.measure_id, earlier.c.sentence)
    )


def earlier_links(keys: list[str]) -> Select[Any]:
    """Those on the way from commitments to what they take up, and to what that takes up."""
    return _on_the_way(keys, near=links.c.later, far=links.c.earlier)


def later_links(keys: list[str]) -> Select[Any]:
    """Those on the way from commitments to what takes them up, and to what takes that up."""
    return _on_the_way(keys, near=links.c.earlier, far=links.c.later)


def _on_the_way(keys: list[str], *, near: Column[Any], far: Column[Any]) -> Select[Any]:
    way = select(commitments.c.key).where(commitments.c.key.in_(keys)).cte("way", recursive=True)
    way = way.union(select(far).join(way, way.c.key == near))
    return link_rows().where(near.in_(select(way.c.key)))


def linked_rows(keys: list[str] | None) -> Select[Any]:
    """These commitments, or all at either end of a link, with their places."""
    ends = select(links.c.earlier).union(select(links.c.later))
    return (
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
        .where(commitments.c.key.in_(keys or ends))
        .order_by(documents.c.code, measures.c.number, commitments.c.sentence)
    )


def placed_keys() -> Select[Any]:
    """Every commitment that there ever was, with its document."""
    return (
        select(commitments.c.key, documents.c.code)
        .join(measures, measures.c.id == commitments.c.measure_id)
        .join(documents, documents.c.id == measures.c.document_id)
    )


def begun() -> Select[Any]:
    """The documents with their times."""
    return select(documents.c.code, documents.c.issued_on, documents.c.horizon).order_by(
        documents.c.code
    )
