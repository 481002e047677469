"""From a grid of cells to the rows of a form: where the columns are, what each row says or lacks."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
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
from tracker.forms.cells import Cell, Kind, Wrong
from tracker.i18n import _, either

# Without the commitment nobody could see that rows were sorted without their marks.
_NEEDED = (Column.COMMITMENT, *FILLED)
_COMMITMENT = re.compile(r"\s*\S{1,20}-[0-9]{1,9}\.[0-9]{1,9}\s")


def _closed(text: str) -> str:
    """A heading as it is compared: a narrow column makes people break it."""
    return plain("".join(text.split()))


# Not the names in data: an office may add a column with the heading Note.
_HEADINGS = {_closed(heading): column for column in Column for heading in (column.zh, column.en)}

# Of what an office fills in, in its order, which is also that of the fields of Given.
_READERS: Sequence[Callable[[Cell], Any]] = (
    cells.status,
    cells.percent,
    cells.text,
    cells.text,
    cells.text,
    cells.pieces,
    cells.day,
)
_NOTHING = [None] * len(_READERS)


def _holds(cell: Cell) -> bool:
    return not cell.empty or cell.kind is not Kind.VALUE


# The cells of a row at some places, each where anything stands there.
Held = Sequence[Cell | None]


def _held(row: Sequence[Cell], places: Iterable[int]) -> Held:
    return [cell if _holds(cell := row[place]) else None for place in places]


class Grid(NamedTuple):
    """The cells of a sheet, row by row, and where it is: the file, and the sheet where there are several."""

    where: str
    rows: Sequence[Sequence[Cell]]
    held: Callable[[Any, Iterable[int]], Held] = _held

    def there(self, row: Sequence[Cell]) -> bool:
        """Whether anything stands in a row."""
        return any(self.held(row, range(len(row))))

    def place(self, number: int) -> str:
        """Where a row is: the file, the sheet and the number that it has there."""
        return f"{self.where} {number + 1}"


class _Layout(NamedTuple):
    """What the headings say: whose form it is, and in which columns its fields stand."""

    head: Head
    heading: int
    hidden: int
    columns: dict[Column, int]
    shown: int
    filled: Sequence[int]
    held: Callable[[Any, Iterable[int]], Held]

    def place(self, row: Sequence[Cell], field: str) -> str:
        """Where a field of a row stands."""
        column = Column(field)
        return f"{row[self.columns[column]].at} {named(column)}"


def returned(file: str, grids: Sequence[Grid]) -> Returned:
    """The form that stands in one of the sheets of a file, and what of it got into the others.
    BadFile where there is none, or two.
    """
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
    others = [other for other in grids if other is not grid]
    return Returned(file, layout.head, (*_lines(grid, layout), *_strays(others, grid.where)))


def _bad(where: str, message: str) -> BadFile:
    return BadFile([Problem(where, message)])


def _heading(grid: Grid) -> tuple[int, int] | None:
    """The row of the headings and the column of the marks, wherever they were sorted or moved to."""
    for number, row in enumerate(grid.rows):
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
        column = _HEADINGS.get(_closed(str(heading.value)))
        if column is not None and column in columns:
            message = _("the column {column} stands here twice: keep one").format(
                column=named(column)
            )
            problems.append(Problem(f"{grid.where} {heading.at}", message))
        if column is not None:
            columns.setdefault(column, place)
    missing = [named(column) for column in _NEEDED if column not in columns]
    if missing:
        message = _("no column {columns}: give it back its heading, or take a new form")
        problems.append(Problem(grid.where, message.format(columns=", ".join(missing))))
    if problems:
        raise BadFile(problems)
    filled = [columns[column] for column in FILLED]
    return _Layout(head, row, hidden, columns, columns[Column.COMMITMENT], filled, grid.held)


def named(column: Column) -> str:
    """A column as its heading names it."""
    return either(column.zh, column.en)


def _lines(grid: Grid, layout: _Layout) -> Iterator[Line]:
    """The rows, also those that were sorted to above the headings; what else is there is a title."""
    for number, row in enumerate(grid.rows):
        hidden = row[layout.hidden]
        above = number < layout.heading and hidden.empty
        if number != layout.heading and not above and (_holds(hidden) or grid.there(row)):
            yield _line(grid.place(number), row, hidden, layout)


def _strays(grids: Sequence[Grid], form: str) -> Iterator[Line]:
    """Rows of the form in sheets without its headings: they cannot be read, and are not lost."""
    message = _("stands outside the form: put the row below the headings of {sheet}, or delete it")
    for grid in grids:
        for number, row in enumerate(grid.rows):
            said = [cell.value for cell in row if isinstance(cell.value, str)]
            mark = next(filter(None, map(Mark.read, said)), None)
            if mark or (any(map(_COMMITMENT.match, said)) and any(map(Status.read, said))):
                problem = Problem("", message.format(sheet=form))
                yield Line(grid.place(number), mark, problems=(problem,))


def _line(where: str, row: Sequence[Cell], hidden: Cell, layout: _Layout) -> Line:
    mark = Mark.read(str(hidden.value)) if hidden.kind is Kind.VALUE else None
    if mark is None and Head.read(str(hidden.value)) == layout.head:
        # The headings once more, as for a second page.
        return Line(where, None)
    if mark is None:
        return _unmarked(where, row, layout)
    problems = list(_strange(mark, hidden, row, layout))
    filled = layout.held(row, layout.filled)
    line = line_of(where, mark, filled, partial(layout.place, row))
    if problems:
        return line._replace(given=None, problems=(*problems, *line.problems))
    return line


def _unmarked(where: str, row: Sequence[Cell], layout: _Layout) -> Line:
    """A line for signatures or sums is let be; one that reports something is not lost silently."""
    hidden = row[layout.hidden]
    if not _holds(hidden) and not _reports(row, layout):
        return Line(where, None)
    message = (
        _("its hidden mark is not as the form had it: fill in this row of a new form")
        if _holds(hidden)
        else _("no row of the form: its hidden mark is missing; fill in the form's own row")
    )
    return Line(where, None, problems=(Problem(hidden.at, message),))


def _reports(row: Sequence[Cell], layout: _Layout) -> bool:
    """Whether somebody filled it in: a status, a percent, or anything beside a commitment. Sums
    are formulas, and headings may be repeated.
    """
    filled = {
        column: cell
        for column, cell in zip(FILLED, layout.held(row, layout.filled), strict=True)
        if cell and _HEADINGS.get(_closed(str(cell.value))) is not column
    }
    said = {column: str(cell.value) for column, cell in filled.items() if cell.kind is Kind.VALUE}
    shown = str(row[layout.shown].value or "")
    return (
        Column.PERCENT in said
        or Status.read(said.get(Column.STATUS, "")) is not None
        or bool(filled and _COMMITMENT.match(shown))
    )


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
    shown = row[layout.shown]
    if labelled(str(shown.value or "")) != mark.label:
        message = _(
            "shows another commitment than its mark ({key}): rows were sorted or copied without their hidden column"
        )
        yield Problem(shown.at, message.format(key=mark.key))


def line_of(where: str, mark: Mark, filled: Held, place: Callable[[str], str]) -> Line:
    """A row with what its cells say, or with everything that is wrong with them."""
    try:
        said = [cell and read(cell) for read, cell in zip(_READERS, filled, strict=True)]
    except Wrong:
        return Line(where, mark, None, tuple(_wrong(filled, place)), place)
    if said[0] is None and said != _NOTHING:
        message = _("is missing, though the row is filled in")
        return Line(where, mark, None, (Problem(place(Column.STATUS), message),), place)
    return Line(where, mark, Given._make(said) if said[0] else None, (), place)


def _wrong(filled: Held, place: Callable[[str], str]) -> Iterator[Problem]:
    for column, read, cell in zip(FILLED, _READERS, filled, strict=True):
        try:
            if cell:
                read(cell)
        except Wrong as wrong:
            yield Problem(place(column), str(wrong))
