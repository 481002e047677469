"""Charts of indicators: how many targets have which verdict, and the figures that these rest on."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tracker.domain.indicators import NATION, Figure
from tracker.domain.words import Rule, Verdict, Word
from tracker.i18n import _, either
from tracker.report.model import Chart, Series
from tracker.report.verdicts import Judged, Names

# A bar: whose it is, what colours it (no word for what owners are held against), and the figure.
_Bar = tuple[str, Word | None, Figure]


def verdicts(judgements: Sequence[Judged], part: str) -> Chart:
    """How many targets of each indicator have which verdict."""
    counts = Counter((each.indicator.key, each.verdict) for each in judgements)
    rows = list({each.indicator.key: each.indicator for each in judgements}.values())
    return Chart(
        "stacked",
        _("Verdicts on indicators"),
        tuple(either(row.name, row.name_en) for row in rows),
        tuple(
            Series(either(word.zh, word.en), word, tuple(counts[row.key, word] for row in rows))
            for word in Verdict
        ),
        part,
    )


def latest(judgements: Iterable[Judged], names: Names, part: str) -> tuple[Chart, ...]:
    """A chart for each indicator that has figures, and year that has targets: each owner's last figure
    that counts, in the colour of his verdict, under the nation's where it is held against that.
    """
    goals: dict[tuple[str, int], list[Judged]] = {}
    for each in judgements:
        goals.setdefault((each.indicator.key, each.goal.year), []).append(each)
    charts = (_figures(of, names, part) for of in goals.values())
    return tuple(chart for chart in charts if chart.labels)


def _figures(judgements: Sequence[Judged], names: Names, part: str) -> Chart:
    nation = {
        each.against: (either(*names[NATION]), None, each.against)
        for each in judgements
        if each.against and each.goal.rule == Rule.AT_LEAST_NATION
    }
    bars: list[_Bar] = [
        *nation.values(),
        *(
            (either(*names[each.goal.owner]), each.verdict, each.last)
            for each in judgements
            if each.last
        ),
    ]
    indicator = judgements[0].indicator
    words = [word for word in (*Verdict, None) if any(word is colour for _name, colour, _f in bars)]
    return Chart(
        "stacked",
        f"{either(indicator.name, indicator.name_en)} ({indicator.unit})",
        tuple(f"{name} {figure.year}" for name, _colour, figure in bars),
        tuple(_series(word, bars) for word in words),
        part,
    )


def _series(word: Word | None, bars: Sequence[_Bar]) -> Series:
    values = (float(figure.value) if word is colour else None for _name, colour, figure in bars)
    return Series(_named(word), word, tuple(values))


def _named(word: Word | None) -> str:
    if word is None:
        return either("全国", "Nation")
    # A figure that stands there is not nothing: there are too few to judge by.
    return _("too few figures") if word is Verdict.NO_DATA else either(word.zh, word.en)
