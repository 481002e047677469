"""A report as bytes, to be kept as it was sent, and back: every value of the model, with its type."""

import json
import zlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tracker.domain.words import Word
from tracker.report import model
from tracker.report.model import Report

_PLAIN = frozenset({str, int, float, bool, type(None)})
_VALUES: dict[str, Callable[..., Any]] = {
    made.__name__: made
    for made in (
        model.Bar,
        model.Chart,
        model.Column,
        model.Fact,
        model.Progress,
        model.Report,
        model.Series,
        model.Share,
        model.Table,
        model.Tenths,
    )
}
_WORDS: dict[str, type[Word]] = {made.__name__: made for made in Word.__subclasses__()}


def packed(report: Report, language: str) -> bytes:
    """The report, made in a language and with its translation, as bytes that are always the same."""
    text = json.dumps([language, _plain(report)], ensure_ascii=False)
    return zlib.compress(text.encode(errors="surrogatepass"), level=9)


def unpacked(data: bytes, language: str) -> Report:
    """The report that `packed` made these bytes of, in one of its two languages."""
    made_in, plain = json.loads(zlib.decompress(data).decode(errors="surrogatepass"))
    report: Report = _typed(plain)
    if report.translation is None or made_in == language:
        return report
    return report.translation._replace(translation=report._replace(translation=None))


def _plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - a cell holds any value; one kind after the other
    """A value as JSON: what JSON has no form for becomes an object of one field, its type."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Word):
        return {"word": [type(value).__name__, value.value]}
    if type(value).__name__ in _VALUES:
        return {type(value).__name__: [_plain(inner) for inner in value]}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return {"tuple": [_plain(inner) for inner in value]}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {"object": [[name, _plain(inner)] for name, inner in value.items()]}
    raise TypeError(value)


def _typed(value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    name, inner = next(iter(value.items()))
    if name in _VALUES:
        return _VALUES[name](*map(_typed, inner))
    return _READ[name](inner)


_READ: dict[str, Callable[[Any], Any]] = {
    "word": lambda said: _WORDS[said[0]](said[1]),
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "tuple": lambda inner: tuple(map(_typed, inner)),
    "object": lambda pairs: {name: _typed(inner) for name, inner in pairs},
}
