"""What was tried against the promises of docs/reliability.md, and what was found; writes its figures.

    python benchmarks/reliability.py kills|server|writers|inputs [--seed N] [--count N]

`kills` kills the program at so many moments on files; `server` kills the program, and the server
under it, on PostgreSQL; `writers` lets many report at once; `inputs` fuzzes the readers for so many
seconds and counts what else is put to them. Each writes its own part of the page.
"""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import page

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import concurrency
import faults
import fuzz
import hostile
import servers
import stopping
from tracker.store import ledger, setup

# Of each command so many in a thousand; the cheap ones and those used daily more often.
_SHARES = {"init": 60, "update": 200, "update --evidence": 160, "import": 110, "ingest": 110}
_ELSE = 120


def kills(folder: Path, seed: int, count: int) -> str:
    """Kill each command at random moments on a file."""
    template = folder / "template.sqlite"
    setup.create(ledger.place(str(template)), by=faults.builder())
    done = []
    for number, job in enumerate(faults.jobs(folder, template)):
        place = folder / str(number)
        place.mkdir()
        course = faults.course(job, place)
        wanted = _SHARES.get(job.name, _ELSE) * count // 1000
        done += _killed(course, place, random.Random(f"{seed} {job.name}"), wanted)
        print(job.name, len(done), sum(bool(one.findings) for one in done), flush=True)
    return _said(seed, "in a file (SQLite)") + _table(done)


def _killed(
    course: faults.Course, folder: Path, chance: random.Random, wanted: int
) -> list[faults.Fault]:
    """Disturb until so many runs were really killed before their end."""
    moments, done = faults.moments(course, chance), list[faults.Fault]()
    # Each has to start programs of its own, so none is a copy of this process.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        while (left := wanted - sum(one.killed for one in done)) > 0:
            places = [folder / f"run-{len(done) + number}" for number in range(left)]
            drawn = list(islice(moments, left))
            done += pool.map(faults.fault, [course] * left, drawn, places)
    return done


def server(folder: Path, seed: int, count: int) -> str:
    """Kill the program, then the server, on PostgreSQL."""
    folder.chmod(0o755)
    chance = random.Random(seed)
    with servers.running(folder / "data") as here:
        done = list(stopping.tried(here, folder, chance, programs=count, stops=count // 5))
    return _said(seed, "on PostgreSQL") + _table(done)


def writers(folder: Path, _seed: int, count: int) -> str:
    """Let many report at once, on a file and on a server."""
    file = folder / "ledger.sqlite"
    setup.create(ledger.place(str(file)), by=faults.builder())
    told = [_wrote("SQLite, 8 processes", str(file), count, processes=8, each=1)]
    folder.chmod(0o755)
    with servers.running(folder / "data") as here, here.database() as name:
        url = here.url(name)
        setup.create(ledger.place(url), by=faults.builder())
        told.append(_wrote("PostgreSQL, 32 connections", url, count, processes=8, each=4))
    head = "| ledger | reports asked for | acknowledged | reports a second | findings |\n|---|---|---|---|---|\n"
    return f"Written by `python benchmarks/reliability.py writers` on {_machine()}: reports against 50 assignments.\n\n{head}{''.join(told)}"


def _wrote(name: str, url: str, count: int, *, processes: int, each: int) -> str:
    started = time.perf_counter()
    told = concurrency.at_once(url, processes=processes, each=each, reports=count)
    rate = len(told) / (time.perf_counter() - started)
    found = concurrency.amiss(ledger.place(url), told)
    _complain(found)
    return f"| {name} | {count:,} | {len(told):,} | {rate:.0f} | {len(found)} |\n"


def inputs(_folder: Path, seed: int, seconds: int) -> str:
    """What is put to the readers of what comes from outside."""
    told = fuzz.run(seconds, seed)
    _complain([f"{one.reader}: {file}" for one in told for file in one.failures])
    lines = [
        f"| `{one.reader}` | {one.inputs:,} | {one.edges:,} | {len(one.failures)} |\n"
        for one in told
    ]
    attacks = ", ".join(f"{name} {count}" for name, count in hostile.counts().items())
    return (
        f"Written by `python benchmarks/reliability.py inputs` on {_machine()}, seed {seed}: inputs that fuzzing"
        f" made in {seconds} seconds in all, guided by the parts of the code that they reach.\n\n"
        "| reader | inputs | edges reached | failures |\n|---|---|---|---|\n"
        f"{''.join(lines)}\nAttacks written by hand that the tests put to every reader and writer they fit: {attacks}.\n"
    )


def _machine() -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{datetime.now(UTC):%Y-%m-%d} ({os.cpu_count()} processors, Python {version})"


def _said(seed: int, where: str) -> str:
    return (
        f"Written by `python benchmarks/reliability.py` on {_machine()}, seed {seed}: runs {where},"
        " killed with SIGKILL.\n\n"
    )


def _table(done: Iterable[faults.Fault]) -> str:
    """A line for each command, and one for all."""
    done = list(done)
    _complain([f"{one.job} {one.moment}: {what}" for one in done for what in one.findings])
    head = "| command | runs | killed before the end | of these recorded already | findings |\n|---|---|---|---|---|\n"
    names = dict.fromkeys(one.job for one in done)
    rows = [_row(f"`{name}`", [one for one in done if one.job == name]) for name in names]
    return head + "".join([*rows, _row("all", done)])


def _row(name: str, runs: list[faults.Fault]) -> str:
    killed = [one for one in runs if one.killed]
    recorded, found = sum(one.recorded for one in killed), sum(len(one.findings) for one in runs)
    return f"| {name} | {len(runs):,} | {len(killed):,} | {recorded:,} | {found} |\n"


def _complain(found: list[str]) -> None:
    for what in found:
        print(what, file=sys.stderr)


PARTS: dict[str, tuple[Callable[[Path, int, int], str], int]] = {
    "kills": (kills, 1000),
    "server": (server, 60),
    "writers": (writers, 10_000),
    "inputs": (inputs, 120),
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--seed", type=int, default=20210423)
    parser.add_argument("--count", type=int)
    asked = parser.parse_args()
    make, usual = PARTS[asked.part]
    with tempfile.TemporaryDirectory(prefix="tracker-reliability-") as place:
        written = make(Path(place), asked.seed, asked.count or usual)
    page.write(asked.part, written, to="reliability.md")
