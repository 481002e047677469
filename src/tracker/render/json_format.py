"""JSON: a table is an array of objects, a report an object of its facts and tables."""

import json
import re
from collections.abc import Callable
from typing import Any

from tracker.render import Screen
from tracker.report.model import Report, Table, data_value

# Terminals act on these even inside JSON; escaped they are the same data.
_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def render(what: Report | Table, screen: Screen) -> str:
    """The data columns and facts under their documented names."""
    data = _table(what) if isinstance(what, Table) else _report(what)
    text = _lines(data, lambda value: json.dumps(value, ensure_ascii=not screen.unicode))
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _lines(data: Any, dumped: Callable[[Any], str], indent: str = "") -> str:  # noqa: ANN401 - an array, a mapping or a plain value
    """Objects and arrays of objects over lines, an object of an array in one: for people to look
    through, and as fast as the library writes.
    """
    if isinstance(data, dict) and data and not indent.startswith("  "):
        inner = (
            f"{indent} {dumped(name)}: {_lines(value, dumped, indent + ' ')}"
            for name, value in data.items()
        )
        return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return "[\n" + ",\n".join(f"{indent} {dumped(row)}" for row in data) + f"\n{indent}]"
    return dumped(data)


def _report(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = {fact.name: data_value(fact.value) for fact in report.facts if fact.name}
    for table in report.tables:
        if not table.name:
            continue
        inner = data
        *outer, name = table.name.split(".")
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[name] = _table(table)
    return data


def _table(table: Table) -> Any:  # noqa: ANN401 - an array or, keyed, a mapping
    chosen = [(i, column.name) for i, column in enumerate(table.columns) if column.name]
    rows = [{name: data_value(row[i]) for i, name in chosen} for row in table.rows]
    if table.keyed:
        key, value = (name for _, name in chosen)
        return {row[key]: row[value] for row in rows}
    return rows
