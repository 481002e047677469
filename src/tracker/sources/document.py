"""A source document as it is read: mended, outlined, with what each sentence names."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from tracker.domain.words import Role
from tracker.errors import Problem
from tracker.i18n import _
from tracker.sources import accounting, numbering, oddities, outline, places, units, years
from tracker.sources.accounting import Accounted
from tracker.sources.files import Original
from tracker.sources.heading import HEAD, Heading, heading
from tracker.sources.lines import CJK
from tracker.sources.outline import Section
from tracker.sources.places import Mention
from tracker.sources.repair import Repair, Repaired, repair
from tracker.sources.units import Note, Unit
from tracker.sources.years import Due

_HASHES = re.compile("^#{1,6} ", re.MULTILINE)
_TABLE_RULE = re.compile(r"^[ \t]*\|[ \t]*:?-{3,}:?[ \t]*\|", re.MULTILINE)
_KEPT_BLANK = re.compile(r"[ \t\u3000\xa0]+")
# From the first of its blanks only: a long run without a line end would be tried from every one.
_LINE_BREAK = re.compile(r"(?<![ \t\u3000])[ \t\u3000]*[\r\n\f]\s*")
_MOST_OF_A_KIND = 40
_UNIT_COLUMN = re.compile(r"单位|部门|责任人|负责人|主体")
_DUE_COLUMN = re.compile(r"时限|期限|时间|进度|完成")
_DUE = "时限："
# Long documents say the same again and again.
_dues_of = lru_cache(maxsize=4096)(years.dues)


class Sentence(NamedTuple):
    """One sentence: `text` as mended, [start, end) in the original.

    What it names stands with places in the original as well: provinces (and regions, by rule),
    target years, responsible units. `opened` is the target year
    with which its paragraph opened; `noted` are the units of the note that ends its paragraph.
    """

    number: int
    text: str
    start: int
    end: int
    point: str
    mentions: tuple[Mention, ...]
    dues: tuple[Due, ...]
    units: tuple[Unit, ...]
    opened: Due | None
    noted: tuple[Unit, ...]

    @property
    def actor(self) -> str | None:
        """Who acts, by grammar; None where nobody is said to."""
        found = units.actor(self.text)
        return found[0] if found else None


class Cell(NamedTuple):
    """A cell of a table row."""

    column: str
    text: str
    start: int
    end: int


class Item(NamedTuple):
    """One numbered item. `section` is the printed number of its section, None where it has none,
    `under` the place of that among all sections; `ordinal` counts the items of the whole document.
    """

    ordinal: int
    section: int | None
    under: int | None
    label: str
    number: int
    title: str
    sentences: tuple[Sentence, ...]
    cells: tuple[Cell, ...]


class Document(NamedTuple):
    """All that is read from a source. `accounted` follows the original from its first character
    to its last, without gap or overlap.
    """

    format: str
    original: str
    heading: Heading
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    repairs: tuple[Repair, ...]
    problems: tuple[Problem, ...]
    accounted: tuple[Accounted, ...]


def read(original: Original) -> Document:
    """The document that stands in the text of a file."""
    signs = len(_HASHES.findall(original.text)) > 1 or _TABLE_RULE.search(original.text)
    markdown = original.format == "md" or bool(signs)
    mended = repair(original.text, markdown=markdown)
    notes = units.notes(mended.text)
    found = outline.outline(mended.text, {note.start: note.end for note in notes})
    head = _heading(original.text, mended, found)
    facts = _Facts(mended, notes, head.issued or _year_of_issue(head))
    return Document(
        original.format,
        original.text,
        head,
        found.sections,
        tuple(facts.item(n, item) for n, item in enumerate(found.items, 1)),
        tuple(accounting.repairs(original.text, mended, found)),
        (*original.problems, *_problems(original.text, mended, found)),
        tuple(accounting.accounted(mended, found)),
    )


def _heading(original: str, mended: Repaired, found: outline.Outline) -> Heading:
    """Title, number and date, from the lines above the first numbered one."""
    lines = mended.text.split("\n")
    starts = [item.start for item in found.items[:1]]
    starts += [section.start for section in found.sections[:1]]
    above = mended.text.count("\n", 0, min(starts)) if starts else len(lines)
    printed, at = [], 0
    for line in lines[: min(above, HEAD)]:
        printed.append(
            _as_printed(original[slice(*mended.origin(at, at + len(line)))] if line else "", line)
        )
        at += len(line) + 1
    return heading(printed, lines)


def _year_of_issue(head: Heading) -> date | None:
    """The first day of the year in the number or the title, where no date is printed."""
    year = re.search(r"(?:19|20)\d\d", head.number or "") or re.search(r"20\d\d", head.title)
    return date(int(year[0]), 1, 1) if year else None


def _as_printed(original: str, line: str) -> str:
    """A line with the blanks that part the names in it: 中共中央 国务院; not those of a font."""
    if "\t" in line:
        return line
    printed = _KEPT_BLANK.sub(" ", _LINE_BREAK.sub("", original))
    if printed.count(" ") * 6 > len(line) or "".join(printed.split()) != "".join(line.split()):
        return line
    return " ".join(word for word in re.split(rf"(?<=[{CJK}]) (?=[{CJK}])", printed) if word)


class _Named(NamedTuple):
    """What one sentence names."""

    mentions: tuple[Mention, ...]
    dues: tuple[Due, ...]
    units: tuple[Unit, ...]


class _Facts:
    """What the sentences of one document name; looked up once for the whole text."""

    def __init__(self, mended: Repaired, notes: Sequence[Note], issued: date | None) -> None:
        self._mended, self._issued = mended, issued
        self._mentions = places.mentions(mended.text)
        self._starts = [mention.start for mention in self._mentions]
        self._notes = notes
        self._note_starts = [note.start for note in notes]

    def item(self, ordinal: int, item: outline.Item) -> Item:
        """An item of the outline with what its sentences name."""
        named = [self._named_by(said) for said in item.sentences]
        paragraphs = [said.paragraph for said in item.sentences]
        opened = _opened([one.dues for one in named], paragraphs)
        noted = _noted([one.units for one in named], paragraphs)
        return Item(
            ordinal,
            item.section,
            item.under,
            item.label,
            item.number,
            item.title,
            tuple(
                Sentence(
                    number,
                    said.text,
                    *self._place(said.start, said.end),
                    said.point,
                    one.mentions,
                    one.dues,
                    one.units,
                    under,
                    after,
                )
                for number, (said, one, under, after) in enumerate(
                    zip(item.sentences, named, opened, noted, strict=True), 1
                )
            ),
            tuple(
                Cell(column, self._mended.text[start:end], *self._place(start, end))
                for column, (start, end) in (item.cells or {}).items()
            ),
        )

    def _named_by(self, said: outline.Sentence) -> _Named:
        """What a sentence, and the other cells of its row, name."""
        notes = self._notes[
            bisect_left(self._note_starts, said.start) : bisect_left(self._note_starts, said.end)
        ]
        stated = [unit for note in notes for unit in note.units]
        dues = self._dues(said.start, said.end)
        for column, (start, end) in (said.cells or {}).items():
            if start == said.start:
                continue
            if _DUE_COLUMN.search(column):
                dues += self._dues(start, end, said=_DUE)
            elif role := _column_role(column):
                stated += units.listed(self._mended.text, start, end, role)
        mentions = self._mentions[
            bisect_left(self._starts, said.start) : bisect_left(self._starts, said.end)
        ]
        return _Named(
            tuple(
                Mention(m.code, *self._place(m.start, m.end), m.words, m.region)
                for m in mentions
                if not any(note.start <= m.start < note.end for note in notes)
            ),
            tuple(dues),
            tuple(Unit(u.name, u.role, *self._place(u.start, u.end)) for u in stated),
        )

    def _dues(self, start: int, end: int, *, said: str = "") -> list[Due]:
        """The target years in [start, end), read as if `said` stood before it."""
        text = said + self._mended.text[start:end]
        if not ("年" in text or "月" in text or "季度" in text):
            return []
        at = start - len(said)
        return [
            Due(
                d.year,
                d.month,
                *self._place(max(at + d.start, start), at + d.end),
                d.words.removeprefix(said),
                d.governs,
            )
            for d in _dues_of(text, self._issued)
        ]

    def _place(self, start: int, end: int) -> tuple[int, int]:
        return self._mended.origin(start, end) if start < end else (0, 0)


def _column_role(column: str) -> Role | None:
    """The role of the units that a column of a table lists; None where it lists none."""
    if not _UNIT_COLUMN.search(column):
        return None
    if re.search("牵头|主办|主责|负责", column):
        return Role.LEAD
    return Role.SUPPORT if re.search("配合|参[与加]|协[助办同]", column) else Role.JOINT


def _opened(dues: Sequence[tuple[Due, ...]], paragraphs: Sequence[int]) -> list[Due | None]:
    """For each sentence the target year with which its paragraph opened."""
    opened: Due | None = None
    paragraph, found = None, []
    for own, at in zip(dues, paragraphs, strict=True):
        if at != paragraph:
            opened, paragraph = None, at
        opened = next((due for due in own if due.governs), opened)
        found.append(opened)
    return found


def _noted(stated: Sequence[tuple[Unit, ...]], paragraphs: Sequence[int]) -> list[tuple[Unit, ...]]:
    """For each sentence the units of the note that follows it in its paragraph."""
    noted: tuple[Unit, ...] = ()
    paragraph, found = None, []
    for own, at in zip(reversed(stated), reversed(paragraphs), strict=True):
        if at != paragraph:
            noted, paragraph = (), at
        noted = own or noted
        found.append(noted)
    return found[::-1]


def _problems(original: str, mended: Repaired, found: outline.Outline) -> Iterator[Problem]:
    """What a person should look at, by line of the original."""
    ends = [match.start() for match in re.finditer("\n", original)]
    kinds = (numbering.faults(found), *oddities.faults(mended.text), _unnumbered(found))
    for at, message in sorted(chain.from_iterable(map(_summed, kinds))):
        place = mended.origin(at, at + 1)[0] if mended.text else 0
        yield Problem(_("line {line}").format(line=bisect_left(ends, place) + 1), message)


def _summed(faults: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Faults of one kind, in order; of very many the first ones, and how many more there are."""
    yield from islice(faults, _MOST_OF_A_KIND)
    if following := next(faults, None):
        at, message = following
        if more := sum(1 for _fault in faults):
            message = _("{message}; and {more} more of this kind").format(
                message=message, more=more
            )
        yield at, message


def _unnumbered(found: outline.Outline) -> Iterator[tuple[int, str]]:
    """Text that no numbered item holds: all of it, or that of a section."""
    if not found.items:
        yield 0, _("nothing is numbered here: no items, the whole text is preamble")
        return
    holding = {item.under for item in found.items}
    for at, section in enumerate(found.sections):
        if at not in holding:
            yield (
                section.start,
                _("section {label} {title} has no numbered item").format(
                    label=section.label, title=section.title
                ),
            )
