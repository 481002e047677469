"""The breakdown table: who has to do what by when, commitment by commitment, document by document."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from tracker.domain.target import Target
from tracker.domain.times import SHANGHAI
from tracker.domain.words import Kind, Role
from tracker.i18n import _, either
from tracker.report.tasks import refuse_nothing
from tracker.store import log, queries
from tracker.store.ledger import Connection
from tracker.store.rows import AssignmentRow, Filters, MeasureRow
from tracker.store.states import States


class Line(NamedTuple):
    """One commitment, each cell as it is printed; `key` is for the way back."""

    number: int
    task: str
    lead: str
    support: str
    due: str
    key: str


class Group(NamedTuple):
    """A measure: its section, its heading, its commitments."""

    section: str
    measure: str
    lines: tuple[Line, ...]


class Sheet(NamedTuple):
    """A document; `name` is its code."""

    name: str
    title: str
    groups: tuple[Group, ...]


class Breakdown(NamedTuple):
    """All sheets, and the date of the newest line of the log behind them."""

    title: str
    known_on: date
    sheets: tuple[Sheet, ...]


def breakdown(db: Connection, of: States, filters: Filters) -> Breakdown:
    """The standing assignments, a sheet for each document; none at all is refused."""
    rows = queries.assignment_rows(db, of, filters)
    refuse_nothing(rows)
    measures = {row.key: row for row in queries.measure_rows(db, of)}
    titles = {
        row.document: either(row.document_title, row.document_title_en)
        for row in queries.section_rows(db)
    }
    newest = log.newest_recorded_at(db)
    return Breakdown(
        _("Breakdown table"),
        newest.astimezone(SHANGHAI).date() if newest else of.as_of,
        tuple(
            Sheet(
                code,
                _("Breakdown of tasks: {document}").format(document=titles[code]),
                _groups(inside, measures),
            )
            for code, inside in groupby(rows, lambda row: row.document)
        ),
    )


def _groups(rows: Iterable[AssignmentRow], measures: dict[str, MeasureRow]) -> tuple[Group, ...]:
    found, number = [], 0
    for key, inside in groupby(rows, lambda row: row.measure):
        measure, lines = measures[key], []
        for _commitment, assignments in groupby(inside, lambda row: row.key):
            number += 1
            lines.append(_line(number, list(assignments)))
        section = (
            f"{measure.section_label}、{either(measure.section_title, measure.section_title_en)}"
        )
        title = f"{measure.label}{either(measure.title, measure.title_en)}"
        found.append(Group(section, title, tuple(lines)))
    return tuple(found)


def _line(number: int, rows: list[AssignmentRow]) -> Line:
    first = rows[0]
    leading, joint = _names(rows, Role.LEAD), _names(rows, Role.JOINT)
    together = _("{owners} (joint)").format(owners=joint) if joint else ""
    scopes = [
        either("{}：{}", "{}: {}").format(_name(row), either(row.scope, row.scope_en))
        for row in rows
        if row.scope
    ]
    return Line(
        number,
        "\n".join([either(first.title, first.title_en), *scopes]),
        "\n".join(filter(None, (leading, together))),
        _names(rows, Role.SUPPORT),
        _due(rows),
        first.key,
    )


def _names(rows: Iterable[AssignmentRow], role: Role | None = None) -> str:
    return either("、", ", ").join(_name(row) for row in rows if role in (None, row.role))


def _name(row: AssignmentRow) -> str:
    return either(row.owner_name, row.owner_name_en)


def _due(rows: list[AssignmentRow]) -> str:
    """By when; where the owners have different targets, with the names behind each."""
    by_target: dict[str | None, list[AssignmentRow]] = {}
    for row in rows:
        by_target.setdefault(row.target, []).append(row)
    if len(by_target) == 1:
        return _by_when(rows[0])
    return "\n".join(
        either("{}（{}）", "{} ({})").format(_by_when(inside[0]), _names(inside))
        for _target, inside in sorted(by_target.items(), key=lambda each: each[0] or "")
    )


def _by_when(row: AssignmentRow) -> str:
    target = row.target and Target.read(row.target)
    if not target:
        return _("no end") if row.kind == Kind.CONTINUING else _("no target")
    if target.month is None:
        return _("end of {year}").format(year=target.year)
    return _("end of {month}/{year}").format(year=target.year, month=target.month)
