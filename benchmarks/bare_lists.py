"""The floor that lists and exports are measured against: the same rows and fields with as little as possible.

    python benchmarks/bare_lists.py LIST FORM LEDGER FILE

Read with sqlite3 alone, written with json, csv or XlsxWriter, which keeps one row at a time.
"""

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

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
    from xlsxwriter import Workbook  # noqa: PLC0415 - loaded at the top it would be counted in the JSON and CSV loops, too

    with Workbook(out, {"constant_memory": True}) as book:
        sheet, look = book.add_worksheet(), book.add_format({"border": 1})
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value, look)


if __name__ == "__main__":
    bare(*sys.argv[1:])
