"""Target years: the years, and months, by which a sentence says that something is to be done."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from tracker.domain.target import Target

_YEARS = range(1949, 2100)
_MONTHS = range(1, 13)
_CHINESE = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
_TENS = {"十": 10, "十一": 11, "十二": 12}

_DASH = r"[—–―－\-~～一]{1,2}|至|到"
_MONTH = rf"(?:\d{{1,2}}\s?月?\s?(?:{_DASH})\s?)?(?P<month%s>\d{{1,2}}|十[一二]?|[一二三四五六七八九])\s?月份?(?P<day%s>\s?\d{{1,2}}\s?日)?"
_PART = r"(?:前|第)?(?P<quarter%s>[一二三四1-4])季度|(?P<half%s>[上下]半年|年?中(?=[，,前之以]))"
_END = r"(?P<end%s>年?[底末]|[上中下]旬)?(?P<before%s>(?:之前|以前|前)(?![后期沿瞻景述列]|[一两二三四]?季度)|内(?!蒙|[部需外资容地陆河生涝]))?"
_WHEN = rf"(?:\s{{0,2}}(?:{_MONTH}|{_PART}))?\s?{_END}"
_MORE = rf"(?:\s{{0,2}}(?:、|和|及|与|{_DASH})\s{{0,2}}\d{{4}})"
_MENTION = re.compile(
    rf"(?<![\d.．〔])(?P<year>[12１２]\d{{3}}|[一二][零〇○九][零〇○一二三四五六七八九]{{2}})(?!\d)"
    rf"(?:\s{{0,3}}年{_WHEN % (('1',) * 6)}|(?={_MORE}{{1,9}}\s{{0,3}}年))"
    rf"|(?P<relative>今年|本年度?|明年|后年){_WHEN % (('2',) * 6)}"
    r"|(?P<bare>年(?:[底末](?:之前|以前|前)|内(?!蒙|[部需外资容]))"
    r"|(?P<month3>\d{1,2})月(?P<day3>\d{1,2}日|[底末])?(?:之前|以前|前(?![后期沿瞻]))"
    r"|第?(?P<quarter3>[一二三四])季度末?(?:之前|以前|前(?![后期沿瞻])))"
)
# Where a mention can begin: found fast, since most of a text is none.
_HINT = re.compile(r"[\d一二今本明后年第]\d*")
_AHEAD = {"明年": 1, "后年": 2}

# What stands between the years of a list, and of a range.
_LIST = re.compile(r"\s{0,2}(?:、|和|及|与|以及|或)\s{0,2}")
_RANGE = re.compile(rf"\s{{0,2}}(?:{_DASH})\s{{0,2}}")

# Before the year: words of a goal, which belong to it; and words of a start, a comparison, a term.
_TO = re.compile(
    r"(?:力争|争取|确保|力求|展望)?(?:截至|截止到?|直到|(?<![达做看得收遇受])到|(?<![甚乃以])至|不[晚迟]于|最[晚迟])\s?$"
    r"|(?:力争|争取|确保|力求|展望)(?:在|于)?\s?$|(?:时限|期限|时间|节点)[：:]\s?$"
)
_IN = re.compile(r"[在于]\s?$")
_FROM = re.compile(r"(?:[自从由]|始于)\s?$")
_COMPARED = re.compile(
    r"(?:(?<!占)比|较|相当于|达到|距今|约)\s?$|有效(?:期[^，。；]{0,12}|[至到]\s?)$|(?:施行|执行|实施|延续|延长|试行)[至到]\s?$"
)
_ALONE = re.compile(r"(?:[每当次往同翌去上历逐多几半两\d一二三四五六七八九十年]|第二年|个)\s{0,2}$")
_OPENING = re.compile(r"(?:^|[。！？；;：:“])[\s“—]*$")

# After the year: what makes it a start or a measure; a name, where no word of a goal is before it.
_NEVER = re.compile(
    r"\s?初?的?(?:秋季|春季)?(?:学期)?(?:起(?![步草])|开始|以来|之?后(?!续)|以后|至今|止|前后|失效|有效|第?\s?\d+\s?号|\d{1,2}\s?月|[^，。；]{0,6}相比)"
)
_NAMED = re.compile(
    r"\s?(?:度)?的?(?:修订|修正|修改|版|同期|[不可]变?比?价|价格|基[期数年准]|为基|为起|水平|基础|年鉴|远景|目标(?!任务)|议程|历史|是|正值|恰逢|适逢|[\d.]+\s?倍|前期|报告|预算|决算)"
)
_STARTS = re.compile(r"\s?(?:年?初|秋季|春季)?(?:学期)?(?:起(?![步草])|开始)")
_IN_FORCE = re.compile(r"[^，。；]{0,6}(?:施行|执行|生效|试行|废止)")
_THIS_PAPER = re.compile(r"本[^，。；]{1,8}[自从]$")
_PLAN = re.compile(
    r"(?!召开|举[行办])[^，。；：、\s]{0,12}?(?:规划|计划|方案|纲要|要点|目录|清单|公报|总结|会议)"
)
_ISSUED = re.compile(r"\s?(?:印发|发布|颁布|公布|出台|下发|批复|签订|通过|成立)")
_PLAN_BEFORE = re.compile(
    r"(?:规划|计划|方案|纲要|意见|目录|清单|办法|条例|规定|标准|要点|报告|大纲|指南|行动|战略|工程|决定|图|[》”])[（(]\s?$"
)
_GOAL = re.compile(
    r"实现|完成|建成|达到|达标|力争|争取|确保|基本|全面|初步|率先|分别|每年|不低于|不少于|不超过|控制在|以上|以内|超过|突破|[高升增降少]到|[降升增]至|形成|建立|编制|制定|启动|出台|印发"
)
# 已 before a noun only says which: 选取30个已建成项目.
_PAST = re.compile(
    r"了(?!解)|(?<![对将把个项座家条处])已|已(?![^，。；]{1,3}的?(?:项目|工程|设施|企业))|同比|共有|发生"
)


class Due(NamedTuple):
    """A target year (and month) that a text states in `words`, at these offsets. `governs`: they
    open a clause (到2025年，…) that holds for the rest of the paragraph, up to the next such one.
    """

    year: int
    month: int | None
    start: int
    end: int
    words: str
    governs: bool


class _Mention(NamedTuple):
    """A year or a relative word; `strong`: with 前 or 内, so a target wherever it stands."""

    match: re.Match[str]
    start: int
    end: int
    year: int | None
    month: int | None
    strong: bool
    day: bool


def dues(text: str, issued: date | None = None) -> list[Due]:
    """The target years of one sentence, in order. Of a range it is the end. With the date of
    `issued`, 今年 and 年底前 are read, and what was over on that day is no target.
    """
    found: list[Due] = []
    for group in _groups(text, _outside_titles(text, _mentions(text))):
        targets = [_dated(mention, found, issued) for mention in group]
        first, last = group[0], group[-1]
        ranged = len(group) > 1 and bool(_RANGE.fullmatch(text, group[-2].end, last.start))
        if not _states(text, group, targets[-1], issued, ranged=ranged):
            continue
        start, governs = _opening(text, first, last)
        for number, (mention, target) in enumerate(zip(group, targets, strict=True)):
            if target is None or (issued and target.due < issued) or (ranged and mention != last):
                continue
            begin = start if ranged or not number else mention.start
            found.append(Due(*target, begin, mention.end, text[begin : mention.end], governs))
    return found


def _mentions(text: str) -> Iterator[_Mention]:
    at = 0
    while hint := _HINT.search(text, at):
        match = _MENTION.match(text, hint.start())
        at = match.end() if match else hint.end()
        if match:
            yield _mention(match)


def _mention(match: re.Match[str]) -> _Mention:
    parts = match.groupdict()
    form = "1" if match["year"] else "2" if match["relative"] else "3"
    year = _number(match["year"]) if match["year"] else None
    month = _number(parts[f"month{form}"]) if parts[f"month{form}"] else None
    if parts[f"quarter{form}"]:
        month = 3 * _number(parts[f"quarter{form}"])
    if half := parts.get(f"half{form}"):
        month = 12 if half == "下半年" else 6
    strong = form == "3" or parts[f"before{form}"] is not None
    day = parts[f"day{form}"] is not None
    return _Mention(match, *match.span(), year, month, strong, day)


def _number(text: str) -> int:
    """2025 of 2025, ２０２５ and 二〇二五; 12 of 十二."""
    if text in _TENS:
        return _TENS[text]
    return int("".join(str(_CHINESE.get(sign, sign)) for sign in text))


def _outside_titles(text: str, mentions: Iterable[_Mention]) -> Iterator[_Mention]:
    """`mentions` without those inside 《…》; an opening that is never closed opens nothing."""
    spans, at = None, 0
    for mention in mentions:
        spans = _titles(text) if spans is None else spans
        while at < len(spans) and spans[at][1] < mention.start:
            at += 1
        if at == len(spans) or spans[at][0] > mention.start:
            yield mention


def _titles(text: str) -> list[tuple[int, int]]:
    """The outermost 《…》, as the offsets of both signs."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    for sign in re.finditer("[《》]", text):
        if sign[0] == "《":
            opened.append(sign.start())
        elif opened:
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, sign.start()))
    return spans


