"""A workbook in the making: sheets, columns of cells, and the colours that follow their values."""

from datetime import date, datetime
from functools import lru_cache
from types import NoneType
from typing import IO, Any, NamedTuple

from wcwidth import wcswidth
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.domain.words import Word
from tracker.i18n import _, spoken
from tracker.report.model import Bar, Progress, Share, Tenths, harmless, shown_cell

# What Excel holds: UTF-16 units in a cell and in a sheet's name, points in a row's height.
_TEXT, _NAME, _HIGHEST = 32_767, 31, 409
# Beyond 15 digits it rounds whole numbers; before March 1900 it miscounts days.
_INEXACT = 10**15
_FIRST_DAY = date(1900, 3, 1)
# Each denominator takes a number format, of which a workbook has few.
_DENOMINATORS = 100
# What fits beside a page number.
_CAPTION = 110
# Texts of a column that are remembered.
_KNOWN = 1000

# Widths in digits: the most that text takes where it should not wrap, a heading, a bar; and what
# a column has beside its text.
_WIDEST, _HEADING, _BAR = 60, 14, 16
MARGIN = 3

_FRAME = {"border": 1, "border_color": "#BFC7D1", "valign": "top"}
LEFT = {**_FRAME, "align": "left", "indent": 1}
RIGHT = {**LEFT, "align": "right"}
_CENTRE: dict[str, object] = {**_FRAME, "align": "center"}
_FREE: dict[str, object] = {"align": "left", "valign": "top"}
LABEL = {"bold": True, "font_color": "#1F3864", "valign": "top", "text_wrap": True}
HEADER = {**LABEL, **_FRAME, "bg_color": "#DCE6F1", "align": "center", "valign": "vcenter"}

# XML has no place for these two, though they are no control characters.
_NO_XML = str.maketrans({"\ufffe": r"\xfffe", "\uffff": r"\xffff"})
_NO_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


class _Tone(NamedTuple):
    """A colour, as writing on a ground and as the filling of a chart."""

    text: str
    ground: str
    full: str


_GREEN = _Tone("#1E6B3A", "#D9F0E0", "#4CA66B")
_BLUE = _Tone("#1F4E9E", "#DCE9F9", "#5B8FD6")
_ORANGE = _Tone("#9C5700", "#FFEBCC", "#F0A23B")
_RED = _Tone("#9C1C1C", "#FBDADA", "#D65A5A")
_GREY = _Tone("#5F6670", "#ECEEF0", "#B4BBC4")
_DARK = _Tone("#FFFFFF", "#7A828D", "#6B727C")
LEGEND = {
    "done": _GREEN,
    "in_progress": _BLUE,
    "stalled": _RED,
    "not_started": _GREY,
    "dropped": _DARK,
    "ahead": _BLUE,
    "on_schedule": _GREEN,
    "behind": _ORANGE,
    "overdue": _RED,
    "unquantified": _GREY,
    "verified": _GREEN,
    "reported": _BLUE,
    "returned": _RED,
    "unreported": _GREY,
    "met": _GREEN,
    "on_course": _BLUE,
    "off_course": _RED,
    "no_data": _GREY,
}


class Book:
    """The file: its sheets, under names that Excel takes, and its formats.

    It says that it was made on the day it is told, for the same report is the same file.
    """

    def __init__(self, out: IO[bytes], title: str, made: date) -> None:
        chinese = spoken() == "zh"
        font, size = ("Microsoft YaHei", 10) if chinese else ("Calibri", 11)
        options = {
            "constant_memory": True,
            "default_format_properties": {"font_name": font, "font_size": size},
        }
        self.file = Workbook(out, options)
        at = datetime(made.year, made.month, made.day)  # noqa: DTZ001 - the library takes it as UTC
        self.file.set_properties({"title": clean(title), "created": at})
        self.line = 16 if chinese else 15
        self._title = title
        self._looks: dict[tuple[tuple[str, object], ...], Format] = {}
        self._taken = {"history"}

    def look(self, **properties: object) -> Format:
        """The format with these properties, made once."""
        key = tuple(properties.items())
        if key not in self._looks:
            self._looks[key] = self.file.add_format(properties)
        return self._looks[key]

    def sheet(self, title: str, *, upright: bool = False) -> Worksheet:
        """A new sheet, set up for printing: its title above, the report's and the page below."""
        sheet = self.file.add_worksheet(self._name(title))
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6 if upright else 0.9, bottom=0.8)
        if not upright:
            sheet.set_landscape()
            sheet.set_header(f'&C&14&"-,Bold"{_caption(title)}', {"scale_with_doc": False})
        sheet.set_footer(f"&L{_caption(self._title)}&R&P / &N", {"scale_with_doc": False})
        # Years that are text are meant so: no warning triangles.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return sheet

    def _name(self, title: str) -> str:
        """What a sheet is called: short, without what references need, like no other."""
        plain = " ".join(clean(title).translate(_NO_NAME).split()).strip("' ") or _("Table")
        name, count = _cut(plain, _NAME).strip("' "), 1
        while name.lower() in self._taken:
            count += 1
            mark = f" ({count})"
            name = _cut(plain, _NAME - len(mark)).strip("' ") + mark
        self._taken.add(name.lower())
        return name


