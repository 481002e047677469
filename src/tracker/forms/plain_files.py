"""Forms as text: CSV as spreadsheets save it, and JSON as programs write it."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tracker.domain.formulas import unguarded
from tracker.domain.period import Period
from tracker.domain.words import Role
from tracker.errors import BadFile, Problem, Refusal
from tracker.forms import FILLED, Column, Head, Line, Mark, Returned
from tracker.forms.cells import Cell
from tracker.forms.package import LIMIT_COLUMNS, LIMIT_ROWS
from tracker.forms.rows import Grid, line_of
from tracker.i18n import _
from tracker.sources.files.encoding import decode

_LETTERS = 26


def grid(file: Path, data: bytes) -> Grid:
    """The cells of a CSV file, separated by commas, semicolons or tabs."""
    text = _text(file, data)
    heading = text.split("\n", 1)[0]
    mark = max(",;\t", key=heading.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        rows = list(islice(reader, LIMIT_ROWS + 1))
    except csv.Error as reason:
        message = _("is no CSV: {reason}").format(reason=reason)
        raise BadFile([Problem(str(file), message)]) from reason
    if len(rows) > LIMIT_ROWS:
        message = _("has more than {limit} rows").format(limit=LIMIT_ROWS)
        raise BadFile([Problem(str(file), message)])
    wide = min(max(map(len, rows), default=0), LIMIT_COLUMNS)
    return Grid(
        str(file),
        [
            [
                Cell(f"{_column(i)}{n}", unguarded(row[i]) if i < len(row) else None)
                for i in range(wide)
            ]
            for n, row in enumerate(rows, 1)
        ],
    )


def _text(file: Path, data: bytes) -> str:
    try:
        return decode(file, data)
    except Refusal as reason:
        message = _("is neither a workbook nor text in UTF-8, UTF-16 or GB18030: save it as .xlsx")
        raise BadFile([Problem(str(file), message)]) from reason


def _column(place: int) -> str:
    """The letters of a column, as spreadsheets name it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def returned(file: Path, data: bytes) -> Returned:
    """The form that a JSON file holds: `owner`, `period`, `ledger` and `rows`."""
    tree = _tree(file, data)
    words = [tree.get(name) for name in Head._fields]
    rows = tree.get("rows")
    if not (all(isinstance(word, str) for word in words) and isinstance(rows, list)):
        message = _("is no form: it has owner, period, ledger and a list of rows")
        raise BadFile([Problem(str(file), message)])
    head = Head(*map(str, words))
    if Period.read(head.period) is None or len(rows) > LIMIT_ROWS:
        message = _("unknown period {said}, or more than {limit} rows")
        message = message.format(said=head.period, limit=LIMIT_ROWS)
        raise BadFile([Problem(str(file), message)])
    return Returned(
        str(file), head, tuple(_line(f"{file} rows[{n}]", row, head) for n, row in enumerate(rows))
    )


def _tree(file: Path, data: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(_text(file, data), parse_constant=_no_number)
    except (ValueError, RecursionError) as reason:
        message = _("is no JSON: {reason}").format(reason=reason)
        raise BadFile([Problem(str(file), message)]) from reason
    if not isinstance(tree, dict):
        message = _("is no form: it has owner, period, ledger and a list of rows")
        raise BadFile([Problem(str(file), message)])
    return tree


def _no_number(said: str) -> float:
    raise ValueError(said)


def _line(where: str, row: Any, head: Head) -> Line:  # noqa: ANN401 - as the file has it
    problems = list(_faults(row))
    if problems:
        return Line(where, None, problems=tuple(problems))
    mark = Mark(
        row["key"], head.owner, Role(row["role"]), row["version"], head.period, head.ledger, ""
    )
    return line_of(where, mark, {column: _cell(column, row.get(column.value)) for column in FILLED})


def _faults(row: Any) -> Iterator[Problem]:  # noqa: ANN401 - as the file has it
    if not isinstance(row, dict):
        yield Problem("", _("is no object"))
        return
    if not isinstance(row.get("key"), str):
        yield Problem("key", _("is missing, or no text"))
    if row.get("role") not in [role.value for role in Role]:
        yield Problem("role", _("is none of: {known}").format(known=Role.named()))
    version = row.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        yield Problem("version", _("is no whole number from 0"))
    for column in FILLED:
        said = row.get(column.value)
        many = isinstance(said, list) and column is Column.EVIDENCE
        parts = said if isinstance(said, list) and many else [said]
        if not all(isinstance(part, (str, int, float, type(None))) for part in parts):
            yield Problem(column.value, _("is neither text nor a number"))


def _cell(column: Column, said: Any) -> Cell:  # noqa: ANN401 - as the file has it
    if isinstance(said, list):
        said = "\n".join(map(str, said))
    if column is Column.PERCENT and isinstance(said, int):
        # A number here is one of per cent: that is how the field is documented.
        said = f"{said}%"
    return Cell("", said)
