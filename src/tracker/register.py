"""Register files: what we track of a document, as people write it in YAML, read and validated."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tracker.domain.numerals import chinese
from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role, Status
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.yamlfile import Fields, Tree, read

TITLE_LIMIT = 30
TITLE_EN_LIMIT = 90


class Owner(NamedTuple):
    """A province, the central departments, or a unit below one."""

    code: str
    name: str
    name_en: str
    parent: str | None


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
    """What one sentence obliges to."""

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


class FirstReport(NamedTuple):
    """What a source says was achieved, as one report on one assignment, under a stable id."""

    id: str
    key: str
    owner: str
    status: Status
    effective_on: date
    note: str
    evidence: str


class Content(NamedTuple):
    """What one register file holds: owners, a register or first reports."""

    owners: tuple[Owner, ...] = ()
    register: Register | None = None
    reports: tuple[FirstReport, ...] = ()


def load(path: Path, data: bytes) -> Content:
    """What the file says, or BadFile with every problem by file, line and field."""
    problems: list[Problem] = []
    tree = read(str(path), data, problems)
    content = _content(tree, problems) if tree is not None else Content()
    if problems:
        raise BadFile(problems)
    return content


def _content(tree: Tree, problems: list[Problem]) -> Content:
    top = Fields(tree, problems)
    owners = tuple(_owner(f) for f in top.items("owners", required=False))
    reports = tuple(_report(f) for f in top.items("reports", required=False))
    register = _register(top) if top.has("document") else None
    if not (owners or reports or register):
        top.problem(_("expected one of: document, owners, reports"))
    top.finish()
    _refuse_doubles(
        ((o.code, f) for o, f in zip(owners, top.items("owners", required=False), strict=True))
    )
    _refuse_doubles(
        ((r.id, f) for r, f in zip(reports, top.items("reports", required=False), strict=True))
    )
    return Content(owners, register, reports)


def _owner(fields: Fields) -> Owner:
    owner = Owner(
        fields.text("code"), fields.text("name"), fields.text("name_en"), fields.maybe("parent")
    )
    fields.finish()
    return owner


def _report(fields: Fields) -> FirstReport:
    note, note_en = fields.text("note"), fields.text("note_en")
    report = FirstReport(
        id=fields.text("id"),
        key=fields.text("key"),
        owner=fields.text("owner"),
        status=fields.word("status", Status) or Status.NOT_STARTED,
        effective_on=fields.day("effective_on") or date.min,
        note=f"{note} / {note_en}",
        evidence=f"{fields.text('source')}, {fields.text('place')}",
    )
    fields.finish()
    return report


def _register(top: Fields) -> Register:
    document = top.item("document")
    code = document.text("code")
    register = Register(
        code=code,
        title=document.text("title"),
        title_en=document.text("title_en"),
        document_number=document.maybe("number"),
        issuer=document.maybe("issuer"),
        issued_on=document.day("issued_on", required=False),
        horizon=document.number("horizon", required=False),
        sections=tuple(_section(f) for f in top.items("sections")),
        measures=tuple(_measure(f, code) for f in top.items("measures")),
    )
    document.finish()
    _refuse_doubles(
        (s.number, f) for s, f in zip(register.sections, top.items("sections"), strict=True)
    )
    _refuse_doubles(
        (m.number, f) for m, f in zip(register.measures, top.items("measures"), strict=True)
    )
    known = {section.number for section in register.sections}
    for measure, fields in zip(register.measures, top.items("measures"), strict=True):
        if measure.section not in known:
            fields.problem(
                _("no section {number} in this file").format(number=measure.section), "section"
            )
    return register


def _section(fields: Fields) -> Section:
    number = fields.number("number") or 0
    section = Section(number, chinese(number), fields.text("title"), fields.text("title_en"))
    fields.finish()
    return section


def _measure(fields: Fields, code: str) -> Measure:
    number = fields.number("number") or 0
    key = f"{code}-{number:02}"
    measure = Measure(
        key=key,
        number=number,
        label=fields.text("label"),
        section=fields.number("section") or 0,
        title=fields.text("title"),
        title_en=fields.text("title_en", limit=TITLE_EN_LIMIT),
        sentences=tuple(_sentence(f, key) for f in fields.items("sentences")),
    )
    fields.finish()
    for place, (sentence, each) in enumerate(
        zip(measure.sentences, fields.items("sentences"), strict=True), 1
    ):
        if sentence.number != place:
            each.problem(
                _(
                    "expected sentence {number}: every sentence of a measure is listed, in order"
                ).format(number=place),
                "n",
            )
    _refuse_doubles(
        (sentence.commitment.key, each)
        for sentence, each in zip(measure.sentences, fields.items("sentences"), strict=True)
        if sentence.commitment
    )
    if measure.sentences and not any(sentence.commitment for sentence in measure.sentences):
        fields.problem(_("a measure keeps at least one commitment"), "sentences")
    return measure


def _sentence(fields: Fields, measure: str) -> Sentence:
    number = fields.number("n") or 0
    fingerprint = fields.text("fingerprint")
    if fields.has("untracked"):
        sentence = Sentence(
            number, fingerprint, None, fields.text("untracked"), fields.text("untracked_en")
        )
    else:
        # An amended text moves sentences; the key stays as it was first registered.
        key = f"{measure}.{fields.number('key', required=False) or number}"
        sentence = Sentence(number, fingerprint, _commitment(fields, key), None, None)
    fields.finish()
    return sentence


def _commitment(fields: Fields, key: str) -> Commitment:
    shares = tuple(share for each in fields.items("owners") for share in _shares(each))
    for owner in {share.owner for share in shares}:
        if sum(share.owner == owner for share in shares) > 1:
            fields.problem(_("{owner} stands here twice").format(owner=owner), "owners")
    if shares and all(share.role is Role.SUPPORT for share in shares):
        fields.problem(_("somebody must lead or share: support alone does not count"), "owners")
    target, target_basis = _target(fields)
    return Commitment(
        key=key,
        title=fields.text("title", limit=TITLE_LIMIT),
        title_en=fields.text("title_en", limit=TITLE_EN_LIMIT),
        kind=fields.word("kind", Kind) or Kind.ACTION,
        weight=fields.number("weight", required=False) or 1,
        shares=shares,
        target=target,
        target_basis=target_basis,
        note=fields.maybe("note"),
        note_en=fields.maybe("note_en"),
    )


def _shares(fields: Fields) -> list[Share]:
    role = fields.word("role", Role) or Role.JOINT
    basis = fields.word("basis", Basis) or Basis.RULE
    scope, scope_en = fields.maybe("scope"), fields.maybe("scope_en")
    owners = fields.texts("owner")
    fields.finish()
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


def _refuse_doubles(marked: Iterable[tuple[object, Fields]]) -> None:
    seen: set[object] = set()
    for mark, fields in marked:
        if mark in seen:
            fields.problem(_("{mark} stands in this file twice").format(mark=mark))
        seen.add(mark)