class Heights:
    """How high the rows of a sheet are: as their longest text needs.

    Excel sees to that by itself, LibreOffice and previews do not.
    """

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self._sheet, self._line = sheet, book.line
        self._row, self._lines = -1, 1

    def need(self, row: int, text: str, room: int) -> None:
        """The row that is being written holds this text, in a column of `room` digits."""
        self.take(row, lines_of(text, room))

    def take(self, row: int, lines: int) -> None:
        """The row that is being written holds so many lines."""
        if row != self._row:
            self._row, self._lines = row, 1
        if lines > self._lines:
            self._lines = lines
            self._sheet.set_row(row, min(lines * self._line, _HIGHEST))


class Cells:
    """A column: writes its cells, and remembers their kinds and the widest.

    `room` is how wide text may be before it wraps, where it may wrap as it likes; `free` cells have
    no frame and all begin on the left.
    """

    def __init__(
        self,
        book: Book,
        sheet: Worksheet,
        place: int,
        heights: Heights,
        *,
        room: int | None = None,
        free: bool = False,
    ) -> None:
        self._book, self._sheet, self._place, self._heights = book, sheet, place, heights
        self._flexible, self._room = bool(room), room or _WIDEST
        left, right = (_FREE, _FREE) if free else (LEFT, RIGHT)
        self._centre = _FREE if free else _CENTRE
        self._plain, self._wrapped = book.look(**left), book.look(**left, text_wrap=True)
        self._figure, self._share = book.look(**right), book.look(**right, num_format="0.0%")
        self._middle = book.look(**self._centre)
        self._day = book.look(**self._centre, num_format="yyyy-mm-dd")
        self._widest = 0
        # Most texts of a column come often: what each needs is found out once.
        self._known = lru_cache(_KNOWN, typed=True)(self._fitted)
        # By the order met: a set of types has another order in each process.
        self._kinds: dict[type, None] = {}
        self._writers: dict[type, Any] = {
            str: self._text,
            **dict.fromkeys(Word.__subclasses__(), self._text),
            NoneType: self._nothing,
            bool: self._truth,
            int: self._number,
            float: self._number,
            date: self._date,
            Share: self._fraction,
            Tenths: self._tenths,
            Bar: self._fraction,
            Progress: self._progress,
        }

    def head(self, heading: str) -> None:
        """The first cell: the heading."""
        self._widest = min(_wide(heading), _HEADING) + 2
        self._heights.need(0, heading, _HEADING + 2)
        put(self._sheet, 0, self._place, heading, self._book.look(**HEADER))

    def write(self, row: int, value: object) -> None:
        """One cell, as what it is."""
        kind = type(value)
        self._kinds[kind] = None
        self._writers.get(kind, self._said)(row, value)

    def finish(self, last: int) -> None:
        """The width that all cells need, and the colours, once the last row is written."""
        self._sheet.set_column(self._place, self._place, min(self._widest, self._room) + MARGIN)
        for kind in self._kinds if last else ():
            for rule in _rules(self._book, kind):
                self._sheet.conditional_format(1, self._place, last, self._place, rule)

    def _text(self, row: int, value: str) -> None:
        text, look, lines = self._known(value)
        if lines > 1:
            self._heights.take(row, lines)
        put(self._sheet, row, self._place, text, look)

    def _fitted(self, value: str) -> tuple[str, Format, int]:
        """A text as the column has it, its format and how many lines it needs."""
        if isinstance(value, Word):
            text = shown_cell(value)
            self._grow(text)
            return text, self._middle, 1
        text = clean(value, lines=self._flexible)
        if self._grow(text) > self._room or "\n" in text:
            return text, self._wrapped, lines_of(text, self._room)
        return text, self._wrapped if self._flexible else self._plain, 1

    def _said(self, row: int, value: object) -> None:
        self._text(row, shown_cell(value))

    def _nothing(self, row: int, _value: None) -> None:
        self._sheet.write_blank(row, self._place, None, self._plain)

    def _truth(self, row: int, value: bool) -> None:
        self._grow(str(value))
        self._sheet.write_boolean(row, self._place, value, self._middle)

    def _number(self, row: int, value: float) -> None:
        if abs(value) < _INEXACT:
            self._grow(str(value))
            self._sheet.write_number(row, self._place, value, self._figure)
        else:
            self._text(row, str(value))

    def _date(self, row: int, value: date) -> None:
        if value >= _FIRST_DAY:
            self._grow("yyyy-mm-dd")
            self._sheet.write_datetime(row, self._place, value, self._day)
        else:
            self._text(row, value.isoformat())

    def _fraction(self, row: int, value: Share | Bar) -> None:
        self._widest = max(self._widest, _BAR if isinstance(value, Bar) else len("100.0%"))
        if not value.whole and isinstance(value, Share):
            self._sheet.write_string(row, self._place, shown_cell(value), self._middle)
            return
        part = value.part / value.whole if value.whole else 0
        self._sheet.write_number(row, self._place, part, self._share)

    def _tenths(self, row: int, value: Tenths) -> None:
        self._grow(shown_cell(value))
        self._sheet.write_number(row, self._place, value.tenths / 1000, self._share)

    def _progress(self, row: int, value: Progress) -> None:
        text = shown_cell(value)
        self._grow(text)
        if not value.reported or not value.assignments:
            self._sheet.write_string(row, self._place, text, self._middle)
            return
        # A number that reads 1/3: it sorts and takes a colour, and no date comes of it.
        form = f"0/{value.assignments}" if value.assignments < _DENOMINATORS else "0.0%"
        look = self._book.look(**self._centre, num_format=form)
        self._sheet.write_number(row, self._place, value.done / value.assignments, look)

    def _grow(self, text: str) -> int:
        """How wide the text is at least, measured only where it matters: that takes long."""
        wide = len(text)
        if wide <= self._room and (2 * wide > self._widest or 2 * wide > self._room):
            wide = _wide(text)
        self._widest = max(self._widest, wide)
        return wide


