"""Charts as drawings in the page: shapes and classes only, coloured by the page's own style."""

import re
from html import escape
from typing import Any, NamedTuple

import pygal
from pygal.style import Style
from wcwidth import wcswidth

from tracker.render.html_cells import text, tone
from tracker.report.model import Chart, Series

_WIDTH = 720
_LINES_HIGH = 320
_BAR_HIGH = 34
_FRAME_HIGH = 70
_MARGIN = 20
# Half of the last date stands beyond the last point.
_DATE = 40
# A label takes no more than this, in Latin letters; a Chinese one is two of them.
_COLUMNS = 32
# So many letters fit into the longest bar.
_ROOM = 60
_MANY = 8
_FONT = 13
# pygal takes a letter for 0.6 of its height; a Chinese one is as wide as it is high.
_WIDER = 0.4 * _FONT
_TONES = 6
# Violet, which no word of a vocabulary has.
_NO_WORDS = "tone-4"
_DASHES = 4
_PER_CENT = (0, 20, 40, 60, 80, 100)
_STYLE = Style(label_font_size=_FONT, major_label_font_size=_FONT, value_font_size=_FONT)
_SHAPES = frozenset({"g", "path", "rect", "circle", "text"})
_ATTRIBUTES = (
    "class", "transform", "d", "x", "y", "width", "height", "cx", "cy", "r", "text-anchor",
)  # fmt: skip
_SERIES = re.compile(r"\bserie-(\d+)\b")
_DIGITS = re.compile(r"(\.\d\d)\d+")


class Key(NamedTuple):
    """What a colour and a dash of the drawing mean."""

    name: str
    look: str


class Drawing(NamedTuple):
    """A chart drawn: its shapes as SVG (none where there are no figures), its size, and in words
    what it shows.
    """

    kind: str
    title: str
    words: str
    keys: list[Key]
    width: int
    height: int
    shapes: str


def drawn(chart: Chart) -> Drawing:
    """A chart of either kind."""
    keys = [Key(text(each.name), _look(chart, n)) for n, each in enumerate(chart.series)]
    words = " ".join(_said(chart, each) for each in chart.series)
    shapes, height = "", 0
    if any(value is not None for each in chart.series for value in each.values):
        made = _bars(chart) if chart.kind == "stacked" else _lines(chart)
        shapes = "".join(_markup(child, keys) for child in made.render_tree())
        height = made.config.height
    return Drawing(chart.kind, text(chart.title), words, keys, _WIDTH, height, shapes)


def _bars(chart: Chart) -> Any:  # noqa: ANN401 - pygal has no types
    """Lying bars, so that any number of labels of any length has room; the first one on top."""
    labels = [_cut(text(label)) for label in reversed(chart.labels)]
    longest = max(sum(filter(None, values)) for values in zip(*_values(chart), strict=True))
    made = pygal.HorizontalStackedBar(
        height=_FRAME_HIGH + _BAR_HIGH * len(labels),
        margin_left=_MARGIN + _WIDER * max(0, *(wcswidth(label) - len(label) for label in labels)),
        print_values=True,
        order_min=0,
        **_common(),
    )
    made.x_labels = labels
    for each in chart.series:
        made.add(None, each.values[::-1], formatter=lambda value: _fitting(value, longest))
    return made


def _lines(chart: Chart) -> Any:  # noqa: ANN401 - pygal has no types
    made = pygal.Line(
        height=_LINES_HIGH,
        margin_right=_DATE,
        range=(0, 100),
        value_formatter=lambda value: f"{_rate(value)}%",
        x_label_rotation=-40 if len(chart.labels) > _MANY else 0,
        allow_interruptions=True,
        dots_size=4,
        **_common(),
    )
    made.x_labels = [text(label) for label in chart.labels]
    made.y_labels = _PER_CENT
    for values in _values(chart):
        made.add(None, values)
    return made


def _common() -> dict[str, Any]:
    return {
        "width": _WIDTH,
        "margin": _MARGIN,
        "js": [],
        "show_legend": False,
        "truncate_label": _COLUMNS,
        "style": _STYLE,
    }


def _values(chart: Chart) -> list[tuple[float | None, ...]]:
    return [each.values for each in chart.series]


def _cut(label: str) -> str:
    if wcswidth(label) <= _COLUMNS:
        return label
    while wcswidth(label) >= _COLUMNS:
        label = label[:-1]
    return f"{label}…"


def _fitting(value: float | None, longest: float) -> str:
    """A figure where its piece of the bar has room for it."""
    shown = _figure(value)
    return shown if value and _ROOM * value >= longest * (len(shown) + 0.5) else ""


def _figure(value: float | None) -> str:
    """A count, or a figure with the digits that its source has."""
    return "" if value is None else f"{value:.12g}"


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _look(chart: Chart, n: int) -> str:
    word = chart.series[n].word
    worded = any(each.word for each in chart.series)
    colour = tone(word) if word else _NO_WORDS if worded else f"tone-{n % _TONES}"
    return f"{colour} dash-{n % _DASHES}"


def _said(chart: Chart, series: Series) -> str:
    shown = _figure if chart.kind == "stacked" else _rate
    figures = ", ".join(
        f"{label} {shown(value)}"
        for label, value in zip(chart.labels, series.values, strict=True)
        if value is not None
    )
    return text(f"{series.name}: {figures or '-'}.")


def _markup(element: Any, keys: list[Key]) -> str:  # noqa: ANN401 - of lxml or the standard library
    """An element without what is no shape: styles, scripts, hints for a mouse, the day of the making."""
    if element.tag.__class__ is not str or element.tag.rpartition("}")[2] not in _SHAPES:
        return ""
    tag = element.tag.rpartition("}")[2]
    inner = escape(element.text or "") + "".join(_markup(child, keys) for child in element)
    if tag in {"g", "text"} and not inner:
        return ""
    attributes = "".join(
        f' {name}="{escape(_attribute(name, element.get(name), keys))}"'
        for name in _ATTRIBUTES
        if element.get(name)
    )
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _attribute(name: str, value: str, keys: list[Key]) -> str:
    if name != "class":
        return _DIGITS.sub(r"\1", value)
    found = _SERIES.search(value)
    return f"series {keys[int(found[1])].look}" if found else value
