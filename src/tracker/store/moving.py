"""A whole ledger put in a place: loaded from a dump, copied from another one, restored from a backup."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, inspect, select, text

from tracker.errors import Damaged, DatabaseRefusal, Refusal
from tracker.i18n import _
from tracker.store import backup, check, dump, evidence, ledger, schema, undump
from tracker.store.connection import Connection
from tracker.store.evidence import Folder
from tracker.store.models import batches, entries, roles
from tracker.store.place import Place, make_folder

_SQLITE = b"SQLite format 3\0"


class Restored(NamedTuple):
    """What a restore did: where the ledger that it replaced is kept, and the files of evidence."""

    kept: Path | None
    evidence: int
    missing: int


def load(file: Path, into: Place) -> str:
    """Make a ledger of a dump where there is none; gives its digest."""
    with undump.opened(file) as opened:
        return _fill(into, undump.lines(opened), str(file))


def copy(source: Place, into: Place) -> str:
    """Make a ledger like another one where there is none; gives the digest of both."""
    with ledger.settled(source) as db:
        return _fill(into, dump.lines(db), str(source))


def restore(file: Path, at: Place, *, force: bool, now: datetime, files: Folder | None) -> Restored:
    """Put a backup or a dump, proved first, in the place of a ledger, which is kept beside it.

    A ledger that holds what the backup lacks is replaced with `force` alone.
    """
    with _prepared(file, at) as ready:
        put = _into_server if at.file is None else _into_file
        kept = put(ready, at, force=force, now=now)
    if files is None:
        return Restored(kept, 0, 0)
    with ledger.reading(at) as db:
        return Restored(kept, *evidence.carry(db, backup.evidence_of(file.absolute()), files))


def _fill(into: Place, lines: Iterable[bytes], name: str) -> str:
    if into.file is None:
        with ledger.upgrading(into, make=True) as db:
            if schema.revision(db) is not None:
                raise _not_empty(into)
            return undump.load(db, lines, name).digest
    if ledger.revision(into) is not None:
        raise _not_empty(into)
    _refuse_left(into.file)
    with _built(into.file, lines, name) as (unfinished, whole):
        unfinished.replace(into.file)
    return whole


def _not_empty(at: Place) -> Refusal:
    return Refusal(
        _(
            "there is a ledger at {place} already: name another place with --db, or see tracker db restore"
        ).format(place=at)
    )


@contextmanager
def _built(near: Path, lines: Iterable[bytes], name: str) -> Iterator[tuple[Path, str]]:
    """A ledger of the lines of a dump, in an unfinished file."""
    make_folder(near.parent)
    with backup.unfinished_beside(near) as unfinished:
        with ledger.upgrading(ledger.place(str(unfinished)), make=True) as db:
            whole = undump.load(db, lines, name).digest
        yield unfinished, whole


@contextmanager
def _prepared(file: Path, at: Place) -> Iterator[Path]:
    """What a backup or a dump holds, as a sound ledger of the current schema in an unfinished file."""
    with undump.opened(file) as opened, tempfile.TemporaryDirectory() as folder:
        near = at.file or Path(folder) / "ledger.sqlite"
        # A pipe cannot be read from its beginning again.
        if opened.peek(len(_SQLITE)).startswith(_SQLITE):
            with _copied(file, near) as unfinished:
                yield unfinished
        else:
            with _built(near, undump.lines(opened), str(file)) as (unfinished, _whole):
                yield unfinished


@contextmanager
def _copied(file: Path, near: Path) -> Iterator[Path]:
    make_folder(near.parent)
    with backup.unfinished_beside(near) as unfinished:
        with ledger.looking(ledger.place(str(file))) as db:
            backup.copy_pages(_driver(db), unfinished)
        with ledger.upgrading(ledger.place(str(unfinished)), make=False) as db:
            if db.execute(text("PRAGMA integrity_check")).scalar() == "ok":
                schema.upgrade(db)
            check.refuse_unsound(db, str(file))
        yield unfinished


def _into_file(ready: Path, at: Place, *, force: bool, now: datetime) -> Path | None:
    assert at.file is not None
    kept = backup.beside(at, now, "replaced")
    if not _is_readable(at):
        _refuse_unreadable(at, force=force)
        _move_aside(at.file, kept)
        ready.replace(at.file)
    elif ledger.revision(at) is None:
        if not force:
            _refuse_left(at.file)
        left = _move_journals_aside(at.file, kept)
        ready.replace(at.file)
        return left
    else:
        with ledger.alone(at) as db:
            _refuse_newer(db, ready, at, force=force)
            db.rollback()
            with backup.new_file(kept) as unfinished:
                backup.copy_pages(_driver(db), unfinished)
            # Page by page in one transaction: whoever comes meanwhile sees the old one or the new.
            with closing(sqlite3.connect(ready)) as new:
                new.backup(_driver(db))
    return kept


def _into_server(ready: Path, at: Place, *, force: bool, now: datetime) -> Path | None:
    with ledger.upgrading(at, make=True) as db:
        kept = None
        if schema.revision(db) is not None:
            if schema.is_torn(db):
                raise DatabaseRefusal(
                    _(
                        "{place} is damaged: a table or a column is not there, so it can neither be"
                        " kept nor replaced; restore into an empty database"
                    ).format(place=at)
                )
            # Nobody records while it is compared, kept and replaced. Who reports holds the one before he
            # comes to the other, which is not there in the oldest ledgers.
            if inspect(db.core).has_table(roles.name):
                db.execute(text("LOCK TABLE roles IN EXCLUSIVE MODE"))
            db.execute(text("LOCK TABLE batches IN ACCESS EXCLUSIVE MODE"))
            _refuse_newer(db, ready, at, force=force)
            kept = backup.beside(at, now, "replaced")
            with backup.new_file(kept) as unfinished:
                backup.write_lines(dump.lines(db), unfinished)
            schema.downgrade(db, "base")
        with ledger.reading(ledger.place(str(ready))) as new:
            undump.load(db, dump.lines(new), str(ready))
    return kept


def _refuse_newer(db: Connection, ready: Path, at: Place, *, force: bool) -> None:
    """Refuse where the ledger has batches or lines that the backup lacks."""
    if force:
        return
    if not {batches.name, entries.name} <= set(inspect(db.core).get_table_names()):
        _refuse_unreadable(at, force=force)
    with ledger.reading(ledger.place(str(ready))) as new:
        lacking = _missing(batches.c.recorded_at, db, new) or _missing(entries.c.hash, db, new)
    if lacking:
        raise Refusal(
            _(
                "{place} holds {count} records that the backup lacks; to replace it all the same"
                " (it is kept beside): --force"
            ).format(place=at, count=lacking)
        )


def _missing(column: Column[Any], db: Connection, new: Connection) -> int:
    """How many values of a column one ledger has and another one lacks."""
    has, lacks = (set(each.execute(select(column)).scalars()) for each in (db, new))
    return len(has - lacks)


def _is_readable(at: Place) -> bool:
    try:
        if ledger.revision(at) is None:
            return True
        with ledger.looking(at) as db:
            return db.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    except Damaged:
        return False


def _refuse_unreadable(at: Place, *, force: bool) -> None:
    if not force:
        raise DatabaseRefusal(
            _(
                "{place} is damaged, so nobody can say whether it holds what the backup lacks;"
                " to replace it all the same (it is kept beside): --force"
            ).format(place=at)
        )


def _refuse_left(file: Path) -> None:
    """A journal beside no ledger may hold the last records of one that was there."""
    left = backup.left_journal(file)
    if left is not None:
        raise Refusal(
            _(
                "{file} is left of a ledger that was here, and may hold its last records:"
                " put that ledger back, or move it away"
            ).format(file=left)
        )


def _move_aside(file: Path, kept: Path) -> None:
    """Keep a damaged file, and the journals beside it, which another ledger would take for its own."""
    _move_journals_aside(file, kept)
    with suppress(FileNotFoundError):
        file.rename(kept)


def _move_journals_aside(file: Path, kept: Path) -> Path | None:
    """Keep the journals beside a file; gives the one that holds something."""
    for ending in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + ending).rename(kept.with_name(kept.name + ending))
    return backup.left_journal(kept)


def _driver(db: Connection) -> sqlite3.Connection:
    driver = db.driver
    assert isinstance(driver, sqlite3.Connection)
    return driver
