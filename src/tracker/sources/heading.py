"""What stands above the text of a document: its title, its number, the date of issue."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from tracker.domain.numerals import number as numeral

_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,14}\s*[〔\[［（(]\s*\d{4}\s*[〕\]］）)]\s*(?:第\s*)?\d{1,5}\s*号"
    r"|(?:[\u4e00-\u9fff]{2,20}令\s*)?第\s*\d{1,4}\s*号(?:令)?"
    r"|[A-Z][A-Za-z ]{1,40}[〔\[(（]\s*\d{4}\s*[〕\])）]\s*No\.\s*\d{1,5}"
)
_HAN_DIGITS = "〇零○O一二三四五六七八九"
_HAN_DATE = rf"(?P<hy>[二一][{_HAN_DIGITS}]{{3}})年(?P<hm>[一二三四五六七八九十]{{1,2}})月(?P<hd>[一二三四五六七八九十]{{1,3}})日"
_DATE = re.compile(
    rf"(?P<y>\d{{4}})\s*(?:年\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*日|-(?P<im>\d{{1,2}})-(?P<id>\d{{1,2}}))|{_HAN_DATE}"
)
# What the title of a document ends in.
TITLE_END = re.compile(
    r"(?:通知|意见|方案|规划|办法|条例|决定|公告|通告|通报|公报|纲要|计划|要点|总结|报告|规定|讲话|细则|函|批复|指引|清单|措施|分工|纪要|决议|行动|》)"
    r"(?:[（(][^（）()]{1,30}[）)])?$"
)
_AFTER_DATE = re.compile(r"[^\d。；]{0,30}[）)]?|(?:发布|公布|印发|通过)[^。；]{0,60}[）)]")
_NAMED = re.compile(r"^(?:标\s*题|文\s*号|发文字号|发布日期|成文日期|印发日期|发文日期)[:：]\s*")
_STOP = re.compile(r"[:：]$|[。；，]")
_ANNEX = re.compile(r"附\s*件?\s*\d*[:：]?")
# What a web page shows above its text: where one is, what is known of it, how to read it.
_BESIDE = re.compile(
    r"[\t>＞»|【】]|^.{1,8}[:：]\s*\S|^(?:首页|打印|关闭|分享)|(?:政府|国务院)公报"
)
# What still belongs to a title that a line before it seems to end.
_GOES_ON = re.compile(
    r"的.{1,4}|[（(](?:\d{4}[^（）()]{0,12}年|试行|暂行|修订|草案|征求意见|送审)[^（）()]{0,6}[）)]"
)
_BEGINS = re.compile(r"(?![印转]发).+关于")
_ISSUER = re.compile(r"(?:政府|国务院|中央|委员会|办公[厅室]|[部委局厅会院])$")
# Lines above the first numbered one that are looked at.
HEAD = 60
# Characters: what is shorter is a word of a menu, 通知公告, if there is anything else.
_SHORTEST = 7
_LONGEST = 200
_MOST_LINES = 4
_SIGNATURE_LIMIT = 40
_SAYS = ("强调", "指出", "要求")


class Heading(NamedTuple):
    """Title, number and date of issue as far as the document states them."""

    title: str
    number: str | None
    issued: date | None


def heading(before: Sequence[str], lines: Sequence[str]) -> Heading:
    """The heading of a document from the paragraphs `before` its first numbered one, and from all
    its `lines`: the date of a signature may stand at the end.
    """
    top = [line.strip() for line in before[:HEAD]]
    return Heading(_title(top), _number(top), _issued(lines))


def _number(top: Sequence[str]) -> str | None:
    for before, line in pairwise(["", *top]):
        match = _NUMBER.fullmatch(_NAMED.sub("", line).strip("（）() "))
        if match:
            decree = before if before.endswith("令") and match[0].startswith("第") else ""
            blank = " " if match[0].isascii() else ""
            return decree + blank.join(match[0].split())
    return None


def _title(top: Sequence[str]) -> str:
    """The first lines that together end as titles do; else the first line."""
    own = [_NAMED.sub("", line) for line in top]
    kept = [line for line in own if _may_belong(line)]
    titles = [_whole_title(own, at) for at, line in enumerate(own) if line and may_title(line)]
    long = (title for title in titles if len(title) >= _SHORTEST)
    first = next(iter([*titles, *kept]), "")
    # A report of a meeting has two lines: who spoke, and what of.
    if first.endswith(_SAYS) and len(kept) > 1:
        first = " ".join(kept[:2])
    return next(long, first)


def _may_belong(line: str) -> bool:
    """Whether a line may be one of a title."""
    other = _NUMBER.fullmatch(line) or _DATE.fullmatch(line.strip("（）()")) or _STOP.search(line)
    return 0 < len(line) <= _LONGEST and not (
        other or _ANNEX.fullmatch(line) or _BESIDE.search(line)
    )


def may_title(line: str) -> bool:
    """Whether a line may be the end of a document's title, by its last word."""
    return bool(TITLE_END.search(line)) and _may_belong(line)


def _whole_title(lines: Sequence[str], last: int) -> str:
    """The title that ends in line `last`, with the lines before it that belong to it."""
    start = last
    after = lines[last + 1] if last + 1 < len(lines) else ""
    if _GOES_ON.fullmatch(after) and _may_belong(after):
        last += 1
    while (
        start
        and last - start < _MOST_LINES
        and not _BEGINS.match(lines[start])
        and _may_belong(lines[start - 1])
        and not may_title(lines[start - 1])
        and (len(lines[start - 1]) >= _SHORTEST or _ISSUER.search(lines[start - 1]))
    ):
        start -= 1
    return "".join(lines[start : last + 1])


def _issued(lines: Sequence[str]) -> date | None:
    """The date in brackets under the title, else under a signature, else any that stands alone."""
    lines = [_NAMED.sub("", line) for line in lines]
    alone = [
        (0 if line.startswith(("（", "(")) else 2 if match["im"] else 1, at, found)
        for at, line in enumerate(lines)
        if len(line) <= _SIGNATURE_LIMIT
        and (match := _DATE.match(line.lstrip("（( ")))
        and _AFTER_DATE.fullmatch(line, match.end() + len(line) - len(line.lstrip("（( ")))
        and (found := _date(match))
    ]
    return min(alone, default=(0, 0, None))[2]


def _date(match: re.Match[str]) -> date | None:
    if match["hy"]:
        digits = "".join(str(max(0, _HAN_DIGITS.index(c) - 3)) for c in match["hy"])
        parts = int(digits), numeral(match["hm"]) or 0, numeral(match["hd"]) or 0
    else:
        parts = int(match["y"]), int(match["m"] or match["im"]), int(match["d"] or match["id"])
    try:
        return date(*parts)
    except ValueError:
        return None
