"""Faults from outside: killed, the disk full, the server gone, the folder read-only; the ledger stays whole."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

import faults
import servers
import stopping
from conftest import Ran, Run
from test_store import report
from tracker.cli.app import run
from tracker.errors import DatabaseRefusal
from tracker.store import check, ledger, schema, setup
from tracker.store.models import owners

SEED = 20210423
UPDATE = ("update", "2021-15", "--owner", "HB", "--status", "stalled", "--yes")
COMMANDS = (
    "init", "update", "update --evidence", "import", "seed", "ingest",
    "db upgrade (0001)", "db upgrade (0002)", "db backup",
)  # fmt: skip


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, faults.Job]:
    """The commands that are killed; their ledger was made today, as the program's clock is not held."""
    folder = tmp_path_factory.mktemp("jobs")
    template = folder / "template.sqlite"
    setup.create(ledger.place(str(template)), by=faults.builder())
    return {job.name: job for job in faults.jobs(folder, template)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts no program from a warm one")
@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_any_moment_a_command_is_recorded_whole_or_not_at_all(
    jobs: dict[str, faults.Job], name: str, tmp_path: Path
) -> None:
    course = faults.course(jobs[name], tmp_path)
    wanted, done = 2 if name == "init" else 4, list[faults.Fault]()
    drawn = faults.moments(course, random.Random(f"{SEED} {name}"))  # noqa: S311 - the same moments each time

    # A program that was quicker this time than the first has ended by itself: that tries nothing.
    while sum(one.killed for one in done) < wanted and len(done) < 20 * wanted:
        done.append(faults.fault(course, next(drawn), tmp_path / f"{len(done)}"))

    assert [one for one in done if one.findings] == []
    assert sum(one.killed for one in done) == wanted


def test_every_command_that_is_killed_is_in_the_list(jobs: dict[str, faults.Job]) -> None:
    assert tuple(jobs) == COMMANDS


@pytest.fixture
def own_server() -> Iterator[tuple[servers.Server, Path]]:
    """A server for one test, which may be ended, and a folder."""
    with tempfile.TemporaryDirectory(prefix="tracker-postgres-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        with servers.running(folder / "data") as server:
            yield server, folder


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts no program from a warm one")
def test_on_a_server_a_killed_program_and_a_killed_server_leave_the_ledger_whole(
    own_server: tuple[servers.Server, Path],
) -> None:
    server, folder = own_server

    done = list(stopping.tried(server, folder, random.Random(SEED), programs=2, stops=2))  # noqa: S311 - the same moments each time

    assert [one for one in done if one.findings] == []


def test_an_upgrade_that_fails_on_the_way_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    file = faults.written(tmp_path, "0001")
    at = ledger.place(str(file))
    with closing(sqlite3.connect(file)) as raw:
        # In the way of a later revision.
        raw.execute("CREATE TABLE links (id INTEGER)")
    before = faults.content(at)

    with pytest.raises(DatabaseRefusal, match="already exists"), ledger.upgrading(at, make=False) as db:  # fmt: skip
        schema.upgrade(db)

    assert faults.content(at) == before
    assert before["alembic_version"] == [("0001",)]


def test_a_file_is_written_through_to_the_disk_before_anything_is_acknowledged(file: Path) -> None:
    with ledger.writing(ledger.place(str(file))) as db:
        assert db.core.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.core.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_server_that_does_not_wait_for_its_disk_waits_for_it_with_us(
    server: servers.Server, server_template: str
) -> None:
    with server.database(server_template) as name:
        server.do(f"ALTER DATABASE {name} SET synchronous_commit = off")
        with ledger.writing(ledger.place(server.url(name))) as db:
            assert db.core.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_where_the_server_goes_away_while_it_records_nobody_says_what_he_does_not_know(
    server: servers.Server, server_template: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with server.database(server_template) as name:
        server.do(
            "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$",
            "CREATE CONSTRAINT TRIGGER gone AFTER INSERT ON batches"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gone()",
            database=name,
        )

        code = run(["--db", server.url(name), *UPDATE])

    told = capfd.readouterr().err
    assert (code, told.count("\n")) == (5, 1)
    assert "went away before it said whether this is recorded" in told


def test_a_server_that_goes_away_in_the_middle_is_named(
    server: servers.Server, server_template: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with server.database(server_template) as name:
        at = ledger.place(server.url(name))
        server.do(
            "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$",
            "CREATE TRIGGER gone BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION gone()",
            database=name,
        )

        code = run(["--lang", "zh", "--db", server.url(name), *UPDATE])

        told = capfd.readouterr().err
        server.do("DROP TRIGGER gone ON entries", database=name)
        assert (code, told.count("\n")) == (5, 1)
        assert "Traceback" not in told
        assert run(["--db", server.url(name), *UPDATE]) == 0
        with ledger.reading(at) as db:
            assert check.problems(db) == []


def test_where_the_server_goes_away_the_driver_prints_nothing_of_its_own(
    server: servers.Server, server_template: str, caplog: pytest.LogCaptureFixture
) -> None:
    two = [{"code": code, "name": "x", "name_en": "x", "place": 1} for code in ("X", "Y")]

    def deserted(name: str) -> None:
        with ledger.writing(ledger.place(server.url(name))) as db:
            server.end_connections(name)
            db.execute(insert(owners), two)

    with (
        server.database(server_template) as name,
        pytest.raises(DatabaseRefusal, match="went away"),
    ):
        deserted(name)

    # Whoever sets up no log, as the program, has it printed.
    assert caplog.records == []


def test_a_session_that_the_server_has_ended_meanwhile_is_opened_anew(
    server: servers.Server, server_template: str
) -> None:
    with server.database(server_template) as name:
        at = ledger.place(server.url(name))
        first = report(at)
        server.end_connections(name)

        second = report(at)

    assert second.batch == first.batch + 1


def test_a_server_that_allows_no_long_question_is_named(
    server: servers.Server, server_template: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with server.database(server_template) as name:
        server.do(f"ALTER DATABASE {name} SET statement_timeout = '1ms'")
        code = run(["--db", server.url(name), "report"])

    told = capfd.readouterr().err
    assert (code, told.count("\n")) == (5, 1)
    assert "statement_timeout" in told


def test_a_server_whose_ledger_somebody_holds_is_named_as_locked(
    server: servers.Server,
    server_template: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracker.store.connecting._BUSY_SECONDS", 1)
    with server.database(server_template) as name:
        at = ledger.place(server.url(name))
        with ledger.writing(at):
            code = run(["--db", server.url(name), *UPDATE])

    assert code == 5
    assert "is locked by another program" in capfd.readouterr().err


@pytest.fixture
def small() -> Iterator[Path]:
    """A file system with room for little more than one ledger."""
    with tempfile.TemporaryDirectory() as place:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1400k", "tmpfs", place]
        if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:  # fmt: skip
            pytest.skip("a small file system is made by root alone, where the machine lets him")
        yield Path(place)
        subprocess.run(["umount", place], check=True)


def fill(folder: Path, leave: int = 0) -> None:
    """Take the room that is left, but for so many bytes."""
    free = shutil.disk_usage(folder).free - leave
    (folder / "full").write_bytes(bytes(max(free, 0)))


def make_room(folder: Path) -> None:
    (folder / "full").unlink()


@pytest.mark.parametrize("leave", [0, 64 * 1024])
def test_on_a_full_disk_nothing_is_recorded_and_the_ledger_stays_whole(
    tracker: Run, file: Path, small: Path, leave: int
) -> None:
    there = small / "ledger.sqlite"
    shutil.copy(file, there)
    before = faults.content(ledger.place(str(there)))
    fill(small, leave)

    ran = tracker(*UPDATE, "--note", "长" * 60_000, db=there)

    make_room(small)
    assert (ran.code, one_line(ran)) == (5, True)
    assert "full" in ran.err
    assert faults.content(ledger.place(str(there))) == before
    assert tracker("db", "check", db=there).code == 0
    assert tracker(*UPDATE, db=there).code == 0


def one_line(ran: Ran) -> bool:
    return ran.err.startswith("tracker: ") and ran.err.count("\n") == 1


def test_a_ledger_that_finds_no_room_is_made_once_there_is_some(
    tracker: Run, file: Path, small: Path
) -> None:
    there = small / file.name
    fill(small, 400 * 1024)

    ran = tracker("init", db=there)

    assert (ran.code, one_line(ran)) == (5, True)
    make_room(small)
    assert tracker("init", db=there).code == 0
    assert tracker("db", "check", db=there).code == 0


def test_a_form_that_finds_no_room_is_brought_back_later(
    jobs: dict[str, faults.Job], tracker: Run, file: Path, small: Path
) -> None:
    there, job = small / file.name, jobs["import"]
    assert job.start
    shutil.copy(job.start, there)
    fill(small)

    assert tracker(*job.arguments, db=there).code == 5

    make_room(small)
    assert tracker(*job.arguments, db=there).code == 0
    assert tracker("db", "check", db=there).code == 0


def test_a_report_that_finds_no_room_leaves_the_one_before(
    tracker: Run, file: Path, small: Path
) -> None:
    out = small / "report.md"
    assert tracker("report", "-f", "md", "-o", str(out), db=file).code == 0
    before = out.read_bytes()
    fill(small)

    ran = tracker("report", "-f", "md", "-o", str(out), db=file)

    assert (ran.code, one_line(ran)) == (1, True)
    assert "cannot write" in ran.err
    assert (out.read_bytes(), sorted(path.name for path in small.iterdir())) == (
        before,
        ["full", "report.md"],
    )


def test_evidence_that_finds_no_room_leaves_no_report(
    tracker: Run, file: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_EVIDENCE", str(small / "evidence"))
    proof = tmp_path / "protocol.pdf"
    proof.write_bytes(bytes(100_000))
    before = faults.content(ledger.place(str(file)))
    fill(small, 50_000)

    ran = tracker(*UPDATE, "--evidence", str(proof))

    assert (ran.code, one_line(ran)) == (1, True)
    assert faults.content(ledger.place(str(file))) == before
    assert [path for path in (small / "evidence").rglob("*") if path.is_file()] == []


@pytest.fixture
def nobody() -> list[str]:
    """How to run a command as somebody to whom nothing here belongs."""
    if os.name == "nt" or os.geteuid() or shutil.which("setpriv") is None:
        pytest.skip("only root can be somebody else, and that with setpriv")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture
def shown(file: Path) -> Iterator[Path]:
    """The file of a ledger in a folder that all may look into."""
    with tempfile.TemporaryDirectory(prefix="tracker-shown-") as place:
        Path(place).chmod(0o755)
        yield Path(shutil.copy(file, place))


def as_nobody(nobody: list[str], file: Path, *arguments: str) -> Ran:
    command = [*nobody, sys.executable, "-m", "tracker", "--db", str(file), "--actor", "x"]
    where = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [*command, *arguments], check=False, capture_output=True, text=True, env=where
    )
    if "ermission denied" in ran.stderr and "tracker:" not in ran.stderr:
        pytest.skip("nobody else may read the program here")
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize("killed", [False, True])
def test_a_ledger_in_a_folder_that_can_only_be_read_is_read_and_not_written(
    nobody: list[str], shown: Path, killed: bool
) -> None:
    if killed:
        leave_unmerged(shown)
    for path in shown.parent.iterdir():
        path.chmod(0o644)

    assert "2021-15" in as_nobody(nobody, shown, "list").out
    ran = as_nobody(nobody, shown, *UPDATE)

    assert (ran.code, one_line(ran)) == (5, True)
    assert "can only be read" in ran.err


def leave_unmerged(file: Path) -> None:
    """Let a writer be killed between recording and bringing the record into the file itself."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "db.execute('INSERT INTO batches (command, actor, recorded_at) VALUES (?, ?, ?)',"
        " ('x', 'x', '2099-01-01T00:00:00.000000Z'))\n"
        "db.commit()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(file)], check=False)
    assert file.with_name(file.name + "-wal").stat().st_size


def test_a_date_that_is_ahead_of_a_clock_set_back_is_refused_with_the_date_of_today(
    tracker: Run,
) -> None:
    ran = tracker(*UPDATE, "--on", "2999-12-31")

    assert (ran.code, one_line(ran)) == (1, True)
    assert "today is" in ran.err


def test_while_one_works_others_read_what_was_before(tracker: Run, at: ledger.Place) -> None:
    with ledger.writing(at) as db:
        db.core.exec_driver_sql("UPDATE assignments SET status = 'stalled' WHERE report IS NULL")
        assert tracker("list").code == 0
        db.rollback()
    report(at)
    assert tracker("db", "check").code == 0


def test_what_is_recorded_and_cannot_be_shown_is_said_to_be_recorded(
    tracker: Run, file: Path
) -> None:
    with closing(sqlite3.connect(file)) as raw:
        # Somebody upgrades the ledger right after the report.
        raw.execute(
            "CREATE TRIGGER newer AFTER INSERT ON entries"
            " BEGIN UPDATE alembic_version SET version_num = '9999'; END"
        )

    ran = tracker(*UPDATE)

    assert (ran.code, one_line(ran)) == (5, True)
    assert "is recorded, but cannot be shown" in ran.err
