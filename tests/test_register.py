"""Register files: what is wrong with one is said by file, line and field; the bundled ones are sound."""

from pathlib import Path

import pytest

from tracker import bundled, register
from tracker.errors import BadFile
from tracker.sources import document, files
from tracker.sources.text import fingerprint, fold

GOOD = """\
document: {code: x1, title: 计划, title_en: Plan, horizon: 2026}
sections:
  - {number: 1, title: 总则, title_en: General}
measures:
  - number: 1
    label: （一）
    section: 1
    title: 修路
    title_en: Roads
    sentences:
      - n: 1
        fingerprint: "0000000000000001"
        title: 修甲路
        title_en: Road A
        kind: action
        owners:
          - {owner: HB, role: lead, basis: stated, scope: 甲路, scope_en: Road A}
          - {owner: [SX, AH], role: joint, basis: rule}
        target: {year: 2026-06, basis: stated}
      - n: 2
        fingerprint: "0000000000000002"
        untracked: 只说背景
        untracked_en: Background
"""


def problems(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(BadFile) as caught:
        register.load(Path("plan.yaml"), data)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_is_read_as_it_says() -> None:
    found = register.load(Path("plan.yaml"), GOOD.encode()).register

    assert found is not None
    first, second = found.measures[0].sentences
    assert first.commitment is not None
    assert (first.commitment.key, str(first.commitment.target)) == ("x1-01.1", "2026-06")
    assert [(s.owner, s.role.value) for s in first.commitment.shares] == [
        ("HB", "lead"), ("SX", "joint"), ("AH", "joint"),
    ]  # fmt: skip
    assert second.untracked == "只说背景"


def test_a_sentence_that_moved_keeps_its_first_key() -> None:
    found = register.load(
        Path("plan.yaml"), GOOD.replace("title: 修甲路", "key: 7\n        title: 修甲路").encode()
    )

    assert found.register
    commitment = found.register.measures[0].sentences[0].commitment
    assert commitment
    assert commitment.key == "x1-01.7"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: action", "kind: deed", "plan.yaml:15: kind: unknown word: deed (known: goal 目标, action 行动, continuing 长期)"),
        ("kind: action", "kinds: action", "plan.yaml:15: kinds: unknown field"),
        ("        title: 修甲路\n", "", "plan.yaml:11: the field title is missing"),
        ("title: 修甲路", "title: " + "路" * 31, "plan.yaml:13: title: longer than 30 characters (31)"),
        ("year: 2026-06", "year: 2026-13", "plan.yaml:19: year: not a year or year and month: 2026-13"),
        ("section: 1", "section: 4", "plan.yaml:7: section: no section 4 in this file"),
        ("- n: 2", "- n: 3", "plan.yaml:20: n: expected sentence 2"),
        ("[SX, AH]", "[SX, HB]", "plan.yaml:16: owners: HB stands here twice"),
        ("role: lead, basis: stated, scope: 甲路, scope_en: Road A}\n          - {owner: [SX, AH], role: joint", "role: support, basis: stated}\n          - {owner: [SX, AH], role: support", "plan.yaml:16: owners: somebody must lead or share"),
        ("kind: action", "kind: action\n        kind: goal", "plan.yaml:16: the field kind stands here twice"),
        ("title: 修甲路", "title: &a 修甲路", "plan.yaml:13: anchors and aliases are not used"),
        ("title: 修甲路", "title: !!python/name:os.system 修甲路", "plan.yaml:13: tags are not used"),
        ("horizon: 2026", "horizon: soon", "plan.yaml:1: horizon: not a whole number from 1 to 32767: soon"),
        ("title: 修甲路", 'title: "修\\e[31m"', "plan.yaml:13: title: has control characters"),
        ("  - number: 1\n    label", "  - number: one\n    label", "plan.yaml:5: number: not a whole number from 1 to 32767: one"),
        ("title_en: Road A\n", "title_en: [Road A\n", "plan.yaml:15: not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_file_line_and_field(old: str, new: str, said: str) -> None:
    assert old in GOOD

    assert any(problem.startswith(said) for problem in problems(GOOD.replace(old, new, 1)))


def test_no_mistake_hides_another() -> None:
    found = problems(GOOD.replace("kind: action", "kind: deed").replace("- n: 2", "- n: 9"))

    assert len(found) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "plan.yaml: the file is empty"),
        (b"\xff\xfe\x00", "plan.yaml:1: not UTF-8 text"),
        (b"a: \x00", "plan.yaml: not YAML"),
        (b"[" * 5000, "plan.yaml: not YAML: nested too deeply"),
        (b"just text", "plan.yaml:1: expected fields here"),
        (b"{}", "plan.yaml:1: expected one of: document, owners, reports"),
    ],
)
def test_what_is_no_register_is_refused_in_one_line(data: bytes, said: str) -> None:
    assert problems(data)[0].startswith(said)


def test_an_alias_that_would_explode_is_refused() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )

    assert any("anchors and aliases" in problem for problem in problems(bomb))


def bundled_register(code: str) -> register.Register:
    file = bundled.folder("seeds") / f"{code}.yaml"
    found = register.load(file, file.read_bytes()).register
    assert found
    return found


@pytest.mark.parametrize(
    ("code", "sections", "measures", "sentences"), [("2021", 8, 25, 148), ("2014", 1, 9, 59)]
)
def test_the_bundled_registers_have_all_directives(
    code: str, sections: int, measures: int, sentences: int
) -> None:
    found = bundled_register(code)

    assert len(found.sections) == sections
    assert [measure.number for measure in found.measures] == list(range(1, measures + 1))
    assert sum(len(measure.sentences) for measure in found.measures) == sentences
    for measure in found.measures:
        for sentence in measure.sentences:
            assert sentence.untracked or (sentence.commitment and sentence.commitment.target)


@pytest.mark.parametrize(
    ("code", "name", "skipped"),
    [("2021", "2021-opinion.txt", 0), ("2014", "2014-work-points.txt", 5)],
)
def test_every_sentence_of_the_documents_is_in_the_register(
    sources: Path, code: str, name: str, skipped: int
) -> None:
    found = document.read(files.read(sources / name)).items[skipped:]
    registered = bundled_register(code).measures

    assert [(i.number, fold(i.title)) for i in found] == [
        (m.number, fold(m.title)) for m in registered
    ]
    for item, measure in zip(found, registered, strict=True):
        assert [fingerprint(s.text) for s in item.sentences] == [
            s.fingerprint for s in measure.sentences
        ]


def test_a_stated_year_stands_in_the_paragraph_of_the_document(sources: Path) -> None:
    text = {"2021": "2021-opinion.txt", "2014": "2014-work-points.txt"}
    for code, name in text.items():
        horizon = bundled_register(code).horizon
        whole = (sources / name).read_text(encoding="utf-8")
        for measure in bundled_register(code).measures:
            for sentence in measure.sentences:
                target = sentence.commitment and sentence.commitment.target
                basis = sentence.commitment and sentence.commitment.target_basis
                assert target
                if basis == "stated":
                    assert f"到{target.year}年" in whole
                else:
                    assert (target.year, basis) == (horizon, "horizon")


def test_every_first_report_cites_a_place_and_is_no_more_than_under_way() -> None:
    folder = bundled.folder("seeds") / "reports"
    reports = [
        r
        for file in sorted(folder.glob("*.yaml"))
        for r in register.load(file, file.read_bytes()).reports
    ]

    assert len({report.id for report in reports}) == len(reports) > 70
    assert {report.status.value for report in reports} == {"in_progress"}
    assert all(", " in report.evidence for report in reports)
