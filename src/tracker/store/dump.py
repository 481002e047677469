"""The dump of a ledger: all of its rows as lines of JSON, that can be read without this program.

The first line says what it is: the format, the revision of the schema, the ledger digest, the newest
time recorded, and how many rows of which table follow. Then comes a line for each row, by table and
primary key: values as they are, dates and times as text, bytes in base 64. Each line ends with a
check: the first 16 hexadecimal digits of the SHA-256 of the check before it (none for the first
line) and of the line itself without its check.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, func, inspect, select, text

from tracker.domain.log import digest
from tracker.domain.times import moment
from tracker.errors import DatabaseRefusal
from tracker.i18n import _
from tracker.store import log, schema, values
from tracker.store.connection import Connection
from tracker.store.models import metadata

FORMAT = 1

# What a line ends with: the check, between this and a closing brace.
MARK, DIGITS = ',"check":"', 16


def lines(db: Connection) -> Iterator[bytes]:
    """The dump of a ledger of any revision, line by line; refused where a value is none of its column."""
    refuse_partial_sight(db)
    if schema.is_torn(db):
        raise DatabaseRefusal(
            _("the ledger is damaged: a table or a column is not there; see tracker db check")
        )
    check = ""
    for content in _contents(db, tables(db)):
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        check = checked(body, check)
        yield body[:-1] + f'{MARK}{check}"}}\n'.encode()


def checked(body: bytes, before: str) -> str:
    """The check of a line, given without one, and of all lines before it."""
    return hashlib.sha256(before.encode() + body).hexdigest()[:DIGITS]


def refuse_partial_sight(db: Connection) -> None:
    """On a server whoever does not own the tables may be shown a part of them: that is no dump."""
    if not db.on_server:
        return
    owns = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'entries'::regclass"
    if not db.execute(text(owns)).scalar():
        raise DatabaseRefusal(
            _("only the role that made this ledger sees all of it: connect as that one")
        )


def tables(db: Connection) -> dict[Table, list[Column[Any]]]:
    """The tables and columns that this ledger has; one of an earlier revision has fewer."""
    has = inspect(db.core)
    there = set(has.get_table_names())
    found = {}
    for table in metadata.sorted_tables:
        if table.name in there:
            names = {column["name"] for column in has.get_columns(table.name)}
            found[table] = [column for column in table.columns if column.name in names]
    return found


def _contents(db: Connection, present: dict[Table, list[Column[Any]]]) -> Iterator[dict[str, Any]]:
    newest = log.newest_recorded_at(db)
    yield {
        "tracker": "dump",
        "format": FORMAT,
        "schema": schema.revision(db),
        "digest": digest(log.last_hashes(db)),
        "known_on": newest and moment(newest),
        "rows": {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in present
        },
    }
    for table, columns in present.items():
        for row in values.rows(db, table, columns):
            yield {"table": table.name, "row": _as_json(columns, row)}


def _as_json(columns: list[Column[Any]], row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row as the driver gives it
    said = {}
    for column, value in zip(columns, row, strict=True):
        try:
            said[column.name] = values.to_json(column, value)
        except values.NoValue as reason:
            where = f"{column.table.name} {row[0]}: {column.name}"
            raise DatabaseRefusal(
                _("the ledger is damaged: {where}: {what}; see tracker db check").format(
                    where=where, what=values.refusal(column, value)
                )
            ) from reason
    return said
