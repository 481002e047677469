"""The same questions to other programs with the same tasks, as many of those programs as are there."""

import json
import re
import shutil
import sqlite3
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import bare_lists
import ledgers
import plot
import statements
from measuring import Command, Cost, commands_in_turns, run, said, table, told, tracker

LIST, DOCUMENT, SUMMARY, SHOW, ADD = QUESTIONS = (
    "list all", "list one document", "summary by project", "show one", "add one",
)  # fmt: skip
_PLOTTED = {LIST: "peers-list", SUMMARY: "peers-summary", SHOW: "peers-show"}
_TASKS = (
    "SELECT c.key, o.code owner, m.key measure, d.code document, c.title, a.status, a.due_on, e.note"
    " FROM assignments a JOIN commitments c ON c.id = a.commitment_id JOIN owners o ON o.id = a.owner_id"
    " JOIN measures m ON m.id = c.measure_id JOIN documents d ON d.id = m.document_id"
    " LEFT JOIN entries e ON e.assignment_id = a.id AND e.version = a.report WHERE a.standing ORDER BY a.id"
)
_SETTINGS = (
    "confirmation=no\nverbose=nothing\ndetection=off\ndefaultwidth=200\nnews.version=9.9.9\n"
)


class Task(NamedTuple):
    """An assignment, as task programs know one."""

    key: str
    owner: str
    measure: str
    document: str
    title: str
    status: str
    due_on: str | None
    note: str | None

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        return f"{self.key} {self.owner} {self.title}"


class Tried(NamedTuple):
    """The tasks of one size, where they are in the ledger, and a place for the files of the programs."""

    db: Path
    folder: Path
    tasks: list[Task]
    patience: float


Commands = Mapping[str, Command]


def options(parser: ArgumentParser) -> None:
    """Where the programs are, if not on the path."""
    parser.add_argument("--taskwarrior", nargs="*", default=["task"], metavar="PROGRAM")
    parser.add_argument("--todoman", default="todo", metavar="PROGRAM")
    parser.add_argument("--sqlite-utils", default="sqlite-utils", metavar="PROGRAM")
    parser.add_argument("--sqlite3", default="sqlite3", metavar="PROGRAM")
    parser.add_argument(
        "--patience", type=float, default=120, metavar="SECONDS", help="how long one call may take"
    )


def part(folder: Path, sizes: list[int], runs: int, asked: Namespace) -> str:
    """A table for each question, a plot for some, and who is missing."""
    programs = dict(_found(asked))
    costs = {size: _costs(folder, size, runs, programs, asked.patience) for size in sizes}
    names = ["tracker", *programs]
    made = [
        (
            f"{told(runs)} In brackets: how many times `tracker`. Taskwarrior has the tasks as `tracker export` hands"
            " them over, each measure a project, and lists all as `tracker` does; todoman lists what is open."
            " sqlite-utils and the shell have the tasks in one table without schedule positions; on the ledger"
            " itself sqlite-utils is asked what `tracker` is. It prints tables, as the others do.\n"
        )
    ]
    for question in QUESTIONS:
        found = {name: [costs[size].get(f"{name}: {question}") for size in sizes] for name in names}
        rows = [(name, *(_beside(costs[size], name, question) for size in sizes)) for name in names]
        made.append(f"\n{table((question, *(f'{size:,} tasks' for size in sizes)), rows)}")
        if question in _PLOTTED:
            drawn = {name: [cost and cost.processor for cost in of] for name, of in found.items()}
            labels = [f"{size:,}" for size in sizes]
            title = f"{question}: processor time over tasks"
            made.append(f"\n{plot.write(_PLOTTED[question], title, labels, drawn)}")
    wanted = ("Taskwarrior 2.6", "Taskwarrior 3.5", "todoman", "sqlite-utils", "sqlite3 shell")
    missing = [name for name in wanted if not any(each.startswith(name) for each in programs)]
    made.append(f"\nMissing on this machine, so not compared: {', '.join(missing) or 'none'}.\n")
    return "".join(made)


def _beside(costs: Mapping[str, Cost | None], name: str, question: str) -> str:
    if f"{name}: {question}" not in costs:
        return "–"
    cost, own = costs[f"{name}: {question}"], costs[f"tracker: {question}"]
    if cost is None or own is None:
        return said(cost)
    return f"{said(cost)} ({cost.processor / own.processor:.2g})"


Setting = Callable[[str, Tried], Commands]


def _found(asked: Namespace) -> Iterator[tuple[str, tuple[str, Setting]]]:
    """The programs that are there, by name and version, and what sets each up with tasks."""
    wanted: list[tuple[str, str, Setting]] = [
        *(("Taskwarrior", program, _taskwarrior) for program in asked.taskwarrior),
        ("todoman", asked.todoman, _todoman),
        ("sqlite-utils", asked.sqlite_utils, _sqlite_utils),
        ("sqlite-utils on the ledger", asked.sqlite_utils, _on_the_ledger),
        ("sqlite3 shell", asked.sqlite3, _shell),
    ]
    for name, program, setting in wanted:
        path = shutil.which(program)
        if path:
            ran = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            version = re.search(r"\d+(\.\d+)+", ran.stdout)
            assert version
            yield f"{name} {version[0]}", (path, setting)


