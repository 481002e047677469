"""Word reports: opened again they have the values, the layout of the standard, and nothing that acts."""

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from lxml import etree

from reports import HOSTILE, everything
from tracker.i18n import speaking
from tracker.render import render
from tracker.report.model import (
    Bar,
    Column,
    Fact,
    Report,
    Table,
    harmless,
    held,
    shown_cell,
    titled,
)

TABLE = Table(
    "things",
    "Things",
    (Column("name", "Name", flexible=True), Column("n", "N"), Column("quiet", None)),
    [("中部 rise", 1, "x"), ("b|c", None, "y")],
)


def made(what: Report | Table) -> bytes:
    file = render(what, "docx")
    assert isinstance(file, bytes)
    return file


def opened(what: Report | Table) -> Document:
    return docx.Document(io.BytesIO(made(what)))


def chinese(report: Report) -> Document:
    assert report.translation
    with speaking("zh"):
        return opened(report.translation)


def texts(document: Document, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style and p.style.name == style]


def grid(document: Document, n: int = 0) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[n].rows]


def xml(what: Report | Table, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(made(what))) as archive:
        return archive.read(part).decode()


def millimetres(*lengths: Any) -> list[int]:
    return [round(length.mm) for length in lengths]


def shown(report: Report) -> Iterator[Table]:
    """The tables that have a grid, in their order on paper."""
    for annex in (False, True):
        yield from (t for t in report.tables if t.shown and t.rows and t.annex is annex)


def test_every_cell_that_people_read_is_in_the_file() -> None:
    report = everything()

    document = opened(report)

    assert len(document.tables) == len(list(shown(report)))
    for n, table in enumerate(shown(report)):
        told = held(titled(table))
        chosen = [i for i, cell in enumerate(next(iter(told.rows))) if not isinstance(cell, Bar)]
        assert grid(document, n) == [
            [told.columns[i].title for i in chosen],
            *([shown_cell(row[i]) for i in chosen] for row in told.rows),
        ]


def test_a_column_that_only_draws_is_left_out_on_paper() -> None:
    (heads, *_rows) = grid(opened(everything()), 1)

    assert heads == ["Code", "Owner", "All", "Share"]


def test_text_stands_under_the_title_and_its_date() -> None:
    report = everything()

    paragraphs = [p.text for p in opened(report).paragraphs[:4]]

    assert paragraphs == [report.title, "(As of 2099-03-31)", *report.text]


def test_a_date_in_chinese_is_a_chinese_date_and_is_not_said_twice() -> None:
    report = everything()
    dated = report._replace(title="Progress as of 2099-03-31")

    assert texts(chinese(report), "Subtitle") == ["（截至2099年3月31日）"]
    assert texts(opened(dated), "Subtitle") == []


def test_other_facts_stand_under_the_title_and_those_for_checking_at_the_end() -> None:
    report = everything()._replace(tables=(), text=())
    report = report._replace(facts=(Fact("key", "Key", "2099-01"), *report.facts))

    document = opened(report)

    assert texts(document, "Fact") == ["Key: 2099-01"]
    assert texts(document, "Imprint") == [
        "Known on: 2099-04-02 08:00:00 (Beijing)",
        f"Ledger digest: {'0123456789abcdef' * 4}",
    ]
    assert [p.text for p in document.paragraphs][-1].startswith("Ledger digest")


def test_parts_and_their_tables_are_numbered_as_the_language_does() -> None:
    report = everything()

    english, han = opened(report), chinese(report)

    assert texts(english, "Heading 1") == ["I. Overall", "II. By owner", "III. What lags"]
    assert texts(english, "Heading 2")[1:3] == ["1. Each owner", "2. Owner by measure"]
    assert texts(han, "Heading 1") == ["一、总体情况", "二、分责任主体情况", "三、滞后事项"]
    assert texts(han, "Heading 2")[1:3] == ["（一）各责任主体", "（二）责任主体×举措"]


def test_one_table_alone_in_its_part_has_no_number() -> None:
    assert texts(opened(everything()), "Heading 2")[0] == "By status"
    assert texts(opened(Report("R", (), (TABLE,))), "Heading 1") == ["Things"]


def test_numbers_of_headings_go_on_beyond_ten() -> None:
    report = Report("R", (), tuple(TABLE._replace(name=str(n)) for n in range(101)))

    english = texts(opened(report), "Heading 1")
    with speaking("zh"):
        han = texts(opened(report), "Heading 1")

    assert [english[n].split(".")[0] for n in (3, 8, 13, 39, 100)] == ["IV", "IX", "XIV", "XL", "CI"]  # fmt: skip
    assert [han[n].split("、")[0] for n in (9, 10, 19, 20, 98, 100)] == ["十", "十一", "二十", "二十一", "九十九", "101"]  # fmt: skip


