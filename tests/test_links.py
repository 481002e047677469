"""Links between commitments: loading them, following them both ways, lines of policy, what was dropped."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Run
from tracker import bundled
from tracker.sources.document import read
from tracker.sources.files import read as original
from tracker.sources.text import fingerprint
from tracker.store import ledger, schema

RAIL = "2021-15.1"
OLDER = "2014-04.1"


def written(tmp_path: Path, *links: str, documents: str = "[2014, 2021, 2024]") -> Path:
    """A file of links, each written as `from to kind`."""
    lines = [f"documents: {documents}", "links:" if links else "links: []"]
    for link in links:
        earlier, later, kind = link.split()
        lines.append(f"  - {{from: {earlier}, to: {later}, kind: {kind}}}")
    file = tmp_path / "own.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def bundled_links() -> Any:
    return yaml.safe_load((bundled.folder("seeds") / "links.yaml").read_text(encoding="utf-8"))


def changed(tracker: Run, *arguments: str) -> list[tuple[str, str, str]]:
    rows = tracker("seed", *arguments, "-f", "json").json
    return [(row["deed"], row["key"], row["detail"]) for row in rows if row["what"] == "link"]


# ---- loading --------------------------------------------------------------------------------


def test_links_that_are_loaded_again_change_nothing(tracker: Run) -> None:
    assert changed(tracker, str(bundled.folder("seeds") / "links.yaml")) == []


def test_a_dry_run_shows_links_added_changed_and_removed_and_changes_none(
    tracker: Run, tmp_path: Path
) -> None:
    file = written(tmp_path, f"{OLDER} {RAIL} widens", "2014-03.1 2021-03.3 narrows")

    would = changed(tracker, str(file), "--dry-run")

    assert ("changed", OLDER, f"{RAIL}: kind, note, note_en") in would
    assert ("added", "2014-03.1", "2021-03.3") in would
    removed = [line for line in would if line[0] == "removed"]
    assert len(removed) == len(bundled_links()["links"]) - 1
    assert tracker("show", RAIL, "-f", "json").json["earlier"][0]["kind"] == "supersedes"


def test_a_file_speaks_only_of_the_documents_that_it_names(tracker: Run, tmp_path: Path) -> None:
    tracker("seed", str(written(tmp_path, documents="[2014, 2021]")))

    shown = tracker("show", RAIL, "-f", "json").json

    assert shown["earlier"] == []
    assert [step["key"] for step in shown["later"]] == ["2024-02.4"]


@pytest.mark.parametrize(
    ("link", "documents", "said"),
    [
        ("2014-99.1 2021-15.1 widens", "[2014, 2021]", "own.yaml:3: from: no commitment 2014-99.1"),
        ("2014-04 2021-15.1 widens", "[2014, 2021]", "from: no commitment 2014-04 "),
        ("2014-04.1 2021-15.1 follows", "[2014, 2021]", "own.yaml:3: kind: unknown word: follows"),
        ("2021-15.1 2014-04.1 widens", "[2014, 2021]", "own.yaml:3: to: 2014-04.1 is not of a later"),
        ("2021-15.1 2021-15.2 widens", "[2014, 2021]", "2021-15.2 is not of a later document"),
        ("2021-15.1 2021-15.1 widens", "[2014, 2021]", "2021-15.1 is not of a later document"),
        ("2021-15.1 2024-02.4 widens", "[2014, 2021]", "to: 2024-02.4 is of document 2024, which"),
        ("2014-04.1 2021-15.1 widens", "[2014, 2021, 2030]", "documents: unknown document: 2030"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_is_named_with_its_line(
    tracker: Run, tmp_path: Path, link: str, documents: str, said: str
) -> None:
    ran = tracker("seed", str(written(tmp_path, link, documents=documents)))

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert tracker("seed", "--dry-run", "-f", "json").json == []


def test_every_bad_link_of_a_file_is_listed(tracker: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "2014-99.1 2021-99.1 widens", f"{RAIL} {OLDER} widens")

    said = tracker("seed", str(file)).err

    assert [found[0] for found in re.findall(r"own.yaml:((\d+): \w+)", said)] == [
        "3: from",
        "3: to",
        "4: to",
    ]


def test_a_link_that_stands_twice_is_named_with_its_line(tracker: Run, tmp_path: Path) -> None:
    file = written(tmp_path, f"{OLDER} {RAIL} widens", f"{OLDER} {RAIL} continues")

    ran = tracker("seed", str(file))

    assert ran.code == 1
    assert f"own.yaml:4: {OLDER} {RAIL} stands here twice" in ran.err


def test_a_file_of_links_says_among_which_documents(tracker: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"links:\n  - {{from: {OLDER}, to: {RAIL}}}\n", encoding="utf-8")

    said = tracker("seed", str(file)).err

    assert "own.yaml:1: the field documents is missing" in said
    assert "own.yaml:2: the field kind is missing" in said


def test_two_files_of_one_load_do_not_both_say_all_links_of_the_same_documents(
    tracker: Run, tmp_path: Path
) -> None:
    file = written(tmp_path, f"{OLDER} {RAIL} widens", documents="[2014, 2021]")
    other = bundled.folder("seeds") / "links.yaml"

    ran = tracker("seed", str(file), str(other))

    assert ran.code == 1
    assert "2014, 2021 (links) stands here twice" in ran.err


def test_a_document_without_any_date_has_no_links(tracker: Run, tmp_path: Path) -> None:
    small = Path(__file__).parent / "data" / "small.yaml"
    text = small.read_text(encoding="utf-8")
    undated = tmp_path / "undated.yaml"
    undated.write_text(text.replace(", horizon: 2030", ""), encoding="utf-8")
    assert tracker("seed", str(undated)).code == 0
    code = yaml.safe_load(text)["document"]["code"]

    ran = tracker("seed", str(written(tmp_path, documents=f"[{code}, 2021]")))

    assert ran.code == 1
    assert f"document {code} has neither a date of issue nor a horizon" in ran.err


def test_init_leaves_the_links_of_a_document_that_the_user_has_made_his_own(
    tracker: Run, tmp_path: Path
) -> None:
    own = tmp_path / "2021.yaml"
    register = (bundled.folder("seeds") / "2021.yaml").read_text(encoding="utf-8")
    own.write_text(register + "# ours\n", encoding="utf-8")
    tracker("seed", str(own))
    tracker("seed", str(written(tmp_path, f"{OLDER} {RAIL} narrows")))

    tracker("init")

    shown = tracker("show", RAIL, "-f", "json").json
    assert [step["kind"] for step in shown["earlier"]] == ["narrows"]
    assert shown["later"] == []


def test_the_revision_of_links_goes_down_and_up_with_rows_in_it(
    at: ledger.Place, tracker: Run
) -> None:
    before = tracker("show", RAIL, "-f", "json").json["later"]
    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0004")
        schema.upgrade(db)
        assert schema.differences(db) == []

    tracker("init")

    assert tracker("show", RAIL, "-f", "json").json["later"] == before


# ---- following them -------------------------------------------------------------------------


def test_show_follows_a_commitment_both_ways(tracker: Run) -> None:
    shown = tracker("show", RAIL, "-f", "json").json

    assert [(s["key"], s["kind"], s["via"], s["document"]) for s in shown["earlier"]] == [
        (OLDER, "supersedes", RAIL, "2014")
    ]
    assert [(s["key"], s["kind"], s["via"], s["document"]) for s in shown["later"]] == [
        ("2024-02.4", "widens", RAIL, "2024")
    ]
    assert shown["later"][0]["title_en"].startswith("Modern transport")


def test_show_goes_on_to_the_first_document_and_to_the_last(tracker: Run) -> None:
    newest = tracker("show", "2024-02.4", "-f", "json").json
    oldest = tracker("show", OLDER, "-f", "json").json

    assert (OLDER, RAIL) in [(step["key"], step["via"]) for step in newest["earlier"]]
    assert [step["key"] for step in oldest["later"]] == [RAIL, "2024-02.4"]
    assert (newest["later"], oldest["earlier"]) == ([], [])


def test_show_of_a_measure_follows_all_that_is_in_it(tracker: Run) -> None:
    shown = tracker("show", "2021-15", "-f", "json").json

    assert {step["via"] for step in shown["later"]} == {f"2021-15.{n}" for n in (1, 2, 3, 4, 5, 7)}


def test_what_has_no_links_shows_none(tracker: Run) -> None:
    ran = tracker("show", "2021-24.1")

    assert ran.code == 0
    assert "aken up by" not in ran.out


# ---- lines of policy ------------------------------------------------------------------------


def by_line(tracker: Run, *more: str) -> Any:
    return tracker("report", "--by", "line", "--as-of", "2024-06-30", "-f", "json", *more).json


def test_a_line_is_named_by_its_newest_measure_and_counts_each_document(tracker: Run) -> None:
    update = ("update", OLDER, "--owner", "HN", "--status", "done", "--without-evidence")
    tracker(*update, "--on", "2024-06-01")

    line = next(each for each in by_line(tracker)["by_line"] if each["measure"] == "2024-02")

    assert line["label"] == "第二段"
    assert [each["document"] for each in line["documents"]] == ["2014", "2021", "2024"]
    assert [each["done"] for each in line["documents"]] == [1, 0, 0]
    assert line["commitments"] == sum(each["commitments"] for each in line["documents"])


def test_a_chain_that_ends_earlier_is_a_line_of_its_own(tracker: Run) -> None:
    line = next(each for each in by_line(tracker)["by_line"] if each["measure"] == "2021-19")

    assert [each["document"] for each in line["documents"]] == ["2014", "2021"]


def test_what_no_later_document_takes_up_is_listed(tracker: Run) -> None:
    linked = {link["from"] for link in bundled_links()["links"]}
    rows = tracker("list", "--by", "commitment", "-f", "json").json

    dropped = [row["key"] for row in by_line(tracker)["dropped_lines"]]

    assert dropped == [
        row["key"] for row in rows if row["document"] != "2024" and row["key"] not in linked
    ]
    assert "2014-03.1" in dropped


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2014-06.5", "2021-22.2"),  # support for less developed areas: policies for their counties
        ("2021-08.6", "2024-05.2"),  # joint water supply: town infrastructure that reaches villages
        ("2021-13.6", "2024-04.2"),  # a pilot on soil: the fight against pollution
        ("2021-14.7", "2024-04.3"),  # waste-free cities: saving and recycling
        ("2021-15.7", "2024-02.2"),  # work with the two deltas, which the readout asks for again
        ("2021-16.8", "2024-03.3"),  # the single window, one of the platforms of its measure
        ("2021-20.3", "2024-05.9"),  # urban grids: grassroots governance
    ],
)
def test_what_a_later_document_names_or_names_the_class_of_is_not_dropped(
    tracker: Run, earlier: str, later: str
) -> None:
    assert later in [step["key"] for step in tracker("show", earlier, "-f", "json").json["later"]]
    assert earlier not in [row["key"] for row in by_line(tracker)["dropped_lines"]]


def test_before_the_readout_nothing_of_2021_was_dropped(tracker: Run) -> None:
    found = by_line(tracker, "--as-of", "2024-03-19")

    assert {row["document"] for row in found["dropped_lines"]} == {"2014"}
    assert {row["measure"][:4] for row in found["by_line"]} == {"2021"}


def test_a_document_that_nothing_is_linked_with_drops_nothing(tracker: Run, tmp_path: Path) -> None:
    small = (Path(__file__).parent / "data" / "small.yaml").read_text(encoding="utf-8")
    between = tmp_path / "between.yaml"
    between.write_text(small.replace("horizon: 2030", "horizon: 2022"), encoding="utf-8")
    assert tracker("seed", str(between)).code == 0

    assert {row["document"] for row in by_line(tracker)["dropped_lines"]} == {"2014", "2021"}


def test_lines_stand_in_the_report_only_where_they_are_asked_for(tracker: Run) -> None:
    assert "by_line" not in tracker("report", "-f", "json").json
    said = tracker("--lang", "en", "report", "--by", "line", "--as-of", "2024-06-30").out
    assert "Taken up by no later document" in said


def test_a_report_of_one_document_counts_it_alone_in_its_lines(tracker: Run) -> None:
    found = by_line(tracker, "--document", "2014")

    codes = {each["document"] for line in found["by_line"] for each in line["documents"]}
    assert codes == {"2014"}


# ---- the readout ----------------------------------------------------------------------------


READOUT = """在会议室举行座谈会
甲主持召开座谈会并讲话。他指出，三年来河道整治取得进展。
甲强调，要修建堤防。加快清理河道。
甲指出，要种植护岸林。
管护要有专人。
甲最后强调，有关部门要加强指导。
乙在讲话中表示，要抓紧施工。
丙在讲话中表示，要严格验收。
丁、戊参加座谈会。
"""


def items(text: str, tmp_path: Path) -> list[tuple[str, list[str]]]:
    file = tmp_path / "readout.txt"
    file.write_text(text, encoding="utf-8")
    return [(i.label, [s.text for s in i.sentences]) for i in read(original(file)).items]


def test_a_readout_without_numbers_is_split_by_its_paragraphs_of_demands(tmp_path: Path) -> None:
    assert items(READOUT, tmp_path) == [
        ("第一段", ["甲强调，要修建堤防。", "加快清理河道。"]),
        ("第二段", ["甲指出，要种植护岸林。", "管护要有专人。"]),
        ("第三段", ["甲最后强调，有关部门要加强指导。"]),
        ("第四段", ["乙在讲话中表示，要抓紧施工。", "丙在讲话中表示，要严格验收。"]),
    ]


def test_a_text_with_a_demand_or_two_is_not_split(tmp_path: Path) -> None:
    assert items("甲强调，要修建堤防。\n\n甲指出，要种植护岸林。\n", tmp_path) == []


def test_the_readout_brings_its_wording(tracker: Run, sources: Path) -> None:
    ran = tracker("ingest", str(sources / "2024-symposium.txt"), "-f", "json")

    assert (ran.code, ran.json["document"], ran.json["attached"]) == (0, "2024", 43)
    assert tracker("coverage", "2024", "--source", str(sources / "2024-symposium.txt")).code == 0


def test_the_register_of_the_readout_has_the_fingerprints_of_its_sentences(sources: Path) -> None:
    file = bundled.folder("seeds") / "2024.yaml"
    register = yaml.safe_load(file.read_text(encoding="utf-8"))
    found = read(original(sources / "2024-symposium.txt"))

    assert [
        [str(sentence["fingerprint"]) for sentence in measure["sentences"]]
        for measure in register["measures"]
    ] == [[fingerprint(sentence.text) for sentence in item.sentences] for item in found.items]
