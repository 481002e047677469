"""What lists and exports cost beside the least that could write the same rows and fields."""

from collections.abc import Iterator
from pathlib import Path

import ledgers
from measuring import Command, Cost, commands_in_turns, python, said, table, told, tracker

_BARE = Path(__file__).with_name("bare_lists.py")
ASSIGNMENTS, LOG, WHOLE = ("list", "--by", "assignment"), ("log",), ("export",)
# Each with the loop that writes the same.
_BESIDE = {
    (*ASSIGNMENTS, "-f", "json"): "assignments",
    (*ASSIGNMENTS, "-f", "csv"): "assignments",
    (*LOG, "-f", "json"): "log",
    (*LOG, "-f", "csv"): "log",
    (*ASSIGNMENTS, "-f", "xlsx"): "shown",
}
_ALONE = [
    (*ASSIGNMENTS, "-f", "html"),
    (*ASSIGNMENTS, "-f", "docx"),
    (*WHOLE, "-f", "json"),
    (*WHOLE, "-f", "csv"),
]


def part(folder: Path, sizes: list[int], runs: int) -> str:
    """A line for each list, format and size."""
    rows = [row for size in sizes for row in _rows(folder, size, runs)]
    return (
        f"{told(runs)} In the last column the rows a second of processor time as a share of those of the bare"
        " loop: sqlite3 and json, csv or XlsxWriter, which writes the same rows and fields.\n\n"
        + table(("", "assignments", "tracker", "MB", "bare loop", "share"), rows)
    )


def _rows(folder: Path, size: int, runs: int) -> Iterator[tuple[str, ...]]:
    file = ledgers.kept(folder, size)
    commands: dict[str, Command] = {}
    for words in [*_BESIDE, *_ALONE]:
        out = folder / f"written.{words[-1]}"
        commands[" ".join(words)] = tracker(file, *words, "-o", out)
        if words in _BESIDE:
            commands[f"bare {' '.join(words)}"] = python(
                _BARE, _BESIDE[words], words[-1], file, out
            )
    costs = commands_in_turns(commands, runs)
    for name in map(" ".join, [*_BESIDE, *_ALONE]):
        cost, bare = costs[name], costs.get(f"bare {name}")
        memory = str(cost.memory) if cost else "–"
        yield (
            f"`{name}`", f"{size:,}", said(cost), memory, said(bare) if bare else "–", _share(cost, bare),
        )  # fmt: skip


def _share(cost: Cost | None, bare: Cost | None) -> str:
    return f"{bare.processor / cost.processor:.2f}" if cost and bare else "–"
