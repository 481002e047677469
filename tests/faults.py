"""Killing the program at random moments, and what has to be true of its ledger afterwards."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, inspect, pool, text

import offices
from tracker.cli.app import run
from tracker.errors import Refusal
from tracker.store import check, evidence, ledger, setup
from tracker.store.columns import Moment as Time
from tracker.store.log import Acting
from tracker.store.models import metadata
from tracker.store.revisions import HEAD

DATA = Path(__file__).parent / "data"

# What differs between two runs of one command: when it was, and the numbers that a server gives out.
_OF_THE_RUN = {"id", "batch", "hash"} | {
    column.name for table in metadata.tables.values() for column in table.columns
    if isinstance(column.type, Time)
}  # fmt: skip

# The program starts from a process that has read its libraries: the moments fall on its work.
_context: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
_context.set_forkserver_preload(
    ["tracker.cli.app", "tracker.store.setup", "tracker.report.details", "tracker.render", "faults",
     "alembic.command", "sqlalchemy.dialects.sqlite", "psycopg", "openpyxl"]
)  # fmt: skip

Content = dict[str, list[tuple[Any, ...]]]


def builder() -> Acting:
    """Who makes the ledgers that are disturbed."""
    now = datetime.now(UTC)
    return Acting("builder", now.date(), now)


class Job(NamedTuple):
    """A command to be killed: what it is given, the ledger that it starts from, and a word of what it
    says once it is done.
    """

    name: str
    arguments: tuple[str, ...]
    start: Path | None
    said: str


class Moment(NamedTuple):
    """When to kill: so many seconds after a sign.

    The signs are `start`; `opened`, `written` and `merged`: the file beside the ledger is there, has
    grown, and the ledger's own file has changed.
    """

    sign: str
    wait: float


class Course(NamedTuple):
    """A job as it goes when nobody disturbs it: what the ledger holds before and after, and how long."""

    job: Job
    before: Content
    after: Content
    seconds: float


class Fault(NamedTuple):
    """One disturbed run: the moment, whether it was killed before its end, what was found amiss."""

    job: str
    moment: Moment
    killed: bool
    recorded: bool
    findings: list[str]


class Running(NamedTuple):
    """A program that runs, and the file that takes what it prints."""

    process: BaseProcess
    output: Path

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""


def jobs(folder: Path, template: Path) -> list[Job]:
    """What is killed, with its files in a folder; a further command is one more line."""
    proof, form, plan = folder / "protocol.pdf", folder / "hb.xlsx", folder / "plan.yaml"
    proof.write_bytes(b"%PDF-1.4 " + bytes(200_000))
    _quietly("--db", str(template), "form", "--owner", "HB", "--period", "2024Q2", "-o", str(form))
    filled = offices.filled(form.read_bytes(), filled_in)
    form.write_bytes(filled)
    text = str(DATA / "plan.txt")
    drafted = _copied(template, folder / "drafted.sqlite")
    _quietly("--db", str(drafted), "ingest", text, "--draft", "-o", str(plan))
    with ledger.writing(ledger.place(str(drafted))) as db:
        setup.load(db, [plan], by=builder())
    update = ("update", "2021-15", "--owner", "HB", "--status", "stalled", "--yes", "-f", "json")
    first, second = (written(folder, revision) for revision in ("0001", "0002"))
    return [
        Job("init", ("init",), None, "changes"),
        Job("update", update, template, "stalled"),
        Job("update --evidence", (*update, "--evidence", str(proof)), template, "stalled"),
        Job("import", ("import", str(form)), template, "3 recorded"),
        Job("seed", ("seed", str(DATA / "small.yaml")), template, "changes"),
        Job("ingest", ("ingest", text), drafted, "Wording attached"),
        Job("db upgrade (0001)", ("db", "upgrade"), first, f"has schema {HEAD}"),
        Job("db upgrade (0002)", ("db", "upgrade"), second, f"has schema {HEAD}"),
        Job("db backup", ("db", "backup"), template, "backed up into"),
    ]


def course(job: Job, folder: Path) -> Course:
    """Run a job to its end twice: what it does, and how long it takes at least."""
    took = []
    for number in range(2):
        file = _begun(job, folder / f"whole-{number}")
        before = content(ledger.place(str(file)))
        started = time.perf_counter()
        running = start(job.arguments, str(file), file.parent / "output")
        code = ended(running)
        took.append(time.perf_counter() - started)
        assert (code, job.said in running.printed) == (0, True), running.printed
        after = content(ledger.place(str(file)))
    return Course(job, before, after, min(took))


def moments(course: Course, chance: random.Random) -> Iterator[Moment]:
    """Moments without end: half of them anywhere in the run, half just after something is written."""
    while True:
        yield Moment("start", chance.uniform(0, course.seconds * 1.1))
        yield Moment(chance.choice(("opened", "written", "merged")), chance.expovariate(200))


def fault(course: Course, moment: Moment, folder: Path) -> Fault:
    """Kill a job at a moment, and look at its ledger with what comes after."""
    file = _begun(course.job, folder)
    at = ledger.place(str(file))
    running = start(course.job.arguments, str(file), folder / "output")
    _await(moment, running.process, file)
    running.process.kill()
    code = ended(running)
    acknowledged = code == 0 or course.job.said in running.printed
    found, recorded = afterwards(course, at, acknowledged=acknowledged, output=folder / "again")
    shutil.rmtree(folder)
    return Fault(course.job.name, moment, code < 0, recorded, found)


def afterwards(
    course: Course, at: ledger.Place, *, acknowledged: bool, output: Path
) -> tuple[list[str], bool]:
    """What is amiss after a fault, and whether the command had been recorded by then."""
    found = []
    now = content(at)
    if now not in (course.before, course.after):
        found.append("something is there in part")
    if acknowledged and now != course.after:
        found.append("what was acknowledged is not there")
    found += amiss(at, now)
    copies = backups(at)
    found += [f"{copy.name}: not the ledger before" for copy in copies if not whole(copy, course)]
    if acknowledged and course.job.name == "db backup" and not copies:
        found.append("the backup that was acknowledged is not there")
    again = start(course.job.arguments, _url(at), output)
    if ended(again) != 0:
        found.append(f"the same command again: {again.printed}")
    if now == course.before and content(at) != course.after:
        found.append("the same command again does not do the same")
    return [*found, *amiss(at, content(at))], now == course.after


def amiss(at: ledger.Place, now: Content) -> list[str]:
    """What the check says of a ledger; of one that is not yet made or upgraded, its database."""
    try:
        if now.get("alembic_version") == [(HEAD,)]:
            with ledger.reading(at) as db:
                into = evidence.folder(at, None)
                return [str(p) for p in (*check.problems(db), *evidence.problems(db, into))]
        if at.file is not None and at.file.exists():
            with closing(sqlite3.connect(at.file)) as raw:
                said = [row[0] for row in raw.execute("PRAGMA integrity_check")]
                return [] if said == ["ok"] else said
    except Refusal as reason:
        return [str(reason)]
    return []


def backups(at: ledger.Place) -> list[Path]:
    """The backups beside a ledger that bear their final name."""
    return sorted(at.file.parent.glob(f"{at.file.stem}-*.sqlite")) if at.file else []


def whole(copy: Path, course: Course) -> bool:
    """Whether a backup is the ledger as the job found it."""
    with closing(sqlite3.connect(copy)) as raw:
        sound = [row[0] for row in raw.execute("PRAGMA integrity_check")]
    return sound == ["ok"] and content(ledger.place(str(copy))) == course.before


def content(at: ledger.Place) -> Content:
    """All rows of all tables, but for what differs between two runs of one command."""
    if at.is_missing:
        return {}
    engine = create_engine(f"sqlite:///{at.file}" if at.file else at.url, poolclass=pool.NullPool)
    try:
        with engine.connect() as db:
            return {name: _rows(db, name) for name in sorted(inspect(db).get_table_names())}
    finally:
        engine.dispose()


def _rows(db: Any, table: str) -> list[tuple[Any, ...]]:
    result = db.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608 - a table of ours
    kept = [place for place, name in enumerate(result.keys()) if name not in _OF_THE_RUN]
    return sorted((tuple(row[place] for place in kept) for row in result), key=repr)


def start(arguments: tuple[str, ...], db: str, output: Path) -> Running:
    """Start the program on a ledger as a process of its own."""
    output.unlink(missing_ok=True)
    command = ["--lang", "en", "--actor", "li", "--db", db, *arguments]
    process = _context.Process(target=_program, args=(command, str(output)), daemon=True)
    process.start()
    return Running(process, output)


def ended(running: Running) -> int:
    """The exit code of a program once it has ended."""
    running.process.join(timeout=300)
    code = running.process.exitcode
    assert code is not None, "the program does not end"
    return code


def _program(command: list[str], output: str) -> None:
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.exit(run(command))


def _await(moment: Moment, process: BaseProcess, file: Path) -> None:
    if moment.sign != "start":
        sign = _signs(file)[moment.sign]
        while process.is_alive() and not sign():
            pass
    process.join(timeout=moment.wait)


def _signs(file: Path) -> dict[str, Callable[[], bool]]:
    beside = [file.with_name(file.name + ending) for ending in ("-wal", "-journal")]
    before = _stamp(file)
    return {
        "opened": lambda: any(map(os.path.exists, beside)),
        "written": lambda: any((_stamp(each) or (0, 0))[0] for each in beside),
        "merged": lambda: _stamp(file) != before,
    }


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _begun(job: Job, folder: Path) -> Path:
    """A folder for one run, with the ledger that it starts from."""
    folder.mkdir()
    file = folder / "ledger.sqlite"
    return _copied(job.start, file) if job.start else file


def _copied(file: Path, to: Path) -> Path:
    shutil.copy(file, to)
    return to


def written(folder: Path, revision: str) -> Path:
    file = folder / f"ledger-{revision}.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.executescript((DATA / f"ledger-{revision}.sql").read_text(encoding="utf-8"))
        # As programs of then left it.
        db.execute("PRAGMA journal_mode = WAL")
    return file


def filled_in(desk: offices.Desk) -> None:
    for key in ("2021-15.1", "2021-15.2", "2021-15.3"):
        desk.fill(key, status="推进中", percent=0.6, note="开工")


def _quietly(*arguments: str) -> None:
    assert run(list(arguments)) == 0, arguments


def _url(at: ledger.Place) -> str:
    return at.address
