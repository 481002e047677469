"""Whether the values of a ledger are what their columns hold: SQLite takes any value in any column."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Table, Text, cast, func, literal_column, select

from tracker.domain.indicators import Period
from tracker.domain.target import Target
from tracker.domain.words import (
    Basis,
    Better,
    EntryKind,
    Flag,
    Kind,
    LinkKind,
    Precision,
    Role,
    Rule,
    Status,
    Verification,
    Word,
)
from tracker.errors import Problem
from tracker.i18n import _
from tracker.store import values
from tracker.store.columns import Moment
from tracker.store.connection import Connection
from tracker.store.models import (
    assignments,
    commitments,
    entries,
    indicator_targets,
    indicators,
    links,
    metadata,
    observations,
)

# Text that only says certain words; the database checks some of them, as long as it is let.
_VOCABULARIES: dict[Column[Any], type[Word]] = {
    commitments.c.kind: Kind,
    commitments.c.target_basis: Basis,
    assignments.c.role: Role,
    assignments.c.basis: Basis,
    assignments.c.first_target_basis: Basis,
    assignments.c.status: Status,
    assignments.c.verification: Verification,
    assignments.c.target_basis: Basis,
    entries.c.kind: EntryKind,
    entries.c.status: Status,
    entries.c.verification: Verification,
    entries.c.target_basis: Basis,
    links.c.kind: LinkKind,
    indicators.c.better: Better,
    indicator_targets.c.rule: Rule,
    observations.c.precision: Precision,
    observations.c.flag: Flag,
}
_TARGETS = (
    commitments.c.target,
    assignments.c.first_target,
    assignments.c.target,
    entries.c.target,
)


# A day less at both ends: what a time zone adds or takes must not lead beyond.
_FIRST: ColumnElement[Any] = literal_column("'0001-01-02'")
_LAST: ColumnElement[Any] = literal_column("'9999-12-30'")

_NUMBERS = (observations.c.value, indicator_targets.c.value)


def problems(db: Connection) -> Iterator[Problem]:
    """Every value that no tracker wrote there, by table, row and field."""
    beyond = [found for table in metadata.sorted_tables for found in _beyond(db, table)]
    yield from beyond
    # A driver reads no row that holds one.
    for table in metadata.sorted_tables if not beyond else ():
        yield from _table(db, table)


def _beyond(db: Connection, table: Table) -> Iterator[Problem]:
    """The dates and times of a server that no calendar has: infinite, before year 1, after 9999."""
    if not db.on_server:
        return
    key = [cast(column, Text) for column in table.primary_key.columns]
    for column in table.columns:
        if isinstance(column.type, (Date, Moment)):
            odd = select(func.concat_ws(" ", *key), cast(column, Text))
            for where, said in db.execute(odd.where(~column.between(_FIRST, _LAST))):
                yield Problem(f"{table.name} {where}: {column.name}", values.refusal(column, said))


def _table(db: Connection, table: Table) -> Iterator[Problem]:
    columns = list(table.columns)
    rules = {column.name: _rule(column) for column in columns}
    key = [column.name for column in table.primary_key.columns]
    for row in values.rows(db, table, columns):
        said = row._mapping  # noqa: SLF001 - named with an underscore against clashes with columns, but documented
        for column in columns:
            what = _wrong(column, said[column.name], rules[column.name])
            if what is not None:
                where = " ".join(str(said[name]) for name in key)
                yield Problem(f"{table.name} {where}: {column.name}", what)


def _rule(column: Column[Any]) -> Callable[[str], object] | None:
    if column in _TARGETS:
        return lambda said: (found := Target.read(said)) and str(found) == said
    if column in _NUMBERS:
        return _is_number
    if column is observations.c.period:
        return lambda said: (years := Period.read(said)) and str(years) == said
    words = _VOCABULARIES.get(column)
    return words and frozenset(word.value for word in words).__contains__


def _is_number(said: str) -> bool:
    try:
        return Decimal(said).is_finite()
    except InvalidOperation:
        return False


def _wrong(
    column: Column[Any],
    value: Any,  # noqa: ANN401 - what the driver gives
    rule: Callable[[str], object] | None,
) -> str | None:
    try:
        values.to_json(column, value)
    except values.NoValue:
        return values.refusal(column, value)
    if rule is None or value is None or rule(value):
        return None
    return _("{value} is nothing that can stand here").format(value=repr(value)[:40])
