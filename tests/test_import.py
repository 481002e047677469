"""Forms that come back, as people return them: recorded, unchanged, refused or in conflict, row by row."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from conftest import NOW, TODAY, Ran, Run
from offices import HIDDEN, Change, Desk, filled
from test_forms import made
from tracker.cli.app import run
from tracker.domain.words import Outcome, Status
from tracker.forms import (
    LONGEST,
    Column,
    Given,
    Head,
    Line,
    Returned,
    is_text,
    plain_files,
    plain_writing,
    reading,
    rows,
    writing,
)
from tracker.report.imported import brief
from tracker.store import ledger, log, setup
from tracker.store.importing import Answer, Imported

KEY, OTHER, THIRD = "2021-15.1", "2021-15.2", "2021-15.3"
SERIAL = 45444  # 1 June 2024, as spreadsheets count days


@pytest.fixture(scope="session")
def blank(template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Hubei's form for the second quarter of 2024, as it goes out in Chinese."""
    return _form(template, tmp_path_factory.mktemp("form") / "hb.xlsx")


def _form(db: Path, out: Path, *more: str) -> bytes:
    arguments = ("form", "--owner", "HB", "--period", "2024Q2", "-o", str(out), *more)
    assert run(["--lang", "zh", "--db", str(db), *arguments]) == 0
    return out.read_bytes()


@pytest.fixture
def back(tracker: Run, blank: bytes, tmp_path: Path) -> Callable[..., Ran]:
    """Import the form after a change: `back(change, "--partial")`."""

    def returned(change: Change, *options: str) -> Ran:
        return given_back(tracker, tmp_path, filled(blank, change), *options)

    return returned


def given_back(
    tracker: Run, folder: Path, data: bytes, *options: str, name: str = "hb.xlsx"
) -> Ran:
    (folder / name).write_bytes(data)
    return tracker("import", str(folder / name), "-f", "json", *options)


Back = Callable[..., Ran]


def about(ran: Ran, key: str = KEY) -> dict[str, Any]:
    """What became of the row of a commitment."""
    found: dict[str, Any] = next(row for row in ran.json if row["key"] == key)
    return found


def why(ran: Ran, key: str = KEY) -> str:
    row = about(ran, key)
    assert (ran.code, row["outcome"]) == (1, "refused")
    return "; ".join(f"{reason['where']}: {reason['message']}" for reason in row["reasons"])


def outcomes(ran: Ran) -> dict[str, int]:
    every = [row["outcome"] for row in ran.json]
    return {
        outcome: every.count(outcome) for outcome in sorted(set(every)) if outcome != "unchanged"
    }


def state(tracker: Run, key: str = KEY) -> dict[str, Any]:
    found = tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json
    row: dict[str, Any] = next(row for row in found if row["key"] == key)
    return row


def digest(tracker: Run) -> str:
    return str(tracker("db", "info", "-f", "json").json["digest"])


def started(desk: Desk, **more: Any) -> None:
    desk.fill(KEY, **{"status": "推进中", "percent": 0.6, "note": "开工", **more})


def test_what_an_office_filled_in_is_recorded_as_one_batch(back: Back, tracker: Run) -> None:
    def change(desk: Desk) -> None:
        started(desk, problem="钱", next_step="问", effective_on=date(2024, 6, 1))
        desk.fill(OTHER, status="已完成", evidence=" 纪要12号 \n\nhttps://example.org ")

    ran = back(change)

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 2})
    recorded = state(tracker)
    assert [recorded[name] for name in ("status", "percent", "note", "problem", "next_step")] == [
        "in_progress", 60, "开工", "钱", "问",
    ]  # fmt: skip
    assert recorded["effective_on"] == "2024-06-01"
    assert state(tracker, OTHER)["evidence"] == ["纪要12号", "https://example.org"]
    assert len({row["batch"] for row in ran.json if row["batch"]}) == 1
    assert tracker("db", "check").code == 0


def test_a_row_without_a_date_is_true_from_the_end_of_the_period(back: Back) -> None:
    assert about(back(started))["effective_on"] == "2024-06-30"


def test_a_form_left_as_it_went_out_changes_nothing(back: Back, tracker: Run) -> None:
    before = digest(tracker)

    ran = back(lambda _desk: None)

    assert (ran.code, outcomes(ran)) == (0, {})
    assert len(ran.json) > 100
    assert digest(tracker) == before


def test_importing_the_same_file_twice_changes_nothing_the_second_time(
    back: Back, tracker: Run
) -> None:
    back(started)
    before = digest(tracker)

    again = back(started)

    assert (again.code, about(again)["outcome"]) == (0, "unchanged")
    assert digest(tracker) == before


def test_the_same_file_is_unchanged_though_others_reported_after_it(
    back: Back, tracker: Run
) -> None:
    back(started)
    tracker("update", KEY, "--owner", "HB", "--status", "stalled")

    assert about(back(started))["outcome"] == "unchanged"


def test_what_was_taken_back_can_be_sent_in_again(back: Back, tracker: Run) -> None:
    back(started)
    tracker("undo")

    assert about(back(started))["outcome"] == "recorded"


def test_a_dry_run_shows_the_same_rows_and_changes_nothing(back: Back, tracker: Run) -> None:
    before = digest(tracker)

    ran = back(started, "--dry-run")

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert "dry run" in ran.err
    assert digest(tracker) == before


