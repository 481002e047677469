"""Register files: what we track of a document, as people write it in YAML, read and validated."""

import re
from collections import Counter
from collections.abc import Collection
from datetime import date
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tracker.domain.log import BETWEEN
from tracker.domain.numerals import chinese
from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role, Status
from tracker.errors import BadFile
from tracker.i18n import _
from tracker.register.indicators import Figures, figures
from tracker.register.links import Links, links
from tracker.yamlfile import Fields, Problems, Tree, read

TITLE_LIMIT = 30
TITLE_EN_LIMIT = 90

# What stands in keys: nothing that a command line, a file name or another program stumbles over.
CODE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_KEY = re.compile(r"[A-Za-z0-9-]+-\d{2,5}\.[1-9]\d{0,4}")
_LAST_KEY = 32767


class Owner(NamedTuple):
    """A province, the central departments, or a unit below one; `where` is its place in the file."""

    code: str
    name: str
    name_en: str
    parent: str | None
    where: str


class Section(NamedTuple):
    """A numbered part of the document; `number` is the printed one (五 is 5)."""

    number: int
    label: str
    title: str
    title_en: str


class Share(NamedTuple):
    """An owner's part in a commitment."""

    owner: str
    role: Role
    basis: Basis
    scope: str | None
    scope_en: str | None


class Commitment(NamedTuple):
    """What one sentence obliges to; `where` is its place in the file."""

    key: str
    title: str
    title_en: str
    kind: Kind
    weight: int
    shares: tuple[Share, ...]
    target: Target | None
    target_basis: Basis | None
    note: str | None
    note_en: str | None
    where: str


class Sentence(NamedTuple):
    """One sentence of a measure: a commitment, or the reason why there is nothing to track."""

    number: int
    fingerprint: str
    commitment: Commitment | None
    untracked: str | None
    untracked_en: str | None


class Measure(NamedTuple):
    """One numbered directive."""

    key: str
    number: int
    label: str
    section: int
    title: str
    title_en: str
    sentences: tuple[Sentence, ...]


class Register(NamedTuple):
    """What we track of one document."""

    code: str
    title: str
    title_en: str
    document_number: str | None
    issuer: str | None
    issued_on: date | None
    horizon: int | None
    sections: tuple[Section, ...]
    measures: tuple[Measure, ...]
    where: str


class FirstReport(NamedTuple):
    """What a source says was achieved: one report on one assignment, under a stable id."""

    id: str
    key: str
    owner: str
    status: Status
    effective_on: date
    note: str
    evidence: str
    where: str


class Content(NamedTuple):
    """What one register file holds: owners, a register, first reports, links or figures."""

    owners: tuple[Owner, ...] = ()
    register: Register | None = None
    reports: tuple[FirstReport, ...] = ()
    links: Links | None = None
    figures: Figures = Figures()


def load(path: Path, data: bytes) -> Content:
    """What the file says, or BadFile with every problem by file, line and field."""
    problems = Problems()
    tree = read(str(path), data, problems)
    content = _content(tree, problems) if tree is not None else Content()
    if problems:
        raise BadFile(list(problems))
    return content


def _content(tree: Tree, problems: Problems) -> Content:
    top = Fields(tree, problems)
    content = Content(
        top.each("owners", _owner, mark=lambda owner: owner.code, required=False),
        _register(top) if top.has("document") else None,
        top.each("reports", _report, mark=lambda report: report.id, required=False),
        links(top) if top.has("links") else None,
        figures(top),
    )
    if content == Content():
        top.problem(_("expected one of: document, owners, reports, links, indicators"))
    top.finish()
    return content


def _owner(fields: Fields) -> Owner:
    return Owner(
        code=_code(fields),
        name=fields.text("name"),
        name_en=fields.text("name_en"),
        parent=fields.maybe("parent"),
        where=fields.where,
    )


def _report(fields: Fields) -> FirstReport:
    note, note_en = fields.text("note"), fields.text("note_en")
    return FirstReport(
        id=fields.text("id"),
        key=fields.text("key"),
        owner=fields.text("owner"),
        status=fields.word("status", Status) or Status.NOT_STARTED,
        effective_on=fields.day("effective_on") or date.min,
        note=f"{note}{BETWEEN}{note_en}",
        evidence=f"{fields.text('source')}, {fields.text('place')}",
        where=fields.where,
    )


def _english(fields: Fields, name: str, *, limit: int | None = None) -> str:
    """The English beside a Chinese field; where nobody has translated it, the Chinese again."""
    return fields.maybe(f"{name}_en", limit=limit) or fields.text(name)


def _code(fields: Fields) -> str:
    code = fields.text("code")
    if code and not CODE.fullmatch(code):
        fields.problem(
            _("a code has letters, digits and inner hyphens: {said}").format(said=code), "code"
        )
    return code


