"""Tables for a terminal or a pipe: aligned with Chinese in them, cut nowhere, wrapped only on a terminal."""

from tabulate import tabulate
from wcwidth import wcswidth

from tracker.domain.words import Status
from tracker.render import Screen
from tracker.report.model import Column, Report, Table, harmless, shown_cell

_GAP = 2
_NARROWEST = 8
_COLOURS = {Status.DONE: "32", Status.STALLED: "31", Status.IN_PROGRESS: "36", Status.DROPPED: "90"}


def render(what: Report | Table, screen: Screen) -> str:
    """A report under its title, or a table alone."""
    if isinstance(what, Table):
        return _table(what, screen)
    parts = [f"{harmless(what.title)}\n"]
    facts = [(fact.title, shown_cell(fact.value)) for fact in what.facts if fact.title]
    if facts:
        parts.append(_plain(facts) + "\n")
    parts += [f"{harmless(table.title)}\n{_table(table, screen)}" for table in what.tables]
    parts += ["".join(f"{harmless(note)}\n" for note in what.notes)]
    return "\n".join(filter(None, parts))


def _plain(facts: list[tuple[str, str]]) -> str:
    widest = max(wcswidth(title) for title, _ in facts)
    return "\n".join(
        f"{title}{' ' * (widest - wcswidth(title) + _GAP)}{harmless(value)}"
        for title, value in facts
    )


def _table(table: Table, screen: Screen) -> str:
    chosen = [(i, column) for i, column in enumerate(table.columns) if column.title]
    cells = [[_cell(row[i], screen) for i, _ in chosen] for row in table.rows]
    columns = [column for _, column in chosen]
    numeric = [
        (
            bool(table.rows)
            and all(isinstance(row[i], (int, float, type(None))) for row in table.rows)
        )
        or any(hasattr(row[i], "whole") and column.name for row in table.rows)
        for i, column in chosen
    ]
    return (
        tabulate(
            cells,
            headers=[str(column.title) for column in columns],
            tablefmt="simple",
            disable_numparse=True,
            colalign=["right" if right else "left" for right in numeric] if cells else None,
            maxcolwidths=_widths(columns, cells, screen.width),
        )
        + "\n"
    )


def _cell(value: object, screen: Screen) -> str:
    text = shown_cell(value, glyphs=screen.glyphs)
    colour = _COLOURS.get(value) if screen.colour and isinstance(value, Status) else None
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def _widths(
    columns: list[Column], cells: list[list[str]], width: int | None
) -> list[int | None] | None:
    """How wide each column may be, so that the table fits: flexible ones give way, widest first."""
    if width is None:
        return None
    wide = [
        max([wcswidth(str(column.title)), *(wcswidth(_bare(row[i])) for row in cells)])
        for i, column in enumerate(columns)
    ]
    over = sum(wide) + _GAP * (len(wide) - 1) - width
    givers = [i for i, column in enumerate(columns) if column.flexible]
    while over > 0 and givers:
        widest = max(givers, key=wide.__getitem__)
        if wide[widest] <= _NARROWEST:
            break
        wide[widest] -= 1
        over -= 1
    return [wide[i] if column.flexible else None for i, column in enumerate(columns)]


def _bare(text: str) -> str:
    return text.partition("m")[2].removesuffix("\x1b[0m") if text.startswith("\x1b[") else text