def test_one_bad_row_holds_the_others_back(back: Back, tracker: Run) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.fill(OTHER, status="差不多")

    before = digest(tracker)

    ran = back(change)

    assert (ran.code, outcomes(ran)) == (1, {"refused": 1, "withheld": 1})
    assert digest(tracker) == before


def test_partial_records_what_can_be(back: Back, tracker: Run) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.fill(OTHER, status="差不多")

    ran = back(change, "--partial")

    assert (ran.code, outcomes(ran)) == (1, {"recorded": 1, "refused": 1})
    assert state(tracker)["percent"] == 60


def test_a_report_since_the_form_went_out_is_a_conflict_with_both_versions_shown(
    back: Back, tracker: Run
) -> None:
    tracker(
        "--actor", "wang", "update", KEY, "--owner", "HB", "--status", "stalled", "--note", "rain"
    )
    before = digest(tracker)

    ran = back(started)

    row = about(ran)
    assert (ran.code, row["outcome"], row["status"], row["percent"]) == (
        4,
        "conflict",
        "in_progress",
        60,
    )
    assert (row["since"]["status"], row["since"]["note"], row["since"]["actor"]) == (
        "stalled", "rain", "wang",
    )  # fmt: skip
    assert digest(tracker) == before


def test_force_records_a_conflict(back: Back, tracker: Run) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "stalled", "--on", "2024-06-15")

    ran = back(started, "--force")

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert state(tracker)["status"] == "in_progress"


def test_a_row_older_than_what_stands_is_recorded_and_said_to_change_nothing(
    back: Back, tracker: Run
) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "stalled", "--on", "2024-06-15")

    ran = back(lambda desk: started(desk, effective_on=date(2024, 6, 1)), "--force")

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert "1 older than what stands" in ran.err
    assert state(tracker)["status"] == "stalled"


def test_a_report_taken_back_since_is_a_conflict(tracker: Run, file: Path, tmp_path: Path) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "stalled", "--on", "2024-06-15")
    data = _form(file, tmp_path / "hb.xlsx")
    tracker("undo")

    ran = given_back(tracker, tmp_path, filled(data, started))

    assert (ran.code, about(ran)["outcome"], about(ran)["since"]["kind"]) == (
        4,
        "conflict",
        "withdrawal",
    )


def test_a_prefilled_row_left_alone_is_unchanged_though_its_report_was_taken_back(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "stalled", "--on", "2024-06-15")
    data = _form(file, tmp_path / "hb.xlsx")
    tracker("undo")

    ran = given_back(tracker, tmp_path, data)

    assert (ran.code, about(ran)["outcome"]) == (0, "unchanged")


def test_a_row_set_back_to_what_an_earlier_report_of_that_day_said_is_recorded(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    for status in ("in_progress", "stalled"):
        tracker("update", KEY, "--owner", "HB", "--status", status, "--on", "2024-06-15")
    data = _form(file, tmp_path / "hb.xlsx")

    back = filled(data, lambda desk: desk.fill(KEY, status="推进中"))
    ran = given_back(tracker, tmp_path, back)

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert state(tracker)["status"] == "in_progress"
    assert outcomes(given_back(tracker, tmp_path, back)) == {}


def test_a_review_or_a_moved_target_is_no_conflict(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    tracker("update", KEY, "--owner", "HB", "--status", "stalled", "--on", "2024-03-15")
    data = _form(file, tmp_path / "hb.xlsx")
    tracker("--actor", "wang", "review", KEY, "--owner", "HB", "--accept")
    tracker("retarget", KEY, "2027", "--why", "late", "--owner", "HB")

    ran = given_back(tracker, tmp_path, filled(data, started))

    assert (ran.code, about(ran)["outcome"]) == (0, "recorded")


def test_each_file_stands_for_itself(tracker: Run, blank: bytes, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    good.write_bytes(filled(blank, started))
    bad.write_bytes(filled(blank, lambda desk: desk.fill(OTHER, status="?")))

    ran = tracker("import", str(good), str(bad), "-f", "json")

    assert (ran.code, outcomes(ran)) == (1, {"recorded": 1, "refused": 1})
    assert state(tracker)["percent"] == 60


@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    "on",
    [
        date(2024, 6, 1), datetime(2024, 6, 1, 15, tzinfo=UTC).replace(tzinfo=None), SERIAL, float(SERIAL), "2024-06-01", "2024/6/1",
        "2024.6.1", "2024年6月1日", "２０２４年６月１日", "20240601", 20240601, "45444", " 2024-6-1 ",
        "2024-06-01 00:00:00",
    ],
    ids=str,
)  # fmt: skip
def test_dates_are_read_as_people_write_them(back: Back, on: object) -> None:
    def change(desk: Desk) -> None:
        started(desk, effective_on=on)
        if not isinstance(on, date):
            desk.cell(KEY, Column.EFFECTIVE_ON).number_format = "General"

    assert about(back(change))["effective_on"] == "2024-06-01"


@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    ("said", "look", "percent"),
    [
        (0.6, "0%", 60),
        (0.57, "0.00%", 57),
        (1, "0%", 100),
        (0.01, "0%", 1),
        (60, "General", 60),
        (60, '0"%"', 60),
        (60, r"0\%", 60),
        (60, "0_%", 60),
        (100, "General", 100),
        (0, "General", 0),
        (0.6, "General", 60),
        ("60%", "@", 60),
        ("６０％", "@", 60),
        ("1%", "@", 1),
        ("60", "@", 60),
    ],
)
def test_a_percent_is_what_its_cell_shows(
    back: Back, said: object, look: str, percent: int
) -> None:
    def change(desk: Desk) -> None:
        started(desk, percent=said)
        desk.cell(KEY, Column.PERCENT).number_format = look
        if percent == 100:
            desk.fill(KEY, status="推进中")

    assert about(back(change))["percent"] == percent


@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    "said",
    [
        "推进中",
        "in progress",
        "IN_PROGRESS",
        " in-progress ",
        "ｉｎ progress",
        "推 进　中",
        "推进中\u200b",
    ],
)
def test_a_status_is_read_in_either_language(back: Back, said: str) -> None:
    assert about(back(lambda desk: started(desk, status=said)))["status"] == "in_progress"


