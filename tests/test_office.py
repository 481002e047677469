"""Word files and workbooks as LibreOffice opens and prints them."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from reports import everything
from tracker.i18n import speaking
from tracker.render import render
from tracker.report.model import Report, Table

# A text file that only a spreadsheet program makes pages of.
PROBE = b"a,b\n"
Convert = Callable[..., Path]


def made(what: Report | Table, form: str) -> bytes:
    file = render(what, form)
    assert isinstance(file, bytes)
    return file


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """What LibreOffice makes of a file, in a folder of its own."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("office")

    def converted(data: bytes, name: str, form: str) -> Path:
        source = folder / name
        source.write_bytes(data)
        command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", form, "--outdir", str(folder), str(source)]
        subprocess.run(command, check=False, capture_output=True, timeout=180)
        return source.with_suffix(f".{form.partition(':')[0]}")

    return converted


@pytest.fixture(scope="module")
def calc(convert: Convert) -> Convert:
    if not convert(PROBE, "probe.csv", "pdf").exists():
        pytest.skip("LibreOffice is here without its spreadsheet part (Calc)")
    return convert


@pytest.fixture(scope="module")
def bulletin(convert: Convert) -> list[str]:
    """The pages of the sample report as a Word file."""
    return printed(convert(made(everything(30), "docx"), "report.docx", "pdf"))


def printed(file: Path) -> list[str]:
    with pypdfium2.PdfDocument(file) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def test_annexes_of_a_word_file_are_printed_on_pages_of_their_own(bulletin: list[str]) -> None:
    first_lines = [page.split("\r\n")[0] for page in bulletin]

    assert len(bulletin) > 5
    assert "Progress report" in bulletin[0]
    assert [line for line in first_lines if "Annex" in line] == ["Annex 1", "Annex 2"]
    assert all(f"— {n} —" in page for n, page in enumerate(bulletin, 1))


def test_the_head_of_a_table_is_printed_on_each_of_its_pages(bulletin: list[str]) -> None:
    assert sum("Verification" in page for page in bulletin) > 5


def test_a_printed_page_has_22_lines_of_28_characters(convert: Convert) -> None:
    with speaking("zh"):
        full = made(Report("通报", (), (), (), ("中" * 28 * 60,)), "docx")

    page = printed(convert(full, "full.docx", "pdf"))[1]

    lines = [line for line in page.split("\r\n") if line.startswith("中")]
    assert len(lines) == 22
    assert {len(line) for line in lines} == {28}


def test_a_workbook_is_printed_under_the_titles_of_its_sheets(calc: Convert) -> None:
    pages = printed(calc(made(everything(), "xlsx"), "book.xlsx", "pdf"))

    for title in ("Contents", "By status", "Owner by measure", "Charts"):
        assert any(title in page for page in pages)


def test_a_workbook_has_the_values_of_its_table(calc: Convert) -> None:
    data = made(everything().tables[2], "xlsx")

    file = calc(data, "matrix.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1")

    header, first, *_rest = csv.reader(file.read_text(encoding="utf-8").splitlines())
    assert header == ["Measure", "SX", "AH", "JX", "HA", "HB", "HN", "CENTRAL"]
    assert first == ["2099-01", "0/3", "1/3", "-/3", "", "1/3", "-/3", "0/3"]
