"""Forms as they go out: what the workbook holds, locks and checks; and the same as CSV and JSON."""

import csv
import io
import json
import sys
import zipfile
from datetime import date
from pathlib import Path
from subprocess import run as execute

import openpyxl
import pytest

from conftest import Run
from offices import HIDDEN, Desk
from terminals import on_a_terminal
from tracker.domain.words import Role, Status
from tracker.forms import FILLED, Column, Form, Given, Head, Mark, Row, plain_writing, writing
from tracker.i18n import speaking

HOSTILE = '=cmd|"/c calc"!A1'
_CHINESE = (
    "序号 文件 举措 任务 分工内容 角色 目标年份 上期状态 上期进展"
    " 状态 完成比例 进展情况 存在问题 下一步措施 佐证材料 生效日期"
)
_ENGLISH = (
    "No. Document Measure Commitment Scope Role Target_year Last_status Last_progress"
    " Status Percent Progress Problems Next_steps Evidence Effective_on"
)
FORM = ("form", "--owner", "HB", "--period", "2024Q2")


def made(**row: object) -> Form:
    """A form of one row."""
    first = Row(
        key="2099-01.1",
        role=Role.LEAD,
        version=3,
        document="Plan",
        measure="（一）Roads",
        commitment="2099-01.1 Build the road",
        scope="",
        target="2099-06",
        last_status=Status.STALLED,
        last_note="40% dug",
        given=None,
    )._replace(**row)  # type: ignore[arg-type] # whatever a test is about
    head = Head("HB", "2099Q1", "0123456789abcdef")
    return Form(head, "Hubei", date(2099, 1, 1), date(2099, 3, 31), (first,))


def sheet(form: Form) -> Desk:
    return Desk(writing.workbook(form))


@pytest.mark.parametrize(
    ("language", "head"),
    [
        ("zh", _CHINESE),
        ("en", _ENGLISH),
    ],
)
def test_the_columns_stand_in_their_order_in_the_language_spoken(language: str, head: str) -> None:
    with speaking(language):
        desk = sheet(made())

    headings = [str(cell.value).replace(" ", "_") for cell in desk.sheet[1][: len(Column)]]
    assert " ".join(headings) == head


def test_a_row_shows_what_is_known_and_what_was_reported_last() -> None:
    desk = sheet(made())

    values = [cell.value for cell in desk.sheet[2][: len(Column)]]
    assert values == [
        1, "Plan", "（一）Roads", "2099-01.1 Build the road", None, "lead", "2099-06", "stalled",
        "40% dug", *[None] * len(FILLED),
    ]  # fmt: skip


def test_only_what_is_to_be_filled_in_is_open() -> None:
    desk = sheet(made())

    assert desk.sheet.protection.sheet
    unlocked = [c for c in Column if not desk.cell("2099-01.1", c).protection.locked]
    assert unlocked == list(FILLED)


def test_the_last_column_is_hidden_and_says_what_a_row_is() -> None:
    desk = sheet(made())
    letter = openpyxl.utils.get_column_letter(HIDDEN)

    assert desk.sheet.column_dimensions[letter].hidden
    mark = Mark.read(desk.cell("2099-01.1", None).value)
    assert mark is not None
    assert mark[:6] == ("2099-01.1", "HB", Role.LEAD, 3, "2099Q1", "0123456789abcdef")


def test_the_workbook_itself_checks_status_percent_and_date() -> None:
    with speaking("zh"):
        rules = sheet(made()).sheet.data_validations.dataValidation

    assert [(str(rule.sqref), rule.type) for rule in rules] == [
        ("J2", "list"),
        ("K2", "decimal"),
        ("P2", "date"),
    ]
    assert rules[0].formula1 == '"未启动,推进中,受阻,已完成,终止"'
    assert (rules[1].formula1, rules[1].formula2) == ("0", "1")


