"""Registers that the program writes: as files, from a document, and brought to another text of it."""

import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import bundled, register
from tracker.domain.numerals import chinese
from tracker.domain.target import Target
from tracker.domain.words import Basis, Kind, Role
from tracker.errors import BadFile
from tracker.register import Commitment, Measure, Owner, Register, Section, Sentence, Share
from tracker.register.comparison import Score, compared
from tracker.register.draft import REGION, Draft, drafted, proposed_code
from tracker.register.revision import (
    Fate,
    amended,
    recognised,
    recovered,
    revised,
    words_apart,
)
from tracker.register.writing import written
from tracker.sources import document as source
from tracker.sources import files
from tracker.sources.text import fingerprint, fold

KNOWN = (*REGION, "CENTRAL")


def read(text: str) -> source.Document:
    return source.read(files.Original("txt", text, ()))


def placeless(given: Register) -> Register:
    """The register without the lines of the file that it stands in."""
    return given._replace(
        where="",
        measures=tuple(
            measure._replace(
                sentences=tuple(
                    s._replace(commitment=s.commitment and s.commitment._replace(where=""))
                    for s in measure.sentences
                )
            )
            for measure in given.measures
        ),
    )


def loaded(text: str) -> register.Content:
    return register.load(Path("x.yaml"), text.encode())


# Written and read again.

_AWKWARD = [
    "yes", "No", "null", "~", "1", "1.50", "2024-06-30", "0x1F", ".5", "1e3", "=", "<<", "true",
    '"', "'", "''", '""', "a: b", "a:", ":a", "#", "a #b", "#a", "- a", "-", "--- a", "...", "? a",
    "[a, b]", "[", "]", "{a: b}", "{", "}", ",", "a, b", "a,b", "&a", "*a", "!a", "!!str a", "|", ">",
    "%YAML", "@a", "`a`", "\\", "\\n", "a\\", "a\nb", "a\n\n b", "a\tb", "“甲”", "（甲）", "甲：乙",
    "甲；乙", "甲 乙", "甲　乙", "甲 #乙", "甲: 乙", "甲,乙", "a\u2028b", "a\u2029b", "a\u00a0b", "a\ufeffb",
    "\ufffe", "\U0001f600", "𠮷", "é", "𝟙", "甲" * 4000, "a b " * 900,
]  # fmt: skip


def _stripped(text: str) -> str:
    return text.strip()


TEXTS = st.one_of(
    st.sampled_from(_AWKWARD),
    st.text(
        st.sampled_from("甲乙（）【】“”：；，。 #:-,[]{}'\"\\&*!|>%@`?~\n\tax1．"), max_size=12
    ),
    st.text(
        st.characters(
            exclude_categories=["Cs", "Cc"],
            exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        ),
        max_size=6,
    ),
).map(_stripped)
SAID = TEXTS.filter(bool)
SHORT = SAID.map(lambda text: _stripped(text[:30]))
MAYBE = st.none() | SAID
TARGETS = st.builds(Target, st.integers(2000, 2099), st.none() | st.integers(1, 12))


@st.composite
def shares(draw: st.DrawFn) -> tuple[Share, ...]:
    owners = draw(st.lists(SAID, min_size=1, max_size=4, unique=True))
    roles = [draw(st.sampled_from(Role)) for _owner in owners]
    roles[0] = draw(st.sampled_from([Role.LEAD, Role.JOINT]))
    scope = draw(MAYBE)
    return tuple(
        Share(owner, role, draw(st.sampled_from([Basis.STATED, Basis.RULE])), scope, None)
        for owner, role in zip(owners, roles, strict=True)
    )


@st.composite
def commitments(draw: st.DrawFn, key: str) -> Commitment:
    target = draw(st.none() | TARGETS)
    return Commitment(
        key=key,
        title=draw(SHORT),
        title_en=draw(SHORT),
        kind=draw(st.sampled_from(Kind)),
        weight=draw(st.sampled_from([1, 1, 2, 32767])),
        shares=draw(shares()),
        target=target,
        target_basis=draw(st.sampled_from(Basis)) if target else None,
        note=draw(MAYBE),
        note_en=draw(MAYBE),
        where="",
    )


