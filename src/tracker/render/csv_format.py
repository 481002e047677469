"""CSV: the data columns; of a report the facts first, then each table under its name."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.domain.formulas import guarded
from tracker.render import Screen
from tracker.report.model import Report, Table, data, data_value, each_once, harmless


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
    for block in data(table):
        yield _lines(zip(*(each_once(cells, _cell) for cells in block), strict=True))


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, list):
        value = _list(value)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return guarded(harmless(value, lines=True))
    return "" if value is None else value


def _list(values: list[Any]) -> str:
    """Texts separated by semicolons; objects as JSON, so that they can be taken apart again."""
    if any(isinstance(value, Mapping) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return "; ".join(map(str, values))
