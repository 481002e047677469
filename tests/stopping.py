"""Killing programs that work on a server, and the server under them, which then comes back."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

import faults
import offices
import servers
from tracker.cli.app import run
from tracker.store import ledger, setup

UPDATE = ("update", "2021-15", "--owner", "HB", "--status", "stalled", "--yes", "-f", "json")


def tried(
    server: servers.Server, folder: Path, chance: random.Random, *, programs: int, stops: int
) -> Iterator[faults.Fault]:
    """Kill so many programs on a server, then the server under so many others."""
    with server.database() as template:
        setup.create(ledger.place(server.url(template)), by=faults.builder())
        for job in jobs(server.url(template), folder):
            course = _course(job, server, template, folder)
            for number in range(programs + stops):
                wait = chance.uniform(0, course.seconds * 1.1)
                stop = number >= programs
                yield fault(course, wait, server, template, folder, stop=stop)


def jobs(url: str, folder: Path) -> list[faults.Job]:
    """What is disturbed on a server: reports and forms."""
    form = folder / "server.xlsx"
    made = ("form", "--owner", "HB", "--period", "2024Q2", "-o", str(form))
    assert run(["--db", url, *made]) == 0
    form.write_bytes(offices.filled(form.read_bytes(), faults.filled_in))
    return [
        faults.Job("update", UPDATE, None, "stalled"),
        faults.Job("import", ("import", str(form)), None, "3 recorded"),
    ]


def fault(
    course: faults.Course,
    wait: float,
    server: servers.Server,
    template: str,
    folder: Path,
    *,
    stop: bool = False,
) -> faults.Fault:
    """Kill a job after so many seconds, or the server under it; and look at its ledger."""
    moment = faults.Moment("start", wait)
    with server.database(template) as name:
        at = ledger.place(server.url(name))
        running = faults.start(course.job.arguments, server.url(name), folder / "output")
        running.process.join(timeout=wait)
        if stop:
            server.crash()
            server.start()
        else:
            running.process.kill()
        code = faults.ended(running)
        rest(server, name)
        found, recorded = faults.afterwards(
            course,
            at,
            acknowledged=code == 0 or course.job.said in running.printed,
            output=folder / "again",
        )
        if stop and code and not (code == 5 and running.printed.count("\n") == 1):
            found.append(f"no clear message: {running.printed}")
    name = f"{course.job.name}, the server" if stop else course.job.name
    return faults.Fault(name, moment, code != 0, recorded, found)


def rest(server: servers.Server, database: str) -> None:
    """Wait until the server has seen that those who worked on a database are gone."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(server.address, autocommit=True) as db:
        end = time.monotonic() + 30
        while db.execute(others, [database]).fetchone() != (0,):
            assert time.monotonic() < end, "somebody works on"
            time.sleep(0.02)


def _course(job: faults.Job, server: servers.Server, template: str, folder: Path) -> faults.Course:
    took = []
    for _ in range(2):
        with server.database(template) as name:
            at = ledger.place(server.url(name))
            before = faults.content(at)
            started = time.perf_counter()
            running = faults.start(job.arguments, server.url(name), folder / "output")
            assert (faults.ended(running), job.said in running.printed) == (0, True)
            took.append(time.perf_counter() - started)
            after = faults.content(at)
    return faults.Course(job, before, after, min(took))
