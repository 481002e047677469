"""What a report costs as the ledger grows: time and memory in every format; writes docs/performance.md.

    python benchmarks/report.py [SIZE …]

Each run is a whole process, of `tracker report` over a year, on a ledger made for it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import ledgers
import page

FORMS = ("table", "md", "json", "csv", "html", "docx", "xlsx")


def cost(command: list[str]) -> tuple[float, int]:
    """Processor seconds and mebibytes at most of one run as a whole process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit // 2**20


def rows(sizes: list[int]) -> list[str]:
    """A line of the table for each format."""
    costs: dict[str, list[str]] = {form: [] for form in FORMS}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file = Path(folder) / f"{size}.sqlite"
            ledgers.make(file, size)
            for form in FORMS:
                seconds, memory = cost([
                    sys.executable, "-m", "tracker", "--db", str(file), "report", "--period",
                    "2025Q1", "-f", form, "-o", f"{folder}/report.{form}",
                ])  # fmt: skip
                costs[form].append(f"{seconds:.1f} s, {memory} MB")
                print(size, form, costs[form][-1], flush=True)
    return [f"| {form} | {' | '.join(found)} |" for form, found in costs.items()]


def main(sizes: list[int]) -> None:
    """Measure and write."""
    made = [
        "| format | " + " | ".join(f"{size:,} assignments" for size in sizes) + " |",
        "|---" * (len(sizes) + 1) + "|",
        *rows(sizes),
    ]
    page.write(
        "reports",
        f"Written by `python benchmarks/report.py` ({os.cpu_count()} processors, Python"
        f" {sys.version.split()[0]}): processor time and memory at most of the whole process, of `tracker"
        " report --period 2025Q1` on ledgers with 40 owners, about two reports in three quarters on each"
        " assignment, and the bundled registers beside them.\n\n" + "\n".join(made) + "\n",
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000])
