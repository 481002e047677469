"""The closed vocabularies of the field, each word with its Chinese and its English name."""

import unicodedata
from enum import StrEnum
from typing import Self

# The ASCII characters that have a full-width form.
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


def plain(text: str) -> str:
    """`text` as it is compared: full-width forms, case, hyphens and blanks made alike."""
    return (
        unicodedata.normalize("NFKC", text).strip().casefold().replace("-", "_").replace(" ", "_")
    )


def spellings(text: str) -> tuple[str, ...]:
    """`text` as typed, in half-width characters and in full-width ones, small and large: 5G, ５Ｇ."""
    half = unicodedata.normalize("NFKC", text)
    # SQLite knows the case of ASCII letters only.
    other = [each for each in (half, half.translate(_FULL_WIDTH)) if not each.isascii()]
    cases = [case for each in other for case in (each.lower(), each.upper())]
    return tuple(dict.fromkeys((text, half, *other, *cases)))


class Word(StrEnum):
    """A word with its value (in files, database and JSON) and its names in both languages."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.zh = zh
        word.en = en
        return word

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The word that `text` says in either language, or None."""
        said = plain(text)
        for word in cls:
            if said in (word.value, plain(word.zh), plain(word.en)):
                return word
        return None

    @classmethod
    def named(cls) -> str:
        """The whole vocabulary, for a message: `done 已完成, …`."""
        return ", ".join(f"{word.value} {word.zh}" for word in cls)


class Status(Word):
    """What an owner reports of an assignment."""

    NOT_STARTED = "not_started", "未启动", "not started"
    IN_PROGRESS = "in_progress", "推进中", "in progress"
    STALLED = "stalled", "受阻", "stalled"
    DONE = "done", "已完成", "done"
    DROPPED = "dropped", "终止", "dropped"


class Position(Word):
    """How an assignment stands to its schedule; computed, never stored."""

    AHEAD = "ahead", "超序时", "ahead"
    ON_SCHEDULE = "on_schedule", "达序时", "on schedule"
    BEHIND = "behind", "欠序时", "behind"
    OVERDUE = "overdue", "逾期", "overdue"
    UNQUANTIFIED = "unquantified", "未量化", "unquantified"
    NOT_APPLICABLE = "n/a", "不适用", "n/a"


class Verification(Word):
    """What somebody other than the reporter says of the current report."""

    UNREPORTED = "unreported", "未填报", "unreported"
    REPORTED = "reported", "已填报", "reported"
    VERIFIED = "verified", "已核实", "verified"
    RETURNED = "returned", "退回", "returned"


class Kind(Word):
    """What a commitment asks for."""

    GOAL = "goal", "目标", "goal"
    ACTION = "action", "行动", "action"
    CONTINUING = "continuing", "长期", "continuing"


class Role(Word):
    """An owner's part in a commitment; support does not count in a roll-up."""

    LEAD = "lead", "牵头", "lead"
    JOINT = "joint", "共同", "joint"
    SUPPORT = "support", "配合", "support"


class Basis(Word):
    """Where an owner or a target comes from."""

    STATED = "stated", "原文明确", "stated"
    RULE = "rule", "规则推定", "by rule"
    HORIZON = "horizon", "文件期限", "horizon"
    ASSIGNED = "assigned", "人工指定", "assigned"


class EntryKind(Word):
    """The four kinds of line in the log."""

    REPORT = "report", "填报", "report"
    REVIEW = "review", "核实", "review"
    RETARGET = "retarget", "调整期限", "retarget"
    WITHDRAWAL = "withdrawal", "撤回", "withdrawal"


class Outcome(Word):
    """What becomes of a row that an office sends back."""

    RECORDED = "recorded", "记录", "recorded"
    UNCHANGED = "unchanged", "未变", "unchanged"
    REFUSED = "refused", "拒绝", "refused"
    CONFLICT = "conflict", "冲突", "conflict"
    WITHHELD = "withheld", "暂缓", "withheld"


class LinkKind(Word):
    """What a later commitment does to the earlier one that it takes up."""

    CONTINUES = "continues", "延续", "continues"
    WIDENS = "widens", "拓展", "widens"
    NARROWS = "narrows", "收窄", "narrows"
    SUPERSEDES = "supersedes", "取代", "supersedes"


class Better(Word):
    """Which way an indicator ought to go."""

    UP = "up", "越高越好", "higher"
    DOWN = "down", "越低越好", "lower"
    NONE = "none", "不分高低", "neither"


class Rule(Word):
    """What a target of an indicator asks of the figures."""

    LEVEL = "level", "达到数值", "reach a value"
    PER_YEAR = "per_year", "年均幅度", "so much a year"
    AT_LEAST_NATION = "at_least_nation", "不低于全国", "at least the nation's"
    WITH_GROWTH_OF = "with_growth_of", "不慢于另一增速", "no slower than another"
    IMPROVE = "improve", "有所改善", "improve"


class Precision(Word):
    """How exact a source says that a figure is."""

    EXACT = "exact", "确数", "exact"
    ABOUT = "about", "约数", "about"
    AT_LEAST = "at_least", "下限", "at least"
    AT_MOST = "at_most", "上限", "at most"


class Flag(Word):
    """Why a figure is not trusted."""

    UNIT = "unit", "单位有误", "wrong unit"
    MISSING_PERCENT = "missing_percent", "缺百分号", "percent sign missing"
    SWAPPED = "swapped", "两值对调", "swapped"
    CONTRADICTION = "contradiction", "相互矛盾", "contradiction"
    DOUBTFUL = "doubtful", "存疑", "doubtful"


class Verdict(Word):
    """What the figures say of a target; computed, never stored."""

    MET = "met", "已达标", "met"
    ON_COURSE = "on_course", "符合进度", "on course"
    OFF_COURSE = "off_course", "偏离进度", "off course"
    NO_DATA = "no_data", "无数据", "no data"
