"""Opening a ledger: where it is, what may be done with it, and what its refusals mean in words."""

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, pool
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tracker.errors import DatabaseRefusal, Refusal
from tracker.i18n import _
from tracker.store import schema, shares

__all__ = ["Connection", "Place"]  # what those above need to name

# How long a writer waits for the others. Waiting is not fair: on a loaded machine one of many may
# have to wait long before its turn comes, and it is not to be refused.
_BUSY_SECONDS = 120

# How long a lock on the whole file is waited for: who keeps the ledger open has to close it.
_LOCK_SECONDS = 10

# SQLite makes files of pages of this size.
_PAGE = 4096

# The lock of those who make or upgrade a ledger on a server: any number, the same for all of them.
_MAKING = 20210423


class Place(NamedTuple):
    """Where a ledger is: its URL, its file when it is one, and whether the user named it."""

    url: URL
    named: bool

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None for a server."""
        if self.url.get_backend_name() != "sqlite":
            return None
        return Path(self.url.database or "")

    def __str__(self) -> str:
        # A password can stand among the options of a URL, too.
        secret = [name for name in self.url.query if "password" in name.casefold()]
        shown = self.url.difference_update_query(secret)
        return str(self.file or shown.render_as_string(hide_password=True))


def place(named: str | None) -> Place:
    """The ledger at a path or URL; with neither, the one in the user's data directory."""
    if named is None:
        from platformdirs import user_data_path  # noqa: PLC0415 - only where nothing is named

        path = user_data_path("tracker", appauthor=False) / "ledger.sqlite"
        return Place(URL.create("sqlite", database=str(path)), named=False)
    if "://" not in named:
        return Place(URL.create("sqlite", database=_absolute(named)), named=True)
    try:
        url = make_url(named)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as reason:
        raise _unknown(named) from reason
    if "@" in (url.host or ""):
        # The end of a password with an @ that should be %40: it would be shown as the host.
        raise _unknown(named)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=_absolute(url.database))
    elif url.get_backend_name() != "postgresql":
        raise DatabaseRefusal(
            _("tracker keeps its ledger in a SQLite file or in PostgreSQL, not in {name}").format(
                name=url.get_backend_name() if url.database else "memory"
            )
        )
    return Place(url, named=True)


def _unknown(named: str) -> DatabaseRefusal:
    return DatabaseRefusal(
        _(
            "not a database that tracker knows: {url} (give a file, or postgresql+psycopg://…)"
        ).format(url=named.partition("://")[0] + "://…")
    )


def _absolute(named: str) -> str:
    try:
        path = Path(named).expanduser().absolute()
        path.exists()
    except (OSError, RuntimeError, ValueError) as reason:
        why = getattr(reason, "strerror", None) or reason
        raise DatabaseRefusal(
            _("cannot read {file}: {reason}").format(file=named[:200], reason=why)
        ) from reason
    return str(path)


@contextmanager
def reading(at: Place) -> Iterator[Connection]:
    """A consistent view of a ledger of the current schema; nothing can be written through it."""
    with _connected(at, write=False) as db:
        _check_revision(db, at)
        yield db


@contextmanager
def writing(at: Place) -> Iterator[Connection]:
    """One transaction that writes: all of it is there at the end, or none."""
    with _connected(at, write=True) as db:
        _check_revision(db, at)
        queue(db)
        yield db


def queue(db: Connection) -> None:
    """Wait on a server until no other writes, as in a file the transaction itself does.

    What a writer reads is then what he writes to, his batch is the newest, and of two that queue for
    one lock neither holds what the other waits for.
    """
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SELECT ledger_lock()")


@contextmanager
def looking(at: Place) -> Iterator[Connection]:
    """A consistent view of a ledger of this schema or an earlier one."""
    with _connected(at, write=False) as db:
        found = schema.revision(db)
        if found is None:
            raise _none(at)
        _refuse_foreign(found, at)
        yield db


