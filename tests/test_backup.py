"""Backups: made while others write, proved, never in place of another, and before each upgrade."""

import json
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import servers
from conftest import NOW, Run
from test_dump import REVISIONS, written
from tracker.store import backup as backups
from tracker.store import ledger, schema, shares


def backed_up(tracker: Run, into: Path, **of: Any) -> str:
    """Back up; gives the digest that was printed."""
    ran = tracker("db", "backup", str(into), **of)
    assert ran.code == 0, ran.err
    return ran.err.split("digest ")[1].split()[0]


def entries(tracker: Run, **of: Any) -> int:
    return int(tracker("db", "info", "-f", "json", **of).json["entries"])


def report(tracker: Run, status: str = "stalled", **of: Any) -> None:
    ran = tracker("update", "2021-15.5", "--owner", "HB", "--status", status, **of)
    assert ran.code == 0, ran.err


def beside(file: Path, what: str) -> list[Path]:
    """The files beside a ledger that have a word in their names."""
    return sorted(
        other for other in file.parent.iterdir() if what in other.name and other.is_file()
    )


@pytest.fixture
def backup(tracker: Run, tmp_path: Path, database: str) -> Path:
    """A backup of the ledger of this test: a file of SQLite, or the dump of a server."""
    file = tmp_path / f"kept.{'sqlite' if database == 'sqlite' else 'jsonl'}"
    backed_up(tracker, file)
    return file


def test_a_backup_says_its_digest_and_is_a_whole_ledger(tracker: Run, file: Path) -> None:
    copy = file.with_name("copy.sqlite")

    digest = backed_up(tracker, copy)

    assert tracker("db", "check", "--against", digest, db=copy).code == 0
    assert tracker("db", "dump", db=copy).out == tracker("db", "dump").out
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not copy.with_name("copy.sqlite-wal").exists()


def test_a_second_backup_within_a_second_has_a_name_of_its_own(file: Path) -> None:
    at = ledger.place(str(file))

    first, second = (backups.make(at, None, now=NOW, files=None).file for _time in range(2))

    assert first.name == "ledger-20240630-120000.sqlite"
    assert second.name == "ledger-20240630-120000-2.sqlite"


def test_a_backup_without_a_name_stands_beside_the_ledger(tracker: Run, file: Path) -> None:
    assert tracker("db", "backup").code == 0

    [copy] = beside(file, "ledger-2")
    assert tracker("db", "check", db=copy).code == 0


def test_the_backup_of_a_server_is_a_dump(
    tracker: Run, backup: Path, database: str, tmp_path: Path
) -> None:
    if database == "sqlite":
        pytest.skip("the backup of a file is a file")
    assert json.loads(backup.read_bytes().splitlines()[0])["tracker"] == "dump"

    assert tracker("db", "load", str(backup), db=tmp_path / "new.sqlite").code == 0


def test_a_backup_never_takes_the_place_of_a_file(tracker: Run, backup: Path) -> None:
    before = backup.read_bytes()

    ran = tracker("db", "backup", str(backup))

    assert ran.code == 1
    assert "already" in ran.err
    assert backup.read_bytes() == before


def test_a_backup_where_nothing_can_be_written_leaves_nothing(tracker: Run, file: Path) -> None:
    ran = tracker("db", "backup", str(file.parent / "no" / "such" / "folder"))

    assert ran.code == 1
    assert "cannot write" in ran.err
    assert beside(file, "tmp") == []