def test_the_page_is_that_of_the_standard_and_wide_tables_have_it_turned() -> None:
    upright, across = opened(everything()).sections[:2]

    assert page(upright) == [210, 297, 37, 26, 35, 28]
    assert page(across) == [297, 210, 28, 37, 26, 35]
    assert [str(s.orientation).split()[0] for s in (upright, across)] == ["PORTRAIT", "LANDSCAPE"]


def page(section: Section) -> list[int]:
    return millimetres(
        section.page_width,
        section.page_height,
        section.top_margin,
        section.right_margin,
        section.bottom_margin,
        section.left_margin,
    )


@pytest.mark.parametrize(
    ("style", "size", "face"),
    [
        ("Title", 22, "方正小标宋简体"),
        ("Body Text", 16, "仿宋_GB2312"),
        ("Heading 1", 16, "黑体"),
        ("Heading 2", 16, "楷体_GB2312"),
        ("Annex", 16, "黑体"),
        ("Table Text", 10.5, "宋体"),
        ("Footer", 14, "宋体"),
    ],
)
def test_type_is_that_of_the_standard(style: str, size: float, face: str) -> None:
    found: Any = chinese(everything()).styles[style]

    assert found.font.size == Pt(size)
    assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == face


def test_english_is_set_in_roman_type() -> None:
    styles: Any = opened(everything()).styles

    assert {s.font.name for s in styles if s.type == 1} == {"Times New Roman"}
    assert styles["Title"].font.bold
    assert styles["Heading 2"].font.italic


def test_body_text_has_22_lines_a_page_and_begins_two_characters_in() -> None:
    styles: Any = chinese(everything()).styles

    line = styles["Normal"].paragraph_format.line_spacing

    assert int(Mm(225) / line) == 22
    indent = styles["Body Text"].element.pPr.ind
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_marks_that_both_scripts_have_are_chinese_in_chinese() -> None:
    report = everything()
    assert report.translation

    with speaking("zh"):
        runs = re.findall("<w:r>.{40}", xml(report.translation))

    assert all('<w:rPr><w:rFonts w:hint="eastAsia"/>' in run for run in runs)
    assert "w:hint" not in xml(report)


def test_page_numbers_stand_outside_on_every_page_and_go_on() -> None:
    document = opened(everything())

    assert document.settings.odd_and_even_pages_header_footer
    first, *later = document.sections
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        assert "".join(paragraph._p.xpath(".//w:t/text()")) == "— 1 —"
        assert paragraph._p.xpath(".//w:fldSimple/@w:instr") == ["PAGE"]
        assert paragraph._p.xpath("./w:pPr/w:jc/@w:val") == [side]
    assert later
    assert all(s.footer.is_linked_to_previous for s in later)
    assert not document.element.body.xpath(".//w:pgNumType")


def test_heads_of_tables_are_repeated_and_rows_stay_whole() -> None:
    for table in opened(everything()).tables:
        head, *rows = (row._tr for row in table.rows)
        assert head.xpath("./w:trPr/w:tblHeader")
        assert not any(row.xpath("./w:trPr/w:tblHeader") for row in rows)
        assert all(row.xpath("./w:trPr/w:cantSplit") for row in (head, *rows))


def test_tables_fill_the_type_area_exactly() -> None:
    document = opened(everything())

    widths = [sum(map(int, t._tbl.xpath("./w:tblGrid/w:gridCol/@w:w"))) for t in document.tables]

    assert {round(width / 1440 * 25.4) for width in widths} == {156, 225}


def test_long_text_gives_way_and_short_columns_keep_their_width() -> None:
    table = TABLE._replace(rows=[("中部地区崛起" * 40, 2021), ("a", 5)])

    wide, narrow = map(int, opened(table).tables[0]._tbl.xpath("./w:tblGrid/w:gridCol/@w:w"))

    assert wide > 8 * narrow
    assert narrow > 4 * 105


def test_a_table_of_too_many_columns_still_stays_on_the_page() -> None:
    columns = tuple(Column(None, f"2021-{n:02}") for n in range(60))

    document = opened(Table("", "Wide", columns, [tuple(range(60))]))

    widths = list(map(int, document.tables[0]._tbl.xpath("./w:tblGrid/w:gridCol/@w:w")))
    assert page(document.sections[0])[0] == 297
    assert round(sum(widths) / 1440 * 25.4) == 225
    assert min(widths) > 0


def test_each_annex_has_its_label_and_begins_a_page() -> None:
    document = opened(everything())

    labels = [p for p in document.paragraphs if p.style and p.style.name == "Annex"]

    assert [p.text for p in labels] == ["Annex 1", "Annex 2"]
    assert texts(document, "Annex Title") == ["Hubei: assignments", "Central departments: assignments"]  # fmt: skip
    for label in labels:
        before = label._p.getprevious()
        assert before is not None
        assert before.xpath("./w:pPr/w:sectPr")
        assert not before.xpath("./w:pPr/w:sectPr/w:type[@w:val='continuous']")


