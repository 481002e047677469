"""Responsible units: the notes that name them, and who acts in a sentence."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tracker.domain.words import Role

_LONGEST_NOTE = 1000  # characters; what is longer was never closed
_LONGEST_NAME = 40
_OPENING = 80  # characters of a sentence in which its actor must appear

# What the name of a unit ends in; what ends so and is none; what no name begins with.
_UNIT = re.compile(
    r"(?:[部委局厅办署院会行社处室司组馆站校台所省市县区州盟旗乡镇联协]|大学|学院|政府|团中央|单位|部门|中心|集团|公司|兵团|企业|机构|机关|组织|各地|地方|街道|专班|海关|委员会|[央级]财政|[省市县区州盟旗厅局委][（(]□+[）)])$"
)
_NO_UNIT = re.compile(
    r"(?:教室|全部|内部|外部|局部|干部|社会|机会|论坛|[执推实试运发先进平并][行办会]|(?<!联席)会议|园区|社区|示范区|试验区|举办|督办|主办|协办|承办)$|[的了：:“”《》]|为主|(?<!自)由|^(?:[（(]|以下|其他|不?含|包括|其中|详?见|即|如)"
)
_VERB_FIRST = re.compile(
    r"鼓励|综合(?![处科司])|考虑|反映|积极|带动|探索|制定|编制|印发|出台|支持|推动|引导|指导|督促|要求|允许|加强|加大|加快|建立|健全|完善|发挥|建设(?![银部局厅])|推进|打造|开展|落实|强化|优化|促进|培育|实施|组织(?!部)|构建|提高|提升|深化|扩大|严格|选择|确保|坚持|统筹|充分|依托|围绕|通过|根据|按|面向|针对|对(?!外)|在|将|把|以|为|从|向|与|等|被|让|给"
)
_BARE = {"政府", "部门", "单位", "企业", "机构", "组织", "机关", "学校", "高校", "地方"}
_JOINERS = re.compile("以及|[和及与]")
_PIECE = re.compile("[^、，,；;。]+")
# 市、县 of 各市、县（市、区）政府 is one name.
_LEVELS = re.compile(
    r"(?<=[省市州盟县区旗）)])、(?=(?:自治区|直辖市|计划单列市|[市州盟县区旗])(?:[、（(和及]|各?级|(?:人民)?政府|党委|$))"
)
_INNER = re.compile(r"[（(〔［【\[][^（(〔［【\[）)〕］】\]]*[）)〕］】\]]")
_ALTERNATIVES = re.compile(r"[省市县区州盟旗自治直辖厅局委办兵团、]{1,16}")
_BLANKS = re.compile(r"(?<=[部委局厅办署院会行社府位门心团司构])[ \t\u3000]{1,20}(?=[一-鿿])")

# Labels, and what units are said to do; 负责 alone is read from its company.
_LABEL = re.compile(
    r"(?:(?P<support>(?:配合|参与|参加|协办|协作|支持|协同|指导)(?:单位|部门|处室)?)|(?P<lead>(?:总?牵头|主办|主责)(?:单位|部门|处室)?)|(?P<listed>(?:责任|承办|实施|落实|分工|负责)(?:单位|部门|主体|处室)|[责职][任责]分工)|(?P<other>(?:完成|办结|工作)?(?:时限|期限|时间)|进度要求|责任领导|责任人|联系人|备注))[：:]"
)
_LABEL_ENDS = re.compile(r"(?:单位|部门|主体|处室|分工|时限|期限|时间)[：:]")
_DUTY = re.compile(
    r"(?P<with>会同|会商|联合(?!会|国|社))|(?P<lead>牵头|主办)|(?P<duty>负总?责(?!同志|人)|落实|推进|承担|组织实施|实施)|(?P<support>参与|参加|配合|协助|协办|支持|指导(?!委|中心|小组|意见|咨询|站))"
)
_MANNER = re.compile(
    r"等(?=$|有关|相关|各|部门|单位|方面|地方|按|依|根据|\d|分别|共同|联合)|(?:按照?|依据?|根据|在)?(?:各自|工作)?(?:职责|职能|分工)|(?:分别|共同|联合|各自|协同|具体|主要|积极|抓好|组织)$"
)
_SHARED = re.compile("职责|职能|分工|分别|共同|各自")
_REMARK = re.compile("下同|以下|不再|均需|列第|排第|排在|首位|第一个")
# One within another at most, and not after 。: there the outer one was never closed.
_BRACKETS = re.compile(
    r"[（(【][^（()）【】]*(?:(?<!。)[（(][^（()）【】]*[）)][^（()）【】]*)*[）)】]"
)
# Where a note stands: after the end of a sentence or before it, or at that of a line.
_ENDED = re.compile(r"(?:^|[。；！？;\n])\s*$")
_ENDS = re.compile(r"\s*(?:$|[。；！？;（(])|[ \t\u3000]*\n")
_STOPPED = re.compile(r"[。；！？;]\s*$")
_LINE_STOP = re.compile(r"[。；;]?[ \t\u3000]*(?:\n|\Z)")
# With no word of responsibility beside them: a place is only a place, an agency is a source.
_NO_UNIT_ALONE = re.compile(
    r"\d{4}年|[发施]行$|[省市县区州盟旗乡镇道]$|(?<![联销作])社$|^[共约近]|[\d两三四五六七八九十百千万]家|[省市县区州盟旗][（(]□+[）)]$"
)
_AND_OTHERS = re.compile("等(?:有关|相关|各)?(?:部门|单位|方面|地方)?(?:和单位)?")
_RESPONSIBLE = re.compile("牵头|负责|参与|配合|指导|会同|责|主办|协办|落实|承办|实施")
_LINE = re.compile(r"(?m)^[ \t\u3000]*+([^\n\t|。]{2,120}(?:负责|牵头|[参配][与合]|指导|落实))$")
_HEAD = re.compile(r"(?:^|[\n\t。；;|])[ \u3000]*$")
_LINE_END = re.compile(r"(?<![、，,；;：:])\n|[\t|。]|\Z")

# What follows whoever acts.
_ACTS = re.compile(
    r"要|应|必?须|(?<!所)需|将|可以|不得|会同|负责|牵头|是(?=.{0,16}(?:责任|主体))|按|根据|结合|组织|指导|统筹|制定|编制|印发|开展|加强|建立|健全|完善|推[进动]|落实|加[快大]|做好|定期|每年|大力|扎实|坚决|狠抓|着力|积极(?!性)|认真|切实|进一步|深入|全面|努力|继续|率先|充分|抓|对|把|筛选|推荐|审"
)
# Where a sentence may have somebody who acts: most have nobody, and are not read closely.
_MAY_ACT = re.compile(
    rf"[部委局厅办署院会行社处室司组馆站校台所学院省市县区州盟旗乡镇联协府央位门心团业构关织地方道班政）)]\s*(?:{_ACTS.pattern})"
)
_BY = re.compile("(?<!自)由|(?<![财已曾])经(?![济信贸营开])")
_CLAUSE = re.compile("[^，,；;：:。！？]+")
_PART = re.compile("[^，,；;。]+")


class Unit(NamedTuple):
    """One unit that a text makes responsible; the offsets are those of its name."""

    name: str
    role: Role
    start: int
    end: int


class Note(NamedTuple):
    """A trailing note of responsibility, its brackets included."""

    start: int
    end: int
    units: tuple[Unit, ...]


_Span = tuple[Role, int, int]


def notes(text: str) -> list[Note]:
    """All notes of responsibility in a paragraph or a whole document, in order."""
    found = [note for bracket in _BRACKETS.finditer(text) if (note := _bracketed(text, bracket))]
    kept: list[Note] = []
    for note in sorted([*found, *_labelled(text), *_lines(text)]):
        if not kept or note.start >= kept[-1].end:
            kept.append(note)
    return kept


def listed(text: str, start: int, end: int, role: Role) -> list[Unit]:
    """The units in a cell of a table, [start, end) of `text`; of joint ones the first leads."""
    read, at = _reading(text, start, end)
    first = Role.LEAD if role is Role.JOINT else role
    return [
        Unit(
            "".join(text[at[a] : at[b - 1] + 1].split()), role if n else first, at[a], at[b - 1] + 1
        )
        for n, (a, b) in enumerate(_names(read, 0, len(read))[0])
    ]


@lru_cache(maxsize=4096)
def actor(sentence: str) -> tuple[str, int, int] | None:
    """Who acts in the sentence by its grammar, with the offsets: 各省（区、市）要…, 由某部门负责."""
    if not _MAY_ACT.search(sentence, 0, _OPENING):
        return None
    read, at = _reading(sentence, 0, min(len(sentence), _OPENING))
    for clause in _CLAUSE.finditer(read):
        by = _BY.search(clause[0])
        for start in ([clause.start() + by.end()] if by else []) + [clause.start()]:
            for acts in _ACTS.finditer(read, start, clause.end()):
                if _is_actor(read[start : acts.start()]):
                    begin, end = at[start], at[acts.start() - 1] + 1
                    return "".join(sentence[begin:end].split()), begin, end
    return None


def _is_actor(phrase: str) -> bool:
    """Whether a phrase before a verb is a unit, or a list that ends in one."""
    pieces = phrase.split("、")
    return _is_unit(pieces[-1]) and not any(
        len(piece) > _LONGEST_NAME or _VERB_FIRST.match(piece) or _NO_UNIT.search(piece)
        for piece in pieces
    )


def _bracketed(text: str, bracket: re.Match[str]) -> Note | None:
    start, end = bracket.span()
    if end - start > _LONGEST_NOTE:
        return None
    if not _RESPONSIBLE.search(bracket[0]):
        return _unsaid(text, start, end)
    units, clean = _units(text, start + 1, end - 1)
    trails = _ENDED.search(text[max(start - 20, 0) : start]) or _ENDS.match(text[end : end + 20])
    return _note(start, end, units) if clean or trails else None


def _unsaid(text: str, start: int, end: int) -> Note | None:
    """A bracket behind a sentence, or at the end of a line, that holds names of units and nothing
    else: who is responsible is said by its place alone. The first of several leads.
    """
    before = text[max(start - 20, 0) : start]
    ended = _STOPPED.search(before)
    closes = _LINE_STOP.match(text, end) and before.strip() and not _UNIT.search(before)
    read, _ = _reading(text, start + 1, end - 1)
    manner = _MANNER.search(read)
    if not (ended or closes) or (manner and not _AND_OTHERS.fullmatch(read, manner.start())):
        return None
    names, clean = _names(read, 0, len(read))
    if not clean or all(_NO_UNIT_ALONE.search(read[first:last]) for first, last in names):
        return None
    return _note(start, end, listed(text, start + 1, end - 1, Role.JOINT))


def _note(start: int, end: int, units: list[Unit]) -> Note | None:
    named = any(unit.name not in _BARE for unit in units)
    return Note(start, end, tuple(units)) if named else None


def _labelled(text: str) -> Iterator[Note]:
    """Notes without brackets, after a label that begins a line, a cell or a sentence."""
    done = 0
    for colon in _LABEL_ENDS.finditer(text):
        floor = max(colon.start() - 4, done)
        label = _LABEL.search(text, floor, colon.end())
        if not label or not _HEAD.search(text[max(label.start() - 9, 0) : label.start()]):
            continue
        end = _LINE_END.search(text, label.end())
        done = end.start() if end else len(text)
        units, _ = _units(text, label.start(), min(done, label.end() + _LONGEST_NOTE))
        if note := _note(label.start(), done, units):
            yield note


def _lines(text: str) -> Iterator[Note]:
    """Lines that are a note from one end to the other: 甲局牵头，乙局配合."""
    for line in _LINE.finditer(text):
        units, clean = _units(text, *line.span(1))
        if clean and (note := _note(*line.span(1), units)):
            yield note


def _units(text: str, start: int, end: int) -> tuple[list[Unit], bool]:
    """The units of a note, and whether there is nothing else in it."""
    read, at = _reading(text, start, end)
    marks = [*_LABEL.finditer(read)]
    ends = [*(mark.start() for mark in marks), len(read)]
    spans, clean = _said(read, 0, ends[0])
    for mark, stop in zip(marks, ends[1:], strict=True):
        if not mark["other"]:
            led = any(role is Role.LEAD for role, *_ in spans)
            spans += _said(read, mark.end(), stop)[0] or _listed(read, mark, stop, led=led)
    units = [(role, at[first], at[last - 1] + 1) for role, first, last in spans]
    return [
        Unit("".join(text[a:b].split()), role, a, b) for role, a, b in units
    ], clean and not marks


def _listed(read: str, mark: re.Match[str], stop: int, *, led: bool) -> list[_Span]:
    """Units after a label; of 责任单位 the first leads, where nobody does, the others are joint."""
    names, _ = _names(read, mark.end(), stop)
    rest = {"lead": Role.LEAD, "support": Role.SUPPORT}.get(mark.lastgroup or "", Role.JOINT)
    first = Role.LEAD if rest is Role.JOINT and not led else rest
    return [(rest if number else first, *name) for number, name in enumerate(names)]


def _said(read: str, start: int, stop: int) -> tuple[list[_Span], bool]:
    """Units with what they are said to do, and whether there is nothing else."""
    found: list[_Span] = []
    at, beside, clean = start, False, True
    for duty in _DUTY.finditer(read, start, stop):
        names, only = _names(read, at, duty.start())
        shared = bool(_SHARED.search(read, at, duty.start())) or len(names) > 1
        leads = any(role is Role.LEAD for role, *_ in found)
        role = Role.JOINT if shared or leads else Role.LEAD
        role = Role.LEAD if duty["lead"] or duty["with"] else role
        role = Role.SUPPORT if duty["support"] or beside else role
        found += [(role, *name) for name in names]
        at, clean = duty.end(), clean and only
        beside = bool(duty["with"]) or (beside and not names)
    names, only = _names(read, at, stop)
    if beside:
        found += [(Role.SUPPORT, *name) for name in names]
    return found, clean and only and (beside or not names) and bool(found)


def _names(read: str, start: int, stop: int) -> tuple[list[tuple[int, int]], bool]:
    """The names in a stretch of a note, and whether there is nothing else in it."""
    manner = _MANNER.search(read, start, stop)
    found, clean = [], True
    for piece in _PIECE.finditer(read, start, manner.start() if manner else stop):
        begin = piece.start() + len(piece[0]) - len(piece[0].lstrip("由请"))
        names = list(_split(read, begin, piece.end()))
        found += names
        clean = clean and bool(names)
    return found, clean


def _split(read: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A name, or two joined by 和 where both sides are names: not 工业和信息化部."""
    for joiner in _JOINERS.finditer(read, start, min(end, start + 2 * _LONGEST_NAME)):
        left, right = read[start : joiner.start()], read[joiner.end() : end]
        if _is_unit(left) and _is_unit(right) and not (right in _BARE or right == "人民政府"):
            yield start, joiner.start()
            yield from _split(read, joiner.end(), end)
            return
    if _is_unit(read[start:end]):
        yield start, end


def _is_unit(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST_NAME
        and bool(_UNIT.search(name))
        and not _NO_UNIT.search(name)
        and not _VERB_FIRST.match(name)
    )


def _reading(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """A note without white space, what is no name masked; and the offset of each character."""
    spaced = _BLANKS.sub(lambda blank: "、" * len(blank[0]), text[start:end])
    at = [start + place for place, sign in enumerate(spaced) if not sign.isspace()]
    read = _INNER.sub(_masked, "".join(spaced.split()))
    read = _PART.sub(lambda it: "，" * len(it[0]) if _REMARK.search(it[0]) else it[0], read)
    return _LEVELS.sub("□", read), at


def _masked(inner: re.Match[str]) -> str:
    """（市、区） stays part of a name; any other remark inside a note is no name."""
    said = inner[0]
    part = _ALTERNATIVES.fullmatch(said[1:-1])
    return f"{said[0]}{'□' * (len(said) - 2)}{said[-1]}" if part else "、" * len(said)
