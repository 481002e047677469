"""A source document as it is read: mended, outlined, with what each sentence names."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from heapq import merge
from itertools import chain
from typing import NamedTuple

from tracker.domain.words import Role
from tracker.errors import Problem
from tracker.i18n import _
from tracker.sources import numbering, oddities, outline, places, units, years
from tracker.sources.files import Original
from tracker.sources.heading import Heading, heading
from tracker.sources.lines import CJK
from tracker.sources.outline import Section
from tracker.sources.places import Mention
from tracker.sources.repair import Repair, Repaired, repair
from tracker.sources.units import Note, Unit
from tracker.sources.years import Due

_HASHES = re.compile("^#{1,6} ", re.MULTILINE)
_KEPT_BLANK = re.compile(r"[ \t\u3000\xa0]+")
_HEAD = 24
_UNIT_COLUMN = re.compile(r"单位|部门|责任人|负责人|主体")
_DUE_COLUMN = re.compile(r"时限|期限|时间|进度|完成")


class Sentence(NamedTuple):
    """One sentence: `text` as mended, [start, end) in the original.

    What it names stands with places in the original as well: provinces (and regions, by rule),
    target years, responsible units. `actor` is who acts, by grammar. `opened` is the target year
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
    actor: str | None
    opened: Due | None
    noted: tuple[Unit, ...]


class Cell(NamedTuple):
    """A cell of a table row."""

    column: str
    text: str
    start: int
    end: int


class Item(NamedTuple):
    """One numbered item. `section` is the printed number of its section, None where it has none;
    `ordinal` counts the items of the whole document.
    """

    ordinal: int
    section: int | None
    label: str
    number: int
    title: str
    sentences: tuple[Sentence, ...]
    cells: tuple[Cell, ...]


class Accounted(NamedTuple):
    """[start, end) of the original and what became of it: a kind of span, or a kind of change."""

    kind: str
    start: int
    end: int


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
    markdown = original.format == "md" or len(_HASHES.findall(original.text)) > 1
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
        mended.repairs,
        (*original.problems, *_problems(original.text, mended, found)),
        tuple(_accounted(mended, found)),
    )


