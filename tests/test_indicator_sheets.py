"""Sheets of figures, in CSV and in workbooks, as people fill them in."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from conftest import Run
from figures import shown, verdict_of
from tracker.register.indicators import observations

HEAD = "indicator,owner,year,value,source\n"
NAMES = ["指标", "责任主体", "年份", "数值", "单位", "来源"]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "figures.csv"
    file.write_text(
        f"{HEAD}urbanisation,HB,2020,62,公报\nurbanisation,HB,2023,65,公报\n", encoding="utf-8"
    )
    return file


def test_a_sheet_is_imported_once(sheet: Path, tracker: Run) -> None:
    first = tracker("indicator", "import", str(sheet), "-f", "json")
    again = tracker("indicator", "import", str(sheet), "-f", "json")

    assert [line["deed"] for line in first.json] == ["added", "added"]
    assert [line["deed"] for line in again.json] == ["unchanged", "unchanged"]
    assert verdict_of(tracker, "urbanisation", "HB") == "on_course"


def test_a_dry_run_of_a_sheet_changes_nothing(sheet: Path, tracker: Run) -> None:
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "import", str(sheet), "--dry-run", "-f", "json")

    assert [line["deed"] for line in ran.json] == ["added", "added"]
    assert "nothing was changed" in ran.err
    assert shown(tracker, "urbanisation") == before


def test_one_bad_line_keeps_a_whole_sheet_out_and_all_bad_ones_are_listed(
    sheet: Path, tracker: Run
) -> None:
    with sheet.open("a", encoding="utf-8") as opened:
        opened.write(
            "urbanisation,XX,2023,65,公报\nurbanisation,HB,2022,65,公报,more\nno,HB,,1,x\n"
        )
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "import", str(sheet))

    assert (ran.code, ran.out) == (1, "")
    assert f"{sheet}:5: a cell stands under no name" in ran.err
    assert shown(tracker, "urbanisation") == before

    sheet.write_text(f"{HEAD}urbanisation,XX,2023,65,y\nno,HB,,1,x\n", encoding="utf-8")
    ran = tracker("indicator", "import", str(sheet))
    assert f"{sheet}:2: owner" in ran.err
    assert f"{sheet}:3: indicator" in ran.err


def test_a_sheet_as_a_chinese_spreadsheet_saves_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    text = "指标,责任主体,年份,数值,单位,来源,疑点,理由\r\n城镇化率,湖北,2023年,６５,%,统计公报,存疑,待核\r\n,,,,,,,\r\n"

    found = [observations(file, text.encode(name)) for name in ("gb18030", "utf-8-sig")]

    assert found[0] == found[1]
    (one,) = found[0]
    assert (one.indicator, one.owner, str(one.period), one.value) == (
        *("城镇化率", "湖北"),
        *("2023", "65"),
    )
    assert (one.unit, one.flag, one.reason) == ("%", "doubtful", "待核")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("f.ods", b"PK", "figures come in an .xlsx, a .csv or a .yaml file"),
        ("f.csv", b"", "the file is empty"),
        ("f.csv", HEAD.encode(), "observations: is empty"),
        ("f.csv", b"indicator,value,value\nx,1,2\n", "f.csv:1: the field value stands here twice"),
        ("f.csv", b"indicator,colour\nx,red\n", "f.csv:2: colour: unknown field"),
        ("f.csv", b'indicator,value\n"x,1\n', "not CSV"),
        ("f.csv", b"\x00\x01\x02\x03", "binary data"),
        ("f.yaml", b"observations: [", "not YAML"),
        ("f.yaml", b"indicators: []", "the field observations is missing"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    tracker: Run, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)

    ran = tracker("indicator", "import", str(tmp_path / name))

    assert (ran.code, ran.out) == (1, "")
    assert message in ran.err


def test_a_file_that_is_not_there_is_not_found(tracker: Run) -> None:
    assert tracker("indicator", "import", "nowhere.csv").code == 3


# workbooks


def workbook(folder: Path, *rows: Sequence[object], **formats: str) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, said in formats.items():
        book.active[place].number_format = said
    notes = book.create_sheet("说明")
    notes["A1"] = "=SUM(1,2)"
    file = folder / "figures.xlsx"
    book.save(file)
    return file


def test_a_workbook_is_read_under_its_title_and_beside_sheets_that_have_no_figures(
    tracker: Run, tmp_path: Path
) -> None:
    file = workbook(
        tmp_path,
        ["2023年指标"],
        NAMES,
        ["常住人口城镇化率", "湖北", 2023, 65.47, "%", "公报"],
        ["urbanisation", "HB", "２０２０年", " 62.89 ", None, "公报"],
    )

    ran = tracker("indicator", "import", str(file), "-f", "json")

    assert [(o["deed"], o["year"], o["value"]) for o in ran.json] == [
        ("added", "2023", 65.47),
        ("added", "2020", 62.89),
    ]
    assert verdict_of(tracker, "urbanisation", "HB") == "off_course"


@pytest.mark.parametrize("typed", ["65.47%", "６５．４７％"])
def test_a_per_cent_is_the_same_typed_or_shown_by_the_format_of_the_cell(
    tmp_path: Path, tracker: Run, typed: str
) -> None:
    file = workbook(
        tmp_path,
        NAMES,
        ["urbanisation", "HB", 2022, 0.6547, None, "公报"],
        ["urbanisation", "HB", 2023, typed, None, "公报"],
        D2="0.00%",
    )

    ran = tracker("indicator", "import", str(file), "-f", "json")

    assert [(o["value"], o["unit"]) for o in ran.json] == [(65.47, "%"), (65.47, "%")]


def test_what_binary_fractions_add_to_a_figure_is_not_taken_for_digits(
    tmp_path: Path, tracker: Run
) -> None:
    file = workbook(tmp_path, NAMES, ["urbanisation", "HB", 2022, 0.1 + 0.2, None, "公报"])

    assert tracker("indicator", "import", str(file), "-f", "json").json[0]["value"] == 0.3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["urbanisation", "HB", 2022, "=1+1", None, "公报"], "[Sheet] D2: a formula stands"),
        (["urbanisation", "HB", 2022, "约64", None, "公报"], "[Sheet]:2: value: not a number"),
        (["urbanisation", "HB", 2022, "64%", "万人", "公报"], "the unit says 万人"),
        (["gdp", "HB", 2022, "64%", None, "公报"], "gdp is measured in 亿元, not in %"),
        (["urbanisation", "HB", 2022, 64, None, None], "[Sheet]:2: the field source is missing"),
        (["urbanisation", "HB", 22, 64, None, "公报"], "[Sheet]:2: year: not a year"),
        (["urbanisation", "HB", 2022, 64, None, "公报", "more"], "[Sheet]:2: a cell stands under"),
    ],
)
def test_a_mistake_in_a_workbook_names_sheet_and_row_and_changes_nothing(
    tmp_path: Path, tracker: Run, row: list[object], message: str
) -> None:
    before = shown(tracker, "urbanisation")

    ran = tracker("indicator", "import", str(workbook(tmp_path, NAMES, row)))

    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert message in ran.err
    assert shown(tracker, "urbanisation") == before


def test_a_workbook_without_a_row_of_names_says_which_it_wants(
    tmp_path: Path, tracker: Run
) -> None:
    file = workbook(tmp_path, ["urbanisation", "HB", 2022, 64])

    ran = tracker("--lang", "zh", "indicator", "import", str(file))

    assert (ran.code, ran.out) == (1, "")
    assert "指标、责任主体、年份、数值、来源" in ran.err


def test_a_sheet_may_have_a_title_above_the_names_of_its_columns(sheet: Path, tracker: Run) -> None:
    sheet.write_text("2023年指标,,,,\n" + sheet.read_text("utf-8"), encoding="utf-8")

    ran = tracker("indicator", "import", str(sheet), "-f", "json")

    assert [line["value"] for line in ran.json] == [62, 65]


def test_a_sheet_without_names_of_columns_is_told_so_once(tracker: Run, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("urbanisation,HB,2023,65,公报\n", encoding="utf-8")

    ran = tracker("indicator", "import", str(file))

    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert f"{file}:1: this line should name the columns: indicator, owner" in ran.err


def test_a_sheet_may_be_separated_by_semicolons(sheet: Path, tracker: Run) -> None:
    sheet.write_text(sheet.read_text("utf-8").replace(",", ";"), encoding="utf-8")

    ran = tracker("indicator", "import", str(sheet), "-f", "json")

    assert [line["value"] for line in ran.json] == [62, 65]


def test_what_went_out_guarded_is_read_as_it_was(tmp_path: Path) -> None:
    sheet = HEAD + "growth,HB,2020,'-0.5,'=公报\n"

    (one,) = observations(tmp_path / "figures.csv", sheet.encode())

    assert (one.value, one.source) == ("-0.5", "=公报")
