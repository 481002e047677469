"""Markdown: headings, facts as a list, pipe tables."""

from collections.abc import Iterable, Iterator

from tracker.render import Screen
from tracker.report.model import Report, Table, harmless, shown_cell, titled


def render(what: Report | Table, screen: Screen) -> Iterator[str]:
    """A report under its title, or a table alone."""
    if isinstance(what, Table):
        yield from _table(what, screen)
        return
    yield f"# {_safe(what.title)}\n\n"
    for fact in what.facts:
        if fact.title:
            yield f"- {fact.title}: {_safe(shown_cell(fact.value))}\n"
    for paragraph in what.text:
        yield f"\n{_safe(paragraph)}\n"
    part = ""
    for table in what.tables:
        if table.shown:
            if table.part and table.part != part:
                yield f"\n## {_safe(table.part)}\n"
            level = "###" if table.part else "##"
            yield f"\n{level} {_safe(table.title)}\n\n"
            yield from _table(table, screen)
            part = table.part
    for note in what.notes:
        yield f"\n{_safe(note)}\n"


def _table(table: Table, screen: Screen) -> Iterator[str]:
    table = titled(table)
    yield _line(str(column.title) for column in table.columns)
    yield _line("---" for _column in table.columns)
    for row in table.rows:
        yield _line(shown_cell(value, glyphs=screen.glyphs) for value in row)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_safe, cells)) + " |\n"


def _safe(text: str) -> str:
    """Text that is text in Markdown: no markup, no HTML, no cell borders of its own."""
    text = harmless(text)
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, "\\" + mark)
    return text
