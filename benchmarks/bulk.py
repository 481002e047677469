"""What it costs to bring in much at once: reports from forms, and the registers that come with the program."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import ledgers
from measuring import LEAST, Cost, in_turns, inside, python, run, said, table, times, told, tracker
from tracker.store import forming, ledger

_PERIOD = "2025Q4"
_ROWS = (
    "SELECT o.code, c.key, a.role, a.version FROM assignments a JOIN commitments c"
    " ON c.id = a.commitment_id JOIN owners o ON o.id = a.owner_id WHERE c.key LIKE 'b%' ORDER BY a.id"
)


def part(folder: Path, reports: int, runs: int) -> str:
    """The tables of both."""
    return f"{told(runs)}\n\n{_imports(folder, reports, runs)}\n{_seeds(folder, runs)}"


def _imports(folder: Path, reports: int, runs: int) -> str:
    template, copy = ledgers.kept(folder, reports, tall=True), folder / "bulk.sqlite"
    forms = _forms(template, folder / "forms")

    def imported() -> Cost | None:
        shutil.copy(template, copy)
        return run(tracker(copy, "import", *forms, "-o", folder / "imported.txt"))

    imported()
    lines, made = _written(template, copy)

    def bare() -> Cost:
        shutil.copy(template, copy)
        return inside(lambda: _inserted(copy, made, lines))

    program, floor = (
        f"`tracker import`, {len(forms)} forms",
        "bare `executemany` in a process that runs",
    )
    costs = in_turns({program: imported, floor: bare}, runs)
    rows = [(name, said(cost), times(cost, costs[floor])) for name, cost in costs.items()]
    return (
        f"{len(lines):,} reports from JSON as one command, and the same lines into the same file with the"
        f" same constraints and triggers:\n\n{table(('', 'time', 'times'), rows)}"
    )


def _forms(db: Path, folder: Path) -> list[Path]:
    """A form of every owner, filled in: a report on each of his assignments."""
    with ledger.reading(ledger.place(str(db))) as opened:
        mark = forming.mark(opened)
    with closing(sqlite3.connect(db)) as opened:
        found = opened.execute(_ROWS).fetchall()
    rows: dict[str, list[dict[str, object]]] = {}
    for number, (owner, key, role, version) in enumerate(found):
        rows.setdefault(owner, []).append(
            {
                "key": key, "role": role, "version": version, "status": "in_progress",
                "percent": number % 100, "note": "本季度完成前期工作", "problem": None,
                "next_step": "下季度开工", "evidence": [], "effective_on": None,
            }
        )  # fmt: skip
    folder.mkdir(exist_ok=True)
    files = []
    for owner, own in rows.items():
        file = folder / f"{owner}.json"
        form = {"owner": owner, "period": _PERIOD, "ledger": mark, "rows": own}
        file.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
        files.append(file)
    return files


def _written(
    before: Path, after: Path
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The lines and the batches that an import added."""
    with closing(sqlite3.connect(after)) as db:
        db.execute("ATTACH ? AS old", (str(before),))
        lines, batches = (
            db.execute(
                f"SELECT * FROM {name} WHERE id > (SELECT max(id) FROM old.{name})"
            ).fetchall()
            for name in ("entries", "batches")
        )
    return lines, batches


def _inserted(
    file: Path, batches: list[tuple[object, ...]], lines: list[tuple[object, ...]]
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.executescript("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
        for name, rows in (("batches", batches), ("entries", lines)):
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        db.execute("COMMIT")


def _seeds(folder: Path, runs: int) -> str:
    new, old = folder / "new.sqlite", folder / "old.sqlite"
    ledgers.bundled(old)

    def made() -> Cost | None:
        new.unlink(missing_ok=True)
        return run(tracker(new, "init"))

    everyday = "`tracker show`, an everyday command"
    costs = in_turns(
        {
            f"`{LEAST}`": lambda: run(python("-c", "pass")),
            everyday: lambda: run(tracker(old, "show", "2021-15.5")),
            "`tracker init`, a new ledger with all that comes with the program": made,
            "`tracker seed`, nothing has changed": lambda: run(tracker(old, "seed")),
        },
        runs,
    )
    rows = [(name, said(cost), times(cost, costs[everyday])) for name, cost in costs.items()]
    return table(("", "time", "× everyday"), rows)
