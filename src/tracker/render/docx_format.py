"""Word: a report in the layout of Chinese official documents (GB/T 9704-2012), made to be sent."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from types import NoneType
from typing import Any, NamedTuple

from tracker.i18n import _, spoken
from tracker.render import Screen
from tracker.render.docx_paper import ACROSS, UPRIGHT, Paper, Sheet
from tracker.report.model import (
    Bar,
    Column,
    Fact,
    Progress,
    Report,
    Share,
    Table,
    Tenths,
    columns,
    harmless,
    shown_cell,
    titled,
)

# How the figures of a report were had: for whoever checks them, at the end.
_IMPRINT = frozenset({"known_on", "digest"})
_NO_XML = re.compile("[\ufffe\uffff]")
_NUMBERS = (int, float, Share, Tenths, Progress, NoneType)
_DIGITS = " 一二三四五六七八九"
_LAST = 99
_ROMAN = {
    1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC",
    50: "L", 40: "XL", 10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I",
}  # fmt: skip

# Widths are counted in halves of a Chinese character, and come out in twentieths of a point.
_HALF = 105
_SMALL_HALF = 90
_TRIED = ((UPRIGHT, _HALF), (UPRIGHT, _SMALL_HALF), (ACROSS, _HALF), (ACROSS, _SMALL_HALF))
_PADDING = 150
_WORDY = 24
# How narrow text may be before the page is turned, and before columns go: Latin words want more room.
_LEGIBLE = {"zh": (20,), "en": (34, 20)}
_NARROWEST = 10
_SHORT_HEAD = 8


def render(what: Report | Table, screen: Screen) -> Iterator[bytes]:  # noqa: ARG001 - paper is the same everywhere
    """A report under its title, or a table alone."""
    paper = Paper(spoken())
    if isinstance(what, Table):
        _alone(paper, what, "", "Title")
        yield from paper.saved(_safe(what.title), None)
        return
    shown = [table for table in what.tables if table.shown]
    annexes = [table for table in shown if table.annex]
    _opening(paper, what)
    _body(paper, [table for table in shown if not table.annex])
    _closing(paper, what, annexes)
    for n, table in enumerate(annexes, 1):
        _alone(paper, table, _annex(n, annexes), "Annex Title")
    as_of = next((fact.value for fact in what.facts if fact.name == "as_of"), None)
    yield from paper.saved(_safe(what.title), as_of if isinstance(as_of, date) else None)


def _opening(paper: Paper, report: Report) -> None:
    paper.add(_safe(report.title), "Title")
    for fact in report.facts:
        # Said in the title already, a date is not said again.
        if _is_day(fact) and shown_cell(fact.value) not in report.title:
            paper.add(_day(fact), "Subtitle")
    for fact in report.facts:
        if fact.title and fact.name not in _IMPRINT and not _is_day(fact):
            paper.add(_said(fact), "Fact")
    for paragraph in report.text:
        paper.add(_safe(paragraph), "Body Text")


def _body(paper: Paper, tables: list[Table]) -> None:
    """Parts under numbered headings, and in each its tables under theirs."""
    parts: list[tuple[str, list[Table]]] = []
    for table in tables:
        if table.part and parts and table.part == parts[-1][0]:
            parts[-1][1].append(table)
        else:
            parts.append((table.part or table.title, [table]))
    for n, (heading, members) in enumerate(parts, 1):
        for m, table in enumerate(members, 1):
            grid = _Grid.of(table)
            if grid:
                paper.turn(grid.sheet)
            if m == 1:
                paper.add(_numbered(n, len(parts), heading, 1), "Heading 1")
            if table.part:
                paper.add(_numbered(m, len(members), table.title, 2), "Heading 2")
            _grid_or_none(paper, grid)


def _closing(paper: Paper, report: Report, annexes: list[Table]) -> None:
    """Notes, the list of annexes, and how the figures were had."""
    for label, note in _listed(_("Note"), report.notes):
        paper.add(f"{label}{note}", "Note")
    for label, title in _listed(_("Annex"), [table.title for table in annexes]):
        paper.add(f"{label.strip()}\t{title}", "Annex List")
    for fact in report.facts:
        if fact.title and fact.name in _IMPRINT:
            paper.add(_said(fact), "Imprint")


def _alone(paper: Paper, table: Table, label: str, style: str) -> None:
    """A table on pages of its own, under its title."""
    grid = _Grid.of(table)
    paper.turn(grid.sheet if grid else UPRIGHT, fresh=True)
    if label:
        paper.add(label, "Annex")
    if table.title:
        paper.add(_safe(table.title), style)
    _grid_or_none(paper, grid)


def _grid_or_none(paper: Paper, grid: "_Grid | None") -> None:
    if grid:
        paper.table(grid.xml(paper.run))
        if grid.left_out:
            columns = ("、" if spoken() == "zh" else ", ").join(grid.left_out)
            paper.add(
                _("Columns left out for want of room: {columns}").format(columns=columns), "Fact"
            )
    else:
        paper.add(_("None."), "Body Text")


def _listed(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Texts under a label, which stands before the first; numbered where there are several."""
    for n, text in enumerate(texts, 1):
        number = f"{n}. " if len(texts) > 1 else ""
        yield label + _colon() if n == 1 else "", number + _safe(text)