def _rules(book: Book, kind: type) -> list[dict[str, Any]]:
    """What colours cells of a kind: by their values, so that a changed cell changes colour."""
    if issubclass(kind, Word):
        tones = [(shown_cell(word), LEGEND[word.value]) for word in kind if word.value in LEGEND]
        return [
            {
                "type": "cell",
                "criteria": "==",
                "value": f'"{text}"',
                "format": book.look(font_color=tone.text, bg_color=tone.ground),
            }
            for text, tone in tones
        ]
    if kind is Progress:
        return _heat(book)
    if kind is Bar:
        ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
        look = {"bar_solid": True, "bar_only": True, "bar_color": _GREEN.full}
        return [{"type": "data_bar", **look, **ends}]
    if kind is Share:
        # As everywhere 0.0% and 100.0% only where it is exactly so.
        between = {"type": "cell", "criteria": "between"}
        little, much = book.look(num_format='"0.1%"'), book.look(num_format='"99.9%"')
        return [
            {**between, "minimum": "0.000000001", "maximum": "0.000499999", "format": little},
            {**between, "minimum": "0.9995", "maximum": "0.999999999", "format": much},
        ]
    return []


def _heat(book: Book) -> list[dict[str, Any]]:
    """From nothing to all; where nothing is reported, neither."""
    grey = book.look(font_color=_GREY.text, bg_color=_GREY.ground)
    scale: dict[str, Any] = {"type": "3_color_scale"}
    for at, value, colour in (
        ("min", 0, "#F8D0C8"),
        ("mid", 0.5, "#FFF2CC"),
        ("max", 1, "#A9D8B8"),
    ):
        scale |= {f"{at}_type": "num", f"{at}_value": value, f"{at}_color": colour}
    silent = {"type": "text", "criteria": "begins with", "value": "-/", "format": grey}
    return [silent, scale]


def put(sheet: Worksheet, row: int, place: int, text: str, look: Format) -> None:
    """Text and never anything else, cut with a mark where a cell cannot hold it."""
    if 2 * len(text) > _TEXT and len(text.encode("utf-16-le")) > 2 * _TEXT:
        mark = _(" … [cut: {n} characters]").format(n=len(text))
        text = _cut(text, _TEXT - len(mark)) + mark
    if text.startswith("<r>") and text.endswith("</r>"):
        # In one piece the library would take it for markup of its own.
        sheet.write_rich_string(row, place, look, text[:1], look, text[1:], look)
    elif text:
        sheet.write_string(row, place, text, look)
    else:
        sheet.write_blank(row, place, None, look)


def lines_of(text: str, room: int) -> int:
    """How many lines a text takes in a column of `room` digits."""
    return sum(1 + max(_wide(line) - 1, 0) // (room + 1) for line in text.split("\n"))


def clean(text: str, *, lines: bool = False) -> str:
    """Text that a workbook holds: what acts, and what XML has no place for, is shown instead."""
    return text if text.isprintable() else harmless(text, lines=lines).translate(_NO_XML)


def _caption(text: str) -> str:
    """Text for the margin of a page, where an ampersand would begin a command."""
    return _cut(clean(text).replace("&", "＆"), _CAPTION)


def _cut(text: str, most: int) -> str:
    """The beginning of the text, in units as Excel counts."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def _wide(text: str) -> int:
    """How many digits wide the longest line is; Chinese counts double."""
    return max(len(line) if line.isascii() else wcswidth(line) for line in text.split("\n"))
