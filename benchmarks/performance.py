"""How fast the program is, beside the least that could do the same and beside its peers; writes docs/performance.md.

    python benchmarks/performance.py [PART …] [--sizes N …] [--runs N] [--keep FOLDER]

PART is startup, growth, questions, bulk, clients, peers, reports or exports; without one all are measured, each in its own part of
the page. Ledgers are made for it; with --keep they stay in a folder for the next time (a million
assignments with five million lines are 1.6 GB and some minutes).
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import bulk
import clients
import exports
import growth
import page
import peers
import questions
import report
import startup

# No other program is asked about more tasks, and nobody sends a report of more lines.
_MANY = 100_000

PARTS: dict[str, Callable[[Path, argparse.Namespace], str]] = {
    "startup": lambda folder, asked: startup.part(folder, asked.runs),
    "growth": lambda folder, asked: growth.part(folder, asked.sizes, asked.runs),
    "questions": lambda folder, asked: questions.part(folder, asked.sizes, asked.runs, asked),
    "bulk": lambda folder, asked: bulk.part(folder, asked.reports, asked.runs),
    "clients": lambda folder, asked: clients.part(folder, asked.reports),
    "peers": lambda folder, asked: peers.part(folder, _few(asked.sizes), asked.runs, asked),
    "reports": lambda folder, asked: report.part(folder, _few(asked.sizes)),
    "exports": lambda folder, asked: exports.part(folder, _few(asked.sizes), asked.runs),
}


def main() -> None:
    """Measure what was asked for, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], metavar="N")
    parser.add_argument(
        "--reports",
        type=int,
        default=10_000,
        metavar="N",
        help="how many are imported, or recorded on a server",
    )
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where ledgers stay")
    peers.options(parser)
    asked = parser.parse_args()
    unknown = set(asked.parts) - PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="tracker-performance-") as unkept:
        folder = asked.keep or Path(unkept)
        folder.mkdir(parents=True, exist_ok=True)
        for name in asked.parts or PARTS:
            page.write(name, PARTS[name](folder, asked))


def _few(sizes: list[int]) -> list[int]:
    return [size for size in sizes if size <= _MANY] or [_MANY]


if __name__ == "__main__":
    main()