def test_what_the_period_has_already_stands_in_the_cells_to_fill_in() -> None:
    given = Given(Status.DONE, 100, "built", None, None, "minutes 3\nphoto", date(2099, 2, 1))

    desk = sheet(made(given=given))

    percent, on = (
        desk.cell("2099-01.1", Column.PERCENT),
        desk.cell("2099-01.1", Column.EFFECTIVE_ON),
    )
    assert (percent.value, percent.number_format) == (1, "0%")
    assert on.value.date() == date(2099, 2, 1)
    assert desk.cell("2099-01.1", Column.EVIDENCE).value == "minutes 3\nphoto"


def test_a_note_is_never_a_formula() -> None:
    desk = sheet(made(last_note=HOSTILE, scope="<r>x</r>", document="a\x00b\ufffe"))

    assert desk.cell("2099-01.1", Column.LAST_NOTE).data_type == "s"
    assert desk.cell("2099-01.1", Column.SCOPE).value == "<r>x</r>"
    assert desk.cell("2099-01.1", Column.DOCUMENT).value == "ab"


def test_a_sheet_says_how_to_fill_in_the_other_one() -> None:
    with speaking("zh"):
        how = sheet(made()).book.worksheets[1]

    said = "\n".join(str(cell.value) for row in how.iter_rows() for cell in row if cell.value)
    assert all(word.zh in said for word in (*Status, *FILLED))
    assert "2099-03-31" in said


def test_the_same_form_is_the_same_bytes() -> None:
    assert writing.workbook(made()) == writing.workbook(made())


def test_what_goes_out_as_csv_runs_in_no_spreadsheet() -> None:
    given = Given(Status.STALLED, note=HOSTILE, problem="'=x")

    rows = list(csv.reader(io.StringIO(plain_writing.comma_separated(made(given=given)))))

    note, problem = (list(Column).index(column) for column in (Column.NOTE, Column.PROBLEM))
    assert (rows[1][note], rows[1][problem]) == (f"'{HOSTILE}", "''=x")


def test_json_has_the_known_and_the_open_fields() -> None:
    tree = json.loads(plain_writing.json_text(made(given=Given(Status.DONE, 100, evidence="a\nb"))))

    assert (tree["owner"], tree["period"]) == ("HB", "2099Q1")
    row = tree["rows"][0]
    assert (row["role"], row["version"], row["last_status"]) == ("lead", 3, "stalled")
    assert (row["status"], row["percent"], row["evidence"]) == ("done", 100, ["a", "b"])


def test_hubei_gets_the_form_of_its_assignments(tracker: Run, tmp_path: Path) -> None:
    out = tmp_path / "hb.xlsx"

    ran = tracker(*FORM, "-o", str(out))

    assert ran.code == 0
    keys = {
        row["key"]
        for row in tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json
    }
    marks = [Mark.read(str(cell.value)) for cell in Desk(out.read_bytes()).sheet["Q"][1:]]
    assert {mark.key for mark in marks if mark} == keys
    assert {mark.owner for mark in marks if mark} == {"HB"}


def test_last_is_what_stood_before_the_period_and_given_what_stands_in_it(
    tracker: Run, tmp_path: Path
) -> None:
    update = ("update", "2021-15.1", "--owner", "HB", "--status")
    tracker(*update, "stalled", "--percent", "20", "--note", "dug", "--on", "2024-03-01")
    tracker(*update, "in_progress", "--percent", "30", "--on", "2024-05-01")
    tracker(*update, "in_progress", "--percent", "90", "--on", "2024-08-01")
    out = tmp_path / "hb.xlsx"

    tracker(*FORM, "-o", str(out))

    desk = Desk(out.read_bytes())
    said = {column: desk.cell("2021-15.1", column).value for column in Column}
    assert (said[Column.LAST_STATUS], said[Column.LAST_NOTE]) == ("stalled", "20% dug")
    assert (said[Column.STATUS], said[Column.PERCENT]) == ("in progress", 0.3)


