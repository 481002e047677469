"""`tracker report`, `due` and `audit`: periods, refusals, what is issued, and what is the same whenever asked."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import reports
from conftest import NOW, TODAY, Run
from tracker.cli.options import Form
from tracker.domain.times import SHANGHAI
from tracker.domain.words import Status
from tracker.render import render
from tracker.report.kept import packed, unpacked
from tracker.report.model import without_annexes
from tracker.store import ledger, log, record

Q1 = ("report", "--period", "2024Q1")


def report(tracker: Run, *more: str) -> Any:
    return tracker(*more, "-f", "json").json


def update(tracker: Run, key: str, on: str, status: str = "in_progress", *more: str) -> None:
    ran = tracker("update", key, "--owner", "HB", "--status", status, "--on", on, *more)
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--period", "2024Q5"), "no period"),
        (("--period", "2024-06"), "no period"),
        (("--period", "2999"), "no period"),
        (("--period", "2998"), "not begun"),
        (("--period", "2024Q1", "--as-of", "2024-04-01"), "does not lie in 2024Q1"),
        (("--known-on", "yesterday"), "no date"),
        (("--known-on", "2024-03-31T25:00"), "no time"),
        (("--by", "colour"), "knows only"),
        (("--document", "1999"), "unknown document"),
        (("--issued", "1"), "no issued report 1"),
        (("--issued", "0"), "--issued"),
        (("--issued", "1", "--period", "2024Q1"), "stand alone"),
        (("--issues", "--issue"), "stand alone"),
        (("--issues", "--issued", "1"), "stand alone"),
        (("--as-of", "2999-01-01"), "still to come"),
        (("-f", "docx", "-o", "x.xlsx"), "does not go with -f docx"),
        (("extra", "words"), "too many arguments: extra words"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_one_line(
    tracker: Run, arguments: tuple[str, ...], said: str
) -> None:
    ran = tracker("report", *arguments)

    assert ran.code in (1, 2, 3)
    assert ran.out == ""
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_range_of_periods_and_the_chinese_of_one_say_the_same_as_the_half_year(
    tracker: Run,
) -> None:
    half = report(tracker, "report", "--period", "2024H1")

    assert half["period"] == "2024H1"
    assert report(tracker, "report", "--period", "2024Q1..2024Q2") == half
    assert report(tracker, "report", "--period", "2024年上半年") == half


def test_a_period_that_is_not_over_is_reported_as_of_today(tracker: Run) -> None:
    year = datetime.now(UTC).year + 1

    ran = tracker("report", "--period", f"2021..{year}", "-f", "json")

    assert "not over" in ran.err
    assert ran.json["as_of"] <= datetime.now(SHANGHAI).date().isoformat() < f"{year}"


def test_a_report_has_only_the_groups_asked_for(tracker: Run) -> None:
    found = report(tracker, "report", "--by", "owner", "--by", "document")

    assert {"by_owner", "by_document"} < set(found)
    assert {"by_section", "measures", "matrix"}.isdisjoint(found)


def test_lists_are_filtered_by_each_axis_and_as_of_a_date(tracker: Run) -> None:
    update(tracker, "2021-16.1", "2024-03-01", "done", "--without-evidence")
    assignments = ("list", "--by", "assignment", "--owner", "HB", "-f", "json")

    done = tracker(*assignments, "--status", "done").json
    assert [row["key"] for row in done] == ["2021-16.1"]
    assert done[0]["unevidenced"]
    assert done[0]["position"] == "n/a"
    assert tracker(*assignments, "--status", "done", "--as-of", "2024-02-29").json == []
    assert tracker(*assignments, "--status", "done", "--known-on", "2024-07-01").json == []
    overdue = tracker(*assignments, "--position", "逾期", "--as-of", "2024-06-30").json
    assert {row["document"] for row in overdue} == {"2014"}
    assert {row["verification"] for row in tracker(*assignments, "--verification", "reported").json} == {"reported"}  # fmt: skip
    measures = tracker("list", "--position", "overdue", "--as-of", "2024-06-30", "-f", "json").json
    assert {row["document"] for row in measures} == {"2014"}
    assert {row["position"] for row in measures} == {"overdue"}
    assert tracker("list", "--position", "late").code == 2


def test_show_is_as_of_a_date_with_the_log_up_to_then(tracker: Run) -> None:
    update(tracker, "2021-16.1", "2024-03-01", "stalled", "--percent", "10")

    now = report(tracker, "show", "2021-16.1")
    then = report(tracker, "show", "2021-16.1", "--as-of", "2024-02-01")

    statuses = [
        next(each["status"] for each in shown["assignments"] if each["owner"] == "HB")
        for shown in (now, then)
    ]
    assert statuses == ["stalled", "not_started"]
    assert [line["status"] for line in now["log"]][-1] == "stalled"
    assert "stalled" not in [line["status"] for line in then["log"]]


# ---- what is issued -------------------------------------------------------------------------


def test_an_issued_report_is_printed_again_as_it_was_sent(tracker: Run, tmp_path: Path) -> None:
    sent = tracker(*Q1, "--issue", "-f", "md")
    assert "issued report 1" in sent.err
    pages = {form: tmp_path / f"sent.{form}" for form in ("html", "docx", "xlsx")}
    for form, page in pages.items():
        assert tracker("report", "--issued", "1", "-f", form, "-o", str(page)).code == 0
    before = {form: page.read_bytes() for form, page in pages.items()}

    update(tracker, "2021-15.5", "2024-03-01", "done", "--without-evidence")

    assert tracker("report", "--issued", "1", "-f", "md").out == sent.out
    assert tracker(*Q1, "-f", "md").out != sent.out
    for form, page in pages.items():
        assert tracker("report", "--issued", "1", "-f", form, "-o", str(page)).code == 0
        assert page.read_bytes() == before[form]


def test_an_issued_report_is_printed_in_either_language(tracker: Run) -> None:
    tracker("--lang", "zh", *Q1, "--issue")

    assert (
        "2024年第一季度政策任务进展情况通报"
        in tracker("--lang", "zh", "report", "--issued", "1").out
    )
    english = tracker("report", "--issued", "1", "--lang", "en").out
    assert "Progress report for the first quarter of 2024" in english
    assert "总体情况" not in english


def test_issued_reports_are_listed(tracker: Run) -> None:
    tracker(*Q1, "--issue")
    tracker("report", "--document", "2021", "--as-of", "2024-05-01", "--issue")

    listed = report(tracker, "report", "--issues")

    assert [(one["number"], one["period"], one["document"], one["as_of"]) for one in listed] == [
        (1, "2024Q1", None, "2024-03-31"),
        (2, None, "2021", "2024-05-01"),
    ]


def test_the_next_report_lists_what_has_changed_since_the_last_was_issued(tracker: Run) -> None:
    tracker(*Q1, "--issue")
    assert report(tracker, *Q1)["corrections"] == []

    update(tracker, "2021-15.5", "2024-03-01", "stalled", "--note", "entered late")
    update(tracker, "2021-16.1", "2024-05-02", "stalled")

    found = report(tracker, "report", "--period", "2024Q2")["corrections"]
    assert [
        (one["issue"], one["key"], one["field"], one["from"], one["to"], one["note"])
        for one in found
    ] == [
        (1, "2021-15.5", "status", "not_started", "stalled", "entered late"),
        (1, "2021-15.5", "verification", "unreported", "reported", "entered late"),
    ]
    tracker("report", "--period", "2024Q2", "--issue")
    assert report(tracker, "report", "--period", "2024H1")["corrections"] == []


def test_a_withdrawal_corrects_a_report_as_well(tracker: Run) -> None:
    update(tracker, "2021-15.5", "2024-03-01", "stalled", "--percent", "30")
    tracker(*Q1, "--issue")

    tracker("undo")

    found = report(tracker, *Q1)["corrections"]
    assert [(one["field"], one["from"], one["to"]) for one in found] == [
        ("status", "stalled", "not_started"),
        ("percent", 30, None),
        ("verification", "reported", "unreported"),
    ]


def test_a_change_that_was_taken_back_is_no_correction(tracker: Run) -> None:
    tracker(*Q1, "--issue")
    update(tracker, "2021-15.5", "2024-03-01", "stalled")
    tracker("undo")

    assert report(tracker, *Q1)["corrections"] == []


def test_what_was_issued_cannot_be_changed_unseen(tracker: Run, file: Path) -> None:
    tracker(*Q1, "--issue")
    with closing(sqlite3.connect(file)) as db:
        with pytest.raises(sqlite3.Error, match="append-only"):
            db.execute("UPDATE issues SET period = '2024Q2'")
        with pytest.raises(sqlite3.Error, match="append-only"):
            db.execute("INSERT OR REPLACE INTO issues SELECT * FROM issues")
        db.execute("DROP TRIGGER issues_update")
        db.execute("UPDATE issues SET model = x'00'")
        db.commit()

    ran = tracker("report", "--issued", "1")
    assert ran.code == 5
    assert "changed" in ran.err
    check = tracker("db", "check")
    assert check.code != 0
    assert "issues 1" in check.out
    assert "issues_update" in check.out


def test_a_report_is_the_same_after_it_was_packed_and_unpacked() -> None:
    made = reports.everything()

    again = unpacked(packed(made, "en"), "en")

    for form in Form:
        assert render(again, form) == render(made, form)
    chinese = unpacked(packed(made, "en"), "zh")
    assert (chinese.title, chinese.translation and chinese.translation.title) == (
        made.translation and made.translation.title,
        made.title,
    )
    assert packed(made, "en") == packed(reports.everything(), "en")


# ---- the same whenever it is asked ---------------------------------------------------------


def _later(at: ledger.Place) -> None:
    """A year of reports on everything that Hubei has, some of them backdated."""
    for month in range(1, 13):
        now = NOW + timedelta(days=31 * month)
        given = record.Report(Status.STALLED, effective_on=date(2024, month, 5), percent=month)
        with ledger.writing(at) as db:
            record.report(
                db, given, keys=["2021-15", "2021-03"], owner="HB",
                by=log.Acting("li", max(TODAY, now.date()), now),
            )  # fmt: skip


@pytest.mark.parametrize("form", Form)
def test_a_report_on_a_past_quarter_is_made_again_a_year_later(
    file: Path, at: ledger.Place, tmp_path: Path, form: str
) -> None:
    def made(name: str, **environment: str) -> bytes:
        out = tmp_path / f"{name}.{form}"
        command = [
            sys.executable, "-m", "tracker", "--db", str(file), "report", "--period", "2024Q1",
            "--known-on", "2024-06-30", "--annexes", "-f", form, "-o", str(out),
        ]  # fmt: skip
        clean = {name: value for name, value in os.environ.items() if name != "TRACKER_DB"}
        subprocess.run(command, check=True, capture_output=True, env=clean | environment)
        return out.read_bytes()

    first = made("first", TZ="Asia/Tokyo", PYTHONHASHSEED="1")
    _later(at)

    assert made("again", TZ="America/New_York", PYTHONHASHSEED="2") == first


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_long_report_says_on_a_terminal_what_it_works_out(file: Path, tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - Windows has no such module: the test skips there

    ours, its = pty.openpty()
    command = [sys.executable, "-m", "tracker", "--db", str(file), *Q1, "-o", str(tmp_path / "r")]

    subprocess.run(command, check=True, stderr=its, stdout=subprocess.PIPE)

    said = os.read(ours, 10_000).decode()
    os.close(its)
    os.close(ours)
    assert "states …" in said
    assert "\r\x1b[K" in said.rpartition("…")[2]


# ---- reminders and signs -------------------------------------------------------------------


def test_reminders_name_the_most_urgent_reason_first(tracker: Run) -> None:
    update(tracker, "2021-15.5", "2024-04-01", "in_progress", "--percent", "50")
    tracker("review", "2021-15.5", "--owner", "HB", "--return", "which runway?", "--actor", "wang")
    asked = ("due", "--owner", "HB", "--as-of", "2025-11-30", "--within", "60")

    found = report(tracker, *asked)

    assert found["due"][0]["key"] == "2021-15.5"
    assert found["due"][0]["reasons"] == ["returned", "due", "silent"]
    assert found["due"][0]["returned"] == "which runway?"
    order = [line["reason"] for line in found["due"]]
    assert order == sorted(order, key=["returned", "overdue", "due", "silent"].index)
    assert {line["reason"] for line in found["due"]} == {"returned", "overdue", "due", "silent"}
    assert {line["owner"] for line in found["due"]} == {"HB"}
    assert all(line["due_on"] <= "2026-01-29" for line in found["due"] if line["reason"] == "due")


def test_a_report_in_the_last_quarter_is_no_silence(tracker: Run) -> None:
    update(tracker, "2021-15.5", "2024-05-01")

    def silent(as_of: str, quarters: str = "1") -> bool:
        asked = ("due", "--owner", "HB", "--as-of", as_of, "--within", "0", "--silent", quarters)
        lines = report(tracker, *asked)["due"]
        return any(line["key"] == "2021-15.5" for line in lines)

    assert not silent("2024-06-30")
    assert not silent("2024-09-29")
    assert silent("2024-09-30")
    assert not silent("2024-09-30", "2")
    assert silent("2024-12-31", "2")


def test_reminders_are_one_table_to_an_owner(tracker: Run) -> None:
    shown = tracker("due", "--as-of", "2024-06-30", "-f", "md").out

    for owner in ("SX Shanxi", "HB Hubei", "CENTRAL Central departments"):
        assert f"## {owner}: " in shown


def test_signs_of_gaming_are_listed_with_the_entry_that_shows_them(
    tracker: Run, at: ledger.Place
) -> None:
    def acted(on: date) -> log.Acting:
        return log.Acting("li", on, datetime(on.year, on.month, on.day, 3, tzinfo=UTC))

    def said(on: date, status: Status, key: str = "2014-01.1", **more: Any) -> None:
        with ledger.writing(at) as db:
            record.report(
                db, record.Report(status, on, **more), keys=[key], owner="HB", by=acted(on),
                without_evidence=True,
            )  # fmt: skip

    said(date(2024, 7, 1), Status.DONE)
    said(date(2024, 10, 1), Status.IN_PROGRESS, note="the same  words")
    said(date(2025, 1, 5), Status.IN_PROGRESS, note="the same words", percent=80)
    said(date(2025, 4, 5), Status.DROPPED)
    said(date(2025, 4, 6), Status.DONE, key="2021-15.5")
    said(date(2025, 4, 7), Status.DROPPED, key="2021-16.1")
    said(date(2025, 4, 8), Status.IN_PROGRESS, key="2021-15.4", percent=10)
    said(date(2025, 5, 8), Status.IN_PROGRESS, key="2021-15.4")
    assert tracker("retarget", "2014-01.1", "2030", "--why", "late", "--owner", "HB").code == 0

    found = report(tracker, "audit", "--owner", "HB")["audit"]

    assert [(one["sign"], one["key"], one["from"], one["to"]) for one in found] == [
        ("moved_late", "2014-01.1", "2014", "2030"),
        ("unevidenced", "2021-15.5", None, "done"),
        ("hard_dropped", "2014-01.1", "overdue", "dropped"),
        ("reopened", "2014-01.1", "done", "in_progress"),
        ("percent_left_out", "2021-15.4", "behind", "unquantified"),
        ("same_note", "2014-01.1", "2024Q4", "2025Q1"),
    ]
    assert report(tracker, "audit", "--owner", "HB", "--as-of", "2024-06-30")["audit"] == []
    then = report(tracker, "audit", "--known-on", "2024-12-31")["audit"]
    assert [one["sign"] for one in then] == ["reopened"]
    assert "No sign was found." in tracker("audit", "--as-of", "2024-06-30").out


def test_what_cannot_be_written_is_not_issued(tracker: Run, tmp_path: Path) -> None:
    ran = tracker(*Q1, "--issue", "-f", "md", "-o", str(tmp_path / "no" / "q1.md"))

    assert ran.code == 1
    assert report(tracker, "report", "--issues") == []


def test_a_report_before_the_document_counts_nobody_as_silent(tracker: Run) -> None:
    found = report(tracker, "report", "--period", "2020Q1", "--document", "2021")

    assert found["movement"]["silent"] == []
    assert set(found["totals"]["position"].values()) == {0, 781}
    assert "begins on 2021-04-23" in tracker("report", "--period", "2020Q1").out


def test_a_report_on_one_document_says_so(tracker: Run) -> None:
    shown = tracker("report", "--document", "2021").out

    assert "Only the document  Opinion on high-quality development" in shown


def test_positions_at_the_start_and_the_end_add_up(tracker: Run) -> None:
    update(tracker, "2021-16.1", "2024-02-01", "in_progress", "--percent", "5")
    update(tracker, "2021-16.1", "2024-05-01")

    moved = report(tracker, "report", "--period", "2024Q2")["position_transitions"]

    assert {"from": "behind", "to": "unquantified", "assignments": 1} in moved
    assert sum(line["assignments"] for line in moved) == 1304


def test_annexes_come_where_they_are_asked_for(tracker: Run) -> None:
    assert "Assignments of Hubei" not in tracker(*Q1).out
    assert "Assignments of Hubei" in tracker(*Q1, "--annexes").out
    made = reports.everything()
    assert not any(table.annex for table in without_annexes(made).tables)


def test_text_is_the_same_in_json_as_above_the_tables(tracker: Run) -> None:
    shown = tracker(*Q1).out

    for paragraph in report(tracker, *Q1)["text"]:
        assert paragraph in shown
    assert json.loads(tracker(*Q1, "-f", "json").out)["period"] == "2024Q1"
