"""The outline of a source text: sections, numbered items with title and sentences, every character accounted for."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import zip_longest
from typing import NamedTuple

from tracker.sources.labels import Level
from tracker.sources.structure import Paragraph, Part, parts
from tracker.sources.text import sentence_spans

# The level of the rows of a table.
TABLE = -1

_TITLE_LIMIT = 60
_SHORT_TITLE = 36
_ENDED = re.compile(r"[。！？；][”“’」』》）)]*$|[）)]$")
_COMMA = re.compile("[，,]")
_TAB = re.compile("\t")
_OPEN = re.compile(r"[：；，、:;,]$")
_ROW_NUMBER = re.compile(r"\s*(\d{1,4})\s*[.．、]?\s*")
_NUMBER_COLUMN = re.compile(r"序\s*号|编\s*号|项次|No\.?")
_TASK_COLUMN = re.compile(r"任务|举措|措施|事项|内容|工作|项目|名称|要求|目标")


class Span(NamedTuple):
    """[start, end) of the mended text and what it is: heading, label, title, sentence, cell,
    preamble, closing or layout.
    """

    kind: str
    start: int
    end: int


class Sentence(NamedTuple):
    """One sentence, [start, end) of the mended text, a trailing note of responsibility included.

    `paragraph` is where the text of the paragraph begins in which it stands; `point` is the label, 1. or ①,
    under which it stands in its item; `cells` are those of its table row, by the name of the column,
    with their places, in the first row of the item where one is empty.
    """

    start: int
    end: int
    text: str
    paragraph: int
    point: str
    cells: Mapping[str, tuple[int, int]] | None = None


class Item(NamedTuple):
    """One numbered item. `section` is the printed number of its section, `under` its place among
    all sections: annexes count theirs anew. `cells` are those of a table row, by the name of the
    column, with their places.
    """

    section: int | None
    under: int | None
    label: str
    number: int
    level: int
    title: str
    start: int
    sentences: tuple[Sentence, ...]
    cells: Mapping[str, tuple[int, int]] | None = None


class Section(NamedTuple):
    """A numbered part of the document."""

    number: int
    label: str
    title: str
    start: int


class Outline(NamedTuple):
    """What stands in a text. The spans follow each other without gap or overlap, from the first
    character to the last.
    """

    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    spans: tuple[Span, ...]


def outline(text: str, notes: Mapping[int, int]) -> Outline:
    """The outline of a mended text; `notes` are those of responsibility, start to end."""
    return _Reader(text, notes).read()


class _Reader:
    """Goes over the paragraphs from first to last and says what every character is."""

    def __init__(self, text: str, notes: Mapping[int, int]) -> None:
        self._text, self._notes = text, notes
        self._note_starts = sorted(notes)
        self._spans: list[Span] = []
        self._sections: list[Section] = []
        self._section_number: int | None = None
        self._items: list[Item] = []
        self._sentences: list[Sentence] = []
        # The text of the last of them, as the paragraphs give it.
        self._said: list[str] = []
        self._header: list[str] = []
        self._in_rows = False
        # Asked for more than once: to tell titles, then to read.
        self._cut: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def read(self) -> Outline:
        """The outline of all parts of the text."""
        for every in parts(self._text):
            self._close()
            self._section_number = None
            style = self._style(every)
            for at, paragraph in enumerate(every):
                self._paragraph(every, at, paragraph, style)
        self._account("layout", len(self._text), len(self._text))
        self._close()
        return Outline(tuple(self._sections), tuple(self._items), tuple(self._spans))

    def _paragraph(
        self, every: Sequence[Paragraph], at: int, paragraph: Paragraph, style: "_Style"
    ) -> None:
        if paragraph.part is not Part.ROW:
            self._in_rows = False
            # A section may begin between the rows of a table.
            self._header = self._header if paragraph.part is Part.SECTION else []
        match paragraph.part:
            case Part.SECTION:
                self._section(paragraph)
            case Part.ITEM:
                self._item(paragraph, self._title_end(every, at, style), style)
            case Part.POINT | Part.BODY:
                point = (
                    paragraph.label.text if paragraph.part is Part.POINT and paragraph.label else ""
                )
                self._read_sentences(paragraph.start, paragraph.end, point)
            case Part.ROW:
                self._row(paragraph)
            case _:
                self._account(paragraph.part.value, paragraph.start, paragraph.end)

    @property
    def _under(self) -> int | None:
        return None if self._section_number is None else len(self._sections) - 1

    def _account(self, kind: str, start: int, end: int) -> None:
        """Adds a span; what lies between it and the one before is only the way the text is set."""
        at = self._spans[-1].end if self._spans else 0
        if at < start:
            self._spans.append(Span("layout", at, start))
        if start < end:
            self._spans.append(Span(kind, start, end))

    def _close(self) -> None:
        """Gives the item read last its sentences."""
        self._whole()
        if self._sentences and self._items:
            self._items[-1] = self._items[-1]._replace(sentences=tuple(self._sentences))
        self._sentences = []

    def _whole(self) -> None:
        """Gives the sentence read last all its text; it may go on over very many paragraphs."""
        if self._sentences and len(self._said) > 1:
            self._sentences[-1] = self._sentences[-1]._replace(text="".join(self._said))

    def _section(self, paragraph: Paragraph) -> None:
        self._close()
        own = paragraph.label
        assert own is not None
        end = next(iter(self._spans_of(own.end, paragraph.end)), (0, paragraph.end))[1]
        prose = _ENDED.search(self._text, own.end, end)
        run_in = own.level == Level.CHAPTER and _COMMA.search(self._text, own.end, end)
        if prose and (end - own.end > _TITLE_LIMIT or run_in):
            end = own.end
        title = _bare(self._text[own.end : end])
        self._section_number = own.number
        self._sections.append(Section(own.number, own.text, title, paragraph.start))
        self._account("heading", paragraph.start, end)
        self._account("preamble", end, paragraph.end)

    def _item(self, paragraph: Paragraph, title_end: int, style: "_Style") -> None:
        self._close()
        own = paragraph.label
        assert own is not None
        title = _bare(self._text[own.end : title_end])
        if title_end == own.end and style is _Style.LIST:
            following = bisect_right(self._note_starts, own.end)
            note = min([paragraph.end, *self._note_starts[following : following + 1]])
            title = _bare(self._text[own.end : note])
        self._items.append(
            Item(
                self._section_number,
                self._under,
                own.text,
                own.number,
                own.level,
                title if len(title) <= _TITLE_LIMIT else "",
                paragraph.start,
                (),
            )
        )
        self._account("label", paragraph.start, own.end)
        self._account("title", own.end, title_end)
        self._read_sentences(title_end, paragraph.end, "")

    def _read_sentences(
        self,
        start: int,
        end: int,
        point: str,
        cells: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        """Adds the sentences of a paragraph; one that the paragraph before left open goes on."""
        for first, last in self._spans_of(start, end):
            text = self._text[first:last]
            before = self._sentences[-1] if self._sentences and not cells else None
            # Behind a cell stand the other ones of its row: no sentence goes on over them.
            opened = before and not before.cells and _OPEN.search(self._said[-1])
            if before and (first in self._notes or opened):
                self._sentences[-1] = before._replace(end=last)
                self._said.append(text)
            else:
                self._whole()
                self._said = [text]
                self._sentences.append(Sentence(first, last, text, start, point, cells))
            self._account("sentence", first, last)

    def _spans_of(self, start: int, end: int) -> list[tuple[int, int]]:
        """The sentences of [start, end), each with the notes of responsibility behind it."""
        if (start, end) not in self._cut:
            self._cut[start, end] = list(self._cut_up(start, end))
        return self._cut[start, end]

    def _cut_up(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        held: tuple[int, int] | None = None
        for first, last in sentence_spans(self._text, start, end):
            at = first
            while held and (note := self._notes.get(at)) and note <= last:
                held, at = (held[0], note), note
            if at == last:
                continue
            if held:
                yield held
            held = (at, last)
        if held:
            yield held

    def _row(self, paragraph: Paragraph) -> None:
        cells = _cells(self._text, paragraph)
        said = [self._text[first:last] for first, last in cells]
        number = next((int(m[1]) for cell in said[:2] if (m := _ROW_NUMBER.fullmatch(cell))), None)
        if number is None:
            self._unnumbered_row(paragraph, cells, said)
            return
        self._close()
        self._in_rows = True
        names = self._header or [str(at) for at in range(1, len(cells) + 1)]
        named = dict(zip(names, cells, strict=False))
        main = _task(self._text, named)
        title = _bare(self._text[slice(*named[main])])
        self._items.append(
            Item(
                self._section_number,
                self._under,
                str(number),
                number,
                TABLE,
                title if len(title) <= _TITLE_LIMIT else "",
                paragraph.start,
                (),
                named,
            )
        )
        self._read_cells(cells, named[main], named)

    def _unnumbered_row(
        self, paragraph: Paragraph, cells: list[tuple[int, int]], said: list[str]
    ) -> None:
        """A row of the header, which may have several; or one that goes on in the item above it."""
        if self._in_rows and self._header and not said[0].strip():
            named = dict(zip(self._header, cells, strict=False))
            first_row = self._items[-1].cells or {}
            inherited = {
                name: place if self._text[slice(*place)].strip() else first_row.get(name, place)
                for name, place in named.items()
            }
            self._read_cells(cells, named[_task(self._text, named)], inherited)
            return
        if len(said) > 1:
            if not self._header:
                self._close()
            above = [*self._header, *[""] * (len(said) - len(self._header))]
            names = [
                cell.strip() or before or str(at)
                for at, (cell, before) in enumerate(zip_longest(said, above, fillvalue=""), 1)
            ]
            # Of two columns of one name the second is told apart by its place.
            first = {name: at for at, name in reversed([*enumerate(names, 1)])}
            self._header = [
                name if first[name] == at else f"{name}{at}" for at, name in enumerate(names, 1)
            ]
        self._account("heading" if self._header else "preamble", paragraph.start, paragraph.end)

    def _read_cells(
        self,
        cells: list[tuple[int, int]],
        main: tuple[int, int],
        named: Mapping[str, tuple[int, int]],
    ) -> None:
        for first, last in cells:
            if (first, last) == main:
                self._read_sentences(first, last, "", named)
            else:
                self._account("cell", first, last)

    def _style(self, every: Sequence[Paragraph]) -> "_Style":
        """How the items of one part are written."""
        items = [at for at, paragraph in enumerate(every) if paragraph.part is Part.ITEM]
        articles = any(p.label and p.label.level == Level.ARTICLE for p in every)
        leads = [lead for at in items if (lead := self._lead(every, at))]
        if len(leads) * 5 <= len(items):
            short = sum(every[at].end - every[at].start <= _TITLE_LIMIT for at in items)
            listed = short * 5 >= len(items) * 4 and not articles
            return _Style.LIST if listed else _Style.BARE
        titles = sum(end - start <= _SHORT_TITLE for start, end in leads)
        return _Style.TITLED if titles * 5 >= len(leads) * 3 else _Style.BARE

    def _lead(self, every: Sequence[Paragraph], at: int) -> tuple[int, int] | None:
        """The first sentence behind a label, where more follows it in the item."""
        own = every[at].label
        assert own is not None
        span = next(iter(self._spans_of(own.end, every[at].end)), None)
        continued = at + 1 < len(every) and every[at + 1].part in (Part.BODY, Part.POINT)
        if span and own.level != Level.ARTICLE and (span[1] < every[at].end or continued):
            return span
        return None

    def _title_end(self, every: Sequence[Paragraph], at: int, style: "_Style") -> int:
        """Where the title of an item ends; at the label's end where it has none."""
        own, lead = every[at].label, self._lead(every, at)
        assert own is not None
        if not lead or lead[1] - lead[0] > _TITLE_LIMIT:
            return own.end
        alone = not _ENDED.search(self._text, *lead)
        return lead[1] if style is _Style.TITLED or alone else own.end


class _Style(Enum):
    """How the items of a document open: with a title, as a list of single lines, or neither."""

    TITLED = "titled"
    LIST = "list"
    BARE = "bare"


def _cells(text: str, paragraph: Paragraph) -> list[tuple[int, int]]:
    ends = [match.start() for match in _TAB.finditer(text, paragraph.start, paragraph.end)]
    starts = [paragraph.start, *(end + 1 for end in ends)]
    return [_trimmed(text, *cell) for cell in zip(starts, [*ends, paragraph.end], strict=True)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A cell without the blanks around what it says."""
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    return start, start + len(said.strip())


def _task(text: str, cells: Mapping[str, tuple[int, int]]) -> str:
    """The column that says what is to be done: by its name, else the longest."""
    named = [
        name for name in cells if _TASK_COLUMN.search(name) and not _NUMBER_COLUMN.search(name)
    ]
    return max(named or cells, key=lambda name: len(text[slice(*cells[name])]))


def _bare(title: str) -> str:
    return title.strip().rstrip("。：:；;").strip()
