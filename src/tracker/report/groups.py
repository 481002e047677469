"""The tables that count: totals by each axis, by owner, document and section, and owner by measure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tracker.domain.rollup import Numbers, tenths_of
from tracker.domain.words import Position, Status, Verification, Word
from tracker.i18n import _, either
from tracker.report import listing
from tracker.report.model import Chart, Column, Field, Progress, Series, Table, Tenths, tabulated
from tracker.store.rollups import Cell
from tracker.store.rows import AssignmentRow, OwnerRow, SectionRow

Cells = Mapping[Cell, Numbers]

_TELLING = (
    Status.NOT_STARTED,
    Status.IN_PROGRESS,
    Status.STALLED,
    Position.BEHIND,
    Position.OVERDUE,
)

# More owners do not fit beside each other; the data has them all.
_WIDEST = 20


class Group(NamedTuple):
    """What one line of a grouped table is about: codes and title, and its numbers."""

    code: str
    section: int | None
    label: str
    title: str
    title_en: str
    numbers: Numbers


class Total(NamedTuple):
    """One word of an axis with its count, its weight, and its shares of all."""

    word: Word
    assignments: int
    weight: int
    share: Tenths
    weighted: Tenths
    before: int | None


def summed(cells: Cells, group: Callable[[Cell], Any]) -> dict[Any, Numbers]:
    """What groups of cells amount to."""
    sums: dict[Any, Numbers] = {}
    for cell, numbers in cells.items():
        sums[group(cell)] = sums.get(group(cell), Numbers()) + numbers
    return sums


def totals(
    rows: Sequence[AssignmentRow], before: Sequence[AssignmentRow] | None, part: str
) -> list[Table]:
    """Counts and shares of each axis; where weights are set, those by weight beside them; of a period,
    the counts at its start.
    """
    axes: tuple[tuple[str, str, str, type[Word]], ...] = (
        ("status", _("Status"), _("By status"), Status),
        ("position", _("Schedule position"), _("By schedule position"), Position),
        ("verification", _("Verification"), _("By verification"), Verification),
    )
    made = []
    for axis, heading, title, words in axes:
        weights = Counter[str]()
        for row in rows:
            weights[getattr(row, axis)] += row.weight
        counts = Counter[str](getattr(row, axis) for row in rows)
        starts = None if before is None else Counter[str](getattr(row, axis) for row in before)
        counted = [
            (word, counts[word], weights[word], None if starts is None else starts[word])
            for word in words
        ]
        made += _axis(axis, heading, title, counted)
    return [table._replace(part=part) for table in made]


def _axis(
    axis: str, heading: str, title: str, counted: list[tuple[Word, int, int, int | None]]
) -> list[Table]:
    # The share done stands in the text and in other tables, too.
    pinned = next((i for i, (word, *_rest) in enumerate(counted) if word is Status.DONE), None)
    shares = tenths_of([count for _word, count, *_rest in counted], pinned)
    weighted = tenths_of([weight for _word, _count, weight, _start in counted], pinned)
    rows = [
        Total(word, count, weight, Tenths(share), Tenths(by_weight), before)
        for (word, count, weight, before), share, by_weight in zip(
            counted, shares, weighted, strict=True
        )
    ]
    any_set = any(row.weight != row.assignments for row in rows)
    return [
        tabulated(
            f"totals.{axis}",
            title,
            rows,
            [
                Field(axis, heading, "word"),
                Field(None, _("At the start"), "before", optional=True),
                Field("assignments", _("Assignments"), "assignments"),
                Field(
                    None,
                    _("Change"),
                    lambda row: None if row.before is None else row.assignments - row.before,
                    optional=True,
                ),
                Field(None, _("Share"), "share"),
                Field(None, _("Weighted share") if any_set else None, "weighted"),
            ],
            keyed=True,
        ),
        tabulated(
            f"totals.weight.{axis}",
            "",
            rows,
            [Field(axis, None, "word"), Field("weight", None, "weight")],
            keyed=True,
        ),
    ]


def by_owner(cells: Cells, owners: Iterable[OwnerRow], part: str) -> Table:
    """What each owner has."""
    numbers = summed(cells, lambda cell: cell.owner)
    rows = [
        Group(each.code, None, "", each.name, each.name_en, numbers[each.code])
        for each in owners
        if each.code in numbers
    ]
    return tabulated(
        "by_owner",
        _("By owner"),
        rows,
        [
            Field("owner", None, "code"),
            Field(None, _("Owner"), lambda row: either(row.title, row.title_en)),
            *_columns(rows),
        ],
    )._replace(part=part)


def by_document(cells: Cells, sections: Iterable[SectionRow], part: str) -> Table:
    """What each document asks for."""
    titles = {each.document: each for each in sections}
    rows = [
        Group(code, None, "", titles[code].document_title, titles[code].document_title_en, counted)
        for code, counted in sorted(summed(cells, lambda cell: cell.document).items())
    ]
    return tabulated(
        "by_document",
        _("By document"),
        rows,
        [Field("document", _("Document"), "code"), *_titles(), *_columns(rows)],
    )._replace(part=part)


def by_section(cells: Cells, sections: Iterable[SectionRow], part: str) -> Table:
    """What each section of a document asks for."""
    numbers = summed(cells, lambda cell: (cell.document, cell.section))
    rows = [
        Group(s.document, s.number, s.label, s.title, s.title_en, numbers[s.document, s.number])
        for s in sections
        if (s.document, s.number) in numbers
    ]
    return tabulated(
        "by_section",
        _("By section"),
        rows,
        [
            Field("document", _("Document"), "code"),
            Field("section", None, "section"),
            Field("section_label", _("Sec."), "label"),
            *_titles(),
            *_columns(rows),
        ],
    )._replace(part=part)


def _titles() -> list[Field]:
    return [
        Field(None, _("Title"), lambda row: either(row.title, row.title_en), flexible=True),
        Field("title", None, "title"),
        Field("title_en", None, "title_en"),
    ]


def _columns(rows: list[Group]) -> list[Field]:
    """Each word of the three axes in its order; people see of the less telling ones what any has."""
    every, done, *shares = listing.numbers_fields(
        weighted=any(row.numbers.weight != row.numbers.denominator for row in rows)
    )
    made = [every._replace(optional=False), done._replace(optional=False), *shares]
    for word in (word for axis in (Status, Position, Verification) for word in axis):
        if word in _TELLING:
            made.append(_count(word))
        elif word is not Status.DONE:
            had = any(row.numbers.having(word) for row in rows)
            title = _count(word).title if had else None
            made.append(_count(word)._replace(title=title, optional=True))
    return [*made, Field("support", None, "numbers.support")]


def _count(word: Word) -> Field:
    return Field(word.value, either(word.zh, word.en), f"numbers.{word.name.lower()}")


def matrix(cells: Cells, owners: Iterable[OwnerRow], part: str) -> list[Table]:
    """Owner by measure: the data, and the same laid out for people where it is not too wide."""
    counted = {cell: numbers for cell, numbers in cells.items() if numbers.assignments}
    data = Table(
        "matrix",
        "",
        tuple(
            Column(name, None) for name in ("measure", "owner", "assignments", "done", "reported")
        ),
        [
            (cell.measure, cell.owner, n.assignments, n.done, n.assignments - n.unreported)
            for cell, n in counted.items()
        ],
    )
    having = {cell.owner for cell in counted}
    shown = [each for each in owners if each.code in having]
    if not 0 < len(shown) <= _WIDEST:
        return [data]
    progress = {
        (cell.measure, cell.owner): Progress(n.done, n.assignments, n.assignments - n.unreported)
        for cell, n in counted.items()
    }
    measures = dict.fromkeys(cell.measure for cell in counted)
    grid = Table(
        "",
        _("Owner by measure: done of assignments (-/3: nothing reported)"),
        (
            Column(None, _("Measure")),
            *(Column(None, either(each.name, each.name_en)) for each in shown),
        ),
        [(key, *(progress.get((key, each.code)) for each in shown)) for key in measures],
        part=part,
    )
    return [data, grid]


def chart(table: Table, owners: Iterable[OwnerRow]) -> Chart:
    """The statuses of each owner, drawn from the table by owner."""
    places = {column.name: i for i, column in enumerate(table.columns)}
    names = {each.code: either(each.name, each.name_en) for each in owners}
    return Chart(
        "stacked",
        _("Status by owner"),
        tuple(names[row[places["owner"]]] for row in table.rows),
        tuple(
            Series(
                either(word.zh, word.en), word, tuple(row[places[word.value]] for row in table.rows)
            )
            for word in Status
        ),
        table.part,
    )
