"""A breakdown table as an office sends it back: which of its units leads, joins or supports, by when."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tracker.domain.target import Target
from tracker.domain.words import plain
from tracker.errors import BadFile, Problem
from tracker.forms import cells
from tracker.forms.cells import Cell, Wrong
from tracker.forms.reading import grids
from tracker.forms.rows import Grid
from tracker.i18n import _

# Headings as this program writes them, and as offices name the same columns.
_HEADINGS = {
    "task": ("工作任务", "任务", "Work to be done"),
    "lead": ("牵头单位", "牵头责任单位", "责任单位", "Lead unit"),
    "support": ("配合单位", "Supporting unit"),
    "due": ("完成时限", "To be done by"),
    "key": ("编号", "Key"),
}
_NEEDED = ("lead", "support", "due", "key")
_BETWEEN = re.compile(r"[、,，;；\n]+|\s{2,}")
_JOINT = re.compile(r"[（(](?:共同|joint)[)）]", re.IGNORECASE)
_OPEN = ("长期坚持", "长期", "未定期限", "no end", "no target")
_BY = re.compile(r"(\d{4})(?:年|-|\.)?(?:(\d{1,2})月?)?(?:底前|底|前|末)?")
_END_OF = re.compile(r"end of (?:(\d{1,2})/)?(\d{4})")


class Task(NamedTuple):
    """A line of the table: its place, its commitment, the units named in order, and by when.

    No target stands for one that the table leaves open.
    """

    where: str
    key: str
    leading: tuple[str, ...]
    supporting: tuple[str, ...]
    target: Target | None


def read(file: Path) -> list[Task]:
    """The lines of all sheets that have the table. BadFile with every finding."""
    tasks: list[Task] = []
    problems: list[Problem] = []
    tables = [(grid, head) for grid in grids(file) if (head := _head(grid))]
    if not tables:
        message = _("is no breakdown table: take one from tracker export -f xlsx --as breakdown")
        raise BadFile([Problem(str(file), message)])
    for grid, (row, columns) in tables:
        for line in _lines(grid, row, columns):
            if isinstance(line, Task):
                tasks.append(line)
            else:
                problems.append(line)
    if problems:
        raise BadFile(problems)
    return tasks


def _head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of the headings, and the places of the columns."""
    names = {plain(name): column for column, known in _HEADINGS.items() for name in known}
    for number, row in enumerate(grid.rows):
        said = {
            names[plain(cell.value)]: place
            for place, cell in enumerate(row)
            if isinstance(cell.value, str) and plain(cell.value) in names
        }
        if all(column in said for column in _NEEDED):
            return number, said
    return None


def _lines(grid: Grid, head: int, columns: dict[str, int]) -> Iterator[Task | Problem]:
    """The lines below the headings; bands over several lines have no key."""
    for row in grid.rows[head + 1 :]:
        found = {column: row[place] for column, place in columns.items() if place < len(row)}
        if "key" not in found or found["key"].empty:
            # A band is merged across: what it says is in none of the columns that are filled in.
            if any(not found[column].empty for column in ("support", "due") if column in found):
                yield Problem(
                    f"{grid.where} {row[0].at}",
                    _("has no key: the hidden column behind the table says which task it is"),
                )
            continue
        yield from _task(grid.where, found)


def _task(where: str, found: dict[str, Cell]) -> Iterator[Task | Problem]:
    said = {}
    for column, cell in found.items():
        try:
            said[column] = _due(cell) if column == "due" else (cells.text(cell) or "")
        except Wrong as wrong:
            yield Problem(f"{where} {cell.at}", str(wrong))
    if len(said) == len(found):
        yield Task(
            f"{where} {found['key'].at}",
            str(said["key"]),
            _units(str(said["lead"])),
            _units(str(said["support"])),
            said["due"] if isinstance(said["due"], Target) else None,
        )


def _units(said: str) -> tuple[str, ...]:
    """The units that a cell names, in their order, each once."""
    names = (name.strip() for name in _BETWEEN.split(_JOINT.sub("", said)))
    return tuple(dict.fromkeys(name for name in names if name))


def _due(cell: Cell) -> Target | None:
    """By when: 2025年底前, 2025年6月底前, 2025-06, end of 2025, a date; none where it is left open."""
    if isinstance(cell.value, date):
        return Target(cell.value.year, cell.value.month)
    said = unicodedata.normalize("NFKC", cells.text(cell) or "").strip().lower()
    if not said or said in _OPEN:
        return None
    found, ended = _BY.fullmatch(said.replace(" ", "")), _END_OF.fullmatch(said)
    year, month = (found[1], found[2]) if found else (ended[2], ended[1]) if ended else ("", None)
    target = Target.read(f"{year}-{int(month):02}" if month else year)
    if target is None:
        raise Wrong(
            _("{said} is no time limit; write one: 2025年底前, 2025年6月底前 or 2025-06").format(
                said=said
            )
        )
    return target
