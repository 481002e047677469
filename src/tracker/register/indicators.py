"""Files of figures: indicators, their targets and observations, in YAML or as a sheet."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from tracker.domain.formulas import unguarded
from tracker.domain.indicators import Period, value
from tracker.domain.words import Basis, Better, Flag, Precision, Rule
from tracker.errors import BadFile, Problem, Refusal
from tracker.i18n import _, either
from tracker.sources.files.encoding import decode
from tracker.userfile import LIMIT_BYTES
from tracker.yamlfile import Fields, Problems, Tree, read

# The columns of a sheet by their Chinese names; the others are the names of the fields.
_COLUMNS = {
    "指标": "indicator",
    "责任主体": "owner",
    "年份": "year",
    "数值": "value",
    "单位": "unit",
    "精度": "precision",
    "来源": "source",
    "出处": "place",
    "备注": "note",
    "疑点": "flag",
    "理由": "reason",
}
# A row with these names the fields of a sheet.
# More than all that is published of six provinces in a century.
_LIMIT_ROWS = 50_000
_NEEDED = ("indicator", "owner", "value")


class Indicator(NamedTuple):
    """A figure that is followed, and the commitment that it measures where there is one."""

    key: str
    name: str
    name_en: str
    unit: str
    better: Better
    commitment: str | None
    where: str


class Target(NamedTuple):
    """What an indicator is to be for an owner by a year; `value` is a decimal number as written."""

    indicator: str
    owner: str
    year: int
    rule: Rule
    value: str | None
    against: str | None
    since: int | None
    basis: Basis
    text: str
    text_en: str
    where: str


class Observation(NamedTuple):
    """A figure as its source has it; one with a flag is not trusted, for the reason given."""

    indicator: str
    owner: str
    period: Period | None
    value: str
    unit: str | None
    precision: Precision
    source: str
    place: str | None
    note: str | None
    note_en: str | None
    flag: Flag | None
    reason: str | None
    reason_en: str | None
    where: str = ""


class Figures(NamedTuple):
    """What a file of figures holds."""

    indicators: tuple[Indicator, ...] = ()
    targets: tuple[Target, ...] = ()
    observations: tuple[Observation, ...] = ()


def figures(top: Fields) -> Figures:
    """What the file says of indicators; what is wrong goes to the problems of `top`."""
    lines = top.each("targets", _targets, mark=id, required=False)
    targets = tuple(target for line in lines for target in line)
    for mark, times in Counter((t.indicator, t.owner, str(t.year)) for t in targets).items():
        if times > 1:
            top.problem(_("{mark} stands here twice").format(mark=" ".join(mark)), "targets")
    return Figures(
        top.each("indicators", _indicator, mark=lambda one: one.key, required=False),
        targets,
        top.each("observations", _observation, mark=_mark, required=False),
    )


def observations(path: Path, data: bytes) -> tuple[Observation, ...]:
    """The observations in a YAML file or a CSV sheet, or BadFile with every problem by its line."""
    problems = Problems()
    kind = path.suffix.lower()
    if kind in (".yaml", ".yml"):
        tree = read(str(path), data, problems)
    elif kind == ".csv":
        tree = _sheet(path, data, problems)
    else:
        raise Refusal(
            _("{file}: figures come in an .xlsx, a .csv or a .yaml file").format(file=path)
        )
    return _found(tree, problems)


def in_tables(
    path: Path, tables: Sequence[tuple[str, int, list[list[str]]]]
) -> tuple[Observation, ...]:
    """The observations in the tables of a workbook: each with its place, the number of its first row
    and its rows. BadFile with every problem by its sheet and row.
    """
    if not tables:
        message = _("no sheet has a row that names the columns: {names}")
        raise BadFile([Problem(str(path), message.format(names=_names()))])
    problems = Problems()
    lines = [
        line
        for where, first, rows in tables
        for line in _lines(where, enumerate(rows, first), problems)
    ]
    return _found(Tree({"observations": Tree(lines, str(path), 1)}, str(path), 1), problems)


def names_columns(row: Sequence[str]) -> bool:
    """Whether a row of a sheet names the fields of observations."""
    return set(_NEEDED) <= {_named(cell) for cell in row}


def _found(tree: Tree | None, problems: Problems) -> tuple[Observation, ...]:
    found: tuple[Observation, ...] = ()
    if tree is not None:
        top = Fields(tree, problems)
        found = top.each("observations", _observation, mark=_mark)
        top.finish()
    if problems:
        raise BadFile(list(problems))
    return found


def _mark(given: Observation) -> str:
    return " ".join(filter(None, (given.indicator, given.owner, str(given.period or ""))))


def _sheet(path: Path, data: bytes, problems: Problems) -> Tree | None:
    """A sheet as the YAML file would be that says the same; an empty cell is a field not there."""
    if len(data) > LIMIT_BYTES:
        limit = LIMIT_BYTES // 10**6
        problems.append(Problem(str(path), _("larger than {limit} MB").format(limit=limit)))
        return None
    text = decode(path, data)
    if not text.strip():
        problems.append(Problem(str(path), _("the file is empty")))
        return None
    rows = list(_csv_rows(path, text, problems))
    # A title may stand above.
    first = next((n for n, (_number, row) in enumerate(rows) if names_columns(row)), 0)
    lines = _lines(str(path), rows[first:], problems)
    return Tree({"observations": Tree(lines, str(path), 1)}, str(path), 1)


def _csv_rows(path: Path, text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines; separated as spreadsheets do it in one country or another."""
    mark = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for count, row in enumerate(reader):
            if count == _LIMIT_ROWS:
                message = _("has more than {limit} rows").format(limit=_LIMIT_ROWS)
                problems.append(Problem(str(path), message))
                return
            yield reader.line_num, [unguarded(cell.strip()) for cell in row]
    except csv.Error as reason:
        message = _("not CSV: {reason}").format(reason=reason)
        problems.append(Problem(f"{path}:{reader.line_num}", message))


