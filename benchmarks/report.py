"""What a report costs as the ledger grows: time and memory in every format."""

import os
import sys
from pathlib import Path

import ledgers
from measuring import run, table, tracker

FORMS = ("table", "md", "json", "csv", "html", "docx", "xlsx")


def part(folder: Path, sizes: list[int]) -> str:
    """A line for each format."""
    costs: dict[str, list[str]] = {form: [] for form in FORMS}
    bundled = folder / "bundled.sqlite"
    ledgers.bundled(bundled)
    for file in (bundled, *(ledgers.kept(folder, size, tall=True) for size in sizes)):
        for form in FORMS:
            out = folder / f"report.{form}"
            spent = run(tracker(file, "report", "--period", "2025Q1", "-f", form, "-o", out))
            costs[form].append(
                f"{spent.processor:.1f} s, {spent.memory} MB" if spent else "too long"
            )
    rows = [(form, *found) for form, found in costs.items()]
    return (
        f"{os.cpu_count()} processors, Python {sys.version.split()[0]}: processor time and memory at most of the"
        " whole process, of `tracker report --period 2025Q1` on ledgers with one document, 40 owners, about"
        " five lines in six quarters on each assignment, and the bundled registers beside them.\n\n"
        f"{table(('format', 'bundled', *(f'{size:,} assignments' for size in sizes)), rows)}"
    )
