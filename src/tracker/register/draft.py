"""A draft of a register from a document that was read: what its words lead to, for a person to check.

Owners and targets follow docs/register.md as far as words can tell; what they cannot is marked.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role
from tracker.i18n import _
from tracker.register import (
    TITLE_LIMIT,
    Commitment,
    Measure,
    Owner,
    Register,
    Section,
    Sentence,
    Share,
)
from tracker.sources import document as source
from tracker.sources.document import Document
from tracker.sources.gazetteer import provinces
from tracker.sources.labels import label
from tracker.sources.places import mentions
from tracker.sources.text import fingerprint

CENTRAL = "CENTRAL"
# The six of the Central Region, whose duty it is where a document on the region names nobody.
REGION = ("SX", "AH", "JX", "HA", "HB", "HN")

_REGIONAL = re.compile("中部")
_CENTRAL_NAMED = re.compile(
    "中央(?:有关)?部门|中央财政|中央预算内投资|中央国家机关|国务院有关(?:部门|部委)"
    "|国家促进中部地区崛起工作办公室|国家[^，。、]{1,8}(?:委|局|署)(?=[要会牵负应、和])"
)
_CENTRAL_ASKED = re.compile("向党中央|请示报告|允许")
_CENTRAL_DUTY = re.compile(
    "转移支付|计划指标|债券|免征|关税|审评|比照实施|中央企事业单位|一揽子政策|布局一批重大"
)
_PROVINCIAL_UNIT = re.compile("^(?:省|市|县|区|州|各)|[市县区州]")
_TOGETHER = re.compile("共同|合作|联合|协作|交界|等中部六省")
_CONTINUING = re.compile("^(?:坚持|坚决|严格|严禁|保持|始终|毫不动摇|牢牢)")
_GOAL = re.compile("目标|指标")
_TITLE_YEARS = re.compile(r"(?:[—－\-至~]\s*)?(20\d\d)\s*年")
# When, where, how, on what ground: not yet what is to be done.
_CIRCUMSTANCE = re.compile(
    "(?:到|至|在|以|按照?|根据|为|依托|围绕|聚焦|通过|针对|对|结合|力争|自|从|随着)[^，]{1,40}$|[^，]{0,6}年[^，]{0,8}$"
)
_NOBODY = (Role.SUPPORT, None)


class Draft(NamedTuple):
    """A register to look through, the owners it needs beside those that are known, and remarks:
    by key of document, measure or commitment the words that led to something, and what is doubtful.
    """

    register: Register
    owners: tuple[Owner, ...]
    remarks: dict[str, list[str]]


def proposed_code(document: Document, taken: Collection[str]) -> str:
    """A code for a new document: year and number (2018-128), else the year; never one that is taken."""
    heading = document.heading
    year = heading.issued.year if heading.issued else _horizon(document)
    digits = re.findall(r"\d+", heading.number or "")
    wanted = "-".join(digits[:2]) or (str(year) if year else "new")
    used = {code.casefold() for code in taken}
    code, n = wanted, 1
    while code.casefold() in used:
        n += 1
        code = f"{wanted}-v{n}"
    return code


def drafted(document: Document, *, code: str, known: Collection[str]) -> Draft:
    """The draft of a document's register; `known` are the owners that there are already."""
    return _Drafter(document, code, frozenset(known)).draft()


