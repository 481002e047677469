"""Files to text: every encoding and format that is read, and an answer to all that are not."""

import os
import random
import sys
import time
from pathlib import Path

import pytest
from docx.document import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import paragraph, pdf, word, word_xml, written, zipped
from tracker.errors import NotFound, Refusal
from tracker.sources import files
from tracker.sources.files import pdf_file, pdf_lines

NOTICE = "一、总体要求\r\n（一）到2027年，完成三项试点；力争“双达标”。\r\n\u3000\u3000各地区要抓好落实——按时报告。\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"", "gb18030"),
        (b"\x84\x31\x95\x33", "gb18030"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_a_text_is_read_character_for_character_in_each_encoding(
    tmp_path: Path, mark: bytes, encoding: str
) -> None:
    file = written(tmp_path, "notice.txt", mark + NOTICE.encode(encoding))

    assert files.read(file) == ("txt", NOTICE, ())


def test_a_rare_character_of_gb18030_is_read(tmp_path: Path) -> None:
    text = "镕基𠮷野家，部署工作。"

    assert files.read(written(tmp_path, "a.txt", text.encode("gb18030"))).text == text


@pytest.mark.parametrize(
    "data",
    [
        "一、总体要求".encode() + b"\xff\xff",
        "これは日本語の文章です。テスト".encode("shift_jis"),
        "關於推進職業教育發展的實施意見，各縣市政府應遵照辦理。".encode("big5"),
        "Überprüfung naïve café".encode("latin-1"),
        b"\xff\xfe" + "文".encode("utf-16-le") + b"\x00",
    ],
)
def test_another_encoding_is_refused_with_the_byte_that_cannot_be_read(
    tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(Refusal, match=r"not text in UTF-8, UTF-16 or GB18030: byte \d+ cannot"):
        files.read(written(tmp_path, "a.txt", data))


@pytest.mark.parametrize("data", [b"", b" \r\n\t", "\ufeff\u3000\n".encode()])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Refusal, match=r"is empty|holds no text"):
        files.read(written(tmp_path, "a.txt", data))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (OLE, "an old Office or WPS file"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (zipped({"OFD.xml": b"<a/>"}), "an OFD document"),
        (zipped({"xl/workbook.xml": b"<a/>"}), "an Excel workbook"),
        (zipped({"ppt/presentation.xml": b"<a/>"}), "a PowerPoint presentation"),
        (zipped({"content.xml": b"<a/>", "mimetype": b"odt"}), "an OpenDocument file"),
        (zipped({"a.txt": b"a"}), "an archive"),
        (b"{\\rtf1\\ansi}", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
        (b"Rar!\x1a\x07\0", "an archive"),
        (b"MZ\x90\0\3\0\0\0", "a program"),
        (b'<?xml version="1.0"?><a>text</a>', "an XML file"),
        (b"text\0text", "holds binary data"),
        (b"\x01\x02\x03 text", "holds binary data"),
    ],
)
def test_a_file_that_is_not_read_is_named_with_what_to_do(
    tmp_path: Path, data: bytes, what: str
) -> None:
    with pytest.raises(Refusal, match=what) as refused:
        files.read(written(tmp_path, "notice.txt", data))

    assert "save it as .docx, .pdf or .txt" in str(refused.value)


def test_a_wrong_suffix_is_said_and_does_no_harm(tmp_path: Path) -> None:
    data = word(lambda document: document.add_paragraph("文"))

    form, text, problems = files.read(written(tmp_path, "notice.pdf", data))

    assert (form, text) == ("docx", "文\n")
    assert [p.message for p in problems] == [
        "the name ends in .pdf, but it holds docx; it was read as docx"
    ]


def test_markdown_is_known_by_its_name_and_a_web_page_by_its_tags(tmp_path: Path) -> None:
    assert files.read(written(tmp_path, "a.md", b"# A\n")).format == "md"
    assert files.read(written(tmp_path, "a.txt", b"<!DOCTYPE html><p>A")).format == "html"
    assert files.read(written(tmp_path, "a.html", b"<p>A")).format == "html"
    assert files.read(written(tmp_path, "b.txt", b"a < b <p>")).format == "txt"


def test_what_is_not_there_or_no_file_is_answered_at_once(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        files.read(tmp_path / "missing.txt")
    with pytest.raises(NotFound, match="cannot read"):
        files.read(Path("a\0b"))
    with pytest.raises(Refusal, match="is a folder"):
        files.read(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no names there")
def test_a_pipe_and_a_device_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for place in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Refusal, match="device or a pipe"):
            files.read(place)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_that_may_not_be_read_is_answered(tmp_path: Path) -> None:
    file = written(tmp_path, "a.txt", b"a")
    file.chmod(0)

    with pytest.raises(NotFound, match="cannot read"):
        files.read(file)


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "large.txt"
    with file.open("wb") as opened:
        opened.truncate(200_000_000)

    before = time.monotonic()
    with pytest.raises(Refusal, match="larger than 64 MB"):
        files.read(file)
    assert time.monotonic() - before < 0.5


def test_a_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="larger than 8 million characters"):
        files.read(written(tmp_path, "a.txt", b"a" * (files.LIMIT_CHARACTERS + 1)))


PAGE = """<html><head><meta charset="{charset}"><title>标题</title><style>p {{}}</style></head>
<body><nav>首页</nav><h1>关于试点
的通知</h1><p>第一段&nbsp;<b>粗</b>体<br>换行<span style="display:none">隐</span><script>1</script>
<div hidden><input><p>不显示</p></div>
<ol start="3"><li>甲<li>乙</ol><ol style="list-style:none"><li>一、丙</ol>
<table><tr><th>项目</th><th>单位</th></tr><tr><td>试点<br>甲</td><td></td></tr></table>
<pre>a
  b</pre><p><ruby>字<rt>zi</rt></ruby></p><!-- no --></body></html>"""
SHOWN = "关于试点的通知\n第一段\u00a0粗体\n换行\n3. 甲\n4. 乙\n一、丙\n\n项目\t单位\n试点 甲\t\n\na\n  b\n字\n"


@pytest.mark.parametrize(
    ("charset", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("utf-8", "gb18030")]
)
def test_of_a_web_page_the_visible_text_is_read(
    tmp_path: Path, charset: str, encoding: str
) -> None:
    data = PAGE.format(charset=charset).encode(encoding)

    assert files.read(written(tmp_path, "a.htm", data)) == ("html", SHOWN, ())


def test_a_table_around_a_page_keeps_its_lines(tmp_path: Path) -> None:
    data = "<table><tr><td><p>一、甲</p><p>二、乙</p></td><td> </td></tr></table>".encode()

    assert files.read(written(tmp_path, "a.html", data)).text == "一、甲\n二、乙\n"


@pytest.mark.parametrize(
    "part",
    [
        "<",
        "<div>",
        "<b>a",
        "<table><tr><td>",
        "<table><tr><td>x",
        "<ol><li>",
        "<!--",
        "&",
        "</p>",
        "<a b=",
    ],
)
def test_a_page_without_end_is_read_or_refused_soon(tmp_path: Path, part: str) -> None:
    before = time.monotonic()
    read_or_refused(
        written(tmp_path, "a.html", ("<p>文" + part * (1_000_000 // len(part))).encode())
    )
    assert time.monotonic() - before < 5


def test_a_page_of_too_many_tags_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="more than 2 million tags"):
        files.read(written(tmp_path, "a.html", b"<p>" * 2_000_001))


LINES = ["一、总体要求", "（一）到2027年，完成3项。"]


def test_pages_of_a_pdf_begin_with_a_form_feed_and_empty_ones_are_named(tmp_path: Path) -> None:
    form, text, problems = files.read(written(tmp_path, "a.pdf", pdf(LINES, [], LINES)))

    page = "一、总体要求\n（一）到2027年，完成3项。\n"
    assert (form, text) == ("pdf", f"{page}\f\f{page}")
    assert [p.message for p in problems] == [
        "no text on pages 2: empty, or pictures that need text recognition"
    ]


def test_a_pdf_of_pictures_needs_text_recognition(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"made of pictures.*OCR"):
        files.read(written(tmp_path, "a.pdf", pdf([], [])))


def test_a_pdf_with_a_password_is_refused_and_one_locked_without_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="protected by a password"):
        files.read(written(tmp_path, "a.pdf", pdf(LINES, password="secret")))  # noqa: S106 - the password of a test
    assert files.read(written(tmp_path, "a.pdf", pdf(LINES, password=""))).text.startswith("一、")


def test_a_pdf_that_takes_for_ever_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_file, "LIMIT_SECONDS", 0.001)

    with pytest.raises(Refusal, match="takes longer than"):
        files.read(written(tmp_path, "a.pdf", pdf(LINES)))


def test_a_pdf_of_too_many_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="more than 2000 pages"):
        files.read(written(tmp_path, "a.pdf", pdf(*([["a"]] * 2001))))


