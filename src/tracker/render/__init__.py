"""From a report model to text or bytes: one module per format, loaded when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    # None of them is loaded for the sake of its name.
    from tracker.report.breakdown import Breakdown
    from tracker.report.model import Report, Table
    from tracker.report.tasks import Tasks

# What formats take: most of them reports and tables, those of one purpose what that needs.
Printable: TypeAlias = "Report | Table | Tasks | Breakdown"


class Screen(NamedTuple):
    """What the output can show: its width (none in a pipe), colour, bars, all of Unicode."""

    width: int | None = None
    colour: bool = False
    glyphs: bool = True
    unicode: bool = True


_PIPE = Screen()


def render(what: Printable, form: str, screen: Screen = _PIPE) -> str | bytes:
    """A report, a table or tasks in one of the formats: text, or the bytes of a file."""
    module = import_module(f"tracker.render.{form}_format")
    made: str | bytes = module.render(what, screen)
    return made