def _is_day(fact: Fact) -> bool:
    return bool(fact.title) and fact.name == "as_of" and isinstance(fact.value, date)


def _day(fact: Fact) -> str:
    day = fact.value
    if spoken() == "zh":
        return _safe(f"（{fact.title}{day.year}年{day.month}月{day.day}日）")
    return _safe(f"({fact.title} {shown_cell(day)})")


def _said(fact: Fact) -> str:
    return _safe(f"{fact.title}{_colon()}{shown_cell(fact.value)}")


def _colon() -> str:
    return "：" if spoken() == "zh" else ": "


def _annex(n: int, annexes: list[Table]) -> str:
    """附件, and its number where there are several."""
    return _("Annex {n}").format(n=n) if len(annexes) > 1 else _("Annex")


def _numbered(n: int, of: int, heading: str, level: int) -> str:
    """一、 and （一）, or I. and 1.; one alone has no number."""
    heading = _safe(heading)
    if of == 1:
        return heading
    if spoken() == "zh":
        return f"{_chinese(n)}、{heading}" if level == 1 else f"（{_chinese(n)}）{heading}"
    return f"{_roman(n) if level == 1 else n}. {heading}"


def _chinese(n: int) -> str:
    if n > _LAST:
        return str(n)
    tens, ones = divmod(n, 10)
    return (_DIGITS[tens] * (tens > 1) + "十" * (tens > 0) + _DIGITS[ones]).strip()


def _roman(n: int) -> str:
    text = ""
    for value, letters in _ROMAN.items():
        text += letters * (n // value)
        n %= value
    return text


def _safe(text: str) -> str:
    return _held(harmless(text))


def _held(text: str) -> str:
    """Harmless text that XML can hold."""
    return _NO_XML.sub(lambda found: f"\\x{ord(found[0]):04x}", text)


class _Shape(NamedTuple):
    """A column: its place in the rows, its head, and how wide its head and its cells are, in halves;
    whether all of it is figures, or bars.
    """

    place: int
    head: str
    title: int
    widest: int
    wordy: bool
    numeric: bool
    drawn: bool

    @property
    def natural(self) -> int:
        """For a text in one line."""
        return max(self.title, self.widest)

    def least(self, legible: int) -> int:
        """Where text may be wrapped down to a width that is still `legible`."""
        return max(self.title, min(self.widest, legible) if self.wordy else self.widest)

    @classmethod
    def empty(cls, place: int, column: Column) -> "_Shape":
        """Of a column of no rows."""
        head = _safe(str(column.title))
        return cls(place, head, _head_halves(head), 0, column.flexible, numeric=True, drawn=True)

    def over(self, cells: Sequence[Any]) -> "_Shape":
        """With these cells below its own."""
        # A column of many rows has few texts that differ, or few kinds.
        widest = max(self.widest, *map(_halves, {shown_cell(value) for value in cells}))
        return self._replace(
            widest=widest,
            wordy=self.wordy or widest > _WORDY,
            numeric=self.numeric and all(isinstance(value, _NUMBERS) for value in cells),
            # A column that only draws what another one says: on paper the figure is enough.
            drawn=self.drawn and all(isinstance(value, Bar) for value in cells),
        )


class _Grid(NamedTuple):
    """A table as it stands on paper: on which page, how wide its columns are, how small its type."""

    table: Table
    shapes: list[_Shape]
    widths: list[int]
    sheet: Sheet
    half: int
    left_out: list[str]

    @classmethod
    def of(cls, table: Table) -> "_Grid | None":
        """On an upright page where that is legible, if need be in smaller type; else across; what does
        not even fit there goes without its optional columns, the last first.
        """
        table = titled(table)
        shapes, left_out = _shapes(table), list[str]()
        if not shapes:
            return None
        optional = [shape for shape in shapes if table.columns[shape.place].optional]
        while (fit := _fit(shapes)) is None and optional:
            shapes.remove(last := optional.pop())
            left_out.insert(0, last.head)
        sheet, half, legible = fit or (*_TRIED[-1], _NARROWEST)
        least = [shape.least(legible) * half + _PADDING for shape in shapes]
        natural = [shape.natural * half + _PADDING for shape in shapes]
        return cls(table, shapes, _widths(least, natural, sheet.room), sheet, half, left_out)

    def xml(self, run: str) -> Iterator[str]:
        """The table, row by row."""
        size = "Table" if self.half == _HALF else "Small"
        yield (
            '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>'
            f'<w:tblW w:w="{sum(self.widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            '<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
            + "".join(f'<w:gridCol w:w="{width}"/>' for width in self.widths)
            + "</w:tblGrid>"
        )
        heads = [self._cell(width, f"{size}Head", "", run) for width in self.widths]
        yield _row(heads, [shape.head for shape in self.shapes], "<w:tblHeader/>")
        cells = [
            self._cell(width, f"{size}Text", self._side(shape, width), run)
            for shape, width in zip(self.shapes, self.widths, strict=True)
        ]
        places = [shape.place for shape in self.shapes]
        for row in self.table.rows:
            yield _row(cells, [_held(shown_cell(row[place])) for place in places])
        yield "</w:tbl>"

    def _cell(self, width: int, style: str, side: str, run: str) -> str:
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr><w:r>{run}'
            '<w:t xml:space="preserve">'
        )

    def _side(self, shape: _Shape, width: int) -> str:
        """Text at the left, short words in the middle; numbers end below each other, there too."""
        if shape.numeric:
            spare = max(width - shape.widest * self.half - _PADDING, 0) // 2
            return f'<w:ind w:right="{spare}"/><w:jc w:val="right"/>'
        return "" if shape.wordy else '<w:jc w:val="center"/>'