def test_the_parts_of_a_line_are_put_in_their_printed_order() -> None:
    """Quotation marks of another font come after the words in the file."""

    def sign(text: str, left: float, base: float = 700.0) -> pdf_lines.Sign:
        return pdf_lines.Sign(text, left, left + 10, base, 10, turned=False)

    pieces = [[sign("两", 20), sign("个", 30)], [sign("“", 10), sign("”", 40)], [sign("列", 90)]]

    assert pdf_lines.lines([*pieces, [sign("下", 10, 680)]]) == ["“两个” 列", "下"]


def read_or_refused(file: Path) -> None:
    """Nothing but a text or an answer: any other exception fails the test."""
    try:
        original = files.read(file)
    except Refusal as refused:
        assert str(file) in str(refused)  # noqa: PT017 - both outcomes are good
    else:
        assert original.text.strip()


def _word() -> bytes:
    def make(document: Document) -> None:
        document.add_paragraph("一、总体要求", style="List Number")
        document.add_table(2, 2).cell(0, 0).text = "格"

    return word(make)


VALID = {
    "docx": _word(),
    "xml": word_xml(paragraph("文", list_=1), numbering="<w:num/>"),
    "html": PAGE.format(charset="gbk").encode("gb18030"),
    "txt": NOTICE.encode("gb18030"),
    "utf16": NOTICE.encode("utf-16"),
}
SPOILT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def spoilt(data: bytes, seed: int) -> bytes:
    """`data` cut off, with bytes changed, put in or taken out."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    made = bytearray(data)
    for _change in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(made) or 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                made[at:at] = chance.choice((b"\0", b"<", b"&#0;", b"\xff\xff\xff\xff", data[:40]))
            case 2:
                del made[at : at + chance.randrange(50)]
            case _:
                if chance.random() < 0.3:
                    del made[at:]
    return bytes(made)


@SPOILT
@given(st.sampled_from(sorted(VALID)), st.integers(0, 2**32))
def test_a_spoilt_file_is_read_or_refused(tmp_path: Path, kind: str, seed: int) -> None:
    suffix = {"xml": "docx", "utf16": "txt"}.get(kind, kind)
    read_or_refused(written(tmp_path, f"a.{suffix}", spoilt(VALID[kind], seed)))


@SPOILT
@given(st.binary(max_size=300), st.sampled_from(["", "PK\3\4", "<html>", "\ufeff"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, head: str) -> None:
    read_or_refused(written(tmp_path, "a.txt", head.encode() + data))


@settings(SPOILT, max_examples=15)
@given(st.integers(0, 2**32))
def test_a_spoilt_pdf_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    read_or_refused(written(tmp_path, "a.pdf", spoilt(pdf(LINES, LINES), seed)))
