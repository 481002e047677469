"""Opening a ledger: what may be done with it, and what its refusals mean in words."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tracker.errors import DatabaseRefusal, Refusal
from tracker.i18n import _
from tracker.store import connecting
from tracker.store.connection import Connection
from tracker.store.place import Place, make_folder, place
from tracker.store.revisions import HEAD

__all__ = ["Connection", "Place", "place"]  # what those below need to name

# The lock of those who make or upgrade a ledger on a server: any number, the same for all of them.
_MAKING = 20210423

_MAY_SETTLE = "SELECT has_function_privilege(to_regprocedure('ledger_settled()'), 'EXECUTE')"


@contextmanager
def reading(at: Place) -> Iterator[Connection]:
    """A consistent view of a ledger of the current schema; nothing can be written through it."""
    with _connected(at, write=False) as db:
        _check_revision(db, at)
        yield db


@contextmanager
def settled(at: Place) -> Iterator[Connection]:
    """Such a view that holds, by the time of its newest, all that ever will be recorded by then."""
    with _connected(at, write=False) as db:
        _check_revision(db, at)
        _settle(db, at)
        yield db


@contextmanager
def writing(at: Place) -> Iterator[Connection]:
    """One transaction that writes: all of it is there at the end, or none."""
    with _connected(at, write=True) as db:
        _check_revision(db, at)
        queue(db)
        yield db


@contextmanager
def appending(at: Place) -> Iterator[Connection]:
    """One that ends with the batch it appends, whose lines are right whatever others record before.

    On a server it waits no sooner than with its batch, and for nobody but those who record on the same
    assignments or for themselves alone (`writing`); they wait for it no longer than the server needs,
    which refuses a report on what was retired meanwhile.
    """
    with _connected(at, write=True, ends_with_batch=True) as db:
        _check_revision(db, at)
        yield db


def queue(db: Connection) -> None:
    """Wait on a server until no other writes, as in a file the transaction itself does.

    What a writer reads is then what he writes to, reports that `appending` begins wait for him, and of
    two that queue for one lock neither holds what the other waits for.
    """
    if db.on_server:
        db.core.exec_driver_sql("SELECT ledger_lock()")


@contextmanager
def looking(at: Place) -> Iterator[Connection]:
    """A settled view of a ledger of this schema or an earlier one."""
    with _connected(at, write=False) as db:
        found = _found(db)
        if found is None:
            raise _none(at)
        _refuse_foreign(found, at)
        if found == HEAD:
            _settle(db, at)
        yield db


@contextmanager
def alone(at: Place) -> Iterator[Connection]:
    """The file of a ledger, which meanwhile nobody else reads or writes."""
    with _connected(at, write=False, lock=True) as db:
        _refuse_foreign(_found(db) or HEAD, at)
        db.rollback()
        yield db


@contextmanager
def upgrading(at: Place, *, make: bool) -> Iterator[Connection]:
    """One transaction that may change the schema; a ledger that is not there is made, or refused."""
    if make and at.is_missing:
        make_folder((at.file or Path()).parent)
    else:
        refuse_missing(at)
        # Looked at first without touching it: it may be somebody else's.
        found = revision(at)
        if found is None and not make:
            raise _none(at)
        _refuse_foreign(found or HEAD, at)
    with _connected(at, write=True, create=True) as db:
        # Alembic commits each migration by itself, unless it finds itself in a transaction.
        db.core.begin()
        if db.on_server:
            db.core.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
        yield db
        if at.file is not None and db.core.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseRefusal(
                _(
                    "{place}: the upgrade would leave rows that point nowhere; nothing was changed"
                ).format(place=at)
            )


def revision(at: Place) -> str | None:
    """The revision of a ledger, `?` for a database that is none; None where there is nothing."""
    if at.is_missing:
        return None
    with _connected(at, write=False) as db:
        return _found(db)


def _settle(db: Connection, at: Place) -> None:
    """Wait on a server for those who have begun a report, and look before others begin: their times may
    be earlier than those of others who are there already.
    """
    # Who was given tables by hand alone may not call it, and reads what is there.
    if not db.on_server or not db.core.exec_driver_sql(_MAY_SETTLE).scalar():
        return
    db.rollback()
    # Who waits sees what was there before; so another one holds the door, while this one looks.
    with closing(connecting.to_server(at.url, write=False)) as door:
        door.core.exec_driver_sql(f"SET LOCAL lock_timeout = '{connecting.LOCK_SECONDS}s'")
        door.core.exec_driver_sql("SELECT ledger_settled()")
        # The first question decides which moment is seen, whatever it is.
        db.core.exec_driver_sql("SELECT 1")


def _found(db: Connection) -> str | None:
    from tracker.store import schema  # noqa: PLC0415 - everyday commands ask for no more than the number

    return schema.revision(db)


def refuse_missing(at: Place) -> None:
    """Refuse a file that is not there, with the command that makes it."""
    if at.is_missing:
        raise _none(at)


def _none(at: Place) -> DatabaseRefusal:
    return DatabaseRefusal(
        _("no ledger at {place}; this makes one: {command}").format(
            place=at, command=at.command("init")
        )
    )


@contextmanager
def _connected(
    at: Place,
    *,
    write: bool,
    create: bool = False,
    lock: bool = False,
    ends_with_batch: bool = False,
) -> Iterator[Connection]:
    if not create:
        refuse_missing(at)
    opened = None
    try:
        opened = (
            connecting.to_file(at.file, write=write, create=create, lock=lock)
            if at.file
            else connecting.to_server(at.url, write=write, ends_with_batch=ends_with_batch)
        )
        with closing(opened) as db:
            yield db
            db.commit()
    except _driver_errors() as reason:
        from tracker.store import trouble  # noqa: PLC0415 - only an error of a driver needs words, and they need SQLAlchemy

        if opened and opened.is_ending and trouble.is_lost(reason):
            raise DatabaseRefusal(
                _(
                    "the server of {place} went away before it said whether this is recorded:"
                    " see with tracker log, and try again if it is not"
                ).format(place=at)
            ) from reason
        raise trouble.in_words(reason, str(at), at.user, write=write) from reason


def _driver_errors() -> tuple[type[Exception], ...]:
    """What the drivers raise: as they are, or as SQLAlchemy has them, where they are loaded."""
    errors = {"psycopg": "Error", "sqlalchemy.exc": "DBAPIError"}
    loaded = ((sys.modules.get(module), name) for module, name in errors.items())
    return (sqlite3.Error, *(getattr(module, name) for module, name in loaded if module))


def _check_revision(db: Connection, at: Place) -> None:
    try:
        found = next(iter(db.ask("ledger.revision")), (None,))[0]
    except _driver_errors() as reason:
        if not _is_of_a_table(reason):
            raise
        db.rollback()
        found = _found(db)
        if found is None:
            raise _none(at) from reason
    if found == HEAD:
        return
    _refuse_foreign(str(found or "?"), at)
    raise Refusal(
        _("the ledger {place} is of an older tracker; this upgrades it: {command}").format(
            place=at,
            command=at.command("db upgrade"),
        )
    )


def _refuse_foreign(found: str, at: Place) -> None:
    if not found.isdecimal():
        raise DatabaseRefusal(
            _("{place} is a database, but no ledger of tracker; name another with --db").format(
                place=at
            )
        )
    if found > HEAD:
        raise DatabaseRefusal(
            _(
                "the ledger {place} is of a newer tracker (schema {found}, this one knows {head});"
                " upgrade tracker"
            ).format(place=at, found=found, head=HEAD)
        )


def _is_of_a_table(reason: Exception) -> bool:
    """Whether the driver says that a table is not there: a server by number, in whatever language."""
    number = getattr(getattr(reason, "orig", reason), "sqlstate", None)
    return number == "42P01" or "no such table" in str(reason)
