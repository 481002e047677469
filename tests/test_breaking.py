"""A breakdown table comes back: units below an owner get their parts, and keep them through a seed."""

from collections.abc import Callable
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
