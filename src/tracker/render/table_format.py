"""Tables for a terminal or a pipe: aligned with Chinese in them, cut nowhere, wrapped only on a terminal."""

from collections.abc import Iterator, Sequence
from types import NoneType

import tabulate
from wcwidth import wcswidth

from tracker.domain.words import Status
from tracker.i18n import _, either
from tracker.render import Screen
from tracker.report.model import (
    Column,
    Progress,
    Report,
    Share,
    Table,
    Tenths,
    harmless,
    held,
    shown_cell,
    titled,
)

_GAP = 2
_NARROWEST = 12
_LEAST = 6

# A heading needs no room beyond its own.
tabulate.MIN_PADDING = 0
_COLOURS = {Status.DONE: "32", Status.STALLED: "31", Status.IN_PROGRESS: "36", Status.DROPPED: "90"}


def render(what: Report | Table, screen: Screen) -> Iterator[str]:
    """A report under its title, or a table alone."""
    yield _table(what, screen) if isinstance(what, Table) else _report(what, screen)


def _report(what: Report, screen: Screen) -> str:
    parts = [f"{harmless(what.title)}\n"]
    facts = [(fact.title, shown_cell(fact.value)) for fact in what.facts if fact.title]
    if facts:
        parts.append(_plain(facts, screen.width) + "\n")
    parts += [f"{_wrapped(harmless(paragraph), screen.width)}\n" for paragraph in what.text]
    part = ""
    for table in what.tables:
        if table.shown:
            if table.part and table.part != part:
                parts.append(f"{harmless(table.part)}\n{'=' * wcswidth(harmless(table.part))}\n")
            parts.append(f"{harmless(table.title)}\n{_table(table, screen)}")
            part = table.part
    parts += ["".join(f"{harmless(note)}\n" for note in what.notes)]
    return "\n".join(filter(None, parts))


def _plain(facts: list[tuple[str, str]], width: int | None) -> str:
    widest = max(wcswidth(title) for title, _value in facts)
    room = max(width - widest - _GAP, _NARROWEST) if width else None
    return tabulate.tabulate(
        facts, tablefmt="plain", disable_numparse=True, maxcolwidths=[None, room] if room else None
    )


def _wrapped(text: str, width: int | None) -> str:
    if not width:
        return text
    return tabulate.tabulate(
        [[text]], tablefmt="plain", disable_numparse=True, maxcolwidths=[width]
    )


def _table(table: Table, screen: Screen) -> str:
    # Widths come of all rows, so all are kept; they are asked for once.
    table = held(titled(held(table)))
    cells = [[_cell(value, screen) for value in row] for row in table.rows]
    shown, widths = _fitted(table.columns, cells, screen.width)
    right = [
        all(
            isinstance(row[i], (int, float, Share, Tenths, Progress, NoneType))
            for row in table.rows
        )
        for i in range(len(table.columns))
    ]
    titles = [str(column.title) for column in table.columns]
    return (
        tabulate.tabulate(
            [[row[i] for i in shown] for row in cells],
            headers=[titles[i] for i in shown],
            tablefmt="simple",
            disable_numparse=True,
            colalign=["right" if right[i] else "left" for i in shown] if cells else None,
            maxcolwidths=widths,
        )
        + "\n"
        + _left_out([title for i, title in enumerate(titles) if i not in shown])
    )


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
    columns: Sequence[Column], cells: list[list[str]], width: int | None
) -> tuple[list[int], list[int | None] | None]:
    """The places of the columns that fit into `width`, and how wide each may be.

    Flexible columns give way, the widest first; before they get too narrow to read, optional ones
    go, the last first.
    """
    shown = list(range(len(columns)))
    if width is None:
        return shown, None
    wide = [
        max([wcswidth(str(column.title)), *(wcswidth(_bare(row[i])) for row in cells)])
        for i, column in enumerate(columns)
    ]
    least = [
        min(w, _NARROWEST) if column.flexible else w
        for w, column in zip(wide, columns, strict=True)
    ]
    optional = [i for i in shown if columns[i].optional]
    while optional and sum(least[i] + _GAP for i in shown) - _GAP > width:
        shown.remove(optional.pop())
    over = sum(wide[i] + _GAP for i in shown) - _GAP - width
    givers = [i for i in shown if columns[i].flexible]
    while over > 0 and givers:
        widest = max(givers, key=wide.__getitem__)
        if wide[widest] <= _LEAST:
            break
        wide[widest] -= 1
        over -= 1
    return shown, [wide[i] if columns[i].flexible else None for i in shown]


def _bare(text: str) -> str:
    return text.partition("m")[2].removesuffix("\x1b[0m") if text.startswith("\x1b[") else text
