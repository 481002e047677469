"""Workbooks as offices send them back, by Excel, WPS or LibreOffice: their sheets as grids of cells."""

import io
import re
import warnings
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from tracker.forms import package
from tracker.forms.cells import Cell, Kind
from tracker.forms.rows import Grid

# What a format only writes, or leaves room for: 60 shown as 60%.
_LITERAL = re.compile(r'"[^"]*"|[\\_*].')
# As workbooks write control characters. The other escapes the library has undone already: what looks
# like one is what somebody wrote.
_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f])_")
_KINDS = {"f": Kind.FORMULA, "e": Kind.ERROR}


def grids(file: str, data: bytes) -> list[Grid]:
    """The sheets of a workbook. package.Refused for one that should not be opened, or cannot be."""
    package.inspect(data)
    try:
        with warnings.catch_warnings():
            # What it does not know of a workbook does not concern the cells.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
        return [Grid(f"{file} [{sheet.title}]", _rows(sheet, book)) for sheet in book.worksheets]
    except package.Refused:
        raise
    except Exception as reason:
        # The library raises what it stumbles over: any kind.
        raise package.damaged() from reason


def _rows(sheet: Any, book: Any) -> list[list[Cell]]:  # noqa: ANN401 - the library has no types
    if sheet.max_row > package.LIMIT_ROWS:
        raise package.too_large(sheet.max_row)
    found = sheet.iter_rows(max_col=min(sheet.max_column, package.LIMIT_COLUMNS))
    rows = [[_cell(cell, book) for cell in row] for row in found]
    for merged in sheet.merged_cells.ranges:
        if merged.min_col <= package.LIMIT_COLUMNS:
            _fill(rows, merged)
    return rows


def _cell(cell: Any, book: Any) -> Cell:  # noqa: ANN401 - the library has no types
    value = cell.value
    if isinstance(value, str):
        value = _CONTROL.sub(lambda found: chr(int(found[1], 16)), value)
    return Cell(
        f"{get_column_letter(cell.column)}{cell.row}",
        value,
        _KINDS.get(cell.data_type, Kind.VALUE),
        "%" in _LITERAL.sub("", str(cell.number_format)),
        book.epoch.date(),
    )


def _fill(rows: list[list[Cell]], merged: Any) -> None:  # noqa: ANN401 - the library has no types
    """Rows that share a merged cell all have its value; columns beside it have none."""
    place = merged.min_col - 1
    first = rows[merged.min_row - 1][place]
    for row in rows[merged.min_row : merged.max_row]:
        row[place] = first._replace(at=row[place].at)
