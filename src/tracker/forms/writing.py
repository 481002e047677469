"""A form written as a workbook: known cells locked, the others checked by the workbook itself."""

from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from wcwidth import wcswidth
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tracker.domain.words import Role, Status, Word
from tracker.forms import FILLED, LONGEST, Column, Form, Given, Row, is_text
from tracker.i18n import _, either, spoken

# In digits; Chinese characters take two.
_WIDTHS = {
    Column.NUMBER: 6,
    Column.DOCUMENT: 24,
    Column.MEASURE: 24,
    Column.COMMITMENT: 32,
    Column.SCOPE: 22,
    Column.ROLE: 8,
    Column.TARGET: 9,
    Column.LAST_STATUS: 10,
    Column.LAST_NOTE: 32,
    Column.STATUS: 11,
    Column.PERCENT: 10,
    Column.NOTE: 36,
    Column.PROBLEM: 26,
    Column.NEXT_STEP: 26,
    Column.EVIDENCE: 26,
    Column.EFFECTIVE_ON: 13,
}
_HIDDEN = len(_WIDTHS)
_HIGHEST = 409
_COLUMNS = {column: place for place, column in enumerate(Column)}
_FRAME = {"border": 1, "border_color": "#BFC7D1", "valign": "top"}
_HEAD = {**_FRAME, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True}
_KNOWN = {**_FRAME, "bg_color": "#F2F4F7", "font_color": "#3A4350", "text_wrap": True}
_OPEN = {**_FRAME, "locked": False, "text_wrap": True, "num_format": "@"}


def workbook(form: Form) -> bytes:
    """The file: the sheet to fill in, and one that says how. The same form is the same bytes."""
    out = BytesIO()
    chinese = spoken() == "zh"
    font, size = ("Microsoft YaHei", 10) if chinese else ("Calibri", 11)
    book = Workbook(out, {"default_format_properties": {"font_name": font, "font_size": size}})
    at = datetime(form.last.year, form.last.month, form.last.day)  # noqa: DTZ001 - the library takes it as UTC
    book.set_properties({"title": _title(form), "created": at})
    _Sheet(book, form, 16 if chinese else 15).write()
    _instructions(book, form)
    book.close()
    return out.getvalue()


def _title(form: Form) -> str:
    return _("{owner}: form for {period}").format(owner=form.owner_name, period=form.head.period)


class _Looks(NamedTuple):
    """The formats of the cells."""

    known: Format
    middle: Format
    open: Format
    choice: Format
    percent: Format
    day: Format