@contextmanager
def alone(at: Place) -> Iterator[Connection]:
    """The file of a ledger, which meanwhile nobody else reads or writes."""
    with _connected(at, write=False, lock=True) as db:
        _refuse_foreign(schema.revision(db) or schema.HEAD, at)
        db.rollback()
        yield db


@contextmanager
def upgrading(at: Place, *, make: bool) -> Iterator[Connection]:
    """One transaction that may change the schema; a ledger that is not there is made, or refused."""
    if make and is_missing(at):
        make_folder((at.file or Path()).parent)
    else:
        refuse_missing(at)
        # Looked at first without touching it: it may be somebody else's.
        found = revision(at)
        if found is None and not make:
            raise _none(at)
        _refuse_foreign(found or schema.HEAD, at)
    with _connected(at, write=True, create=True) as db:
        # Alembic commits each migration by itself, unless it finds itself in a transaction.
        db.begin()
        if db.dialect.name == "postgresql":
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
        yield db
        if at.file is not None and db.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseRefusal(
                _(
                    "{place}: the upgrade would leave rows that point nowhere; nothing was changed"
                ).format(place=at)
            )


def revision(at: Place) -> str | None:
    """The revision of a ledger, `?` for a database that is none; None where there is nothing."""
    if is_missing(at):
        return None
    with _connected(at, write=False) as db:
        return schema.revision(db)


def refuse_missing(at: Place) -> None:
    """Refuse a file that is not there, with the command that makes it."""
    if is_missing(at):
        raise _none(at)


def _none(at: Place) -> DatabaseRefusal:
    return DatabaseRefusal(
        _("no ledger at {place}; this makes one: {command}").format(
            place=at, command=_command(at, "init")
        )
    )


def _command(at: Place, command: str) -> str:
    return f"tracker --db {shlex.quote(str(at))} {command}" if at.named else f"tracker {command}"


def make_private(file: Path) -> None:
    """Make a file that only its owner opens, and whom he lets; one that is there stays as it is."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def make_folder(folder: Path) -> None:
    """Make the folder of a file, or say why that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise DatabaseRefusal(
            _("cannot make the folder {path}: {reason}").format(path=folder, reason=reason.strerror)
        ) from reason


def is_bare(at: Place) -> bool:
    """Whether there is nothing yet: no file, or one that holds no table.

    A file with a table has more than one page. One that is just being made has one, too: who makes
    it once more waits for the other and finds it made.
    """
    return is_missing(at) or (at.file is not None and at.file.stat().st_size <= _PAGE)


def is_missing(at: Place) -> bool:
    """Whether there is no such file yet."""
    return at.file is not None and not at.file.exists()


@contextmanager
def _connected(
    at: Place, *, write: bool, create: bool = False, lock: bool = False
) -> Iterator[Connection]:
    if not create:
        refuse_missing(at)
    try:
        engine = (
            _file_engine(at.file, write=write, create=create, lock=lock)
            if at.file
            else _server_engine(at, write=write)
        )
        with engine.connect() as db:
            yield db
            _commit(db, at)
        engine.dispose()
    except (DBAPIError, sqlite3.Error) as reason:
        from tracker.store.trouble import in_words  # noqa: PLC0415 - only where something went wrong

        raise in_words(reason, str(at), at.url.username, write=write) from reason


def _commit(db: Connection, at: Place) -> None:
    try:
        db.commit()
    except DBAPIError as reason:
        if not reason.connection_invalidated:
            raise
        raise DatabaseRefusal(
            _(
                "the server of {place} went away before it said whether this is recorded:"
                " see with tracker log, and try again if it is not"
            ).format(place=at)
        ) from reason


