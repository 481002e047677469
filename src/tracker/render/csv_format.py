"""CSV: the data columns; of a report the facts first, then each table under its name."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import NoneType
from typing import Any

from tracker.domain.formulas import guarded, runs
from tracker.domain.words import Word
from tracker.render import Screen
from tracker.report.flow import each_once
from tracker.report.model import Report, Table, data_value, harmless, named

_SPECIAL = re.compile('[",\r\n]')
_NOTHING = '""'
# Nothing in these is ever quoted or run.
_BARE = {int, bool, date, datetime}


def render(what: Report | Table, screen: Screen) -> Iterator[str]:  # noqa: ARG001 - CSV is the same everywhere
    """Rows with CRLF, as spreadsheets expect them."""
    if isinstance(what, Table):
        yield from _table(what)
        return
    yield _lines((fact.name, _cell(data_value(fact.value))) for fact in what.facts if fact.name)
    for table in what.tables:
        if table.name:
            yield _lines([[], [table.name]])
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield _lines([[column.name for column in table.columns if column.name]])
    for block in named(table):
        made: Iterable[Iterable[str]] = map(_column, block)
        if len(block) == 1:
            # A line without anything would be none.
            made = ([cell or _NOTHING for cell in cells] for cells in made)
        yield "\r\n".join([*map(",".join, zip(*made, strict=True)), ""])


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _column(cells: Sequence[Any]) -> Iterable[str]:
    """Cells as they stand in the file. They are written here, as `csv` would: in most columns there is
    nothing to make of any, which a column tells faster than each cell.
    """
    kinds = set(map(type, cells))
    said = kinds - {NoneType}
    if said and all(issubclass(kind, list) for kind in said):
        cells = [_list(data_value(cell)) if cell else "" for cell in cells]
        kinds = said = {str}
    if all(issubclass(kind, Word) for kind in said) or (said == {str} and _plain(cells)):
        return [cell or "" for cell in cells] if NoneType in kinds else cells
    return each_once(cells, _bare if said <= _BARE else _guarded)


def _plain(cells: Iterable[str | None]) -> bool:
    """Whether all of these go out as they are."""
    texts = list(filter(None, set(cells)))
    whole = "".join(texts)
    return (
        whole.isprintable() and "," not in whole and '"' not in whole and not runs("\n".join(texts))
    )


def _bare(cell: Any) -> str:  # noqa: ANN401 - a number or a time
    return "" if cell is None else str(data_value(cell))


def _guarded(cell: Any) -> str:  # noqa: ANN401 - a cell holds any value
    return _quoted(_cell(data_value(cell)))


def _quoted(value: Any) -> str:  # noqa: ANN401 - a JSON value
    text = "" if value is None else str(value)
    return '"{}"'.format(text.replace('"', '""')) if _SPECIAL.search(text) else text


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, list):
        value = _list(value)
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return guarded(harmless(value, lines=True))
    return value


def _list(values: list[Any]) -> str:
    """Texts separated by semicolons; objects as JSON, so that they can be taken apart again."""
    if not values:
        return ""
    if any(isinstance(value, Mapping) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return "; ".join(map(str, values))
