"""The log of a whole country tried on PostgreSQL: copies of the entries table, one plain, one by owner.

    python benchmarks/scaling.py [--lines N] [--partitions N]

Starts a server of its own, fills both tables with the same lines, times what is asked of them, writes the
figures into docs/scaling.md, and deletes the data. Ten million lines take 13 GB and half an hour.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg

import page
from measuring import table

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import ledgers
import servers
from tracker.store import ledger, setup

_OWNERS = 3_000
_EACH = 5
_SHARING = 8
_TABLES = ("plain", "by_owner")
_ASKED = 30
_INDEXED = ("pk", "states", "batch", "recorded")

_MAKE = """
CREATE TABLE plain (LIKE entries INCLUDING CONSTRAINTS, owner_id integer NOT NULL);
CREATE TABLE by_owner (LIKE plain INCLUDING CONSTRAINTS) PARTITION BY HASH (owner_id);
CREATE TABLE parts (
    id integer PRIMARY KEY, owner_id integer NOT NULL, commitment_id integer NOT NULL, document_id integer NOT NULL,
    status text NOT NULL, report integer, due_on date
)"""
_PARTITION = (
    "CREATE TABLE by_owner_{n} PARTITION OF by_owner FOR VALUES WITH (MODULUS {of}, REMAINDER {n})"
)
# The same on both. What is unique contains what divides the table, on the plain one as well.
_INDEXES = """
ALTER TABLE {name} ADD CONSTRAINT {name}_pk PRIMARY KEY (owner_id, assignment_id, version);
CREATE INDEX {name}_batch ON {name} (batch);
CREATE INDEX {name}_states ON {name} (owner_id, assignment_id, kind, effective_on DESC, version DESC)
    INCLUDE (status, percent, recorded_at);
CREATE INDEX {name}_recorded ON {name} USING brin (recorded_at)"""
_PARTS = """
INSERT INTO parts SELECT a, 1 + a % {owners}, a / {sharing}, a::bigint * 1000 / {parts},
    (ARRAY['in_progress', 'done', 'stalled', 'not_started'])[1 + a % 4], {each}, date '2025-12-31'
FROM generate_series(0, {parts} - 1) a"""
_FILL = """
INSERT INTO {name} (id, assignment_id, version, batch, kind, effective_on, recorded_at, actor, status, percent,
    note, next_step, hash_format, hash, owner_id)
SELECT (v - 1) * {parts} + a + 1, a, v, (v - 1) * {owners} + a % {owners} + 1, 'report', date '2024-09-20' + 91 * v,
    timestamptz '2024-09-20' + make_interval(days => 91 * v, secs => a / 100), 'office-' || a % {owners},
    'in_progress', (a + v) % 100, '本季度完成前期工作，用地预审已经通过', '下季度开工', 1,
    encode(sha256((a || ' ' || v)::bytea), 'hex'), 1 + a % {owners}
FROM generate_series({first}, {last}) v, generate_series(0, {parts} - 1) a"""
_INSERT = """
INSERT INTO {name} (id, assignment_id, version, batch, kind, effective_on, recorded_at, actor, status, percent,
    note, hash_format, hash, owner_id)
SELECT %(id)s, %(part)s, max(version) + 1, %(id)s, 'report', current_date, now(), 'li', 'in_progress', 50, '进展', 1,
    repeat('0', 64), %(owner)s
