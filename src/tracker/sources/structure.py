"""Which labels of a text number its sections, which its items, and which only points inside an item."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from tracker.domain.numerals import chinese
from tracker.sources.labels import Label, Level, label, run_in, said_inside

_ANNEX = re.compile(r"附\s*[件表录]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})?\s*[:：]?")
_DATE = re.compile(
    r"[（(]?(?:\d{4}|[二一][〇零○O一二三四五六七八九十]{3})年(?:\d{1,2}|[一二三四五六七八九十]{1,3})月"
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})日[）)]?"
)
_NOTICE = re.compile(
    r"[（(](?:此件|此文|本文有删减|公开|联系人)[^（）()]*[）)]|抄送[:：].*|印发[^。]{0,30}印发"
)
_ANNEX_LIST = re.compile(r"附\s*件?\s*\d{0,2}\s*[:：]\s*\S")
_LONGEST_LIST = 12
_COUNTED = re.compile(r"(\d{1,3})\s*[.．、]")
# What closes a document, and what may close one whose items have a paragraph each.
_CLOSES = re.compile(
    r"本(?:实施|行动|工作|三年|若干){0,2}(?:意见|方案|办法|通知|规划|计划|要点|决定|措施|细则|规定)(?:自|由)"
    r"|特此|此前|同志们|让我们"
)
# What a web page shows below its text.
_PAGE_FOOT = re.compile(
    r"责任编辑|编辑[:：]|分享到|[【\[［(（]?\s*(?:打印|关闭|返回顶部|纠错)|[上下]一[篇条]"
    r"|相关(?:链接|附件|文章|稿件|文件|解读|阅读|新闻)$|扫一扫|主办(?:单位)?[:：]|版权所有|网站(?:地图|标识码)|.{0,2}ICP备"
)
_CLOSING = re.compile(
    r"各(?:地|级|省|市|区|县|部门|单位|有关|相关|成员|试点)[^。，]{0,40}(?:，|要|应|须|可)"
    r"|(?:以上|上述)(?:意见|通知|任务)|请(?:各|结合|认真)|会议(?:强调|要求|指出|还)"
)
_ENDED = re.compile(r"[。！？；：，、,;:]")
_SHORT = 40
# Who demands something, at the start of a paragraph: 某某强调，要… 某某在讲话中表示，要…
_DEMANDS = re.compile(
    r"[^。，,；：]{1,20}?(?P<address>在讲话中)?(?:强调|指出|要求|表示)[，,][^，,。]{0,20}?要"
)
# Who was there, at the end of a readout.
_ATTENDED = re.compile(r"[^。]*(?:出席|参加)[^，。]{0,12}。")
# Fewer such paragraphs do not divide a text.
_LEAST_DEMANDS = 3
# Of the sections of a document, how many must have numbered items for 一、 to be no item itself.
_SHARE = 3
# What is counted inside a paragraph makes items where it is at least one part in so many.
_LEAST = 10


class Part(Enum):
    """What a paragraph is in the document."""

    BEFORE = "preamble"
    SECTION = "section"
    HEADING = "heading"
    ITEM = "item"
    POINT = "point"
    BODY = "body"
    ROW = "row"
    AFTER = "closing"


class Paragraph(NamedTuple):
    """[start, end) of the text; with a label where one stands at its start."""

    start: int
    end: int
    label: Label | None
    part: Part = Part.BODY


def parts(text: str) -> list[list[Paragraph]]:
    """Every paragraph of `text` and what it is, part by part: notice, what it issues, each annex."""
    every = [
        _placed(Paragraph(match.start(), match.end(), label(match[0])))
        for match in re.finditer(r"[^\n]+", text)
    ]
    if sum(paragraph.label is not None for paragraph in every) <= 1:
        every = _counted_inside(text, every)
    _unlabel_lists(text, every)
    found = [_read(text, every[first:last]) for first, last in pairwise(_bounds(text, every))]
    numbered = any(p.part in (Part.ITEM, Part.ROW) for own in found for p in own)
    return found if numbered else [_demanded(text, own) for own in found]


def _demanded(text: str, every: list[Paragraph]) -> list[Paragraph]:
    """The same of a text without any numbering, a readout: each paragraph that opens with who demands
    something is an item, counted from one; what others add in addresses of their own is one together.
    """
    opened = [_DEMANDS.match(text, p.start, p.end) for p in every]
    if sum(map(bool, opened)) < _LEAST_DEMANDS:
        return every
    result: list[Paragraph] = []
    number, address, part = 0, False, Part.BEFORE
    for paragraph, demand in zip(every, opened, strict=True):
        if demand and not (address and demand["address"]):
            number += 1
            # Like an article it has no title; its label is not in the text.
            own = Label(Level.ARTICLE, number, f"第{chinese(number)}段", paragraph.start)
            result.append(paragraph._replace(part=Part.ITEM, label=own))
            part = Part.BODY
        else:
            if number and _ATTENDED.fullmatch(text, paragraph.start, paragraph.end):
                part = Part.AFTER
            result.append(paragraph._replace(part=part))
        address = bool(demand["address"]) if demand else address
    return _closed(text, result)


def _placed(paragraph: Paragraph) -> Paragraph:
    """The same with the end of its label counted from the start of the text."""
    own = paragraph.label
    return paragraph._replace(label=own and own._replace(end=own.end + paragraph.start))


def _counted_inside(text: str, every: list[Paragraph]) -> list[Paragraph]:
    """The same cut before the labels inside paragraphs: 第一篇 and （一） of a text without line breaks;
    else 一是, 二是 …, where they count a good part of it: three clauses of a long speech are no outline.
    """
    found = run_in(text)
    if found:
        return [piece for paragraph in every for piece in _cut(paragraph, found)]
    if any(paragraph.label for paragraph in every):
        return every
    pieces = [piece for paragraph in every for piece in _pieces(text, paragraph)]
    counted = sum(piece.end - piece.start for piece in pieces if piece.label)
    return pieces if counted * _LEAST >= len(text) else every


def _unlabel_lists(text: str, every: list[Paragraph]) -> None:
    """Takes the labels from the lines of 附件：1.… 2.…, which name annexes and are no items."""
    expected = 0
    for at, paragraph in enumerate(every):
        said = text[paragraph.start : paragraph.end]
        if _ANNEX_LIST.match(said):
            expected = 2
        elif said.endswith(("：", ":")) and _ANNEX.fullmatch(said):
            below = every[at + 1 : at + 1 + _LONGEST_LIST]
            dated = any(_DATE.fullmatch(text[p.start : p.end]) for p in below)
            expected = 1 if dated else 0
        elif (counted := _COUNTED.match(said)) and int(counted[1]) == expected:
            every[at] = paragraph._replace(label=None)
            expected += 1
        else:
            expected = 0


def _pieces(text: str, paragraph: Paragraph) -> list[Paragraph]:
    """A paragraph that counts 一是 … 二是 … inside, cut before each of them."""
    found = said_inside(text[paragraph.start : paragraph.end])
    if len(found) < 2:  # noqa: PLR2004 - one alone counts nothing
        return [paragraph]
    return _cut(paragraph, [own._replace(end=own.end + paragraph.start) for own in found])


def _cut(paragraph: Paragraph, labels: Sequence[Label]) -> list[Paragraph]:
    """A paragraph cut before each of the labels that stand in it."""
    own = [label for label in labels if paragraph.start < label.end <= paragraph.end]
    if not own:
        return [paragraph]
    starts = [label.end - len(label.text) for label in own]
    ends = [*starts[1:], paragraph.end]
    first = Paragraph(paragraph.start, starts[0], paragraph.label)
    before = [first] if starts[0] > paragraph.start else []
    return before + [
        Paragraph(start, end, label) for start, end, label in zip(starts, ends, own, strict=True)
    ]


def _bounds(text: str, every: Sequence[Paragraph]) -> list[int]:
    """Where the parts of a document begin: the notice, what it issues, each annex."""
    bounds = [0]
    for at, paragraph in enumerate(every[:-1]):
        said = text[paragraph.start : paragraph.end]
        after = text[every[at + 1].start : every[at + 1].end]
        if _ANNEX.fullmatch(said) or (_ANNEX_LIST.match(said) and "\t" in after):
            bounds.append(at)
        elif (
            _DATE.fullmatch(said) and at > 1 and not (_NOTICE.match(after) or _DATE.match(after))
        ) or (
            _NOTICE.fullmatch(said)
            and at
            and _DATE.fullmatch(text[every[at - 1].start : every[at - 1].end])
        ):
            bounds.append(at + 1)
    return [*dict.fromkeys(bounds), len(every)]


def _read(text: str, every: Sequence[Paragraph]) -> list[Paragraph]:
    """One part of a document: notice, plan or annex."""
    section, items = _levels(text, every)
    result: list[Paragraph] = []
    part = Part.BEFORE
    for at, paragraph in enumerate(every):
        own = paragraph.label
        if "\t" in text[paragraph.start : paragraph.end]:
            result.append(paragraph._replace(part=Part.ROW))
            continue
        if own and own.level == section:
            part = Part.SECTION
            result.append(paragraph._replace(part=part))
            part = Part.BEFORE
        elif own and own.level == Level.PART and at not in items:
            part = Part.BEFORE
            result.append(paragraph._replace(part=Part.HEADING))
        elif own and own.level == items.get(at):
            result.append(paragraph._replace(part=Part.ITEM))
            part = Part.BODY
        elif own and part is Part.BODY:
            result.append(paragraph._replace(part=Part.POINT))
        else:
            result.append(paragraph._replace(part=part))
    return _closed(text, result)


def _levels(text: str, every: Sequence[Paragraph]) -> tuple[Level | None, dict[int, Level]]:
    """The level of the sections, if there are any, and for each paragraph that of items there."""
    labelled = [(at, p.label.level) for at, p in enumerate(every) if p.label]
    present = {level for _, level in labelled}
    outer = _outer(text, every, labelled, present)
    if outer == Level.CHAPTER and present - {Level.CHAPTER, Level.PART}:
        # 第一节 between chapters and items is a heading more.
        labelled = [(at, level) for at, level in labelled if level != Level.PART]
    groups: dict[int, list[int]] = {}
    group = -1
    for at, level in labelled:
        if level == outer:
            group = at
        elif outer is None or level > outer:
            groups.setdefault(group, []).append(at)
    levels = dict(labelled)
    items: dict[int, Level] = {}
    for members in groups.values():
        own = _own(present, [levels[at] for at in members])
        items.update(dict.fromkeys(members, own))
    return outer, items


def _own(present: set[Level], members: list[Level]) -> Level:
    """The level of the items among the labels of one section."""
    if Level.ARTICLE in present:
        return Level.ARTICLE
    times = Counter(members)
    # One alone is an item where it comes first: （一） that holds 1. and 2.
    return min(level for level in times if times[level] > 1 or level is members[0])


def _outer(
    text: str,
    every: Sequence[Paragraph],
    labelled: list[tuple[int, Level]],
    present: set[Level],
) -> Level | None:
    """The level of the sections."""
    divisions = present & {Level.CHAPTER, Level.PART}
    if divisions:
        return min(divisions) if len(present) > 1 else None
    if Level.HAN not in present:
        return None
    if Level.ARTICLE in present:
        return Level.HAN
    groups: list[list[tuple[int, Level]]] = []
    for at, level in labelled:
        if level == Level.HAN:
            groups.append([])
        if groups:
            groups[-1].append((at, level))
    holding = sum(any(level == Level.BRACKETED for _, level in group) for group in groups)
    if holding * _SHARE >= len(groups):
        return Level.HAN
    # Without （一） a heading alone on its line, followed by 1. or 一是, is a section as well.
    # And so is one between the rows of a table.
    bare = sum(
        _is_heading(text, every[at])
        and ((len(group) > 1 and group[1][0] == at + 1) or _is_row(text, every[at + 1 : at + 2]))
        for group in groups
        for at, _ in group[:1]
    )
    return Level.HAN if bare * 2 >= len(groups) else None


def _is_row(text: str, following: Sequence[Paragraph]) -> bool:
    return any("\t" in text[p.start : p.end] for p in following)


def _is_heading(text: str, paragraph: Paragraph) -> bool:
    said = text[paragraph.start : paragraph.end].rstrip("。：:")
    return len(said) <= _SHORT and not re.search("[。；]", said)


def _closed(text: str, every: list[Paragraph]) -> list[Paragraph]:
    """The same with what follows the last item for good: closing words, signature, date, lists."""
    items = [at for at, paragraph in enumerate(every) if paragraph.part is Part.ITEM]
    if not items:
        return every
    last = items[-1]
    single = _single(text, every, items)
    # Items counted inside a paragraph end with it.
    inline = any(before.end == after.start for before, after in pairwise(every[: last + 1]))
    for at in range(last + 1, len(every)):
        paragraph = every[at]
        if paragraph.part is not Part.BODY:
            continue
        said = text[paragraph.start : paragraph.end]
        if (
            inline
            or _DATE.fullmatch(said)
            or _NOTICE.match(said)
            or _ANNEX_LIST.match(said)
            or _CLOSES.match(said)
            or _PAGE_FOOT.match(said)
            or (
                single
                and (at > last + 1 or not _is_heading(text, every[last]))
                and _CLOSING.match(said)
            )
            or _signature(text, every, at)
        ):
            return every[:at] + [
                later if later.part is Part.ROW else later._replace(part=Part.AFTER)
                for later in every[at:]
            ]
    return every


def _single(text: str, every: list[Paragraph], items: list[int]) -> bool:
    """Whether the items of this part have one paragraph of text each, as a rule."""
    lengths = [
        following - at - _is_heading(text, every[at]) * (following - at > 1)
        for at, following in pairwise(items)
    ]
    return sum(length <= 1 for length in lengths) * 3 >= len(lengths) * 2


def _signature(text: str, every: list[Paragraph], at: int) -> bool:
    """Whether a short line stands here, and a date not far below."""
    said = text[every[at].start : every[at].end]
    if len(said) > _SHORT or _ENDED.search(said):
        return False
    below = (text[p.start : p.end] for p in every[at + 1 : at + 6])
    for line in below:
        if _DATE.fullmatch(line):
            return True
        if len(line) > _SHORT or _ENDED.search(line):
            return False
    return False
