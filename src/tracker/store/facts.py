"""What a ledger is and holds, in figures: its database, its size, its rows."""

import sqlite3
from contextlib import suppress

from sqlalchemy import func, select, text

from tracker.store.connection import Connection
from tracker.store.ledger import Place
from tracker.store.models import metadata


def database(db: Connection) -> str:
    """The kind and the version of the database."""
    if not db.on_server:
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {db.execute(text('SHOW server_version')).scalar()}"


def size(db: Connection, at: Place) -> int:
    """How many bytes it takes, without its files of evidence."""
    if at.file is None:
        return int(db.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    found = 0
    for ending in ("", "-wal"):
        with suppress(FileNotFoundError):
            found += at.file.with_name(at.file.name + ending).stat().st_size
    return found


def counts(db: Connection) -> dict[str, int]:
    """How many rows there are, by table."""
    return {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }
