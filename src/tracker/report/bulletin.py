"""The paragraphs that open a report, made from its figures in the form that offices use."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tracker.domain.period import Period
from tracker.domain.rollup import Numbers, percentage, tenths_of
from tracker.domain.words import Position, Status, Verification, Word
from tracker.i18n import either, spoken
from tracker.report.model import Tenths, shown_cell
from tracker.report.movement import Moves
from tracker.store.rows import OwnerRow

# How many are named as standing out or lagging; those level with the last one are named, too.
_NAMED = 3


class Since(NamedTuple):
    """What a period began with, on the day before it, and what moved since; `still` where nothing did."""

    day: date
    total: Numbers
    moves: Moves
    still: bool


class Figures(NamedTuple):
    """What the text says: the state on a date, the owners', and the movement, where it is of a period."""

    as_of: date
    measures: int
    total: Numbers
    by_owner: Mapping[str, Numbers]
    owners: Iterable[OwnerRow]
    since: Since | None = None


def text(figures: Figures, corrected: int) -> tuple[str, ...]:
    """The paragraphs, in the language spoken; `corrected` is how many corrections the report lists."""
    if not figures.total.assignments:
        return (
            either(
                f"截至{day_said(figures.as_of)}，没有纳入统计的分工。",
                f"As of {day_said(figures.as_of)} there is nothing to count.",
            ),
        )
    moved = _movement(figures.since, figures.total) if figures.since else ""
    made = (_overall(figures), moved, _names(figures), _corrected(corrected))
    return tuple(paragraph for paragraph in made if paragraph)


def _overall(figures: Figures) -> str:
    n = figures.total
    zh = (
        f"截至{day_said(figures.as_of)}，纳入跟踪的举措共{figures.measures}项，分解到各责任主体的分工"
        f"（牵头和共同）共{n.assignments}项。其中，{_counts(n, Status)}。"
        f"按序时进度，{_counts(n, Position)}。"
        f"从核实情况看，{_counts(n, Verification)}。"
        f"完成率{_share(n.done, n.denominator)}，经核实的完成率"
        f"{_share(n.done_verified, n.denominator)}{_weighted(n)}。"
    )
    en = (
        f"As of {day_said(figures.as_of)}, {figures.measures} measures are tracked, with"
        f" {n.assignments} assignments (lead and joint) among their owners."
        f" By status: {_counts(n, Status)}."
        f" Against the schedule: {_counts(n, Position)}."
        f" By verification: {_counts(n, Verification)}."
        f" The share done is {_share(n.done, n.denominator)}, done and verified"
        f" {_share(n.done_verified, n.denominator)}{_weighted(n)}."
    )
    return either(zh, en)


def _counts(n: Numbers, words: type[Word]) -> str:
    """Each word that any has, with the count and its share of all; the shares sum to 100.0."""
    pinned = list(words).index(Status.DONE) if words is Status else None
    shares = tenths_of([n.having(word) for word in words], pinned)
    said = [
        either(f"{word.zh}{n.having(word)}项（{share}）", f"{n.having(word)} {word.en} ({share})")
        for word, share in zip(words, map(shown_cell, map(Tenths, shares)), strict=True)
        if n.having(word)
    ]
    return either("，", ", ").join(said)


def _weighted(n: Numbers) -> str:
    if n.weight == n.denominator:
        return ""
    share = _share(n.weight_done, n.weight)
    return either(f"，按权重计算的完成率{share}", f", by weight {share}")


_MOVED = {
    "newly_done": ("新完成{n}项", "{n} newly done"),
    "newly_behind": ("新转为欠序时或逾期{n}项", "{n} newly behind or overdue"),
    "recovered": ("由欠序时或逾期转为正常{n}项", "{n} recovered"),
    "newly_stalled": ("新受阻{n}项", "{n} newly stalled"),
    "returned": ("退回{n}项", "{n} returned"),
    "reopened": ("完成或终止后重新推进{n}项", "{n} reopened"),
    "retargeted": ("调整期限{n}次", "targets moved {n} times"),
    "silent": ("本期未填报{n}项", "{n} without a report in the period"),
}


def _movement(since: Since, now: Numbers) -> str:
    said = []
    for name, names in _MOVED.items():
        count = len(since.moves[name])
        if count:
            said.append(either(*names).format(n=count))
        later = sum(not move.more for move in since.moves[name]) if name == "recovered" else 0
        if later:
            said[-1] += either(
                f"（其中{later}项因期限后移）", f" ({later} of them by a later target)"
            )
    was_done, now_done = (_share(n.done, n.denominator) for n in (since.total, now))
    day, listed = day_said(since.day), either("，", ", ").join(said)
    if was_done == now_done:
        done = either(f"完成率仍为{now_done}", f"the share done stayed at {now_done}")
    else:
        done = either(
            f"完成率由{was_done}变为{now_done}",
            f"the share done went from {was_done} to {now_done}",
        )
    if listed:
        return either(f"与{day}相比，{done}；{listed}。", f"Since {day} {done}: {listed}.")
    if since.still:
        return either(f"与{day}相比，{done}，各项均无变动。", f"Since {day} {done}; nothing moved.")
    return either(f"与{day}相比，{done}。", f"Since {day} {done}.")


def _names(figures: Figures) -> str:
    """Who is above all taken together in what is done, and in what is behind or overdue."""
    names = {each.code: either(each.name, each.name_en) for each in figures.owners}
    total = figures.total
    done = _leaders(
        {code: _fraction(n.done, n.denominator) for code, n in figures.by_owner.items()},
        _fraction(total.done, total.denominator),
    )
    late = _leaders(
        {code: _fraction(_late(n), n.assignments) for code, n in figures.by_owner.items()},
        _fraction(_late(total), total.assignments),
    )
    said = []
    if done:
        listed = _listed(names, done)
        said.append(either(f"完成率较高的有{listed}", f"Highest share done: {listed}"))
    if late:
        listed = _listed(names, late)
        said.append(
            either(
                f"欠序时和逾期占比较高的有{listed}",
                f"{'most' if said else 'Most'} behind or overdue: {listed}",
            )
        )
    return either("；", "; ").join(said) + either("。", ".") if said else ""


def _corrected(count: int) -> str:
    if not count:
        return ""
    return either(
        f"印发上一份报告后的补报、撤回和核实更正了{count}处已印发的情况，列于文末。",
        f"What was recorded since the last issued report corrects it in {count} places, listed at the"
        " end.",
    )


def _late(n: Numbers) -> int:
    return n.behind + n.overdue


def _leaders(shares: Mapping[str, Fraction], overall: Fraction) -> dict[str, Fraction]:
    above = {code: share for code, share in shares.items() if share > overall}
    ranked = sorted(above.values(), reverse=True)
    if not ranked:
        return {}
    last = ranked[min(_NAMED, len(ranked)) - 1]
    chosen = [code for code, share in above.items() if share >= last]
    chosen.sort(key=lambda code: -above[code])
    return {code: above[code] for code in chosen}


def _listed(names: Mapping[str, str], shares: Mapping[str, Fraction]) -> str:
    said = [
        either(
            f"{names[code]}（{_fraction_said(share)}）", f"{names[code]} ({_fraction_said(share)})"
        )
        for code, share in shares.items()
    ]
    return either("、", ", ").join(said)


def _fraction(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _fraction_said(share: Fraction) -> str:
    return _share(share.numerator, share.denominator)


def _share(part: int, whole: int) -> str:
    return f"{percentage(part, whole)}%"


def titled(period: Period) -> tuple[str, str]:
    """The title of a report on a period, in Chinese and in English."""
    zh, en = period_said(period)
    return f"{zh}政策任务进展情况通报", f"Progress report for {en}"


def period_said(period: Period) -> tuple[str, str]:
    """A period as a title names it: 2024年第一季度, the first quarter of 2024."""
    zh, en = zip(*map(_unit_said, str(period).split("..")), strict=True)
    return "至".join(zh), " to ".join(en)


def _unit_said(unit: str) -> tuple[str, str]:
    year, kind, number = unit[:4], unit[4:5], int(unit[5:] or 1) - 1
    if kind == "Q":
        ordinal = ("first", "second", "third", "fourth")[number]
        return f"{year}年第{'一二三四'[number]}季度", f"the {ordinal} quarter of {year}"
    if kind == "H":
        ordinal = ("first", "second")[number]
        return f"{year}年{'上下'[number]}半年", f"the {ordinal} half of {year}"
    return f"{year}年", year


def day_said(day: date) -> str:
    """A date as a sentence has it."""
    return f"{day.year}年{day.month}月{day.day}日" if spoken() == "zh" else day.isoformat()
