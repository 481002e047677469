"""Restoring: a backup takes the place of a ledger that holds no more than it does; nothing is lost by it."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from test_backup import backed_up, backup, beside, entries, report
from test_care import tamper
from test_dump import REVISIONS, written

__all__ = ["backup"]  # a fixture, which tests name


def test_a_ledger_that_holds_more_is_replaced_only_when_told(
    tracker: Run, backup: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    report(tracker)
    before = tracker("db", "dump").out

    ran = tracker("db", "restore", str(backup))
    assert ran.code == 1
    assert "--force" in ran.err
    assert tracker("db", "dump").out == before

    ran = tracker("db", "restore", str(backup), "--force")
    assert ran.code == 0, ran.err
    assert entries(tracker) == 88
    assert tracker("db", "check").code == 0
    [replaced] = (other for other in tmp_path.iterdir() if "replaced" in other.name)
    assert str(replaced) in ran.err

    # And back again: what was replaced is a backup as well.
    assert tracker("db", "restore", str(replaced)).code == 0
    assert tracker("db", "dump").out == before


def test_a_ledger_that_went_another_way_since_is_not_older(
    tracker: Run, backup: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    report(tracker)
    assert tracker("db", "restore", str(backup), "--force").code == 0
    report(tracker, "in_progress")
    [replaced] = (other for other in tmp_path.iterdir() if "replaced" in other.name)

    assert tracker("db", "restore", str(replaced)).code == 1


def test_what_was_restored_is_worked_on_as_before(
    tracker: Run, backup: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tracker("db", "restore", str(backup)).code == 0

    report(tracker)

    assert entries(tracker) == 89
    assert tracker("db", "check").code == 0


def test_a_restored_file_keeps_its_log_and_who_may_read_it(tracker: Run, file: Path) -> None:
    backed_up(tracker, file.with_name("copy.sqlite"))
    file.chmod(0o660)

    assert tracker("db", "restore", str(file.with_name("copy.sqlite"))).code == 0

    assert stat.S_IMODE(file.stat().st_mode) == 0o660
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_backup_makes_a_ledger_where_there_is_none(tracker: Run, backup: Path) -> None:
    new = backup.with_name("new.sqlite")

    assert tracker("db", "restore", str(backup), db=new).code == 0

    assert tracker("db", "dump", db=new).out == tracker("db", "dump").out
    assert tracker("db", "check", db=new).code == 0


def test_a_dump_is_restored_like_a_backup(tracker: Run, file: Path) -> None:
    tracker("db", "dump", "-o", str(file.with_name("d.jsonl")))
    report(tracker)

    assert tracker("db", "restore", str(file.with_name("d.jsonl")), "--force").code == 0

    assert entries(tracker) == 88


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_backup_of_an_earlier_revision_is_restored_and_upgraded(
    tracker: Run, file: Path, revision: str
) -> None:
    old, new = written(revision, file.with_name("old.sqlite")), file.with_name("new.sqlite")
    backed_up(tracker, file.with_name("copy.sqlite"), db=old)

    assert tracker("db", "restore", str(file.with_name("copy.sqlite")), db=new).code == 0

    assert tracker("db", "check", db=new).code == 0


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda content: content[:50_000], "damaged"),
        (lambda content: content[:4096] + b"\xff" * 400_000 + content[404_096:], "damaged"),
        (lambda _content: b"hello", "no dump of tracker"),
        (lambda _content: b"", "no dump of tracker"),
        (lambda content: content.replace(b"infrastruct", b"infrastrukt"), "not whole"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    tracker: Run, file: Path, harm: Any, said: str
) -> None:
    copy = file.with_name("copy.sqlite")
    backed_up(tracker, copy)
    copy.write_bytes(harm(copy.read_bytes()))
    before = file.read_bytes()

    ran = tracker("db", "restore", str(copy), "--force")

    assert ran.code in (1, 5)
    assert said in ran.err
    assert file.read_bytes() == before
    assert beside(file, "replaced") == []
    assert beside(file, "tmp") == []


def test_another_database_is_no_backup(tracker: Run, file: Path) -> None:
    other = file.with_name("other.sqlite")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE cats (name TEXT)")

    ran = tracker("db", "restore", str(other), "--force")

    assert ran.code == 5
    assert "no ledger of tracker" in ran.err


def test_a_backup_is_not_put_in_the_place_of_another_database(tracker: Run, file: Path) -> None:
    other = file.with_name("other.sqlite")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE cats (name TEXT)")

    assert tracker("db", "restore", str(file), "--force", db=other).code == 5

    with closing(sqlite3.connect(other)) as db:
        assert db.execute("SELECT count(*) FROM cats").fetchone() == (0,)


def test_a_damaged_ledger_is_replaced_when_told_and_kept(tracker: Run, file: Path) -> None:
    copy = file.with_name("copy.sqlite")
    backed_up(tracker, copy)
    file.write_bytes(b"\xff" * 10_000)

    ran = tracker("db", "restore", str(copy))
    assert ran.code == 5
    assert "--force" in ran.err
    assert file.read_bytes() == b"\xff" * 10_000

    assert tracker("db", "restore", str(copy), "--force").code == 0
    assert tracker("db", "check").code == 0
    [replaced] = beside(file, "replaced")
    assert replaced.read_bytes() == b"\xff" * 10_000


def test_a_ledger_that_somebody_works_in_is_not_replaced(
    tracker: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = file.with_name("copy.sqlite")
    backed_up(tracker, copy)
    report(tracker)
    monkeypatch.setattr("tracker.store.connecting.LOCK_SECONDS", 1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        ran = tracker("db", "restore", str(copy), "--force")

    assert ran.code == 5
    assert "locked" in ran.err
    assert entries(tracker) == 89


def leave_a_journal(file: Path, kind: str) -> Path:
    """A ledger that is gone, of which somebody who was killed left a journal; gives the journal."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode = {kind}")
        db.execute("PRAGMA cache_size = 2")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE measures SET title_en = title_en || ' and more'")
        db.execute("CREATE TABLE more AS SELECT * FROM entries")
        if kind == "wal":
            db.execute("COMMIT")
        journal = file.with_name(file.name + ("-wal" if kind == "wal" else "-journal"))
        left = journal.read_bytes()
    file.unlink()
    journal.write_bytes(left)
    return journal


