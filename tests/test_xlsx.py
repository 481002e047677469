"""Workbooks are opened again: sheets, values and their types, formats, colours, charts."""

import io
import os
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from reports import HOSTILE, everything
from tracker.domain.words import Status, Verification
from tracker.i18n import speaking
from tracker.render import render, xlsx_format
from tracker.report.model import (
    Bar,
    Chart,
    Column,
    Fact,
    Progress,
    Report,
    Series,
    Share,
    Table,
    Tenths,
)

# What the second reader has no use for; the file is not at fault.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

LANDS = (
    "Overview",
    "By status",
    "Each owner",
    "Owner by measure",
    "Overdue, behind or stalled",
    "Newly done",
    "Hubei assignments",
    "Central departments assignments",
    "Charts",
)


def _bytes(what: Report | Table) -> bytes:
    made = render(what, "xlsx")
    assert isinstance(made, bytes)
    return made


def _book(what: Report | Table) -> Any:
    return openpyxl.load_workbook(io.BytesIO(_bytes(what)))


def _column(values: list[Any], *, flexible: bool = False, title: str = "Things") -> Any:
    """The sheet that a table of one column becomes."""
    column = Column("thing", "Thing", flexible=flexible)
    return _book(Table("things", title, (column,), [(value,) for value in values])).worksheets[0]


def _values(sheet: Any) -> list[Any]:
    return [cell.value for (cell,) in sheet.iter_rows(min_row=2)]


def _xml(what: Report | Table, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(_bytes(what))) as file:
        return etree.fromstring(file.read(name))


def _figures(tree: Any) -> list[str]:
    """What the chart keeps of the values of its series."""
    return [found.text for found in tree.iterfind(".//{*}val//{*}v")]


def test_a_report_has_a_sheet_in_front_one_for_each_shown_table_and_one_of_charts() -> None:
    assert tuple(_book(everything()).sheetnames) == LANDS


def test_sheets_are_named_in_the_language_of_the_report() -> None:
    chinese = everything().translation
    assert chinese is not None

    with speaking("zh"):
        names = _book(chinese).sheetnames

    assert names[1:4] == ["按状态", "各责任主体", "责任主体×举措"]
    assert "湖北省分工一览" in names


def test_the_sheet_in_front_says_what_the_report_says() -> None:
    report = everything()
    front = _book(report)["Overview"]
    lines = [tuple(cell.value for cell in row) for row in front.iter_rows(max_col=2)]

    assert lines[0] == (report.title, None)
    assert ("As of", datetime(2099, 3, 31)) in lines  # noqa: DTZ001 - as the reader gives a date
    assert ("Known on", "2099-04-02 08:00:00 (Beijing)") in lines
    assert ("Summary", report.text[0]) in lines
    assert (None, report.text[1]) in lines
    assert ("Notes", "Support does not count.") in lines


def test_the_contents_lead_to_every_sheet_and_stand_under_their_parts() -> None:
    front = _book(everything())["Overview"]
    links = {c.value: c.hyperlink.location for (c,) in front["B1:B40"] if c.hyperlink}
    said = [cell.value for (cell,) in front["B1:B40"] if cell.value]

    assert links["Owner by measure"] == "'Owner by measure'!A1"
    assert links["Hubei: assignments"] == "'Hubei assignments'!A1"
    assert links["Status by owner"] == "Charts!A1"
    assert len(links) == len(LANDS) - 2 + 2
    assert said.index("By owner") < said.index("Each owner") < said.index("What lags")
    assert said.index("Annexes") < said.index("Hubei: assignments") < said.index("Charts")


def test_a_table_alone_is_one_sheet() -> None:
    table = everything().tables[1]

    assert _book(table).sheetnames == ["Each owner"]


def test_only_titled_columns_with_something_in_them_are_shown() -> None:
    header = [cell.value for cell in _book(everything())["Each owner"][1]]

    assert header == ["Code", "Owner", "All", "Share", "Progress"]


def test_a_date_is_a_date_and_a_time_is_text() -> None:
    sheet = _column([date(2025, 12, 31), datetime(2024, 4, 2, 1, 2, 3, 4, tzinfo=UTC)])

    assert sheet["A2"].is_date
    assert sheet["A2"].value.date() == date(2025, 12, 31)
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["A3"].value == "2024-04-02 09:02:03 (Beijing)"


