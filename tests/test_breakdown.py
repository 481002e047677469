"""The breakdown table, opened again: a sheet for each document, a line for each commitment."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conftest import Run
from reports import HOSTILE
from tracker.render import render
from tracker.report.breakdown import Breakdown, Group, Line, Sheet

SMALL = Path(__file__).with_name("data") / "small.yaml"
BREAKDOWN = ("export", "--as", "breakdown", "-f", "xlsx")


def made(tracker: Run, folder: Path, *more: str) -> Any:
    out = folder / "breakdown.xlsx"
    ran = tracker(*BREAKDOWN, "-o", str(out), *more)
    assert ran.code == 0, ran.err
    return openpyxl.load_workbook(out)


def lines(sheet: Any) -> list[tuple[Any, ...]]:
    """The numbered lines: what each cell says, the key last."""
    rows = sheet.iter_rows(min_row=3, max_col=6, values_only=True)
    return [row for row in rows if isinstance(row[0], int)]


def bands(sheet: Any) -> list[str]:
    """The lines across the sheet, below the headings."""
    rows = sheet.iter_rows(min_row=3, max_col=1, values_only=True)
    return [said for (said,) in rows if isinstance(said, str)]


def seeded(tracker: Run, folder: Path, *changes: tuple[str, str]) -> dict[str, tuple[Any, ...]]:
    """The lines of the small register, changed so, by key."""
    said = SMALL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in said
        said = said.replace(old, new, 1)
    (folder / "small.yaml").write_text(said, encoding="utf-8")
    assert tracker("seed", str(folder / "small.yaml")).code == 0
    sheet = made(tracker, folder, "--document", "small")["small"]
    return {line[5]: line for line in lines(sheet)}


def test_each_document_has_a_sheet_with_all_its_commitments(tracker: Run, tmp_path: Path) -> None:
    rows = tracker("list", "--by", "commitment", "-f", "json").json

    book = made(tracker, tmp_path)

    assert book.sheetnames == ["2014", "2021", "2024"]
    for code in book.sheetnames:
        said = lines(book[code])
        assert [line[0] for line in said] == list(range(1, len(said) + 1))
        assert [line[5] for line in said] == [r["key"] for r in rows if r["document"] == code]


def test_the_headings_are_those_of_such_tables(tracker: Run, tmp_path: Path) -> None:
    sheet = made(tracker, tmp_path)["2014"]

    assert sheet["A1"].value.startswith("Breakdown of tasks: Summary of 2013")
    assert [cell.value for cell in sheet[2]][:5] == [
        "No.",
        "Work to be done",
        "Lead unit",
        "Supporting unit",
        "To be done by",
    ]


def test_sections_and_measures_stand_across_the_sheet(tracker: Run, tmp_path: Path) -> None:
    said = bands(made(tracker, tmp_path)["2014"])

    assert said[0] == "二、Work points for 2014"
    assert said[1].startswith("（一）")
    assert len(said) == 1 + 9


def test_the_key_is_there_for_the_way_back_but_not_printed(tracker: Run, tmp_path: Path) -> None:
    sheet = made(tracker, tmp_path)["2014"]

    assert sheet.column_dimensions["F"].hidden
    assert sheet.print_area.endswith("$E$" + str(sheet.max_row))


def test_leads_and_supporters_stand_in_columns_of_their_own(tracker: Run, tmp_path: Path) -> None:
    line = seeded(tracker, tmp_path)["small-01.1"]

    assert line[1:5] == ("C", "Hubei", "Central departments", "end of 2030")


def test_joint_owners_are_marked_as_such(tracker: Run, tmp_path: Path) -> None:
    more = "{owner: CENTRAL, role: support", "{owner: CENTRAL, role: joint"

    line = seeded(tracker, tmp_path, more)["small-01.1"]

    assert (line[2], line[3]) == ("Hubei\nCentral departments (joint)", None)


def test_what_each_owner_has_of_it_stands_below_the_task(tracker: Run, tmp_path: Path) -> None:
    scoped = "{owner: HB, role: lead, ", "{owner: HB, role: lead, scope: 武汉, scope_en: Wuhan, "

    assert seeded(tracker, tmp_path, scoped)["small-01.1"][1] == "C\nHubei: Wuhan"


def test_a_month_is_named_where_the_target_has_one(tracker: Run, tmp_path: Path) -> None:
    line = seeded(tracker, tmp_path, ("{year: 2028,", "{year: 2028-06,"))["small-01.2"]

    assert line[4] == "end of 6/2028"


def test_owners_with_other_targets_are_named_behind_theirs(tracker: Run, tmp_path: Path) -> None:
    seeded(tracker, tmp_path)
    moved = ("retarget", "small-01.1", "2031", "--owner", "CENTRAL", "--why", "late")
    assert tracker(*moved).code == 0

    said = {
        line[5]: line for line in lines(made(tracker, tmp_path, "--document", "small")["small"])
    }

    assert said["small-01.1"][4] == ("end of 2030 (Hubei)\nend of 2031 (Central departments)")


def test_only_what_an_owner_has_goes_out_when_asked(tracker: Run, tmp_path: Path) -> None:
    rows = tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json

    book = made(tracker, tmp_path, "--owner", "HB", "--document", "2021")

    assert book.sheetnames == ["2021"]
    assert [line[5] for line in lines(book["2021"])] == [
        row["key"] for row in rows if row["document"] == "2021"
    ]


def test_a_table_of_nothing_is_refused(tracker: Run, tmp_path: Path) -> None:
    seeded(tracker, tmp_path)

    ran = tracker(
        *BREAKDOWN, "--document", "small", "--owner", "AH", "-o", str(tmp_path / "x.xlsx")
    )

    assert (ran.code, (tmp_path / "x.xlsx").exists()) == (3, False)


@pytest.mark.parametrize("form", ["json", "ics", "docx"])
def test_a_breakdown_is_a_workbook_and_nothing_else(tracker: Run, form: str) -> None:
    ran = tracker("export", "--as", "breakdown", "-f", form)

    assert (ran.code, ran.out) == (2, "")
    assert "--format xlsx" in ran.err


def test_the_same_ledger_gives_the_same_workbook(tracker: Run, tmp_path: Path) -> None:
    made(tracker, tmp_path)
    first = (tmp_path / "breakdown.xlsx").read_bytes()

    made(tracker, tmp_path)

    assert (tmp_path / "breakdown.xlsx").read_bytes() == first


def test_a_breakdown_in_chinese_is_chinese(tracker: Run, tmp_path: Path) -> None:
    sheet = made(tracker, tmp_path, "--lang", "zh")["2021"]

    assert lines(sheet)[0][2].startswith("山西、安徽、江西")
    assert bands(sheet)[0].startswith("一、")


def test_no_text_becomes_a_formula_or_markup() -> None:
    evil = ("=1+1", "<r>x</r>", HOSTILE, "长" * 900)
    told = tuple(Line(i, said, said, said, said, said) for i, said in enumerate(evil, 1))
    sheet = Sheet("=A[1]:*?/", "=1+1", (Group("=1+1", "@x", told),))

    data = render(Breakdown("t", date(2099, 1, 1), (sheet,)), "breakdown")

    assert isinstance(data, bytes)
    opened = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in opened.iter_rows() for cell in row if cell.value} == {
        "s",
        "n",
    }
    assert [line[1] for line in lines(opened)][:2] == ["=1+1", "<r>x</r>"]
    assert lines(opened)[3][1] == "长" * 900
