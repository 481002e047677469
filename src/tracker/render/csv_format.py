"""CSV: the data columns; several tables stand one after another, each under its name."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from tracker.render import Screen
from tracker.report.model import Report, Table, data_value, harmless

# What a spreadsheet would run as a formula goes out behind an apostrophe.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(what: Report | Table, screen: Screen) -> str:  # noqa: ARG001 - CSV is the same everywhere
    """Rows with CRLF, as spreadsheets expect them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    tables = (what,) if isinstance(what, Table) else what.tables
    for place, table in enumerate(tables):
        if len(tables) > 1:
            writer.writerows([[], [table.name]] if place else [[table.name]])
        chosen = [(i, column.name) for i, column in enumerate(table.columns) if column.name]
        writer.writerow([name for _, name in chosen])
        writer.writerows([_cell(data_value(row[i])) for i, _ in chosen] for row in table.rows)
    return out.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, list):
        value = "; ".join(_inner(one) for one in value)
    if isinstance(value, str):
        value = harmless(value, lines=True)
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else value


def _inner(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values() if each is not None)
    return str(value)
