"""Coverage: every sentence of a document is a commitment that somebody owns, or says why it is none."""

from pathlib import Path
from typing import NamedTuple

from tracker.errors import UsageRefusal
from tracker.i18n import _, either
from tracker.report.model import Fact, Field, Report, tabulated
from tracker.sources.text import fingerprint, fold
from tracker.store import lookup, roles, wordings
from tracker.store.ledger import Connection
from tracker.store.rows import SentenceRow


class Sentence(NamedTuple):
    """A sentence with what became of it, and what is wrong with that; no fault where all is well."""

    row: SentenceRow
    fault: str


class Item(NamedTuple):
    """A numbered item of the source: section, number, label, title, the texts of its sentences."""

    section: int | None
    number: int
    label: str
    title: str
    texts: tuple[str, ...]


class Measure(NamedTuple):
    """A measure with its sentences counted."""

    key: str
    title: str
    title_en: str
    sentences: int
    commitments: int
    untracked: int
    faults: int


def covered(db: Connection, document: str | None, source: Path | None = None) -> Report:
    """Sentence by sentence; with the text of the source, against its own sentences as well."""
    if source is not None and document is None:
        raise UsageRefusal(
            _("say which document {file} is: tracker coverage CODE --source FILE").format(
                file=source
            )
        )
    roles.refuse_partial_sight(db)
    rows = wordings.sentence_rows(db, None if document is None else lookup.document(db, document))
    sentences = [Sentence(row, _fault(row)) for row in rows]
    if source is not None:
        sentences = _against(sentences, _items(source))
    unaccounted = sum(bool(sentence.fault) for sentence in sentences)
    return Report(
        _("Coverage"),
        (
            Fact("sentences", _("Sentences"), len(sentences)),
            Fact(
                "commitments",
                _("Commitments"),
                sum(s.row.commitment is not None for s in sentences),
            ),
            Fact(
                "untracked", _("Not trackable"), sum(s.row.untracked is not None for s in sentences)
            ),
            Fact("faults", _("Not accounted for"), unaccounted),
        ),
        (
            tabulated(
                "by_measure",
                _("By measure"),
                _by_measure(sentences),
                [
                    Field("measure", _("Key"), "key"),
                    Field("title", None, "title"),
                    Field("title_en", None, "title_en"),
                    Field(None, _("Measure"), lambda m: either(m.title, m.title_en), flexible=True),
                    Field("sentences", _("Sentences"), "sentences"),
                    Field("commitments", _("Commitments"), "commitments"),
                    Field("untracked", _("Not trackable"), "untracked"),
                    Field("faults", _("Not accounted for"), "faults"),
                ],
            ),
            tabulated(
                "by_sentence",
                _("Sentences"),
                sentences,
                [
                    Field("measure", _("Key"), "row.measure"),
                    Field("sentence", _("Sentence"), "row.number"),
                    Field("commitment", _("Commitment"), "row.commitment"),
                    Field("owners", _("Owners"), "row.owners"),
                    Field("fingerprint", None, "row.fingerprint"),
                    Field("untracked", None, "row.untracked"),
                    Field("untracked_en", None, "row.untracked_en"),
                    Field(
                        None,
                        _("Reason"),
                        lambda s: either(s.row.untracked, s.row.untracked_en),
                        flexible=True,
                    ),
                    Field("fault", _("Fault"), "fault", flexible=True),
                ],
            ),
        ),
        (
            _("Every sentence is accounted for.")
            if not unaccounted
            else _("Not every sentence is accounted for."),
        ),
    )


def faults(report: Report) -> int:
    """How many sentences are not accounted for."""
    return next(int(fact.value) for fact in report.facts if fact.name == "faults")


def _fault(row: SentenceRow) -> str:
    if row.commitment and row.untracked:
        return _("both a commitment and not trackable")
    if not row.commitment and not row.untracked:
        return _("neither a commitment nor not trackable")
    return ""


def _items(source: Path) -> list[Item]:
    from tracker.sources import document, files  # noqa: PLC0415 - only where a source is given

    return [
        Item(i.section, i.number, i.label, i.title, tuple(s.text for s in i.sentences))
        for i in document.read(files.read(source)).items
    ]


def _against(sentences: list[Sentence], found: list[Item]) -> list[Sentence]:
    """The same sentences with the faults that the source shows, and those that it has beyond them.

    Sections of the source that the register does not hold are not its business.
    """
    by_measure: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        by_measure.setdefault(sentence.row.measure, []).append(sentence)
    held = {s.row.section for s in sentences}
    left = list(found)
    checked: list[Sentence] = []
    for own in by_measure.values():
        first = own[0].row
        item = max(left, key=lambda item: _likeness(item, own), default=None)
        item = item if item and any(_likeness(item, own)) else None
        texts = item.texts if item else ()
        if item:
            left.remove(item)
        checked += [_compared(sentence, texts) for sentence in own]
        checked += _beyond(first, texts, len(own))
    for item in left:
        if item.section not in held:
            continue
        nobody = sentences[0].row._replace(
            measure=item.label, measure_title=item.title, measure_title_en=""
        )
        checked += _beyond(nobody, item.texts, 0)
    return checked


def _likeness(item: Item, own: list[Sentence]) -> tuple[int, bool]:
    """How many sentences an item has in common with a measure, and whether title and place are alike."""
    row = own[0].row
    marks = {fingerprint(text) for text in item.texts}
    return sum(s.row.fingerprint in marks for s in own), (item.section, fold(item.title)) == (
        row.section,
        fold(row.measure_title),
    )


def _beyond(like: SentenceRow, texts: tuple[str, ...], known: int) -> list[Sentence]:
    """The sentences of the source from `known` on, which no register has."""
    return [
        Sentence(
            like._replace(
                number=number,
                commitment=None,
                owners=0,
                untracked=None,
                untracked_en=None,
                fingerprint=fingerprint(text),
            ),
            _("in the source, not in the register"),
        )
        for number, text in enumerate(texts, 1)
        if number > known
    ]


def _compared(sentence: Sentence, texts: tuple[str, ...]) -> Sentence:
    number = sentence.row.number
    if number > len(texts):
        return sentence._replace(fault=_("in the register, not in the source"))
    if fingerprint(texts[number - 1]) != sentence.row.fingerprint:
        return sentence._replace(fault=_("worded otherwise in the source"))
    return sentence


def _by_measure(sentences: list[Sentence]) -> list[Measure]:
    found: dict[str, Measure] = {}
    for row, fault in sentences:
        before = found.get(row.measure) or Measure(
            row.measure, row.measure_title, row.measure_title_en, 0, 0, 0, 0
        )
        found[row.measure] = before._replace(
            sentences=before.sentences + 1,
            commitments=before.commitments + (row.commitment is not None),
            untracked=before.untracked + (row.untracked is not None),
            faults=before.faults + bool(fault),
        )
    return list(found.values())
