"""Forms as text: CSV as spreadsheets save it, and JSON as programs write it."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tracker.domain.formulas import unguarded
from tracker.domain.period import Period
from tracker.domain.words import Role
from tracker.errors import BadFile, Problem, Refusal
from tracker.forms import FILLED, OPENING, ROLES, Column, Head, Line, Mark, Returned, Row
from tracker.forms.cells import Cell, Kind
from tracker.forms.package import LIMIT_COLUMNS
from tracker.forms.rows import Grid, Held, line_of, named
from tracker.i18n import _
from tracker.sources.files.encoding import decode

# All offices of a large ledger in one file: programs write it, and nothing in it is packed.
LIMIT_BYTES = 100_000_000
LIMIT_ROWS = 200_000
# Each takes far more room than the character that sets it apart.
LIMIT_VALUES = 20_000_000
_SEPARATORS = ",;\t[{"
_LETTERS = 26
# What spreadsheets write for a formula that came to nothing.
_ERROR = re.compile(r"#(N/A|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!)|Err:\d{3}")
# How what is not simply text begins.
_MARKED = frozenset("#E'")
_PLAIN = frozenset({str, int, float, type(None)})
# As plain text: by a word of ours a field is found more slowly, and there are many.
_NAMES = tuple(column.value for column in FILLED)
_PERCENT, _EVIDENCE = Column.PERCENT.value, Column.EVIDENCE.value
_FILLED = frozenset(_NAMES)
_KNOWN = _FILLED | frozenset(Row._fields)


def is_json(text: str) -> bool:
    """Whether a text begins as JSON does."""
    return text.lstrip().startswith(("{", "["))


def grid(file: Path, text: str) -> Grid:
    """The cells of a CSV file, separated by commas, semicolons or tabs."""
    if text.lstrip().startswith("<"):
        # Web pages and flat XML, whatever the name of the file says.
        raise BadFile([Problem(str(file), _("is no Excel workbook: save it as .xlsx"))])
    lines = io.StringIO(text, newline="")
    # A title above the headings has no separators, or others.
    heading = next((line for line in lines if OPENING in line), text.partition("\n")[0])
    mark = max(",;\t", key=heading.count)
    lines.seek(0)
    try:
        reader = csv.reader(lines, delimiter=mark, strict=True)
        rows = list(islice(reader, LIMIT_ROWS + 1))
    except csv.Error as reason:
        message = _("is no CSV: {reason}").format(reason=reason)
        raise BadFile([Problem(str(file), message)]) from reason
    if len(rows) > LIMIT_ROWS:
        message = _("has more than {limit} rows").format(limit=LIMIT_ROWS)
        raise BadFile([Problem(str(file), message)])
    wide = min(max(map(len, rows), default=0), LIMIT_COLUMNS)
    columns = [_column(place) for place in range(wide)]
    made = [_Row(columns, number, said) for number, said in enumerate(rows, 1)]
    return Grid(str(file), made, _Row.held)


class _Row(Sequence[Cell]):
    """The cells of a line, each made when it is asked for: most are shown for people alone."""

    __slots__ = ("_columns", "_number", "_said")

    def __init__(self, columns: Sequence[str], number: int, said: Sequence[str]) -> None:
        self._columns, self._number, self._said = columns, number, said

    def __len__(self) -> int:
        return len(self._columns)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - typed as what it is, it had to take slices, which nobody asks for
        said = self._said[place] if place < len(self._said) else ""
        return _read(f"{self._columns[place]}{self._number}", said)

    def held(self, places: Iterable[int]) -> Held:
        """The cells where anything stands, without their places; most fields are left empty, and no cell
        is made of these.
        """
        said, wide = self._said, len(self._said)
        return [
            _read("", said[place]) if place < wide and said[place].strip() else None
            for place in places
        ]


def _read(at: str, said: str) -> Cell:
    if said[:1] in _MARKED:
        if _ERROR.fullmatch(said):
            return Cell(at, said, Kind.ERROR)
        said = unguarded(said)
    return Cell(at, said)


def text(file: Path, data: bytes) -> str:
    """The text of a file. BadFile where it is none, or holds more than could be a form."""
    try:
        found = decode(file, data)
    except Refusal as reason:
        message = _("is neither a workbook nor text in UTF-8, UTF-16 or GB18030: save it as .xlsx")
        raise BadFile([Problem(str(file), message)]) from reason
    if sum(map(found.count, _SEPARATORS)) > LIMIT_VALUES:
        message = _("has more than {limit} values").format(limit=LIMIT_VALUES)
        raise BadFile([Problem(str(file), message)])
    return found


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
    name = str(file)
    lines = tuple(_line(f"{name} rows[{n}]", row, head) for n, row in enumerate(rows))
    return Returned(name, head, lines)


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
    problems = tuple(_faults(row))
    if problems:
        return Line(where, None, problems=problems)
    role = ROLES[row["role"]]
    mark = Mark(row["key"], head.owner, role, row["version"], head.period, head.ledger, "")
    filled = [
        Cell("", said) if type(said) is str else _cell(name, said)
        for name, said in zip(_NAMES, map(row.get, _NAMES), strict=True)
    ]
    return line_of(where, mark, filled, _place)


def _place(field: str) -> str:
    return named(Column(field))


def _faults(row: Any) -> Iterator[Problem]:  # noqa: ANN401 - as the file has it
    if not isinstance(row, dict):
        yield Problem("", _("is no object"))
        return
    if not isinstance(row.get("key"), str):
        yield Problem("key", _("is missing, or no text"))
    role = row.get("role")
    if not isinstance(role, str) or role not in ROLES:
        yield Problem("role", _("is none of: {known}").format(known=Role.named()))
    version = row.get("version")
    if type(version) is not int or version < 0:
        yield Problem("version", _("is no whole number from 0"))
    for name in _NAMES:
        said = row.get(name)
        if type(said) in _PLAIN:
            continue
        parts = said if isinstance(said, list) and name == _EVIDENCE else [said]
        if not all(type(part) in _PLAIN for part in parts):
            yield Problem(name, _("is neither text nor a number"))
    if not row.keys() >= _FILLED:
        yield from _misspelt(row)


def _misspelt(row: dict[str, Any]) -> Iterator[Problem]:
    """More fields than a form has may be; one in the place of a field that it has is a slip."""
    missing = [name for name in _NAMES if name not in row]
    message = _("is no field of a form; not there: {missing}")
    for name in sorted(row.keys() - _KNOWN):
        yield Problem(name, message.format(missing=", ".join(missing)))


def _cell(name: str, said: Any) -> Cell | None:  # noqa: ANN401 - as the file has it
    if said is None or said == []:
        return None
    if isinstance(said, list):
        said = "\n".join(str(part) for part in said if part is not None)
    if isinstance(said, (int, float)) and name == _PERCENT:
        # A number here is one of per cent: that is how the field is documented.
        said = f"{said}%"
    return Cell("", said)
