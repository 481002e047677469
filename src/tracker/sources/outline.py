"""The outline of a source text: its numbered items （一）, （二）, … with heading and sentences."""

import re
from typing import NamedTuple

from tracker.domain.numerals import number
from tracker.sources.text import sentences

_NUMERAL = "[一二三四五六七八九十百零]{1,5}"
_LABEL = re.compile(rf"^[ \t\u3000]*[（(]({_NUMERAL})[)）]", re.MULTILINE)
_SECTION = re.compile(rf"^[ \t\u3000]*{_NUMERAL}、", re.MULTILINE)


class Item(NamedTuple):
    """One numbered item: its number, its heading without the full stop, its sentences in order."""

    number: int
    title: str
    sentences: tuple[str, ...]


def items(text: str) -> list[Item]:
    """The items of `text` in order; a label counts at the start of a line only."""
    labels = list(_LABEL.finditer(text))
    ends = sorted([m.start() for m in labels] + [m.start() for m in _SECTION.finditer(text)])
    found = []
    for label in labels:
        end = next((end for end in ends if end > label.start()), len(text))
        title, *body = sentences(text[label.end() : end])
        found.append(Item(number(label[1]) or 0, title.removesuffix("。"), tuple(body)))
    return found
