"""A draft against the register that people made: how much of what the text names it found, and how rightly."""

from collections.abc import Iterator
from typing import NamedTuple

from tracker.domain.words import Basis
from tracker.register import Register, Sentence


class Score(NamedTuple):
    """Of `curated` facts and `drafted` ones `both` agree, a sentence and a value each."""

    what: str
    curated: int
    drafted: int
    both: int


class Difference(NamedTuple):
    """What one sentence has in one of the two only."""

    key: str
    what: str
    missed: tuple[str, ...]
    invented: tuple[str, ...]


class Comparison(NamedTuple):
    """The scores, the differences behind them, and how many sentences stand in one only."""

    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    sentences: int
    unmatched: int


def compared(draft: Register, curated: Register) -> Comparison:
    """Owners and years, of those stated in the text and of all; sentences are matched by fingerprint."""
    pairs = list(_pairs(draft, curated))
    known = {s.fingerprint for measure in curated.measures for s in measure.sentences}
    differences = []
    scores = []
    for what, facts in _FACTS.items():
        counted = [0, 0, 0]
        for key, drafted, wanted in pairs:
            had, want = facts(drafted), facts(wanted)
            for n, found in enumerate((want, had, want & had)):
                counted[n] += len(found)
            if had != want:
                differences.append(
                    Difference(key, what, tuple(sorted(want - had)), tuple(sorted(had - want)))
                )
        scores.append(Score(what, *counted))
    return Comparison(tuple(scores), tuple(differences), len(pairs), len(known) - len(pairs))


def _pairs(draft: Register, curated: Register) -> Iterator[tuple[str, Sentence, Sentence]]:
    drafted = {s.fingerprint: s for measure in draft.measures for s in measure.sentences}
    for measure in curated.measures:
        for sentence in measure.sentences:
            if own := drafted.get(sentence.fingerprint):
                yield f"{measure.key}.{sentence.number}", own, sentence


def _owners(sentence: Sentence) -> frozenset[str]:
    return (
        frozenset(s.owner for s in sentence.commitment.shares)
        if sentence.commitment
        else frozenset()
    )


def _stated_owners(sentence: Sentence) -> frozenset[str]:
    if not sentence.commitment:
        return frozenset()
    return frozenset(s.owner for s in sentence.commitment.shares if s.basis is Basis.STATED)


def _targets(sentence: Sentence) -> frozenset[str]:
    own = sentence.commitment
    return frozenset({str(own.target)}) if own and own.target else frozenset()


def _stated_targets(sentence: Sentence) -> frozenset[str]:
    own = sentence.commitment
    return _targets(sentence) if own and own.target_basis is Basis.STATED else frozenset()


_FACTS = {
    "owners_stated": _stated_owners,
    "years_stated": _stated_targets,
    "owners": _owners,
    "years": _targets,
}
