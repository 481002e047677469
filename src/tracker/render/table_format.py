"""Tables for a terminal or a pipe: aligned with Chinese in them, cut nowhere, wrapped only on a terminal."""

from collections.abc import Iterator, Sequence
from functools import partial
from types import NoneType

import tabulate

from tracker.domain.words import Status
from tracker.i18n import _, either
from tracker.render import Screen
from tracker.render.table_lines import GAP, Laid, lines, wide, widest, wrapped
from tracker.report.flow import each_once
from tracker.report.model import (
    Column,
    Progress,
    Report,
    Share,
    Table,
    Tenths,
    for_people,
    harmless,
    held,
    shown_cell,
    titled,
)

_NARROWEST = 12
_LEAST = 6
_COUNTED = (int, float, Share, Tenths, Progress, NoneType)
_COLOURS = {Status.DONE: "32", Status.STALLED: "31", Status.IN_PROGRESS: "36", Status.DROPPED: "90"}


def render(what: Report | Table, screen: Screen) -> Iterator[str]:
    """A report under its title, or a table alone."""
    if isinstance(what, Table):
        yield from _table(what, screen)
    else:
        yield _report(what, screen)


def _report(what: Report, screen: Screen) -> str:
    parts = [f"{harmless(what.title)}\n"]
    facts = [(fact.title, shown_cell(fact.value)) for fact in what.facts if fact.title]
    if facts:
        parts.append(_plain(facts, screen.width) + "\n")
    parts += [f"{_paragraph(harmless(text), screen.width)}\n" for text in what.text]
    part = ""
    for table in what.tables:
        if table.shown:
            if table.part and table.part != part:
                parts.append(f"{harmless(table.part)}\n{'=' * wide(harmless(table.part))}\n")
            parts.append(f"{harmless(table.title)}\n{''.join(_table(table, screen))}")
            part = table.part
    parts += ["".join(f"{harmless(note)}\n" for note in what.notes)]
    return "\n".join(filter(None, parts))


def _paragraph(text: str, width: int | None) -> str:
    return wrapped(text, width) if width else text


def _plain(facts: list[tuple[str, str]], width: int | None) -> str:
    room = (
        max(width - widest(title for title, _value in facts) - GAP, _NARROWEST) if width else None
    )
    return tabulate.tabulate(
        facts, tablefmt="plain", disable_numparse=True, maxcolwidths=[None, room] if room else None
    )


def _table(table: Table, screen: Screen) -> Iterator[str]:
    # Widths come of all rows, so all are kept; they are asked for once.
    table = titled(held(for_people(table)))
    columns, rows = table.columns, list(table.rows)
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    right = [all(issubclass(kind, _COUNTED) for kind in set(map(type, each))) for each in cells]
    texts = [list(each_once(each, partial(_cell, screen=screen))) for each in cells]
    shown, rooms = _fitted(columns, texts, screen.width)
    yield from lines(
        [
            Laid(str(columns[i].title), texts[i], right[i], room)
            for i, room in zip(shown, rooms, strict=True)
        ]
    )
    yield _left_out([str(each.title) for i, each in enumerate(columns) if i not in shown])


def _left_out(titles: list[str]) -> str:
    """What a narrow terminal has no room for is named, not dropped in silence."""
    if not titles:
        return ""
    message = _("(columns left out for want of room: {columns})")
    return message.format(columns=either("、", ", ").join(titles)) + "\n"


def _cell(value: object, screen: Screen) -> str:
    text = shown_cell(value, glyphs=screen.glyphs)
    colour = _COLOURS.get(value) if screen.colour and isinstance(value, Status) else None
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _fitted(
    columns: Sequence[Column], texts: list[list[str]], width: int | None
) -> tuple[list[int], list[int | None]]:
    """The places of the columns that fit into `width`, and how wide each may be.

    Flexible columns give way, the widest first; before they get too narrow to read, optional ones
    go, the last first.
    """
    shown = list(range(len(columns)))
    if width is None:
        return shown, [None] * len(columns)
    taken = [
        max(wide(str(column.title)), widest(inside))
        for column, inside in zip(columns, texts, strict=True)
    ]
    least = [
        min(w, _NARROWEST) if column.flexible else w
        for w, column in zip(taken, columns, strict=True)
    ]
    optional = [i for i in shown if columns[i].optional]
    while optional and sum(least[i] + GAP for i in shown) - GAP > width:
        shown.remove(optional.pop())
    over = sum(taken[i] + GAP for i in shown) - GAP - width
    givers = [i for i in shown if columns[i].flexible]
    while over > 0 and givers:
        giver = max(givers, key=taken.__getitem__)
        if taken[giver] <= _LEAST:
            break
        taken[giver] -= 1
        over -= 1
    return shown, [taken[i] if columns[i].flexible else None for i in shown]
