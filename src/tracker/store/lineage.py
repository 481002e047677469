"""Questions about lineage: which commitments take up which earlier ones, and when documents begin."""

from collections.abc import Sequence
from datetime import date

from tracker.domain.schedule import start
from tracker.store.connection import Connection
from tracker.store.rows import LinkedRow, LinkRow


def link_rows(db: Connection) -> list[LinkRow]:
    """All links, in the order of their later ends, then of their earlier ones."""
    return [LinkRow._make(row) for row in db.ask("lineage.link_rows")]


def links_from(db: Connection, keys: Sequence[str]) -> tuple[list[LinkRow], list[LinkRow]]:
    """The links on the way from commitments to what they take up, and to what takes them up."""
    if not keys:
        return [], []
    earlier = db.ask("lineage.earlier_links", keys=keys)
    later = db.ask("lineage.later_links", keys=keys)
    return [LinkRow._make(row) for row in earlier], [LinkRow._make(row) for row in later]


def linked_rows(db: Connection, keys: Sequence[str] | None = None) -> dict[str, LinkedRow]:
    """These commitments, or all at either end of a link, by key, with their places."""
    return {row[0]: LinkedRow._make(row) for row in db.ask("lineage.linked_rows", keys=keys)}


def placed_keys(db: Connection) -> dict[str, str]:
    """The document of every commitment that there ever was, by its key."""
    return {row[0]: row[1] for row in db.ask("lineage.placed_keys")}


def begun(db: Connection) -> dict[str, date | None]:
    """The day from which the time of each document is counted, by its code; None where it has none."""
    found = {code: start(*times) for code, *times in db.ask("lineage.begun")}
    return {code: first and first.on for code, first in found.items()}
