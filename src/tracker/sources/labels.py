"""The labels that number Chinese official documents: 一、 （一） 1. 第一条 一是, and what only looks like one."""

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from tracker.domain.numerals import number


class Level(IntEnum):
    """Kinds of label, from the outermost inwards."""

    CHAPTER = 0  # 第一章
    PART = 1  # 第一节
    HAN = 2  # 一、
    ARTICLE = 3  # 第一条
    BRACKETED = 4  # （一）
    ARABIC = 5  # 1.
    BRACKETED_ARABIC = 6  # （1）
    CIRCLED = 7  # ①
    SAID = 8  # 一是


class Label(NamedTuple):
    """A label at the start of a paragraph: `end` is where the text behind it begins."""

    level: Level
    number: int
    text: str
    end: int


_HAN = "[一二三四五六七八九十百零〇]{1,6}"
_FORMS = re.compile(
    rf"""[ \t\u3000\xa0]*(?:
    (?P<CHAPTER>第(?:{_HAN}|\d{{1,3}})(?:章|编|部分|篇))(?=[\s:：]|[^\s，。、的])
    |(?P<PART>第(?:{_HAN}|\d{{1,3}})节)(?=[\s:：]|[^\s，。、的])
    |(?P<ARTICLE>第(?:{_HAN}|\d{{1,4}})条)(?=[\s:：]|[^\s，。、的第（和至])
    |(?P<HAN>{_HAN}[、､．.])(?!{_HAN}[、．产])
    |(?P<BRACKETED>[（(]{_HAN}[）)]|[㈠-㈩])[、､．.]?
    |(?P<ARABIC>\d{{1,3}}(?:[．.](?!\d)|[、､])|[⒈-⒛])(?!\d+[、.．％%])
    |(?P<BRACKETED_ARABIC>[（(]\d{{1,3}}[）)]|\d{{1,3}}[）)]|[⑴-⒇])
    |(?P<CIRCLED>[①-⑳])
    |(?P<SAID>{_HAN}是)(?!否|非)
    )[ \t\u3000\xa0:：]*""",
    re.VERBOSE,
)
_PIECE = re.compile(rf"第({_HAN})篇")
_BRACKETED = re.compile(rf"[（(]({_HAN})[）)]")
# Fewer labels in running text are no numbering.
_COUNTED = 3
_INSIDE = re.compile(rf"(?:^|(?<=[。；：;:，！\n]))({_HAN})是(?!否|非)")


def label(text: str, start: int = 0) -> Label | None:
    """The label that stands at `start`, or None."""
    match = _FORMS.match(text, start)
    if not match or not match.lastgroup:
        return None
    said = match[match.lastgroup]
    value = _value(said)
    if not value:
        return None
    return Label(Level[match.lastgroup], value, said, match.end())


def said_inside(text: str) -> list[Label]:
    """The labels 一是, 二是 … that stand inside a paragraph, where they count on from one."""
    return _counting(_INSIDE.finditer(text), Level.SAID)


def run_in(text: str) -> list[Label]:
    """The labels 第一篇 … and （一） … of a text that has lost its line breaks, in order: those that
    count on, mostly behind the end of a sentence.
    """
    found: list[Label] = []
    for pattern, level in ((_PIECE, Level.CHAPTER), (_BRACKETED, Level.BRACKETED)):
        counted = _counting(pattern.finditer(text), level, gaps=level is Level.CHAPTER)
        stops = sum(
            text[max(0, label.end - len(label.text) - 1)] in "。！？；\n" for label in counted
        )
        if len(counted) >= _COUNTED and stops * 2 > len(counted):
            found += counted
    return sorted(found, key=lambda label: label.end)


def _counting(matches: Iterable[re.Match[str]], level: Level, *, gaps: bool = False) -> list[Label]:
    """The labels that count on from one; with `gaps` numbers may be missing."""
    found: list[Label] = []
    for match in matches:
        value = number(match[1])
        last = found[-1].number if found else 0
        if value and (value == last + 1 or (gaps and found and value > last)):
            found.append(Label(level, value, match[0], match.end()))
    return found


def _value(said: str) -> int | None:
    for first, last in ("①⑳", "⑴⒇", "⒈⒛", "㈠㈩"):
        if first <= said <= last:
            return ord(said) - ord(first) + 1
    digits = re.search(rf"{_HAN}|\d+", said)
    return number(digits[0].replace("〇", "零")) if digits else None
