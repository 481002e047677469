"""Some rows of a long list in hand, column by column: what stands in many of them is worked out once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any


class Part:
    """Some rows of one kind, at least one, as columns; as rows once somebody asks for these."""

    def __init__(self, kind: Any, columns: Sequence[Sequence[Any]]) -> None:  # noqa: ANN401 - a class of rows, whose fields are the columns
        self._kind, self._columns = kind, columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def column(self, name: str) -> Sequence[Any]:
        """What the rows have in a field."""
        return self._columns[self._kind._fields.index(name)]

    @cached_property
    def rows(self) -> list[Any]:
        """The rows themselves."""
        return list(map(self._kind._make, zip(*self._columns, strict=True)))


def read_once(cells: Sequence[Any], read: Callable[[Any], Any]) -> list[Any]:
    """What is read of each cell of a column, the same of the same; nothing of nothing."""
    made = {cell: None if cell is None else read(cell) for cell in set(cells)}
    return list(map(made.__getitem__, cells))