def test_all_makes_a_form_for_every_owner(tracker: Run, tmp_path: Path) -> None:
    folder = tmp_path / "forms"

    ran = tracker("form", "--all", "--period", "2024Q2", "-o", str(folder))

    assert ran.code == 0
    assert {file.name for file in folder.iterdir()} == {
        f"{owner}-2024Q2.xlsx" for owner in ("SX", "AH", "JX", "HA", "HB", "HN", "CENTRAL")
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("form", "--period", "2024Q2"), 2, "either"),
        (("form", "--all", "--owner", "HB", "--period", "2024Q2"), 2, "either"),
        (("form", "--all", "--period", "2024Q2"), 2, "FOLDER"),
        (("form", "--owner", "HB", "--period", "soon"), 2, "no period"),
        (("form", "--owner", "HB", "--period", "2998Q1"), 2, "not begun"),
        (("form", "--owner", "XX", "--period", "2024Q2"), 3, "unknown owner"),
        (("form", "--owner", "HB"), 2, "--period"),
    ],
)
def test_a_form_that_cannot_be_made_is_refused(
    tracker: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = tracker(*arguments)

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_file_that_promises_another_format_is_refused(tracker: Run, tmp_path: Path) -> None:
    out = tmp_path / "hb.csv"

    ran = tracker(*FORM, "-o", str(out))

    assert (ran.code, out.exists()) == (2, False)
    assert "say -f csv" in ran.err


@pytest.mark.parametrize("every", [True, False])
def test_a_form_that_may_be_filled_in_by_now_is_not_written_over(
    tracker: Run, tmp_path: Path, every: bool
) -> None:
    filled = tmp_path / "HB-2024Q2.xlsx"
    filled.write_bytes(b"filled in")
    what = ("--all", "-o", str(tmp_path)) if every else ("--owner", "HB", "-o", str(filled))

    ran = tracker("form", "--period", "2024Q2", *what)

    assert (ran.code, ran.err) == (1, f"tracker: {filled} is there already: name another\n")
    assert filled.read_bytes() == b"filled in"
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".xlsx"] == [filled.name]


def test_long_work_shows_a_bar_on_a_terminal(file: Path, tmp_path: Path) -> None:
    db, forms = ("--db", str(file)), tmp_path / "forms"

    _code, _out, making = on_a_terminal(
        *db, "form", "--all", "--period", "2024Q2", "-f", "csv", "-o", str(forms)
    )
    _code, _out, taking = on_a_terminal(*db, "import", *map(str, sorted(forms.iterdir())))

    assert "[....................] 0/7 SX …" in making
    assert "[#################...] 6/7 CENTRAL …" in making
    assert "[##########..........] 7/14 AH-2024Q2.csv …" in taking
    assert taking.count("\r\x1b[K") == 15


def test_the_folder_of_all_forms_is_no_file(tracker: Run, tmp_path: Path) -> None:
    (tmp_path / "forms").write_text("")

    ran = tracker("form", "--all", "--period", "2024Q2", "-o", str(tmp_path / "forms"))

    assert ran.code == 1
    assert "cannot write" in ran.err


def test_a_form_goes_into_a_pipe(file: Path) -> None:
    ran = execute(
        [sys.executable, "-m", "tracker", "--db", str(file), *FORM], capture_output=True, check=True
    )

    assert zipfile.is_zipfile(io.BytesIO(ran.stdout))


def test_everyday_commands_load_neither_reader_nor_writer_of_workbooks(file: Path) -> None:
    program = (
        "import sys; from tracker.cli.app import run; run(sys.argv[1:]);"
        "print({m.split('.')[0] for m in sys.modules} & {'openpyxl', 'xlsxwriter'},"
        " 'tracker.forms' in sys.modules, file=sys.stderr)"
    )

    for command in (
        ("list",),
        ("update", "2021-15.1", "--owner", "HB", "--status", "stalled"),
        ("show", "2021-15.1"),
    ):
        ran = execute(
            [sys.executable, "-c", program, "--db", str(file), *command],
            capture_output=True,
            check=True,
        )
        assert ran.stderr.decode().strip().endswith("set() False")