def test_annexes_are_listed_after_the_text_and_one_alone_has_no_number() -> None:
    report = everything()
    one = report._replace(tables=report.tables[:-1])

    assert texts(opened(report), "Annex List") == [
        "Annex:\t1. Hubei: assignments",
        "\t2. Central departments: assignments",
    ]
    assert texts(opened(one), "Annex List") == ["Annex:\tHubei: assignments"]
    assert texts(opened(one), "Annex") == ["Annex"]


def test_notes_close_the_text_numbered_where_there_are_several() -> None:
    report = everything()

    assert texts(opened(report), "Note") == ["Note: Support does not count."]
    assert texts(opened(report._replace(notes=("a", "b"))), "Note") == ["Note: 1. a", "2. b"]


def test_an_empty_table_is_a_line_of_text() -> None:
    document = opened(Report("R", (), (TABLE._replace(rows=[]),)))

    assert document.tables == []
    assert [p.text for p in document.paragraphs] == ["R", "Things", "None."]


def test_what_is_data_only_is_not_on_paper() -> None:
    body = xml(everything())

    assert "transitions" not in body
    assert "hidden" not in body


def test_a_table_alone_is_a_document() -> None:
    document = opened(TABLE)

    assert texts(document, "Title") == ["Things"]
    assert texts(document, "Heading 1") == []
    assert grid(document) == [["Name", "N"], ["中部 rise", "1"], ["b|c", ""]]


@pytest.mark.parametrize("bad", [HOSTILE, "\x00\x0b\ud800\ufffe\uffff\x85\x1f", "a\tb\r\nc"])
def test_bad_text_is_shown_wherever_it_stands(bad: str) -> None:
    table = TABLE._replace(title=bad, part=bad, columns=(Column("a", bad), Column("b", "B")))
    table = table._replace(rows=[(bad, [bad, bad])])
    report = Report(bad, (Fact("f", "F", bad),), (table, table._replace(annex=True)), (bad,), (bad,))  # fmt: skip

    document = opened(report)

    said = harmless(bad).replace("\ufffe", "\\xfffe").replace("\uffff", "\\xffff")
    assert grid(document) == [[said, "B"], [said, f"{said} {said}"]]
    for style, text in (
        ("Title", said),
        ("Fact", f"F: {said}"),
        ("Body Text", said),
        ("Heading 1", said),
        ("Heading 2", said),
        ("Note", f"Note: {said}"),
        ("Annex Title", said),
    ):
        assert texts(document, style) == [text]


def test_a_file_has_nothing_that_acts() -> None:
    with zipfile.ZipFile(io.BytesIO(made(everything()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    tags = {etree.QName(e).localname for part in parts.values() for e in etree.fromstring(part).iter("*")}  # fmt: skip
    assert not tags & {"instrText", "hyperlink", "object", "altChunk", "drawing", "pict", "sdt"}
    assert not any(b"TargetMode" in part for part in parts.values())
    assert b"<?table" not in parts["word/document.xml"]


def test_properties_are_those_of_the_report() -> None:
    properties = opened(everything()).core_properties

    assert properties.title == everything().title
    assert properties.language == "en-US"
    assert (properties.author, properties.comments, properties.last_modified_by) == ("", "", "")
    assert properties.created == properties.modified
    assert properties.created is not None
    assert properties.created.replace(tzinfo=None) == datetime(2099, 3, 31)  # noqa: DTZ001 - a property has no zone


def test_a_title_longer_than_properties_may_be_is_whole_in_the_text() -> None:
    assert texts(opened(Report("x" * 300, (), ())), "Title") == ["x" * 300]


def test_the_archive_has_no_date_of_its_own() -> None:
    with zipfile.ZipFile(io.BytesIO(made(everything()))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


_PRINTED = """
import hashlib
from reports import everything
from tracker.i18n import speaking
from tracker.render import render
report = everything()
print(hashlib.sha256(render(report, "docx")).hexdigest())
with speaking("zh"):
    print(hashlib.sha256(render(report.translation, "docx")).hexdigest())
"""


def test_the_bytes_are_the_same_in_every_process() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", _PRINTED],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for zone, seed in (("Asia/Shanghai", "1"), ("America/New_York", "2"))
    ]  # fmt: skip

    assert printed[0] == printed[1]
    assert len(printed[0].split()) == 2


def test_ten_thousand_rows_take_seconds_at_most() -> None:
    report = everything(10_000)
    began = time.process_time()

    made(report)

    assert time.process_time() - began < 15