def _costs(
    folder: Path, size: int, runs: int, programs: Mapping[str, tuple[str, Setting]], patience: float
) -> dict[str, Cost | None]:
    db = ledgers.kept(folder, size)
    with closing(sqlite3.connect(db)) as opened:
        tasks = [Task(*row) for row in opened.execute(_TASKS)]
    key, owner = ledgers.somebody(db)
    report = ("--owner", owner, "--status", "in_progress", "--percent", "40")
    commands = {
        f"tracker: {LIST}": tracker(db, "list", "--by", "assignment"),
        f"tracker: {DOCUMENT}": tracker(
            db, "list", "--by", "assignment", "--document", tasks[-1].document
        ),
        f"tracker: {SUMMARY}": tracker(db, "list"),
        f"tracker: {SHOW}": tracker(db, "show", key),
        f"tracker: {ADD}": tracker(db, "update", key, *report),
    }
    for name, (path, setting) in programs.items():
        place = folder / f"{name} {size}".replace(" ", "-")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        known = setting(path, Tried(db, place, tasks, patience))
        commands |= {f"{name}: {question}": one for question, one in known.items()}
    return commands_in_turns(commands, runs, patience)


def _taskwarrior(program: str, tried: Tried) -> Commands:
    settings, tasks = tried.folder / "rc", tried.folder / "tasks.json"
    settings.write_text(_SETTINGS, encoding="utf-8")
    run(tracker(tried.db, "export", "-f", "taskwarrior", "-o", tasks), 3600)
    measures = {task.key: task.measure for task in tried.tasks}
    handed_over = json.loads(tasks.read_text(encoding="utf-8"))
    for task in handed_over:
        # It sums up by project, and what is asked for is the progress of measures.
        document, measure = task["project"].split(".")[0], measures[task["description"].split()[0]]
        task["project"] = f"{document}.{measure.replace('-', '_')}"
    tasks.write_text(json.dumps(handed_over, ensure_ascii=False), encoding="utf-8")
    place = {"TASKRC": str(settings), "TASKDATA": str(tried.folder / "data")}
    (tried.folder / "data").mkdir()

    def call(*words: str | Path) -> Command:
        return Command((program, *words), place)

    run(call("import", tasks), 3600)
    document = f"project:{tried.tasks[-1].document}"
    return {
        LIST: call("all"),
        DOCUMENT: call(document, "all"),
        SUMMARY: call("summary"),
        SHOW: call("1", "info"),
        ADD: call("add", document, "one more"),
    }


def _todoman(program: str, tried: Tried) -> Commands:
    for number, task in enumerate(tried.tasks):
        file = tried.folder / "lists" / task.document / f"{number}.ics"
        file.parent.mkdir(parents=True, exist_ok=True)
        due = f"DUE;VALUE=DATE:{task.due_on.replace('-', '')}\n" if task.due_on else ""
        closed = "COMPLETED" if task.status in ("done", "dropped") else "NEEDS-ACTION"
        file.write_text(
            f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//benchmark\nBEGIN:VTODO\nUID:{number}\n"
            f"DTSTAMP:20240701T000000Z\nSUMMARY:{task.summary}\n{due}STATUS:{closed}\n"
            "END:VTODO\nEND:VCALENDAR\n",
            encoding="utf-8",
        )
    settings = tried.folder / "config.py"
    settings.write_text(
        f"path = {str(tried.folder / 'lists' / '*')!r}\ncache_path = {str(tried.folder / 'cache')!r}\n",
        encoding="utf-8",
    )
    document = tried.tasks[-1].document

    def call(*words: str) -> Command:
        return Command((program, "--config", settings, *words))

    # It reads all files once, into a cache of its own; without that there is nothing more to ask.
    if run(call("list"), tried.patience) is None:
        return {LIST: call("list")}
    return {
        LIST: call("list"),
        DOCUMENT: call("list", document),
        SHOW: call("show", "1"),
        ADD: call("new", "--list", document, "one more"),
    }


def _statements(tried: Tried) -> tuple[Path, dict[str, str]]:
    """A file with one table of the tasks, and the questions to it."""
    file = tried.folder / "tasks.sqlite"
    columns, last = ", ".join(Task._fields), tried.tasks[-1]
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"CREATE TABLE tasks ({columns})")
        db.executemany(f"INSERT INTO tasks VALUES ({', '.join('?' * len(last))})", tried.tasks)
        for column in ("key", "document"):
            db.execute(f"CREATE INDEX by_{column} ON tasks ({column})")
        db.commit()
    return file, {
        LIST: "SELECT * FROM tasks",
        DOCUMENT: f"SELECT * FROM tasks WHERE document = '{last.document}'",
        SUMMARY: "SELECT measure, count(*), sum(status = 'done') FROM tasks GROUP BY measure",
        SHOW: f"SELECT * FROM tasks WHERE key = '{last.key}'",
        ADD: "INSERT INTO tasks (key, title) VALUES ('x', 'one more')",
    }


def _sqlite_utils(program: str, tried: Tried) -> Commands:
    file, asked = _statements(tried)
    return {
        name: Command((program, "query", file, said, "--table")) for name, said in asked.items()
    }


def _on_the_ledger(program: str, tried: Tried) -> Commands:
    """The questions put to the ledger itself, with the statements by hand that other parts measure."""
    shown = bare_lists.STATEMENTS["shown"]
    document = f"WHERE a.standing AND d.code = '{tried.tasks[-1].document}'"
    asked = {
        LIST: shown,
        DOCUMENT: shown.replace("WHERE a.standing", document),
        SUMMARY: statements.now(datetime.now(UTC).date().isoformat()),
    }
    return {
        name: Command((program, "query", tried.db, said, "--table")) for name, said in asked.items()
    }


def _shell(program: str, tried: Tried) -> Commands:
    file, asked = _statements(tried)
    return {name: Command((program, file, said)) for name, said in asked.items()}
