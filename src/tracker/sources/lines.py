"""The lines of a text as its file breaks them: which go on where the one before broke off, which are page furniture."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tracker.sources.heading import TITLE_END, may_title
from tracker.sources.labels import Label, Level, label

# Letters and punctuation that Chinese is set in; the ideographic space is none of them.
CJK = (
    "\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    "\u2014\u2018\u2019\u201c\u201d\u2026"
)

# What nobody sees: no part of any word.
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"


class Line(NamedTuple):
    """A line that is not empty: [start, end) without the white space around it.

    `furniture` names what it is beside the text (page_number, page_heading), `joined` says that it
    goes on where the line of text before it broke off, `mark` counts the characters of a page mark
    at its start.
    """

    start: int
    end: int
    indent: int
    width: int
    furniture: str = ""
    joined: bool = False
    mark: int = 0


_LINE = re.compile(
    rf"^((?:[^\S\n]|[{ZERO_WIDTH}])*)([^\s{ZERO_WIDTH}](?:[^\n]*[^\s{ZERO_WIDTH}])?)", re.MULTILINE
)
_ENDED = re.compile(r"[。！？；：…!?;:）)】」』》”\"’]$")
_FULL_STOP = re.compile(r"[。！？；：!?;:][）)】」』》”\"’]*$")
_GOES_ON = re.compile(r"[，、（《“‘〔—,(]$")
_PAGE_NUMBER = re.compile(
    r"[—–―\-－─·•~～]+[^\S\n]*\d{1,4}[^\S\n]*[—–―\-－─·•~～]+"
    r"|第[^\S\n]*\d{1,4}[^\S\n]*页(?:[^\S\n]*[，,/]?[^\S\n]*共[^\S\n]*\d{1,4}[^\S\n]*页)?"
    r"|\d{1,4}[^\S\n]*/[^\S\n]*\d{1,4}|[Pp]age[^\S\n]*\d{1,4}(?:[^\S\n]*of[^\S\n]*\d{1,4})?"
)
_BARE_NUMBER = re.compile(r"\d{1,4}")
_WORD = re.compile(r"[0-9A-Za-z.%％]{1,20}")
_PAGE_MARK = re.compile(r"(\d{1,3})、")

# Of a page heading, of a heading line, of the lines that tell how wide a page is set.
_HEADING_LIMIT = 40
_REPEATS = 3
_NARROWEST, _WIDEST = 24, 150
# Columns by which a paragraph is indented at least; a page begun with one blank is not.
_INDENTED = 2
# Fewer lines than these are on no page.
_PAGE_LINES = 10
# Columns by which a full line may stay behind the others: no line begins with a comma.
_SLACK = 6
_INDENT = 4


def found(base: str, breaks: Sequence[int] = ()) -> list[Line]:
    """The lines of `base`, in which every line end is a line feed; new pages begin behind the `breaks`."""
    every = [_line(match) for match in _LINE.finditer(base)]
    return _joined(base, _marked(base, _without_furniture(base, every, breaks)))


def _line(match: re.Match[str]) -> Line:
    """A line; the first cells of a table row may be empty."""
    start, indent = match.start(2), match[1]
    if "\t" in match[2] and "\t" in indent:
        start = match.start() + indent.index("\t")
    return Line(start, match.end(2), _columns(indent), _columns(match[2]))


def _columns(text: str) -> int:
    """Columns on paper: a Chinese character takes two, as it takes three bytes."""
    return len(text) + (len(text.encode("utf-8", "replace")) - len(text)) // 2


def _without_furniture(base: str, every: list[Line], breaks: Sequence[int]) -> list[Line]:
    numbered = _page_numbers(base, every, breaks)
    headings = _page_headings(base, every, numbered, breaks)
    for at in numbered | headings:
        every[at] = every[at]._replace(
            furniture="page_number" if at in numbered else "page_heading"
        )
    return every


def _page_numbers(base: str, every: list[Line], breaks: Sequence[int]) -> set[int]:
    """Which lines are page numbers: dressed as such, or bare ones that count up page by page."""
    dressed = {
        at
        for at, line in enumerate(every)
        if line.end - line.start <= _HEADING_LIMIT
        and _PAGE_NUMBER.fullmatch(base, line.start, line.end)
    }
    bare = [
        (at, int(base[line.start : line.end]))
        for at, line in enumerate(every)
        if _BARE_NUMBER.fullmatch(base, line.start, line.end)
    ]
    counting = {
        place
        for (at, number), (later, following) in pairwise(bare)
        if following == number + 1 and (later - at >= _PAGE_LINES or _edge(every, later, breaks))
        for place in (at, later)
    }
    return dressed | (counting if len(counting) >= _REPEATS else set())


def _edge(every: list[Line], at: int, breaks: Sequence[int]) -> bool:
    """Whether a page begins or ends beside line `at`."""
    before = every[at - 1].end if at else 0
    after = every[at + 1].start if at + 1 < len(every) else every[at].end
    place = bisect_left(breaks, before)
    return place < len(breaks) and breaks[place] < after


def _page_headings(
    base: str, every: list[Line], numbered: set[int], breaks: Sequence[int]
) -> set[int]:
    """Which lines stand again and again at the edge of a page, or in the middle of sentences."""
    texts = {
        at: re.sub(r"\d+", "#", base[line.start : line.end])
        for at, line in enumerate(every)
        if at not in numbered
        and line.end - line.start <= _HEADING_LIMIT
        and not _ENDED.search(base, line.start, line.end)
        and "\t" not in base[line.start : line.end]
    }
    often = {text for text, times in Counter(texts.values()).items() if times >= _REPEATS}
    places: dict[str, list[int]] = {}
    for at, text in texts.items():
        if text in often and not label(text):
            places.setdefault(text, []).append(at)
    return {
        at
        for held in places.values()
        if _interrupts(base, every, held, numbered, breaks)
        # The title of the document stands in its own place once; that of a gazette never does.
        for at in held[may_title(base[every[held[0]].start : every[held[0]].end]) :]
    }


def _interrupts(
    base: str, every: list[Line], held: list[int], numbered: set[int], breaks: Sequence[int]
) -> bool:
    """Whether most of these lines stand at the edge of a page or inside a sentence."""
    beside = sum(
        at in (0, len(every) - 1)
        or bool(numbered.intersection((at - 2, at - 1, at + 1, at + 2)))
        or _edge(every, at, breaks)
        or (
            not _ENDED.search(base, every[at - 1].start, every[at - 1].end)
            and every[at - 1].width > max(_HEADING_LIMIT, every[at].width + _SLACK)
        )
        for at in held
    )
    return beside * 3 >= len(held) * 2


def _marked(base: str, every: list[Line]) -> list[Line]:
    """Page marks 1、 2、 that a converter put where pages began, often in the middle of a word."""
    marks = [
        (at, match)
        for at, line in enumerate(every)
        if not line.furniture and (match := _PAGE_MARK.match(base, line.start, line.end))
    ]
    broken = sum(
        not _ENDED.search(base, every[at - 1].start, every[at - 1].end) for at, _ in marks if at
    )
    if len(marks) < _REPEATS or broken * 2 < len(marks):
        return every
    for at, match in marks:
        every[at] = every[at]._replace(mark=match.end() - match.start())
    return every


class _Page(NamedTuple):
    """How the lines are set: `full` is the width of one that was broken because it was full."""

    full: int | None
    indented: bool


def _page(base: str, every: list[Line]) -> _Page:
    open_lines = [
        line.indent + line.width
        for line in every
        if not line.furniture and not _FULL_STOP.search(base, line.start, line.end)
    ]
    usual = sorted(open_lines)[len(open_lines) * 9 // 10] if open_lines else 0
    near = sum(usual - _SLACK - 2 <= width <= usual + _SLACK for width in open_lines)
    texts = [line for line in every if not line.furniture]
    # A paragraph to a line leaves only headings open, and they are as wide as they are.
    wrapped = (
        _NARROWEST <= usual <= _WIDEST
        and near * 2 >= len(open_lines) >= _REPEATS
        and len(open_lines) * 3 >= len(texts)
    )
    indented = sum(line.indent >= _INDENTED for line in texts) * 8 >= len(texts)
    return _Page(usual if wrapped else None, indented)


def _joined(base: str, every: list[Line]) -> list[Line]:
    page = _page(base, every)
    numbers: dict[Level, int] = {}
    result: list[Line] = []
    before: Line | None = None
    paragraph = 0
    for line in every:
        if line.furniture:
            result.append(line)
            continue
        own = None if line.mark else label(base, line.start)
        joined = before is not None and _goes_on(base, before, line, own, numbers, page, paragraph)
        if own and not joined:
            numbers[own.level] = own.number
        if not joined:
            paragraph = line.indent
        before = line._replace(joined=True) if joined else line
        result.append(before)
    return result


def _goes_on(  # noqa: PLR0911 - one reason after the other
    base: str,
    before: Line,
    line: Line,
    own: Label | None,
    numbers: dict[Level, int],
    page: _Page,
    paragraph: int,
) -> bool:
    """Whether `line` goes on in the sentence, or the paragraph, that `before` broke off.

    `paragraph` is the indentation of the paragraph of `before`.
    """
    if line.mark:
        return not _FULL_STOP.search(base, before.start, before.end)
    if "\t" in base[line.start : line.end] or "\t" in base[before.start : before.end]:
        return False
    full = _full(base, before, line, page)
    if own and _begins(base, before, own, numbers, full=full):
        return False
    if page.indented and line.indent >= _INDENTED:
        return False
    if _GOES_ON.search(base, before.start, before.end) or _unclosed(base, before):
        return True
    ended = bool(_ENDED.search(base, before.start, before.end))
    if page.full is None:
        return not ended and not _heading(base, before)
    broken = page.indented and paragraph >= _INDENTED and before.width * 2 > page.full
    if broken and not ended:
        return True
    stopped = bool(_FULL_STOP.search(base, before.start, before.end))
    return full and (page.indented or not stopped)


def _full(base: str, before: Line, line: Line, page: _Page) -> bool:
    """Whether `before` was broken because it was full.

    A number or a word that would not have fitted was carried over as a whole.
    """
    if page.full is None:
        return False
    word = _WORD.match(base, line.start)
    room = _SLACK + (word.end() - word.start() if word else 0)
    if not before.indent and not before.joined and "。" in base[before.start : before.end]:
        room += _INDENT  # of the first line of a paragraph; a PDF does not tell
    return before.indent + before.width >= page.full - room


def _begins(base: str, before: Line, own: Label, numbers: dict[Level, int], *, full: bool) -> bool:
    """Whether what looks like a label is one: behind a full stop, or where its number is expected."""
    if _FULL_STOP.search(base, before.start, before.end):
        return True
    expected = own.number in (1, numbers.get(own.level, 0) + 1)
    open_end = _GOES_ON.search(base, before.start, before.end)
    titled = TITLE_END.search(base, before.start, before.end)
    return expected and not open_end and (not full or own.number != 1 or bool(titled))


def _unclosed(base: str, line: Line) -> bool:
    text = base[line.start : line.end]
    return any(text.count(left) > text.count(right) for left, right in ("（）", "《》", "〔〕"))


def _heading(base: str, line: Line) -> bool:
    """Whether a line without a full stop is a heading, a title, a signature: short, or all its own."""
    text = base[line.start : line.end]
    if "。" in text:
        return False
    return bool(TITLE_END.search(text)) or len(text) <= _HEADING_LIMIT or label(text) is not None
