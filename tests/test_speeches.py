"""The seven speeches on the symposium beside the readout: what they ask for that it does not.

`data/speeches.tsv` judges every sentence that is not word for word in the readout or in a register.
"""

import csv
import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Run
from tracker.sources.document import read
from tracker.sources.files import read as original
from tracker.sources.text import fingerprint, fold

# What the speeches begin with, as it was recognised.
HEADINGS = ("第一篇,", "弟Jm", "弟二扁", "第四篇", "第五篇", "第六篇", "第七篇")
# The seventh is badly recognised: no more than this many characters need stand as in a register.
ALIKE = 5


class Said(NamedTuple):
    """One line of the judgement."""

    speech: int
    sentence: int
    fingerprint: str
    kind: str
    near: list[str]
    more: str


def judged() -> list[Said]:
    file = Path(__file__).parent / "data" / "speeches.tsv"
    lines = [
        line
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.startswith("#")
    ]
    return [
        Said(
            int(row["speech"]),
            int(row["sentence"]),
            row["fingerprint"],
            row["kind"],
            row["near"].split(),
            row["more"],
        )
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


def spoken(sources: Path) -> dict[tuple[int, int], str]:
    """The sentences of the seven speeches, by speech and number within it."""
    text = fold(read(original(sources / "2024-speeches.txt")).original)
    # The numbers of the pages stand between the lines.
    text = re.sub(r"(?<=[^0-9])\d{1,2}、", "", text)
    starts = [*(text.index(heading) for heading in HEADINGS), len(text)]
    return {
        (speech, number): sentence
        for speech, (start, end) in enumerate(pairwise(starts), 1)
        for number, sentence in enumerate(
            filter(None, re.split("(?<=[。;!?])", text[start:end])), 1
        )
    }


@pytest.fixture
def worded(tracker: Run, sources: Path) -> Run:
    """The program with the wording of the readout and of the Opinion."""
    for name in ("2024-symposium", "2021-opinion"):
        assert tracker("ingest", str(sources / f"{name}.txt")).code == 0
    return tracker


def wordings(tracker: Run, document: str) -> dict[str, str]:
    measures = tracker("list", "--document", document, "-f", "json").json
    return {
        sentence["commitment"]: fold(sentence["text"])
        for measure in measures
        for sentence in tracker("show", measure["key"], "-f", "json").json["wording"]
        if sentence["commitment"]
    }


def test_every_sentence_of_the_speeches_is_in_the_readout_or_a_register_or_judged(
    worded: Run, sources: Path
) -> None:
    readout = fold(original(sources / "2024-symposium.txt").text)
    known = readout + "".join(wordings(worded, "2021").values())

    new = {
        place: fingerprint(sentence)
        for place, sentence in spoken(sources).items()
        if sentence.rstrip("。;!?") not in known
    }

    assert new == {(said.speech, said.sentence): said.fingerprint for said in judged()}


def test_what_is_said_to_be_retold_is_a_commitment_of_the_ledger(
    worded: Run, sources: Path
) -> None:
    registered = wordings(worded, "2021") | wordings(worded, "2024")
    sentences = spoken(sources)

    strange = [
        (said.speech, said.sentence, key)
        for said in judged()
        for key in said.near
        if shared(sentences[said.speech, said.sentence], registered[key]) < ALIKE
    ]

    assert strange == []
    assert all(said.near for said in judged() if said.kind == "retells")


def shared(one: str, other: str) -> int:
    """How many characters in a row stand in both."""
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def test_only_three_of_the_speeches_ask_for_more_than_the_readout_and_the_registers() -> None:
    """One reform in the fourth, the talent of the fifth, what the seventh adds to the Opinion."""
    asking = [said for said in judged() if said.kind == "asks"]

    assert Counter(said.speech for said in asking) == {4: 1, 5: 5, 7: 8}
    assert [said for said in judged() if bool(said.more) != (said.kind == "asks")] == []


def test_the_program_takes_commitments_from_the_seventh_speech_alone(
    worded: Run, sources: Path, tmp_path: Path
) -> None:
    """Its six numbered parts; who would track them finds them beside those of the readout."""
    speeches, draft = str(sources / "2024-speeches.txt"), str(tmp_path / "draft.yaml")
    assert worded("ingest", speeches, "--as", "speeches", "-o", draft).code == 0
    assert worded("seed", draft).code == 0
    assert worded("ingest", speeches).code == 0

    found = wordings(worded, "speeches")

    seventh = "".join(text for (speech, _n), text in spoken(sources).items() if speech == 7)
    assert len(found) == 54
    assert [text[:8] for text in found.values() if shared(text, seventh) < ALIKE] == []
    assert {key.rpartition(".")[0] for key in found} == {f"speeches-0{n}" for n in range(1, 7)}