def _heading(original: str, mended: Repaired, found: outline.Outline) -> Heading:
    """Title, number and date, from the lines above the first numbered one."""
    lines = mended.text.split("\n")
    starts = [item.start for item in found.items[:1]]
    starts += [section.start for section in found.sections[:1]]
    above = mended.text.count("\n", 0, min(starts)) if starts else len(lines)
    printed, at = [], 0
    for line in lines[: min(above, _HEAD)]:
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
    printed = _KEPT_BLANK.sub(" ", re.sub(r"[ \t\u3000]*[\r\n\f]\s*", "", original))
    if printed.count(" ") * 6 > len(line) or "".join(printed.split()) != "".join(line.split()):
        return line
    return " ".join(word for word in re.split(rf"(?<=[{CJK}]) (?=[{CJK}])", printed) if word)


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
        sentences = [self._sentence(n, said, item) for n, said in enumerate(item.sentences, 1)]
        paragraphs = [said.paragraph for said in item.sentences]
        return Item(
            ordinal,
            item.section,
            item.label,
            item.number,
            item.title,
            tuple(_noted(_opened(sentences, paragraphs), paragraphs)),
            tuple(
                Cell(column, self._mended.text[start:end], *self._place(start, end))
                for column, (start, end) in (item.cells or {}).items()
            ),
        )

    def _sentence(self, number: int, said: outline.Sentence, item: outline.Item) -> Sentence:
        notes = self._notes[
            bisect_left(self._note_starts, said.start) : bisect_left(self._note_starts, said.end)
        ]
        mentions = [
            mention
            for mention in self._named(said.start, said.end)
            if not any(note.start <= mention.start < note.end for note in notes)
        ]
        dues = self._dues(said.start, said.end)
        stated = [unit for note in notes for unit in note.units]
        for column, (start, end) in (item.cells or {}).items():
            if start == said.start:
                continue
            if _DUE_COLUMN.search(column):
                dues += self._dues(start, end)
            elif role := _column_role(column):
                stated += units.listed(self._mended.text, start, end, role)
        who = units.actor(said.text)
        return Sentence(
            number,
            said.text,
            *self._place(said.start, said.end),
            said.point,
            tuple(
                m._replace(start=a, end=b)
                for m in mentions
                for a, b in [self._place(m.start, m.end)]
            ),
            tuple(
                due._replace(start=a, end=b)
                for due in dues
                for a, b in [self._place(due.start, due.end)]
            ),
            tuple(
                unit._replace(start=a, end=b)
                for unit in stated
                for a, b in [self._place(unit.start, unit.end)]
            ),
            who and who[0],
            None,
            (),
        )

    def _named(self, start: int, end: int) -> list[Mention]:
        return self._mentions[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def _dues(self, start: int, end: int) -> list[Due]:
        return [
            due._replace(start=due.start + start, end=due.end + start)
            for due in years.dues(self._mended.text[start:end], self._issued)
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


def _opened(sentences: list[Sentence], paragraphs: list[int]) -> Iterator[Sentence]:
    """The same, each with the target year that its paragraph opened with before it."""
    opened, paragraph = None, None
    for sentence, at in zip(sentences, paragraphs, strict=True):
        if at != paragraph:
            opened, paragraph = None, at
        opened = next((due for due in sentence.dues if due.governs), opened)
        yield sentence._replace(opened=opened)


def _noted(sentences: Iterable[Sentence], paragraphs: list[int]) -> Iterator[Sentence]:
    """The same, each with the units of the note that follows it in its paragraph."""
    noted: tuple[Unit, ...] = ()
    paragraph, found = None, []
    for sentence, at in reversed(list(zip(sentences, paragraphs, strict=True))):
        if at != paragraph:
            noted, paragraph = (), at
        noted = sentence.units or noted
        found.append(sentence._replace(noted=noted))
    return reversed(found)


def _problems(original: str, mended: Repaired, found: outline.Outline) -> Iterator[Problem]:
    """What a person should look at, by line of the original."""
    ends = [match.start() for match in re.finditer("\n", original)]
    faults = sorted(
        chain(numbering.faults(found), oddities.faults(mended.text), _unnumbered(found))
    )
    for at, message in faults:
        place = mended.origin(at, at + 1)[0] if mended.text else 0
        yield Problem(_("line {line}").format(line=bisect_left(ends, place) + 1), message)


def _unnumbered(found: outline.Outline) -> Iterator[tuple[int, str]]:
    """Text that no numbered item holds: all of it, or that of a section."""
    if not found.items:
        yield 0, _("nothing is numbered here: no items, the whole text is preamble")
        return
    holding = {item.section for item in found.items}
    for section in found.sections:
        if section.number not in holding:
            yield (
                section.start,
                _("section {label} {title} has no numbered item").format(
                    label=section.label, title=section.title
                ),
            )


def _accounted(mended: Repaired, found: outline.Outline) -> Iterator[Accounted]:
    """Every character of the original: what it is in the outline, or why it was left out."""
    dropped = (
        Accounted(change.kind, change.start, change.end)
        for change in mended.changes
        if not change.after
    )
    last: Accounted | None = None
    for one in merge(_kept(mended, found), dropped, key=lambda one: one.start):
        if last and last.kind == one.kind and last.end == one.start:
            last = last._replace(end=one.end)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _kept(mended: Repaired, found: outline.Outline) -> Iterator[Accounted]:
    """The spans of the outline at their places in the original, cut where something was dropped."""
    piece = 0
    ends = [*mended.starts[1:], len(mended.text)]
    for span in found.spans:
        at = span.start
        while at < span.end:
            while ends[piece] <= at:
                piece += 1
            until = min(span.end, ends[piece])
            origin = mended.origins[piece] + at - mended.starts[piece]
            yield Accounted(span.kind, origin, origin + until - at)
            at = until


def accounted_characters(document: Document) -> int:
    """How many characters of the original are accounted for, each counted once."""
    at = total = 0
    for one in document.accounted:
        total += max(0, one.end - max(at, one.start))
        at = max(at, one.end)
    return total