@st.composite
def registers(draw: st.DrawFn) -> Register:
    code = draw(st.sampled_from(["2024", "x", "2018-128", "a-1-b", "007", "no", "1e5"]))
    number = draw(st.sampled_from([1, 7, 12, 123]))
    key = f"{code}-{number:02}"
    numbers = draw(
        st.lists(
            st.sampled_from([f"{key}.{n}" for n in (1, 2, 3, 9)] + [f"{code}-05.4"]),
            min_size=1,
            max_size=2,
            unique=True,
        )
    )
    sentences = [
        Sentence(n, draw(SHORT), draw(commitments(own)), None, None)
        for n, own in enumerate(numbers, 1)
    ]
    if draw(st.booleans()):
        sentences.append(Sentence(len(numbers) + 1, draw(SHORT), None, draw(SAID), draw(SAID)))
    section = draw(st.sampled_from([1, 8, 999]))
    return Register(
        code=code,
        title=draw(SAID),
        title_en=draw(SAID),
        document_number=draw(MAYBE),
        issuer=draw(MAYBE),
        issued_on=draw(st.none() | st.dates()),
        horizon=draw(st.none() | st.integers(1, 32767)),
        sections=(Section(section, chinese(section), draw(SAID), draw(SAID)),),
        measures=(
            Measure(key, number, draw(SAID), section, draw(SAID), draw(SHORT), tuple(sentences)),
        ),
        where="",
    )


@settings(max_examples=150, deadline=None)
@given(registers(), st.lists(TEXTS, max_size=3))
def test_what_is_written_is_read_as_it_was(given_: Register, remarks: list[str]) -> None:
    made = written(given_, {given_.code: remarks, given_.measures[0].key: remarks})

    found = loaded(made).register

    assert found
    assert placeless(found) == given_


@settings(max_examples=250, deadline=None)
@given(st.lists(SAID, min_size=12, max_size=12))
def test_any_text_is_read_as_it_was(texts: list[str]) -> None:
    """Twelve at a time, in the two places where text stands: a line of its own, and in braces."""
    sections = tuple(
        Section(n, chinese(n), one, other)
        for n, (one, other) in enumerate(zip(texts[:6], texts[6:], strict=True), 1)
    )
    given_ = one_register([("甲", "乙。")])._replace(sections=sections, issuer=texts[0])

    found = loaded(written(given_)).register

    assert found
    assert (found.sections, found.issuer) == (sections, texts[0])


@pytest.mark.parametrize("code", ["2021", "2014"])
def test_the_bundled_registers_are_written_without_loss(code: str) -> None:
    file = bundled.folder("seeds") / f"{code}.yaml"
    given_ = register.load(file, file.read_bytes()).register
    assert given_

    found = loaded(written(given_)).register

    assert found
    assert placeless(found) == placeless(given_)


def test_owners_that_a_draft_brings_are_written_with_it() -> None:
    owners = (Owner("JS", "江苏", "Jiangsu", None, ""), Owner("NO", "甲: 乙", "yes", None, ""))

    found = loaded(written(one_register([("甲", "乙。")]), owners=owners)).owners

    assert [owner._replace(where="") for owner in found] == list(owners)


def test_remarks_are_comments_above_what_they_are_about() -> None:
    made = written(
        one_register([("甲", "乙。")]), {"x-01.1": ["two\nlines", "\u202eturned\x85"], "x": ["all"]}
    )

    lines = made.splitlines()
    assert lines[0] == "# all"
    at = lines.index("      # two")
    assert lines[at : at + 4] == ["      # two", "      # lines", "      # turned", "      - n: 1"]


def test_a_key_is_written_where_it_is_not_the_place() -> None:
    given_ = one_register([("甲", "乙。丙。丁。")])
    keys = ["x-01.1", "x-01.7", "x-09.2"]
    sentences = tuple(
        s._replace(commitment=s.commitment and s.commitment._replace(key=key))
        for s, key in zip(given_.measures[0].sentences, keys, strict=True)
    )
    given_ = given_._replace(measures=(given_.measures[0]._replace(sentences=sentences),))

    lines = [line.strip() for line in written(given_).splitlines()]

    assert [line for line in lines if line.startswith("key:")] == ["key: 7", "key: x-09.2"]


@pytest.mark.parametrize("said", ["0", "32768", "y-01.1", "x-01", "x-01.0", "x-1.1", "一", "-1"])
def test_what_is_no_key_of_the_document_is_refused(said: str) -> None:
    made = written(one_register([("甲", "乙。")])).replace("- n: 1", f"- n: 1\n        key: {said}")

    with pytest.raises(BadFile, match="key: neither a number nor a key of this document"):
        loaded(made)


# Drafted from a document.