def _lines(where: str, rows: Iterable[tuple[int, Sequence[str]]], problems: Problems) -> list[Tree]:
    """The lines under the first row, which names the fields."""
    lines: list[Tree] = []
    names: list[str] = []
    first = 0
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        if not names:
            names, first = [_named(cell) for cell in cells], number
            if "indicator" not in names:
                message = _("this line should name the columns: {names}").format(names=_names())
                raise BadFile([*problems, Problem(f"{where}:{number}", message)])
        elif any(cells):
            lines.append(_line(where, number, names, cells, problems))
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        message = _("the field {name} stands here twice").format(name=name)
        problems.append(Problem(f"{where}:{first}", message))
    return lines


def _names() -> str:
    return either("指标、责任主体、年份、数值、来源", "indicator, owner, year, value, source")


def _named(cell: str) -> str:
    """The field that the name of a column means."""
    said = cell.strip()
    return _COLUMNS.get(said, said)


def _line(
    file: str, line: int, names: Sequence[str], cells: Sequence[str], problems: Problems
) -> Tree:
    if any(cell for place, cell in enumerate(cells) if place >= len(names) or not names[place]):
        problems.append(Problem(f"{file}:{line}", _("a cell stands under no name of a column")))
    said = zip(names, cells, strict=False)
    return Tree({name: Tree(cell, file, line) for name, cell in said if name and cell}, file, line)


def _indicator(fields: Fields) -> Indicator:
    return Indicator(
        key=_key(fields),
        name=fields.text("name", limit=40),
        name_en=fields.text("name_en", limit=90),
        unit=fields.text("unit", limit=20),
        better=fields.word("better", Better) or Better.NONE,
        commitment=fields.maybe("commitment"),
        where=fields.where,
    )


def _key(fields: Fields) -> str:
    key = fields.text("key", limit=60)
    plain = key.replace("-", "")
    if key and not (plain.isascii() and plain.isalnum() and plain == plain.lower()):
        message = _("a key has small letters, digits and hyphens: {said}").format(said=key)
        fields.problem(message, "key")
    return key


def _targets(fields: Fields) -> list[Target]:
    rule = fields.word("rule", Rule)
    wants_value = rule in (Rule.LEVEL, Rule.PER_YEAR)
    said = _value(fields) if wants_value else None
    against = fields.text("against") if rule is Rule.WITH_GROWTH_OF else None
    indicator, year, since = fields.text("indicator"), _year(fields, "year"), None
    if fields.has("since"):
        since = _year(fields, "since")
        if since >= year:
            fields.problem(_("is not before the year of the target"), "since")
    basis = fields.word("basis", Basis) or Basis.ASSIGNED
    text, text_en = fields.text("text", limit=60), fields.text("text_en", limit=90)
    return [
        Target(
            indicator,
            owner,
            year,
            rule or Rule.LEVEL,
            said,
            against,
            since,
            basis,
            text,
            text_en,
            fields.where,
        )
        for owner in fields.texts("owner")
    ]


def _year(fields: Fields, name: str) -> int:
    said = fields.text(name)
    period = Period.read(said)
    if period is None or period.first != period.last:
        if said:
            fields.problem(_("not a year: {said} (2025)").format(said=said), name)
        return 0
    return period.first


def _value(fields: Fields) -> str:
    said = fields.text("value")
    number = value(said)
    if number is None:
        if said:
            message = _(
                "not a number: {said} (digits with a point, no unit, no thousands: 60.67)"
            ).format(said=said)
            fields.problem(message, "value")
        return "0"
    return str(number)


def _measured(fields: Fields) -> tuple[str, str | None]:
    """The value and its unit; a sign of per cent behind the value is its unit."""
    said, unit = fields.text("value").replace("％", "%").strip(), fields.maybe("unit", limit=20)
    if not said.endswith("%"):
        return _value(fields), unit
    number = value(said[:-1])
    if number is None:
        return _value(fields), unit
    if unit not in (None, "%"):
        message = _("{said} has a sign of per cent, and the unit says {unit}")
        fields.problem(message.format(said=said, unit=unit), "value")
    return str(number), "%"


def _observation(fields: Fields) -> Observation:
    said = fields.maybe("year")
    number, unit = _measured(fields)
    period = Period.read(said) if said else None
    if said and period is None:
        message = _("not a year or a span of years: {said} (2022, 2016-2020)").format(said=said)
        fields.problem(message, "year")
    flag = fields.word("flag", Flag) if fields.maybe("flag") else None
    reason = fields.maybe("reason")
    if flag and not reason:
        fields.problem(_("a flag wants a reason"), "flag")
    if reason and not fields.maybe("flag"):
        known = Flag.named()
        fields.problem(_("a reason wants a flag (known: {known})").format(known=known), "reason")
    return Observation(
        indicator=fields.text("indicator"),
        owner=fields.text("owner"),
        period=period,
        value=number,
        unit=unit,
        precision=(fields.word("precision", Precision) if fields.maybe("precision") else None)
        or Precision.EXACT,
        source=fields.text("source", limit=200),
        place=fields.maybe("place", limit=200),
        note=fields.maybe("note"),
        note_en=fields.maybe("note_en"),
        flag=flag,
        reason=reason,
        reason_en=fields.maybe("reason_en"),
        where=fields.where,
    )
