"""A dump read back: each line proved, its rows put into an empty ledger, and the whole proved at the end."""

import json
import re
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from sqlalchemy import Column, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from tracker.domain.log import digest
from tracker.domain.times import moment
from tracker.errors import BadFile, DatabaseRefusal, NotFound, Problem
from tracker.i18n import _
from tracker.store import check, dump, log, schema, values
from tracker.store.connection import Connection
from tracker.store.revisions import HEAD

# A report that was issued is one value of a line; the largest are far below this.
_LIMIT_MEGABYTES = 256
_CHUNK = 500
_END = re.compile(rb',"check":"([0-9a-f]{16})"\}\n')
_GZIP = b"\x1f\x8b"


class Header(NamedTuple):
    """What the first line of a dump says."""

    schema: str
    digest: str
    known_on: str | None
    rows: dict[str, int]


class Line(NamedTuple):
    """A row of a dump, and the number of its line."""

    number: int
    table: str
    row: dict[str, Any]


def opened(file: Path) -> BufferedReader:
    """A dump that a user names, to be read."""
    try:
        return file.open("rb")
    except FileNotFoundError as reason:
        raise NotFound(_("no file {file}").format(file=file)) from reason
    except OSError as reason:
        raise NotFound(
            _("cannot read {file}: {reason}").format(file=file, reason=reason.strerror)
        ) from reason


def lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a dump; of one that is too long just enough to see that."""
    while line := file.readline(_LIMIT_MEGABYTES * 1024 * 1024 + 1):
        yield line


def prove(given: Iterable[bytes], name: str) -> Header:
    """Read a dump to its end: every line is as it was written, none is missing; gives its header."""
    header, rows = _read(given, name)
    for _line in rows:
        pass
    return header


def load(db: Connection, given: Iterable[bytes], name: str) -> Header:
    """Put a dump into a database that holds nothing, and prove it; one of an earlier schema is upgraded.

    Stands within the transaction of `db`: what raises leaves nothing behind.
    """
    header, rows = _read(given, name)
    schema.upgrade(db, header.schema)
    tables = dump.tables(db)
    _refuse_uncounted(tables, header, name)
    _wait_for_parents(db, tables)
    for table_name, group in groupby(rows, lambda line: line.table):
        for chunk in _chunks(group):
            _insert(db, tables, table_name, chunk, name)
    _parents_are_there(db, tables)
    _number_on(db, tables)
    _prove_digest(db, header, name)
    schema.upgrade(db)
    check.refuse_unsound(db, name)
    return header


def _read(given: Iterable[bytes], name: str) -> tuple[Header, Iterator[Line]]:
    proved = _proved(given, name)
    _number, first = next(proved, (1, None))
    header = _header(first, name)
    return header, _rows(proved, header, name)


def _proved(given: Iterable[bytes], name: str) -> Iterator[tuple[int, Any]]:
    """What each line says, with its number, once its check is proved."""
    before = ""
    for number, line in enumerate(given, 1):
        end = _END.fullmatch(line, len(line) - len(dump.MARK) - dump.DIGITS - 3)
        if end is None:
            _refuse(name, number, _no_line(number, line))
        body = line[: end.start()] + b"}"
        before = dump.checked(body, before)
        if before != end[1].decode():
            _refuse(name, number, _("this line was changed, or one before it is missing"))
        try:
            yield number, json.loads(body)
        except (ValueError, RecursionError):
            _refuse(name, number, _no_line(number, line))


def _no_line(number: int, line: bytes) -> str:
    if number == 1 and line.startswith(_GZIP):
        return _("it is compressed: unpack it first")
    if number == 1 and not line.startswith(b'{"tracker":"dump"'):
        return _("it is no dump of tracker")
    if len(line) > _LIMIT_MEGABYTES * 1024 * 1024:
        return _("the line is longer than {limit} MB").format(limit=_LIMIT_MEGABYTES)
    if not line.endswith(b"\n"):
        return _("the file is cut off here")
    return _("this is no line of a dump")


def _header(said: Any, name: str) -> Header:  # noqa: ANN401 - what JSON gives
    match said:
        case {
            "tracker": "dump",
            "format": int(form),
            "schema": str(revision),
            "digest": str(whole),
            "known_on": str() | None as newest,
            "rows": dict(rows),
        } if re.fullmatch(r"\d{4}", revision) and all(type(n) is int for n in rows.values()):
            pass
        case _other:
            _refuse(name, 1, _("it is no dump of tracker"))
    if form > dump.FORMAT or revision > HEAD:
        raise DatabaseRefusal(
            _(
                "{file} is of a newer tracker (format {format}, schema {schema}); upgrade tracker"
            ).format(file=name, format=form, schema=revision)
        )
    return Header(revision, whole, newest, rows)


def _rows(proved: Iterator[tuple[int, Any]], header: Header, name: str) -> Iterator[Line]:
    left = dict(header.rows)
    number = 1
    for number, said in proved:
        match said:
            case {"table": str(table), "row": dict(row)} if len(said) == 2:  # noqa: PLR2004 - both of them, and nothing else
                pass
            case _other:
                _refuse(name, number, _("this is no line of a dump"))
        left[table] = left.get(table, 0) - 1
        if left[table] < 0:
            more = _("more rows of {table} than the first line says").format(table=table)
            _refuse(name, number, more)
        yield Line(number, table, row)
    for table, rows in left.items():
        if rows:
            lacking = _("the file ends too early: {count} rows of {table} are missing")
            _refuse(name, number, lacking.format(count=rows, table=table))


def _chunks(group: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in group:
        chunk.append(line)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _insert(
    db: Connection,
    tables: dict[Table, list[Column[Any]]],
    table_name: str,
    chunk: list[Line],
    name: str,
) -> None:
    table = next((table for table in tables if table.name == table_name), None)
    if table is None:
        _refuse(name, chunk[0].number, _("no table {table}").format(table=table_name))
    rows = [_values(tables[table], line, name) for line in chunk]
    try:
        with db.core.begin_nested():
            db.execute(insert(table), rows)
    except DBAPIError:
        # Which of them it is the database says of one alone.
        for line, row in zip(chunk, rows, strict=True):
            try:
                db.execute(insert(table), row)
            except DBAPIError as reason:
                _refuse(name, line.number, str(reason.orig).partition("\n")[0])
        raise


def _values(columns: list[Column[Any]], line: Line, name: str) -> dict[str, Any]:
    names = {column.name for column in columns}
    for odd in sorted(names ^ line.row.keys()):
        where = f"{line.table}.{odd}"
        no = _("no column {column}") if odd in line.row else _("column {column} is missing")
        _refuse(name, line.number, no.format(column=where))
    found = {}
    for column in columns:
        try:
            found[column.name] = values.from_json(column, line.row[column.name])
        except values.NoValue:
            what = values.refusal(column, line.row[column.name])
            _refuse(name, line.number, f"{line.table}.{column.name}: {what}")
    return found


def _refuse(name: str, number: int, what: str) -> NoReturn:
    raise BadFile([Problem(f"{name}:{number}", what)])


def _wait_for_parents(db: Connection, tables: Iterable[Table]) -> None:
    """A row may point to a later one of its own table: a server is to look at the end."""
    for table, constraint in _own_constraints(db, tables):
        db.execute(
            text(f"ALTER TABLE {table} ALTER CONSTRAINT {constraint} DEFERRABLE INITIALLY DEFERRED")
        )


def _parents_are_there(db: Connection, tables: Iterable[Table]) -> None:
    own = list(_own_constraints(db, tables))
    if own:
        db.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, constraint in own:
        db.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {constraint} NOT DEFERRABLE"))


def _own_constraints(db: Connection, tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    if not db.on_server:
        return
    for table in tables:
        for key in inspect(db.core).get_foreign_keys(table.name):
            if key["referred_table"] == table.name:
                yield table.name, str(key["name"])


def _number_on(db: Connection, tables: Iterable[Table]) -> None:
    """A server numbers new rows by a sequence: it goes on where the rows end."""
    if not db.on_server:
        return
    for table in tables:
        number = table.columns.get("id")
        last = number is not None and db.execute(select(func.max(number))).scalar()
        if last:
            db.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                {"name": table.name, "last": last},
            )


def _refuse_uncounted(tables: Iterable[Table], header: Header, name: str) -> None:
    """A table that the first line leaves out could have lost all of its rows."""
    for table in tables:
        if table.name not in header.rows:
            said = _("the first line does not say how many rows of {table} there are")
            _refuse(name, 1, said.format(table=table.name))


def _prove_digest(db: Connection, header: Header, name: str) -> None:
    found = digest(log.last_hashes(db))
    if found != header.digest:
        said = _("the digest of what it holds is {found}, not {digest}")
        _refuse(name, 1, said.format(found=found, digest=header.digest))
    newest = log.newest_recorded_at(db)
    if (newest and moment(newest)) != header.known_on:
        said = _("the newest time of what it holds is {found}, not {known_on}")
        _refuse(name, 1, said.format(found=newest and moment(newest), known_on=header.known_on))