def paper(*items: tuple[str, str], title: str = "中部地区若干工作意见") -> str:
    """A document with one section and these items, of which each has a title and a text."""
    lines = [f"（{chinese(n)}）{name}。{said}" for n, (name, said) in enumerate(items, 1)]
    return "\n".join([title, "一、主要任务", *lines, "（十）收尾。按年总结。"]) + "\n"


def draft(text: str, **more: str) -> Draft:
    return drafted(read(paper(("某事", text), **more)), code="x", known=KNOWN)


def first(found: Draft) -> Commitment:
    commitment = found.register.measures[0].sentences[0].commitment
    assert commitment
    return commitment


def owners(text: str, **more: str) -> str:
    """The owners of the first sentence: HB/lead/stated …; the six in one word."""
    said = " ".join(f"{s.owner}/{s.role}/{s.basis}" for s in first(draft(text, **more)).shares)
    for role in Role:
        said = said.replace(" ".join(f"{code}/{role}/rule" for code in REGION), f"SIX/{role}/rule")
    return said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("湖北建设甲园。", "HB/lead/stated"),
        ("合肥、郑州各建一座乙馆。", "AH/lead/stated HA/lead/stated"),
        ("湖北、湖南共同整治丙湖。", "HB/joint/stated HN/joint/stated"),
        ("江苏对口帮扶合肥丁县。", "AH/lead/stated"),
        ("疏浚黄河浅滩。", "SX/joint/rule HA/joint/rule"),
        ("湖南疏浚长江浅滩。", "HN/lead/stated AH/joint/rule JX/joint/rule HB/joint/rule"),
        ("支持郑州建设戊港。", "HA/lead/stated CENTRAL/support/rule"),
        ("安排专项债券修桥。", "CENTRAL/lead/rule SIX/support/rule"),
        ("中央财政出资修桥。", "CENTRAL/lead/stated SIX/support/rule"),
        ("把桥修好。", "SIX/joint/rule"),
        ("把桥修好。（水利部负责）", "CENTRAL/lead/stated SIX/support/rule"),
        ("把桥修好。（水利部指导）", "CENTRAL/support/stated SIX/joint/rule"),
        ("陕西修桥。", "SIX/joint/rule"),
    ],
)  # fmt: skip
def test_owners_follow_the_rules(text: str, said: str) -> None:
    assert owners(text) == said


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("湖北省某工作方案", "把桥修好。", "HB/lead/rule"),
        ("湖北省某工作方案", "把桥修好。（省水利厅牵头，省财政厅配合）", "HB/lead/stated"),
        ("湖北省某工作方案", "与湖南交界处设站。", "HN/lead/stated"),
        ("某行业工作方案", "江苏把桥修好。", "JS/lead/stated"),
        ("某行业工作方案", "把桥修好。", "SIX/joint/rule"),
    ],
)
def test_owners_of_other_documents_follow_their_title(title: str, text: str, said: str) -> None:
    assert owners(text, title=title) == said


def test_units_that_the_text_makes_responsible_are_the_scope() -> None:
    central = first(draft("把桥修好。（水利部牵头，财政部参与）")).shares[0]
    home = first(draft("把桥修好。（省水利厅牵头）", title="湖北省某工作方案")).shares[0]

    assert (central.owner, central.scope) == ("CENTRAL", "水利部、财政部")
    assert (home.owner, home.scope) == ("HB", "省水利厅")


def test_words_that_led_to_an_owner_or_a_target_are_remarked() -> None:
    found = draft("到2027年，支持武汉、宜昌疏浚长江浅滩，安排专项债券。")

    assert found.remarks["x-01.1"] == [
        "target from: 到2027年",
        "武汉、宜昌 → HB",
        "长江 → AH (rule)",
        "长江 → JX (rule)",
        "长江 → HN (rule)",
        "债券 → CENTRAL (rule)",
    ]


def test_what_is_doubtful_is_marked() -> None:
    found = draft("到2025年修一座桥，到2027年再修两座。", title="某行业工作方案")

    assert "? several targets, the latest taken: 到2025年, 到2027年" in found.remarks["x-01.1"]
    assert any("name no province: the six" in remark for remark in found.remarks["x"])
    assert any(remark.startswith("? horizon 2025") for remark in found.remarks["x"])
    assert any("numbers 二 (2) to 九 (9) are missing" in remark for remark in found.remarks["x"])


