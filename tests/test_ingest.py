"""Documents read in: shown, recognised, attached, drafted, and issued anew, on the command line."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conftest import Ran, Run
from documents import paragraph, pdf, word_xml, zipped

PLAN = """星河流域试点工作方案

星政发〔2023〕12号

（2023年3月1日）

一、总体要求
（一）建设目标。到2027年，建成三座智慧码头。按季报送进展。
（二）基本原则。坚持节水优先。支持武汉建设光谷展馆。
二、重点任务
（三）修建桥梁。湖北和湖南共同修建甲桥。江西（赣州）改造乙桥。湖南整修丙路。
（四）疏浚河道。2025年底前完成长江浅滩疏浚。
"""

# Its sentences, as keys of the draft.
KEYS = ["01.1", "01.2", "02.1", "02.2", "03.1", "03.2", "03.3", "04.1"]


def one(ran: Ran) -> str:
    """The one line that a mistake is answered with."""
    assert ran.err.startswith("tracker: ")
    assert ran.err.count("\n") == 1
    return ran.err.removeprefix("tracker: ").rstrip()


def content(file: Path) -> list[str]:
    """All that a ledger holds."""
    with closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


class Desk:
    """A ledger and the papers beside it."""

    def __init__(self, tracker: Run, folder: Path) -> None:
        self.tracker, self.folder = tracker, folder

    def paper(self, text: str | bytes, name: str = "plan.txt") -> str:
        """A file with this text."""
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    def draft(self, text: str, *more: str) -> str:
        """The register file that is drafted from a text."""
        out = self.folder / "register.yaml"
        ran = self.tracker("ingest", self.paper(text), *more, "-o", str(out))
        assert ran.code == 0, ran.err
        return out.read_text(encoding="utf-8")

    def seed(self, text: str) -> Ran:
        """The ledger with this register in it, whole as before."""
        ran = self.tracker("seed", self.paper(text, "register.yaml"), "-f", "json")
        assert ran.code == 0, ran.err
        assert self.tracker("db", "check").code == 0
        return ran

    def known(self, text: str, *more: str) -> None:
        """A document that is in the ledger, its wording with it."""
        self.seed(self.draft(text, *more))
        assert self.tracker("ingest", self.paper(text)).code == 0

    def amend(self, text: str) -> str:
        """A new text of a document that is known: its register as written and loaded."""
        brought = self.draft(text, "--draft")
        self.seed(brought)
        return brought

    def sentence(self, key: str) -> Any:
        """A commitment or a measure as data."""
        return self.tracker("show", key, "-f", "json").json

    def fates(self, text: str) -> list[tuple[str, str | None]]:
        """What became of the sentences that do not stand as they stood, and of which commitment."""
        rows = self.tracker("ingest", self.paper(text), "-f", "json").json["sentences"]
        return [(row["deed"], row["commitment"]) for row in rows]


@pytest.fixture
def desk(tracker: Run, tmp_path: Path) -> Desk:
    return Desk(tracker, tmp_path)


# Dry run.


def test_a_dry_run_shows_what_was_read_and_changes_nothing(desk: Desk, file: Path) -> None:
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(PLAN), "--dry-run")

    assert (ran.code, file.read_bytes()) == (0, before)
    assert "nothing was changed: a dry run" in ran.err
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["星河流域试点工作方案"]
    assert ["3", "2", "（三）", "修建桥梁", "3", "HB", "HN", "JX"] in lines
    assert ["4", "2", "（四）", "疏浚河道", "1", "2025"] in lines


def test_a_dry_run_in_json_has_the_documented_fields(desk: Desk) -> None:
    text = PLAN.replace("智慧码头。", "智慧\n码头（省航务局牵头）。") + "（六）跳号。某事。\n"

    found = desk.tracker("ingest", desk.paper(text), "--dry-run", "-f", "json").json

    assert (found["title"], found["number"], found["issued"]) == (
        "星河流域试点工作方案",
        "星政发〔2023〕12号",
        "2023-03-01",
    )
    assert [(s["no"], s["title"]) for s in found["sections"]] == [(1, "总体要求"), (2, "重点任务")]
    item = found["items"][0]
    assert {name: item[name] for name in ("section", "label", "number", "title")} == {
        "section": 1,
        "label": "（一）",
        "number": 1,
        "title": "建设目标",
    }
    said = item["sentences"][0]
    assert said["n"] == 1
    assert said["text"] == "到2027年，建成三座智慧码头（省航务局牵头）。"
    assert text[said["start"] : said["end"]] == said["text"].replace("智慧", "智慧\n")
    assert (said["provinces"], said["years"], said["months"]) == ([], [2027], [])
    assert [(u["name"], u["role"]) for u in said["units"]] == [("省航务局", "lead")]
    assert [r["kind"] for r in found["repairs"]] == ["line_break"]
    assert found["problems"] == [
        {"where": "line 14", "message": "（六）: number 五 (5) is missing before it"}
    ]
    assert found["coverage"] == {"characters": len(text), "accounted": len(text)}


def test_a_month_is_a_month_in_json(desk: Desk) -> None:
    text = PLAN.replace("2025年底前", "2025年6月底前")

    items = desk.tracker("ingest", desk.paper(text), "--dry-run", "-f", "json").json["items"]

    assert (items[3]["sentences"][0]["years"], items[3]["sentences"][0]["months"]) == (
        [2025],
        ["2025-06"],
    )


# Attach.


def test_a_draft_is_loaded_and_takes_the_wording_of_its_document(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN))

    ran = desk.tracker("ingest", desk.paper(PLAN), "-f", "json")

    assert ran.json == {"document": "2023-12", "file": "plan.txt", "attached": 8, "sentences": 8}
    for key in KEYS:
        found = desk.sentence(f"2023-12-{key}")
        assert PLAN[found["start"] : found["end"]] == found["wording"]


def test_show_prints_section_item_sentence_wording_and_characters(desk: Desk) -> None:
    desk.known(PLAN)
    start = PLAN.index("江西（赣州）改造乙桥。")

    shown = desk.tracker("show", "2023-12-03.2").out
    facts = [line.split(maxsplit=1) for line in shown.splitlines()]
    measure = desk.tracker("show", "2023-12-03").out

    assert ["Measure", "2023-12-03"] in facts
    assert ["Stands", "in      二、（三）修建桥梁, sentence 2"] in facts
    assert ["Wording", "江西（赣州）改造乙桥。"] in facts
    assert ["Characters", f"{start}–{start + 11}"] in facts
    assert "2023-12-03 （三） 修建桥梁" in measure
    assert "二、重点任务" in measure
    assert "湖南整修丙路。" in measure
    assert desk.sentence("2023-12-03.2")["section"] == 2


def test_before_a_copy_is_attached_there_is_no_wording(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN))

    assert "Wording" not in desk.tracker("show", "2023-12-03").out
    assert desk.sentence("2023-12-03.2")["wording"] is None


def test_attaching_twice_changes_nothing(desk: Desk, file: Path) -> None:
    desk.known(PLAN)
    before = content(file)

    assert desk.tracker("ingest", desk.paper(PLAN)).code == 0
    assert content(file) == before


@pytest.mark.usefixtures("file")  # what a text says does not depend on the database
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("江西（赣州）改造", "江西(赣州)改造"),
        ("修建甲桥", "修建\n甲桥"),
        ("修建甲桥", "修 建　甲\u200b桥"),
        ("\n", "\r\n"),
        ("2025年", "２０２５年"),
        ("\n", "\n\n  "),
    ],
)
def test_white_space_and_widths_do_not_matter(desk: Desk, old: str, new: str) -> None:
    desk.seed(desk.draft(PLAN))

    ran = desk.tracker("ingest", desk.paper(PLAN.replace(old, new)), "-f", "json")

    assert (ran.code, ran.json["attached"]) == (0, 8)


@pytest.mark.usefixtures("file")  # what a text says does not depend on the database
@pytest.mark.parametrize("form", ["docx", "pdf", "html", "gb18030"])
def test_a_register_is_recognised_in_every_format(desk: Desk, form: str) -> None:
    lines = [line for line in PLAN.splitlines() if line]
    made = {
        "docx": lambda: word_xml(*map(paragraph, lines)),
        "pdf": lambda: pdf(lines),
        "html": lambda: "".join(f"<p>{line}</p>" for line in lines).encode(),
        "gb18030": lambda: PLAN.encode("gb18030"),
    }
    desk.seed(desk.draft(PLAN))

    ran = desk.tracker("ingest", desk.paper(made[form](), f"copy.{form}"), "-f", "json")

    assert (ran.json["document"], ran.json["attached"]) == ("2023-12", 8)


def test_a_document_is_recognised_by_what_it_says_and_by_name(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN, "--as", "star"))

    by_content = desk.tracker("ingest", desk.paper(PLAN, "untitled"), "-f", "json")
    by_name = desk.tracker("ingest", desk.paper(PLAN), "--as", "star", "-f", "json")

    assert by_content.json["document"] == by_name.json["document"] == "star"


def test_a_known_document_is_drafted_anew_under_another_name(desk: Desk) -> None:
    desk.known(PLAN)

    assert "code: other" in desk.draft(PLAN, "--as", "other")


CHANGED = PLAN.replace("三座智慧码头", "五座智慧码头")


def test_a_changed_sentence_is_shown_word_by_word_and_nothing_is_attached(
    desk: Desk, file: Path
) -> None:
    desk.known(PLAN)
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(CHANGED))

    assert (ran.code, file.read_bytes()) == (1, before)
    assert "到2027年，建成[-三座-]{+五座+}智慧码头。" in ran.out
    assert "plan.txt differs from the register of 2023-12; nothing was attached" in one(ran)


def test_a_changed_sentence_is_data_in_json(desk: Desk) -> None:
    desk.known(PLAN)

    found = desk.tracker("ingest", desk.paper(CHANGED), "-f", "json").json

    assert {n: found[n] for n in ("same", "moved", "changed", "new", "gone")} == {
        "same": 7,
        "moved": 0,
        "changed": 1,
        "new": 0,
        "gone": 0,
    }
    row = found["sentences"][0]
    assert (row["deed"], row["commitment"], row["before"], row["after"]) == (
        "changed",
        "2023-12-01.1",
        "到2027年，建成三座智慧码头。",
        "到2027年，建成五座智慧码头。",
    )


def test_a_difference_is_found_where_no_wording_was_ever_attached(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN))

    found = desk.tracker("ingest", desk.paper(CHANGED), "-f", "json").json["sentences"]

    assert [(row["deed"], row["commitment"]) for row in found] == [("changed", "2023-12-01.1")]


def test_what_agrees_is_attached_when_the_user_accepts(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN))

    ran = desk.tracker("ingest", desk.paper(CHANGED), "--accept", "-f", "json")

    assert (ran.code, ran.json["attached"], ran.json["sentences"]) == (0, 7, 8)
    assert desk.sentence("2023-12-01.1")["wording"] is None
    assert desk.sentence("2023-12-01.2")["wording"] == "按季报送进展。"


def test_places_are_those_of_one_copy(desk: Desk) -> None:
    desk.known(PLAN)

    desk.tracker("ingest", desk.paper("前言\n" + CHANGED), "--accept")

    assert desk.sentence("2023-12-01.1")["start"] is None
    assert desk.sentence("2023-12-01.1")["wording"] == "到2027年，建成三座智慧码头。"
    assert desk.sentence("2023-12-01.2")["start"] == 3 + PLAN.index("按季报送")


def test_another_document_is_not_taken_for_one_that_is_named(desk: Desk, file: Path) -> None:
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(PLAN), "--as", "2021", "--accept")

    assert (ran.code, ran.out, file.read_bytes()) == (1, "", before)
    assert "no sentence of" in one(ran)


# Draft.


def test_a_draft_goes_to_the_screen_and_changes_nothing(desk: Desk, file: Path) -> None:
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(PLAN))

    assert (ran.code, file.read_bytes()) == (0, before)
    assert ran.out.startswith("# a draft: check every owner")
    assert 'code: "2023-12"' in ran.out
    assert "tracker seed FILE" in ran.err


def test_a_draft_says_which_words_led_to_what_and_what_is_doubtful(desk: Desk) -> None:
    lines = [line.strip() for line in desk.draft(PLAN).splitlines()]

    assert "# target from: 到2027年" in lines
    assert "# 湖北 → HB" in lines
    assert "# 长江 → HB (rule)" in lines
    assert any(line.startswith("# ? 3 sentences name no province") for line in lines)


def test_loading_a_draft_twice_is_loading_it_once(desk: Desk, file: Path) -> None:
    draft = desk.draft(PLAN)
    desk.seed(draft)
    before = content(file)

    assert desk.seed(draft).json == []
    assert content(file) == before


def test_a_draft_that_was_edited_is_loaded_as_edited(desk: Desk) -> None:
    draft = desk.draft(PLAN)

    desk.seed(draft.replace("title: 湖南整修丙路", "title: 整修\n        title_en: Repairs"))

    assert desk.sentence("2023-12-03.3")["title_en"] == "Repairs"


def test_two_documents_of_one_year_get_codes_of_their_own(desk: Desk) -> None:
    bare = PLAN.replace("星政发〔2023〕12号\n", "")
    other = bare.replace("桥", "坝").replace("码头", "泵站").replace("武汉", "长沙")
    third = "月河试点工作方案\n（2023年5月1日）\n一、任务\n（一）修渠。修一条渠。\n（二）植树。种一片树。\n"
    desk.seed(desk.draft(bare))
    desk.seed(desk.draft(other, "--as", "2023-b"))

    assert 'code: "2023"' in desk.draft(bare, "--draft")
    assert 'code: "2023-v2"' in desk.draft(third)
    assert desk.sentence("2023-03.1")["title"] == "湖北和湖南共同修建甲桥"
    assert desk.sentence("2023-b-03.1")["title"] == "湖北和湖南共同修建甲坝"


def test_items_that_restart_in_every_section_get_keys_of_their_own(desk: Desk) -> None:
    text = PLAN.replace("（三）", "（一）").replace("（四）", "（二）")
    desk.known(text)

    rows = desk.tracker("list", "--document", "2023-12", "-f", "json").json

    assert [(row["key"], row["label"]) for row in rows] == [
        ("2023-12-01", "（一）"),
        ("2023-12-02", "（二）"),
        ("2023-12-03", "（一）"),
        ("2023-12-04", "（二）"),
    ]
    assert desk.tracker("coverage", "2023-12", "--source", desk.paper(text)).code == 0


def test_other_provinces_come_into_the_ledger_with_the_draft(desk: Desk) -> None:
    text = PLAN.replace("湖南整修", "江苏省和浙江省整修")
    draft = desk.draft(text)

    assert "  - {code: JS, name: 江苏, name_en: 江苏}" in draft
    desk.known(text)
    assert desk.sentence("2023-12-03.3")["assignments"][0]["owner"] == "JS"


def test_guidance_of_a_department_leaves_the_work_to_the_places(desk: Desk) -> None:
    desk.known(PLAN.replace("按季报送进展。", "按季报送进展。（水利部指导）"))

    owners = desk.sentence("2023-12-01.2")["assignments"]

    assert {(o["owner"], o["role"]) for o in owners} == {
        ("CENTRAL", "support"),
        *((code, "joint") for code in ("SX", "AH", "JX", "HA", "HB", "HN")),
    }


def test_a_heading_without_text_is_marked_and_the_rest_is_loaded(desk: Desk) -> None:
    text = PLAN + "（五）\n（六）组织保障。落实专项经费。\n"
    draft = desk.draft(text)

    assert "# ? （五）: nothing stands below it" in draft
    desk.known(text)


def test_signs_that_no_register_takes_stay_out_of_the_draft(desk: Desk) -> None:
    desk.known(PLAN.replace("按季报送进展", "\u202e按季\x85报\x7f送\ufffe进展\u2066"))

    assert desk.sentence("2023-12-01.2")["title"] != ""


@pytest.mark.usefixtures("file")  # what a text says does not depend on the database
@pytest.mark.parametrize("name", ["yes", "A: b", "# C", "- d", "{e}", "[f, g]", '"h"', "null", "~"])
def test_awkward_titles_are_loaded_as_they_stand(desk: Desk, name: str) -> None:
    desk.known(PLAN.replace("修建桥梁", name))

    assert desk.sentence("2023-12-03")["title"] == name


def test_a_text_without_numbers_has_nothing_to_draft(desk: Desk) -> None:
    ran = desk.tracker("ingest", desk.paper("这里没有编号。只有两句话。"))

    assert (ran.code, ran.out) == (1, "")
    assert "nothing is numbered" in ran.err


def test_the_draft_is_measured_against_the_register(desk: Desk) -> None:
    draft = desk.draft(PLAN)
    desk.seed(
        draft.replace("owner: JX, role: lead", "owner: [JX, AH], role: joint").replace(
            'year: "2025", basis: stated', 'year: "2026", basis: stated'
        )
    )

    ran = desk.tracker("ingest", desk.paper(PLAN), "--compare", "2023-12", "-f", "json")

    scores = {row["what"]: row for row in ran.json["scores"]}
    assert (scores["owners_stated"]["registered"], scores["owners_stated"]["drafted"]) == (6, 5)
    assert scores["owners_stated"]["recall"] == pytest.approx(5 / 6, abs=1e-3)
    assert scores["owners_stated"]["precision"] == 1
    assert scores["years_stated"]["both"] == 2
    assert sorted({row["key"] for row in ran.json["differences"]}) == [
        "2023-12-03.2",
        "2023-12-04.1",
    ]
    assert ran.json["sentences"] == 8


def test_comparing_prints_a_table_and_changes_nothing(desk: Desk, file: Path) -> None:
    desk.known(PLAN)
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(PLAN), "--compare", "2023-12")

    assert (ran.code, file.read_bytes()) == (0, before)
    assert "100.0%" in ran.out


# Issued anew.


AMENDED = """星河流域试点工作方案

