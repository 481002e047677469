"""A breakdown table comes back: units below an owner get their parts, and keep them through a seed."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conftest import Run

KEY = "2021-16.1"
Edit = Callable[[Any, int], None]
Table = Callable[..., Path]


@pytest.fixture
def table(tracker: Run, tmp_path: Path) -> Table:
    """The breakdown table of Hubei, with the line of a commitment written over."""

    def edited(of: str = KEY, **cells: Any) -> Path:
        file = tmp_path / "table.xlsx"
        ran = tracker("export", "-f", "xlsx", "--as", "breakdown", "--owner", "HB", "-o", str(file))
        assert ran.code == 0, ran.err
        book = openpyxl.load_workbook(file)
        sheet = next(s for s in book.worksheets if s.title == of.split("-", maxsplit=1)[0])
        row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 6).value == of)
        for place, name in enumerate(("number", "task", "lead", "support", "due", "key"), 1):
            if name in cells:
                sheet.cell(row, place).value = cells[name]
        book.save(file)
        return file

    return edited


def brought(tracker: Run, file: Path, *more: str) -> list[tuple[str, str, str, str]]:
    ran = tracker("import", str(file), "--as", "breakdown", "--owner", "HB", *more, "-f", "json")
    assert ran.code == 0, ran.err
    return [(c["deed"], c["what"], c["key"], c["detail"]) for c in ran.json]


def parts(tracker: Run, key: str = KEY) -> dict[str, tuple[str, str, int | None]]:
    """The units of Hubei in a commitment: role, basis, target year."""
    shown = tracker("show", key, "-f", "json").json["assignments"]
    return {
        row["owner"]: (row["role"], row["basis"], row["target_year"])
        for row in shown
        if row["owner"].startswith("HB-")
    }


def test_the_table_as_it_went_out_changes_nothing(tracker: Run, table: Table) -> None:
    assert brought(tracker, table()) == []


def test_units_lead_join_and_support_by_a_time_of_their_own(tracker: Run, table: Table) -> None:
    file = table(lead="湖北\n省商务厅、省发展改革委", support="武汉海关", due="2025年6月底前")

    assert brought(tracker, file) == [
        ("added", "owner", "HB-01", "省商务厅"),
        ("added", "owner", "HB-02", "省发展改革委"),
        ("added", "owner", "HB-03", "武汉海关"),
        ("added", "assignment", KEY, "HB-01 lead"),
        ("added", "assignment", KEY, "HB-02 joint"),
        ("added", "assignment", KEY, "HB-03 support"),
    ]
    assert parts(tracker) == {
        "HB-01": ("lead", "assigned", 2025),
        "HB-02": ("joint", "assigned", 2025),
        "HB-03": ("support", "assigned", 2025),
    }
    assert tracker("db", "check").code == 0


def test_the_same_table_twice_is_the_same_as_once(tracker: Run, table: Table) -> None:
    file = table(lead="湖北、省商务厅", support="武汉海关", due="2025年6月底前")
    brought(tracker, file)

    assert brought(tracker, file) == []


def test_a_dry_run_shows_it_and_changes_nothing(tracker: Run, table: Table) -> None:
    file = table(lead="湖北、省商务厅")

    assert len(brought(tracker, file, "--dry-run")) == 2
    assert parts(tracker) == {}


def test_roles_and_targets_change_and_the_log_keeps_both(tracker: Run, table: Table) -> None:
    brought(tracker, table(lead="湖北、省商务厅、省发展改革委", due="2025年底前"))

    changes = brought(tracker, table(lead="湖北、省发展改革委", due="2026-03"))

    assert changes == [
        ("retired", "assignment", KEY, "HB-01 lead"),
        ("retired", "assignment", KEY, "HB-02 joint"),
        ("added", "assignment", KEY, "HB-02 lead"),
    ]
    assert parts(tracker) == {"HB-02": ("lead", "assigned", 2026)}
    brought(tracker, table(lead="湖北、省发展改革委", due="end of 2027"))
    moved = tracker("log", KEY, "--owner", "HB-02", "-f", "json").json[-1]
    assert (moved["kind"], moved["target"], moved["note"]) == (
        "retarget", "2027", "任务分解表 / breakdown table",
    )  # fmt: skip


def test_units_keep_their_parts_when_the_register_is_loaded_again(
    tracker: Run, table: Table
) -> None:
    brought(tracker, table(lead="湖北、省商务厅", due="2026年底前"))

    assert tracker("seed").code == 0

    assert parts(tracker) == {"HB-01": ("lead", "assigned", 2026)}


def test_a_unit_reports_like_any_owner(tracker: Run, table: Table) -> None:
    brought(tracker, table(lead="湖北、省商务厅"))

    ran = tracker("update", KEY, "--owner", "省商务厅", "--status", "in_progress")

    assert ran.code == 0
    assert "HB-01" in ran.out


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"due": "尽快"}, "no time limit"),
        ({"due": "2025年13月"}, "no time limit"),
        ({"lead": "=1+1"}, "formula"),
        ({"key": None, "support": "武汉海关"}, "has no key"),
        ({"key": "2099-01.1", "lead": "省商务厅"}, "HB has no part in 2099-01.1"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_changed(
    tracker: Run, table: Table, cells: dict[str, Any], said: str
) -> None:
    ran = tracker("import", str(table(**cells)), "--as", "breakdown", "--owner", "HB")

    assert ran.code == 1
    assert said in ran.err
    assert "[2021]" in ran.err
    assert parts(tracker) == {}


def test_what_is_no_table_and_mixed_options_are_refused(tracker: Run, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")

    empty = tracker("import", str(tmp_path / "empty.xlsx"), "--as", "breakdown", "--owner", "HB")
    mixed = tracker("import", str(tmp_path / "empty.xlsx"), "--as", "breakdown")

    assert (empty.code, mixed.code) == (1, 2)
    assert "no breakdown table" in empty.err
    assert "--owner" in mixed.err


def row_of(tracker: Run, tmp_path: Path, key: str = KEY) -> list[str]:
    """The line of a commitment as the table of Hubei goes out now: lead, support, due."""
    file = tmp_path / "now.xlsx"
    ran = tracker("export", "-f", "xlsx", "--as", "breakdown", "--owner", "HB", "-o", str(file))
    assert ran.code == 0, ran.err
    rows = openpyxl.load_workbook(file)[key[:4]].iter_rows(values_only=True)
    return next([str(cell or "") for cell in row[2:5]] for row in rows if row[5] == key)


def refused(tracker: Run, file: Path, owner: str = "HB") -> str:
    before = tracker("db", "info", "-f", "json").json["digest"]
    ran = tracker("import", str(file), "--as", "breakdown", "--owner", owner)
    assert (ran.code, ran.out) == (1, "")
    assert tracker("db", "info", "-f", "json").json["digest"] == before
    return ran.err


def test_units_with_a_time_of_their_own_go_out_and_come_back_the_same(
    tracker: Run, table: Table, tmp_path: Path
) -> None:
    brought(tracker, table(lead="湖北、省商务厅", support="武汉海关", due="2025年6月底前"))

    assert row_of(tracker, tmp_path)[2] == "end of 2025 (Hubei)\nend of 6/2025 (省商务厅, 武汉海关)"
    assert brought(tracker, table()) == []


def test_each_unit_gets_the_time_that_has_its_name_behind_it(tracker: Run, table: Table) -> None:
    due = "2025年底前（湖北）\n2026年3月底前（省商务厅）\n长期坚持（武汉海关）"

    brought(tracker, table(lead="湖北、省商务厅", support="武汉海关", due=due))

    assert parts(tracker) == {
        "HB-01": ("lead", "assigned", 2026),
        "HB-02": ("support", "assigned", None),
    }


def test_a_unit_that_comes_back_has_the_time_that_the_table_says_now(
    tracker: Run, table: Table
) -> None:
    brought(tracker, table(lead="湖北、省商务厅", due="2025-06"))
    brought(tracker, table(lead="湖北", due="2025"))

    changes = brought(tracker, table(lead="湖北、省商务厅", due="2026"))

    assert changes == [
        ("added", "assignment", KEY, "HB-01 lead"),
        ("changed", "target", KEY, "HB-01 2026"),
    ]
    assert brought(tracker, table()) == []


@pytest.mark.parametrize("lead", ["湖北、省商务厅（共同）", "湖北\n省商务厅（共同）"])
def test_a_unit_that_is_marked_as_joint_does_not_lead(
    tracker: Run, table: Table, tmp_path: Path, lead: str
) -> None:
    brought(tracker, table(lead=lead))

    assert parts(tracker)["HB-01"][0] == "joint"
    assert row_of(tracker, tmp_path)[0] == "Hubei\n省商务厅 (joint)"


def test_words_for_nobody_are_no_unit_and_brackets_belong_to_a_name(
    tracker: Run, table: Table
) -> None:
    changes = brought(
        tracker, table(lead="湖北省人民政府、省直单位（省财政厅、省商务厅）", support="无")
    )

    assert changes == [
        ("added", "owner", "HB-01", "省直单位（省财政厅、省商务厅）"),
        ("added", "assignment", KEY, "HB-01 lead"),
    ]


def test_two_provinces_have_units_of_the_same_name(tracker: Run, table: Table) -> None:
    brought(tracker, table(lead="湖北、省商务厅"))
    file = table(lead="安徽、省商务厅")

    ran = tracker("import", str(file), "--as", "breakdown", "--owner", "AH", "-f", "json")
    by_name = tracker("update", KEY, "--owner", "省商务厅", "--status", "stalled")

    assert [change["detail"] for change in ran.json] == ["省商务厅", "AH-01 lead"]
    assert by_name.code == 2
    assert "AH-01, HB-01" in by_name.err or "HB-01, AH-01" in by_name.err
    assert tracker("update", KEY, "--owner", "AH-01", "--status", "stalled").code == 0


@pytest.mark.parametrize("owner", ["HB", "AH", "CENTRAL"])
def test_the_table_of_all_owners_changes_nothing_for_one(
    tracker: Run, table: Table, tmp_path: Path, owner: str
) -> None:
    brought(tracker, table(lead="湖北、省商务厅", due="2026"))
    file = tmp_path / "all.xlsx"
    assert tracker("export", "-f", "xlsx", "--as", "breakdown", "-o", str(file)).code == 0

    ran = tracker("import", str(file), "--as", "breakdown", "--owner", owner, "-f", "json")

    assert (ran.code, ran.json) == (0, [])


@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    ("cells", "place", "said"),
    [
        ({"lead": "湖北、甲局", "support": "甲局"}, "C#", "甲局 is named twice"),
        ({"lead": "湖北、甲局1", "support": "甲局１"}, "C#", "甲局1 is named twice"),
        ({"lead": "湖北、甲局", "due": 2025.1}, "E#", "2025.1 is no time limit"),
        ({"lead": "湖北、甲局", "due": date(2025, 6, 10)}, "E#", "is within a month"),
        ({"lead": "湖北、甲局", "due": "2025\n2026"}, "E#", "two time limits for one unit"),
        ({"lead": "湖北、甲局", "due": "2026（甲局）\n2027（甲局）"}, "E#", "two time limits"),
        ({"lead": "湖北、甲局", "due": "2025（湖北）"}, "E#", "no time limit for 甲局"),
        ({"lead": "湖北、甲局", "due": "2026（乙局）"}, "E#", "乙局 has a time limit and no part"),
        ({"due": "2024-03"}, "E#", "would move the target of HB"),
        ({"lead": "湖北、甲局", "key": "2021-16.3"}, "C#", "shows the task of 2021-16.1"),
        ({"lead": "湖北、甲局", "key": None}, "A#", "has no key"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_meant_is_named_by_its_cell(
    tracker: Run, table: Table, cells: dict[str, Any], place: str, said: str
) -> None:
    err = refused(tracker, table(**cells))

    assert said in err
    assert re.search(rf"\[2021\] {place.replace('#', '[0-9]+')}: ", err)


def test_a_task_in_two_lines_is_refused(tracker: Run, table: Table) -> None:
    file = table(lead="湖北、甲局")
    book = openpyxl.load_workbook(file)
    sheet = book["2021"]
    row = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 6).value == KEY)
    for column in range(1, 7):
        sheet.cell(sheet.max_row + (column == 1), column).value = sheet.cell(row, column).value
    book.save(file)

    assert refused(tracker, file).count(f"{KEY} stands in several lines") == 2


def test_a_column_that_is_there_twice_is_refused(tracker: Run, table: Table) -> None:
    file = table(lead="湖北、甲局")
    book = openpyxl.load_workbook(file)
    book["2021"].cell(2, 8).value = "牵头单位"
    book.save(file)

    assert "[2021] H2: the column 牵头单位 stands here twice" in refused(tracker, file)


def test_what_is_no_workbook_is_said_to_be_none(tracker: Run, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("工作任务,牵头单位", encoding="utf-8")

    assert "is no Excel workbook" in refused(tracker, tmp_path / "table.csv")


def test_the_last_day_of_a_month_is_that_month(tracker: Run, table: Table) -> None:
    brought(
        tracker,
        table(lead="湖北、甲局", support="乙局", due="2026年6月30日前（甲局）\n2026-02-28（乙局）"),
    )

    shown = tracker("show", KEY, "-f", "json").json["assignments"]
    months = {row["owner"]: row["target_month"] for row in shown if row["owner"][:3] == "HB-"}
    assert months == {"HB-01": 6, "HB-02": 2}


def test_who_gave_a_part_and_when_is_on_record(tracker: Run, table: Table) -> None:
    file = table(lead="湖北、省商务厅")
    tracker("--actor", "李四", "import", str(file), "--as", "breakdown", "--owner", "HB")
    brought(tracker, table(lead="湖北"))

    told = tracker("show", KEY, "-f", "json").json["parts"]

    assert [(p["deed"], p["owner"], p["role"]) for p in told] == [
        ("added", "HB-01", "lead"),
        ("retired", "HB-01", "lead"),
    ]
    assert told[0]["actor"] == "李四"
    assert told[0]["recorded_at"] < told[1]["recorded_at"]
    assert "Parts given by hand" in tracker("show", KEY).out


def test_what_was_known_before_the_table_is_reported_the_same(tracker: Run, table: Table) -> None:
    time = tracker("log", "-f", "json").json[-1]["recorded_at"]
    question = ("report", "--period", "2024Q2", "--known-on", time, "-f", "json")
    before = tracker(*question)

    brought(tracker, table(lead="湖北、省商务厅", due="2026"))

    assert before.code == 0
    assert tracker(*question).out == before.out


def test_undo_takes_the_tables_back_the_last_one_first(tracker: Run, table: Table) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "in_progress")
    brought(tracker, table(lead="湖北、省商务厅", due="2026"))
    brought(tracker, table(lead="湖北", support="省商务厅", due="2027"))

    first = tracker("undo")
    between = parts(tracker)
    second = tracker("undo")

    assert (first.code, second.code) == (0, 0)
    assert "2 parts of units are as before it" in first.err
    assert between == {"HB-01": ("lead", "assigned", 2026)}
    assert parts(tracker) == {}
    shown = tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json
    assert next(row["status"] for row in shown if row["key"] == KEY) == "in_progress"
    assert tracker("db", "check").code == 0


def test_an_older_table_is_not_undone_below_a_newer_one(tracker: Run, table: Table) -> None:
    brought(tracker, table(lead="湖北、省商务厅"))
    batch = str(tracker("show", KEY, "-f", "json").json["parts"][0]["batch"])
    brought(tracker, table(lead="湖北"))

    ran = tracker("undo", "--batch", batch)

    assert ran.code == 1
    assert "nothing left to withdraw" in ran.err