class _Drafter:
    def __init__(self, document: Document, code: str, known: frozenset[str]) -> None:
        self.document, self.code, self.known = document, code, known
        self.remarks: dict[str, list[str]] = {}
        # Sentences of a document of another region that name nobody.
        self.unnamed = 0
        title = document.heading.title
        self.regional = bool(_REGIONAL.search(title))
        named_in_title = [m.code for m in mentions(title) if not m.region]
        self.home = named_in_title[0] if named_in_title and not self.regional else None
        self.horizon = _horizon(document)

    def draft(self) -> Draft:
        heading = self.document.heading
        sections = _sections(self.document)
        self._remark(self.code, _("a draft: check every owner, target and title, then load it"))
        measures = tuple(
            self._measure(item, sections) for item in self.document.items if item.sentences
        )
        for item in self.document.items:
            if not item.sentences:
                bare = _("? {label}: nothing stands below it")
                self._remark(self.code, bare.format(label=f"{item.label}{item.title}"))
        if self.unnamed:
            unnamed = _("? {count} sentences name no province: the six of the region by rule")
            self._remark(self.code, unnamed.format(count=self.unnamed))
        for problem in self.document.problems:
            self._remark(self.code, f"? {problem}")
        if self.horizon and not _TITLE_YEARS.search(heading.title):
            first = _("? horizon {year}: the first target year in the text, the title has none")
            self._remark(self.code, first.format(year=self.horizon))
        register = Register(
            code=self.code,
            title=heading.title or self.code,
            title_en=heading.title or self.code,
            document_number=heading.number,
            issuer=None,
            issued_on=heading.issued,
            horizon=self.horizon,
            sections=tuple(sections.values()),
            measures=measures,
            where="",
        )
        return Draft(register, self._missing_owners(measures), self.remarks)

    def _remark(self, key: str, remark: str) -> None:
        self.remarks.setdefault(key, []).append(remark)

    def _measure(self, item: source.Item, sections: dict[int | None, Section]) -> Measure:
        key = f"{self.code}-{item.ordinal:02}"
        title = item.title or _label(item.sentences[0])
        return Measure(
            key=key,
            number=item.ordinal,
            label=item.label,
            section=sections[item.under].number,
            title=title,
            title_en=title,
            sentences=tuple(
                Sentence(s.number, fingerprint(s.text), self._commitment(key, item, s), None, None)
                for s in item.sentences
            ),
        )

    def _commitment(self, measure: str, item: source.Item, said: source.Sentence) -> Commitment:
        key = f"{measure}.{said.number}"
        target, basis = self._target(key, said)
        title = _label(said)
        return Commitment(
            key=key,
            title=title,
            title_en=title,
            kind=_kind(item, said),
            weight=1,
            shares=tuple(self._shares(key, said)),
            target=target,
            target_basis=basis,
            note=None,
            note_en=None,
            where="",
        )

    def _target(self, key: str, said: source.Sentence) -> tuple[Target | None, Basis | None]:
        dues = said.dues or ((said.opened,) if said.opened else ())
        if not dues:
            return (Target(self.horizon), Basis.HORIZON) if self.horizon else (None, None)
        latest = max(dues, key=lambda due: (due.year, due.month or 13))
        self._remark(key, _("target from: {words}").format(words=latest.words))
        if len({(due.year, due.month) for due in dues}) > 1:
            every = ", ".join(due.words for due in dues)
            self._remark(key, _("? several targets, the latest taken: {words}").format(words=every))
        return Target(latest.year, latest.month), Basis.STATED

    def _shares(self, key: str, said: source.Sentence) -> Iterator[Share]:
        """Owners: those whom the text names, then those whom a rule adds."""
        stated = self._stated(key, said)
        central = self._central(key, said)
        if central:
            stated = {CENTRAL: central, **stated}
        added = dict(self._by_rule(key, said, stated))
        for owner, (role, scope) in stated.items():
            yield Share(owner, role, Basis.STATED, scope, None)
        for owner, role in added.items():
            yield Share(owner, role, Basis.RULE, None, None)

    def _stated(self, key: str, said: source.Sentence) -> dict[str, tuple[Role, str | None]]:
        named: dict[str, list[str]] = {}
        for mention in said.mentions:
            if not mention.region and (not self.regional or mention.code in REGION):
                named.setdefault(mention.code, []).append(mention.words)
        for code, words in named.items():
            self._remark(key, f"{'、'.join(dict.fromkeys(words))} → {code}")
        role = Role.JOINT if _TOGETHER.search(said.text) and len(named) > 1 else Role.LEAD
        home = [unit for unit in said.noted if self.home and _PROVINCIAL_UNIT.search(unit.name)]
        if home and self.home and self.home not in named:
            return {self.home: (Role.LEAD, "、".join(unit.name for unit in home))}
        return dict.fromkeys(named, (role, None))

    def _central(self, key: str, said: source.Sentence) -> tuple[Role, str | None] | None:
        """The part of the central departments, where the text names one."""
        units = [u for u in said.noted if not _PROVINCIAL_UNIT.search(u.name)]
        if units and not self.home:
            roles = {unit.role for unit in units}
            role = next(role for role in (Role.LEAD, Role.JOINT, Role.SUPPORT) if role in roles)
            return role, "、".join(unit.name for unit in units)
        named = _CENTRAL_NAMED.search(said.text)
        if named and not _CENTRAL_ASKED.search(said.text):
            self._remark(key, f"{named[0]} → {CENTRAL}")
            return Role.LEAD, None
        return None

    def _by_rule(
        self, key: str, said: source.Sentence, stated: Mapping[str, tuple[Role, str | None]]
    ) -> Iterator[tuple[str, Role]]:
        regions = {m.code: m.words for m in said.mentions if m.region and m.code not in stated}
        for code, words in regions.items():
            self._remark(key, f"{words} → {code} (rule)")
            yield code, Role.JOINT
        duty = None if CENTRAL in stated else _CENTRAL_DUTY.search(said.text)
        if duty:
            self._remark(key, f"{duty[0]} → {CENTRAL} (rule)")
            yield CENTRAL, Role.LEAD
        elif CENTRAL not in stated and stated and not self.home and said.text.startswith("支持"):
            self._remark(key, f"支持 → {CENTRAL} (rule)")
            yield CENTRAL, Role.SUPPORT
        if regions or set(stated) - {CENTRAL}:
            return
        if self.home:
            yield self.home, Role.LEAD
            return
        self.unnamed += not self.regional
        # Whom the centre leads, it helps; what it only guides, they do.
        helped = duty or stated.get(CENTRAL, _NOBODY)[0] in (Role.LEAD, Role.JOINT)
        for code in REGION:
            yield code, Role.SUPPORT if helped else Role.JOINT

    def _missing_owners(self, measures: Iterable[Measure]) -> tuple[Owner, ...]:
        """Owners of the draft that the ledger does not have yet."""
        needed = {
            share.owner
            for measure in measures
            for sentence in measure.sentences
            if sentence.commitment
            for share in sentence.commitment.shares
        }
        names = provinces()
        return tuple(
            Owner(code, names[code], names[code], None, "") for code in sorted(needed - self.known)
        )


