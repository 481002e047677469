"""What lists and exports cost beside the least that could write the same; writes docs/performance.md.

    python benchmarks/exports.py [SIZE …]

Each run is a whole process on a ledger made for it; the bare loops read the same file with sqlite3
alone and write the same rows and fields with json, csv or XlsxWriter, which keeps one row at a time.
"""

import csv
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import ledgers
import page
from measuring import Command, run, tracker

_POSITION = """
CASE WHEN a.status IN ('done', 'dropped') OR c.kind = 'continuing' OR a.due_on IS NULL THEN 'n/a'
     WHEN date('now', '+8 hours') > a.due_on THEN 'overdue'
     WHEN a.percent IS NULL THEN 'unquantified'
     WHEN a.percent * (julianday(a.due_on) - julianday(d.issued_on))
          < 90 * (julianday(date('now', '+8 hours')) - julianday(d.issued_on)) THEN 'behind'
     WHEN a.percent * (julianday(a.due_on) - julianday(d.issued_on))
          > 110 * (julianday(date('now', '+8 hours')) - julianday(d.issued_on)) THEN 'ahead'
     ELSE 'on_schedule' END"""
_PLACED = """
assignments a JOIN commitments c ON c.id = a.commitment_id JOIN measures m ON m.id = c.measure_id
JOIN documents d ON d.id = m.document_id JOIN owners o ON o.id = a.owner_id"""
_ASSIGNMENTS = f"""
FROM {_PLACED}
LEFT JOIN entries e ON e.assignment_id = a.id AND e.version = a.report WHERE a.standing
ORDER BY d.code, m.number, c.sentence, o.place, o.code, a.role"""
# The fields of each list, written by hand.
STATEMENTS = {
    "assignments": f"""
SELECT c.key, m.key AS measure, d.code AS document, c.title, c.title_en, o.code AS owner, a.role,
       a.basis, a.scope, a.scope_en, c.kind, CAST(substr(a.target, 1, 4) AS INTEGER) AS target_year,
       nullif(CAST(substr(a.target, 6) AS INTEGER), 0) AS target_month, a.target_basis, a.status,
       {_POSITION} AS position, a.verification, a.percent, e.note, e.problem, e.next_step,
       e.effective_on, e.recorded_at, e.actor, a.version, e.evidence,
       a.status = 'done' AND e.evidence IS NULL AS unevidenced, a.due_on,
       coalesce(d.issued_on, d.horizon || '-01-01') AS start_on,
       iif(d.issued_on IS NULL, 'horizon', 'stated') AS start_basis {_ASSIGNMENTS}""",
    "log": f"""
SELECT e.id AS entry, e.batch, c.key, o.code AS owner, e.version, e.kind, e.status, e.percent,
       e.note, e.problem, e.next_step, e.evidence, e.verification, e.target, e.target_basis,
       e.effective_on, e.recorded_at, e.actor, n.id AS names, e.hash, a.role, e.first_report
FROM {_PLACED} JOIN entries e ON e.assignment_id = a.id
LEFT JOIN entries n ON n.assignment_id = e.assignment_id AND n.version = e.names
ORDER BY e.id""",
    # What people are shown of the assignments, in the words of the page.
    "shown": f"""
SELECT c.key, c.title_en, o.code, a.role, a.basis, a.target, a.target_basis, a.status,
       {_POSITION}, a.verification, a.percent, e.note, e.problem, e.next_step, e.effective_on,
       e.evidence, iif(a.status = 'done' AND e.evidence IS NULL, 'evidence', NULL) {_ASSIGNMENTS}""",
}
LISTS = {"assignments": ["list", "--by", "assignment"], "log": ["log"]}
WHOLE = ["export"]
FORMS = ("html", "docx", "xlsx")


class Rate(NamedTuple):
    """Rows a second of processor time, of tracker and of the bare loop, and the most memory in MB."""

    rows: float
    bare: float
    memory: int

    @property
    def ratio(self) -> float:
        """How many of the bare loop's rows tracker writes in the same time."""
        return self.rows / self.bare