def test_a_date_that_excel_cannot_count_is_text() -> None:
    assert _values(_column([date(1900, 2, 28), date(1900, 3, 1)]))[0] == "1900-02-28"


def test_numbers_are_numbers_unless_excel_would_round_them() -> None:
    values = _values(_column([7, 2.5, -1, True, 10**15 - 1, 10**17 + 1, float("inf")]))

    assert values == [7, 2.5, -1, True, 10**15 - 1, "100000000000000001", "inf"]
    assert values[3] is True


def test_a_share_is_a_fraction_shown_per_cent() -> None:
    sheet = _column([Share(1, 3), Share(0, 0), Tenths(250), None])

    assert _values(sheet) == [pytest.approx(1 / 3), "-", 0.25, None]
    assert {sheet[f"A{row}"].number_format for row in (2, 4)} == {"0.0%"}


def test_a_share_shows_nothing_and_all_only_where_it_is_so() -> None:
    rules = [r for of in _column([Share(1, 3000)]).conditional_formatting for r in of.rules]

    little, much = rules
    assert (little.dxf.numFmt.formatCode, much.dxf.numFmt.formatCode) == ('"0.1%"', '"99.9%"')
    assert float(little.formula[0]) < 1 / 3000 < float(little.formula[1]) < 0.0005
    assert float(much.formula[0]) <= 2999 / 3000 < float(much.formula[1]) < 1


def test_progress_is_a_number_that_reads_as_progress_and_silence_is_none() -> None:
    sheet = _column([Progress(1, 3, 2), Progress(0, 3, 3), Progress(0, 3, 0), Progress(3, 150, 1)])

    assert _values(sheet) == [pytest.approx(1 / 3), 0, "-/3", 0.02]
    assert sheet["A2"].number_format == "0/3"
    assert sheet["A5"].number_format == "0.0%"
    assert not sheet["A2"].is_date
    (rules,) = (of.rules for of in sheet.conditional_formatting)
    assert {rule.type for rule in rules} == {"beginsWith", "colorScale"}


def test_a_bar_is_drawn_in_its_cell() -> None:
    sheet = _column([Bar(1, 4)])
    (rules,) = (of.rules for of in sheet.conditional_formatting)

    assert sheet["A2"].value == 0.25
    assert rules[0].dataBar.showValue is False
    assert [(end.type, end.val) for end in rules[0].dataBar.cfvo] == [("num", 0), ("num", 1)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_status_has_its_colour_by_the_text_of_the_cell(language: str) -> None:
    with speaking(language):
        sheet = _column([Status.STALLED, None])
    rules = [rule for of in sheet.conditional_formatting for rule in of.rules]

    named = [f'"{status.zh if language == "zh" else status.en}"' for status in Status]
    assert [rule.formula for rule in rules] == [[name] for name in named]
    assert len({rule.dxf.fill.bgColor.rgb for rule in rules}) == len(Status)
    assert {str(of.sqref) for of in sheet.conditional_formatting} == {"A2:A3"}


def test_returned_is_as_red_as_stalled_and_verified_as_green_as_done() -> None:
    def colours(word: Status | Verification) -> dict[str, str]:
        rules = [rule for of in _column([word]).conditional_formatting for rule in of.rules]
        return {rule.formula[0].strip('"'): rule.dxf.fill.bgColor.rgb for rule in rules}

    status, verification = colours(Status.DONE), colours(Verification.RETURNED)

    assert status["stalled"] == verification["returned"] != status["done"]
    assert status["done"] == verification["verified"]


def test_lists_are_read_as_people_read_them() -> None:
    assert _values(_column([["a", Status.DONE], []])) == ["a done", None]


def test_text_is_never_anything_else() -> None:
    texts = [
        "=1+1",
        "{=1+1}",
        "+1",
        "-1",
        "@SUM(A1)",
        "2025",
        "1/3",
        "TRUE",
        "https://example.org/",
        "internal:Sheet1!A1",
        "<r><t>x</t></r>",
        "<r>&</r>",
        " a ",
        "&amp;",
    ]

    sheet = _column(texts)

    assert _values(sheet) == texts
    assert {cell.data_type for (cell,) in sheet.iter_rows(min_row=2)} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for (cell,) in sheet.iter_rows())


