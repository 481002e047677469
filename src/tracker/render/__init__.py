"""From a report model to text or bytes: one module per format, loaded when it is asked for."""

from collections.abc import Iterator
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias

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
_PIECE = 2**16


def pieces(what: Printable, form: str, screen: Screen = _PIPE) -> Iterator[str] | Iterator[bytes]:
    """A report, a table or tasks in one of the formats, piece by piece: text, or the bytes of a file."""
    module = import_module(f"tracker.render.{form}_format")
    made: Iterator[str] | Iterator[bytes] = module.render(what, screen)
    return made


def unfinished() -> IO[bytes]:
    """A file on the way: what cannot be written from its beginning to its end is made there."""
    return TemporaryFile()


def contents(file: IO[bytes]) -> Iterator[bytes]:
    """What was written into it."""
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def render(what: Printable, form: str, screen: Screen = _PIPE) -> str | bytes:
    """The same in one piece."""
    made: list[Any] = list(pieces(what, form, screen))
    whole: str | bytes = type(made[0])().join(made)
    return whole
