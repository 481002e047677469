"""The text of a source made whole again: what its file broke is mended, and every mend is on record."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, chain, groupby
from typing import NamedTuple

from tracker.sources import lines
from tracker.sources.lines import CJK, ZERO_WIDTH, Line


class Repair(NamedTuple):
    """A change to the original text at [start, end): `before` stood there, `after` does now."""

    kind: str
    start: int
    end: int
    before: str
    after: str


class Repaired(NamedTuple):
    """The mended text, one paragraph to a line; its characters know where they come from.

    Applying `changes` to the original gives `text`. Those of kind `layout`, the white space
    between paragraphs, are no repairs. `starts` and `origins` are the first places, in `text` and
    in the original, of the pieces that stayed.
    """

    text: str
    changes: tuple[Repair, ...]
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The changes that mend something."""
        return tuple(change for change in self.changes if change.kind != "layout")

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of [start, end) of the mended text, which is not empty."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, at: int) -> int:
        piece = bisect_right(self.starts, at) - 1
        return self.origins[piece] + at - self.starts[piece]


_ALIKE = {ord("０") + n: ord("0") + n for n in range(10)}
_ALIKE |= {ord("Ａ") + n: ord("A") + n for n in range(26)}
_ALIKE |= {ord("ａ") + n: ord("a") + n for n in range(26)}
# Every kind of line end counts as one.
_ALIKE |= dict.fromkeys(map(ord, "\r\f\v\x1c\x1d\x1e\x85\u2028\u2029"), ord("\n"))
_NARROW_BRACKET = re.compile(rf"[()](?=[{CJK}])|(?<=[{CJK}])[()]")
_WIDENED = {"(": "（", ")": "）"}

_BLANK = rf"(?:[^\S\n\t]|[{ZERO_WIDTH}])+"
_STRAY = re.compile(
    rf"(?<=[{CJK}]){_BLANK}(?=[{CJK}0-9])|(?<=[0-9]){_BLANK}(?=[{CJK}])|[{ZERO_WIDTH}]+"
)
# Names of units, in a list of them or in the cell of a table, may have nothing else between them.
_UNITS = re.compile(r"\t|(?:单位|部门|主体|分工)[:：]")
_UNIT_BLANK = rf"(?<=[部委局厅办署院会行社府位门心团司构]){_BLANK}[\u4e00-\u9fff]"
_STRAY_BESIDE_UNITS = re.compile(rf"(?!{_UNIT_BLANK})(?:{_STRAY.pattern})")
_ANY_BLANK = re.compile(_BLANK)
# A line set with a blank behind every character has them between digits as well.
_SPACED = re.compile(rf"[{CJK}0-9]{_BLANK}(?=[{CJK}0-9])")
_LETTERSPACED = re.compile(rf"(?<=[{CJK}0-9A-Za-z]){_BLANK}(?=[{CJK}0-9A-Za-z])|[{ZERO_WIDTH}]+")
_LETTER = re.compile("[A-Za-z]")

# A table set with blanks: its header, one of its rows, and what parts its cells.
_ALIGNED_HEADER = re.compile(r"^[^\S\n]*(?:序号|编号)[^\S\n]+\S[^\n\t]*$", re.MULTILINE)
_ALIGNED_ROW = re.compile(r"\n+[^\S\n]*\d{1,3}[^\S\n]+\S[^\n\t]*")
_WIDE_GAP = re.compile(r"(?<=\S)(?:[^\S\n\t]{2,}|\u3000)(?=\S)")
_ANY_GAP = re.compile(r"(?<=\S)[^\S\n\t]+(?=\S)")

_ROW = re.compile(r"^([^\S\n]*\|)([^\n]*)(\|[^\S\n]*)$", re.MULTILINE)
_MARKUP_START = re.compile(r"(?:#{1,6}|[-*+>])[^\S\n]+|\|[^\S\n]*")
# With the signs go the blanks beside them that would stand between Chinese characters.
_MARKUP = re.compile(
    rf"(?<=[{CJK}]){_BLANK}(?=(?:\*\*|__|`)[{CJK}])|(?<=[{CJK}])(?:\*\*|__|`){_BLANK}(?=[{CJK}])"
    rf"|\*\*|__|`|[^\S\n]*\|$|{_STRAY.pattern}",
    re.MULTILINE,
)
_MARKUP_BESIDE_UNITS = re.compile(rf"(?!{_UNIT_BLANK})(?:{_MARKUP.pattern})", re.MULTILINE)
_LINE_END_IN_CELL = re.compile(r"<br\s?/?>", re.IGNORECASE)
_MARKUP_RULE = re.compile(r"[|\-:\s]*-{3}[|\-:\s]*")


def repair(original: str, *, markdown: bool = False) -> Repaired:
    """`original` with broken lines joined, page furniture and stray spaces dropped, widths alike."""
    base = _NARROW_BRACKET.sub(lambda match: _WIDENED[match[0]], original.translate(_ALIKE))
    if markdown:
        base = _ROW.sub(lambda row: row[1] + _cells(row[2]) + row[3], base)
    base = _aligned(base)
    mender = _Mender(original, base, markdown=markdown)
    for line in lines.found(base, [match.start() for match in re.finditer("\f", original)]):
        mender.line(line)
    return mender.repaired()


def _cells(row: str) -> str:
    """The cells of a row of Markdown, as long as they were."""
    return _LINE_END_IN_CELL.sub(lambda end: " " * len(end[0]), row.replace("|", "\t"))