# Twenty-odd kinds of mistake in one row: each refused in the place where it was made.
@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "差不多"}, "J# Status: unknown status 差不多"),
        ({"status": 1}, "J# Status: unknown status 1"),
        ({"status": None}, "J# Status: is missing"),
        ({"status": "=A1"}, "J# Status: a formula"),
        ({"percent": "=1/2"}, "K# Percent: a formula"),
        ({"note": '=HYPERLINK("http://x")'}, "L# Progress: a formula"),
        ({"percent": 60}, "K# Percent: 6000% is not from 0% to 100%"),
        ({"percent": "150%"}, "K# Percent: 150% is not"),
        ({"percent": -0.5}, "K# Percent: -50% is not"),
        ({"percent": 0.333}, "K# Percent: 33.3% is no whole per cent"),
        ({"percent": "1"}, "K# Percent: 1 can be 1% or 100%"),
        ({"percent": "约一半"}, "K# Percent: 约一半 is no per cent"),
        ({"percent": True}, "K# Percent: True is no per cent"),
        ({"percent": date(2024, 6, 1)}, "K# Percent: "),
        ({"effective_on": "上周"}, "P# Effective on: 上周 is no date"),
        ({"effective_on": "2024-06-31"}, "P# Effective on: 2024-06-31 is no date"),
        ({"effective_on": 2024}, "P# Effective on: 1905-07-16 is no date"),
        ({"effective_on": "24-6-1"}, "P# Effective on: 24-6-1 is no date"),
        ({"effective_on": date(2999, 1, 1)}, "P# Effective on: 2999-01-01 does not lie in 2024Q2"),
        ({"effective_on": date(2024, 3, 31)}, "P# Effective on: 2024-03-31 does not lie in 2024Q2"),
        ({"status": "已完成", "percent": 1}, "O# Evidence: done wants evidence"),
        (
            {"status": "已完成", "percent": 0.5, "evidence": "x"},
            "K# Percent: done and 50 percent contradict",
        ),
        ({"status": "未启动", "percent": 0.5}, "K# Percent: not started and 50 percent contradict"),
        ({"note": "_x0007_"}, "L# Progress: holds characters that are no text"),
        ({"problem": "#REF!"}, "M# Problems: #REF! is the error of a formula"),
        (
            {"effective_on": 20240601},
            "P# Effective on: #VALUE! is the error of a formula, or no date",
        ),
    ],
    ids=str,
)
def test_a_mistake_is_refused_in_its_place(
    back: Back, tracker: Run, values: Any, said: str
) -> None:
    places = []

    def change(desk: Desk) -> None:
        started(desk, **values)
        places.append(desk.row(KEY))

    before = digest(tracker)

    reason = why(back(change))

    assert f"{said[0]}{places[0]}{said[2:]}" in reason
    assert digest(tracker) == before


def test_a_bare_1_is_refused_as_it_can_be_either(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk, percent=1)
        desk.cell(KEY, Column.PERCENT).number_format = "General"

    assert "1% or 100%" in why(back(change))


def test_a_future_date_is_refused_as_update_refuses_it(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    year = str(datetime.now(UTC).year)
    out = tmp_path / "hb.xlsx"
    run(["--db", str(file), "form", "--owner", "HB", "--period", year, "-o", str(out)])

    data = filled(out.read_bytes(), lambda desk: started(desk, effective_on=f"{year}-12-31"))
    ran = given_back(tracker, tmp_path, data)

    if ran.code:  # on the last day of a year it is no future
        assert "lies in the future" in why(ran)


def test_every_mistake_of_a_row_is_listed(back: Back) -> None:
    reason = why(back(lambda desk: started(desk, status="?", percent="?", effective_on="?")))

    assert all(name in reason for name in ("Status", "Percent", "Effective on"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"owner": "HN"}, "is the assignment of HN"),
        ({"version": 9}, "the ledger is older"),
        ({"period": "2024Q1"}, "comes from the form of 2024Q1"),
        ({"ledger": "feedfeedfeedfeed"}, "another ledger"),
        ({"label": "00000000"}, "shows another commitment"),
    ],
    ids=str,
)
def test_a_row_that_is_not_of_this_form_is_refused(back: Back, fields: Any, said: str) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.seal(KEY, **fields)

    assert said in why(back(change))


