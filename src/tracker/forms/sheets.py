"""Tables in any workbook, with their cells as a person would type them: for files that are no forms."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tracker.errors import BadFile, Problem
from tracker.forms import cells
from tracker.forms.cells import Cell, Kind, Wrong
from tracker.forms.reading import grids

# So many digits spreadsheets keep; what stands behind them comes of counting in binary fractions.
_DIGITS = 15
_HUNDRED = 100


class Table(NamedTuple):
    """Rows as text, from the one that names the columns, which is the `first` of its sheet."""

    where: str
    first: int
    rows: list[list[str]]


def tables(file: Path, names_columns: Callable[[Sequence[str]], bool]) -> list[Table]:
    """The table of each sheet that has one; others, and what stands above it, do not concern us.
    BadFile or another refusal where a cell has no value.
    """
    problems: list[Problem] = []
    found = []
    for grid in grids(file):
        heads = (n for n, row in enumerate(grid.rows) if names_columns([_plainly(c) for c in row]))
        first = next(heads, None)
        if first is not None:
            rows = [[_text(grid.where, c, problems) for c in row] for row in grid.rows[first:]]
            found.append(Table(grid.where, first + 1, rows))
    if problems:
        raise BadFile(problems)
    return found


def _plainly(cell: Cell) -> str:
    return "" if cell.value is None else str(cell.value)


def _text(where: str, cell: Cell, problems: list[Problem]) -> str:
    try:
        if cell.kind is Kind.VALUE and type(cell.value) in (int, float):
            return _number(cell)
        return cells.text(cell) or ""
    except Wrong as reason:
        problems.append(Problem(f"{where} {cell.at}", str(reason)))
        return ""


def _number(cell: Cell) -> str:
    """A number with the digits that the spreadsheet has; with the sign where it is shown as a per cent."""
    exact = Decimal(f"{cell.value:.{_DIGITS}g}")
    if cell.per_cent:
        return f"{_plain(exact * _HUNDRED)}%"
    return _plain(exact)


def _plain(number: Decimal) -> str:
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