@pytest.mark.parametrize(
    ("text", "target", "basis"),
    [
        ("到2027年修一座桥。", "2027", Basis.STATED),
        ("2026年6月底前修一座桥。", "2026-06", Basis.STATED),
        ("到2025年修一座桥，到2027年再修两座。", "2027", Basis.STATED),
        ("修一座桥。", "2030", Basis.HORIZON),
        ("落实《2024年修桥计划》。", "2030", Basis.HORIZON),
    ],
)
def test_targets_are_stated_or_those_of_the_document(text: str, target: str, basis: Basis) -> None:
    found = first(draft(text, title="中部地区工作方案（2026—2030年）"))

    assert (str(found.target), found.target_basis) == (target, basis)


def test_a_year_that_opens_a_paragraph_holds_for_what_follows() -> None:
    found = draft("到2027年，路网更密。桥梁更多。")

    targets = [
        s.commitment and str(s.commitment.target) for s in found.register.measures[0].sentences
    ]
    assert targets == ["2027", "2027"]


def test_a_document_without_years_has_no_targets() -> None:
    assert (first(draft("修桥。")).target, first(draft("修桥。")).target_basis) == (None, None)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("某事", "修桥。", Kind.ACTION),
        ("某事", "坚持节水。", Kind.CONTINUING),
        ("某事", "严禁挖沙。", Kind.CONTINUING),
        ("主要目标", "路网更密。", Kind.GOAL),
        ("某事", "到2027年，路网更密。", Kind.GOAL),
    ],
)
def test_the_kind_is_read_from_the_words(name: str, text: str, kind: Kind) -> None:
    assert first(drafted(read(paper((name, text))), code="x", known=KNOWN)).kind is kind


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("修建一座桥，架设两条线。", "修建一座桥"),
        ("2025年底前完成疏浚。", "2025年底前完成疏浚"),
        ("到2027年，路网更密。", "路网更密"),
        ("2026年6月底前，路网更密。", "路网更密"),
        ("三座桥一起修。", "三座桥一起修"),
        ("修" * 40 + "。", "修" * 30),
    ],
)
def test_a_commitment_is_called_by_its_first_clause(text: str, title: str) -> None:
    assert first(draft(text)).title == title


@pytest.mark.parametrize(
    ("head", "taken", "code"),
    [
        ("某方案\n某政发〔2018〕128号", [], "2018-128"),
        ("某方案\n某政发〔2018〕128号", ["2018-128"], "2018-128-v2"),
        ("某方案\n（2023年5月1日）", [], "2023"),
        ("某方案\n（2023年5月1日）", ["2023", "2023-v2"], "2023-v3"),
        ("2019年工作要点", ["2014"], "2019"),
        ("某方案", [], "new"),
        ("某方案", ["NEW"], "new-v2"),
    ],
)
def test_a_code_is_proposed_that_nobody_has(head: str, taken: list[str], code: str) -> None:
    assert proposed_code(read(f"{head}\n一、任务\n（一）修桥。修一座桥。\n"), taken) == code


@pytest.mark.parametrize(
    ("code", "name"), [("2021", "2021-opinion.txt"), ("2014", "2014-work-points.txt")]
)
def test_drafts_of_the_documents_find_what_their_text_names(
    sources: Path, code: str, name: str
) -> None:
    file = bundled.folder("seeds") / f"{code}.yaml"
    curated = register.load(file, file.read_bytes()).register
    assert curated
    found = drafted(source.read(files.read(sources / name)), code=code, known=KNOWN)

    measured = compared(found.register, curated)

    assert measured.unmatched == 0
    for score in measured.scores[:2]:
        assert score.both >= 0.97 * score.curated, score
        assert score.both >= 0.95 * score.drafted, score


# Compared.


def one_register(items: Iterable[tuple[str, str]], code: str = "x") -> Register:
    """The draft of a small document as a register."""
    return drafted(read(paper(*items)), code=code, known=KNOWN).register