def test_an_assignment_that_nobody_has_is_refused(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.seal(KEY, key="2021-99.1")

    assert "no such assignment any more" in why(back(change), "2021-99.1")


@pytest.mark.parametrize("place", range(8))
def test_a_mark_changed_by_hand_is_refused(back: Back, tracker: Run, place: int) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        cell = desk.cell(KEY, None)
        words = cell.value.split()
        other = desk.cell(THIRD, None).value.split()
        words[place] = {2: "lead", 3: "1"}.get(place, other[place] + "1" * (place not in (0, 7)))
        assert cell.value.split() != words
        cell.value = " ".join(words)

    before = digest(tracker)

    ran = back(change)

    assert (ran.code, outcomes(ran)) == (1, {"refused": 1})
    assert digest(tracker) == before


def test_rows_sorted_without_their_hidden_column_are_refused(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        one, other = desk.cell(KEY, None), desk.cell(OTHER, None)
        one.value, other.value = other.value, one.value

    assert "sorted or copied" in why(back(change), OTHER)


def test_a_row_that_the_form_did_not_have_is_refused(back: Back) -> None:
    def change(desk: Desk) -> None:
        desk.sheet.cell(desk.sheet.max_row + 1, 10, "推进中")

    ran = back(change)

    row = ran.json[-1]
    assert (ran.code, row["outcome"], row["key"]) == (1, "refused", None)
    assert "hidden mark" in row["reasons"][0]["message"]


@pytest.mark.parametrize("note", ["开工", "=A1"])
def test_a_row_that_lost_its_mark_is_refused_though_only_its_progress_was_filled_in(
    back: Back, note: str
) -> None:
    def change(desk: Desk) -> None:
        desk.fill(KEY, note=note)
        desk.cell(KEY, None).value = None

    assert outcomes(back(change)) == {"refused": 1}


def moved_to_another_sheet(desk: Desk, columns: int) -> None:
    """The row of a commitment, or its first columns, cut and pasted."""
    desk.fill(KEY, status="推进中", note="开工")
    other, row = desk.book.create_sheet("续表"), desk.row(KEY)
    for place in range(1, columns + 1):
        other.cell(3, place, desk.sheet.cell(row, place).value)
    desk.sheet.delete_rows(row)


@pytest.mark.parametrize("columns", [HIDDEN, HIDDEN - 1])
def test_a_row_moved_to_another_sheet_is_refused_and_not_lost(back: Back, columns: int) -> None:
    ran = back(lambda desk: moved_to_another_sheet(desk, columns))

    row = ran.json[-1]
    assert (ran.code, row["outcome"]) == (1, "refused")
    assert row["where"].endswith("[续表] 3")
    assert "stands outside the form" in row["reasons"][0]["message"]


def test_a_sheet_of_somebody_s_own_is_let_be(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        own = desk.book.create_sheet("草稿")
        own.append(["推进中", 0.5, "问财政厅"])

    assert outcomes(back(change)) == {"recorded": 1}


@pytest.mark.usefixtures("file")  # what a cell says does not depend on the database
@pytest.mark.parametrize(
    ("value", "look", "note"),
    [
        (0.123456789, "0.0%", "12.3456789%"),
        (12.5, "General", "12.5"),
        (3.5999999999999996, "General", "3.6"),
        (True, "General", "TRUE"),
        (date(2024, 6, 1), "yyyy-mm-dd", "2024-06-01"),
    ],
)
def test_a_number_among_text_is_kept_as_the_cell_has_it(
    back: Back, value: object, look: str, note: str
) -> None:
    def change(desk: Desk) -> None:
        started(desk, note=value)
        desk.cell(KEY, Column.NOTE).number_format = look

    assert about(back(change))["note"] == note


def test_a_commitment_filled_in_twice_is_refused(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        last = desk.sheet.max_row + 1
        for cell in desk.sheet[desk.row(KEY)]:
            desk.sheet.cell(last, cell.column, cell.value)

    ran = back(change)

    assert outcomes(ran) == {"refused": 2}
    assert "filled in twice" in why(ran)


def reordered(desk: Desk) -> None:
    started(desk)
    rows = [[cell.value for cell in row] for row in desk.sheet.iter_rows(min_row=2)]
    for number, values in enumerate(reversed(rows), 2):
        for place, value in enumerate(values, 1):
            desk.sheet.cell(number, place).value = value


def deleted(desk: Desk) -> None:
    started(desk)
    desk.sheet.delete_rows(2, desk.row(KEY) - 2)


def hidden(desk: Desk) -> None:
    started(desk)
    desk.sheet.row_dimensions[desk.row(KEY)].hidden = True


def columns_added(desk: Desk) -> None:
    started(desk)
    desk.sheet.insert_cols(1, 2)
    desk.sheet.cell(1, 1, "经办人")
    desk.sheet.cell(1, 2, "Note")
    desk.sheet.insert_cols(13)


def column_moved(desk: Desk) -> None:
    started(desk)
    place = list(Column).index(Column.STATUS) + 1
    values = [desk.sheet.cell(n, place).value for n in range(1, desk.sheet.max_row + 1)]
    desk.sheet.delete_cols(place)
    for number, value in enumerate(values, 1):
        desk.sheet.cell(number, HIDDEN + 3, value)


def rows_above(desk: Desk) -> None:
    started(desk)
    desk.sheet.insert_rows(1, 3)
    desk.sheet.cell(1, 1, "湖北省2024年二季度工作台账")


def sorted_with_the_headings(desk: Desk) -> None:
    started(desk)
    rows = [[cell.value for cell in row] for row in desk.sheet.iter_rows()]
    chosen = desk.row(KEY) - 1
    for number, values in enumerate(
        [rows[chosen], *rows[1:chosen], *rows[chosen + 1 :], rows[0]], 1
    ):
        for place, value in enumerate(values, 1):
            desk.sheet.cell(number, place).value = value


def headings_broken(desk: Desk) -> None:
    started(desk)
    for place, heading in (10, "状　态"), (11, "完成\n比例"), (16, "Effective\non"):
        desk.sheet.cell(1, place).value = heading


def headings_repeated(desk: Desk) -> None:
    started(desk)
    desk.sheet.insert_rows(20, 2)
    for place in range(1, HIDDEN + 1):
        desk.sheet.cell(20, place).value = desk.sheet.cell(1, place).value
    for place in range(1, HIDDEN):
        desk.sheet.cell(21, place).value = desk.sheet.cell(1, place).value


def headings_over_two_rows(desk: Desk) -> None:
    started(desk)
    desk.sheet.insert_rows(2)
    for place in range(1, HIDDEN + 1):
        desk.sheet.merge_cells(start_row=1, end_row=2, start_column=place, end_column=place)


def summed(desk: Desk) -> None:
    started(desk)
    last = desk.sheet.max_row
    for place, value in (4, "合计"), (10, f"=COUNTA(J2:J{last})"), (11, f"=AVERAGE(K2:K{last})"):
        desk.sheet.cell(last + 1, place, value)


def blank_rows(desk: Desk) -> None:
    started(desk)
    desk.sheet.insert_rows(5, 40)


def signed(desk: Desk) -> None:
    started(desk)
    desk.sheet.cell(desk.sheet.max_row + 2, 12, "填报人：王　审核人：李")


def renamed(desk: Desk) -> None:
    started(desk)
    desk.sheet.title = "HB 2024Q2"
    desk.book.create_sheet("草稿", 0).cell(1, 1, "x")


def in_english(desk: Desk) -> None:
    started(desk, status="in progress")
    for place, column in enumerate(Column, 1):
        desk.sheet.cell(1, place, column.en)


@pytest.mark.usefixtures("file")  # what a file says does not depend on the database
@pytest.mark.parametrize(
    "change",
    [
        reordered, deleted, hidden, columns_added, column_moved, rows_above, blank_rows, signed, renamed,
        in_english, sorted_with_the_headings, headings_broken, headings_repeated, headings_over_two_rows, summed,
    ],
)  # fmt: skip
def test_a_form_survives_what_people_do_to_it(back: Back, change: Change) -> None:
    ran = back(change)

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert (about(ran)["status"], about(ran)["percent"], about(ran)["note"]) == (
        "in_progress",
        60,
        "开工",
    )


def test_rows_that_share_a_merged_cell_all_have_its_value(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        first, last = desk.row(KEY), desk.row(THIRD)
        desk.sheet.merge_cells(start_row=first, end_row=last, start_column=10, end_column=10)

    ran = back(change)

    assert {about(ran, key)["status"] for key in (KEY, OTHER, THIRD)} == {"in_progress"}
    assert about(ran, OTHER)["note"] is None


def test_a_cell_merged_over_two_columns_belongs_to_the_first(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.sheet.merge_cells(
            start_row=desk.row(KEY), end_row=desk.row(KEY), start_column=12, end_column=13
        )

    row = about(back(change))

    assert (row["note"], row["problem"]) == ("开工", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.sheet.delete_cols(HIDDEN), "is no form"),
        (lambda d: d.sheet.delete_cols(10), "no column Status"),
        (lambda d: d.sheet.delete_cols(4), "no column Commitment"),
        (
            lambda d: d.sheet.cell(
                1, HIDDEN, f"{d.sheet.cell(1, HIDDEN).value}".replace("HB", "QQ")
            ),
            "hb.xlsx: unknown owner: QQ",
        ),
        (lambda d: d.sheet.cell(1, 9, "状态"), "stands here twice"),
        (lambda d: d.book.copy_worksheet(d.sheet), "several forms"),
        (lambda d: d.sheet.cell(1, HIDDEN, "tracker-form 9 x"), "no mark of a form"),
        (lambda d: d.sheet.cell(20_000, 3, "x"), "delete the empty rows below"),
        (
            lambda d: d.sheet.cell(1, HIDDEN, "tracker-form 2 HB 2024Q2 feedfeedfeedfeed"),
            "another ledger",
        ),
        (
            lambda d: d.sheet.cell(
                1, HIDDEN, f"{d.sheet.cell(1, HIDDEN).value}".replace("2024", "2990")
            ),
            "not begun",
        ),
    ],
    ids=range(10),
)
def test_what_is_no_form_of_this_ledger_is_refused_as_a_whole(
    back: Back, tracker: Run, change: Change, said: str
) -> None:
    before = digest(tracker)

    ran = back(change)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("tracker: ")
    assert said in ran.err
    assert digest(tracker) == before


def test_the_form_of_another_ledger_is_refused(tracker: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    later = NOW.replace(hour=5)
    setup.create(ledger.place(str(other)), by=log.Acting("builder", TODAY, later))

    ran = given_back(tracker, tmp_path, _form(other, tmp_path / "x.xlsx"))

    assert (ran.code, ran.out) == (1, "")
    assert "another ledger" in ran.err


def test_forms_of_another_period_than_asked_for_are_refused(back: Back) -> None:
    ran = back(started, "--period", "2024Q3")

    assert (ran.code, ran.out) == (1, "")
    assert "is the form of 2024Q2, not of 2024Q3" in ran.err
    assert back(started, "--period", "2024Q2").code == 0


def test_all_forms_of_another_period_are_named(tracker: Run, blank: bytes, tmp_path: Path) -> None:
    files = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for file in files:
        file.write_bytes(blank)

    ran = tracker("import", *map(str, files), "--period", "2024")

    assert (ran.code, ran.err.count("not of 2024")) == (1, 2)


def packed(data: bytes, **members: bytes) -> bytes:
    """A workbook with more members, or others."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in members:
                new.writestr(name, old.read(name))
        for name, content in members.items():
            new.writestr(name, content)
    return out.getvalue()


def sheet_of(body: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + body + b"</sheetData></worksheet>"
    )


SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.usefixtures("file")  # what a file says does not depend on the database
@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda d: packed(d, **{"xl/vbaProject.bin": b"x"}), "for macros"),
        (
            lambda d: packed(d, **{"xl/externalLinks/externalLink1.xml": b"<x/>"}),
            "linked to other workbooks",
        ),
        (lambda d: packed(d, **{"xl/media/bomb.bin": bytes(150_000_000)}), "unpacks to more"),
        (
            lambda d: packed(d, **{SHEET: sheet_of(b"<row/>" * 1_000_000)}),
            "delete the empty rows below",
        ),
        (
            lambda d: packed(d, **{SHEET: sheet_of(b"") + b'<mergeCell ref="A1:XFD1048576"/>'}),
            "delete the empty rows below",
        ),
        (
            lambda d: packed(d, **{SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet_of(b"")}),
            "is damaged",
        ),
        (lambda d: packed(d, **{SHEET: b"<worksheet><"}), "is damaged"),
        (lambda d: packed(d, **{SHEET: b"<" + b"a" * 200_000}), "is damaged"),
        (lambda d: packed(d, **{SHEET: sheet_of(b" " * 21_000_000)}), "unpacks to more"),
        (
            lambda d: packed(d, **{"xl/workbook.xml": b'<x xmlns="http://purl.oclc.org/ooxml/"/>'}),
            "Strict",
        ),
        (lambda d: d[: len(d) // 2], "is damaged"),
        (
            lambda _d: packed(packed_empty(), **{"word/document.xml": b"<x/>"}),
            "is no Excel workbook",
        ),
        (lambda _d: OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (lambda _d: OLE, "old Excel or WPS"),
        (lambda _d: b"", "is no form"),
        (lambda _d: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "neither a workbook nor text"),
        (lambda d: d + bytes(21_000_000), "larger than 20 MB"),
        (lambda _d: bytes(101_000_000), "larger than 100 MB"),
        (lambda _d: b'{"owner": "HB"}', "is no form: it has"),
        (lambda _d: b'{"owner": NaN', "is no JSON"),
        (lambda _d: b"[1]", "is no form: it has"),
        (lambda _d: b'a,b\n"x', "is no CSV"),
        (lambda _d: b"\n" * 1_000_000, "more than 200000 rows"),
        (lambda _d: b"," * 21_000_000, "more than 20000000 values"),
        (lambda _d: b"," * 1_000_000, "is no form"),
        (lambda _d: b"{" + b'"a":[' * 100_000, "is no JSON"),
        (lambda _d: b'{"owner": "HB", "owner": "HN"}', "owner stands twice in one object"),
        (lambda _d: b'<?xml version="1.0"?><office:document/>', "is no Excel workbook"),
        (lambda _d: b"\xef\xbb\xbf\n<html><table><tr><td>x</table>", "is no Excel workbook"),
    ],
    ids=range(29),
)
def test_a_file_that_should_not_be_opened_is_refused_in_one_line(
    tracker: Run, blank: bytes, tmp_path: Path, spoilt: Callable[[bytes], bytes], said: str
) -> None:
    before = digest(tracker)

    ran = given_back(tracker, tmp_path, spoilt(blank))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert digest(tracker) == before


def test_a_workbook_for_macros_is_refused_by_its_name_already(
    tracker: Run, blank: bytes, tmp_path: Path
) -> None:
    ran = given_back(tracker, tmp_path, blank, name="hb.XLSM")

    assert (ran.code, ran.out) == (1, "")
    assert "for macros" in ran.err


def packed_empty() -> bytes:
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    return out.getvalue()


def test_a_folder_is_no_form(tracker: Run, tmp_path: Path) -> None:
    ran = tracker("import", str(tmp_path))

    assert (ran.code, ran.out) == (3, "")
    assert "is a folder: name the files in it" in ran.err


def test_a_file_that_is_not_there_is_not_found(tracker: Run) -> None:
    assert tracker("import", "nowhere.xlsx").code == 3


def test_all_files_that_cannot_be_read_are_named_and_nothing_is_recorded(
    tracker: Run, blank: bytes, tmp_path: Path
) -> None:
    good, one, two = tmp_path / "good.xlsx", tmp_path / "one.xlsx", tmp_path / "two.csv"
    good.write_bytes(filled(blank, started))
    one.write_bytes(OLE)
    two.write_text("a,b\n")
    before = digest(tracker)

    ran = tracker("import", str(good), str(one), str(two))

    assert (ran.code, ran.err.count("\n")) == (1, 2)
    assert digest(tracker) == before


def test_a_workbook_whose_sheet_is_protected_by_a_password_is_read(back: Back) -> None:
    def change(desk: Desk) -> None:
        started(desk)
        desk.sheet.protection.set_password("secret")

    assert outcomes(back(change)) == {"recorded": 1}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_as_spreadsheets_save_it(
    tracker: Run, file: Path, tmp_path: Path, encoding: str, mark: str
) -> None:
    text = _form(file, tmp_path / "x.csv", "-f", "csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    line = next(line for line in lines if line[-1].startswith(f"{KEY} HB "))
    line[-8:-1] = "推进中", "60%", "开工", "", "", "", "2024-06-01"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows(lines)
    data = out.getvalue().encode(encoding)

    ran = given_back(tracker, tmp_path, data, name="hb.csv")

    row = about(ran)
    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert (row["status"], row["percent"], row["effective_on"]) == ("in_progress", 60, "2024-06-01")


def in_csv(data: bytes, *filled_in: str) -> list[list[str]]:
    """The lines of a form as CSV, with the cells of one row filled in."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    line = next(line for line in lines if line[-1].startswith(f"{KEY} HB "))
    line[-8:-1] = filled_in
    return lines


def test_a_title_above_the_headings_of_a_csv_has_separators_of_its_own(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    lines = in_csv(_form(file, tmp_path / "x.csv", "-f", "csv"), "推进中", *[""] * 6)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(lines)

    data = f"湖北省, 2024, 二季度, 台账\r\n{out.getvalue()}".encode()
    ran = given_back(tracker, tmp_path, data, name="hb.csv")

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})


def test_the_error_of_a_formula_in_a_csv_is_refused_as_in_a_workbook(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    lines = in_csv(_form(file, tmp_path / "x.csv", "-f", "csv"), "推进中", "", "#N/A", *[""] * 4)
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)

    ran = given_back(tracker, tmp_path, out.getvalue().encode(), name="hb.csv")

    assert "Progress: #N/A is the error of a formula" in why(ran)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_json_is_read_in_the_encodings_of_windows(
    tracker: Run, file: Path, tmp_path: Path, encoding: str
) -> None:
    text = _form(file, tmp_path / "x.json", "-f", "json").decode()

    ran = given_back(tracker, tmp_path, text.encode(encoding), name="hb.json")

    assert (ran.code, outcomes(ran)) == (0, {})


def test_a_misspelt_field_of_json_is_refused_and_one_more_is_let_be(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    tree = json.loads(_form(file, tmp_path / "x.json", "-f", "json"))
    slip = tree["rows"][0]
    slip["stauts"] = slip.pop("status")
    tree["rows"][1] |= {"status": "stalled", "clerk": "王"}

    ran = given_back(tracker, tmp_path, json.dumps(tree).encode(), "--partial", name="hb.json")

    assert [row["outcome"] for row in ran.json[:2]] == ["refused", "recorded"]
    assert ran.json[0]["reasons"] == [
        {"where": "stauts", "message": "is no field of a form; not there: status"}
    ]


def test_json_is_read_back(tracker: Run, file: Path, tmp_path: Path) -> None:
    tree = json.loads(_form(file, tmp_path / "x.json", "-f", "json"))
    row = next(row for row in tree["rows"] if row["key"] == KEY)
    row |= {"status": "in_progress", "percent": 1, "note": "=1+1", "evidence": ["a", "b"]}

    ran = given_back(tracker, tmp_path, json.dumps(tree).encode(), name="hb.json")

    assert (ran.code, outcomes(ran)) == (0, {"recorded": 1})
    assert (about(ran)["percent"], about(ran)["note"], about(ran)["evidence"]) == (
        1,
        "=1+1",
        ["a", "b"],
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"role": "boss"}, "role: is none of"),
        ({"version": "x"}, "version: is no whole number"),
        ({"version": True}, "version: is no whole number"),
        ({"percent": [1]}, "percent: is neither"),
        ({"percent": 60.5}, "is no whole per cent"),
        ({"note": {"a": 1}}, "note: is neither"),
        ({"note": "\ud800"}, "no text"),
        ({"note": "\x00"}, "no text"),
        ({"status": None}, "is missing"),
        ({"percent": 0.6}, "0.6% is no whole per cent"),
        ({"percent": True}, "percent: is neither"),
        ({"evidence": [True]}, "evidence: is neither"),
    ],
    ids=str,
)
def test_a_mistake_in_json_is_refused_in_its_row(
    tracker: Run, file: Path, tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    tree = json.loads(_form(file, tmp_path / "x.json", "-f", "json"))
    tree["rows"][0] |= {"status": "stalled", "percent": 50, **values}

    ran = given_back(tracker, tmp_path, json.dumps(tree).encode(), name="hb.json")

    row = ran.json[0]
    assert (ran.code, row["outcome"]) == (1, "refused")
    assert row["where"].endswith("rows[0]")
    assert said in "; ".join(f"{each['where']}: {each['message']}" for each in row["reasons"])


TEXT = st.text(max_size=40).filter(is_text)


@given(note=TEXT, problem=TEXT)
@settings(max_examples=60, deadline=None)
def test_text_comes_back_from_csv_as_it_went_out(note: str, problem: str) -> None:
    given_out = Given(Status.STALLED, 50, note, problem)

    text = plain_writing.comma_separated(made(given=given_out))
    read = plain_files.text(Path("x"), text.encode())
    form = rows.returned("x", [plain_files.grid(Path("x"), read)])

    back = form.lines[0].given
    assert back is not None
    for before, after in ((note, back.note), (problem, back.problem)):
        assert (after or "") == before.replace("\r\n", "\n").replace("\r", "\n").strip()


@pytest.mark.parametrize(
    "note",
    [
        "_x0041_",
        "<r>a</r>",
        "=1+1",
        "'quoted",
        "a\r\nb",
        "\tx ",
        "#N/A",
        "50%",
        "x" * LONGEST,
    ],
)
def test_text_comes_back_from_a_workbook_as_it_went_out(tmp_path: Path, note: str) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(writing.workbook(made(given=Given(Status.STALLED, 50, note))))

    back = reading.read(file).lines[0].given

    assert back is not None
    assert back.note == note.replace("\r\n", "\n").strip()


def test_parts_of_a_text_in_bold_are_one_text(back: Back) -> None:
    bold = TextBlock(InlineFont(b=True), "工")

    assert (
        about(back(lambda desk: started(desk, note=CellRichText("开", bold, "了"))))["note"]
        == "开工了"
    )


@pytest.fixture(scope="module")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """A form as LibreOffice saves it again: `calc(data, "xlsx")`."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("calc")

    def saved(data: bytes, form: str) -> bytes:
        source, out = folder / "form.xlsx", folder / "out"
        source.write_bytes(data)
        command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", form, "--outdir", str(out), str(source)]
        subprocess.run(command, check=False, capture_output=True, timeout=180)
        made = out / f"form.{form.partition(':')[0]}"
        if not made.exists():
            pytest.skip("LibreOffice is here without its spreadsheet part (Calc)")
        return made.read_bytes()

    return saved


@pytest.mark.parametrize(
    "form", ["xlsx:Calc MS Excel 2007 XML", "csv:Text - txt - csv (StarCalc):44,34,76,1"]
)
def test_a_form_saved_again_by_libreoffice_is_read_the_same(
    tracker: Run, blank: bytes, tmp_path: Path, calc: Callable[..., bytes], form: str
) -> None:
    def change(desk: Desk) -> None:
        started(desk, note="第一行\n=第二行 <b>", effective_on=date(2024, 6, 1))
        desk.fill(OTHER, status="已完成", percent=1, evidence="纪要")
        desk.fill(THIRD, status="差不多")

    data = calc(filled(blank, change), form)
    ran = given_back(tracker, tmp_path, data, "--partial", name=f"hb.{form.partition(':')[0]}")

    assert outcomes(ran) == {"recorded": 2, "refused": 1}
    row = about(ran)
    assert (row["percent"], row["note"], row["effective_on"]) == (
        60,
        "第一行\n=第二行 <b>",
        "2024-06-01",
    )
    assert about(ran, OTHER)["percent"] == 100
    assert len(ran.json) == len(back_rows(blank))


def back_rows(data: bytes) -> list[str]:
    return [str(cell.value) for cell in Desk(data).sheet["Q"][1:]]


def test_every_row_is_accounted_for_in_people_s_table(
    tracker: Run, blank: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "hb.xlsx"
    file.write_bytes(filled(blank, started))

    ran = tracker("import", str(file), "--dry-run")

    assert ran.out.count("hb.xlsx [") == len(back_rows(blank))
    assert "1 recorded" in ran.err


def _imported(*many: tuple[Outcome, int]) -> list[Imported]:
    answers = (Answer(Line(f"{outcome}", None), outcome) for outcome, n in many for _ in range(n))
    return [Imported(Returned("hb.csv", Head("HB", "2024Q2", "0"), ()), tuple(answers))]


def test_of_a_long_import_people_see_what_to_look_at_and_a_sample_of_the_rest() -> None:
    many = (Outcome.WITHHELD, 900), (Outcome.REFUSED, 30), (Outcome.UNCHANGED, 80)
    table, left = brief(_imported(*many))

    outcome = [column.name for column in table.columns].index("outcome")
    found = [row[outcome] for row in table.rows]
    assert found == [Outcome.WITHHELD] * 20 + [Outcome.REFUSED] * 30
    assert left == 960


def test_of_a_short_import_people_see_every_row() -> None:
    table, left = brief(_imported((Outcome.RECORDED, 999), (Outcome.CONFLICT, 1)))

    assert (len(table.rows), left) == (1000, 0)
