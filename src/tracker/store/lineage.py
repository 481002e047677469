"""Questions about lineage: which commitments take up which earlier ones, and when documents begin."""

from datetime import date

from tracker.domain.schedule import start
from tracker.store.connection import Connection
from tracker.store.rows import LinkedRow, LinkRow


def link_rows(db: Connection) -> list[LinkRow]:
    """All links, in the order of their later ends, then of their earlier ones."""
    return [LinkRow._make(row) for row in db.ask("lineage.link_rows")]


def linked_rows(db: Connection) -> dict[str, LinkedRow]:
    """The commitments at either end of a link, by key, with their places."""
    return {row[0]: LinkedRow._make(row) for row in db.ask("lineage.linked_rows")}


def placed_keys(db: Connection) -> dict[str, str]:
    """The document of every commitment that there ever was, by its key."""
    return {row[0]: row[1] for row in db.ask("lineage.placed_keys")}


def begun(db: Connection) -> dict[str, date | None]:
    """The day from which the time of each document is counted, by its code; None where it has none."""
    found = {code: start(*times) for code, *times in db.ask("lineage.begun")}
    return {code: first and first.on for code, first in found.items()}
