"""Many clients of a PostgreSQL server who report at once: how many a second, and what they wait for."""

import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from measuring import table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import concurrency
import faults
import servers
from tracker.store import ledger, setup

_CLIENTS = (1, 8, 32)
_PROCESSES = 4

# So many reports before it counts: the client and the server have learnt the statements by then.
_WARM = 8

_context: Any = multiprocessing.get_context("spawn")


class Spent(NamedTuple):
    """What the clients of one process were told, and the seconds of its processor for that."""

    lines: list[concurrency.Line]
    processor: float


class Waiting(NamedTuple):
    """How many wait for a lock: because another one records on the same assignment, or otherwise."""

    same: float
    otherwise: float


def part(folder: Path, reports: int) -> str:
    """How many reports a second so many clients record, on a server of its own."""
    folder.chmod(0o755)
    with servers.running(folder / "data") as here:
        here.do("ALTER SYSTEM RESET fsync", "ALTER SYSTEM RESET synchronous_commit")
        here.do("SELECT pg_reload_conf()")
        rows = [_row(here, clients, reports) for clients in _CLIENTS]
    head = (
        "clients", "reports a second", "a second and processor", "processor: clients", "server",
        "waiting for the same assignment", "otherwise",
    )  # fmt: skip
    return f"{told_once(reports)}\n\n{table(head, rows)}"


def told_once(reports: int) -> str:
    """Where and how often it was measured."""
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} ({os.cpu_count()} processors, Python"
        f" {sys.version.split()[0]}, PostgreSQL with fsync): {reports:,} reports for each line; processor time is"
        " that of a report; who waits is the mean of moments 50 ms apart."
    )


def _row(here: servers.Server, clients: int, reports: int) -> tuple[str, ...]:
    with here.database() as name:
        url = here.url(name)
        setup.create(ledger.place(url), by=faults.builder())
        processes = min(clients, _PROCESSES)
        with _context.Manager() as manager, ProcessPoolExecutor(processes, _context) as pool:
            start = manager.Barrier(clients + 1)
            pairs = concurrency.some_assignments(ledger.place(url), 400)
            every = [
                concurrency.Writer(url, f"w{number}", reports // clients, pairs)
                for number in range(clients)
            ]
            done = [pool.submit(_together, every[n::processes], start) for n in range(processes)]
            start.wait()
            before, began = _server_seconds(), time.perf_counter()
            waiting = _waiting(here, name, done)
            wall = time.perf_counter() - began
        spent = [each.result() for each in done]
        told = [line for each in spent for line in each.lines]
        server = _server_seconds() - before
        amiss = concurrency.amiss(ledger.place(url), told)
        if amiss:
            raise SystemExit("\n".join(amiss))
    counted = len(told) - clients * _WARM
    rate, milliseconds = counted / wall, 1000 / counted
    return (
        str(clients),
        f"{rate:.0f}",
        f"{rate / (os.cpu_count() or 1):.0f}",
        f"{sum(each.processor for each in spent) * milliseconds:.1f} ms",
        f"{server * milliseconds:.1f} ms",
        f"{waiting.same:.1f}",
        f"{waiting.otherwise:.1f}",
    )


def _together(writers: Sequence[concurrency.Writer], start: threading.Barrier) -> Spent:
    with ThreadPoolExecutor(len(writers)) as threads:
        warm = list(threads.map(lambda writer: writer._replace(reports=_WARM).write(), writers))
        list(threads.map(lambda _writer: start.wait(), writers))
        began = time.process_time()
        lines = list(threads.map(concurrency.Writer.write, writers))
    return Spent([line for told in warm + lines for line in told], time.process_time() - began)


def _waiting(here: servers.Server, name: str, done: Sequence[Future[Spent]]) -> Waiting:
    """How many wait for a lock, on average, until all are done."""
    moments, found = 0, Counter[str]()
    with psycopg.connect(here.address, autocommit=True) as db:
        while not all(each.done() for each in done):
            moments += 1
            found.update(kind for (kind,) in db.execute(_LOCKS, (name,)))
            time.sleep(0.05)
    same = sum(found[kind] for kind in _ROWS)
    return Waiting(same / moments, (found.total() - same) / moments)


# What a session waits for that wants a row which another one has.
_ROWS = ("transactionid", "tuple")
_LOCKS = "SELECT wait_event FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"


def _server_seconds() -> float:
    """What the processes of the server have had of the processor until now, where the system says it."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = file.read_text().partition("(")[2].rpartition(")")
            ticks += sum(map(int, rest.split()[11:15])) if name == "postgres" else 0
    return ticks / os.sysconf("SC_CLK_TCK")
