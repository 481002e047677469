"""From a report model to text: one module per format, loaded when it is asked for."""

from importlib import import_module
from typing import NamedTuple

from tracker.report.model import Report, Table


class Screen(NamedTuple):
    """What the output can show: its width (none in a pipe), colour, bars, all of Unicode."""

    width: int | None = None
    colour: bool = False
    glyphs: bool = True
    unicode: bool = True


_PIPE = Screen()


def render(what: Report | Table, form: str, screen: Screen = _PIPE) -> str:
    """A report or a single table in one of the formats."""
    module = import_module(f"tracker.render.{form}_format")
    text: str = module.render(what, screen)
    return text