def test_text_that_looks_like_an_escape_of_excel_is_escaped() -> None:
    tree = _xml(Table("t", "T", (Column("c", "C"),), [("_x0041_",)]), "xl/worksheets/sheet1.xml")

    assert [found.text for found in tree.iter("{*}t")] == ["C", "_x005F_x0041_"]


@pytest.mark.parametrize("place", ["title", "part", "text", "note", "fact", "column", "cell"])
def test_hostile_text_is_harmless_everywhere(place: str) -> None:
    """Neither a formula nor a broken file comes of it, wherever it stands."""
    hostile = HOSTILE + "\x00\ud800\ufffe &P&G'"

    def at(where: str) -> str:
        return hostile if place == where else "plain"

    report = Report(
        at("title"),
        (Fact("f", at("fact"), at("fact")),),
        (
            Table(
                "t",
                at("title"),
                (Column("c", at("column")), Column("d", "D", flexible=True)),
                [(at("cell"), at("cell"))],
                part=at("part"),
            ),
        ),
        (at("note"),),
        (at("text"),),
        (Chart("stacked", at("title"), (at("cell"),), (Series(at("column"), None, (1,)),)),),
    )

    book = _book(report)
    with zipfile.ZipFile(io.BytesIO(_bytes(report))) as file:
        parts = {name: file.read(name) for name in file.namelist()}

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    shown = HOSTILE.replace("\x1b", r"\x1b").replace("\u202e", r"\x202e")
    assert any(
        str(cell.value).startswith(shown) and r"\x00\xd800\xfffe" in cell.value for cell in cells
    )
    for name, part in parts.items():
        tree = etree.fromstring(part)
        assert name.endswith(".rels") or not list(tree.iter("{*}sheetData//{*}f"))


def test_lines_stay_in_text_that_may_wrap_and_become_blanks_elsewhere() -> None:
    assert _values(_column(["a\nb"], flexible=True)) == ["a\nb"]
    assert _values(_column(["a\nb"])) == ["a b"]


@pytest.mark.parametrize("text", ["长" * 40_000, "😀" * 20_000])
def test_text_too_long_for_a_cell_is_cut_with_a_mark(text: str) -> None:
    (value,) = _values(_column([text], flexible=True))

    assert value.endswith(f" … [cut: {len(text)} characters]")
    assert len(value.encode("utf-16-le")) // 2 in (32_767, 32_766)
    assert value.startswith(text[:16_000])


def test_text_that_just_fits_is_whole() -> None:
    assert _values(_column(["x" * 32_767])) == ["x" * 32_767]


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_format, "_ROWS", 4)

    book = _book(Table("t", "Things", (Column("n", "N"),), [(n,) for n in range(9)]))

    assert book.sheetnames == ["Things", "Things (2)", "Things (3)"]
    assert [value for sheet in book for value in _values(sheet)] == list(range(9))
    assert {sheet["A1"].value for sheet in book} == {"N"}


def test_names_of_sheets_are_what_excel_takes() -> None:
    titles = ["a/b:c*d?e[f]g\\h", "'quoted'", "History", "overview", "Overview", "[]", "长" * 40]
    titles += ["x" * 40 + "1", "X" * 40 + "2", "😀" * 20]
    report = Report(
        "R", (), tuple(Table(str(i), t, (Column("n", "N"),), []) for i, t in enumerate(titles))
    )

    names = _book(report).sheetnames

    assert names[1:8] == [
        "a b c d e f g h", "quoted", "History (2)", "overview (2)", "Overview (3)", "Table", "长" * 31,
    ]  # fmt: skip
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name.encode("utf-16-le")) // 2 <= 31 for name in names)


def test_headings_stay_in_sight_and_can_be_filtered() -> None:
    book = _book(everything())
    lagging, by_owner = book["Overdue, behind or stalled"], book["Each owner"]

    assert lagging.freeze_panes == "B2"
    assert lagging.auto_filter.ref == "A1:I13"
    assert by_owner.auto_filter.ref == "A1:E8"
    assert lagging["A1"].font.bold
    assert _column(["a"], flexible=True).freeze_panes == "A2"


