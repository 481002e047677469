"""How a ledger is opened: a file with its journal and locks, a server with its isolation."""

import os
import sqlite3
from functools import cache
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tracker.errors import DatabaseRefusal
from tracker.i18n import _
from tracker.store import shares
from tracker.store.connection import Connection
from tracker.store.place import make_private

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine
    from sqlalchemy import Connection as Core

# How long a writer waits for the others. Waiting is not fair: on a loaded machine one of many may
# have to wait long before its turn comes, and it is not to be refused.
_BUSY_SECONDS = 120

# How much of a file a writer keeps at hand at most: what a long import comes back to again and again.
_CACHE_KIBIBYTES = 65_536

# How long a lock on the whole file is waited for: who keeps the ledger open has to close it.
LOCK_SECONDS = 10


def to_file(file: Path, *, write: bool, create: bool = False, lock: bool = False) -> Connection:
    """A transaction on a file, which `create` makes where it is not there.

    With `lock` nobody else reads or writes it until the end.
    """
    driver = _opened(file, write=write or lock, create=create)
    try:
        _prepare(driver, file, write=write, create=create, lock=lock)
    except sqlite3.Error:
        driver.close()
        raise
    # A writer takes its place in the queue at once: a read that later writes could be refused.
    return Connection(file=driver, begin="BEGIN IMMEDIATE" if write else "BEGIN")


def to_server(url: "URL", *, write: bool, ends_with_batch: bool = False) -> Connection:
    """A transaction on a server."""
    return Connection(_engine(url, write=write).connect(), ends_with_batch=ends_with_batch)


# Who opens a ledger again gets the connection that he had, with all that both ends have learnt on it.
@cache
def _engine(url: "URL", *, write: bool) -> "Engine":
    import logging  # noqa: PLC0415 - a file needs none of it

    from sqlalchemy import create_engine, event, exc  # noqa: PLC0415 - a file needs none of it

    # What the driver lets pass it tells a log besides, which would be printed; what counts it raises.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    try:
        engine = create_engine(url)
    except ImportError as reason:
        raise DatabaseRefusal(
            _(
                "the driver for PostgreSQL is not installed: pip install 'commitment-tracker[postgres]'"
            )
        ) from reason

    @event.listens_for(engine, "checkout")
    def taken_again(driver: Any, *_pool: object) -> None:  # noqa: ANN401 - of whichever driver
        # Unasked a server says only that it ends the session: then another one is opened.
        if select([driver], [], [], 0)[0]:
            raise exc.DisconnectionError

    if not write:
        # A report asks several questions: all of them see the same moment.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return engine.execution_options(**options)
    # Each statement has to see what those before it in the queue wrote, whatever the server's default.
    engine = engine.execution_options(isolation_level="READ COMMITTED")

    @event.listens_for(engine, "begin")
    def begin(db: "Core") -> None:
        # What was acknowledged outlives a crash of the server, too, whatever the server's default.
        session: Any = db.connection.driver_connection
        with session.pipeline():
            session.execute(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
            session.execute("SET LOCAL synchronous_commit = on")

    return engine


def _prepare(
    driver: sqlite3.Connection, file: Path, *, write: bool, create: bool, lock: bool
) -> None:
    if lock:
        # Taken with the first transaction, and kept until the end.
        driver.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
        driver.execute("PRAGMA locking_mode = EXCLUSIVE")
        driver.executescript("BEGIN EXCLUSIVE; COMMIT")
        return
    # A migration that makes a table anew would break them on the way; they are checked after it.
    driver.execute(f"PRAGMA foreign_keys = {'OFF' if create else 'ON'}")
    _keep_journal(driver, file, create=create)
    if write:
        # What was acknowledged outlives a loss of power; a library may be built to trust to luck.
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    else:
        driver.execute("PRAGMA query_only = ON")


def _keep_journal(driver: sqlite3.Connection, file: Path, *, create: bool) -> None:
    """Readers beside a writer need a write-ahead log, which is not for a file on a network share."""
    if shares.is_remote(file):
        driver.execute("PRAGMA journal_mode = DELETE")
    elif create:
        driver.execute("PRAGMA journal_mode = WAL")


def _opened(file: Path, *, write: bool, create: bool) -> sqlite3.Connection:
    if create:
        make_private(file)
        return _sqlite(file, "mode=rwc")
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return _sqlite(file, "mode=rw")
    if write:
        raise sqlite3.OperationalError("readonly")
    driver = _sqlite(file, "mode=ro")
    try:
        driver.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # Readers of a ledger write beside it, too. Where they may not and it is at rest, the file
        # alone is the whole of it; while somebody works on it, it is not.
        driver.close()
        unmerged = file.with_name(file.name + "-wal")
        if unmerged.exists() and unmerged.stat().st_size:
            raise
        return _sqlite(file, "mode=ro&immutable=1")
    return driver


def _sqlite(file: Path, mode: str) -> sqlite3.Connection:
    # The driver opens no transaction by itself: `to_file` says which one is meant.
    path = file.as_posix()
    return sqlite3.connect(
        f"file://{'' if path.startswith('/') else '/'}{quote(path, safe='/:')}?{mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
    )