def _server_engine(at: Place, *, write: bool) -> Engine:
    try:
        engine = create_engine(at.url, poolclass=pool.NullPool)
    except ImportError as reason:
        raise DatabaseRefusal(
            _(
                "the driver for PostgreSQL is not installed: pip install 'commitment-tracker[postgres]'"
            )
        ) from reason
    if not write:
        # A report asks several questions: all of them see the same moment.
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # Each statement has to see what those before it in the queue wrote, whatever the server's default.
    engine = engine.execution_options(isolation_level="READ COMMITTED")

    @event.listens_for(engine, "begin")
    def begin(db: Connection) -> None:
        db.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
        # What was acknowledged outlives a crash of the server, too, whatever the server's default.
        db.exec_driver_sql("SET LOCAL synchronous_commit = on")

    return engine


def _file_engine(file: Path, *, write: bool, create: bool, lock: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = _opened(file, write=write or lock, create=create)
        if lock:
            # Taken with the first transaction, and kept until the end.
            connection.execute(f"PRAGMA busy_timeout = {_LOCK_SECONDS * 1000}")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.executescript("BEGIN EXCLUSIVE; COMMIT")
            return connection
        # A migration that makes a table anew would break them on the way; they are checked after it.
        connection.execute(f"PRAGMA foreign_keys = {'OFF' if create else 'ON'}")
        _keep_journal(connection, file, create=create)
        if write:
            # What was acknowledged outlives a loss of power; a library may be built to trust to luck.
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=pool.NullPool)

    @event.listens_for(engine, "begin")
    def begin(db: Connection) -> None:
        # A writer takes its place in the queue at once: a read that later writes could be refused.
        db.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _keep_journal(connection: sqlite3.Connection, file: Path, *, create: bool) -> None:
    """Readers beside a writer need a write-ahead log, which is not for a file on a network share."""
    if shares.is_remote(file):
        connection.execute("PRAGMA journal_mode = DELETE")
    elif create:
        connection.execute("PRAGMA journal_mode = WAL")


def _opened(file: Path, *, write: bool, create: bool) -> sqlite3.Connection:
    if create:
        make_private(file)
        return _sqlite(file, "mode=rwc")
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return _sqlite(file, "mode=rw")
    if write:
        raise sqlite3.OperationalError("readonly")
    connection = _sqlite(file, "mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # Readers of a ledger write beside it, too. Where they may not and it is at rest, the file
        # alone is the whole of it; while somebody works on it, it is not.
        connection.close()
        unmerged = file.with_name(file.name + "-wal")
        if unmerged.exists() and unmerged.stat().st_size:
            raise
        return _sqlite(file, "mode=ro&immutable=1")
    return connection


def _sqlite(file: Path, mode: str) -> sqlite3.Connection:
    # The driver opens no transaction by itself: `begin` above says which one is meant.
    path = file.as_posix()
    return sqlite3.connect(
        f"file://{'' if path.startswith('/') else '/'}{quote(path, safe='/:')}?{mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
    )


def _check_revision(db: Connection, at: Place) -> None:
    try:
        found = db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DBAPIError as reason:
        if not _says(reason, "no such table", "does not exist"):
            raise
        db.rollback()
        found = schema.revision(db)
        if found is None:
            raise _none(at) from reason
    if found == schema.HEAD:
        return
    _refuse_foreign(str(found or "?"), at)
    raise Refusal(
        _("the ledger {place} is of an older tracker; this upgrades it: {command}").format(
            place=at,
            command=_command(at, "db upgrade"),
        )
    )


def _refuse_foreign(found: str, at: Place) -> None:
    if not found.isdecimal():
        raise DatabaseRefusal(
            _("{place} is a database, but no ledger of tracker; name another with --db").format(
                place=at
            )
        )
    if found > schema.HEAD:
        raise DatabaseRefusal(
            _(
                "the ledger {place} is of a newer tracker (schema {found}, this one knows {head});"
                " upgrade tracker"
            ).format(place=at, found=found, head=schema.HEAD)
        )


def _says(reason: Exception, *words: str) -> bool:
    return any(word in str(reason) for word in words)
