"""A register beside another text of its document: what stands as it was, what moved, changed, is new or gone."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from tracker.i18n import _
from tracker.register import Measure, Register, Section, Sentence
from tracker.register.draft import Draft
from tracker.sources import document as source
from tracker.sources.document import Document
from tracker.sources.text import fingerprint, fold

# How alike two wordings must be for one to count as the other, changed.
_ALIKE = 0.5
# Of the sentences of a register, how many a text must have to be recognised as its document.
_RECOGNISED = 0.5

SAME, MOVED, CHANGED, NEW, GONE = "same", "moved", "changed", "new", "gone"


class Fate(NamedTuple):
    """What became of one sentence. `deed` is one of the words above; `measure` and `number` are its
    place in the register, `item` and `sentence` in the text: what is new has no place in the one,
    what is gone none in the other. `before` is the old wording where it is known, `home` the measure
    that the item is.
    """

    deed: str
    measure: Measure | None
    old: Sentence | None
    item: source.Item | None
    new: source.Sentence | None
    before: str | None
    home: Measure | None = None

    @property
    def place(self) -> str:
        """Measure and number in the register; of what is new, the label in the text."""
        if self.measure and self.old:
            return f"{self.measure.key}.{self.old.number}"
        return f"{self.item.label} {self.new.number}" if self.item and self.new else ""


def known_share(register: Register, document: Document) -> float:
    """Of the register's sentences the share that the document has, word for word."""
    wanted = Counter(s.fingerprint for measure in register.measures for s in measure.sentences)
    found = Counter(fingerprint(s.text) for item in document.items for s in item.sentences)
    total = sum(wanted.values())
    return (wanted & found).total() / total if total else 0.0


def recognised(registers: Sequence[Register], document: Document) -> Register | None:
    """The register whose document this is, by its sentences; None where it is none of them."""
    best = max(registers, key=lambda register: known_share(register, document), default=None)
    return best if best and known_share(best, document) >= _RECOGNISED else None


def revised(register: Register, document: Document, wordings: Mapping[str, str]) -> list[Fate]:
    """What became of every sentence, in the order of the text; what is gone stands at the end of
    its measure. `wordings` are the old ones that are known, by fingerprint.
    """
    return _Matcher(register, document, wordings).fates()


