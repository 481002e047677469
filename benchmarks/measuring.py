"""What runs cost, taken in turns: wall time, processor time and memory, their medians, and tables of them."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds on the wall and of the processor, and mebibytes at most."""

    wall: float
    processor: float
    memory: int = 0


class Command(NamedTuple):
    """A command line, and what its environment has beside ours."""

    words: Sequence[str | Path]
    environment: Mapping[str, str] = {}


# None is the cost of what took longer than anybody waits.
Run = Callable[[], Cost | None]

_STARTER = Path(__file__).with_name("starter.py")

# The least that a Python program costs: what all others are measured in.
LEAST = "python -c pass"


def python(*words: str | Path) -> Command:
    """A program that this Python runs."""
    return Command((sys.executable, *words))


def tracker(db: Path, *words: str | Path) -> Command:
    """The program on a ledger."""
    # Neither the terminal's language nor its width is what is measured.
    return Command(
        (sys.executable, "-m", "tracker", *words), {"TRACKER_DB": str(db), "LC_ALL": "C.UTF-8"}
    )


def run(command: Command, patience: float = 600) -> Cost | None:
    """What one run as a whole process costs, with what it starts; a failure ends the measuring."""
    words = [str(word) for word in command.words]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(_STARTER), str(patience), *words],
        capture_output=True,
        check=True,
        env=os.environ | command.environment,
    )
    wall, processor, memory, code, last_words = json.loads(ran.stdout)
    if wall >= patience:
        return None
    if code:
        raise SystemExit(f"failed: {' '.join(words)}\n{last_words}")
    return Cost(wall, processor, memory)


def inside(work: Callable[[], object]) -> Cost:
    """What work within this process costs."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def in_turns(runs: Mapping[str, Run], count: int) -> dict[str, Cost | None]:
    """The medians of so many runs of each, one after the other, behind one that warms up."""
    found: dict[str, list[Cost | None]] = {name: [one()] for name, one in runs.items()}
    for _ in range(count):
        for name, one in runs.items():
            # What nobody waits for is not tried again.
            found[name].append(one() if found[name][0] else None)
    return {name: _median(costs[1:]) for name, costs in found.items()}


def commands_in_turns(
    commands: Mapping[str, Command], count: int, patience: float = 600
) -> dict[str, Cost | None]:
    """The medians of whole processes."""
    return in_turns({name: partial(run, one, patience) for name, one in commands.items()}, count)


def _median(costs: Iterable[Cost | None]) -> Cost | None:
    known = [cost for cost in costs if cost]
    if not known:
        return None
    wall, processor, memory = (statistics.median(values) for values in zip(*known, strict=True))
    return Cost(wall, processor, int(memory))


def said(cost: Cost | None) -> str:
    """Wall and processor time."""
    return f"{_seconds(cost.wall)} / {_seconds(cost.processor)}" if cost else "too long"


def times(cost: Cost | None, base: Cost | None) -> str:
    """How many times another, on the wall and of the processor."""
    if not cost or not base:
        return "–"
    return f"{cost.wall / base.wall:.1f} / {cost.processor / base.processor:.1f}"


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def told(runs: int) -> str:
    """Where and how often it was measured."""
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} ({os.cpu_count()} processors, Python"
        f" {sys.version.split()[0]}), {runs} runs in turns behind one that warms up, medians: wall time /"
        " processor time (user and system, of the process and what it started). Processor time is the"
        " figure to go by where others work on the machine."
    )
