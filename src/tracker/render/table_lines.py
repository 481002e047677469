"""The lines of a table of text: tabulate lays out short ones, long ones are laid out here in the same way."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import tabulate
from wcwidth import wcswidth

from tracker.report.flow import each_once

GAP = 2
# tabulate takes ten times as long for a row: from here on that is what a list takes most of.
LONG = 200
_AT_A_TIME = 1000

# A heading needs no room beyond its own.
tabulate.MIN_PADDING = 0


class Laid(NamedTuple):
    """A column of cells as text, aligned to one side, no wider than `room` where it may be wrapped."""

    title: str
    texts: Sequence[str]
    right: bool = False
    room: int | None = None


def lines(columns: Sequence[Laid]) -> Iterator[str]:
    """The lines of a table, each with its end; some at a time where there are many."""
    if columns and len(columns[0].texts) >= LONG:
        yield from _many(columns)
    else:
        yield _few(columns)


def wide(text: str) -> int:
    """The columns of a terminal that a text takes, whatever its colour."""
    return wcswidth(text.partition("m")[2].removesuffix("\x1b[0m") if text[:1] == "\x1b" else text)


def widest(texts: Iterable[str]) -> int:
    """The columns that the widest of them takes; most come often."""
    return max(map(wide, set(texts)), default=0)


def wrapped(text: str, room: int, style: str = "plain") -> str:
    """A text in lines no wider than `room`."""
    return tabulate.tabulate([[text]], tablefmt=style, disable_numparse=True, maxcolwidths=[room])


def _few(columns: Sequence[Laid]) -> str:
    rows = list(zip(*(column.texts for column in columns), strict=True))
    sides = ["right" if column.right else "left" for column in columns]
    made = tabulate.tabulate(
        rows,
        headers=[column.title for column in columns],
        tablefmt="simple",
        disable_numparse=True,
        colalign=sides if rows else None,
        maxcolwidths=[column.room for column in columns],
    )
    return made + "\n"


def _many(columns: Sequence[Laid]) -> Iterator[str]:
    cells = [
        list(each_once(column.texts, partial(_folded, room=column.room))) for column in columns
    ]
    widths = [
        max(wide(column.title), widest(line for cell in set(inside) for line in cell.split("\n")))
        for column, inside in zip(columns, cells, strict=True)
    ]
    pads = [
        partial(_padded, width=width, right=column.right)
        for column, width in zip(columns, widths, strict=True)
    ]
    yield _row([pad(column.title) for pad, column in zip(pads, columns, strict=True)], widths)
    yield _row(["-" * width for width in widths], widths)
    for first in range(0, len(cells[0]), _AT_A_TIME):
        block = (inside[first : first + _AT_A_TIME] for inside in cells)
        made = [each_once(inside, pad) for inside, pad in zip(block, pads, strict=True)]
        yield "".join(_row(row, widths) for row in zip(*made, strict=True))


def _folded(text: str, room: int | None) -> str:
    """A cell without blanks around it, in lines where it is too wide."""
    if room is None or (text.isprintable() and wide(text) <= room):
        return text.strip()
    # Between bars blanks stay at the ends of lines, as they do in a table.
    made = wrapped(text, room, "orgtbl").split("\n")
    return "\n".join(line.removeprefix("| ").removesuffix(" |") for line in made)


def _padded(cell: str, width: int, *, right: bool) -> str:
    """A cell with each of its lines as wide as the column."""
    if "\n" in cell:
        return "\n".join(_padded(line, width, right=right) for line in cell.split("\n"))
    gap = " " * (width - wide(cell))
    return gap + cell if right else cell + gap


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The lines of a row, as many as its highest cell has."""
    line = (" " * GAP).join(cells)
    if "\n" not in line:
        return line.rstrip() + "\n"
    split = [cell.split("\n") for cell in cells]
    high = max(map(len, split))
    filled = [
        [*parts, *[" " * width] * (high - len(parts))]
        for parts, width in zip(split, widths, strict=True)
    ]
    return "".join(_row(parts, widths) for parts in zip(*filled, strict=True))
