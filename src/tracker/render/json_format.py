"""JSON: a table is an array of objects, a report an object of its facts and tables."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.render import Screen
from tracker.report.model import Report, Table, data, data_value

# Terminals act on these even inside JSON; escaped they are the same data.
_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def render(what: Report | Table, screen: Screen) -> Iterator[str]:
    """The data columns and facts under their documented names.

    Objects and arrays of objects stand over lines, an object of an array in one: for people to look
    through, and as fast as the library writes.
    """
    said = _Said(ascii_only=not screen.unicode)
    yield from _told(what if isinstance(what, Table) else _tree(what), said, "")
    yield "\n"


class _Said:
    """Values as texts of JSON, escaped where a terminal would act on them."""

    def __init__(self, *, ascii_only: bool) -> None:
        self._one = json.JSONEncoder(ensure_ascii=ascii_only).encode
        # No text of JSON holds a line break: they set the cells of a column apart.
        self._lines = json.JSONEncoder(ensure_ascii=ascii_only, separators=("\n", ": ")).encode

    def value(self, value: Any) -> str:  # noqa: ANN401 - what JSON holds
        """One value."""
        return _harmless(self._one(value))

    def column(self, cells: Sequence[Any]) -> Iterable[str]:
        """A column, all at once: cell by cell it takes four times as long."""
        texts = self._lines(cells)[1:-1].split("\n")
        if len(texts) > len(cells):
            # What stands in a cell together is set apart, too.
            return map(self.value, cells)
        return texts if "".join(texts).isprintable() else map(_harmless, texts)


def _harmless(text: str) -> str:
    if text.isprintable():
        return text
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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


def _told(value: Any, said: _Said, indent: str) -> Iterator[str]:  # noqa: ANN401 - a table, a mapping or a plain value
    if isinstance(value, Table) and not value.keyed:
        yield from _array(_objects(value, said), indent)
        return
    value = _whole(value) if isinstance(value, Table) else value
    if isinstance(value, dict) and value and not indent.startswith("  "):
        between = "{\n"
        for name, inner in value.items():
            yield f"{between}{indent} {said.value(name)}: "
            yield from _told(inner, said, indent + " ")
            between = ",\n"
        yield f"\n{indent}}}"
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from _array([map(said.value, value)], indent)
    else:
        yield said.value(_plain(value))


def _array(blocks: Iterable[Iterable[str]], indent: str) -> Iterator[str]:
    between = "[\n"
    for block in blocks:
        yield between + ",\n".join(f"{indent} {row}" for row in block)
        between = ",\n"
    yield "[]" if between == "[\n" else f"\n{indent}]"


def _objects(table: Table, said: _Said) -> Iterator[Iterator[str]]:
    """The rows as objects, some at a time."""
    names = [said.value(column.name).replace("%", "%%") for column in table.columns if column.name]
    row = f"{{{', '.join(f'{name}: %s' for name in names)}}}"
    for block in data(table):
        yield map(row.__mod__, zip(*(said.column(cells) for cells in block), strict=True))


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