星政发〔2023〕12号

（2023年3月1日）

一、总体要求
（一）建设目标。到2027年，建成五座智慧码头。按季报送进展。
（二）基本原则。坚持节水优先。
二、重点任务
（三）成立联盟。安徽组织船舶公司入盟。支持武汉建设光谷展馆。
（四）修建桥梁。湖南整修丙路。湖北和湖南共同修建甲桥。
（五）疏浚河道。清理航标。2025年底前完成长江浅滩疏浚。
"""


def test_what_became_of_every_sentence_is_said(desk: Desk) -> None:
    desk.known(PLAN)

    ran = desk.tracker("ingest", desk.paper(AMENDED))

    assert ran.code == 1
    told = {tuple(line.split()[:2]) for line in ran.out.splitlines() if line}
    assert told >= {
        ("changed", "2023-12-01.1"),
        ("moved", "2023-12-02.2"),
        ("gone", "2023-12-03.2"),
        ("new", "（三）"),
        ("new", "（五）"),
    }
    assert "is retired; its log stays" in ran.out
    assert "becomes a commitment with a key of its own" in ran.out
    assert "keeps its key" in ran.out


def test_what_was_read_goes_into_csv_with_objects_as_json(desk: Desk) -> None:
    ran = desk.tracker("ingest", desk.paper(PLAN), "--dry-run", "-f", "csv")

    facts = dict(row for row in csv.reader(io.StringIO(ran.out)) if len(row) == 2)
    assert json.loads(facts["coverage"]) == {"characters": len(PLAN), "accounted": len(PLAN)}


def test_a_sentence_that_is_gone_still_shows_what_it_said(desk: Desk) -> None:
    desk.known(PLAN)

    desk.amend(AMENDED)

    gone = desk.tracker("show", "2023-12-03.2", "-f", "json").json
    assert gone["wording"] == "江西（赣州）改造乙桥。"
    assert (gone["status"], gone["start"]) == (None, None)
    assert "no longer in the text" in desk.tracker("show", "2023-12-03.2").out


def test_a_text_that_says_a_sentence_once_more_can_be_loaded(desk: Desk) -> None:
    desk.known(PLAN)

    desk.amend(PLAN + "（六）按期办结。湖南整修丙路。\n")

    rows = desk.tracker("list", "--by", "commitment", "--document", "2023-12", "-f", "json").json
    said_twice = [row["key"] for row in rows if row["title"] == "湖南整修丙路"]
    assert len(set(said_twice)) == 2
    assert desk.tracker("db", "check").code == 0


def test_an_amended_register_says_where_the_text_names_itself_otherwise(desk: Desk) -> None:
    desk.known(PLAN)

    ran = desk.tracker("ingest", desk.paper(PLAN.replace("12号", "13号")), "--draft")

    assert (
        "# ? the text has 星政发〔2023〕13号 where the register has 星政发〔2023〕12号" in ran.out
    )


def test_another_document_is_no_draft_of_a_known_one(desk: Desk, tmp_path: Path) -> None:
    desk.known(PLAN)
    other = tmp_path / "other.txt"
    other.write_text("（一）种树。在河岸种树。\n（二）养鱼。在湖里养鱼。\n", encoding="utf-8")

    ran = desk.tracker("ingest", str(other), "--as", "2023-12", "--draft")

    assert (ran.code, ran.out) == (1, "")
    assert "no sentence of" in ran.err


def test_an_amended_register_keeps_every_key(desk: Desk) -> None:
    desk.known(PLAN)

    desk.amend(AMENDED)

    told = {key: desk.sentence(f"2023-12-{key}") for key in KEYS}
    assert [(key, one["measure"], one["sentence"]) for key, one in told.items()] == [
        ("01.1", "2023-12-01", 1),
        ("01.2", "2023-12-01", 2),
        ("02.1", "2023-12-02", 1),
        ("02.2", "2023-12-05", 2),
        ("03.1", "2023-12-03", 2),
        ("03.2", "2023-12-03", 2),
        ("03.3", "2023-12-03", 1),
        ("04.1", "2023-12-04", 2),
    ]
    assert [key for key, one in told.items() if one["status"] is None] == ["03.2"]


def test_an_amended_text_is_attached_once_its_register_is_loaded(desk: Desk) -> None:
    desk.known(PLAN)
    desk.amend(AMENDED)

    ran = desk.tracker("ingest", desk.paper(AMENDED), "-f", "json")

    assert (ran.code, ran.json["attached"], ran.json["sentences"]) == (0, 9, 9)
    assert desk.sentence("2023-12-02.2")["wording"] == "支持武汉建设光谷展馆。"
    assert desk.sentence("2023-12-05.1")["wording"] == "安徽组织船舶公司入盟。"
    assert desk.tracker("coverage", "2023-12", "--source", desk.paper(AMENDED)).code == 0


def test_an_inserted_item_gets_a_number_and_the_others_new_labels_only(desk: Desk) -> None:
    desk.known(PLAN)
    desk.amend(AMENDED)

    rows = desk.tracker("list", "--document", "2023-12", "-f", "json").json

    assert [(row["key"], row["label"], row["title"]) for row in rows] == [
        ("2023-12-01", "（一）", "建设目标"),
        ("2023-12-02", "（二）", "基本原则"),
        ("2023-12-03", "（四）", "修建桥梁"),
        ("2023-12-04", "（五）", "疏浚河道"),
        ("2023-12-05", "（三）", "成立联盟"),
    ]


def test_a_new_sentence_gets_a_number_that_nobody_ever_had(desk: Desk) -> None:
    desk.known(PLAN)
    desk.amend(PLAN.replace("湖南整修丙路。", ""))

    desk.amend(PLAN.replace("湖南整修丙路。", "安徽加固丁堤并种植护岸林。"))

    assert desk.sentence("2023-12-03.4")["title"] == "安徽加固丁堤并种植护岸林"
    assert desk.sentence("2023-12-03.3")["title"] == "湖南整修丙路"
    assert desk.sentence("2023-12-03.3")["status"] is None


def test_a_new_sentence_takes_no_number_of_one_that_is_not_tracked(desk: Desk) -> None:
    lines = desk.draft(PLAN).splitlines()
    at = lines.index("        title: 湖南整修丙路")
    desk.seed("\n".join([*lines[:at], "        untracked: 不跟踪", *lines[at + 5 :]]) + "\n")

    desk.amend(PLAN.replace("湖南整修丙路。", "湖南整修丙路。安徽加固丁堤。"))

    assert desk.sentence("2023-12-03.4")["title"] == "安徽加固丁堤"


def test_what_is_gone_is_retired_and_its_log_stays(desk: Desk) -> None:
    desk.known(PLAN)
    said = ("--status", "in_progress", "--percent", "30", "--note", "piers stand")
    for key, owner in (("2023-12-03.2", "JX"), ("2023-12-02.2", "HB")):
        assert desk.tracker("update", key, "--owner", owner, *said).code == 0
    before = desk.tracker("log", "-f", "json").json

    desk.amend(AMENDED)

    assert desk.tracker("log", "-f", "json").json == before
    gone, moved = desk.sentence("2023-12-03.2"), desk.sentence("2023-12-02.2")
    assert (gone["status"], [e["note"] for e in gone["log"]]) == (None, ["piers stand"])
    assert (moved["status"], [e["note"] for e in moved["log"]]) == ("in_progress", ["piers stand"])
    assert "piers stand" in desk.tracker("show", "2023-12-03.2").out
    assert "piers stand" in desk.tracker("log", "2023-12-03.2").out


def test_a_sentence_that_comes_back_does_not_take_up_what_was_retired(desk: Desk) -> None:
    desk.known(PLAN)
    desk.amend(AMENDED)
    desk.tracker("ingest", desk.paper(AMENDED))

    desk.amend(PLAN)

    assert desk.tracker("ingest", desk.paper(PLAN), "-f", "json").json["attached"] == 8
    assert desk.sentence("2023-12-03.2")["status"] is None
    assert desk.sentence("2023-12-03.4")["wording"] == "江西（赣州）改造乙桥。"


def test_old_wordings_stay(desk: Desk, file: Path) -> None:
    desk.known(PLAN)
    desk.amend(AMENDED)
    desk.tracker("ingest", desk.paper(AMENDED))

    with closing(sqlite3.connect(file)) as db:
        texts = {row[0] for row in db.execute("SELECT text FROM wordings")}

    assert texts >= {
        "到2027年，建成三座智慧码头。",
        "到2027年，建成五座智慧码头。",
        "江西（赣州）改造乙桥。",
    }


def test_a_changed_sentence_keeps_what_people_made_of_it(desk: Desk) -> None:
    desk.seed(desk.draft(PLAN).replace("title: 建成三座智慧码头", "title: 码头"))
    desk.tracker("ingest", desk.paper(PLAN))

    brought = desk.amend(CHANGED)

    assert "# ? worded otherwise now: check title, owners and target" in brought
    assert desk.sentence("2023-12-01.1")["title"] == "码头"


def test_an_amended_register_says_what_led_to_the_owners_of_what_is_new(desk: Desk) -> None:
    desk.known(PLAN)
    text = PLAN.replace("湖南整修丙路。", "湖南整修丙路。江苏省供应砂石。")

    brought = desk.amend(text)

    assert "# 江苏省 → JS" in brought
    assert "  - {code: JS, name: 江苏, name_en: 江苏}" in brought
    assert desk.sentence("2023-12-03.4")["assignments"][0]["owner"] == "JS"


def test_a_label_that_alone_has_changed_is_brought_by_the_draft(desk: Desk) -> None:
    desk.known(PLAN)
    text = PLAN.replace("（四）疏浚", "（五）疏浚")

    desk.amend(text)

    rows = desk.tracker("list", "--document", "2023-12", "-f", "json").json
    assert [(row["key"], row["label"]) for row in rows][-1] == ("2023-12-04", "（五）")


def test_the_register_of_an_unchanged_text_is_the_register(desk: Desk) -> None:
    desk.known(PLAN)

    brought = desk.draft(PLAN, "--draft")

    assert desk.seed(brought).json == []


def test_an_item_that_is_gone_leaves_its_log_behind(desk: Desk) -> None:
    desk.known(PLAN)
    desk.tracker("update", "2023-12-04.1", "--owner", "HB", "--status", "stalled")
    text = PLAN[: PLAN.index("（四）")]

    assert desk.fates(text) == [("gone", "2023-12-04.1")]
    desk.amend(text)

    rows = desk.tracker("list", "--document", "2023-12", "-f", "json").json
    assert [row["key"] for row in rows] == ["2023-12-01", "2023-12-02", "2023-12-03"]
    assert len(desk.sentence("2023-12-04.1")["log"]) == 1
    assert desk.tracker("show", "2023-12-04").code == 0
    assert desk.tracker("ingest", desk.paper(text)).code == 0


def test_items_that_change_places_keep_their_keys(desk: Desk) -> None:
    desk.known(PLAN)
    head, rest = PLAN.split("（三）")
    bridges, rivers = rest.split("（四）")

    desk.amend(f"{head}（三）{rivers}（四）{bridges}")

    assert desk.sentence("2023-12-03.1")["title"] == "湖北和湖南共同修建甲桥"
    assert desk.sentence("2023-12-03")["label"] == "（四）"


# What is refused.


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--dry-run", "--draft"), "do not go together: --dry-run, --draft"),
        (("--accept", "--draft"), "do not go together: --draft, --accept"),
        (("--dry-run", "--compare", "2021"), "do not go together: --dry-run, --compare"),
        (("--draft", "-f", "json"), "there is no --format"),
        (("-f", "json"), "there is no --format"),
        (("--accept",), "there is no --accept"),
        (("--as", "a b"), "a code has letters, digits and inner hyphens: a b"),
        (("--as", ""), "a code has letters, digits and inner hyphens"),
        (("-f", "pdf"), "--format knows only"),
    ],
)
def test_options_that_cannot_be_are_refused(
    desk: Desk, file: Path, more: tuple[str, ...], said: str
) -> None:
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(PLAN), *more)

    assert (ran.code, ran.out, file.read_bytes()) == (2, "", before)
    assert said in one(ran)


def test_a_register_to_compare_with_has_to_be_there(desk: Desk) -> None:
    ran = desk.tracker("ingest", desk.paper(PLAN), "--compare", "2099")

    assert ran.code == 3
    assert one(ran) == "unknown document: 2099 (known: 2014, 2021, 2024)"


def test_a_draft_that_cannot_be_written_is_refused(desk: Desk) -> None:
    ran = desk.tracker("ingest", desk.paper(PLAN), "-o", "/nowhere/at/all.yaml")

    assert ran.code == 1
    assert "cannot write /nowhere/at/all.yaml" in one(ran)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BAD: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": ("\u3000\n".encode(), "holds no text"),
    "latin.txt": ("Überprüfung naïve café".encode("latin-1"), "not text in UTF-8"),
    "old.doc": (OLE, "an old Office or WPS file"),
    "locked.docx": (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "notice.ofd": (zipped({"OFD.xml": b"<a/>"}), "an OFD document"),
    "book.xlsx": (zipped({"xl/workbook.xml": b"<a/>"}), "an Excel workbook"),
    "broken.docx": (word_xml(paragraph("甲"))[:200], "broken.docx"),
    "page.rtf": (b"{\\rtf1\\ansi}", "an RTF document"),
    "scan.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"),
    "scan.pdf": (pdf([], []), "made of pictures"),
    "locked.pdf": (pdf(["甲"], password="secret"), "protected by a password"),  # noqa: S106 - of the test
    "broken.pdf": (pdf(["甲"])[:300], "broken.pdf"),
    "null.txt": (b"text\0text", "holds binary data"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--as", "2021", "--accept")])
def test_a_bad_file_gets_one_line_and_changes_nothing(
    desk: Desk, file: Path, name: str, more: tuple[str, ...]
) -> None:
    data, said = BAD[name]
    before = file.read_bytes()

    ran = desk.tracker("ingest", desk.paper(data, name), *more)

    assert (ran.code, ran.out, file.read_bytes()) == (1, "", before)
    assert said in one(ran)


def test_what_is_not_there_or_no_file_gets_one_line(desk: Desk, tmp_path: Path) -> None:
    for name, code in ((str(tmp_path / "none.txt"), 3), (str(tmp_path), 1), ("/dev/zero", 1)):
        ran = desk.tracker("ingest", name)
        assert (ran.code, ran.out) == (code, "")
        assert one(ran)


def test_a_bad_register_file_names_line_and_field_and_changes_nothing(
    desk: Desk, file: Path
) -> None:
    draft = desk.draft(PLAN)
    before = file.read_bytes()

    for old, new, said in (
        (
            "        fingerprint",
            "        key: 2021-15.5\n        fingerprint",
            "key: neither a number",
        ),
        ("owner: JX", "owner: XX", "owners: unknown owner: XX"),
        ("      - n: 2\n", "      - n: 2\n        key: 1\n", "stands here twice"),
    ):
        ran = desk.tracker("seed", desk.paper(draft.replace(old, new, 1), "bad.yaml"))
        assert (ran.code, ran.out, file.read_bytes()) == (1, "", before)
        assert said in ran.err


def test_init_leaves_a_register_that_was_brought_to_another_text(
    tracker: Run, tmp_path: Path
) -> None:
    file, own = tmp_path / "ledger.sqlite", tmp_path / "own-2014.yaml"
    bundled = Path(__file__).parents[1] / "seeds" / "2014.yaml"
    own.write_text(
        bundled.read_text(encoding="utf-8").replace("title: 加快发展现代农业", "title: 农业"),
        encoding="utf-8",
    )
    tracker("init", db=file)
    tracker("seed", str(own), db=file)

    again = tracker("init", db=file)

    assert "0 changes" in again.err
    assert tracker("show", "2014-02", "-f", "json", db=file).json["title"] == "农业"
    assert tracker("seed", db=file).code == 0
    assert tracker("show", "2014-02", "-f", "json", db=file).json["title"] == "加快发展现代农业"
