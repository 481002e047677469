"""What a report is: a value that every renderer takes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from tracker.domain.rollup import percentage
from tracker.domain.times import SHANGHAI, moment
from tracker.domain.words import Word
from tracker.i18n import either

# Control characters, and the marks that turn the direction of what follows.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BLANKS = str.maketrans("\n\t", "  ")
_BAR = 8
_PLAIN = frozenset({str, int, bool, type(None)})


class Share(NamedTuple):
    """An exact fraction: `part` of `whole`, both whole numbers."""

    part: int
    whole: int


class Tenths(NamedTuple):
    """A share as it is printed, in tenths of a per cent: so rounded that a column sums to 100.0."""

    tenths: int


class Bar(NamedTuple):
    """The same fraction, drawn."""

    part: int
    whole: int


class Progress(NamedTuple):
    """How far an owner is in a measure: `done` of `assignments`, and how many of them he has reported
    on at all.
    """

    done: int
    assignments: int
    reported: int


class Plain(list[Any]):
    """A list that holds only what JSON has, mappings with names and lists of these: written as it is."""


class Column(NamedTuple):
    """A column: its name in data (JSON, CSV), its title in tables; either may be missing.

    Cells hold values: text, numbers, dates, words of a vocabulary, shares, progress, lists, or
    mappings.
    Where a terminal is narrow, `flexible` text is wrapped and `optional` columns are left out; both
    are left out where nothing stands in them.
    """

    name: str | None
    title: str | None
    flexible: bool = False
    optional: bool = False


class Table(NamedTuple):
    """Rows under columns. `name` is its place in JSON, with dots for depth.

    One without a title is data only, one without a name is for people only. `keyed` tables have two
    data columns and become a mapping in JSON. `part` is the heading of the part of the report that
    it stands in, the same for all tables of the part; an `annex` is a part of its own at the end.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    keyed: bool = False
    part: str = ""
    annex: bool = False

    @property
    def shown(self) -> bool:
        """Whether it is for people as well."""
        return bool(self.title)


class Series(NamedTuple):
    """What a chart draws in one colour: a number, or nothing, for each of the chart's labels.

    `word` is the word of a vocabulary that it stands for, where there is one.
    """

    name: str
    word: Word | None
    values: tuple[float | None, ...]


class Chart(NamedTuple):
    """A drawing of figures that stand in the tables of its `part`, too.

    `kind` is `stacked` (bars of counts or figures, one for each label) or `lines` (per cent over time).
    """

    kind: str
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    part: str = ""


class Field(NamedTuple):
    """A column and how its cells come out of a row: an attribute's name, or a function."""

    name: str | None
    title: str | None
    get: str | Callable[[Any], Any]
    flexible: bool = False
    optional: bool = False


def tabulated(
    name: str, title: str, rows: Iterable[Any], fields: Sequence[Field], *, keyed: bool = False
) -> Table:
    """The table that fields make of rows."""
    getters = [attrgetter(f.get) if isinstance(f.get, str) else f.get for f in fields]
    columns = tuple(Column(f.name, f.title, f.flexible, f.optional) for f in fields)
    return Table(name, title, columns, [tuple(get(row) for get in getters) for row in rows], keyed)


def titled(table: Table) -> list[tuple[int, Column]]:
    """The columns that tables show, with their places in the rows."""
    return [
        (i, column)
        for i, column in enumerate(table.columns)
        if column.title
        and not (
            (column.flexible or column.optional)
            and all(row[i] in (None, "", []) for row in table.rows)
            and table.rows
        )
    ]


class Fact(NamedTuple):
    """A single value that stands above the tables: data by its name, shown by its title."""

    name: str | None
    title: str | None
    value: Any


class Report(NamedTuple):
    """A titled list of facts, tables and notes; `text` are the paragraphs that open it.

    `translation` is the same report in the other language, for formats that show both.
    """

    title: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    translation: "Report | None" = None


def without_annexes(report: Report) -> Report:
    """The report for where there is no room for what each owner has in full."""
    return report._replace(
        tables=tuple(table for table in report.tables if not table.annex),
        translation=report.translation and without_annexes(report.translation),
    )


def data_value(value: Any) -> Any:  # noqa: ANN401, PLR0911 - a cell holds any value; one kind after the other
    """A cell as JSON has it."""
    if type(value) in _PLAIN or isinstance(value, Plain):
        return value
    if isinstance(value, Share):
        # Of nothing there is no share.
        return value.part / value.whole if value.whole else None
    if isinstance(value, Progress):
        return value._asdict()
    if isinstance(value, Tenths):
        return value.tenths / 1000
    if isinstance(value, Mapping):
        return {name: data_value(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [data_value(inner) for inner in value]
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def shown_cell(value: Any, *, glyphs: bool = True) -> str:  # noqa: ANN401, PLR0911 - a cell holds any value; one kind after the other
    """A cell as people read it, in the language spoken; what is not there is empty."""
    if value is None:
        return ""
    if isinstance(value, Word):
        return either(value.zh, value.en)
    if isinstance(value, (Share, Bar)):
        if isinstance(value, Share):
            return f"{percentage(value.part, value.whole)}%" if value.whole else "-"
        return _drawn(value, *("█░" if glyphs else "#."))
    if isinstance(value, Tenths):
        return f"{value.tenths // 10}.{value.tenths % 10}%"
    if isinstance(value, Progress):
        # Nothing reported is not the same as nothing done.
        return f"{value.done if value.reported else '-'}/{value.assignments}"
    if isinstance(value, (list, tuple)):
        return " ".join(map(shown_cell, value))
    if isinstance(value, datetime):
        return either(f"{_office(value)}（北京时间）", f"{_office(value)} (Beijing)")
    return harmless(str(value))


def _office(at: datetime) -> str:
    """A time on the offices' clock, to the second."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _drawn(bar: Bar, full: str, empty: str) -> str:
    filled = _BAR * bar.part // bar.whole if bar.whole else 0
    return full * filled + empty * (_BAR - filled)


def harmless(text: str, *, lines: bool = False) -> str:
    """Text that no terminal acts on: escapes are shown, not obeyed; line breaks and tabs are kept
    or made blanks.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n") if lines else text.translate(_BLANKS)
    return _ACTING.sub(
        lambda found: found[0] if found[0] in "\n\t" else f"\\x{ord(found[0]):02x}", text
    )
