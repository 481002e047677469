"""Values as they stand in a database, proved to be of their column's kind, and their form in JSON."""

import base64
import binascii
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table, select, type_coerce
from sqlalchemy.types import NullType

from tracker.domain.times import moment
from tracker.i18n import _
from tracker.store.columns import Moment
from tracker.store.connection import Connection
from tracker.store.models import entries

# Rows that are in memory at once.
_CHUNK = 500

# Signs that a server keeps in no text: no ledger does.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class NoValue(Exception):  # noqa: N818 - it is an answer for who asked: a finding, or a refusal with a place
    """What stands there is no value of the column's kind."""


class Kind(NamedTuple):
    """What a column holds, in the language spoken; and its values to JSON and back; both raise NoValue."""

    name: Callable[[], str]
    to_json: Callable[[Any], Any]
    from_json: Callable[[Any], Any]


@cache
def kind(column: Column[Any]) -> Kind:
    """The kind of a column of the models."""
    for of, found in _KINDS:
        if isinstance(column.type, of):
            return found
    return _TEXT


def rows(db: Connection, table: Table, columns: Sequence[Column[Any]]) -> Iterator[Any]:
    """All rows of a table by primary key, each value as the driver gives it: nothing is read into it.

    Lines of the log come in the order in which they were written, as a server takes them.
    """
    # The same order everywhere: a server sorts text by its language, unless told not to.
    bytewise = "binary" if not db.on_server else "C"
    order = [
        column.collate(bytewise) if kind(column) is _TEXT else column
        for column in table.primary_key.columns
    ]
    if table is entries and any(db.ask("log.lanes")):
        order.insert(0, entries.c.recorded_at)
    raw = [type_coerce(column, NullType()).label(column.name) for column in columns]
    with _any_text(db):
        statement = select(*raw).order_by(*order)
        yield from db.core.execute(statement, execution_options={"yield_per": _CHUNK})


@contextmanager
def _any_text(db: Connection) -> Iterator[None]:
    """SQLite keeps bytes that are no text as text, too: they are to be seen as what they are."""
    driver = db.driver
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before, driver.text_factory = driver.text_factory, _decoded
    try:
        yield
    finally:
        driver.text_factory = before


def _decoded(said: bytes) -> str:
    return said.decode(errors="surrogateescape")


def refusal(column: Column[Any], value: object) -> str:
    """What to say of a value that is none of its column."""
    return _("{value} is no {kind}").format(value=repr(value)[:40], kind=kind(column).name())


def to_json(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - what a driver gives, what JSON takes
    """A value as JSON has it; raises NoValue where it is none of this column."""
    if value is None:
        if not column.nullable:
            raise NoValue
        return None
    return kind(column).to_json(value)


def from_json(column: Column[Any], said: Any) -> Any:  # noqa: ANN401 - what JSON gives, what a column takes
    """The value that JSON says, as its column takes it; raises NoValue where it is none."""
    if said is None:
        if not column.nullable:
            raise NoValue
        return None
    return kind(column).from_json(said)


def _same(of: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:  # noqa: ANN401 - what a driver or JSON gives
        if type(value) is not of:
            raise NoValue
        return value

    return checked


def _text(value: Any) -> str:  # noqa: ANN401 - what a driver or JSON gives
    if type(value) is not str or _NO_TEXT.search(value):
        raise NoValue
    return value


def _whole(value: Any) -> int:  # noqa: ANN401 - what a driver or JSON gives
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise NoValue
    return value


def _truth(value: Any) -> bool:  # noqa: ANN401 - what a driver gives
    if type(value) not in (bool, int) or value not in (0, 1):
        raise NoValue
    return bool(value)


def _day(value: Any) -> date:  # noqa: ANN401 - what a driver or JSON gives
    if type(value) is date:
        return value
    try:
        found = date.fromisoformat(value)
    except (TypeError, ValueError) as reason:
        raise NoValue from reason
    if found.isoformat() != value:
        raise NoValue
    return found


def _time(value: Any) -> datetime:  # noqa: ANN401 - what a driver or JSON gives
    if type(value) is datetime:
        return value
    try:
        found = datetime.fromisoformat(value)
        written = moment(found)
    except (TypeError, ValueError, OverflowError) as reason:
        raise NoValue from reason
    if written != value:
        raise NoValue
    return found


def _written_bytes(value: Any) -> str:  # noqa: ANN401 - what a driver gives
    if not isinstance(value, (bytes, memoryview)):
        raise NoValue
    return base64.b64encode(bytes(value)).decode()


def _read_bytes(said: Any) -> bytes:  # noqa: ANN401 - what JSON gives
    try:
        return base64.b64decode(said, validate=True)
    except (TypeError, ValueError, binascii.Error) as reason:
        raise NoValue from reason


_TEXT = Kind(lambda: _("text"), _text, _text)
# A moment is a kind of text in the models: it comes before it.
_KINDS: tuple[tuple[type, Kind], ...] = (
    (Moment, Kind(lambda: _("time"), lambda value: moment(_time(value)), _time)),
    (Date, Kind(lambda: _("date"), lambda value: _day(value).isoformat(), _day)),
    (Boolean, Kind(lambda: _("yes or no"), _truth, _same(bool))),
    (Integer, Kind(lambda: _("whole number"), _whole, _whole)),
    (LargeBinary, Kind(lambda: _("bytes"), _written_bytes, _read_bytes)),
)
