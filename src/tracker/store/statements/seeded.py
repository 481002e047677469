"""What files were seeded, and what of the ledger the next seed of them would be compared with."""

from typing import Any

from sqlalchemy import Delete, Select, bindparam, delete, exists, func, insert, or_, select
from sqlalchemy.sql.dml import Insert

from tracker.store.models import (
    batches,
    documents,
    entries,
    indicator_targets,
    indicators,
    links,
    observations,
    owners,
    seeded,
)


def state(files: str) -> Select[Any]:
    """What the ledger held when these files were seeded."""
    return select(seeded.c.state).where(seeded.c.files == files)


def new_state() -> Insert:
    """Files that were seeded, and what the ledger holds now."""
    return insert(seeded).values(files=bindparam("files"), state=bindparam("state"))


def old_states() -> Delete:
    """What the ledger does not hold any more, and what it held when these files were last seeded."""
    return delete(seeded).where(
        or_(seeded.c.files == bindparam("files"), seeded.c.state != bindparam("state"))
    )


def documents_there() -> Select[Any]:
    """By the fingerprints an unchanged register is known; links go from earlier to later ones."""
    return select(
        documents.c.code,
        documents.c.fingerprint,
        documents.c.bundled,
        documents.c.issued_on,
        documents.c.horizon,
    )


def owners_there() -> Select[Any]:
    """What a file says of owners."""
    return select(owners.c.code, owners.c.name, owners.c.name_en, owners.c.parent)


def links_there() -> Select[Any]:
    """What a file says of links."""
    return select(links.c.earlier, links.c.later, links.c.kind, links.c.note, links.c.note_en)


def reports_there() -> Select[Any]:
    """The first reports that were ever appended."""
    # An index finds what is greater than nothing, not what is not none.
    return select(entries.c.first_report).where(entries.c.first_report > "")


def indicators_there() -> Select[Any]:
    """What a file says of indicators."""
    return select(indicators)


def targets_there() -> Select[Any]:
    """What a file says of their targets."""
    return select(indicator_targets)


def figures_there(command: str) -> Select[Any]:
    """The figures that this command brought."""
    # Of a join SQLite would go through all batches.
    brought = exists().where(batches.c.id == observations.c.batch, batches.c.command == command)
    return select(observations).where(brought)


def last_figure() -> Select[Any]:
    """The number of the newest figure; what others recorded is only ever added to."""
    return select(func.max(observations.c.id))
