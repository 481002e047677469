"""What an office does to a form before it sends it back, for the tests of forms."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl

from tracker.forms import Column, Mark

HIDDEN = len(Column) + 1


class Desk:
    """A form on somebody's desk: cells are found by commitment and column, whatever was moved."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        self.sheet = self.book.worksheets[0]

    def row(self, key: str) -> int:
        for (cell,) in self.sheet.iter_rows(min_col=HIDDEN, max_col=HIDDEN):
            if str(cell.value).split()[0] == key:
                return int(cell.row)
        raise KeyError(key)

    def cell(self, key: str, column: Column | None) -> Any:
        place = HIDDEN if column is None else list(Column).index(column) + 1
        return self.sheet.cell(self.row(key), place)

    def seal(self, key: str, /, **fields: Any) -> None:
        """Another mark for a row, written as the program writes them."""
        cell = self.cell(key, None)
        mark = Mark.read(cell.value)
        assert mark is not None
        cell.value = str(mark._replace(**fields))

    def fill(self, key: str, **values: Any) -> None:
        """Fill cells by the names of their columns."""
        for name, value in values.items():
            self.cell(key, Column(name)).value = value

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


Change = Callable[[Desk], object]


def filled(data: bytes, change: Change) -> bytes:
    """The form after somebody did something to it."""
    desk = Desk(data)
    change(desk)
    return desk.bytes()
