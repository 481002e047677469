"""CSV: the data columns; of a report the facts first, then each table under its name."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any

from tracker.domain.formulas import guarded, runs
from tracker.render import Screen
from tracker.report.model import Report, Table, data_value, each_once, harmless, named

_NUMBERS = {int, float, bool}


def render(what: Report | Table, screen: Screen) -> Iterator[str]:  # noqa: ARG001 - CSV is the same everywhere
    """Rows with CRLF, as spreadsheets expect them."""
    if isinstance(what, Table):
        yield from _table(what)
        return
    yield _lines((fact.name, _cell(data_value(fact.value))) for fact in what.facts if fact.name)
    for table in what.tables:
        if table.name:
            yield _lines([[], [table.name]])
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield _lines([[column.name for column in table.columns if column.name]])
    for block in named(table):
        yield _lines(zip(*map(_column, block), strict=True))


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _column(cells: Sequence[Any]) -> Iterable[Any]:
    """Cells as they go out; in most columns there is nothing to make of any."""
    kinds = set(map(type, cells)) - {NoneType}
    if kinds <= _NUMBERS:
        return cells
    if kinds == {list}:
        cells = [_list(data_value(cell)) if cell else "" for cell in cells]
        kinds = {str}
    if all(issubclass(kind, str) for kind in kinds):
        # All at once: one after the other takes longer than to write them.
        text = "\n".join(filter(None, cells))
        if text.replace("\n", "").isprintable() and not runs(text):
            return cells
    return each_once(cells, lambda cell: _cell(data_value(cell)))


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, list):
        value = _list(value)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return guarded(harmless(value, lines=True))
    return value


def _list(values: list[Any]) -> str:
    """Texts separated by semicolons; objects as JSON, so that they can be taken apart again."""
    if not values:
        return ""
    if any(isinstance(value, Mapping) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return "; ".join(map(str, values))
