"""Many who report at once on one ledger, and what has to be true of its log afterwards."""

import multiprocessing
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import select

from tracker.domain.times import SHANGHAI
from tracker.domain.words import Status
from tracker.store import check, ledger, queries, record, states
from tracker.store.log import Acting
from tracker.store.models import assignments, commitments, entries, owners

_context: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")


class Line(NamedTuple):
    """A line of the log as its writer was told of it: whose, which version, and what it says."""

    key: str
    owner: str
    version: int
    note: str


class Writer(NamedTuple):
    """One who reports: on which ledger, under which name, how often, on which assignments."""

    url: str
    name: str
    reports: int
    on: list[tuple[str, str]]

    def write(self) -> list[Line]:
        """Report so often on assignments taken at random; what was acknowledged."""
        at, chance = ledger.place(self.url), random.Random(self.name)  # noqa: S311 - the same choice each time
        return [self._report(at, *chance.choice(self.on), number) for number in range(self.reports)]

    def _report(self, at: ledger.Place, key: str, owner: str, number: int) -> Line:
        now, note = datetime.now(UTC), f"{self.name} {number}"
        today = now.astimezone(SHANGHAI).date()
        given = record.Report(Status.IN_PROGRESS, today, percent=number % 100, note=note)
        with ledger.appending(at) as db:
            by = Acting(self.name, today, now)
            done = record.report(db, given, keys=[key], owner=owner, by=by)
        return Line(key, owner, done.entries[0][1].version, note)


def some_assignments(at: ledger.Place, count: int) -> list[tuple[str, str]]:
    """So many assignments, each by the key and the owner that mean it alone."""
    today = datetime.now(UTC).date()
    with ledger.reading(at) as db:
        rows = queries.assignment_rows(db, states.now(today))
    times = Counter((row.key, row.owner) for row in rows)
    alone = [pair for pair, number in times.items() if number == 1]
    assert len(alone) >= count
    return alone[:count]


def at_once(url: str, *, processes: int, each: int, reports: int, on: int = 50) -> list[Line]:
    """Let processes, with so many connections each, report so often in all; what was acknowledged."""
    pairs = some_assignments(ledger.place(url), on)
    writers = processes * each
    share = [reports // writers + (number < reports % writers) for number in range(writers)]
    every = [Writer(url, f"w{number}", many, pairs) for number, many in enumerate(share)]
    with _context.Pool(processes) as pool:
        groups = [every[start::processes] for start in range(processes)]
        return [line for lines in pool.map(_together, groups, 1) for line in lines]


def _together(writers: Sequence[Writer]) -> list[Line]:
    with ThreadPoolExecutor(len(writers)) as threads:
        return [line for lines in threads.map(Writer.write, writers) for line in lines]


def programs_at_once(url: str, *, programs: int, together: int) -> list[int]:
    """Run `tracker update` so often, so many at a time; the exit codes."""
    key, owner = some_assignments(ledger.place(url), 1)[0]
    command = [sys.executable, "-m", "tracker", "--db", url, "update", key, "--owner", owner]

    def one(number: int) -> int:
        more = ("--status", "stalled", "--note", f"{number}", "--actor", f"p{number}")
        return subprocess.run([*command, *more], check=False, capture_output=True).returncode

    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(one, range(programs)))


def lines(at: ledger.Place, actors: str) -> list[Line]:
    """What the log holds of those whose names begin so, oldest first."""
    statement = (
        select(commitments.c.key, owners.c.code, entries.c.version, entries.c.note)
        .join(assignments, assignments.c.id == entries.c.assignment_id)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(entries.c.actor.startswith(actors))
        .order_by(entries.c.id)
    )
    with ledger.reading(at) as db:
        return [Line(*row) for row in db.execute(statement)]


def amiss(at: ledger.Place, acknowledged: Sequence[Line]) -> list[str]:
    """What is wrong after many wrote: lost, doubled, a gap in a log, a time that goes back, the check."""
    found = []
    written, told = Counter(lines(at, "w")), Counter(acknowledged)
    found += [f"lost: {line}" for line in told - written]
    found += [f"more than was acknowledged: {line}" for line in written - told]
    logs: dict[int, list[int]] = defaultdict(list)
    with ledger.reading(at) as db:
        whole = select(entries.c.assignment_id, entries.c.version).order_by(entries.c.version)
        for assignment, version in db.execute(whole):
            logs[assignment].append(version)
        times = list(
            db.execute(
                select(entries.c.assignment_id, entries.c.recorded_at).order_by(
                    entries.c.assignment_id, entries.c.version
                )
            )
        )
        found += [str(problem) for problem in check.problems(db)]
    found += [
        f"assignment {number}: {versions}"
        for number, versions in logs.items()
        if versions != list(range(1, len(versions) + 1))
    ]
    return found + [
        f"{late} after {early} on assignment {number}"
        for (number, early), (same, late) in pairwise(times)
        if number == same and late <= early
    ]
