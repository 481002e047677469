"""From a grid of cells to the rows of a form: where the columns are, what each row says or lacks."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tracker.domain.period import Period
from tracker.domain.words import Status, plain
from tracker.errors import BadFile, Problem
from tracker.forms import (
    FILLED,
    OPENING,
    Column,
    Given,
    Head,
    Line,
    Mark,
    Returned,
    cells,
    labelled,
)
from tracker.forms.cells import Cell, Wrong
from tracker.i18n import _, either

# The heading stands in the first row, or below what somebody put above it.
_SEARCHED = 50

# Not the names in data: an office may add a column with the heading Note.
_HEADINGS = {plain(heading): column for column in Column for heading in (column.zh, column.en)}

_READERS: dict[Column, Callable[[Cell], Any]] = {
    Column.STATUS: cells.status,
    Column.PERCENT: cells.percent,
    Column.NOTE: cells.text,
    Column.PROBLEM: cells.text,
    Column.NEXT_STEP: cells.text,
    Column.EVIDENCE: cells.pieces,
    Column.EFFECTIVE_ON: cells.day,
}


class Grid(NamedTuple):
    """The cells of a sheet, row by row, and where it is: the file, and the sheet where there are several."""

    where: str
    rows: Sequence[Sequence[Cell]]


class _Layout(NamedTuple):
    head: Head
    hidden: int
    columns: dict[Column, int]
    first: int


def returned(file: str, grids: Sequence[Grid]) -> Returned:
    """The form that stands in one of the sheets of a file. BadFile where there is none, or two."""
    found = [(grid, place) for grid in grids if (place := _heading(grid))]
    if not found:
        raise _bad(
            file,
            _(
                "is no form: the hidden column with its marks is not there; take one from tracker form"
            ),
        )
    if len(found) > 1:
        names = ", ".join(grid.where for grid, _place in found)
        raise _bad(file, _("holds several forms ({sheets}): keep one").format(sheets=names))
    grid, (row, hidden) = found[0]
    layout = _layout(grid, row, hidden)
    return Returned(file, layout.head, tuple(_lines(grid, layout)))


def _bad(where: str, message: str) -> BadFile:
    return BadFile([Problem(where, message)])


def _heading(grid: Grid) -> tuple[int, int] | None:
    """The row of the headings and the column of the marks."""
    for number, row in enumerate(grid.rows[:_SEARCHED]):
        for place, cell in enumerate(row):
            if isinstance(cell.value, str) and cell.value.startswith(f"{OPENING} "):
                return number, place
    return None


def _layout(grid: Grid, row: int, hidden: int) -> _Layout:
    cell = grid.rows[row][hidden]
    head = Head.read(str(cell.value))
    if head is None or Period.read(head.period) is None:
        raise _bad(
            f"{grid.where} {cell.at}",
            _("{said} is no mark of a form that this program makes: take a new one").format(
                said=cell.value
            ),
        )
    columns: dict[Column, int] = {}
    problems = []
    for place, heading in enumerate(grid.rows[row]):
        column = _HEADINGS.get(plain(heading.value)) if isinstance(heading.value, str) else None
        if column is not None and column in columns:
            message = _("the column {column} stands here twice: keep one").format(
                column=_named(column)
            )
            problems.append(Problem(f"{grid.where} {heading.at}", message))
        if column is not None:
            columns.setdefault(column, place)
    missing = [_named(column) for column in FILLED if column not in columns]
    if missing:
        message = _("no column {columns}: give it back its heading, or take a new form")
        problems.append(Problem(grid.where, message.format(columns=", ".join(missing))))
    if problems:
        raise BadFile(problems)
    return _Layout(head, hidden, columns, row + 1)


def _named(column: Column) -> str:
    return either(column.zh, column.en)


def _lines(grid: Grid, layout: _Layout) -> Iterator[Line]:
    for row in grid.rows[layout.first :]:
        if any(not cell.empty or cell.kind is not cells.Kind.VALUE for cell in row):
            yield _line(
                f"{grid.where} {row[0].at.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}", row, layout
            )


def _line(where: str, row: Sequence[Cell], layout: _Layout) -> Line:
    hidden = row[layout.hidden]
    mark = Mark.read(str(hidden.value)) if hidden.kind is cells.Kind.VALUE else None
    filled = {column: row[layout.columns[column]] for column in FILLED}
    if mark is None:
        return _unmarked(where, hidden, filled)
    problems = list(_strange(mark, hidden, row, layout))
    line = line_of(where, mark, filled)
    if problems:
        return line._replace(given=None, problems=(*problems, *line.problems))
    return line


def _unmarked(where: str, hidden: Cell, filled: dict[Column, Cell]) -> Line:
    """A line for signatures or sums is let be; one that reports something is not lost silently."""
    if hidden.empty and not any(
        Status.read(str(cell.value))
        if column is Column.STATUS
        else column is Column.PERCENT and not cell.empty
        for column, cell in filled.items()
    ):
        return Line(where, None)
    message = _(
        "no row of the form: its hidden mark is missing or damaged; fill in the form's own row"
    )
    return Line(where, None, problems=(Problem(hidden.at, message),))


def _strange(mark: Mark, hidden: Cell, row: Sequence[Cell], layout: _Layout) -> Iterator[Problem]:
    """What a row has that is not of this form, or not of the commitment that it shows."""
    head = layout.head
    if mark.ledger != head.ledger:
        yield Problem(hidden.at, _("comes from the form of another ledger"))
    elif mark.owner != head.owner:
        message = _("is the assignment of {owner}; this is the form of {own}")
        yield Problem(hidden.at, message.format(owner=mark.owner, own=head.owner))
    elif mark.period != head.period:
        message = _("comes from the form of {period}; this is that of {own}")
        yield Problem(hidden.at, message.format(period=mark.period, own=head.period))
    place = layout.columns.get(Column.COMMITMENT)
    shown = row[place] if place is not None else None
    if shown is not None and labelled(str(shown.value or "")) != mark.label:
        message = _(
            "shows another commitment than its mark ({key}): rows were sorted or copied without their hidden column"
        )
        yield Problem(shown.at, message.format(key=mark.key))


def line_of(where: str, mark: Mark, filled: dict[Column, Cell]) -> Line:
    """A row with what its cells say, or with everything that is wrong with them."""
    places = tuple((column.value, _place(column, cell)) for column, cell in filled.items())
    line = Line(where, mark, places=places)
    problems: list[Problem] = []
    said = {}
    for column, cell in filled.items():
        try:
            value = _READERS[column](cell)
        except Wrong as wrong:
            problems.append(line.problem(column.value, str(wrong)))
        else:
            if value is not None:
                said[column.value] = value
    if said and not problems and Column.STATUS.value not in said:
        message = _("is missing, though the row is filled in")
        problems.append(line.problem(Column.STATUS.value, message))
    if problems:
        return line._replace(problems=tuple(problems))
    return line._replace(given=Given(**said)) if said else line


def _place(column: Column, cell: Cell) -> str:
    return f"{cell.at} {_named(column)}".strip()