class _Sheet:
    """The sheet to fill in."""

    def __init__(self, book: Workbook, form: Form, line: int) -> None:
        self._form, self._line = form, line
        self._sheet: Worksheet = book.add_worksheet(_("Form"))
        self._heads = {
            True: book.add_format({**_HEAD, "bg_color": "#FCE4C4"}),
            False: book.add_format({**_HEAD, "bg_color": "#DCE6F1"}),
        }
        centre = {"align": "center"}
        self._looks = _Looks(
            book.add_format(_KNOWN),
            book.add_format({**_KNOWN, **centre}),
            book.add_format(_OPEN),
            book.add_format({**_OPEN, **centre, "num_format": "General"}),
            book.add_format({**_OPEN, **centre, "num_format": "0%"}),
            book.add_format({**_OPEN, **centre, "num_format": "yyyy-mm-dd"}),
        )

    def write(self) -> None:
        """Headings, rows, checks, protection and the page."""
        for column, place in _COLUMNS.items():
            self._sheet.set_column(place, place, _WIDTHS[column])
            _put(self._sheet, 0, place, either(column.zh, column.en), self._heads[column in FILLED])
        self._sheet.set_row(0, 2 * self._line)
        self._sheet.write_string(0, _HIDDEN, str(self._form.head))
        self._sheet.set_column(_HIDDEN, _HIDDEN, None, None, {"hidden": True})
        for number, row in enumerate(self._form.rows, 1):
            self._row(number, row)
        self._checks(max(len(self._form.rows), 1))
        self._page(len(self._form.rows))

    def _row(self, number: int, row: Row) -> None:
        known: dict[Column, Any] = {
            Column.DOCUMENT: row.document,
            Column.MEASURE: row.measure,
            Column.COMMITMENT: row.commitment,
            Column.SCOPE: row.scope,
            Column.ROLE: row.role,
            Column.TARGET: row.target,
            Column.LAST_STATUS: row.last_status,
            Column.LAST_NOTE: row.last_note,
        }
        self._sheet.write_number(number, 0, number, self._looks.middle)
        texts: dict[Column, str] = {column: _said(value) for column, value in known.items()}
        for column, text in texts.items():
            short = column in (Column.ROLE, Column.TARGET, Column.LAST_STATUS)
            look = self._looks.middle if short else self._looks.known
            _put(self._sheet, number, _COLUMNS[column], text, look)
        texts |= self._given(number, row.given)
        self._sheet.write_string(number, _HIDDEN, str(self._form.mark(row)))
        lines = max(_lines(text, _WIDTHS[column]) for column, text in texts.items())
        self._sheet.set_row(number, min(max(lines, 2) * self._line, _HIGHEST))

    def _given(self, number: int, given: Given | None) -> dict[Column, str]:
        """The cells to fill in, with what this period has already; gives the texts in them."""
        looks = self._looks
        texts: dict[Column, str] = {}
        for column in FILLED:
            value = getattr(given, column.value, None)
            place = _COLUMNS[column]
            if column is Column.PERCENT:
                share = None if value is None else value / 100
                self._sheet.write(number, place, share, looks.percent)
            elif column is Column.EFFECTIVE_ON:
                self._sheet.write(number, place, value, looks.day)
            else:
                texts[column] = _said(value)
                look = looks.choice if column is Column.STATUS else looks.open
                _put(self._sheet, number, place, texts[column], look)
        return texts

    def _checks(self, last: int) -> None:
        words = [either(status.zh, status.en) for status in Status]
        first_day, last_day = self._form.first, self._form.last
        self._check(
            last,
            Column.STATUS,
            {"validate": "list", "source": words},
            _("Choose one of: {words}").format(words=", ".join(words)),
        )
        self._check(
            last,
            Column.PERCENT,
            {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
            _("A whole per cent from 0% to 100%, with its sign: 60%"),
        )
        self._check(
            last,
            Column.EFFECTIVE_ON,
            {"validate": "date", "criteria": "between", "minimum": first_day, "maximum": last_day},
            _("A date from {first} to {last}, as 2024-06-30").format(
                first=first_day, last=last_day
            ),
        )

    def _check(self, last: int, column: Column, rule: dict[str, Any], message: str) -> None:
        title = either(column.zh, column.en)
        place = _COLUMNS[column]
        told = {"error_title": title, "error_message": message, "input_message": message}
        self._sheet.data_validation(1, place, last, place, {**rule, **told, "input_title": title})

    def _page(self, last: int) -> None:
        sheet, title = self._sheet, _title(self._form).replace("&", "＆")
        # Against slips only: without a password, so that nobody is locked out.
        allowed = ("format_columns", "format_rows", "sort", "autofilter")
        sheet.protect("", dict.fromkeys(allowed, True))
        sheet.autofilter(0, 0, last, _HIDDEN)
        sheet.freeze_panes(1, _COLUMNS[Column.SCOPE])
        sheet.set_selection(1, _COLUMNS[Column.STATUS], 1, _COLUMNS[Column.STATUS])
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, _HIDDEN - 1)
        sheet.set_header(f'&C&14&"-,Bold"{title}', {"scale_with_doc": False})
        sheet.set_footer("&R&P / &N", {"scale_with_doc": False})
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _instructions(book: Workbook, form: Form) -> None:
    """The sheet that says how to fill in the other one."""
    sheet = book.add_worksheet(_("Instructions"))
    bold = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    plain = book.add_format({"valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    _put(sheet, 0, 0, _title(form), book.add_format({"bold": True, "font_size": 14}))
    for number, (what, how) in enumerate(_how(form), 2):
        _put(sheet, number, 0, what, bold)
        _put(sheet, number, 1, how, plain)
        sheet.set_row(number, 16 * _lines(how, 90) + 4)
    sheet.protect("")
    sheet.fit_to_pages(1, 0)
    sheet.set_paper(9)


def _how(form: Form) -> list[tuple[str, str]]:
    titles = {column: either(column.zh, column.en) for column in Column}
    statuses = {
        Status.NOT_STARTED: _("nothing has begun"),
        Status.IN_PROGRESS: _("under way"),
        Status.STALLED: _("begun, but held up: say in {column} by what").format(
            column=titles[Column.PROBLEM]
        ),
        Status.DONE: _("achieved: it takes evidence"),
        Status.DROPPED: _("given up: say why in {column}").format(column=titles[Column.NOTE]),
    }
    words = "\n".join(f"{either(word.zh, word.en)}: {means}" for word, means in statuses.items())
    return [
        (
            _("What to fill in"),
            _(
                "The columns with orange headings. A row left as it is reports nothing. The grey cells are known"
                " and locked against slips, without a password: take the protection off to sort or delete rows."
            ),
        ),
        (titles[Column.STATUS], words),
        (
            titles[Column.PERCENT],
            _("How much of it is done: a whole per cent, with its sign (60%). It may stay empty."),
        ),
        (titles[Column.NOTE], _("What has been achieved in the period, with figures.")),
        (titles[Column.PROBLEM], _("What stands in the way, and whose decision is needed.")),
        (titles[Column.NEXT_STEP], _("What comes next, and by when.")),
        (
            titles[Column.EVIDENCE],
            _(
                "A web address, the name of a file that is sent along with this one, or a document and the place"
                " in it; one piece a line."
            ),
        ),
        (
            titles[Column.EFFECTIVE_ON],
            _(
                "From which day it is so, from {first} to {last}; empty stands for the last day of the period,"
                " or for today while the period runs."
            ).format(first=form.first, last=form.last),
        ),
        (
            _("What not to do"),
            _(
                "Values only, no formulas. Leave the headings and the hidden column at the end as they are: they"
                " say which assignment a row is. Save as .xlsx, without macros or a password, or as CSV."
            ),
        ),
    ]


def _said(value: str | Word | None) -> str:
    if isinstance(value, (Status, Role)):
        return either(value.zh, value.en)
    return value or ""


def _put(sheet: Worksheet, row: int, place: int, text: str, look: Format) -> None:
    """Text and never anything else, cut where a cell cannot hold it."""
    text = text if is_text(text) else "".join(filter(is_text, text))[: LONGEST // 2]
    if text.startswith("<r>") and text.endswith("</r>"):
        # In one piece the library would take it for markup of its own.
        sheet.write_rich_string(row, place, look, text[:1], look, text[1:], look)
    elif text:
        sheet.write_string(row, place, text, look)
    else:
        sheet.write_blank(row, place, None, look)


def _lines(text: str, width: int) -> int:
    """How many lines the text takes in a column of so many digits."""
    return sum(1 + max(wcswidth(line) - 1, 0) // max(width - 1, 1) for line in text.split("\n"))