def test_a_table_without_rows_has_its_headings() -> None:
    sheet = _book(everything())["Newly done"]

    assert [cell.value for cell in sheet[1]] == ["Key", "Owner"]
    assert sheet.max_row == 1


def test_columns_are_as_wide_as_their_text_and_chinese_counts_double() -> None:
    def width(text: str, *, flexible: bool = False) -> float:
        sheet = _column([text], flexible=flexible)
        return float(sheet.column_dimensions["A"].width)

    assert width("长" * 15) == pytest.approx(width("x" * 30))
    assert width("x" * 30) > width("x" * 20)
    assert width("x" * 400, flexible=True) < width("x" * 400) < 70


def test_many_flexible_columns_share_the_width_of_a_page() -> None:
    def width(count: int) -> float:
        columns = tuple(Column(None, f"C{i}", flexible=True) for i in range(count))
        sheet = _book(Table("t", "T", columns, [("长" * 50,) * count])).worksheets[0]
        return float(sheet.column_dimensions["A"].width)

    assert width(1) == width(2) > width(3) == width(9) > 24


def test_text_that_may_wrap_does_and_its_row_is_high_enough() -> None:
    sheet = _column(["short", "长" * 100], flexible=True)

    assert sheet["A3"].alignment.wrap_text
    assert sheet.row_dimensions[2].height is None
    assert sheet.row_dimensions[3].height >= 5 * 15


def test_sheets_are_set_up_for_paper() -> None:
    sheet = _book(everything())["Overdue, behind or stalled"]

    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # One page wide is what is meant where nothing is said.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddHeader.center.text == "Overdue, behind or stalled"
    assert sheet.oddFooter.right.text == "&P / &N"


def test_charts_are_drawn_from_cells() -> None:
    report = everything()
    sheet = _book(report)["Charts"]
    stacked, lines = (_xml(report, f"xl/charts/chart{n}.xml") for n in (1, 2))

    assert stacked.find(".//{*}barChart/{*}grouping").get("val") == "stacked"
    assert stacked.findtext(".//{*}ser/{*}val//{*}f") == "Charts!$B$21:$B$27"
    assert [cell.value for cell in sheet[20]] == [
        "Status by owner", *(status.en for status in Status)
    ]  # fmt: skip
    assert [cell.value for cell in sheet[21]] == ["SX", 0, 1, 2, 3, 4]
    assert lines.find(".//{*}lineChart") is not None
    assert lines.find(".//{*}valAx/{*}numFmt").get("formatCode") == "0%"
    assert _figures(lines) == ["0.05", "0.125", "0.25", "0.1", "0.2", "0.3", "0.4"]


def test_what_a_chart_shows_per_cent_is_a_fraction_and_a_gap_is_a_gap() -> None:
    report = everything()
    sheet = _book(report)["Charts"]
    row = next(cell.row for cell in sheet["A"] if cell.value == "2098-06-30")

    assert [cell.value for cell in sheet[row][:3]] == ["2098-06-30", None, 0.1]
    assert sheet.cell(row, 3).number_format == "0.0%"


def test_a_chart_of_nothing_is_no_chart() -> None:
    book = _book(Report("R", (), (), charts=(Chart("lines", "L", (), ()),)))

    assert book["Charts"]._charts == []


def test_the_file_says_the_date_of_the_report_and_no_person() -> None:
    dated, undated = _book(everything()).properties, _book(everything().tables[0]).properties

    assert dated.created == datetime(2099, 3, 31)  # noqa: DTZ001 - as the reader gives it
    assert undated.created == datetime(2000, 1, 1)  # noqa: DTZ001 - as the reader gives it
    assert dated.title == "Progress report for the first quarter of 2099"
    assert not dated.creator
    assert not dated.lastModifiedBy


def test_the_same_report_is_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from reports import everything;"
        "from tracker.render import render;"
        "Path(sys.argv[1]).write_bytes(render(everything(), 'xlsx'))"
    )
    made = []
    for number, zone in enumerate(("Asia/Shanghai", "America/St_Johns")):
        file = tmp_path / f"{number}.xlsx"
        path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number), "PYTHONPATH": path}
        subprocess.run([sys.executable, "-c", code, str(file)], check=True, env=environment)
        made.append(file.read_bytes())

    assert made[0] == made[1] == _bytes(everything())
