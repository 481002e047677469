"""CSV: the data columns; of a report the facts first, then each table under its name."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from tracker.domain.formulas import guarded
from tracker.render import Screen
from tracker.report.model import Report, Table, data_value, harmless


def render(what: Report | Table, screen: Screen) -> str:  # noqa: ARG001 - CSV is the same everywhere
    """Rows with CRLF, as spreadsheets expect them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    tables = (what,) if isinstance(what, Table) else (t for t in what.tables if t.name)
    if isinstance(what, Report):
        writer.writerows(
            (fact.name, _cell(data_value(fact.value))) for fact in what.facts if fact.name
        )
    for table in tables:
        if isinstance(what, Report):
            writer.writerows([[], [table.name]])
        chosen = [(i, column.name) for i, column in enumerate(table.columns) if column.name]
        writer.writerow([name for _, name in chosen])
        writer.writerows([_cell(data_value(row[i])) for i, _ in chosen] for row in table.rows)
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