def _groups(text: str, mentions: Iterable[_Mention]) -> Iterator[list[_Mention]]:
    """Years joined to a list or a range."""
    group: list[_Mention] = []
    for mention in mentions:
        gap = group[-1].end if group else 0, mention.start
        if group and not (_LIST.fullmatch(text, *gap) or _RANGE.fullmatch(text, *gap)):
            yield group
            group = []
        group.append(mention)
    if group:
        yield group


def _dated(mention: _Mention, found: list[Due], issued: date | None) -> Target | None:
    """When it is; 年底前 is of the target year named before in the sentence, or of the issue."""
    year = mention.year
    if year is None and mention.match["bare"]:
        year = found[-1].year if found else issued.year if issued else None
    elif year is None and issued:
        year = issued.year + _AHEAD.get(mention.match["relative"], 0)
    if year is None or year not in _YEARS or (mention.month or 1) not in _MONTHS:
        return None
    return Target(year, mention.month)


def _states(  # noqa: PLR0911 - one reason after the other
    text: str, group: list[_Mention], target: Target | None, issued: date | None, *, ranged: bool
) -> bool:
    """Whether the group's words and what stands around them state a target."""
    first, last = group[0], group[-1]
    before, after = text[max(first.start - 16, 0) : first.start], text[last.end : last.end + 30]
    if target is None or _COMPARED.search(before):
        return False
    if _STARTS.match(after):
        return not last.day and _is_reached(before, after, target, issued)
    if not ranged and _FROM.search(before):
        return False
    if last.match["bare"]:
        return not _ALONE.search(before)
    if last.strong:
        return True
    clause = re.match(r"[，,]?[^，,。；;]*", after)
    told = clause[0] if clause else ""
    if _NEVER.match(after) or (before.endswith("截至") and _PAST.search(told)):
        return False
    if _TO.search(before):
        return True
    return not _is_name(before, after, target, issued) and _is_planned(last, target, told, issued)


