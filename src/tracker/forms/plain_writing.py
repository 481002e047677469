"""A form written as text: CSV for spreadsheets, JSON for programs; both are read again as they are."""

import csv
import io
import json
from typing import Any

from tracker.domain.formulas import guarded
from tracker.domain.words import Word
from tracker.forms import FILLED, Column, Form, Row
from tracker.i18n import either


def comma_separated(form: Form) -> str:
    """The same columns as in the workbook; spreadsheets take it for UTF-8 by the mark in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(either(column.zh, column.en) for column in Column), form.head])
    for number, row in enumerate(form.rows, 1):
        said = [_cell(_value(row, column)) for column in tuple(Column)[1:]]
        writer.writerow([number, *said, form.mark(row)])
    return f"\ufeff{out.getvalue()}"


def json_text(form: Form) -> str:
    """An object with the owner, the period, the mark of the ledger, and the rows."""
    rows = [_object(row) for row in form.rows]
    made = {**form.head._asdict(), "rows": rows}
    return json.dumps(made, ensure_ascii=False, indent=1, default=str) + "\n"


def _object(row: Row) -> dict[str, Any]:
    known = {
        name: value.value if isinstance(value, Word) else value
        for name, value in row._asdict().items()
        if name != "given"
    }
    filled = {column.value: _value(row, column) for column in FILLED}
    filled["evidence"] = filled["evidence"].split("\n") if filled["evidence"] else []
    return known | {
        name: value.value if isinstance(value, Word) else value for name, value in filled.items()
    }


def _value(row: Row, column: Column) -> Any:  # noqa: ANN401 - each column has its own kind of value
    of = row.given if column in FILLED else row
    return getattr(of, column.value, None)


def _cell(value: Any) -> str:  # noqa: ANN401 - each column has its own kind of value
    if isinstance(value, Word):
        return either(value.zh, value.en)
    if isinstance(value, int):
        return f"{value}%"
    return guarded("" if value is None else str(value))
