"""The visible text of a web page, in order, line for line."""

import re
from pathlib import Path
from typing import Final

from lxml import etree

from tracker.errors import Refusal
from tracker.i18n import _
from tracker.sources.files import kinds
from tracker.sources.files.gathered import WIDEST_CELL, Lines
from tracker.sources.files.number_formats import LARGEST, formatted

# What a parser reads in about three seconds.
LIMIT_TAGS = 2_000_000
_HIDDEN: Final = set(
    re.findall(
        r"\w+",
        "script style noscript template head title iframe object svg math canvas audio video"
        " select button textarea datalist nav rt rp",
    )
)
_BLOCKS: Final = set(
    re.findall(
        r"\w+",
        "html body p div section article header footer main aside h1 h2 h3 h4 h5 h6 ul ol li dl dt"
        " dd blockquote pre address figure figcaption form fieldset legend hr center details"
        " summary table caption thead tbody tfoot tr td th dir menu hgroup search option",
    )
)
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_MARK = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone\b", re.IGNORECASE)
_WIDE = r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
# A line of the source that ends between two Chinese characters is no space on the page.
_BREAK_IN_CHINESE = re.compile(rf"(?<={_WIDE})[ \t]*\n[ \t\n]*(?={_WIDE})")
# Each table copies the lines of those in it.
_DEEPEST = 20
_SPACES = re.compile(r"[ \t\n]+")
_LIST_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def text(file: Path, source: str) -> str:
    """The text of the page `source`: a line for each block and `<br>`, table rows with tabs.

    Left out: what is not shown (scripts, hidden elements, the head), navigation, form fields and
    the small print beside characters (`<rt>`). Numbers of `<ol>` are written out. Refusal where
    it has so many tags that it would take long.
    """
    if source.count("<") > LIMIT_TAGS:
        raise Refusal(
            _("{file} has more than {n} million tags; save the text of it as .docx or .txt").format(
                file=file, n=LIMIT_TAGS // 10**6
            )
        )
    page = _Page()
    # Bytes with a named encoding: the one that the page declares is known not to hold.
    parser = etree.HTMLParser(encoding="utf-8", target=page, no_network=True, huge_tree=False)
    try:
        etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError, AssertionError) as reason:
        raise kinds.damaged(file) from reason
    return page.whole()


