"""Word files to text: numbers as Word shows them, tables, changes, and files made to do harm."""

import io
import zipfile
from pathlib import Path

import pytest
from docx.document import Document

from documents import W, abstract, instance, paragraph, raw, word, word_xml, written, zipped
from tracker.errors import Refusal
from tracker.sources import files
from tracker.sources.files import docx_parts
from tracker.sources.files.number_formats import formatted


def text(folder: Path, data: bytes) -> str:
    return files.read(written(folder, "document.docx", data)).text


def messages(folder: Path, data: bytes) -> str:
    return "\n".join(p.message for p in files.read(written(folder, "d.docx", data)).problems)


def test_each_paragraph_is_a_line_with_its_tabs_and_breaks(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        document.add_paragraph("总则\t甲\n乙")
        document.add_paragraph("")
        document.add_paragraph("第二段").add_run("，粗体").bold = True
        document.sections[0].header.paragraphs[0].text = "页眉"

    assert text(tmp_path, word(make)) == "总则\t甲\n乙\n\n第二段，粗体\n"


def test_a_page_that_is_set_begins_with_a_form_feed(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        document.add_paragraph("第一页")
        document.add_page_break()  # type: ignore[no-untyped-call] # the library has no types here
        document.add_paragraph("第二页")
        document.add_paragraph("第三页").paragraph_format.page_break_before = True

    assert text(tmp_path, word(make)) == "第一页\n\f第二页\n\f第三页\n"


def test_tables_are_lines_of_cells_one_line_apart(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        document.add_paragraph("前")
        table = document.add_table(3, 3)
        for at, cell in enumerate(cell for row in table.rows for cell in row.cells):
            cell.text = f"格{at}"
        merged = table.cell(0, 0).merge(table.cell(0, 1))
        merged.text = "横并"
        table.cell(1, 2).merge(table.cell(2, 2)).text = "竖并"
        table.cell(1, 1).paragraphs[0].add_run("\n续")
        document.add_paragraph("后")

    assert text(tmp_path, word(make)) == (
        "前\n\n横并\t\t格2\n格3\t格4 续\t竖并\n格6\t格7\t\n\n后\n"
    )


def test_a_table_in_a_table_is_laid_flat(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        outer = document.add_table(1, 2)
        outer.cell(0, 0).text = "外"
        inner = outer.cell(0, 1).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "甲", "乙"

    assert text(tmp_path, word(make)) == "外\t甲 乙\n"


def test_a_frame_around_a_text_keeps_its_lines(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "一、框内"
        cell.add_paragraph("二、框内")

    assert text(tmp_path, word(make)) == "一、框内\n二、框内\n"


def test_insertions_stay_and_deletions_go(tmp_path: Path) -> None:
    data = word_xml(
        "<w:p><w:r><w:t>完成</w:t></w:r><w:del><w:r><w:delText>五</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>六</w:t></w:r></w:ins><w:r><w:t>项</w:t></w:r></w:p>"
    )

    assert text(tmp_path, data) == "完成六项\n"
    assert "1 deletions are left out" in messages(tmp_path, data)
    assert "1 insertions are taken as accepted" in messages(tmp_path, data)


def test_a_paragraph_whose_end_is_deleted_runs_on_into_the_next(tmp_path: Path) -> None:
    mark = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
    data = word_xml(
        f"<w:p>{mark}<w:r><w:t>前半</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>后半</w:t></w:r></w:p>",
        f"<w:p>{mark}<w:r><w:t>末段</w:t></w:r></w:p>",
    )

    assert text(tmp_path, data) == "前半后半\n末段\n"


def test_links_fields_and_boxes_are_read_in_their_order(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent>"
    data = word_xml(
        "<w:p><w:hyperlink><w:r><w:t>链</w:t></w:r></w:hyperlink>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:sdt><w:sdtPr/><w:sdtContent><w:smartTag><w:r><w:t>控</w:t></w:r></w:smartTag>"
        "</w:sdtContent></w:sdt><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback><w:pict>"
        f"<v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        "<w:p><w:r><w:t>注</w:t><w:footnoteReference/></w:r></w:p>",
    )

    assert text(tmp_path, data) == "链控\n框\n注\n"
    assert "hidden text" in messages(tmp_path, data)
    assert "1 footnotes" in messages(tmp_path, data)


OUTLINE = abstract(
    0,
    ("japaneseCounting", "%1、"),
    ("chineseCountingThousand", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "%3.%4"),
    ("decimalEnclosedCircleChinese", "%5"),
)


def test_automatic_numbers_are_written_out(tmp_path: Path) -> None:
    levels = (0, 1, 2, 3, 3, 4, 2, 1, 0, 1)
    body = [paragraph("文", list_=1, level=level) for level in levels]

    lines = text(tmp_path, word_xml(*body, numbering=OUTLINE + instance(1, 0))).splitlines()

    assert lines == [
        *("一、文", "（一）文", "1. 文", "1.1 文", "1.2 文", "① 文", "2. 文"),
        *("（二）文", "二、文", "（一）文"),
    ]


def test_a_list_goes_on_after_other_text_and_starts_anew_where_it_says(tmp_path: Path) -> None:
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    lists = (
        abstract(0, ("decimal", "第%1条")) + instance(1, 0) + instance(2, 0) + instance(3, 0, start)
    )
    body = [paragraph("文", list_=key) for key in (1, 2, 0, 3, 3)]

    found = text(tmp_path, word_xml(*body, numbering=lists))

    assert found == "第1条 文\n第2条 文\n文\n第5条 文\n第6条 文\n"


def test_a_level_that_never_starts_anew_counts_on(tmp_path: Path) -> None:
    """Articles of a law go on over its chapters."""
    forms = (("chineseCounting", "第%1章"), ("chineseCounting", "第%2条"))
    lists = abstract(0, *forms, more='<w:lvlRestart w:val="0"/><w:suff w:val="nothing"/>')
    body = [paragraph("文", list_=1, level=level) for level in (0, 1, 1, 0, 1)]

    found = text(tmp_path, word_xml(*body, numbering=lists + instance(1, 0)))

    assert found.splitlines() == ["第一章文", "第一条文", "第二条文", "第二章文", "第三条文"]


def test_a_level_that_is_passed_over_counts_as_used(tmp_path: Path) -> None:
    forms = (("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3"))
    body = [paragraph("文", list_=1, level=level) for level in (2, 1, 0)]

    lists = abstract(0, *forms) + instance(1, 0)

    assert text(tmp_path, word_xml(*body, numbering=lists)) == "1.1.1 文\n1.2 文\n2 文\n"


def test_numbers_come_from_a_style_and_its_base(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="base"><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="item">'
        '<w:basedOn w:val="base"/></w:style>'
    )
    body = [paragraph("文", style="base"), paragraph("文", style="item")]
    body.append(paragraph("无", style="item", list_=0))

    found = text(tmp_path, word_xml(*body, numbering=OUTLINE + instance(1, 0), styles=styles))

    assert found == "一、文\n二、文\n无\n"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "chineseCountingThousand",
            {10: "十", 15: "十五", 20: "二十", 105: "一百零五", 1010: "一千零一十"},
        ),
        ("chineseCounting", {10: "十", 21: "二十一", 105: "一〇五"}),
        ("japaneseCounting", {15: "十五", 105: "百五"}),
        ("ideographDigital", {10: "一〇"}),
        ("chineseLegalSimplified", {10: "壹拾", 25: "贰拾伍"}),
        ("ideographTraditional", {1: "甲", 11: "甲"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalEnclosedCircleChinese", {1: "①", 21: "㉑", 51: "51"}),
        ("lowerLetter", {26: "z", 27: "aa"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX"}),
        ("ordinal", {2: "2nd", 11: "11th"}),
        ("unknown", {7: "7"}),
    ],
)
def test_numbers_are_printed_in_the_format_of_the_list(
    style: str, expected: dict[int, str]
) -> None:
    assert {number: formatted(number, style) for number in expected} == expected


ENTITY = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hosts">]>'


def test_a_part_with_entities_is_refused(tmp_path: Path) -> None:
    body = f"{ENTITY}<w:document {W}><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"

    with pytest.raises(Refusal, match="declares entities"):
        text(tmp_path, zipped({"word/document.xml": body.encode()}))


@pytest.mark.parametrize("size", [docx_parts.LIMIT_PART + 1, docx_parts.LIMIT_UNPACKED + 1])
def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path, size: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + bytes(size))

    with pytest.raises(Refusal, match="unpacks to far more"):
        text(tmp_path, stream.getvalue())


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_half_a_word_file_is_refused(tmp_path: Path, keep: float) -> None:
    data = word(lambda document: document.add_paragraph("文"))

    with pytest.raises(Refusal, match="damaged"):
        text(tmp_path, data[: int(len(data) * keep)])


def test_a_document_of_pictures_alone_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="holds no text"):
        text(tmp_path, word(lambda document: document.add_paragraph("")))


def test_a_word_file_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    deep = "<w:sdt>" * 5000 + "</w:sdt>" * 5000

    with pytest.raises(Refusal, match="damaged"):
        text(tmp_path, word_xml(deep))


def test_what_word_itself_writes_around_a_paragraph_is_no_text(tmp_path: Path) -> None:
    def make(document: Document) -> None:
        raw(
            document,
            f"<w:p {W}><w:pPr><w:tabs><w:tab w:val='left' w:pos='9'/></w:tabs></w:pPr></w:p>",
        )
        document.add_paragraph("文")

    assert text(tmp_path, word(make)) == "文\n"
