"""What became of every character of an original: where it stands in the outline, or why it does not."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import NamedTuple

from tracker.sources.outline import Outline, Sentence
from tracker.sources.repair import Repair, Repaired


class Accounted(NamedTuple):
    """[start, end) of the original and what became of it: a kind of span, or a kind of change."""

    kind: str
    start: int
    end: int


def accounted(mended: Repaired, found: Outline) -> Iterator[Accounted]:
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


def _kept(mended: Repaired, found: Outline) -> Iterator[Accounted]:
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


def characters(every: Iterable[Accounted]) -> int:
    """How many characters of the original are accounted for, each counted once."""
    at = total = 0
    for one in every:
        total += max(0, one.end - max(at, one.start))
        at = max(at, one.end)
    return total


def repairs(original: str, mended: Repaired, found: Outline) -> list[Repair]:
    """What was mended; and the ends of paragraphs over which a sentence goes on."""
    gaps = [
        (mended.origin(at - 1, at)[1], at, mended.origin(at + 1, at + 2)[0])
        for item in found.items
        for said in item.sentences
        for at in _ends(mended.text, said)
    ]
    starts = [start for start, *_ in gaps]
    every = list(mended.repairs)
    for change in mended.changes:
        gap = gaps[bisect_right(starts, change.start) - 1] if gaps else (0, 0, 0)
        if change.kind == "layout" and not change.after and gap[0] <= change.start < gap[2]:
            every.append(change._replace(kind="line_break"))
    for _start, at, _end in gaps:
        place = slice(*mended.origin(at, at + 1))
        every.append(Repair("line_break", place.start, place.stop, original[place], ""))
    return sorted(every, key=lambda repair: repair.start)


def _ends(text: str, said: Sentence) -> Iterator[int]:
    """Where a paragraph ends inside a sentence."""
    at = text.find("\n", said.start, said.end)
    while at >= 0:
        yield at
        at = text.find("\n", at + 1, said.end)
