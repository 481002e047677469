"""Backups: a copy of a ledger as it was at one moment, proved after it is written."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from tracker.domain.log import digest
from tracker.domain.times import SHANGHAI
from tracker.errors import DatabaseRefusal, Refusal
from tracker.i18n import _
from tracker.store import dump, evidence, ledger, log, undump
from tracker.store.evidence import Folder
from tracker.store.place import Place, make_private
from tracker.store.revisions import FIRST, HEAD


class Backup(NamedTuple):
    """A backup: its file, the digest of the ledger, and how many files of evidence stand beside it.

    `missing` are those that the log names and that were not there to be copied.
    """

    file: Path
    digest: str
    evidence: int = 0
    missing: int = 0


def make(at: Place, into: Path | None, *, now: datetime, files: Folder | None) -> Backup:
    """Back a ledger up into a new file, else into one beside it, and its evidence beside that."""
    target = (into or beside(at, now)).absolute()
    whole = _write(at, target)
    with ledger.looking(at) as db:
        copied, missing = evidence.carry(db, files, evidence_of(target))
    return Backup(target, whole, copied, missing)


def before_upgrade(at: Place, now: datetime) -> Path | None:
    """Back up a ledger of an earlier schema; None where there is nothing to upgrade.

    What is no ledger, or one of a newer program, the upgrade itself refuses.
    """
    found = ledger.revision(at)
    if found is None or not FIRST <= found < HEAD:
        return None
    target = beside(at, now, found)
    _write(at, target)
    return target


def evidence_of(backup: Path) -> Folder:
    """Where the files of a backup are: beside it, as they are beside a ledger."""
    return Folder(backup.with_name(f"{backup.name}.evidence"), backup)


def copy_pages(source: sqlite3.Connection, into: Path) -> None:
    """Copy a SQLite ledger as one connection sees it into a file of its own, without a journal."""
    with closing(sqlite3.connect(into, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def beside(at: Place, now: datetime, what: str | None = None) -> Path:
    """`ledger-20240630-120000.sqlite`, beside the ledger; of a server in the folder one is in.

    A second one within a second has a number behind it.
    """
    stamp = f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"
    file = at.file or Path(f"{at.url.database}.jsonl").absolute()
    named = "-".join(filter(None, (file.stem, what, stamp)))
    numbered = (f"{named}-{number}{file.suffix}" for number in itertools.count(2))
    names = itertools.chain([named + file.suffix], numbered)
    return next(one for name in names if not (one := file.with_name(name)).exists())


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A private file to write that becomes `target` once it is whole; never in place of another."""
    _refuse_taken(target)
    with unfinished_beside(target) as unfinished:
        yield unfinished
        _refuse_taken(target)
        unfinished.rename(target)
        evidence.settle(target.parent)


def left_journal(file: Path) -> Path | None:
    """What SQLite kept beside a file for a ledger that is gone, and would put into any other there."""
    beside_it = (file.with_name(file.name + ending) for ending in ("-wal", "-journal"))
    return next((one for one in beside_it if one.exists() and one.stat().st_size), None)


def _refuse_taken(target: Path) -> None:
    there = target if target.exists() else left_journal(target)
    if there is not None:
        raise Refusal(_("{file} is there already: name another").format(file=there))


@contextmanager
def unfinished_beside(target: Path) -> Iterator[Path]:
    """A private file beside another, which is gone in the end unless it was renamed."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        unfinished.unlink(missing_ok=True)
        make_private(unfinished)
        yield unfinished
    except OSError as reason:
        raise Refusal(
            _("cannot write {file}: {reason}").format(file=target, reason=reason.strerror or reason)
        ) from reason
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)


def write_dump(lines: Iterable[bytes], out: Path) -> None:
    """Write a dump to a file, whole or not at all; to a device or a pipe line by line."""
    target = out.resolve()
    if target.exists() and not target.is_file():
        write_lines(lines, target)
        return
    with unfinished_beside(target) as unfinished:
        write_lines(lines, unfinished)
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)


def write_lines(lines: Iterable[bytes], into: Path) -> None:
    """Write the lines of a dump."""
    with into.open("wb") as file:
        file.writelines(lines)
        if into.is_file():
            file.flush()
            os.fsync(file.fileno())


def _write(at: Place, target: Path) -> str:
    """Write the backup and prove it; gives the digest of the ledger."""
    with new_file(target) as unfinished:
        with ledger.looking(at) as db:
            # What is read first decides which moment the copy is of.
            whole = digest(log.last_hashes(db))
            if at.file is None:
                write_lines(dump.lines(db), unfinished)
            else:
                # SQLite itself waits for the disk with what it copies.
                copy_pages(db.driver, unfinished)
        _prove(unfinished, whole, at)
    return whole


def _prove(unfinished: Path, whole: str, at: Place) -> None:
    """A backup that cannot be read, or that holds another ledger, is none."""
    if at.file is None:
        with undump.opened(unfinished) as file:
            found = undump.prove(undump.lines(file), str(unfinished)).digest
        sound = "ok"
    else:
        with ledger.looking(ledger.place(str(unfinished))) as db:
            sound = str(db.execute(text("PRAGMA integrity_check")).scalar())
            found = digest(log.last_hashes(db))
    if (sound, found) != ("ok", whole):
        raise DatabaseRefusal(
            _(
                "the copy of {place} is not whole ({reason}), so it was not kept; see tracker db check"
            ).format(place=at, reason=sound if sound != "ok" else found)
        )
