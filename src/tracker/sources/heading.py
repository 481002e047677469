"""What stands above the text of a document: its title, its number, the date of issue."""

import re
from collections.abc import Sequence
from datetime import date
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
_TITLE_END = re.compile(
    r"(?:通知|意见|方案|规划|办法|条例|决定|公告|通告|通报|公报|纲要|计划|要点|总结|报告|规定|讲话|细则|函|批复|指引|清单|措施|分工|纪要|决议|行动|》)"
    r"(?:[（(][^（）()]{1,30}[）)])?$"
)
_AFTER_DATE = re.compile(r"[^\d。；]{0,30}[）)]?|(?:发布|公布|印发|通过)[^。；]{0,60}[）)]")
_NAMED = re.compile(r"^(?:文号|发文字号|发布日期|成文日期|印发日期|发文日期)[:：]\s*")
_STOP = re.compile(r"[:：]$|[。；，]")
_HEAD = 24
_SIGNATURE_LIMIT = 40


class Heading(NamedTuple):
    """Title, number and date of issue as far as the document states them."""

    title: str
    number: str | None
    issued: date | None


def heading(before: Sequence[str], lines: Sequence[str]) -> Heading:
    """The heading of a document from the paragraphs `before` its first numbered one, and from all
    its `lines`: the date of a signature may stand at the end.
    """
    top = [line.strip() for line in before[:_HEAD]]
    return Heading(_title(top), _number(top), _issued(lines))


def _number(top: Sequence[str]) -> str | None:
    for line in top:
        match = _NUMBER.fullmatch(_NAMED.sub("", line).strip("（）() "))
        if match:
            return (" " if match[0].isascii() else "").join(match[0].split())
    return None


def _title(top: Sequence[str]) -> str:
    """The first lines that together end as titles do; else the first line."""
    own: list[str] = []
    for line in top:
        if _NUMBER.fullmatch(line) or _DATE.fullmatch(line.strip("（）()")) or _STOP.search(line):
            if own:
                break
            continue
        if re.fullmatch(r"附\s*件?\s*\d*[:：]?", line):
            continue
        own.append(line)
        if _TITLE_END.search(line):
            break
    else:
        own = own[:1]
    if own and not _TITLE_END.search(own[-1]):
        own = own[:1]
    return "".join(own)


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