def test_a_comparison_counts_facts_of_sentences_that_both_have() -> None:
    curated = one_register([("甲", "湖北修桥。湖南、江西修路。到2027年种树。到2026年挖渠。")])
    said = curated.measures[0].sentences
    wrong = list(said)
    for at, change in (
        (0, {"shares": (Share("AH", Role.LEAD, Basis.STATED, None, None),)}),
        (2, {"target": Target(2028, None)}),
    ):
        own = said[at].commitment
        assert own
        wrong[at] = said[at]._replace(commitment=own._replace(**change))
    # The last sentence is not in the draft, which has another one.
    wrong[3] = said[3]._replace(fingerprint="another")
    made = curated._replace(measures=(curated.measures[0]._replace(sentences=tuple(wrong)),))

    found = compared(made, curated)

    assert found.scores[:2] == (Score("owners_stated", 3, 3, 2), Score("years_stated", 1, 1, 0))
    assert (found.sentences, found.unmatched) == (3, 2)
    assert [(d.key, d.what, d.missed, d.invented) for d in found.differences] == [
        ("x-01.1", "owners_stated", ("HB",), ("AH",)),
        ("x-01.3", "years_stated", ("2027",), ("2028",)),
        ("x-01.1", "owners", ("HB",), ("AH",)),
        ("x-01.3", "years", ("2027",), ("2028",)),
    ]


def test_a_register_compared_with_itself_agrees() -> None:
    given_ = one_register([("甲", "湖北修桥。到2027年种树。"), ("乙", "坚持节水。")])

    found = compared(given_, given_)

    assert found.differences == ()
    assert all(score.curated == score.drafted == score.both for score in found.scores)


# Another text.

BEFORE = [
    ("修桥", "湖北修建甲桥。湖南修建乙桥。江西修建丙桥。"),
    ("挖渠", "沿河清理淤泥并加固两岸。山西引水上山。"),
]


def told(after: list[tuple[str, str]], *, attached: bool = True) -> list[str]:
    """What became of every sentence of BEFORE that does not stand as it stood."""
    fates = revised(one_register(BEFORE), read(paper(*after)), wordings() if attached else {})
    return [f"{fate.deed} {fate.place}" for fate in fates if fate.deed != "same"]


def wordings() -> dict[str, str]:
    document = read(paper(*BEFORE))
    return {fingerprint(s.text): s.text for item in document.items for s in item.sentences}


def swapped(old: str, new: str) -> list[tuple[str, str]]:
    """BEFORE with a change."""
    assert any(old in text for pair in BEFORE for text in pair)
    return [(name.replace(old, new), text.replace(old, new)) for name, text in BEFORE]


@pytest.mark.parametrize(
    ("after", "fates"),
    [
        (BEFORE, []),
        (swapped("湖南修建乙桥。", ""), ["gone x-01.2"]),
        (swapped("江西修建丙桥。", ""), ["gone x-01.3"]),
        (swapped("江西修建丙桥。", "江西修建丙桥。栽种行道树木。"), ["new （一） 4"]),
        (swapped("湖北修建甲桥。", "栽种行道树木。湖北修建甲桥。"), ["new （一） 1"]),
        (swapped("修建乙桥", "修建并养护乙桥"), ["changed x-01.2"]),
        (swapped("湖北修建甲桥。湖南修建乙桥。", "湖南修建乙桥。湖北修建甲桥。"), ["moved x-01.2"]),
        ([("修桥", "湖北修建甲桥。湖南修建乙桥。"), ("挖渠", "沿河清理淤泥并加固两岸。江西修建丙桥。山西引水上山。")], ["moved x-01.3"]),
        ([BEFORE[1], BEFORE[0]], []),
        ([("办学", "安徽新设两所学校。"), *BEFORE], ["new （一） 1"]),
        (BEFORE[:1], ["gone x-02.1", "gone x-02.2"]),
        (swapped("挖渠", "水利"), []),
        (swapped("修桥", "挖渠"), []),
    ],
)  # fmt: skip
def test_what_became_of_sentences_is_told(after: list[tuple[str, str]], fates: list[str]) -> None:
    assert [said for said in told(after) if "x-03" not in said] == fates


def test_without_wordings_a_sentence_between_its_neighbours_is_the_changed_one() -> None:
    after = swapped("修建乙桥", "另建一座新的大桥")

    assert told(after, attached=False) == ["changed x-01.2"]


def test_two_sentences_alike_are_told_apart_by_their_order() -> None:
    given_ = one_register([("甲", "按月报送。修建甲桥。按月报送。")])
    fates = revised(given_, read(paper(("甲", "按月报送。修建甲桥。"))), {})

    assert [(fate.deed, fate.place) for fate in fates if fate.deed != "same"] == [
        ("gone", "x-01.3")
    ]


def brought(after: list[tuple[str, str]], taken: tuple[str, ...] = ()) -> Draft:
    document = read(paper(*after))
    given_ = one_register(BEFORE)
    fates = revised(given_, document, wordings())
    return amended(given_, fates, drafted(document, code="x", known=KNOWN), taken)


