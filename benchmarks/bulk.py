"""What it costs to bring in much at once: reports from forms, and the registers that come with the program."""

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import ledgers
from measuring import (
    LEAST,
    Cost,
    Run,
    in_turns,
    inside,
    python,
    run,
    said,
    table,
    times,
    told,
    tracker,
)  # fmt: skip

# A quarter that nobody has reported on yet.
_PERIOD = "2026Q3"
_OWNERS = (
    "SELECT DISTINCT o.code FROM assignments a JOIN commitments c ON c.id = a.commitment_id"
    " JOIN owners o ON o.id = a.owner_id WHERE c.key LIKE 'b%' ORDER BY o.code"
)
_NOTE, _NEXT = "本季度完成前期工作", "下季度开工"


def part(folder: Path, reports: int, runs: int) -> str:
    """The tables of both."""
    of_many, of_one = (
        _imports(template, folder, runs)
        for template in (
            ledgers.kept(folder, reports, tall=True),
            ledgers.kept(folder, reports, alone=True),
        )
    )
    return f"{told(runs)}\n\n{of_many}\n{of_one}\n{_seeds(folder, runs)}"


def _imports(template: Path, folder: Path, runs: int) -> str:
    copy = folder / "bulk.sqlite"
    forms = {ending: _forms(template, folder / "forms", ending) for ending in ("json", "csv")}

    def imported(ending: str) -> Cost | None:
        shutil.copy(template, copy)
        return run(tracker(copy, "import", *forms[ending], "-o", folder / "imported.txt"))

    imported("json")
    lines, made = _written(template, copy)

    def bare() -> Cost:
        shutil.copy(template, copy)
        return inside(lambda: _inserted(copy, made, lines))

    floor = "bare `executemany` in a process that runs"
    programs: dict[str, Run] = {
        f"`tracker import`, forms: {len(files)}, {ending.upper()}": partial(imported, ending)
        for ending, files in forms.items()
    }
    costs = in_turns({**programs, floor: bare}, runs)
    rows = [(name, said(cost), times(cost, costs[floor])) for name, cost in costs.items()]
    return (
        f"{len(lines):,} reports as one command, and the same lines into the same file with the same"
        f" constraints and triggers:\n\n{table(('', 'time', 'times'), rows)}"
    )


def _forms(db: Path, folder: Path, ending: str) -> list[Path]:
    """The forms of all owners, filled in: a report on each of their assignments."""
    with closing(sqlite3.connect(db)) as opened:
        owners = [code for (code,) in opened.execute(_OWNERS)]
    folder.mkdir(exist_ok=True)
    files = []
    for owner in owners:
        file = folder / f"{owner}.{ending}"
        file.unlink(missing_ok=True)
        run(tracker(db, "form", "--owner", owner, "--period", _PERIOD, "-f", ending, "-o", file))
        _FILLED[ending](file)
        files.append(file)
    return files


def _filled_json(file: Path) -> None:
    form = json.loads(file.read_bytes())
    for number, row in enumerate(form["rows"]):
        row |= {"status": "in_progress", "percent": number % 100, "note": _NOTE, "next_step": _NEXT}
    file.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")


def _filled_csv(file: Path) -> None:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    begin = next(number for number, row in enumerate(rows) if "Status" in row)
    places = [rows[begin].index(name) for name in ("Status", "Percent", "Progress", "Next steps")]
    for number, row in enumerate(rows[begin + 1 :]):
        said = ("in progress", f"{number % 100}%", _NOTE, _NEXT)
        for place, value in zip(places, said, strict=True):
            row[place] = value
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows(rows)


_FILLED = {"json": _filled_json, "csv": _filled_csv}


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