def _register(top: Fields) -> Register:
    document = top.item("document")
    code = _code(document)
    sections = top.each("sections", _section, mark=lambda section: section.number)
    known = {section.number for section in sections}
    register = Register(
        code=code,
        title=document.text("title"),
        title_en=_english(document, "title"),
        document_number=document.maybe("number"),
        issuer=document.maybe("issuer"),
        issued_on=document.day("issued_on", required=False),
        horizon=document.number("horizon", required=False),
        sections=sections,
        measures=top.each(
            "measures", lambda fields: _measure(fields, code, known), mark=lambda m: m.number
        ),
        where=document.where,
    )
    document.finish()
    _refuse_double_keys(register, top)
    return register


def _refuse_double_keys(register: Register, top: Fields) -> None:
    """Two sentences cannot be the same commitment, in whichever measures they stand."""
    keys = Counter(
        sentence.commitment.key
        for measure in register.measures
        for sentence in measure.sentences
        if sentence.commitment
    )
    for key, times in keys.items():
        if times > 1:
            top.problem(_("{mark} stands here twice").format(mark=key), "measures")


def _section(fields: Fields) -> Section:
    number = fields.number("number", limit=999) or 0
    return Section(number, chinese(number), fields.text("title"), _english(fields, "title"))


def _measure(fields: Fields, code: str, sections: Collection[int]) -> Measure:
    number = fields.number("number") or 0
    key = f"{code}-{number:02}"
    places = count(1)
    measure = Measure(
        key=key,
        number=number,
        label=fields.text("label"),
        section=fields.number("section") or 0,
        title=fields.text("title"),
        title_en=_english(fields, "title", limit=TITLE_EN_LIMIT),
        sentences=fields.each(
            "sentences",
            lambda sentence: _sentence(sentence, key, next(places)),
            mark=lambda sentence: (
                sentence.commitment.key if sentence.commitment else sentence.number
            ),
        ),
    )
    if measure.section and measure.section not in sections:
        fields.problem(
            _("no section {number} in this file").format(number=measure.section), "section"
        )
    if measure.sentences and not any(sentence.commitment for sentence in measure.sentences):
        fields.problem(_("a measure keeps at least one commitment"), "sentences")
    return measure


def _sentence(fields: Fields, measure: str, place: int) -> Sentence:
    number = fields.number("n") or 0
    if number != place:
        fields.problem(
            _("expected sentence {number}: every sentence of a measure is listed, in order").format(
                number=place
            ),
            "n",
        )
    fingerprint = fields.text("fingerprint")
    if fields.has("untracked"):
        why, why_en = fields.text("untracked"), _english(fields, "untracked")
        return Sentence(number, fingerprint, None, why, why_en)
    # An amended text moves sentences; the key stays as it was first registered.
    key = _key(fields, measure, number)
    return Sentence(number, fingerprint, _commitment(fields, key), None, None)


def _key(fields: Fields, measure: str, number: int) -> str:
    """The key of a sentence's commitment: its own number, or the one it was first registered with,
    in full where that was in another measure (`key: 2021-15.5`).
    """
    if not fields.has("key"):
        return f"{measure}.{number}"
    said = fields.text("key")
    if _KEY.fullmatch(said) and said.startswith(measure.rpartition("-")[0] + "-"):
        return said
    if said.isascii() and said.isdecimal() and 1 <= int(said[:6]) <= _LAST_KEY:
        return f"{measure}.{int(said)}"
    fields.problem(
        _("neither a number nor a key of this document: {said} (5, {measure}.5)").format(
            said=said, measure=measure
        ),
        "key",
    )
    return f"{measure}.{number}"


def _commitment(fields: Fields, key: str) -> Commitment:
    lines = fields.each("owners", _shares, mark=id)
    shares = tuple(share for line in lines for share in line)
    for owner, times in Counter(share.owner for share in shares).items():
        if times > 1:
            fields.problem(_("{mark} stands here twice").format(mark=owner), "owners")
    if shares and all(share.role is Role.SUPPORT for share in shares):
        fields.problem(_("somebody must lead or share: support alone does not count"), "owners")
    target, target_basis = _target(fields)
    return Commitment(
        key=key,
        title=fields.text("title", limit=TITLE_LIMIT),
        title_en=_english(fields, "title", limit=TITLE_EN_LIMIT),
        kind=fields.word("kind", Kind) or Kind.ACTION,
        weight=fields.number("weight", required=False) or 1,
        shares=shares,
        target=target,
        target_basis=target_basis,
        note=fields.maybe("note"),
        note_en=fields.maybe("note_en"),
        where=fields.where,
    )


def _shares(fields: Fields) -> list[Share]:
    role = fields.word("role", Role) or Role.JOINT
    basis = fields.word("basis", Basis) or Basis.RULE
    scope, scope_en = fields.maybe("scope"), fields.maybe("scope_en")
    owners = fields.texts("owner")
    if basis is Basis.HORIZON:
        fields.problem(_("a horizon gives a target, not an owner"), "basis")
    return [Share(owner, role, basis, scope, scope_en) for owner in owners]


def _target(fields: Fields) -> tuple[Target | None, Basis | None]:
    if not fields.has("target"):
        return None, None
    inner = fields.item("target")
    said = inner.text("year")
    target = Target.read(said)
    if target is None:
        inner.problem(
            _("not a year or year and month: {said} (2025, 2025-06)").format(said=said), "year"
        )
    basis = inner.word("basis", Basis)
    inner.finish()
    return target, basis