class _Sink(Lines):
    """Lines, and the one that is being written."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.mark = ""

    def end_line(self, *, even_empty: bool = False) -> None:
        line = _BREAK_IN_CHINESE.sub("", "".join(self.parts))
        line = _SPACES.sub(" ", line).strip(" ")
        self.parts.clear()
        if line or even_empty:
            self.add(self.mark + line)
            self.mark = ""

    def as_is(self) -> None:
        """End the lines of a text that keeps its own."""
        for line in "".join(self.parts).strip("\n").split("\n"):
            self.add(self.mark + line.rstrip(" \t"))
            self.mark = ""
        self.parts.clear()


class _Table:
    """Rows of cells of lines; empty where a cell of an earlier row or column goes on."""

    def __init__(self) -> None:
        self.rows: list[list[list[str]]] = []
        self._below: dict[int, int] = {}
        self._spans: list[tuple[int, int]] = []

    def row(self) -> None:
        self.rows.append([])
        self._below = {column: left - 1 for column, left in self._below.items() if left > 1}

    def cell(self, attributes: dict[str, str]) -> None:
        """A cell begins."""
        wide, high = (_whole(attributes.get(span), 1) for span in ("colspan", "rowspan"))
        self._spans.append((min(max(wide, 1), WIDEST_CELL), high))

    def cell_ends(self, lines: list[str]) -> None:
        row = self.rows[-1]
        while len(row) in self._below:
            row.append([])
        wide, high = self._spans.pop()
        if high > 1:
            self._below |= dict.fromkeys(range(len(row), len(row) + wide), high)
        row += [lines, *([] for _column in range(1, wide))]


class _Page:
    """Takes the events of the parser, which may nest without end: nothing here recurses."""

    def __init__(self) -> None:
        self.sinks = [_Sink()]
        self.open: list[str] = []
        self.hidden = 0
        self.pre = 0
        self.tables: list[_Table] = []
        self.deep = 0
        self.lists: list[tuple[int, str] | None] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.hidden or _is_hidden(tag, attributes):
            self.hidden += 1
            return
        sink = self.sinks[-1]
        if tag == "br":
            if self.pre:
                sink.parts.append("\n")
            else:
                sink.end_line(even_empty=True)
        if tag in _BLOCKS and not self.pre:
            sink.end_line()
        self.open.append(self._entered(tag, attributes))

    def _entered(self, tag: str, attributes: dict[str, str]) -> str:
        """Note what `tag` opens; gives what is to be closed at its end."""
        if tag == "table" and len(self.tables) >= _DEEPEST:
            self.deep += 1
            return "deep"
        if tag == "table":
            self.tables.append(_Table())
        elif self.deep and tag in ("tr", "td", "th"):
            return tag
        elif tag == "tr" and self.tables:
            self.tables[-1].row()
        elif tag in ("td", "th") and self.tables:
            if not self.tables[-1].rows:
                self.tables[-1].row()
            self.tables[-1].cell(attributes)
            self.sinks.append(_Sink())
            return "cell"
        elif tag in ("ol", "ul", "menu", "dir"):
            self.lists.append(_list_start(tag, attributes))
            return "list"
        elif tag == "li":
            self._item(attributes)
        elif tag == "pre":
            self.pre += 1
        return tag

    def _item(self, attributes: dict[str, str]) -> None:
        if self.lists and (counted := self.lists[-1]):
            number, style = _whole(attributes.get("value"), counted[0]), counted[1]
            self.sinks[-1].mark = f"{formatted(number, style)}. "
            self.lists[-1] = (number + 1, style)

    def end(self, tag: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        if not self.open:
            return
        closed = self.open.pop()
        sink = self.sinks[-1]
        if closed == "pre":
            self.pre -= 1
            if not self.pre:
                sink.as_is()
        elif tag in _BLOCKS and not self.pre:
            sink.end_line()
        self._left(closed)

    def _left(self, closed: str) -> None:
        if closed == "cell":
            self.tables[-1].cell_ends(self.sinks.pop().done)
        elif closed == "table":
            self.sinks[-1].table(self.tables.pop().rows)
        elif closed == "deep":
            self.deep -= 1
        elif closed == "list":
            self.lists.pop()
        elif closed == "li":
            self.sinks[-1].mark = ""

    def data(self, said: str) -> None:
        if not self.hidden:
            self.sinks[-1].parts.append(said.replace("\r\n", "\n").replace("\r", "\n"))

    def close(self) -> None:
        """Nothing is left open by the parser."""

    def whole(self) -> str:
        while len(self.sinks) > 1:
            inner = self.sinks.pop()
            inner.end_line()
            self.sinks[-1].done.extend(inner.done)
        self.sinks[0].end_line()
        return "\n".join(self.sinks[0].done).strip("\n") + "\n"


def _is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    return (
        tag in _HIDDEN
        or "hidden" in attributes
        or bool(_NOT_SHOWN.search(attributes.get("style", "")))
    )


def _list_start(tag: str, attributes: dict[str, str]) -> tuple[int, str] | None:
    """The first number and its format, or None for a list without numbers."""
    if tag != "ol" or _NO_MARK.search(attributes.get("style", "")):
        return None
    style = _LIST_TYPES.get(attributes.get("type", ""), "decimal")
    return _whole(attributes.get("start"), 1), style


def _whole(said: str | None, otherwise: int) -> int:
    if said and said.isascii() and said.isdecimal() and len(said) <= len(str(LARGEST)):
        return int(said)
    return otherwise
