"""A breakdown table as an office sends it back: which of its units leads, joins or supports, by when."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tracker.domain import times
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
# What stands between two names; in brackets it is part of a name: 省直单位（省财政厅、省商务厅）.
_NAME = re.compile(r"(?:[（(][^（()）]*[）)]|[^、,，;；])+")
_WIDE = re.compile(r"\s{2,}")
# How offices say that there is nobody.
_NOBODY = ("无", "none", "n/a", "/", "-", "--", "—", "——")
_JOINT = re.compile(r"[（(](?:共同|joint)[)）]", re.IGNORECASE)
_OPEN = ("长期坚持", "长期", "未定期限", "no end", "no target")
_BY = re.compile(r"(\d{4})(?:年|-|\.)?(?:(\d{1,2})月?)?(?:底前|底|前|末)?")
_END_OF = re.compile(r"end of (?:(\d{1,2})/)?(\d{4})")
# A time limit, and in brackets whose it is where the line has several.
_LIMIT = re.compile(r"([^(]*)(?:\((.*)\))?")


class Due(NamedTuple):
    """A time limit, none where the work has no end, and whose it is: without names everybody's."""

    target: Target | None
    names: tuple[str, ...] = ()


class Task(NamedTuple):
    """A line of the table: the places of its units and of its time limits, its commitment by key and
    as the line shows it, the units in order, and by when; no limits where the table leaves it open.
    """

    where: str
    due_at: str
    key: str
    shown: str
    leading: tuple[str, ...]
    joint: tuple[str, ...]
    supporting: tuple[str, ...]
    due: tuple[Due, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All that the line names, in order."""
        return (*self.leading, *self.joint, *self.supporting)


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
    """The row of the headings, and the places of the columns. BadFile where a column is there twice."""
    known = {plain(name): column for column, names in _HEADINGS.items() for name in names}
    for number, row in enumerate(grid.rows):
        said = [
            (known[plain(cell.value)], place)
            for place, cell in enumerate(row)
            if isinstance(cell.value, str) and plain(cell.value) in known
        ]
        times_said = Counter(column for column, _place in said)
        if all(times_said[column] for column in _NEEDED):
            message = _("the column {column} stands here twice: keep one")
            twice = [
                Problem(f"{grid.where} {row[place].at}", message.format(column=row[place].value))
                for column, place in said
                if times_said[column] > 1
            ]
            if twice:
                raise BadFile(twice)
            return number, dict(said)
    return None


def _lines(grid: Grid, head: int, columns: dict[str, int]) -> Iterator[Task | Problem]:
    """The lines below the headings; bands over several lines have no key."""
    for row in grid.rows[head + 1 :]:
        found = {column: row[place] for column, place in columns.items() if place < len(row)}
        if "key" not in found or found["key"].empty:
            # A band is merged across: what it says is in none of the columns that are filled in.
            filled = (found[name] for name in ("lead", "support", "due") if name in found)
            if any(not cell.empty for cell in filled):
                yield Problem(
                    f"{grid.where} {row[0].at}",
                    _("has no key: the hidden column behind the table says which task it is"),
                )
            continue
        yield from _task(grid.where, found)


def _task(where: str, found: dict[str, Cell]) -> Iterator[Task | Problem]:
    said, problems = {}, []
    due: tuple[Due, ...] = ()
    for column, cell in found.items():
        try:
            if column == "due":
                due = _due(cell)
            else:
                said[column] = cells.text(cell) or ""
        except Wrong as wrong:
            problems.append(Problem(f"{where} {cell.at}", str(wrong)))
    if problems:
        yield from problems
        return
    leading, joint = _leading(said["lead"])
    yield Task(
        f"{where} {found['lead'].at}",
        f"{where} {found['due'].at}",
        said["key"],
        said.get("task", "").partition("\n")[0],
        leading,
        joint,
        _units(said["support"]),
        due,
    )


def _leading(said: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The units that lead, and those before a mark that they join."""
    lines = [_JOINT.split(line) for line in said.split("\n")]
    joint = "\n".join(part for line in lines for part in line[:-1])
    return _units("\n".join(line[-1] for line in lines)), _units(joint)


def _units(said: str) -> tuple[str, ...]:
    """The units that a cell names, in their order, each once."""
    lines = _WIDE.sub("、", said.replace("\n", "  ")).strip()
    names = (name.strip() for name in _NAME.findall(lines))
    return tuple(dict.fromkeys(n for n in names if n and _folded(n) not in _NOBODY))


def _folded(said: str) -> str:
    return unicodedata.normalize("NFKC", said).strip().lower()


def _due(cell: Cell) -> tuple[Due, ...]:
    """By when: one time limit for all, or one a line, each with the names of those whose it is."""
    if isinstance(cell.value, date):
        return (Due(_month(cell.value)),)
    said = cells.text(cell) or ""
    if isinstance(cell.value, float) and not cell.value.is_integer():
        # 2025.10 typed as a number has become 2025.1.
        raise _no_limit(said)
    due = tuple(_limit(line) for line in said.split("\n") if line.strip())
    whose = Counter(plain(name) for each in due for name in each.names)
    if sum(not each.names for each in due) > 1 or any(n > 1 for n in whose.values()):
        raise Wrong(
            _("two time limits for one unit: write behind each whose it is: 2025年底前（省商务厅）")
        )
    return due


def _limit(line: str) -> Due:
    found = _LIMIT.fullmatch(unicodedata.normalize("NFKC", line).strip())
    if found is None:
        raise _no_limit(line)
    return Due(_target(found[1].strip().lower(), line), _units(found[2] or ""))


def _target(said: str, line: str) -> Target | None:
    """2025年底前, 2025年6月底前, 2025-06, end of 2025, the last day of a month; none for what has no end."""
    if said in _OPEN:
        return None
    day = times.day(said.removesuffix("前"))
    if day is not None:
        return _month(day)
    found, ended = _BY.fullmatch(said.replace(" ", "")), _END_OF.fullmatch(said)
    year, month = (found[1], found[2]) if found else (ended[2], ended[1]) if ended else ("", None)
    target = Target.read(f"{year}-{int(month):02}" if month else year)
    if target is None:
        raise _no_limit(line)
    return target


def _no_limit(said: str) -> Wrong:
    return Wrong(
        _("{said} is no time limit; write one: 2025年底前, 2025年6月底前 or 2025-06").format(
            said=said
        )
    )


def _month(day: date) -> Target:
    """The month that ends with a day, or that a spreadsheet has made its first day of."""
    target = Target(day.year, day.month)
    last = target.due
    if day.day not in (1, last.day):
        raise Wrong(
            _("{said} is within a month: a time limit is the end of one; write {month}").format(
                said=day.isoformat()[:10], month=target
            )
        )
    return target
