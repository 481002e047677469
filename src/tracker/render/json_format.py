"""JSON: a table is an array of objects, a report an object of its facts and tables."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tracker.render import Screen
from tracker.report.model import Report, Table, data, data_value, each_once, named

# Terminals act on these even inside JSON; escaped they are the same data.
_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_Dumped = Callable[[Any], str]


def render(what: Report | Table, screen: Screen) -> Iterator[str]:
    """The data columns and facts under their documented names.

    Objects and arrays of objects stand over lines, an object of an array in one: for people to look
    through, and as fast as the library writes.
    """
    encoded = json.JSONEncoder(ensure_ascii=not screen.unicode).encode

    def dumped(value: Any) -> str:  # noqa: ANN401 - what JSON holds
        text = encoded(value)
        if text.isprintable():
            return text
        return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

    yield from _told(what if isinstance(what, Table) else _tree(what), dumped, "")
    yield "\n"


def _tree(report: Report) -> dict[str, Any]:
    """Facts and tables under their names, a name with dots inside the one before the dot."""
    tree: dict[str, Any] = {fact.name: data_value(fact.value) for fact in report.facts if fact.name}
    for table in report.tables:
        if not table.name:
            continue
        inner = tree
        *outer, name = table.name.split(".")
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[name] = table
    return tree


def _told(value: Any, dumped: _Dumped, indent: str) -> Iterator[str]:  # noqa: ANN401 - a table, a mapping or a plain value
    if isinstance(value, Table) and not value.keyed:
        yield from _array(_objects(value, dumped), indent)
        return
    value = _whole(value) if isinstance(value, Table) else value
    if isinstance(value, dict) and value and not indent.startswith("  "):
        between = "{\n"
        for name, inner in value.items():
            yield f"{between}{indent} {dumped(name)}: "
            yield from _told(inner, dumped, indent + " ")
            between = ",\n"
        yield f"\n{indent}}}"
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from _array([map(dumped, value)], indent)
    else:
        yield dumped(_plain(value))


def _array(blocks: Iterable[Iterable[str]], indent: str) -> Iterator[str]:
    between = "[\n"
    for block in blocks:
        yield between + ",\n".join(f"{indent} {row}" for row in block)
        between = ",\n"
    yield "[]" if between == "[\n" else f"\n{indent}]"


def _objects(table: Table, dumped: _Dumped) -> Iterator[Iterator[str]]:
    """The rows as objects, some at a time."""
    names = [f"{dumped(column.name)}: " for column in table.columns if column.name]
    for block in named(table):
        columns = [
            map(name.__add__, each_once(cells, lambda cell: dumped(data_value(cell))))
            for name, cells in zip(names, block, strict=True)
        ]
        yield (f"{{{', '.join(row)}}}" for row in zip(*columns, strict=True))


def _plain(value: Any) -> Any:  # noqa: ANN401 - a table, a mapping of such or a plain value
    """What stands in one line, with its tables as arrays and mappings."""
    if isinstance(value, Table):
        return _whole(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _whole(table: Table) -> Any:  # noqa: ANN401 - an array or, keyed, a mapping
    """A table that stands in one line with what is around it."""
    rows = (row for block in data(table) for row in zip(*block, strict=True))
    if table.keyed:
        return dict(rows)
    names = [column.name for column in table.columns if column.name]
    return [dict(zip(names, row, strict=True)) for row in rows]
