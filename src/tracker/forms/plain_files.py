"""Forms as text: CSV as spreadsheets save it, and JSON as programs write it."""

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tracker.domain.formulas import unguarded
from tracker.domain.period import Period
from tracker.domain.words import Role
from tracker.errors import BadFile, Problem, Refusal
from tracker.forms import FILLED, OPENING, Column, Head, Line, Mark, Returned, Row
from tracker.forms.cells import Cell, Kind
from tracker.forms.package import LIMIT_COLUMNS, LIMIT_ROWS
from tracker.forms.rows import Grid, line_of
from tracker.i18n import _
from tracker.sources.files.encoding import decode

_LETTERS = 26
# What spreadsheets write for a formula that came to nothing.
_ERROR = re.compile(r"#(N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!)|Err:\d{3}")
_KNOWN = frozenset({*Row._fields, *(column.value for column in FILLED)})


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does."""
    return text.lstrip().startswith(("{", "["))


def grid(file: Path, text: str) -> Grid:
    """The cells of a CSV file, separated by commas, semicolons or tabs."""
    if text.lstrip().startswith("<"):
        # Web pages and flat XML, whatever the name of the file says.
        raise BadFile([Problem(str(file), _("is no Excel workbook: save it as .xlsx"))])
    # A title above the headings has no separators, or others.
    heading = next((line for line in text.splitlines() if OPENING in line), text.partition("\n")[0])
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
            [_said(f"{_column(i)}{n}", row[i] if i < len(row) else "") for i in range(wide)]
            for n, row in enumerate(rows, 1)
        ],
    )


def text(file: Path, data: bytes) -> str:
    """The text of a file. BadFile where it is none."""
    try:
        return decode(file, data)
    except Refusal as reason:
        message = _("is neither a workbook nor text in UTF-8, UTF-16 or GB18030: save it as .xlsx")
        raise BadFile([Problem(str(file), message)]) from reason


def _said(at: str, said: str) -> Cell:
    if _ERROR.fullmatch(said):
        return Cell(at, said, Kind.ERROR)
    return Cell(at, unguarded(said))


def _column(place: int) -> str:
    """The letters of a column, as spreadsheets name it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def returned(file: Path, text: str) -> Returned:
    """The form that a JSON file holds: `owner`, `period`, `ledger` and `rows`."""
    tree = _tree(file, text)
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


def _tree(file: Path, text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text, parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError) as reason:
        message = _("is no JSON: {reason}").format(reason=reason)
        raise BadFile([Problem(str(file), message)]) from reason
    if not isinstance(tree, dict):
        message = _("is no form: it has owner, period, ledger and a list of rows")
        raise BadFile([Problem(str(file), message)])
    return tree


def _no_number(said: str) -> float:
    raise ValueError(said)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("{name} stands twice in one object").format(name=twice))
    return found


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
        if not all(isinstance(part, (str, int, float, type(None))) for part in parts) or any(
            isinstance(part, bool) for part in parts
        ):
            yield Problem(column.value, _("is neither text nor a number"))
    yield from _misspelt(row)


def _misspelt(row: dict[str, Any]) -> Iterator[Problem]:
    """More fields than a form has may be; one in the place of a field that it has is a slip."""
    missing = [column.value for column in FILLED if column.value not in row]
    if missing:
        message = _("is no field of a form; not there: {missing}")
        for name in sorted(row.keys() - _KNOWN):
            yield Problem(name, message.format(missing=", ".join(missing)))


def _cell(column: Column, said: Any) -> Cell:  # noqa: ANN401 - as the file has it
    if isinstance(said, list):
        said = "\n".join(str(part) for part in said if part is not None)
    if column is Column.PERCENT and isinstance(said, (int, float)):
        # A number here is one of per cent: that is how the field is documented.
        said = f"{said}%"
    return Cell("", said)
