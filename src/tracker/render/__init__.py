"""From a report model to text or bytes: one module per format, loaded when it is asked for."""

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


def render(what: Report | Table, form: str, screen: Screen = _PIPE) -> str | bytes:
    """A report or a single table in one of the formats: text, or the bytes of a file."""
    module = import_module(f"tracker.render.{form}_format")
    made: str | bytes = module.render(what, screen)
    return made