class Cost(NamedTuple):
    """Processor seconds and the most memory in MB."""

    seconds: float
    memory: int


def rate(file: Path, what: str, form: str) -> Rate:
    """A list of a ledger as JSON or CSV, or its assignments as XLSX, beside the bare loop."""
    bare = [sys.executable, __file__, "bare", "shown" if form == "xlsx" else what, form]
    with tempfile.TemporaryDirectory() as folder:
        rows = _count(file, what)
        least = _measured(Command((*bare, file, f"{folder}/bare.{form}"))).seconds
        ours = spent(file, [*LISTS[what], "-f", form, "-o", f"{folder}/list.{form}"])
    return Rate(rows / ours.seconds, rows / least, ours.memory)


def spent(file: Path, command: list[str]) -> Cost:
    """What a command of tracker costs on a ledger."""
    return _measured(tracker(file, *command))


def _measured(command: Command) -> Cost:
    spent = run(command)
    if spent is None:
        raise SystemExit(f"too long: {command.words}")
    return Cost(spent.processor, spent.memory)


def report(file: Path, form: str) -> Cost:
    """What the assignments of a ledger cost as a page, a document or a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        return spent(file, [*LISTS["assignments"], "-f", form, "-o", f"{folder}/list.{form}"])


def export(file: Path, form: str) -> Cost:
    """What everything in a ledger costs as JSON or CSV."""
    with tempfile.TemporaryDirectory() as folder:
        return spent(file, [*WHOLE, "-f", form, "-o", f"{folder}/export.{form}"])


def _count(file: Path, what: str) -> int:
    with closing(sqlite3.connect(file)) as db:
        return sum(1 for _row in db.execute(STATEMENTS[what]))


def bare(what: str, form: str, file: str, out: str) -> None:
    """Write a list with the libraries alone."""
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute(STATEMENTS[what])
        names = [column[0] for column in rows.description]
        if form == "xlsx":
            _workbook(rows, out)
            return
        with Path(out).open("w", encoding="utf-8", newline="") as to:
            if form == "csv":
                writer = csv.writer(to)
                writer.writerow(names)
                writer.writerows(rows)
                return
            between = "[\n"
            for row in rows:
                to.write(
                    between + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
                )
                between = ",\n"
            to.write("\n]\n")


def _workbook(rows: Iterator[Any], out: str) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - the loops beside it pay nothing for it

    with Workbook(out, {"constant_memory": True}) as book:
        sheet, look = book.add_worksheet(), book.add_format({"border": 1})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value, look)


def main(sizes: list[int]) -> None:
    """Measure and write."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file = Path(folder) / f"{size}.sqlite"
            ledgers.make(file, size)
            lines += _lines(file, size)
    page.write(
        "exports",
        f"Written by `python benchmarks/exports.py` ({os.cpu_count()} processors, Python"
        f" {sys.version.split()[0]}): processor time and memory at most of the whole process, and of a"
        " bare loop of sqlite3 and json, csv or XlsxWriter over the same rows and fields.\n\n"
        "| | assignments | seconds | rows a second | of the bare loop's | MB |\n|---|---|---|---|---|---|\n"
        + "".join(lines),
    )


def _lines(file: Path, size: int) -> Iterator[str]:
    for what, form in (("assignments", "json"), ("assignments", "csv"), ("log", "json"), ("log", "csv"), ("assignments", "xlsx")):  # fmt: skip
        told = rate(file, what, form)
        yield f"| `{' '.join(LISTS[what])} -f {form}` | {size:,} | | {told.rows:,.0f} | {told.ratio:.2f} | {told.memory} |\n"
    for form in FORMS:
        spent = report(file, form)
        yield f"| `list --by assignment -f {form}` | {size:,} | {spent.seconds:.1f} | | | {spent.memory} |\n"
    for form in ("json", "csv"):
        spent = export(file, form)
        yield f"| `export -f {form}` | {size:,} | {spent.seconds:.1f} | | | {spent.memory} |\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare(*sys.argv[2:])
    else:
        main([int(size) for size in sys.argv[1:]] or [25_000, 100_000])
