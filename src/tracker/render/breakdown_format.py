"""The breakdown table as offices lay it out in Excel: a sheet for each document, ready to print."""

from collections.abc import Iterator
from itertools import groupby

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.i18n import _
from tracker.render import Screen, contents, unfinished
from tracker.render.workbook import HEADER, LEFT, Book, Heights, clean, put
from tracker.report.breakdown import Breakdown, Line, Sheet

# In digits: number, task, lead, support, due.
_WIDTHS = (7, 50, 45, 38, 24)
_LAST = len(_WIDTHS) - 1
_TITLE = {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter", "text_wrap": True}
_SECTION = {**LEFT, "bold": True, "bg_color": "#EEF2F7", "valign": "vcenter", "text_wrap": True}
_MEASURE = {**_SECTION, "bg_color": "#FFFFFF", "indent": 2}
_TASK = {**LEFT, "valign": "vcenter", "text_wrap": True}
_MIDDLE = {**_TASK, "align": "center", "indent": 0}


def render(what: Breakdown, screen: Screen) -> Iterator[bytes]:  # noqa: ARG001 - a workbook is the same everywhere
    """The workbook; the hidden column behind the table holds the key of each line."""
    with unfinished() as out:
        book = Book(out, what.title, what.known_on)
        for sheet in what.sheets:
            _sheet(book, sheet)
        book.file.close()
        yield from contents(out)


def _sheet(book: Book, told: Sheet) -> None:
    sheet = book.sheet(told.name, upright=True)
    sheet.set_landscape()
    sheet.set_default_row(1.5 * book.line)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.set_column(_LAST + 1, _LAST + 1, None, None, {"hidden": True})
    heights = Heights(book, sheet)
    _head(book, sheet, told.title)
    row = 2
    for section, groups in groupby(told.groups, key=lambda group: group.section):
        row = _band(sheet, heights, row, section, book.look(**_SECTION))
        for group in groups:
            row = _band(sheet, heights, row, group.measure, book.look(**_MEASURE))
            for line in group.lines:
                _line(book, sheet, heights, row, line)
                row += 1
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.print_area(0, 0, row - 1, _LAST)


def _head(book: Book, sheet: Worksheet, title: str) -> None:
    sheet.set_row(0, 3 * book.line)
    _across(sheet, 0, clean(title), book.look(**_TITLE))
    sheet.set_row(1, 2 * book.line)
    names = (
        _("No."),
        _("Work to be done"),
        _("Lead unit"),
        _("Supporting unit"),
        _("To be done by"),
        _("Key"),
    )
    for place, name in enumerate(names):
        put(sheet, 1, place, name, book.look(**HEADER))


def _band(sheet: Worksheet, heights: Heights, row: int, text: str, look: Format) -> int:
    """A line that says what the lines below it belong to; the next row."""
    text = clean(text)
    heights.need(row, text, sum(_WIDTHS))
    _across(sheet, row, text, look)
    return row + 1


def _across(sheet: Worksheet, row: int, text: str, look: Format) -> None:
    # Merged while empty: what the library writes by itself it might take for a formula.
    sheet.merge_range(row, 0, row, _LAST, "", look)
    put(sheet, row, 0, text, look)


def _line(book: Book, sheet: Worksheet, heights: Heights, row: int, line: Line) -> None:
    left, middle = book.look(**_TASK), book.look(**_MIDDLE)
    sheet.write_number(row, 0, line.number, middle)
    cells = ((line.task, left), (line.lead, left), (line.support, left), (line.due, middle))
    for place, (text, look) in enumerate(cells, 1):
        text = clean(text, lines=True)  # noqa: PLW2901 - the same text, fit for a cell
        heights.need(row, text, _WIDTHS[place] - 3)
        put(sheet, row, place, text, look)
    put(sheet, row, _LAST + 1, line.key, left)
