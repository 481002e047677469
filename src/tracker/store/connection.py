"""A transaction on a ledger: what the store asks of it, and tells it."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from tracker.domain.times import moment
from tracker.store.compiled import COMPILED
from tracker.store.texts import day_of, moment_of

if TYPE_CHECKING:
    from sqlalchemy import Connection as Core
    from sqlalchemy import CursorResult, Engine, Executable


# So many rows of a long list come from a server at a time.
AT_A_TIME = 1000


# What the driver of a file takes without more.
_AS_THEY_ARE = frozenset({int, str, type(None)})

_NAMED = re.compile(r":(\w+)")

# How what a file holds otherwise is read.
_READERS: dict[str, Callable[[Any], Any]] = {"day": day_of, "moment": moment_of, "truth": bool}


_Direct = tuple[sqlite3.Connection, str, dict[int, str]]


class Connection:
    """One transaction on a ledger, begun with the first question and ended by `ledger`.

    The questions of `statements` have names, `module.function`. Those of every day have been
    compiled for SQLite beforehand, and go to the driver of a file as they are: loading SQLAlchemy
    takes longer than all the rest of such a command. All others go through it, over the same
    connection and in the same transaction.
    """

    def __init__(
        self, core: "Core | None" = None, file: sqlite3.Connection | None = None, begin: str = ""
    ) -> None:
        self._core = core
        self._file = file
        self._begin = begin

    @cached_property
    def on_server(self) -> bool:
        """Whether a server keeps the ledger, not a file."""
        return self._file is None and self.core.dialect.name != "sqlite"

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
        if direct is None:
            return self.execute(self._statement(question, given))
        return _answered(*direct, _flat(given))

    def each(self, question: str, **given: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - values, or rows of them
        """The same rows as they come: of a long list none is kept, and who stops before the last one
        lets go of the others.
        """
        direct = self._direct(question, given)
        if direct is not None:
            yield from _answered(*direct, _flat(given))
            return
        statement = self._statement(question, given).execution_options(yield_per=AT_A_TIME)
        with self.execute(statement) as rows:
            yield from rows

    def tell(self, change: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make a change with each of these rows."""
        direct = self._direct(change, {})
        if direct is None:
            self.execute(self._statement(change, {}), rows)
        else:
            # By place the driver takes many rows faster than by name.
            file, sql, _reading = direct
            names = _NAMED.findall(sql)
            made = (
                [v if type(v := row[name]) in _AS_THEY_ARE else _plain(v) for name in names]
                for row in rows
            )
            file.executemany(_NAMED.sub("?", sql), made)

    def add(self, change: str, row: Mapping[str, Any]) -> int:
        """Add a row; gives its number."""
        direct = self._direct(change, {})
        if direct is None:
            added = self.execute(self._statement(change, {}), row).inserted_primary_key
            return int(added[0])  # type: ignore[index] # one row was added
        file, sql, _reading = direct
        return file.execute(sql, _kept(row)).lastrowid or 0

    def execute(
        self,
        statement: "Executable",
        given: Any = None,  # noqa: ANN401 - as SQLAlchemy takes it
    ) -> "CursorResult[*tuple[Any, ...]]":
        """Put a statement through SQLAlchemy."""
        return self.core.execute(statement, given)

    def commit(self) -> None:
        """End the transaction: all of it is there."""
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

    def _begun(self, file: sqlite3.Connection) -> sqlite3.Connection:
        if not file.in_transaction:
            file.execute(self._begin)
        return file

    def _direct(self, question: str, given: Mapping[str, Any]) -> _Direct | None:
        """The file and the compiled statement to put to it; None where there is either not."""
        compiled = COMPILED.get(worded(question, given))
        if self._file is None or compiled is None:
            return None
        return self._begun(self._file), *compiled

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
    said = [name for name, value in _flat(given).items() if value]
    return f"{question}({', '.join(said)})"


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values given, those of rows by the names of their fields."""
    flat: dict[str, Any] = {}
    for name, value in given.items():
        flat |= value._asdict() if hasattr(value, "_asdict") else {name: value}
    return flat


def _expanded(sql: str, values: Mapping[str, Any]) -> str:
    """A statement with a place for each value of a list."""
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            places = ", ".join(f":{name}{number}" for number in range(len(value)))
            sql = sql.replace(f"(:{name})", f"({places})")
    return sql


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a file keeps them, lists of them each by itself."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            kept |= _kept({f"{name}{number}": each for number, each in enumerate(value)})
        else:
            kept[name] = _plain(value)
    return kept


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def _answered(
    file: sqlite3.Connection, sql: str, reading: Mapping[int, str], values: Mapping[str, Any]
) -> Iterable[Sequence[Any]]:
    rows = file.execute(_expanded(sql, values), _kept(values))
    return _read(rows, reading) if reading else rows


def _read(rows: Iterable[Sequence[Any]], reading: Mapping[int, str]) -> Iterator[Sequence[Any]]:
    readers = [(number, _READERS[kind]) for number, kind in reading.items()]
    for row in rows:
        read = list(row)
        for number, reader in readers:
            if read[number] is not None:
                read[number] = reader(read[number])
        yield read
