"""Excel: a sheet that says what the report is, a sheet for each table, and one of the charts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, cycle, groupby, islice
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from tracker.i18n import _
from tracker.render import Screen, contents, unfinished
from tracker.render.workbook import (
    HEADER,
    LABEL,
    LEFT,
    LEGEND,
    MARGIN,
    RIGHT,
    Book,
    Cells,
    Heights,
    clean,
    put,
)
from tracker.report.model import Chart, Column, Report, Series, Table, titled

# The rows that a sheet of Excel holds below the header.
_ROWS = 2**20 - 1
# A workbook says when it was made: by the report's own date, never by the clock.
_UNDATED = date(2000, 1, 1)
# Widths of the sheet in front, in digits.
_LABELS, _PAGE = 18, 76
# How wide flexible columns are at most: many of them share the width of two.
_LEAST, _MOST = 30, 44
# A chart's width and a row's height in pixels, and the rows that a chart takes at least.
_WIDE, _HIGH, _LINES = 860, 20, 19

_TITLE = {"bold": True, "font_color": "#1F3864", "font_size": 18}
_GRID = {"visible": True, "line": {"color": "#E1E5EA"}}
_LINK = {"font_color": "#1F4E9E", "underline": 1, "align": "left", "indent": 1, "valign": "top"}
# For what a chart shows that is no word of a vocabulary.
_OTHERS = ("#8064A2", "#31859C", "#C27BA0", "#948A54")


class _Link(NamedTuple):
    """A line of the contents: the part it stands in, what it says, where it leads."""

    part: str
    title: str
    sheet: str
    row: int = 0


def render(what: Report | Table, screen: Screen) -> Iterator[bytes]:  # noqa: ARG001 - a workbook is the same everywhere
    """A report as a workbook, or a table alone as one sheet.

    Times stay text, as all formats show them: cells hold no zones.
    """
    with unfinished() as out:
        if isinstance(what, Table):
            book = Book(out, what.title or what.name, _UNDATED)
            _table(book, what)
        else:
            book = Book(out, what.title, _dated(what))
            _report(book, what)
        book.file.close()
        yield from contents(out)


def _dated(report: Report) -> date:
    days = (fact.value for fact in report.facts if fact.name == "as_of")
    return next((day for day in days if isinstance(day, date)), _UNDATED)


def _report(book: Book, report: Report) -> None:
    """The sheet in front is made first and written last: it links to what follows."""
    front = book.sheet(_("Overview"), upright=True)
    links = [
        _Link(_("Annexes") if table.annex else table.part, table.title, _table(book, table))
        for table in report.tables
        if table.shown
    ]
    if report.charts:
        links += _charts(book, book.sheet(_("Charts")), report.charts)
    _front(book, front, report, links)


def _front(book: Book, sheet: Worksheet, report: Report, links: list[_Link]) -> None:
    """Title, facts, opening text, what there is, and notes: labels on the left, all else beside."""
    label = book.look(**LABEL)
    values = Cells(book, sheet, 1, Heights(book, sheet), room=_PAGE, free=True)
    sheet.set_column(0, 0, _LABELS)
    sheet.set_column(1, 1, _PAGE + MARGIN)
    sheet.set_row(0, 2 * book.line)
    sheet.hide_gridlines(2)
    put(sheet, 0, 0, clean(report.title), book.look(**_TITLE))
    row = 2
    for fact in report.facts:
        if fact.title:
            put(sheet, row, 0, clean(fact.title), label)
            values.write(row, fact.value)
            row += 1
    row = _paragraphs(sheet, row + 1, (_("Summary"), label), values, report.text)
    if links:
        put(sheet, row, 0, _("Contents"), label)
        row = _contents(book, sheet, row, links) + 1
    _paragraphs(sheet, row, (_("Notes"), label), values, report.notes)


def _paragraphs(
    sheet: Worksheet, row: int, label: tuple[str, Format], column: Cells, texts: tuple[str, ...]
) -> int:
    """Texts under each other with a label at the first; the row after the gap that follows."""
    if not texts:
        return row
    put(sheet, row, 0, *label)
    for text in texts:
        column.write(row, text)
        row += 1
    return row + 1


def _contents(book: Book, sheet: Worksheet, row: int, links: list[_Link]) -> int:
    look = book.look(**_LINK)
    for part, inside in groupby(links, key=lambda link: link.part):
        if part:
            put(sheet, row, 1, clean(part), book.look(bold=True, text_wrap=True))
            row += 1
        for link in inside:
            place = f"{quote_sheetname(link.sheet)}!A{link.row + 1}"
            sheet.write_url(row, 1, f"internal:{place}", look, "-")
            put(sheet, row, 1, clean(link.title), look)
            row += 1
    return row


def _table(book: Book, table: Table) -> str:
    """The table on a sheet, or on as many as its rows need; the name of the first."""
    title = table.title or table.name or _("Table")
    shown = titled(table)
    names, left = list[str](), iter(shown.rows)
    first: list[tuple[Any, ...]] = []
    while first or not names:
        sheet = book.sheet(title)
        _rows(book, sheet, shown.columns, islice(chain(first, left), _ROWS))
        first = list(islice(left, 1))
        names.append(str(sheet.name))
    return names[0]


def _rows(
    book: Book, sheet: Worksheet, shown: Sequence[Column], rows: Iterable[tuple[Any, ...]]
) -> None:
    if not shown:
        return
    heights, flexible = Heights(book, sheet), sum(column.flexible for column in shown)
    room = max(_LEAST, min(_MOST, 2 * _MOST // max(flexible, 1)))
    columns = [
        Cells(book, sheet, place, heights, room=room if column.flexible else None)
        for place, column in enumerate(shown)
    ]
    for column, cells in zip(shown, columns, strict=True):
        cells.head(clean(str(column.title)))
    writers, last = [cells.write for cells in columns], 0
    for last, row in enumerate(rows, 1):
        for write, value in zip(writers, row, strict=True):
            write(last, value)
    for cells in columns:
        cells.finish(last)
    sheet.autofilter(0, 0, last, len(shown) - 1)
    # The first column says what a row is about: it stays, unless it takes all the room.
    sheet.freeze_panes(1, 0 if shown[0].flexible or len(shown) == 1 else 1)
    sheet.repeat_rows(0)


def _charts(book: Book, sheet: Worksheet, charts: tuple[Chart, ...]) -> list[_Link]:
    """Each chart above its figures, on a page of its own."""
    links, row = [], 0
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, max(len(chart.series) for chart in charts), 14)
    for chart in charts:
        links.append(_Link(_("Charts"), chart.title, str(sheet.name), row))
        top = row + max(_LINES, len(chart.labels) + 6)
        if chart.labels and chart.series:
            _draw(book, sheet, chart, row, top)
        row = _figures(book, sheet, chart, top) + 1
    sheet.set_h_pagebreaks([link.row for link in links[1:]])
    return links


def _figures(book: Book, sheet: Worksheet, chart: Chart, top: int) -> int:
    """What the chart is drawn from: a row for each label, a column for each series."""
    header, label = book.look(**HEADER), book.look(**LEFT)
    figure = book.look(**RIGHT, num_format="0.0%" if _rates(chart) else "General")
    sheet.set_row(top, 2 * book.line)
    for place, title in enumerate((chart.title, *(series.name for series in chart.series))):
        put(sheet, top, place, clean(title), header)
    columns = [_figured(chart, series) for series in chart.series]
    for i, text in enumerate(chart.labels):
        put(sheet, top + 1 + i, 0, clean(text), label)
        for place, values in enumerate(columns, 1):
            if values[i] is None:
                sheet.write_blank(top + 1 + i, place, None, figure)
            else:
                sheet.write_number(top + 1 + i, place, values[i], figure)
    return top + len(chart.labels) + 1


def _draw(book: Book, sheet: Worksheet, chart: Chart, row: int, top: int) -> None:
    """The chart from `row` down to its figures, which begin at `top`."""
    kind = {"type": "line"} if _rates(chart) else {"type": "bar", "subtype": "stacked"}
    drawn, name, last = book.file.add_chart(kind), str(sheet.name), top + len(chart.labels)
    colours = cycle(_OTHERS)
    for place, series in enumerate(chart.series, 1):
        tone = LEGEND.get(series.word.value) if series.word else None
        drawn.add_series(
            {
                "name": [name, top, place],
                "categories": [name, top + 1, 0, last, 0],
                "values": [name, top + 1, place, last, place],
                # Copies of the cells, for programs that show a chart without reading them.
                "name_data": [clean(series.name)],
                "categories_data": [clean(label) for label in chart.labels],
                "values_data": _figured(chart, series),
                **_stroke(chart, tone.full if tone else next(colours)),
            }
        )
    # By reference: text of its own might be taken for a formula.
    title = {"name": [name, top, 0], "data": [clean(chart.title)]}
    drawn.set_title({**title, "name_font": {"size": 14, "bold": True}})
    drawn.set_legend({"position": "bottom"})
    if _rates(chart):
        drawn.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": _GRID})
    else:
        # From the top down, as the figures stand, and the scale below.
        drawn.set_y_axis({"reverse": True, "crossing": "max"})
        low = min(0, *(value or 0 for each in chart.series for value in each.values))
        scale = {} if low < 0 else {"min": 0}
        drawn.set_x_axis({"num_format": "General", "major_gridlines": _GRID, **scale})
    drawn.set_size({"width": _WIDE, "height": (top - row - 1) * _HIGH})
    sheet.insert_chart(row, 0, drawn, {"object_position": 2, "y_offset": _HIGH // 2})


def _stroke(chart: Chart, colour: str) -> dict[str, Any]:
    """How a series is drawn in its colour."""
    fill = {"color": colour}
    if not _rates(chart):
        return {"fill": fill, "gap": 45}
    return {
        "line": {"color": colour, "width": 2.25},
        "marker": {"type": "circle", "size": 6, "fill": fill, "border": fill},
    }


def _rates(chart: Chart) -> bool:
    return chart.kind == "lines"


def _figured(chart: Chart, series: Series) -> list[float | None]:
    """The values as the cells have them: per cent as a fraction."""
    if _rates(chart):
        return [None if value is None else value / 100 for value in series.values]
    return list(series.values)