FROM {name} WHERE owner_id = %(owner)s AND assignment_id = %(part)s"""
# What the everyday commands ask, of one owner or one commitment, and what a report asks of all.
_QUESTIONS = {
    "the last line of an assignment (`update`)": "SELECT version, hash FROM {name} WHERE owner_id = %(owner)s"
    " AND assignment_id = %(part)s ORDER BY version DESC LIMIT 1",
    "the log of a commitment of eight owners (`show`)": "SELECT e.* FROM parts p JOIN {name} e"
    " ON e.owner_id = p.owner_id AND e.assignment_id = p.id WHERE p.commitment_id = %(commitment)s",
    "an owner's assignments with their reports (`next`, `list --owner`)": "SELECT p.*, e.note FROM parts p"
    " JOIN {name} e ON e.owner_id = p.owner_id AND e.assignment_id = p.id AND e.version = p.report"
    " WHERE p.owner_id = %(owner)s",
    "the same owner on a past day": "SELECT p.id, e.* FROM parts p, LATERAL (SELECT status, percent FROM {name} e"
    " WHERE e.owner_id = p.owner_id AND e.assignment_id = p.id AND e.kind = 'report'"
    " AND e.effective_on <= date '2025-04-01' ORDER BY e.effective_on DESC, e.version DESC LIMIT 1) e"
    " WHERE p.owner_id = %(owner)s",
    "what was recorded in one minute": "SELECT count(*) FROM {name} WHERE recorded_at >= timestamptz"
    " '2025-03-21 00:10' AND recorded_at < timestamptz '2025-03-21 00:11'",
}
_NOW = "SELECT owner_id, document_id, status, count(*) FROM parts GROUP BY 1, 2, 3"
_PAST = (
    "SELECT status, count(*) FROM (SELECT DISTINCT ON (owner_id, assignment_id) status FROM {name}"
    " WHERE kind = 'report' AND effective_on <= date '2025-04-01'"
    " ORDER BY owner_id, assignment_id, effective_on DESC, version DESC) s GROUP BY 1"
)


def _row(said: str, figure: Callable[[str], str]) -> Sequence[str]:
    """A row of the table: the figure of each of both."""
    return said, *(figure(name) for name in _TABLES)


class Trial:
    """A database with both tables."""

    def __init__(self, db: psycopg.Connection, lines: int, partitions: int) -> None:
        self._db, self._lines, self._partitions = db, lines, partitions
        self._parts = lines // _EACH
        self._added = lines

    def figures(self) -> Iterator[Sequence[str]]:
        """The rows of the table: what was measured, and the figure of each of both."""
        self._made()
        lines = self._lines
        yield _row("lines a second, in bulk", lambda name: f"{lines / self._filled(name):,.0f}")
        yield _row(
            "bytes a line, table alone",
            lambda name: f"{self._size(name, 'pg_table_size') / lines:.0f}",
        )
        for index in _INDEXED:
            sizes = [self._size(f"{name}_{index}", "pg_relation_size") for name in _TABLES]
            yield f"bytes a line, index {index}", *(f"{size / lines:.2g}" for size in sizes)
        yield _row(
            "largest table with its indexes, GB", lambda name: f"{self._largest(name) / 1e9:.2f}"
        )
        yield _row("VACUUM (FREEZE, ANALYZE), s", lambda name: f"{self._vacuumed(name):.1f}")
        self._vacuumed("parts")
        yield _row("the same again, nothing new, s", lambda name: f"{self._vacuumed(name):.1f}")
        for said, statement in _QUESTIONS.items():
            yield f"{said}, ms", *self._asked(statement)
        yield "one line appended, a transaction each, ms", *self._asked(_INSERT)
        yield (
            "progress of all, by owner, document and status, s",
            *[f"{self._seconds(_NOW):.1f}"] * 2,
        )
        yield _row(
            "the states of all on a past day, s",
            lambda name: f"{self._seconds(_PAST.format(name=name)):.1f}",
        )

    def _made(self) -> None:
        self._do(_MAKE)
        for n in range(self._partitions):
            self._do(_PARTITION.format(n=n, of=self._partitions))
        for name in _TABLES:
            self._do(_INDEXES.format(name=name))
        filled = {"owners": _OWNERS, "parts": self._parts, "sharing": _SHARING, "each": _EACH}
        self._do(_PARTS.format(**filled))
        self._do("CREATE INDEX ON parts (owner_id); CREATE INDEX ON parts (commitment_id)")
        self._do("CREATE INDEX ON parts (owner_id, document_id, status)")

    def _filled(self, name: str) -> float:
        """Seconds; one statement for each quarter."""
        spent = 0.0
        for quarter in range(1, _EACH + 1):
            fields = {"owners": _OWNERS, "parts": self._parts, "first": quarter, "last": quarter}
            spent += self._seconds(_FILL.format(name=name, **fields))
            print(name, quarter, f"{spent:.0f} s", flush=True)
        return spent

    def _asked(self, statement: str) -> list[str]:
        """The median milliseconds of each table, over assignments all over it."""
        times: dict[str, list[float]] = {name: [] for name in _TABLES}
        for number in range(_ASKED):
            part = number * 7919 * 101 % self._parts
            chosen = {"part": part, "owner": 1 + part % _OWNERS, "commitment": part // _SHARING}
            # Who is asked second finds in memory what both read.
            for name in _TABLES if number % 2 else reversed(_TABLES):
                self._added += 1
                values = chosen | {"id": self._added}
                times[name].append(self._seconds(statement.format(name=name), values))
        return [f"{1000 * statistics.median(of):.2f}" for of in times.values()]

    def _vacuumed(self, name: str) -> float:
        return self._seconds(f"VACUUM (FREEZE, ANALYZE) {name}")

    def _size(self, name: str, function: str) -> int:
        return sum(self._sizes(name, function))

    def _largest(self, name: str) -> int:
        return max(self._sizes(name, "pg_total_relation_size"))

    def _sizes(self, name: str, function: str) -> list[int]:
        """Of the table or index, and of its partitions; what is only divided has no size."""
        found = self._db.execute(
            f"SELECT {function}(relid) FROM (SELECT relid FROM pg_partition_tree(%(name)s::regclass)"
            " UNION SELECT %(name)s::regclass) t",
            {"name": name},
        )
        return [int(size) for (size,) in found]

    def _seconds(self, statement: str, values: dict[str, int] | None = None) -> float:
        started = time.perf_counter()
        cursor = self._db.execute(statement, values)
        if cursor.description:
            cursor.fetchall()
        return time.perf_counter() - started

    def _do(self, statements: str) -> None:
        self._db.execute(statements)


def main(lines: int, partitions: int) -> None:
    """Try it, and write what came of it."""
    with tempfile.TemporaryDirectory(prefix="tracker-scaling-") as folder:
        Path(folder).chmod(0o755)
        with servers.running(Path(folder) / "data") as server, server.database() as name:
            # Other than in tests, what is acknowledged is on the disk.
            for setting in ("fsync", "synchronous_commit"):
                server.do(f"ALTER SYSTEM RESET {setting}")
            server.do("ALTER SYSTEM SET max_wal_size = '8GB'", "SELECT pg_reload_conf()")
            setup.create(ledger.place(server.url(name)), by=ledgers.builder())
            address = server.url(name).replace("postgresql+psycopg", "postgresql")
            with psycopg.connect(address, autocommit=True) as db:
                rows = list(Trial(db, lines, partitions).figures())
                buffers = db.execute("SHOW shared_buffers").fetchone()
                version = db.info.server_version // 10_000
    made = table((f"{lines:,} lines", "plain", f"{partitions} partitions by owner"), rows)
    page.write(
        "trial",
        f"Written by `python benchmarks/scaling.py --lines {lines}` on {datetime.now(UTC):%Y-%m-%d}"
        f" ({os.cpu_count()} processors, PostgreSQL {version} with {buffers and buffers[0]} of shared buffers, fsync on): {lines // _EACH:,}"
        f" assignments of {_OWNERS:,} owners, {_EACH} lines each. The tables have the columns and CHECKs of `entries`, not its"
        f" triggers and foreign keys; times are those of one client, medians of {_ASKED}.\n\n{made}",
        to="scaling.md",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--partitions", type=int, default=16)
    asked = parser.parse_args()
    main(asked.lines, asked.partitions)
