"""Markdown: headings, facts as a list, pipe tables."""

from tracker.render import Screen
from tracker.report.model import Report, Table, harmless, shown_cell, titled


def render(what: Report | Table, screen: Screen) -> str:
    """A report under its title, or a table alone."""
    if isinstance(what, Table):
        return _table(what, screen)
    parts = [f"# {_safe(what.title)}\n\n"]
    parts += [
        f"- {fact.title}: {_safe(shown_cell(fact.value))}\n" for fact in what.facts if fact.title
    ]
    parts += [f"\n{_safe(paragraph)}\n" for paragraph in what.text]
    part = ""
    for table in what.tables:
        if table.shown:
            if table.part and table.part != part:
                parts.append(f"\n## {_safe(table.part)}\n")
            level = "###" if table.part else "##"
            parts.append(f"\n{level} {_safe(table.title)}\n\n{_table(table, screen)}")
            part = table.part
    parts += [f"\n{_safe(note)}\n" for note in what.notes]
    return "".join(parts)


def _table(table: Table, screen: Screen) -> str:
    chosen = titled(table)
    lines = [[str(column.title) for _, column in chosen], ["---"] * len(chosen)]
    lines += [[shown_cell(row[i], glyphs=screen.glyphs) for i, _ in chosen] for row in table.rows]
    return "".join("| " + " | ".join(map(_safe, line)) + " |\n" for line in lines)


def _safe(text: str) -> str:
    """Text that is text in Markdown: no markup, no HTML, no cell borders of its own."""
    text = harmless(text)
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, "\\" + mark)
    return text
