"""The cells of an HTML table: what they show, how they look, and the value that they are sorted by."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from html import escape
from types import NoneType
from typing import Any, NamedTuple

from tracker.domain.words import Word
from tracker.report.model import Bar, Progress, Share, Table, Tenths, columns, harmless, shown_cell

_FIGURES = frozenset({int, float, Share, Tenths, NoneType})
_DATES = frozenset({date, datetime, NoneType})
_TEXT = frozenset({str, NoneType})
_SHORT = 16
_DAY = 24 * 60 * 60
# The levels of a heat map, from nothing done to all done.
_THIRDS = 3
_ALL = 4


class Head(NamedTuple):
    """A column as it is shown: its title, and the class of its cells."""

    title: str
    look: str


def heads(table: Table) -> tuple[list[Head], int]:
    """The columns, and how many rows are below them."""
    kinds: list[set[type]] = [set() for _column in table.columns]
    wordy = [column.flexible for column in table.columns]
    length = 0
    for block in columns(table):
        length += len(block[0])
        for i, cells in enumerate(block):
            kinds[i].update(map(type, cells))
            wordy[i] = wordy[i] or (kinds[i] <= _TEXT and any(len(c) > _SHORT for c in cells if c))
    looks = map(_look, kinds, wordy)
    return [
        Head(text(c.title or ""), look) for c, look in zip(table.columns, looks, strict=True)
    ], length


def rows(table: Table, heads: list[Head]) -> Iterator[str]:
    """The rows one after the other; the first cell of each is its heading."""
    looks = [head.look for head in heads]
    for row in table.rows:
        first, *rest = map(_cell, row, looks)
        inner = "".join(f"<td{cell}</td>" for cell in rest)
        # The line ends inside the tag: with blanks between the rows browsers sort them slowly.
        yield f'<tr\n><th scope="row"{first}</th>{inner}</tr>'


def text(said: str) -> str:
    """Text that a page can hold: harmless, and without the two characters that are none."""
    return harmless(said).replace("\ufffe", "\\xfffe").replace("\uffff", "\\xffff")


def tone(word: Word) -> str:
    """The class that gives a word its colour."""
    return f"is-{word.value.replace('/', '')}"


def _look(kinds: set[type], wordy: bool) -> str:
    """`heat` or `figure`; `short` what stays in one line; `flexible` text; else nothing."""
    if Progress in kinds:
        return "heat"
    if kinds <= _FIGURES:
        return "figure"
    if kinds <= _DATES:
        return "short"
    if not kinds <= _TEXT:
        return ""
    return "flexible" if wordy else "short"


def _cell(value: Any, look: str) -> str:  # noqa: ANN401 - a cell holds any value
    """A cell from behind the name of its tag to its end."""
    if isinstance(value, Progress):
        look = f"{look} {_level(value)}"
    key = _key(value)
    looks = f' class="{look}"' if look else ""
    sort = "" if key is None else f' data-sort="{key}"'
    return f"{looks}{sort}>{_content(value)}"


def _level(progress: Progress) -> str:
    if not progress.reported:
        return "unreported"
    if progress.done >= progress.assignments:
        return f"level-{_ALL}"
    thirds = _THIRDS * progress.done // progress.assignments
    return f"level-{thirds + 1 if progress.done else 0}"


def _key(value: Any) -> float | None:  # noqa: ANN401, PLR0911 - a cell holds any value; one kind after the other
    """The number that a cell is sorted by; text has none and is sorted as text."""
    if isinstance(value, Word):
        return list(type(value)).index(value)
    if isinstance(value, (Share, Bar)):
        return _ratio(value.part, value.whole)
    if isinstance(value, Tenths):
        return value.tenths
    if isinstance(value, Progress):
        return _ratio(value.done, value.assignments) if value.reported else -1
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        return at.toordinal() + (at - datetime.combine(at, time(), UTC)).total_seconds() / _DAY
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, (int, float)) else None


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0


def _content(value: Any) -> str:  # noqa: ANN401 - a cell holds any value
    if isinstance(value, Word):
        return f'<span class="word {escape(tone(value))}">{escape(shown_cell(value))}</span>'
    if isinstance(value, Bar):
        return _bar(value)
    if type(value) in {list, tuple}:
        return " ".join(map(_content, value))
    return escape(text(shown_cell(value)))


def _bar(bar: Bar) -> str:
    share = shown_cell(Share(bar.part, bar.whole))
    filled = f"{100 * _ratio(bar.part, bar.whole):.1f}"
    return (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{share}"><rect class="rest" width="100" height="10"/>'
        f'<rect class="done" width="{filled}" height="10"/></svg>'
    )
