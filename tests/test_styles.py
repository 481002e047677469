"""Documents of every style that offices write in, and what a careful reader finds in them."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from mending import mended
from tracker.sources import accounting, document, files
from tracker.sources.document import Document, Item

_STYLES = Path(__file__).parent / "data" / "styles"
# What stands in a text and is no part of its wording: Markdown's stars, and what has no width.
_UNSEEN = dict.fromkeys(map(ord, "*\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class _Style(NamedTuple):
    read: Document
    expected: dict[str, Any]


@pytest.fixture(scope="module", params=sorted(path.stem for path in _STYLES.glob("*.txt")))
def style(request: pytest.FixtureRequest) -> _Style:
    expected = yaml.safe_load((_STYLES / f"{request.param}.yaml").read_text(encoding="utf-8"))
    return _Style(document.read(files.read(_STYLES / f"{request.param}.txt")), expected)


def test_a_document_is_read_as_people_read_it(style: _Style) -> None:
    found = style.read
    expected = style.expected

    assert _heading(found) == {key: expected[key] for key in ("title", "number", "issued")}
    assert [{"no": s.number, "title": s.title} for s in found.sections] == expected["sections"]
    assert [item.label for item in found.items] == [item["label"] for item in expected["items"]]
    for item, wanted in zip(found.items, expected["items"], strict=True):
        assert _item(item, wanted) == wanted
    assert [str(problem) for problem in found.problems] == expected["problems"]


def test_every_character_of_a_document_is_accounted_for(style: _Style) -> None:
    found = style.read

    assert accounting.characters(found.accounted) == len(found.original)


def test_every_sentence_stands_at_its_place_in_the_document(style: _Style) -> None:
    found = style.read

    for item in found.items:
        for sentence in item.sentences:
            there = mended(found.original, found.repairs, sentence.start, sentence.end)
            assert _fold(there) == _fold(sentence.text)


def _heading(found: Document) -> dict[str, Any]:
    title, number, issued = found.heading
    return {"title": title, "number": number, "issued": issued and issued.isoformat()}


def _item(item: Item, wanted: dict[str, Any]) -> dict[str, Any]:
    """What was read of an item, as far as the expectation speaks of it."""
    sentences = item.sentences
    said = _fold("".join(sentence.text for sentence in sentences))
    dues = [due for sentence in sentences for due in sentence.dues]
    told: dict[str, Any] = {
        "section": item.section,
        "label": item.label,
        "number": item.number,
        "title": item.title or None,
        "table": bool(item.cells),
        "cells": {cell.column: cell.text for cell in item.cells},
        "sentences": len(sentences),
        "provinces": _each(m.code for s in sentences for m in s.mentions if not m.region),
        "years": _each(due.year for due in dues),
        "months": _each(f"{due.year}-{due.month:02}" for due in dues if due.month),
        "units": [{"name": u.name, "role": str(u.role)} for s in sentences for u in s.units],
        "first": wanted.get("first") if said.startswith(_fold(wanted.get("first", ""))) else said,
        "last": wanted.get("last") if said.endswith(_fold(wanted.get("last", ""))) else said,
    }
    return {key: told[key] for key in wanted}


def _each(found: Iterable[Any]) -> list[Any]:
    return sorted(set(found))


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_UNSEEN).split())
