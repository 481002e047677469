"""What a report asks of a ledger, beside the best SQL by hand in the sqlite3 shell on the same file."""

import shutil
from argparse import Namespace
from datetime import date
from functools import partial
from pathlib import Path

import ledgers
import statements
from measuring import Command, Cost, Run, in_turns, inside, run, said, table, times, told
from tracker.domain.log import ALWAYS
from tracker.store import ledger, rollups, states

# In the middle of what is recorded.
_DAY = date(2025, 3, 31)
_NOW, _PAST = "progress by measure and owner", "the same on a past day"
_LEAST = "owner × document × status alone"


def part(folder: Path, sizes: list[int], runs: int, asked: Namespace) -> str:
    """The table of all sizes."""
    if shutil.which(asked.sqlite3) is None:
        return "Missing on this machine, so not compared: the sqlite3 shell.\n"
    rows = [row for size in sizes for row in _rows(ledgers.kept(folder, size), size, runs, asked)]
    head = ("assignments", "question", "tracker", "by hand", "times")
    return (
        f"{told(runs)} The program asks within one process; the shell is a whole process each time, about"
        " 3 ms of it for itself, and prints into nothing. Both give the same rows; of the ways by hand that"
        " are tried for a past day (a window function, the greatest date in one pass, a lookup for each"
        f" assignment) the quickest counts.\n\n{table(head, rows)}"
    )


def _rows(file: Path, size: int, runs: int, asked: Namespace) -> list[tuple[str, ...]]:
    day = str(_DAY)
    by_hand = {
        _NOW: statements.now(day),
        _LEAST: statements.by_owner(),
        **{way: statements.past(day, way) for way in statements.WAYS},
    }
    turns: dict[str, Run] = {
        f"tracker {_NOW}": partial(_asked, file, past=False),
        f"tracker {_PAST}": partial(_asked, file, past=True),
    }
    for name, statement in by_hand.items():
        turns[name] = partial(
            run, Command((asked.sqlite3, "-readonly", file, statement)), asked.patience
        )
    costs = in_turns(turns, runs)
    way = min(statements.WAYS, key=lambda name: (costs[name] or Cost(0, 1e9)).processor)
    now, past = costs[f"tracker {_NOW}"], costs[f"tracker {_PAST}"]
    return [
        (f"{size:,}", _NOW, said(now), said(costs[_NOW]), times(now, costs[_NOW])),
        (f"{size:,}", _LEAST, "–", said(costs[_LEAST]), "–"),
        (f"{size:,}", _PAST, said(past), f"{said(costs[way])} ({way})", times(past, costs[way])),
    ]


def _asked(file: Path, *, past: bool) -> Cost:
    with ledger.reading(ledger.place(str(file))) as db:
        of = states.on(_DAY, ALWAYS) if past else states.now(_DAY)
        return inside(lambda: rollups.cells(db, of))
