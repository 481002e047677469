"""The outline of a source text: its numbered items （一）, （二）, … with heading and sentences."""

import re
from typing import NamedTuple

from tracker.domain.numerals import number
from tracker.sources.text import sentences

_NUMERAL = "[一二三四五六七八九十百零]{1,5}"
_LABEL = re.compile(rf"^[ \t\u3000]*[（(]({_NUMERAL})[)）]", re.MULTILINE)
_SECTION = re.compile(rf"^[ \t\u3000]*({_NUMERAL})、", re.MULTILINE)


class Item(NamedTuple):
    """One numbered item: the number of the section it stands in (0 before the first), its own
    number, its heading without the full stop, its sentences in order.
    """

    section: int
    number: int
    title: str
    sentences: tuple[str, ...]


def items(text: str) -> list[Item]:
    """The items of `text` in order; a label counts at the start of a line only."""
    labels, sections = list(_LABEL.finditer(text)), list(_SECTION.finditer(text))
    marks = sorted([*labels, *sections], key=lambda mark: mark.start())
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found, section = [], 0
    for mark, end in zip(marks, ends, strict=True):
        named = number(mark[1]) or 0
        if mark in sections:
            section = named
            continue
        title, *body = sentences(text[mark.end() : end]) or [""]
        found.append(Item(section, named, title.removesuffix("。"), tuple(body)))
    return found