def _is_reached(before: str, after: str, target: Target, issued: date | None) -> bool:
    """What has to be so from a later year on is to be reached by then; what begins in the year of
    issue only begins.
    """
    begins = _IN_FORCE.match(after) or _THIS_PAPER.search(before)
    return bool(issued and target.year > issued.year and not begins)


def _is_name(before: str, after: str, target: Target, issued: date | None) -> bool:
    """Whether the year names a plan, a price, a base, or the day on which a paper came out."""
    plan = _PLAN.match(after)
    return bool(
        _NAMED.match(after)
        or (plan and not _GOAL.search(plan[0]))
        or (_PLAN_BEFORE.search(before) and after[:1] in ("）", ")"))
        or (_ISSUED.match(after) and not (issued and target.year > issued.year))
    )


def _is_planned(mention: _Mention, target: Target, told: str, issued: date | None) -> bool:
    """Whether a year without a word of a goal is one to reach: 2025年实现, 2019年上半年，…"""
    if _PAST.search(told) or (mention.day and not told.startswith(("完成", "截止"))):
        return False
    if mention.match["month1"] and not issued:
        return bool(_GOAL.match(told))
    part = target.month is not None and not mention.match["month2"]
    known = issued is not None and mention.year is not None and not told.startswith("度")
    return part or known or bool(_GOAL.search(told))


def _opening(text: str, first: _Mention, last: _Mention) -> tuple[int, bool]:
    """Where the words begin, those of the goal included, and whether they govern."""
    floor = max(first.start - 12, 0)
    before = text[floor : first.start]
    goal = _TO.search(before)
    word = goal or _IN.search(before)
    start = (
        floor + word.start() if word and not before.rstrip().endswith(("：", ":")) else first.start
    )
    ahead = text[max(start - 8, 0) : start]
    opens = goal is not None and text[last.end : last.end + 1] in ("，", ",")
    whole = start <= 8 or not ahead.isspace()  # noqa: PLR2004 - the window above
    return start, opens and whole and bool(_OPENING.search(ahead))