def test_a_backup_while_others_write_is_of_one_moment(tracker: Run, file: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as db:
            while not stop.is_set():
                db.executescript(
                    "BEGIN IMMEDIATE;"
                    "UPDATE documents SET title_en = title_en || 'x' WHERE id = 1;"
                    "UPDATE documents SET title_en = title_en || 'x' WHERE id = 2; COMMIT"
                )

    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE documents SET title_en = ''")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backed_up(tracker, file.with_name(f"{number}.sqlite"))
    finally:
        stop.set()
        writer.join()

    for number in range(5):
        with closing(sqlite3.connect(file.with_name(f"{number}.sqlite"))) as db:
            one, two = db.execute(
                "SELECT title_en FROM documents WHERE id < 3 ORDER BY id"
            ).fetchall()
        assert one == two


def test_a_damaged_ledger_gives_no_backup(tracker: Run, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 * 60 : 4096 * 90] = b"\xff" * 4096 * 30
    file.write_bytes(content)

    ran = tracker("db", "backup", str(file.with_name("copy.sqlite")))

    assert ran.code == 5
    assert beside(file, "copy") == []


def test_evidence_goes_with_the_backup_and_comes_back(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "act.pdf").write_text("accepted", encoding="utf-8")
    tracker(
        "update", "2021-15.5", "--owner", "HB", "--status", "done",
        "--evidence", str(tmp_path / "act.pdf"),
    )  # fmt: skip
    copy = tmp_path / "copy.sqlite"
    backed_up(tracker, copy)
    assert tracker("db", "check", db=copy).code == 0
    shutil.rmtree(f"{file}.evidence")
    assert tracker("db", "check").code == 5

    ran = tracker("db", "restore", str(copy))

    assert ran.code == 0, ran.err
    assert tracker("db", "check").code == 0


def test_evidence_that_is_gone_is_counted(tracker: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "act.pdf").write_text("accepted", encoding="utf-8")
    tracker(
        "update", "2021-15.5", "--owner", "HB", "--status", "done",
        "--evidence", str(tmp_path / "act.pdf"),
    )  # fmt: skip
    shutil.rmtree(f"{file}.evidence")

    ran = tracker("db", "backup", str(tmp_path / "copy.sqlite"))

    assert ran.code == 0
    assert "not there: 1" in ran.err


@pytest.mark.parametrize("command", [("db", "upgrade"), ("init",)])
@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_upgrade_makes_a_backup_first(
    tracker: Run, file: Path, revision: str, command: tuple[str, ...]
) -> None:
    old = written(revision, file.with_name("old.sqlite"))
    with closing(sqlite3.connect(old)) as db:
        before = list(db.iterdump())

    ran = tracker(*command, db=old)

    [copy] = beside(old, f"old-{revision}-")
    assert str(copy) in ran.err
    with closing(sqlite3.connect(copy)) as db:
        assert list(db.iterdump()) == before


def test_nothing_is_backed_up_where_there_is_nothing_to_upgrade(tracker: Run, file: Path) -> None:
    assert tracker("db", "upgrade").code == 0
    assert tracker("init").code == 0
    assert tracker("init", db=file.with_name("new.sqlite")).code == 0

    assert [other.name for other in beside(file, "-2")] == []


def test_an_upgrade_that_fails_leaves_the_ledger_as_it_was(tracker: Run, file: Path) -> None:
    old = written("0002", file.with_name("old.sqlite"))
    with closing(sqlite3.connect(old)) as db:
        db.execute("CREATE TABLE indicators (mine TEXT)")
        before = list(db.iterdump())

    ran = tracker("db", "upgrade", db=old)

    assert ran.code == 5
    assert "indicators" in ran.err
    with closing(sqlite3.connect(old)) as db:
        assert list(db.iterdump()) == before


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_the_schema_goes_down_to_every_revision_and_up_again_with_rows_in_it(
    tracker: Run, file: Path, server: servers.Server, revision: str
) -> None:
    small = written(REVISIONS[-1], file.with_name("small.sqlite"))
    with server.database() as name:
        assert tracker("db", "copy", str(small), server.url(name)).code == 0
        for at in (ledger.place(str(small)), ledger.place(server.url(name))):
            with ledger.upgrading(at, make=False) as db:
                schema.downgrade(db, revision)
            assert ledger.revision(at) == revision
            with ledger.upgrading(at, make=False) as db:
                schema.upgrade(db)
                assert schema.differences(db) == []
                assert schema.triggers(db) == schema.wanted_triggers(db)
        here, there = (tracker("db", "dump", db=db).out for db in (small, server.url(name)))

    assert here == there
    assert json.loads(here.splitlines()[0])["rows"]["entries"] > 8


def test_an_old_ledger_on_a_server_is_dumped_before_its_upgrade(
    tracker: Run, file: Path, server: servers.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    small = written(REVISIONS[-1], file.with_name("small.sqlite"))
    with server.database() as name:
        assert tracker("db", "copy", str(small), server.url(name)).code == 0
        with ledger.upgrading(ledger.place(server.url(name)), make=False) as db:
            schema.downgrade(db, "0003")
        before = tracker("db", "dump", db=server.url(name)).out

        assert tracker("db", "upgrade", db=server.url(name)).code == 0

        [copy] = beside(file, f"{name}-0003-")
        assert copy.read_text(encoding="utf-8") == before
        assert tracker("list", db=server.url(name)).code == 0


def test_a_new_ledger_is_for_its_owner_alone(tracker: Run, file: Path) -> None:
    new = file.with_name("new.sqlite")

    tracker("init", db=new)

    assert stat.S_IMODE(new.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("kind", "journal"), [("nfs4", "delete"), ("cifs", "delete"), ("fuse.sshfs", "delete"), ("ext4", "wal")]
)  # fmt: skip
def test_on_a_network_share_there_is_no_write_ahead_log(
    tracker: Run, file: Path, monkeypatch: pytest.MonkeyPatch, kind: str, journal: str
) -> None:
    share = file.parent / "the share"
    share.mkdir()
    mounts = file.with_name("mounts")
    named = str(share).replace(" ", "\\040")
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nserver:/x {named} {kind} rw 0 0\nnone /proc proc rw 0 0\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(shares, "_MOUNTS", mounts)
    moved = share / "moved.sqlite"
    shutil.copy(file, moved)

    assert tracker("init", db=share / "new.sqlite").code == 0
    report(tracker, db=moved)

    for ledger_file in (share / "new.sqlite", moved):
        with closing(sqlite3.connect(ledger_file)) as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == (journal,)
    assert tracker("db", "check", db=moved).code == 0
