"""Rows that are made while somebody goes through them, some at a time, each column of these at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from itertools import islice
from operator import attrgetter
from types import NoneType
from typing import Any, TypeAlias

from tracker.store.parts import Part, read_once

_ALIKE: tuple[set[type], ...] = ({int}, {bool}, {date}, {datetime})


class Some:
    """The rows in hand."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> Sequence[Any]:
        """What the rows have under a name, dots for what has it in turn."""
        found = self._fields.get(name)
        return list(map(attrgetter(name), self.rows)) if found is None else found

    @cached_property
    def _fields(self) -> dict[str, Sequence[Any]]:
        """Of rows of one kind that have fields, the columns: all at once is as fast as three alone."""
        kinds = set(map(type, self.rows))
        names = getattr(kinds.pop(), "_fields", ()) if len(kinds) == 1 else ()
        return dict(zip(names, zip(*self.rows, strict=True), strict=True)) if names else {}


InHand: TypeAlias = Some | Part
# What makes a column of the rows in hand.
Maker: TypeAlias = Callable[[InHand], Sequence[Any]]
# What a cell is made of: a field of the row, several at once, or all of it.
Getter: TypeAlias = str | tuple[str, ...] | Callable[[Any], Any]


class Flow:
    """Rows that are made while somebody goes through them, each time anew: none is kept.

    How many there are is known once somebody has, by `whole` if they are its rows.
    """

    def __init__(
        self,
        source: Callable[[], Iterable[InHand]],
        makers: Sequence[Maker],
        whole: "Flow | None" = None,
    ) -> None:
        self._source, self._makers = source, makers
        self._whole = self if whole is None else whole
        self.length: int | None = None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for block in self.columns():
            yield from zip(*block, strict=True)

    def __len__(self) -> int:
        if self._whole.length is None:
            self._whole.length = sum(map(len, self._source()))
        return self._whole.length

    def columns(self) -> Iterator[list[Sequence[Any]]]:
        """Some rows at a time, as columns, each made at once: that is twice as fast as row by row."""
        length = 0
        for some in self._source():
            length += len(some)
            yield [make(some) for make in self._makers]
        self._whole.length = length

    def only(self, places: Iterable[int]) -> "Flow":
        """The same rows with some of their cells: the others are not made."""
        makers = [self._makers[place] for place in places]
        return Flow(self._source, makers, self._whole)


def grouped(rows: Iterable[Any], at_a_time: int) -> Iterator[Some]:
    """Rows that come one by one, some at a time."""
    left = iter(rows)
    while some := list(islice(left, at_a_time)):
        yield Some(some)


def maker(get: Getter, read: Callable[..., Any] | None = None) -> Maker:
    """What makes the column that has a name, or that a function makes of each row; `read` makes the
    cell of what is there, the same of the same: of several names, whatever is there.
    """
    found = partial(_column, get)
    if read is None:
        return found
    if isinstance(get, tuple):
        return lambda some: read_once(found(some), lambda cells: read(*cells))
    return lambda some: read_once(found(some), read)


def _column(get: Getter, some: InHand) -> Sequence[Any]:
    if isinstance(get, tuple):
        return list(zip(*map(some.column, get), strict=True))
    return some.column(get) if isinstance(get, str) else list(map(get, some.rows))


def each_once(cells: Sequence[Any], make: Callable[[Any], Any]) -> Iterable[Any]:
    """What is made of each cell of a column; most come often, and it is made of these once."""
    kinds = set(map(type, cells)) - {NoneType}
    # Of one kind: True and 1.0 would pass for 1, a text for the word of a vocabulary.
    if kinds in _ALIKE or (len(kinds) == 1 and all(issubclass(kind, str) for kind in kinds)):
        return map({cell: make(cell) for cell in set(cells)}.__getitem__, cells)
    return map(make, cells)
