"""Assignments as tasks of other programs: iCalendar taken apart by its rules, Taskwarrior's JSON."""

import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from conftest import Run
from tracker.domain.words import Role, Status, Verification
from tracker.i18n import speaking
from tracker.render import Screen, render
from tracker.report.tasks import Task, Tasks

KEY, HB = "2021-15.5", ("--owner", "HB")
SMALL = Path(__file__).with_name("data") / "small.yaml"
NAME = re.compile(r"[A-Z-]+(?:;VALUE=DATE)?")
# What would end a line, a task or a value, and what would act on a terminal.
HOSTILE = 'a;b,c\\d "q" [x]\nEND:VTODO\r\nBEGIN:VEVENT\rX:1\u2028Y:2 \x1b[31m\x9b\x07 \u202e \\n'
TASK = Task(
    uid=UUID(int=7),
    summary="2099-01.1 A task",
    document="2099",
    section=1,
    section_title="A section",
    owner="HB",
    owner_name="Hubei",
    role=Role.LEAD,
    status=Status.NOT_STARTED,
    retired=False,
    percent=None,
    verification=Verification.UNREPORTED,
    due_on=date(2099, 12, 31),
    ended_at=None,
    about=(("Role", "lead"),),
    reported=(),
    reported_at=None,
    version=0,
    added_at=datetime(2098, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    changed_at=datetime(2098, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
)


def calendar(data: bytes) -> list[dict[str, str]]:
    """The tasks of a calendar: unfolded, each line a name and a value, as RFC 5545 has it."""
    assert data.endswith(b"\r\n")
    lines = data.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    todos: list[dict[str, str]] = []
    for line in lines[3:-1]:
        name, colon, value = line.partition(":")
        assert colon
        assert NAME.fullmatch(name)
        if line == "BEGIN:VTODO":
            todos.append({})
        elif line != "END:VTODO":
            assert name not in todos[-1]
            todos[-1][name] = value
    return todos


def text(value: str) -> str:
    """A value as it was before it was escaped."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def listed(value: str) -> list[str]:
    """The texts of a list: separated by commas that no backslash stands before."""
    return [text(one) for one in re.split(r"(?<!\\),", value)]


def exported(tracker: Run, form: str, *more: str) -> Any:
    ran = tracker("export", "-f", form, *more)
    assert ran.code == 0, ran.err
    return calendar(ran.out.encode()) if form == "ics" else ran.json


def of_hubei(tracker: Run, form: str, name: str, key: str = KEY) -> dict[str, Any]:
    found: dict[str, Any] = next(
        task for task in exported(tracker, form, *HB) if task[name].startswith(f"{key} ")
    )
    return found


def rendered(*tasks: Task, form: str = "ics") -> bytes:
    made = render(Tasks(tasks), form)
    return made if isinstance(made, bytes) else made.encode()


def seeded(tracker: Run, folder: Path, *changes: tuple[str, str]) -> None:
    """The small register, changed so, is in the ledger."""
    said = SMALL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in said
        said = said.replace(old, new)
    file = folder / "small.yaml"
    file.write_text(said, encoding="utf-8")
    assert tracker("seed", str(file)).code == 0


def test_every_assignment_is_a_task_with_an_identity_of_its_own(tracker: Run) -> None:
    rows = tracker("list", "--by", "assignment", "-f", "json").json

    todos = exported(tracker, "ics")

    assert len({todo["UID"] for todo in todos}) == len(todos) == len(rows)
    assert [text(todo["SUMMARY"]).partition(" ")[0] for todo in todos] == [r["key"] for r in rows]
    assert [todo.get("DUE;VALUE=DATE") for todo in todos] == [
        r["due_on"] and r["due_on"].replace("-", "") for r in rows
    ]


def test_a_task_says_whose_it_is_where_it_belongs_and_what_was_reported(tracker: Run) -> None:
    tracker("update", KEY, *HB, "--status", "in_progress", "--percent", "40", "--note", "half; way")

    todo = of_hubei(tracker, "ics", "SUMMARY")

    owner, document, section = listed(todo["CATEGORIES"])
    assert (owner, document) == ("Hubei", "2021")
    assert section.startswith("Opening up")
    assert (todo["STATUS"], todo["PERCENT-COMPLETE"]) == ("IN-PROCESS", "40")
    assert "Note: half; way" in text(todo["DESCRIPTION"]).split("\n")


def test_a_task_speaks_chinese_where_the_program_does(tracker: Run) -> None:
    todos = exported(tracker, "ics", "--lang", "zh", *HB, "--document", "2021")

    assert listed(todos[0]["CATEGORIES"])[0] == "湖北"


@pytest.mark.parametrize(
    ("status", "word", "percent", "more"),
    [
        (Status.NOT_STARTED, "NEEDS-ACTION", None, []),
        (Status.IN_PROGRESS, "IN-PROCESS", None, []),
        (Status.STALLED, "IN-PROCESS", None, ["stalled"]),
        (Status.DONE, "COMPLETED", "100", []),
        (Status.DROPPED, "CANCELLED", None, []),
    ],
)
def test_each_status_has_its_word_in_the_standard(
    tracker: Run, status: Status, word: str, percent: str | None, more: list[str]
) -> None:
    assert tracker("update", KEY, *HB, "--status", status, "--evidence", "x").code == 0

    todo = of_hubei(tracker, "ics", "SUMMARY")

    assert (todo["STATUS"], todo.get("PERCENT-COMPLETE")) == (word, percent)
    assert listed(todo["CATEGORIES"])[3:] == more
    assert ("COMPLETED" in todo) == (status is Status.DONE)


def test_what_was_returned_is_marked(tracker: Run) -> None:
    tracker("--actor", "wang", "update", KEY, *HB, "--status", "done", "--evidence", "x")
    tracker("--actor", "li", "review", KEY, *HB, "--return", "no record")

    assert listed(of_hubei(tracker, "ics", "SUMMARY")["CATEGORIES"])[3:] == ["returned"]
    assert "returned" in of_hubei(tracker, "taskwarrior", "description")["tags"]


def test_a_task_ended_on_the_day_that_was_reported(tracker: Run) -> None:
    tracker(*("update", KEY, *HB, "--status", "done", "--evidence", "x", "--on", "2025-06-30"))

    assert of_hubei(tracker, "ics", "SUMMARY")["COMPLETED"] == "20250630T040000Z"
    assert of_hubei(tracker, "taskwarrior", "description")["end"] == "20250630T040000Z"


def test_a_report_changes_the_time_and_the_number_of_a_task_not_its_identity(tracker: Run) -> None:
    before = of_hubei(tracker, "ics", "SUMMARY")
    tracker("update", KEY, *HB, "--status", "stalled")

    after = of_hubei(tracker, "ics", "SUMMARY")

    assert (after["UID"], after["CREATED"]) == (before["UID"], before["CREATED"])
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["DTSTAMP"] == after["LAST-MODIFIED"] > before["LAST-MODIFIED"]


@pytest.mark.parametrize("form", ["ics", "taskwarrior"])
def test_the_same_ledger_gives_the_same_bytes(tracker: Run, form: str) -> None:
    assert tracker("export", "-f", form).out == tracker("export", "-f", form).out


@pytest.mark.parametrize("title", ["长" * 900, "ab长😀" * 225, "x" * 900, "\\;,\n" * 225])
def test_no_line_is_longer_than_the_standard_allows_and_nothing_is_lost(title: str) -> None:
    data = rendered(TASK._replace(summary=title))

    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    (todo,) = calendar(data)
    assert text(todo["SUMMARY"]) == title


def test_a_note_comes_back_as_it_was_said_and_adds_no_line(tracker: Run) -> None:
    plain = 'a;b,c\\d "q"\nEND:VTODO\nBEGIN:VEVENT\\n'
    tracker("update", KEY, *HB, "--status", "stalled", "--note", plain)

    description = text(of_hubei(tracker, "ics", "SUMMARY")["DESCRIPTION"])

    assert f"Note: {plain}" in description


@pytest.mark.parametrize("form", ["ics", "taskwarrior"])
def test_nothing_in_a_note_acts_on_a_terminal(tracker: Run, form: str) -> None:
    assert tracker("update", KEY, *HB, "--status", "stalled", "--note", HOSTILE).code == 0

    out = tracker("export", "-f", form, *HB).out

    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(out)
    assert len(exported(tracker, form, *HB)) == len(
        tracker("list", "--by", "assignment", *HB, "-f", "json").json
    )


def test_separators_of_unicode_end_no_line_of_a_calendar() -> None:
    made = rendered(TASK._replace(summary="a\u2028b\u2029c")).decode()

    assert len(made.splitlines()) == made.count("\r\n")


@pytest.mark.parametrize("form", ["ics", "taskwarrior"])
def test_only_the_tasks_of_an_owner_and_a_document_go_out(tracker: Run, form: str) -> None:
    wanted = (*HB, "--document", "2014")

    tasks = exported(tracker, form, *wanted)

    assert len(tasks) == len(tracker("list", "--by", "assignment", *wanted, "-f", "json").json)
    assert all(t.get("SUMMARY", t.get("description")).startswith("2014-") for t in tasks)


def test_an_unknown_owner_is_refused(tracker: Run) -> None:
    ran = tracker("export", "-f", "ics", "--owner", "XX")

    assert (ran.code, ran.out) == (3, "")
    assert "XX" in ran.err


@pytest.mark.parametrize("form", ["ics", "taskwarrior"])
def test_an_export_of_nothing_is_refused_and_leaves_no_file(
    tracker: Run, tmp_path: Path, form: str
) -> None:
    seeded(tracker, tmp_path)
    out = tmp_path / "none"

    ran = tracker("export", "-f", form, "--document", "small", "--owner", "AH", "-o", str(out))

    assert (ran.code, out.exists()) == (3, False)
    assert "nothing to export" in ran.err


def test_a_retired_assignment_is_cancelled_where_it_was_a_task(
    tracker: Run, tmp_path: Path
) -> None:
    seeded(tracker, tmp_path)
    (before,) = (
        todo
        for todo in exported(tracker, "ics", "--document", "small", *HB)
        if todo["SUMMARY"].startswith("small-01.1 ")
    )
    seeded(tracker, tmp_path, ("{owner: HB, role: lead", "{owner: AH, role: lead"))

    after = {t["UID"]: t for t in exported(tracker, "ics", "--document", "small")}
    deleted = [
        t["uuid"]
        for t in exported(tracker, "taskwarrior", "--document", "small")
        if t["status"] == "deleted"
    ]

    assert (before["STATUS"], after[before["UID"]]["STATUS"]) == ("NEEDS-ACTION", "CANCELLED")
    assert after[before["UID"]]["LAST-MODIFIED"] >= before["LAST-MODIFIED"]
    assert before["UID"] in deleted
    assert len(deleted) == 2


@pytest.mark.parametrize(
    ("form", "cancelled"), [("ics", {"CANCELLED"}), ("taskwarrior", {"deleted"})]
)
def test_an_owner_who_has_nothing_left_lets_go_of_what_he_had(
    tracker: Run, tmp_path: Path, form: str, cancelled: set[str]
) -> None:
    seeded(tracker, tmp_path)
    seeded(tracker, tmp_path, ("owner: HB", "owner: AH"))

    tasks = exported(tracker, form, "--document", "small", *HB)

    assert {task.get("STATUS") or task["status"] for task in tasks} == cancelled


def test_a_calendar_is_not_what_a_json_file_is_called_after(tracker: Run, tmp_path: Path) -> None:
    out = tmp_path / "hb.ics"

    ran = tracker("export", *HB, "-o", str(out))

    assert (ran.code, out.exists()) == (2, False)
    assert "-f ics" in ran.err


def test_taskwarrior_gets_the_same_identities_as_calendars(tracker: Run) -> None:
    assert [task["uuid"] for task in exported(tracker, "taskwarrior")] == [
        todo["UID"] for todo in exported(tracker, "ics")
    ]


def test_a_task_for_taskwarrior_has_what_it_asks_for(tracker: Run) -> None:
    tracker(*("update", KEY, *HB, "--status", "stalled", "--note", "no land", "--problem", "quota"))

    task = of_hubei(tracker, "taskwarrior", "description")

    assert (task["status"], task["project"]) == ("pending", "2021.5")
    assert task["due"] == "20251231T155959Z"
    assert task["tags"] == ["HB", "lead", "stalled", "reported"]
    assert [each["description"] for each in task["annotations"]] == [
        "Note: no land",
        "Problem: quota",
    ]
    times = [each["entry"] for each in task["annotations"]]
    assert len(set(times)) == 2
    assert task["modified"] == times[0]


def test_tags_hold_only_what_filters_find() -> None:
    (task,) = json.loads(rendered(TASK._replace(owner="HB-WH"), form="taskwarrior"))

    assert task["tags"] == ["HB_WH", "lead", "not_started", "unreported"]


def test_a_terminal_without_unicode_gets_plain_json() -> None:
    with speaking("zh"):
        made = render(Tasks((TASK._replace(summary="任务"),)), "taskwarrior", Screen(unicode=False))

    assert isinstance(made, str)
    assert made.isascii()
    assert json.loads(made)[0]["description"] == "任务"


def test_taskwarrior_itself_imports_twice_without_doubles(tracker: Run, tmp_path: Path) -> None:
    program = shutil.which("task")
    if not program:
        pytest.skip("Taskwarrior (task) is not installed")
    (tmp_path / "rc").write_text(f"data.location={tmp_path}\nconfirmation=off\n", encoding="utf-8")
    file = tmp_path / "tasks.json"

    def task(*arguments: str) -> str:
        command = [program, f"rc:{tmp_path / 'rc'}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    tracker("update", KEY, *HB, "--status", "stalled", "--note", HOSTILE)
    tracker("export", "-f", "taskwarrior", *HB, "-o", str(file))
    task("import", str(file))
    wanted = len(json.loads(file.read_text(encoding="utf-8")))
    tracker("update", KEY, *HB, "--status", "done", "--evidence", "minutes 12")
    tracker("export", "-f", "taskwarrior", *HB, "-o", str(file))

    task("import", str(file))

    assert (task("count"), task("status:completed", "count")) == (str(wanted), "1")