@pytest.mark.parametrize("kind", ["wal", "delete"])
def test_the_journal_of_a_ledger_that_is_gone_never_gets_into_another_one(
    tracker: Run, file: Path, kind: str
) -> None:
    copy, dump = file.with_name("copy.sqlite"), file.with_name("d.jsonl")
    backed_up(tracker, copy)
    before = tracker("db", "dump", "-o", str(dump)) and dump.read_bytes()
    journal = leave_a_journal(file, kind)

    for command in (("load", str(dump)), ("restore", str(copy)), ("copy", str(copy), str(file))):
        ran = tracker("db", *command)
        assert (ran.code, str(journal) in ran.err) == (1, True), ran.err
    assert tracker("db", "backup", str(file), db=copy).code == 1
    assert not file.exists()

    ran = tracker("db", "restore", str(copy), "--force")

    assert ran.code == 0, ran.err
    assert tracker("db", "check").code == 0
    assert tracker("db", "dump").out.encode() == before
    [replaced] = (other for other in beside(file, "replaced") if other.suffix != ".sqlite-shm")
    assert str(replaced) in ran.err


def test_a_ledger_without_its_log_is_replaced_when_told(tracker: Run, file: Path) -> None:
    copy = file.with_name("copy.sqlite")
    backed_up(tracker, copy)
    tamper(file, "DROP TABLE batches")

    ran = tracker("db", "restore", str(copy))
    assert (ran.code, "damaged" in ran.err) == (5, True), ran.err

    assert tracker("db", "restore", str(copy), "--force").code == 0
    assert tracker("db", "check").code == 0
    assert len(beside(file, "replaced")) == 1


@pytest.mark.parametrize("forced", [(), ("--force",)])
def test_a_server_whose_ledger_lacks_a_table_is_not_restored_into(
    tracker: Run, at: Any, server: Any, database: str, tmp_path: Path, forced: tuple[str, ...]
) -> None:
    if database == "sqlite":
        pytest.skip("a damaged file is kept and replaced as a whole")
    dump = tmp_path / "dump.jsonl"
    assert tracker("db", "dump", "-o", str(dump)).code == 0
    server.do("DROP TABLE batches CASCADE", database=at.url.database)

    ran = tracker("db", "restore", str(dump), *forced)

    assert ran.code == 5
    assert "restore into an empty database" in ran.err


def test_a_dump_is_restored_from_a_pipe(tracker: Run, file: Path) -> None:
    dump, pipe = file.with_name("d.jsonl"), file.with_name("pipe")
    tracker("db", "dump", "-o", str(dump))
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(dump.read_bytes()))
    writer.start()

    ran = tracker("db", "restore", str(pipe), db=file.with_name("new.sqlite"))

    writer.join()
    assert ran.code == 0, ran.err
    assert tracker("db", "dump", db=file.with_name("new.sqlite")).out == tracker("db", "dump").out
