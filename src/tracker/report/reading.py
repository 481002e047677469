"""What was read from a source document: outline, what its sentences name, repairs, problems."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tracker.domain.target import Target
from tracker.i18n import _
from tracker.report.model import Fact, Field, Plain, Report, Table, tabulated
from tracker.sources import accounting
from tracker.sources.document import Document, Item, Sentence
from tracker.sources.repair import Repair


def outlined(document: Document) -> Report:
    """The document as it was understood, before anything comes of it."""
    heading = document.heading
    coverage = {
        "characters": len(document.original),
        "accounted": accounting.characters(document.accounted),
    }
    sentences = sum(len(item.sentences) for item in document.items)
    return Report(
        heading.title or _("a document without a title"),
        (
            Fact("title", None, heading.title),
            Fact("number", _("Number"), heading.number),
            Fact("issued", _("Issued"), heading.issued),
            Fact("format", None, document.format),
            Fact(None, _("Sections"), len(document.sections)),
            Fact(None, _("Items"), len(document.items)),
            Fact(None, _("Sentences"), sentences),
            Fact("coverage", None, coverage),
            Fact(
                None,
                _("Characters"),
                _("{characters}, {accounted} of them accounted for").format(**coverage),
            ),
            Fact("accounted", None, _by_kind(document)),
        ),
        (
            tabulated(
                "sections",
                _("Sections") if document.sections else "",
                document.sections,
                [
                    Field("no", _("Section"), "number"),
                    Field("label", None, "label"),
                    Field("title", _("Title"), "title", flexible=True),
                ],
            ),
            _items(document),
            *_repairs(document),
            tabulated(
                "problems",
                _("To look at") if document.problems else "",
                document.problems,
                [
                    Field("where", _("Place"), "where"),
                    Field("message", _("Finding"), "message", flexible=True),
                ],
            ),
        ),
    )


def _by_kind(document: Document) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in document.accounted:
        counts[one.kind] += one.end - one.start
    return dict(sorted(counts.items()))


def _items(document: Document) -> Table:
    return tabulated(
        "items",
        _("Items") if document.items else "",
        document.items,
        [
            Field("ordinal", "#", "ordinal"),
            Field("section", _("Section"), "section"),
            Field("label", _("Label"), "label"),
            Field("number", None, "number"),
            Field("title", _("Title"), "title", flexible=True),
            Field("table", None, lambda item: bool(item.cells)),
            Field("cells", None, lambda item: {cell.column: cell.text for cell in item.cells}),
            Field("sentences", None, lambda item: Plain(map(_sentence, item.sentences))),
            Field(None, _("Sentences"), lambda item: len(item.sentences)),
            Field(None, _("Provinces"), lambda item: _named(item, _provinces), flexible=True),
            Field(None, _("Target"), lambda item: sorted(_named(item, _targets)), flexible=True),
            Field(None, _("Units"), lambda item: _named(item, _units), flexible=True),
        ],
    )


def _named(item: Item, what: Callable[[Sentence], list[Any]]) -> list[Any]:
    return list(dict.fromkeys(name for sentence in item.sentences for name in what(sentence)))


def _provinces(sentence: Sentence) -> list[str]:
    return list(dict.fromkeys(m.code for m in sentence.mentions if not m.region))


def _years(sentence: Sentence) -> list[int]:
    return list(dict.fromkeys(due.year for due in sentence.dues))


def _months(sentence: Sentence) -> list[str]:
    return list(dict.fromkeys(f"{due.year}-{due.month:02}" for due in sentence.dues if due.month))


def _targets(sentence: Sentence) -> list[str]:
    return list(dict.fromkeys(str(Target(due.year, due.month)) for due in sentence.dues))


def _units(sentence: Sentence) -> list[str]:
    return [unit.name for unit in sentence.units]


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "n": sentence.number,
        "text": sentence.text,
        "start": sentence.start,
        "end": sentence.end,
        "point": sentence.point or None,
        "provinces": _provinces(sentence),
        "years": _years(sentence),
        "months": _months(sentence),
        "units": [
            {"name": unit.name, "role": unit.role.value, "start": unit.start, "end": unit.end}
            for unit in sentence.units
        ],
        "actor": sentence.actor,
        "places": [
            {"code": m.code, "words": m.words, "start": m.start, "end": m.end, "region": m.region}
            for m in sentence.mentions
        ],
        "targets": [
            {
                "year": due.year,
                "month": due.month,
                "words": due.words,
                "start": due.start,
                "end": due.end,
            }
            for due in sentence.dues
        ],
    }


def _repairs(document: Document) -> tuple[Table, Table]:
    """Every repair as data; for people how many there are of a kind, and where the first one is."""
    names = repair_names()
    kinds: dict[str, list[Repair]] = {}
    for repair in document.repairs:
        kinds.setdefault(repair.kind, []).append(repair)
    return (
        tabulated(
            "repairs",
            "",
            document.repairs,
            [Field(name, None, name) for name in ("kind", "start", "end", "before", "after")],
        ),
        tabulated(
            "repairs_by_kind",
            _("Repairs") if kinds else "",
            sorted(kinds.items()),
            [
                Field("kind", None, lambda pair: pair[0]),
                Field(None, _("Repaired"), lambda pair: names.get(pair[0], pair[0])),
                Field("count", _("Count"), lambda pair: len(pair[1])),
                Field("first", _("First at character"), lambda pair: pair[1][0].start),
            ],
        ),
    )


def repair_names() -> dict[str, str]:
    """What each kind of repair is called."""
    return {
        "line_break": _("lines joined inside sentences"),
        "blank_line": _("blank lines inside sentences"),
        "page_break": _("page breaks inside sentences"),
        "page_number": _("page numbers"),
        "page_heading": _("page headings"),
        "page_mark": _("page marks"),
        "full_width": _("full-width digits and letters"),
        "bracket": _("half-width brackets"),
        "zero_width": _("characters without width"),
        "space": _("spaces between Chinese characters"),
        "markup": _("signs of Markdown"),
        "column": _("blanks between the columns of a table"),
    }