def _aligned(base: str) -> str:
    """`base` with a tab at the start of each gap in tables that are set with blanks alone: a header
    that begins with 序号, and below it rows with a number and as many cells.
    """
    pieces, done = [], 0
    for header in _ALIGNED_HEADER.finditer(base):
        gap = _WIDE_GAP if len(_WIDE_GAP.findall(header[0])) > 1 else _ANY_GAP
        cells, end = len(gap.findall(header[0])), header.end()
        while (row := _ALIGNED_ROW.match(base, end)) and len(gap.findall(row[0])) == cells:
            end = row.end()
        if cells > 1 and end > header.end():
            table = gap.sub(lambda blank: "\t" + blank[0][1:], base[header.start() : end])
            pieces += [base[done : header.start()], table]
            done = end
    return "".join([*pieces, base[done:]])


class _Mender:
    """Goes over the lines from left to right; what does not stay is dropped under its kind."""

    def __init__(self, original: str, base: str, *, markdown: bool) -> None:
        self._original, self._base, self._markdown = original, base, markdown
        self._pieces: list[str] = []
        self._origins: list[int] = []
        self._changes: list[Repair] = []
        # Where the last line that stays ends, and the furniture behind it.
        self._end = 0
        self._furniture: list[tuple[str, int, int]] = []

    def line(self, line: Line) -> None:
        """A line: furniture waits for what follows it, the rest stays without what is stray."""
        rule = self._markdown and _MARKUP_RULE.fullmatch(self._base, line.start, line.end)
        if line.furniture or rule:
            self._furniture.append((line.furniture or "markup", line.start, line.end))
            return
        self._gap(line)
        at = line.start + line.mark
        self._drop("page_mark", line.start, at)
        for kind, start, end in self._stray(at, line.end):
            self._keep(at, self._base[at:start])
            self._drop(kind, start, end)
            at = end
        self._keep(at, self._base[at : line.end])
        self._end = line.end

    def repaired(self) -> Repaired:
        """The result, when there are no more lines."""
        self._between(len(self._original), "layout")
        starts = accumulate(map(len, self._pieces), initial=0)
        changes = sorted(self._changes, key=lambda change: change.start)
        return Repaired(
            "".join(self._pieces),
            tuple(changes),
            tuple(starts)[: len(self._pieces)],
            tuple(self._origins),
        )

    def _gap(self, line: Line) -> None:
        """What stands before a line: one line end stays before a new paragraph."""
        if not self._pieces:
            self._between(line.start, "layout")
        elif not line.joined:
            end = self._base.index("\n", self._end)
            self._drop("layout", self._end, end)
            self._keep(end, "\n")
            self._end = end + 1
            self._between(line.start, "layout")
        elif _LETTER.match(self._pieces[-1][-1]) and _LETTER.match(self._base[line.start]):
            end = self._base.index("\n", self._end)
            self._drop("line_break", self._end, end)
            self._keep(end, " ")
            self._end = end + 1
            self._between(line.start, "")
        else:
            self._between(line.start, "")

    def _between(self, until: int, kind: str) -> None:
        """Drops all from the last line to `until`; without a `kind` white space has its own."""
        at = self._end
        for furniture, first, last in [*self._furniture, ("", until, until)]:
            start, end = max(first, at), max(last, at)
            self._drop(kind or self._broken(at, start), at, start)
            self._drop(furniture, start, end)
            at = end
        self._furniture = []

    def _broken(self, start: int, end: int) -> str:
        """What broke a line here."""
        run = self._original[start:end]
        if "\f" in run:
            return "page_break"
        return "blank_line" if run.replace("\r", "").count("\n") > 1 else "line_break"

    def _stray(self, start: int, end: int) -> Iterator[tuple[str, int, int]]:
        """Spaces between Chinese characters, what cannot be seen, and the signs of Markdown."""
        first = self._markdown and _MARKUP_START.match(self._base, start, end)
        if first:
            yield "markup", *first.span()
            start = first.end()
        if not (self._markdown or _ANY_BLANK.search(self._base, start, end)):
            return
        spaced = len(_SPACED.findall(self._base, start, end)) * 3 > end - start
        stray = _MARKUP if self._markdown else _LETTERSPACED if spaced else _STRAY
        beside = _MARKUP_BESIDE_UNITS if self._markdown else _STRAY_BESIDE_UNITS
        listed = None if stray is _LETTERSPACED else _UNITS.search(self._base, start, end)
        units = listed.start() if listed else end
        for match in chain(
            stray.finditer(self._base, start, units), beside.finditer(self._base, units, end)
        ):
            said = match[0].strip(ZERO_WIDTH)
            yield (
                "zero_width" if not said else "space" if said.isspace() else "markup",
                *match.span(),
            )

    def _keep(self, origin: int, text: str) -> None:
        if not text:
            return
        self._pieces.append(text)
        self._origins.append(origin)
        if self._original[origin : origin + len(text)] != text:
            self._alike(origin, text)

    def _alike(self, origin: int, text: str) -> None:
        """Records what was put in the place of as many other characters."""
        changed = [
            (_kind(after, before), at)
            for at, (before, after) in enumerate(
                zip(self._original[origin : origin + len(text)], text, strict=True)
            )
            if before != after
        ]
        for _, run in groupby(enumerate(changed), lambda pair: (pair[1][0], pair[1][1] - pair[0])):
            kind, first = (places := [place for _, place in run])[0]
            last = places[-1][1] + 1
            start, end = origin + first, origin + last
            self._changes.append(
                Repair(kind, start, end, self._original[start:end], text[first:last])
            )

    def _drop(self, kind: str, start: int, end: int) -> None:
        if start < end:
            self._changes.append(Repair(kind, start, end, self._original[start:end], ""))


def _kind(after: str, before: str) -> str:
    """Why one character stands for another."""
    if after == "\n":
        return "layout"
    if after in "（）":
        return "bracket"
    if after == "\t":
        return "markup" if before == "|" else "column"
    return "line_break" if after == " " and before != "|" else "full_width"
