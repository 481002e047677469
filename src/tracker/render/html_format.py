"""HTML: one page that opens from disk, in both languages where the report has both."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined

from tracker.i18n import _, speaking, spoken
from tracker.render import Screen
from tracker.render.html_cells import Head, heads, rows, text
from tracker.render.html_charts import Drawing, drawn
from tracker.report.model import Chart, Report, Table, shown_cell, titled

_HERE = Path(__file__).parent
_CODES = {"zh": "zh-CN", "en": "en"}
_OTHERS = {"zh": "en", "en": "zh"}
_NAMES = {"zh": "中文", "en": "English"}
# So many rows are seen at a glance; more can be filtered.
_GLANCE = 8


class Grid(NamedTuple):
    """A table as the page takes it; its rows are made while the page is written."""

    id: str
    title: str
    heads: list[Head]
    rows: Iterator[str]
    length: int
    heat: bool


class Part(NamedTuple):
    """A heading with what stands under it; that of a lone table is the table's own."""

    id: str
    title: str
    drawings: list[Drawing]
    grids: list[Grid]
    annex: bool = False


def render(what: Report | Table, screen: Screen) -> Iterator[str]:  # noqa: ARG001 - a page is the same everywhere
    """A report, or a table alone."""
    style, script = (_beside(name) for name in ("html_page.css", "html_page.js"))
    page = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(_beside("html_page.html"))
    yield from page.generate(
        language=_CODES[spoken()],
        title=text(what.title),
        style=style,
        script=script,
        policy="default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_fingerprint(style)}'; script-src '{_fingerprint(script)}'",
        glance=_GLANCE,
        levels=_levels,
        editions=_editions(what),
    )


def _beside(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _fingerprint(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _editions(what: Report | Table) -> Iterator[dict[str, Any]]:
    """Each language of the report; the page writes an edition while its language is spoken."""
    if isinstance(what, Table):
        alone = _grid(what, f"{spoken()}-title", text(what.title))
        yield _edition(Report(what.title, (), ()), [Part(alone.id, "", [], [alone])], None)
        return
    first, second = spoken(), _OTHERS[spoken()]
    yield _edition(what, _parts(what), second if what.translation else None)
    if what.translation:
        with speaking(second):
            yield _edition(what.translation, _parts(what.translation), first)


def _edition(report: Report, parts: list[Part], other: str | None) -> dict[str, Any]:
    return {
        "id": spoken(),
        "language": _CODES[spoken()],
        "other": other and {"id": other, "language": _CODES[other], "name": _NAMES[other]},
        "title": text(report.title),
        "facts": [(text(f.title), text(shown_cell(f.value))) for f in report.facts if f.title],
        "text": [text(paragraph) for paragraph in report.text],
        "drawings": [drawn(chart) for chart in report.charts if not chart.part],
        "parts": parts,
        "notes": [text(note) for note in report.notes],
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """What the page says by itself."""
    return {
        "skip": _("Skip to the report"),
        "dark": _("Dark colours"),
        "contents": _("Contents"),
        "filter": _("Filter rows"),
        "count": _("{shown} of {all} rows"),
        "nothing": _("Nothing to report."),
        "notes": _("Notes"),
        "legend": _("Done / all assignments:"),
    }


def _levels() -> list[tuple[str, str]]:
    """The classes of a heat map's cells, and what they mean."""
    return [
        ("unreported", _("no report")),
        ("level-0", _("none done")),
        ("level-1", _("less than a third")),
        ("level-2", _("less than two thirds")),
        ("level-3", _("less than all")),
        ("level-4", _("all done")),
        ("", _("no assignment")),
    ]


def _parts(report: Report) -> list[Part]:
    """The parts in their order, each with its charts and tables; then the annexes."""
    groups = _groups([table for table in report.tables if table.shown and not table.annex])
    charts = _by_part(report.charts)
    parts = [
        _part(n, heading, charts.pop(heading, []), tables)
        for n, (heading, tables) in enumerate(groups)
    ]
    # Charts without a table in their part have a part all the same.
    parts += [_part(len(parts) + n, *rest, []) for n, rest in enumerate(charts.items())]
    annexes = [table for table in report.tables if table.shown and table.annex]
    for n, table in enumerate(annexes):
        heading = _("Annex {number}: {title}").format(number=n + 1, title=table.title)
        parts.append(_lone(f"{spoken()}-annex-{n}", text(heading), table))
    return parts


def _groups(tables: Sequence[Table]) -> list[tuple[str, list[Table]]]:
    """Consecutive tables of the same part together; one of no part by itself."""
    groups: list[tuple[str, list[Table]]] = []
    for table in tables:
        if table.part and groups and groups[-1][0] == table.part:
            groups[-1][1].append(table)
        else:
            groups.append((table.part, [table]))
    return groups


def _by_part(charts: Sequence[Chart]) -> dict[str, list[Chart]]:
    found: dict[str, list[Chart]] = {}
    for chart in charts:
        if chart.part:
            found.setdefault(chart.part, []).append(chart)
    return found


def _part(n: int, heading: str, charts: list[Chart], tables: list[Table]) -> Part:
    name = f"{spoken()}-part-{n}"
    if not heading:
        return _lone(name, text(tables[0].title), tables[0])
    grids = [_grid(table, f"{name}-{m}", text(table.title)) for m, table in enumerate(tables)]
    return Part(name, text(heading), [drawn(chart) for chart in charts], grids)


def _lone(name: str, heading: str, table: Table) -> Part:
    return Part(name, heading, [], [_grid(table, name, text(table.title))], table.annex)


def _grid(table: Table, name: str, title: str) -> Grid:
    table = titled(table)
    columns, length = heads(table)
    heat = any(column.look == "heat" for column in columns)
    return Grid(name, title, columns, rows(table, columns), length, heat)
