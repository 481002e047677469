"""What an everyday command costs beside the least that could print the same; writes docs/performance.md.

    python benchmarks/startup.py [RUNS]

Both programs print the same rows of the same ledger, in turns; medians, and their ratio.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"


def timed(command: list[str]) -> float:
    """Wall seconds of one run as a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main(runs: int) -> None:
    """Measure and write."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TRACKER_DB": f"{folder}/ledger.sqlite", "TYPER_USE_RICH": "0"}
        subprocess.run([python, "-m", "tracker", "init"], check=True, capture_output=True)
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "benchmarks/plain_list.py": [python, str(HERE / "plain_list.py"), os.environ["TRACKER_DB"]],
            "tracker list": [python, "-m", "tracker", "list"],
            "tracker update": [
                python, "-m", "tracker", "update", "2021-15.5", "--owner", "HB", "--status", "stalled",
            ],
            "tracker --help": [python, "-m", "tracker", "--help"],
        }  # fmt: skip
        figures = {name: [timed(command)] for name, command in commands.items()}
        for _ in range(runs):
            for name, command in commands.items():
                figures[name].append(timed(command))
    seconds = {name: values[1:] for name, values in figures.items()}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = medians["tracker list"] / medians["benchmarks/plain_list.py"]
    least = medians["python -c pass"]
    rows = "".join(
        f"| `{name}` | {median * 1000:.0f} | {median / least:.1f} |\n"
        for name, median in medians.items()
    )
    PAGE.write_text(
        "# What a command costs\n\n"
        f"Written by `python benchmarks/startup.py` ({runs} runs in turns, medians, {os.cpu_count()} processors, "
        f"Python {sys.version.split()[0]}). The plain program opens the same file with Typer, one textual "
        "SQLAlchemy statement and tabulate, and prints the same rows.\n\n"
        f"| | ms | × `python -c pass` |\n|---|---|---|\n{rows}\n"
        f"`tracker list` takes {ratio:.2f} × the plain program.\n",
        encoding="utf-8",
    )
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