class _Matcher:
    def __init__(self, register: Register, document: Document, wordings: Mapping[str, str]) -> None:
        self.register, self.wordings = register, wordings
        self.items = _within(register, document)
        self.prints = {
            (item.ordinal, s.number): fingerprint(s.text)
            for item in self.items
            for s in item.sentences
        }
        self.measures = self._measures()
        self.pairs: dict[tuple[int, int], tuple[Measure, Sentence, str]] = {}
        self.left = {
            (measure.key, s.number): (measure, s)
            for measure in register.measures
            for s in measure.sentences
        }

    def fates(self) -> list[Fate]:
        for item in self.items:
            self._exact(item)
        self._elsewhere()
        for item in self.items:
            self._changed(item)
        found: list[Fate] = []
        for item in self.items:
            found += [self._fate(item, said) for said in item.sentences]
            measure = self.measures.get(item.ordinal)
            if measure:
                found += self._gone(measure)
        seen = {measure.key for measure in self.measures.values()}
        for measure in self.register.measures:
            if measure.key not in seen:
                found += self._gone(measure)
        return found

    def _measures(self) -> dict[int, Measure]:
        """Which measure each item is: by shared sentences, then by title, then by place."""
        holding: dict[str, list[Measure]] = {}
        titled: dict[str, list[Measure]] = {}
        for measure in self.register.measures:
            titled.setdefault(fold(measure.title), []).append(measure)
            for sentence in measure.sentences:
                holding.setdefault(sentence.fingerprint, []).append(measure)
        votes = []
        for item in self.items:
            shared = Counter(m.key for mark in set(self._of(item)) for m in holding.get(mark, ()))
            alike = titled.get(fold(item.title), ())
            shared.update({m.key: 0 for m in alike})
            votes += [
                (-times, key not in {m.key for m in alike}, key, item.ordinal)
                for key, times in shared.items()
            ]
        by_key = {measure.key: measure for measure in self.register.measures}
        found: dict[int, Measure] = {}
        taken: set[str] = set()
        far = {m.key: m.number for m in self.register.measures}
        votes.sort(key=lambda vote: (*vote[:2], abs(far[vote[2]] - vote[3]), *vote[2:]))
        for _votes, _unlike, key, ordinal in votes:
            if ordinal not in found and key not in taken:
                found[ordinal] = by_key[key]
                taken.add(key)
        for item in self.items:
            if item.ordinal in found:
                continue
            alike = [
                m
                for m in self.register.measures
                if m.key not in taken
                and (m.section, fold(m.label)) == (item.section, fold(item.label))
            ]
            if alike:
                found[item.ordinal] = alike[0]
                taken.add(alike[0].key)
        return found

    def _of(self, item: source.Item) -> list[str]:
        return [self.prints[item.ordinal, s.number] for s in item.sentences]

    def _pair(
        self, item: source.Item, said: source.Sentence, measure: Measure, old: Sentence, deed: str
    ) -> None:
        self.pairs[item.ordinal, said.number] = (measure, old, deed)
        del self.left[measure.key, old.number]

    def _exact(self, item: source.Item) -> None:
        """Sentences that stand word for word in the measure; those out of their order moved."""
        measure = self.measures.get(item.ordinal)
        if not measure:
            return
        old, new = [s.fingerprint for s in measure.sentences], self._of(item)
        in_order = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for block in in_order:
            for n in range(block.size):
                self._pair(
                    item,
                    item.sentences[block.b + n],
                    measure,
                    measure.sentences[block.a + n],
                    SAME,
                )

    def _elsewhere(self) -> None:
        """Sentences that stand word for word in some other place."""
        for item in self.items:
            for said in item.sentences:
                if (item.ordinal, said.number) in self.pairs:
                    continue
                mark = self.prints[item.ordinal, said.number]
                place = next(
                    (p for p, (_, old) in self.left.items() if old.fingerprint == mark), None
                )
                if place:
                    self._pair(item, said, *self.left[place], MOVED)

    def _changed(self, item: source.Item) -> None:
        """Sentences like one of the measure that is left; without its wording, in its very place."""
        measure = self.measures.get(item.ordinal)
        for said in item.sentences if measure else ():
            assert measure is not None
            if (item.ordinal, said.number) in self.pairs:
                continue
            left = [old for key, old in self.left.values() if key.key == measure.key]
            best = max(left, key=lambda old: self._likeness(old, said, item), default=None)
            if best and self._likeness(best, said, item) >= _ALIKE:
                self._pair(item, said, measure, best, CHANGED)

    def _likeness(self, old: Sentence, said: source.Sentence, item: source.Item) -> float:
        known = self.wordings.get(old.fingerprint)
        if known is not None:
            return SequenceMatcher(None, fold(known), fold(said.text), autojunk=False).ratio()
        measure = self.measures[item.ordinal]
        alike = len(measure.sentences) == len(item.sentences) and old.number == said.number
        between = self._neighbour(item, said.number - 1, old.number - 1) and self._neighbour(
            item, said.number + 1, old.number + 1
        )
        return 1.0 if alike or between else 0.0

    def _neighbour(self, item: source.Item, new: int, old: int) -> bool:
        """Whether the sentences beside belong together; both at the edge of the item do."""
        pair = self.pairs.get((item.ordinal, new))
        if pair is None:
            inside = 1 <= new <= len(item.sentences)
            return not inside and not 1 <= old <= len(self.measures[item.ordinal].sentences)
        return pair[1].number == old

    def _fate(self, item: source.Item, said: source.Sentence) -> Fate:
        pair = self.pairs.get((item.ordinal, said.number))
        home = self.measures.get(item.ordinal)
        if pair is None:
            return Fate(NEW, None, None, item, said, None, home)
        measure, old, deed = pair
        before = self.wordings.get(old.fingerprint)
        if deed == CHANGED and before is None:
            before = recovered(said.text, old.fingerprint)
        return Fate(deed, measure, old, item, said, before, home)

    def _gone(self, measure: Measure) -> Iterator[Fate]:
        for key, number in list(self.left):
            if key == measure.key:
                old = self.left.pop((key, number))[1]
                yield Fate(GONE, measure, old, None, None, self.wordings.get(old.fingerprint))


def _within(register: Register, document: Document) -> list[source.Item]:
    """The items that the register is about: sections before its first one it has left out."""
    numbers = {section.number for section in document.sections}
    held = {section.number for section in register.sections} & numbers
    first = min(held, default=0)
    return [item for item in document.items if item.section is None or item.section >= first]


_MARKS = "，。、；：“”（）"
_LONGEST_RUN = 8
# The candidates are many times as long as the wording is: beyond this they take seconds.
_LONGEST_RECOVERED = 600


def recovered(text: str, wanted: str) -> str | None:
    """The wording that has this fingerprint, where `text` differs from it only by a few characters
    too many, or by one mark of punctuation; else None.
    """
    folded = fold(text)
    for candidate in _near(folded) if len(folded) <= _LONGEST_RECOVERED else ():
        if fingerprint(candidate) == wanted:
            return candidate
    return None


def _near(text: str) -> Iterator[str]:
    for at in range(len(text)):
        for length in range(1, _LONGEST_RUN + 1):
            yield text[:at] + text[at + length :]
    for at in range(len(text) + 1):
        for mark in _MARKS:
            yield text[:at] + mark + text[at:]
            yield text[:at] + mark + text[at + 1 :]