def _sections(document: Document) -> dict[int | None, Section]:
    """The sections by their place, each under its printed number, or where an annex counts anew the
    next one that is free; items without a section share one of their own.
    """
    found: dict[int | None, Section] = {}
    numbers: set[int] = set()
    for at, section in enumerate(document.sections):
        number = section.number if section.number not in numbers else max(numbers) + 1
        numbers.add(number)
        title = section.title or section.label
        found[at] = Section(number, "", title, title)
    if any(item.under is None for item in document.items):
        title = document.heading.title or _("the whole document")
        found[None] = Section(max(numbers, default=0) + 1, "", title, title)
    return found


def _horizon(document: Document) -> int | None:
    """The year that the title ends with, else the first target year in the text."""
    years = _TITLE_YEARS.findall(document.heading.title)
    if years:
        return int(years[-1])
    return next(
        (due.year for item in document.items for said in item.sentences for due in said.dues), None
    )


def _kind(item: source.Item, said: source.Sentence) -> Kind:
    if _GOAL.search(item.title) or any(due.governs for due in said.dues):
        return Kind.GOAL
    return Kind.CONTINUING if _CONTINUING.match(said.text) else Kind.ACTION


def _label(said: source.Sentence) -> str:
    """A short label for a sentence: its first clause that says a deed. A person words it better."""
    text = "".join(said.text.split())
    own = label(text)
    clauses = [
        clause for clause in re.split("[，；：。！？]", text[own.end :] if own else text) if clause
    ]
    deeds = [clause for clause in clauses if not _CIRCUMSTANCE.match(clause)]
    return (deeds or clauses or [text])[0][:TITLE_LIMIT]