def keys(found: Register) -> list[list[str]]:
    return [[s.commitment.key if s.commitment else "" for s in m.sentences] for m in found.measures]


def test_an_amended_register_is_whole_and_every_key_stands_once() -> None:
    after = [
        ("办学", "安徽新设两所学校。江西修建丙桥。"),
        ("修桥", "栽种行道树木。湖北修建甲桥。湖南修建并养护乙桥。"),
        ("挖渠", "山西引水上山。"),
    ]

    found = brought(after, ("x-01.6", "x-04.1")).register

    assert keys(found)[:3] == [
        ["x-05.1", "x-01.3"],
        ["x-01.7", "x-01.1", "x-01.2"],
        ["x-02.2"],
    ]
    again = loaded(written(found)).register
    assert again
    assert placeless(again).measures == found.measures
    assert {fate.deed for fate in revised(found, read(paper(*after)), {})} == {"same"}


def test_an_amended_register_keeps_titles_and_translations_that_still_hold() -> None:
    given_ = one_register(BEFORE)
    given_ = given_._replace(
        title_en="Opinion",
        sections=(given_.sections[0]._replace(title_en="Tasks"),),
        measures=(given_.measures[0]._replace(title_en="Bridges"), *given_.measures[1:]),
    )
    document = read(paper(*swapped("江西修建丙桥。", "")))
    fates: list[Fate] = revised(given_, document, {})

    found = amended(given_, fates, drafted(document, code="x", known=KNOWN), ()).register

    assert (found.title_en, found.sections[0].title_en) == ("Opinion", "Tasks")
    assert found.measures[0].title_en == "Bridges"


def test_an_amended_register_brings_the_owners_and_remarks_of_what_is_new_only() -> None:
    after = swapped("江西修建丙桥。", "江西修建丙桥。河南（郑州）供应全部砂石。")

    found = brought(after)

    assert found.owners == ()
    assert found.remarks == {"x-01.4": ["河南、郑州 → HA"]}


def test_a_register_is_recognised_by_half_of_its_sentences() -> None:
    known = [one_register(BEFORE), one_register([("办学", "安徽新设两所学校。修缮旧校舍。")], "y")]

    def found(*items: tuple[str, str]) -> str | None:
        best = recognised(known, read(paper(*items)))
        return best and best.code

    assert found(*BEFORE) == "x"
    assert found(BEFORE[0]) == "x"
    assert found(("办学", "安徽新设两所学校。")) == "y"
    assert found(("某事", "另外一件事情。")) is None
    assert recognised([], read(paper(*BEFORE))) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("沿河清理淤泥。", "沿河清理淤泥泥。"),
        ("沿河清理淤泥。", "沿河逐段分期清理淤泥。"),
        ("沿河清理淤泥，加固两岸。", "沿河清理淤泥加固两岸。"),
        ("沿河清理淤泥、加固两岸。", "沿河清理淤泥，加固两岸。"),
    ],
)
def test_a_wording_is_recovered_from_its_fingerprint(before: str, after: str) -> None:
    assert fold(recovered(after, fingerprint(before)) or "") == fold(before)


def test_another_wording_is_not_recovered() -> None:
    assert recovered("山西引水上山。", fingerprint("沿河清理淤泥。")) is None


def test_a_wording_without_end_is_not_searched_for() -> None:
    before = time.monotonic()

    assert recovered("甲乙丙丁" * 5000, fingerprint("戊。")) is None
    assert time.monotonic() - before < 1


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("修建三座桥。", "修建五座桥。", ["=修建", "-三座", "+五座", "=桥。"]),
        ("修建桥梁。", "修建桥梁和道路。", ["=修建桥梁", "+和道路", "=。"]),
        ("修建 桥梁（甲）。", "修建桥梁(甲)。", ["=修建桥梁(甲)。"]),
    ],
)
def test_wordings_are_compared_word_by_word(before: str, after: str, pieces: list[str]) -> None:
    assert [f"{deed}{said}" for deed, said in words_apart(before, after)] == pieces


def test_dates_and_numbers_of_a_document_are_in_its_draft() -> None:
    text = "某方案\n某政发〔2018〕128号\n（2018年3月5日）\n一、任务\n（一）修桥。修一座桥。\n"

    found = drafted(read(text), code="x", known=KNOWN).register

    assert (found.title, found.document_number, found.issued_on) == (
        "某方案",
        "某政发〔2018〕128号",
        date(2018, 3, 5),
    )