def words_apart(before: str, after: str) -> list[tuple[str, str]]:
    """Both wordings as one list of pieces: `=` stays, `-` was left out, `+` was put in."""
    import rjieba  # noqa: PLC0415 - a dictionary of many megabytes, for the few that differ

    old, new = (rjieba.cut("".join(text.split()), False) for text in (before, after))
    alike = SequenceMatcher(None, [*map(fold, old)], [*map(fold, new)], autojunk=False)
    pieces: list[tuple[str, str]] = []
    for deed, a, b, c, d in alike.get_opcodes():
        if deed == "equal":
            pieces.append(("=", "".join(new[c:d])))
            continue
        if a < b:
            pieces.append(("-", "".join(old[a:b])))
        if c < d:
            pieces.append(("+", "".join(new[c:d])))
    return pieces


def amended(
    register: Register, fates: Sequence[Fate], draft: Draft, taken: Collection[str]
) -> Draft:
    """The register brought to the new text. Every commitment keeps its key; a new sentence gets one
    that nobody ever had (`taken` are all keys that the ledger knows), from the draft.
    """
    used = {measure.key: len(measure.sentences) for measure in register.measures}
    for key in taken:
        measure_key, _dot, last = key.rpartition(".")
        used[measure_key] = max(used.get(measure_key, 0), int(last))
    by_item: dict[int, list[Fate]] = {}
    for fate in fates:
        if fate.item:
            by_item.setdefault(fate.item.ordinal, []).append(fate)
    drafted = {m.number: m for m in draft.register.measures}
    measures: list[Measure] = []
    headed = list(_headed(register, draft.register))
    remarks = {register.code: headed} if headed else {}
    last_number = max((int(key.rpartition("-")[2]) for key in used), default=0)
    for ordinal, own in by_item.items():
        proposal = drafted[ordinal]
        home = _home(own)
        if home is None:
            last_number += 1
        number = home.number if home else last_number
        key = f"{register.code}-{number:02}"
        sentences = tuple(_kept(fate, proposal, key, used) for fate in own)
        measures.append(
            _renamed(proposal, home, own)._replace(key=key, number=number, sentences=sentences)
        )
        for fate, sentence in zip(own, sentences, strict=True):
            assert fate.new is not None
            words = draft.remarks.get(f"{proposal.key}.{fate.new.number}", ())
            _remark(remarks, fate, sentence, words)
    used_sections = {measure.section for measure in measures}
    sections = tuple(
        _section(register, section)
        for section in draft.register.sections
        if section.number in used_sections
    )
    brought = register._replace(sections=sections, measures=tuple(measures))
    needed = {
        share.owner
        for measure in measures
        for sentence in measure.sentences
        if sentence.commitment
        for share in sentence.commitment.shares
    }
    return Draft(brought, tuple(o for o in draft.owners if o.code in needed), remarks)


def _headed(register: Register, now: Register) -> Iterator[str]:
    """What the text says of itself otherwise than the register; the register's words stay."""
    said = (
        (register.title, now.title),
        (register.document_number, now.document_number),
        (register.issued_on, now.issued_on),
    )
    for before, after in said:
        if after and fold(str(before)) != fold(str(after)):
            yield _("? the text has {after} where the register has {before}").format(
                before=before or "-", after=after
            )


def _home(own: Sequence[Fate]) -> Measure | None:
    """The measure that an item goes on being: one that it has the title of, or a sentence."""
    home, item = own[0].home, own[0].item
    if home is None or item is None:
        return None
    kept = any(fate.measure and fate.measure.key == home.key for fate in own)
    return home if kept or fold(home.title) == fold(item.title) else None


def _renamed(proposal: Measure, home: Measure | None, own: Sequence[Fate]) -> Measure:
    """The proposal with the titles of its measure where the text says nothing else."""
    item = own[0].item
    if home and item and fold(item.title) in ("", fold(home.title)):
        return proposal._replace(title=home.title, title_en=home.title_en)
    return proposal


def _remark(
    remarks: dict[str, list[str]], fate: Fate, sentence: Sentence, words: Collection[str]
) -> None:
    """What to look at in a sentence that is new or changed: the words that led to its draft."""
    if fate.deed not in (NEW, CHANGED) or not sentence.commitment:
        return
    own = remarks.setdefault(sentence.commitment.key, [])
    if fate.deed == CHANGED:
        own.append(_("? worded otherwise now: check title, owners and target"))
    own += words


def _section(register: Register, now: Section) -> Section:
    """The section as the register has it, translated, where its title is still the same."""
    alike = (s for s in register.sections if s.number == now.number)
    before = next(alike, now)
    return before if fold(before.title) == fold(now.title) else now


def _kept(fate: Fate, proposal: Measure, key: str, used: dict[str, int]) -> Sentence:
    """A sentence in its new place, with the commitment that it was, or the one proposed for it."""
    assert fate.new is not None
    fresh = proposal.sentences[fate.new.number - 1]
    if fate.old:
        return fate.old._replace(number=fate.new.number, fingerprint=fresh.fingerprint)
    assert fresh.commitment is not None
    used[key] = used.get(key, 0) + 1
    return fresh._replace(commitment=fresh.commitment._replace(key=f"{key}.{used[key]}"))
