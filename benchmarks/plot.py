"""Drawings for docs/: how long each program takes over sizes, in powers of ten."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from page import DOCS

_WIDTH, _TOP, _BOTTOM, _LEFT, _RIGHT = 720, 40, 300, 70, 520
_LEGEND = 22
_COLOURS = ("#b3261e", "#1f5fa8", "#2e7d32", "#8a5a00", "#6a3fa0", "#00796b")


def write(
    name: str, title: str, labels: Sequence[str], lines: Mapping[str, Sequence[float | None]]
) -> str:
    """Draw seconds over sizes into docs/NAME.svg; gives the Markdown that shows it."""
    known = [value for values in lines.values() for value in values if value]
    low = math.floor(math.log10(min(known)))
    high = max(low + 1, math.ceil(math.log10(max(known))))
    step = (_RIGHT - _LEFT) / max(1, len(labels) - 1)
    across = [_LEFT + step * place for place in range(len(labels))]

    def down(value: float) -> float:
        return _BOTTOM - (math.log10(value) - low) / (high - low) * (_BOTTOM - _TOP)

    shapes = [_text(20, 20, title)]
    for power in range(low, high + 1):
        at = down(10**power)
        shapes += [_line(_LEFT, at, _RIGHT, "#ddd"), _text(10, at + 4, _named(power))]
    shapes += [
        _text(at - 20, _BOTTOM + 20, label) for at, label in zip(across, labels, strict=True)
    ]
    for place, (label, values) in enumerate(lines.items()):
        colour, at = _COLOURS[place % len(_COLOURS)], _TOP + _LEGEND * place
        points = [
            (x, down(value)) for x, value in zip(across, values, strict=True) if value is not None
        ]
        shapes.append(_drawn(points, colour))
        shapes += [_line(_RIGHT + 20, at, _RIGHT + 40, colour), _text(_RIGHT + 46, at + 4, label)]
    (DOCS / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_BOTTOM + 40}" width="{_WIDTH}"'
        ' font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(shapes)
        + "\n</svg>\n",
        encoding="utf-8",
    )
    return f"![{title}]({name}.svg)\n"


def _named(power: int) -> str:
    return f"{10**power:,} s" if power >= 0 else f"{10 ** (power + 3):g} ms"


def _text(x: float, y: float, said: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}">{escape(said)}</text>'


def _line(x: float, y: float, to: float, colour: str) -> str:
    return f'<path d="M{x:.0f} {y:.0f}H{to:.0f}" stroke="{colour}" stroke-width="2"/>'


def _drawn(points: Sequence[tuple[float, float]], colour: str) -> str:
    """A line through points, each with a dot."""
    path = "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points)
    return (
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
        if points
        else ""
    )