def _fit(shapes: list[_Shape]) -> tuple[Sheet, int, int] | None:
    """The page, the type and the width of text with which these columns stand beside each other."""
    for legible in _LEGIBLE[spoken()]:
        for sheet, half in _TRIED:
            if sum(shape.least(legible) * half + _PADDING for shape in shapes) <= sheet.room:
                return sheet, half, legible
    return None


def _shapes(table: Table) -> list[_Shape]:
    """The columns that paper has; none where there is no row."""
    shapes = [_Shape.empty(place, column) for place, column in enumerate(table.columns)]
    for block in columns(table):
        shapes = [shape.over(cells) for shape, cells in zip(shapes, block, strict=True)]
    return [shape for shape in shapes if not shape.drawn]


def _row(cells: list[str], texts: list[str], more: str = "") -> str:
    inner = "".join(
        f"{cell}{escape(text, quote=False)}</w:t></w:r></w:p></w:tc>"
        for cell, text in zip(cells, texts, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{more}</w:trPr>{inner}</w:tr>"


def _halves(text: str) -> int:
    """How wide a text is, at most: Chinese counts double, and Latin letters differ by their face."""
    if text.isascii():
        return (len(text) * 5 + sum(map(str.isupper, text))) // 4 + 1
    return len(text.encode("gbk", "replace"))


def _head_halves(head: str) -> int:
    """How wide a column is for its head, which may take two lines but breaks no word."""
    width = _halves(head) + 1
    if width <= _SHORT_HEAD:
        return width
    return max(-(-width // 2), *(_halves(word) + 1 for word in re.findall(r"[!-~]+|.", head)))


def _widths(least: list[int], natural: list[int], room: int) -> list[int]:
    """Widths that fill the room: as wide as their text, or else the widest give way first."""
    if sum(least) > room or sum(natural) <= room:
        wanted = least if sum(least) > room else natural
        widths = [width * room // sum(wanted) for width in wanted]
    else:
        low, high = 0, room
        while high - low > 1:
            cap = (low + high) // 2
            low, high = (cap, high) if sum(_capped(least, natural, cap)) <= room else (low, cap)
        widths = _capped(least, natural, low)
    # What rounding leaves over.
    widths[widths.index(max(widths))] += room - sum(widths)
    return widths


def _capped(least: list[int], natural: list[int], cap: int) -> list[int]:
    return [max(a, min(b, cap)) for a, b in zip(least, natural, strict=True)]
