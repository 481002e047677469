"""What a report is: a value that every renderer takes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from tracker.domain.rollup import percentage
from tracker.domain.times import SHANGHAI, moment
from tracker.domain.words import Word
from tracker.i18n import either
from tracker.report.flow import Flow, Getter, InHand, Maker, each_once, grouped, maker

# Control characters, and the marks that turn the direction of what follows.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BLANKS = str.maketrans("\n\t", "  ")
_BAR = 8
# So many rows are in hand at a time.
_AT_A_TIME = 250
_NOTHING: tuple[Any, ...] = (None, "", [])


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


class Rows(Protocol):
    """The rows of a table: any number may go through them, one after the other."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]: ...

    def __len__(self) -> int: ...


class Table(NamedTuple):
    """Rows under columns. `name` is its place in JSON, with dots for depth.

    One without a title is data only, one without a name is for people only. `keyed` tables have two
    data columns and become a mapping in JSON. `part` is the heading of the part of the report that
    it stands in, the same for all tables of the part; an `annex` is a part of its own at the end.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
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
    """A column and how its cells come out of a row: an attribute's name, or a function; `read` makes
    the cell of what is there, the same of the same. Of the names of several it takes what is under
    each: once for all rows that have the same there.
    """

    name: str | None
    title: str | None
    get: Getter
    flexible: bool = False
    optional: bool = False
    read: Callable[..., Any] | None = None


def tabulated(
    name: str, title: str, rows: Iterable[Any], fields: Sequence[Field], *, keyed: bool = False
) -> Table:
    """The table that fields make of rows."""
    kept = list(rows)
    made = Flow(partial(grouped, kept, _AT_A_TIME), _makers(fields))
    return held(Table(name, title, _columns(fields), made, keyed))


def flowing(
    name: str,
    title: str,
    source: Callable[[], Iterable[Any]],
    fields: Sequence[Field],
    *,
    at_a_time: int = _AT_A_TIME,
) -> Table:
    """The table that fields make of the rows that `source` gives whenever it is asked: for as long as
    the ledger is open, and in the language spoken then. So many rows are in hand at a time.
    """
    return flowing_in_parts(name, title, lambda: grouped(source(), at_a_time), fields)


def flowing_in_parts(
    name: str, title: str, source: Callable[[], Iterable[InHand]], fields: Sequence[Field]
) -> Table:
    """The same of rows that come some at a time."""
    return Table(name, title, _columns(fields), Flow(source, _makers(fields)))


def held(table: Table) -> Table:
    """The table with its rows made, for when the ledger is shut."""
    # A list would first ask a flow for its length, which is to go through it.
    return table._replace(rows=list(iter(table.rows)))


def _makers(fields: Iterable[Field]) -> list[Maker]:
    return [maker(field.get, field.read) for field in fields]


def _columns(fields: Iterable[Field]) -> tuple[Column, ...]:
    return tuple(Column(f.name, f.title, f.flexible, f.optional) for f in fields)


def titled(table: Table) -> Table:
    """The table with the columns that people are shown."""
    yielding = [i for i, column in enumerate(table.columns) if column.flexible or column.optional]
    empty = _empty(table, yielding)
    return _with(table, [i for i, c in enumerate(table.columns) if c.title and i not in empty])


def for_people(table: Table) -> Table:
    """The table with all columns that have a title, whatever stands in them."""
    return _with(table, [i for i, column in enumerate(table.columns) if column.title])


def _empty(table: Table, places: list[int]) -> set[int]:
    """Those of these columns that have nothing in any row; none of them where there is no row."""
    empty, found = set(places), False
    for block in _only(table, places).columns():
        found = True
        for place, cells in zip(places, block, strict=True):
            if place in empty and not all(cell in _NOTHING for cell in cells):
                empty.remove(place)
        if not empty:
            break
    return empty if found else set()


def columns(table: Table) -> Iterator[list[Sequence[Any]]]:
    """The cells, some rows at a time, as columns."""
    return _only(table, range(len(table.columns))).columns()


def named(table: Table) -> Iterator[list[Sequence[Any]]]:
    """The data columns in the same way."""
    return _only(table, [i for i, c in enumerate(table.columns) if c.name]).columns()


def data(table: Table) -> Iterator[list[Sequence[Any]]]:
    """The data columns with the cells as JSON has them."""
    return (list(map(_data, block)) for block in named(table))


def _with(table: Table, places: list[int]) -> Table:
    return table._replace(
        columns=tuple(table.columns[i] for i in places), rows=_only(table, places)
    )


def _only(table: Table, places: Iterable[int]) -> Flow:
    """The rows with some of their cells."""
    if isinstance(table.rows, Flow):
        return table.rows.only(places)
    rows = partial(grouped, table.rows, _AT_A_TIME)
    return Flow(rows, [maker(itemgetter(place)) for place in places])


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


def _data(cells: Sequence[Any]) -> Sequence[Any]:
    """A column as JSON has its cells; most hold nothing else."""
    if all(kind in _PLAIN or issubclass(kind, (Word, Plain)) for kind in set(map(type, cells))):
        return cells
    return list(each_once(cells, data_value))


def data_value(value: Any) -> Any:  # noqa: ANN401 - a cell holds any value
    """A cell as JSON has it."""
    kind = type(value)
    if kind in _PLAIN or isinstance(value, Plain):
        return value
    if kind in _AS_DATA:
        return _AS_DATA[kind](value)
    if isinstance(value, Mapping):
        return {name: data_value(inner) for name, inner in value.items()}
    return str(value) if isinstance(value, str) else value


def _listed(values: Iterable[Any]) -> list[Any]:
    return [data_value(inner) for inner in values]


_PLAIN = frozenset({str, int, float, bool, type(None)})
_AS_DATA: dict[type, Callable[[Any], Any]] = {
    # Of nothing there is no share.
    Share: lambda share: share.part / share.whole if share.whole else None,
    Progress: Progress._asdict,
    Tenths: lambda share: share.tenths / 1000,
    Bar: _listed,
    list: _listed,
    tuple: _listed,
    # The same few stand in many rows.
    datetime: lru_cache(moment),
    date: date.isoformat,
}


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
