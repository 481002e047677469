"""Everything that reads a file from outside, and seeds for each: what is fuzzed, and what hostile files are given to."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from tracker.domain.period import quarter
from tracker.errors import Refusal
from tracker.forms import breakdown, plain_writing, reading, sheets, writing
from tracker.register import indicators, load
from tracker.sources import document, files
from tracker.store import dump, undump

HERE = Path(__file__).parent
SEEDS = HERE.parent / "seeds"
TODAY, NOW = date(2024, 6, 30), datetime(2024, 6, 30, 4, 0, tzinfo=UTC)


class Reader(NamedTuple):
    """What reads a file with an ending; of a `package` the parts are XML in a ZIP archive."""

    ending: str
    read: Callable[[Path], object]
    package: bool = False


def _document(file: Path) -> object:
    return document.read(files.read(file))


def _figures(file: Path) -> object:
    return indicators.in_tables(file, sheets.tables(file, indicators.names_columns))


def _dump(file: Path) -> object:
    with undump.opened(file) as opened:
        return undump.prove(undump.lines(opened), file.name)


READERS = {
    "register": Reader(".yaml", lambda file: load(file, file.read_bytes())),
    "observations": Reader(".csv", lambda file: indicators.observations(file, file.read_bytes())),
    "figures": Reader(".xlsx", _figures, package=True),
    "form": Reader(".xlsx", reading.read, package=True),
    "plain-form": Reader(".csv", reading.read),
    "breakdown": Reader(".xlsx", breakdown.read, package=True),
    "text": Reader(".txt", _document),
    "page": Reader(".html", _document),
    "word": Reader(".docx", _document, package=True),
    "pdf": Reader(".pdf", _document),
    "dump": Reader(".jsonl", _dump),
}


def failure(reader: Reader, file: Path) -> Exception | None:
    """What a reader raises that is no refusal; None where it keeps its promise."""
    try:
        reader.read(file)
    except Refusal:
        return None
    except Exception as reason:  # noqa: BLE001 - any kind of it is what is looked for
        return reason
    return None


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Good files for each reader, from a ledger made in a folder."""
    from tracker.cli import context  # noqa: PLC0415 - only where seeds are made, not in each process that tries them
    from tracker.cli.app import run  # noqa: PLC0415 - the same
    from tracker.store import forming, ledger, log, setup  # noqa: PLC0415 - the same

    at = ledger.place(str(folder / "ledger.sqlite"))
    setup.create(at, by=log.Acting("builder", TODAY, NOW))
    with ledger.reading(at) as db:
        form = forming.form(db, "SX", quarter(TODAY), TODAY)
        dumped = b"".join(dump.lines(db))
    # A few rows have all that a hundred have, and are read a hundred times as fast.
    form = form._replace(rows=form.rows[:3])
    table = folder / "table.xlsx"
    command = ["export", "-f", "xlsx", "--as", "breakdown", "--owner", "SX", "-o", str(table)]
    assert run(["--db", str(at), *command]) == 0
    context.settings.db = None
    plan = (HERE / "data" / "plan.txt").read_text("utf-8")
    lines = [line for line in plan.split("\n") if line.strip()]
    sheet = "indicator,owner,year,value,source\nurbanisation,HB,2020,62,公报\n"
    return {
        "register": [
            (HERE / "data" / "small.yaml").read_bytes(),
            (SEEDS / "owners.yaml").read_bytes(),
            *(_cut(SEEDS / name) for name in ("links.yaml", "indicators.yaml")),
            (SEEDS / "reports" / "2014-summary.yaml").read_bytes(),
        ],
        "observations": [sheet.encode(), sheet.replace(",", ";").encode("gb18030")],
        "figures": [_workbook([line.split(",") for line in sheet.splitlines()])],
        "form": [writing.workbook(form)],
        "plain-form": [
            writer(form).encode()
            for writer in (plain_writing.comma_separated, plain_writing.json_text)
        ],
        "breakdown": [_shortened(table)],
        "text": [plan.encode(), plan.encode("gb18030")],
        "page": [_page(lines).encode()],
        "word": [_word(lines)],
        "pdf": [_pdf(lines)],
        "dump": [dumped],
    }


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a package, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package(members: dict[str, bytes]) -> bytes:
    """A package of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _cut(file: Path) -> bytes:
    """The head of a long file, up to a line that begins something new."""
    head = file.read_text("utf-8")[:12_000]
    return head[: head.rindex("\n  - ") + 1].encode()


def _shortened(table: Path) -> bytes:
    """The first rows of a breakdown table."""
    import openpyxl  # noqa: PLC0415 - only where seeds are made

    book, out = openpyxl.load_workbook(table), io.BytesIO()
    for sheet in book.worksheets:
        sheet.delete_rows(7, sheet.max_row)
    book.save(out)
    return out.getvalue()


def _workbook(rows: list[list[str]]) -> bytes:
    import openpyxl  # noqa: PLC0415 - only where seeds are made

    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _page(lines: list[str]) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    table = "<table><tr><td rowspan=2>一<td>二<tr><td colspan=2>三</table><ol type=i><li>四</ol>"
    return f"<!DOCTYPE html><html><head><title>t</title></head><body>{body}{table}</body></html>"


def _word(lines: list[str]) -> bytes:
    import documents  # noqa: PLC0415 - only where seeds are made

    return documents.word(lambda made: [made.add_paragraph(line) for line in lines])


def _pdf(lines: list[str]) -> bytes:
    import documents  # noqa: PLC0415 - only where seeds are made

    return documents.pdf(lines)
