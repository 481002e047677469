"""A transaction on a ledger: what the store asks of it, and tells it."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tracker.domain.times import moment
from tracker.store.compiled import IN_A_FILE, ON_A_SERVER
from tracker.store.parts import Part, read_once
from tracker.store.texts import day_of, moment_of

if TYPE_CHECKING:
    from sqlalchemy import Connection as Core
    from sqlalchemy import CursorResult, Engine, Executable


# So many rows of a long list come from a server at a time.
AT_A_TIME = 1000
# So many are in hand at a time.
_IN_HAND = 250

# So many rows go into a file with one statement: of twenty values each, fewer than any SQLite takes.
_IN_ONE = 32


# As a file keeps them; what the library makes of them by itself is not the same, and deprecated.
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(datetime, moment)

_NAMED = re.compile(r":(\w+)")

# How what a driver gives otherwise is read.
_READERS: dict[str, Callable[[Any], Any]] = {
    "day": day_of,
    "moment": moment_of,
    "truth": bool,
    "utc": lambda at: at.astimezone(UTC),
}


class Connection:
    """One transaction on a ledger, begun with the first question and ended by `ledger`.

    The questions of `statements` have names, `module.function`. Those of every day have been
    compiled for SQLite beforehand, and go to the driver of a file as they are: loading SQLAlchemy
    takes longer than all the rest of such a command. Those that record have been for PostgreSQL, too:
    many at once put them to a server. All others go through SQLAlchemy, over the same connection and
    in the same transaction.
    """

    def __init__(
        self,
        core: "Core | None" = None,
        file: sqlite3.Connection | None = None,
        begin: str = "",
        *,
        ends_with_batch: bool = False,
    ) -> None:
        self._core = core
        self._file = file
        self._begin = begin
        self._ends_with_batch = ends_with_batch
        # Whether the end was asked for: if there is no answer then, nobody knows if all of it is there.
        self.is_ending = False

    @property
    def on_server(self) -> bool:
        """Whether a server keeps the ledger, not a file."""
        return self._file is None

    @property
    def core(self) -> "Core":
        """The connection as SQLAlchemy has it."""
        if self._core is None:
            self._core = _over(self._file)
        if self._file is not None:
            self._begun(self._file)
        return self._core

    @property
    def driver(self) -> Any:  # noqa: ANN401 - of whichever database
        """The connection as its driver has it."""
        return self._file or self.core.connection.driver_connection

    def ask(self, question: str, **given: Any) -> Iterable[Sequence[Any]]:  # noqa: ANN401 - values, or rows of them
        """The rows that answer a question."""
        direct = self._direct(question, given)
        return self.execute(self._statement(question, given)) if direct is None else direct

    def each(self, question: str, **given: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - values, or rows of them
        """The same rows as they come: of a long list none is kept, and who stops before the last one
        lets go of the others.
        """
        # The driver of a server would hold all rows before it gives the first.
        direct = None if self.on_server else self._direct(question, given)
        if direct is not None:
            yield from direct
            return
        statement = self._statement(question, given).execution_options(yield_per=AT_A_TIME)
        with self.execute(statement) as rows:
            yield from rows

    def parts(self, kind: type[Any], question: str, **given: Any) -> Iterator[Part]:  # noqa: ANN401 - values, or rows of them
        """The same rows, of a kind, some at a time: as columns they are read in half the time."""
        flat = _flat(given)
        compiled = None if self.on_server else self._compiled(question, flat)
        if compiled is None:
            left, reading = self.each(question, **given), {}
        else:
            left, reading = self._put(compiled[0], flat), compiled[1]
        while rows := list(islice(left, _IN_HAND)):
            columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
            for number, read in reading.items():
                columns[number] = read_once(columns[number], _READERS[read])
            yield Part(kind, columns)

    def send(
        self,
        changes: Iterable[tuple[str, Mapping[str, Any]]],
        then: str,
        **given: Any,  # noqa: ANN401 - values, or lists of them
    ) -> list[list[Sequence[Any]]]:
        """Put compiled changes to a server, and a question behind them, without waiting for each; what
        each gives back.

        Where the transaction ends with its batch it does so at once: who waits for the same assignments
        need not wait for this program, too.
        """
        known = [(ON_A_SERVER[f"{change}()"], row) for change, row in changes]
        known.append((ON_A_SERVER[f"{then}({', '.join(given)})"], given))
        self.is_ending = self._ends_with_batch
        session = self._session
        with session.pipeline():
            sent = [(session.execute(sql, row), reading) for (sql, reading), row in known]
            if self.is_ending:
                session.commit()
        return [list(_read(rows, reading)) for rows, reading in sent]

    def tell(self, change: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make a change with each of these rows."""
        compiled = self._compiled(change, {})
        if compiled is None:
            self.execute(self._statement(change, {}), rows)
        else:
            # By place the driver takes many rows faster than by name.
            sql, names = compiled[0], _NAMED.findall(compiled[0])
            self._begun(self.driver).executemany(_NAMED.sub("?", sql), _placed(names, rows))

    def fill(self, change: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows to a file by a compiled change, their values in the order of these names."""
        sql = IN_A_FILE[f"{change}()"][0]
        into, values, row = _NAMED.sub("?", sql).rpartition("(")
        made = _placed(map(names.index, _NAMED.findall(sql)), rows)
        # The words that a column may hold SQLite lists anew for each statement: for each row by itself
        # that takes a third of the time.
        while chunk := list(islice(made, _IN_ONE)):
            statement = into + ", ".join([values + row] * len(chunk))
            self._begun(self.driver).execute(statement, list(chain.from_iterable(chunk)))

    def add(self, change: str, row: Mapping[str, Any]) -> int:
        """Add a row; gives its number."""
        compiled = self._compiled(change, {})
        if compiled is None:
            added = self.execute(self._statement(change, {}), row).inserted_primary_key
            return int(added[0])  # type: ignore[index] # one row was added
        return int(self._put(compiled[0], row).lastrowid)

    def execute(
        self,
        statement: "Executable",
        given: Any = None,  # noqa: ANN401 - as SQLAlchemy takes it
    ) -> "CursorResult[*tuple[Any, ...]]":
        """Put a statement through SQLAlchemy."""
        return self.core.execute(statement, given)

    def commit(self) -> None:
        """End the transaction: all of it is there."""
        self.is_ending = True
        if self._core is not None:
            self._core.commit()
        if self._file is not None:
            self._file.commit()

    def rollback(self) -> None:
        """End the transaction: nothing of it is there."""
        if self._core is not None:
            self._core.rollback()
        if self._file is not None:
            self._file.rollback()

    def close(self) -> None:
        """Leave the ledger as it was before the transaction, where that has not ended."""
        if self._core is not None:
            self._core.close()
        if self._file is not None:
            self._file.close()

    def _direct(self, question: str, given: Mapping[str, Any]) -> Iterable[Sequence[Any]] | None:
        """The rows that the driver gives; None where the question is not compiled."""
        flat = _flat(given)
        compiled = self._compiled(question, flat)
        if compiled is None:
            return None
        sql, reading = compiled
        rows = self._put(sql, flat)
        return _read(rows, reading) if reading else rows

    def _put(self, sql: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a cursor of whichever driver
        """Put a compiled statement to the driver."""
        if self._file is None:
            listed = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
            return self._session.execute(sql, listed)
        return self._begun(self._file).execute(_expanded(sql, values), _each(values))

    @property
    def _session(self) -> Any:  # noqa: ANN401 - a connection of a driver that is not everywhere
        """The driver's connection to a server, in the transaction that SQLAlchemy has begun on it."""
        if not self.core.in_transaction():
            self.core.begin()
        return self.driver

    def _begun(self, file: sqlite3.Connection) -> sqlite3.Connection:
        if not file.in_transaction:
            file.execute(self._begin)
        return file

    def _compiled(
        self, question: str, flat: Mapping[str, Any]
    ) -> tuple[str, dict[int, str]] | None:
        """The compiled statement and how its columns are read; None where there is none."""
        known = IN_A_FILE if self._file is not None else ON_A_SERVER
        return known.get(_worded(question, flat))

    @staticmethod
    def _statement(question: str, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a statement of SQLAlchemy
        from tracker.store import statements  # noqa: PLC0415 - SQLAlchemy is what everyday commands save

        return statements.of(question, given)


def _over(driver: sqlite3.Connection | None) -> "Core":
    """SQLAlchemy's connection over one that is open, whose transaction goes on."""
    _taken.set(driver)
    return _engine().connect()


# The connection that the engine takes next.
_taken: ContextVar[sqlite3.Connection | None] = ContextVar("_taken")


# One engine for all: what it compiled serves the next connection, too.
@cache
def _engine() -> "Engine":
    from sqlalchemy import create_engine, pool  # noqa: PLC0415 - it is what everyday commands save

    return create_engine(
        "sqlite://",
        creator=_taken.get,
        poolclass=pool.NullPool,
        # Its first look at a database would end the transaction.
        skip_autocommit_rollback=True,
    )


def worded(question: str, given: Mapping[str, Any]) -> str:
    """The question with the names of the values that are there: its wording hangs on them alone."""
    return _worded(question, _flat(given))


def _worded(question: str, flat: Mapping[str, Any]) -> str:
    return f"{question}({', '.join([name for name, value in flat.items() if value])})"


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values given, those of rows by the names of their fields."""
    flat: dict[str, Any] = {}
    for name, value in given.items():
        flat |= value._asdict() if hasattr(value, "_asdict") else {name: value}
    return flat


def _placed(places: Iterable[Any], rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """The values in these places of each row."""
    return map(itemgetter(*places), rows)


def _expanded(sql: str, values: Mapping[str, Any]) -> str:
    """A statement with a place for each value of a list."""
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            places = ", ".join(f":{name}{number}" for number in range(len(value)))
            sql = sql.replace(f"(:{name})", f"({places})")
    return sql


def _each(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values for such places: those of lists each by itself."""
    each: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            each |= {f"{name}{number}": one for number, one in enumerate(value)}
        else:
            each[name] = value
    return each


def _read(rows: Iterable[Sequence[Any]], reading: Mapping[int, str]) -> Iterator[Sequence[Any]]:
    readers = [(number, _READERS[kind]) for number, kind in reading.items()]
    for row in rows:
        read = list(row)
        for number, reader in readers:
            if read[number] is not None:
                read[number] = reader(read[number])
        yield read
