"""Files of figures: indicators, their targets and observations, in YAML or as a sheet in CSV."""

import csv
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from tracker.domain.formulas import unguarded
from tracker.domain.indicators import Period, value
from tracker.domain.words import Basis, Better, Flag, Precision, Rule
from tracker.errors import BadFile, Problem, Refusal
from tracker.i18n import _
from tracker.sources.files.encoding import decode
from tracker.yamlfile import LIMIT_BYTES, Fields, Problems, Tree, read

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
        raise Refusal(_("{file}: figures come in a .csv or a .yaml file").format(file=path))
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
    reader = csv.reader(StringIO(decode(path, data), newline=""), strict=True)
    lines: list[Tree] = []
    names: list[str] = []
    try:
        for row in reader:
            cells = [unguarded(cell.strip()) for cell in row]
            if not names:
                names = [_COLUMNS.get(cell, cell) for cell in cells]
            elif any(cells):
                lines.append(_line(str(path), reader.line_num, names, cells, problems))
    except csv.Error as reason:
        message = _("not CSV: {reason}").format(reason=reason)
        problems.append(Problem(f"{path}:{reader.line_num}", message))
    if not names:
        problems.append(Problem(str(path), _("the file is empty")))
        return None
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        message = _("the field {name} stands here twice").format(name=name)
        problems.append(Problem(f"{path}:1", message))
    return Tree({"observations": Tree(lines, str(path), 1)}, str(path), 1)


def _line(file: str, line: int, names: list[str], cells: list[str], problems: Problems) -> Tree:
    if any(cells[len(names) :]):
        problems.append(Problem(f"{file}:{line}", _("more cells than the first line has names")))
    said = zip(names, cells, strict=False)
    return Tree({name: Tree(cell, file, line) for name, cell in said if cell}, file, line)


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


def _observation(fields: Fields) -> Observation:
    said = fields.maybe("year")
    period = Period.read(said) if said else None
    if said and period is None:
        message = _("not a year or a span of years: {said} (2022, 2016-2020)").format(said=said)
        fields.problem(message, "year")
    flag = fields.word("flag", Flag) if fields.has("flag") else None
    reason = fields.maybe("reason")
    if flag and not reason:
        fields.problem(_("a flag wants a reason"), "flag")
    if reason and not fields.has("flag"):
        known = Flag.named()
        fields.problem(_("a reason wants a flag (known: {known})").format(known=known), "reason")
    return Observation(
        indicator=fields.text("indicator"),
        owner=fields.text("owner"),
        period=period,
        value=_value(fields),
        unit=fields.maybe("unit", limit=20),
        precision=(fields.word("precision", Precision) if fields.has("precision") else None)
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
