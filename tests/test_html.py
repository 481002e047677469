"""The HTML page as a file: what is in it, and that it is the same file every time."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from reports import HOSTILE, everything
from tracker.domain.words import Status
from tracker.i18n import speaking
from tracker.render import render
from tracker.report.model import Bar, Chart, Column, Fact, Progress, Report, Series, Share, Table

TESTS = Path(__file__).parent
PRINT = """
import sys
from reports import everything
from tracker.render import render
sys.stdout.buffer.write(render(everything(), "html").encode())
"""
# None of these may be there as a character; harmless text shows each by its number.
WILD = "\x00\x1b\x7f\x85\u202e\u2066\ud800\ufffe\uffff" + HOSTILE
ROWS = [(f"k{i}", i) for i in range(3)]


def page(what: Report | Table) -> Any:
    """The page, read again."""
    return html.document_fromstring(made(what))


def made(what: Report | Table) -> str:
    text = render(what, "html")
    assert isinstance(text, str)
    return text


def lone(*cells: Any) -> Table:
    """A table with one column."""
    return Table("t", "T", (Column("c", "C"),), [(cell,) for cell in cells])


def charted(**changes: Any) -> Report:
    """A report with a chart and nothing else."""
    chart = Chart("lines", "Shares", ("Q1", "Q2"), (Series("Done", Status.DONE, (None, 12.5)),))
    return Report("R", (), (), charts=(chart._replace(**changes),))


def texts(nodes: list[Any]) -> list[str]:
    return [node.text_content().strip() for node in nodes]


def test_every_process_writes_the_same_bytes() -> None:
    pages = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            check=True,
            capture_output=True,
            cwd=TESTS,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        ).stdout
        for zone, seed in (("Asia/Shanghai", "1"), ("America/Lima", "2"))
    }

    assert pages == {made(everything()).encode()}


def test_nothing_in_the_page_refers_to_anything_outside() -> None:
    read = page(everything())

    assert read.xpath("//@src | //link | //base | //iframe | //object | //img") == []
    assert all(target.startswith("#") for target in read.xpath("//@href"))
    assert "url(" not in made(everything())
    assert "http://" not in made(everything())


def test_the_policy_allows_the_one_style_and_the_one_script_and_nothing_else() -> None:
    read = page(everything())
    (policy,) = read.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    hashes = [
        base64.b64encode(hashlib.sha256(found.text.encode()).digest()).decode()
        for found in read.xpath("//style | //script")
    ]

    assert policy == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    )


def test_no_element_has_a_style_or_an_event_of_its_own() -> None:
    assert page(everything()).xpath("//@style | //@*[starts-with(name(), 'on')]") == []


def test_every_id_is_there_once_and_every_reference_has_its_target() -> None:
    read = page(everything())
    ids = read.xpath("//@id")
    wanted = read.xpath("//@aria-labelledby | //@aria-describedby | //@data-for | //@data-to")

    assert len(ids) == len(set(ids))
    assert {*wanted, *(target[1:] for target in read.xpath("//@href"))} <= set(ids)


def test_headings_go_down_one_step_at_a_time_from_one_title_in_each_language() -> None:
    for edition in page(everything()).xpath("//div[@class='edition']"):
        levels = [int(node.tag[1]) for node in edition.xpath(".//h1 | .//h2 | .//h3 | .//h4")]

        assert levels.count(1) == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_table_has_a_caption_and_its_headings_a_scope() -> None:
    read = page(everything())

    assert all(table.xpath("./caption/text()") for table in read.xpath("//table"))
    assert read.xpath("//thead//th[not(@scope='col')] | //tbody//th[not(@scope='row')]") == []
    assert read.xpath("//tbody/tr[count(th) != 1]") == []


def test_the_spoken_language_comes_first_and_the_other_is_hidden() -> None:
    report = everything()
    assert report.translation is not None
    with speaking("zh"):
        chinese = page(report.translation._replace(translation=report))

    for read, codes in ((page(report), ["en", "zh-CN"]), (chinese, ["zh-CN", "en"])):
        editions = read.xpath("//div[@class='edition']")
        assert read.get("lang") == codes[0]
        assert [edition.get("lang") for edition in editions] == codes
        assert [edition.get("hidden") is None for edition in editions] == [True, False]
    assert "已完成" in texts(chinese.xpath("//*[@id='zh']"))[0]


def test_a_report_in_one_language_has_no_button_for_another() -> None:
    read = page(everything()._replace(translation=None))

    assert len(read.xpath("//div[@class='edition']")) == 1
    assert read.xpath("//button[@class='language']") == []


def test_the_report_stands_in_its_order() -> None:
    (edition,) = page(everything()._replace(translation=None)).xpath("//div[@class='edition']")

    assert texts(edition.xpath(".//h1 | .//h2 | .//h3 | .//figcaption")) == [
        "Progress report for the first quarter of 2099",
        "Contents",
        "Overall",
        "Share done against time gone",
        "By status",
        "By owner",
        "Status by owner",
        "Each owner",
        "Owner by measure",
        "What lags",
        "Overdue, behind or stalled",
        "Newly done",
        "Annex 1: Hubei: assignments",
        "Annex 2: Central departments: assignments",
        "Notes",
    ]
    assert texts(edition.xpath(".//dt")) == ["As of", "Known on", "Ledger digest"]
    assert texts(edition.xpath(".//nav/ol/li/a"))[-1] == "Annex 2: Central departments: assignments"
    assert len(edition.xpath(".//main/div[@class='opening']/p")) == 2
    assert texts(edition.xpath(".//footer//li")) == ["Support does not count."]


def test_what_is_data_only_is_not_shown() -> None:
    read = page(everything())

    assert "Nothing in it" not in texts(read.xpath("//th"))
    assert read.xpath("//table[@id='en-part-1-0-table']//thead//th/button/text()") == [
        "Code", "Owner", "All", "Share", "Progress",
    ]  # fmt: skip


def test_a_table_without_rows_says_so() -> None:
    read = page(lone())

    assert texts(read.xpath("//p[@class='nothing']")) == ["Nothing to report."]
    assert read.xpath("//table") == []


def test_a_table_alone_is_a_page_under_its_title() -> None:
    read = page(lone("a"))

    assert texts(read.xpath("//title | //h1")) == ["T", "T"]
    assert read.xpath("//h2 | //h3 | //nav") == []
    assert texts(read.xpath("//tbody//th")) == ["a"]


def test_tables_without_a_part_have_headings_of_their_own() -> None:
    first, second = lone("a")._replace(title="A"), lone("b")._replace(title="B")

    read = page(Report("R", (), (first, second)))

    assert texts(read.xpath("//main//h2")) == ["A", "B"]


def test_a_heat_map_tells_no_report_from_nothing_done_and_from_no_assignment() -> None:
    steps = (Progress(0, 6, 0), Progress(0, 6, 1), Progress(1, 6, 1), Progress(2, 6, 2),
             Progress(5, 6, 5), Progress(6, 6, 6))  # fmt: skip
    table = Table(
        "", "T", (Column(None, "M"), Column(None, "SX")), [("m", s) for s in (*steps, None)]
    )

    read = page(table)

    assert [(cell.get("class"), cell.text_content()) for cell in read.xpath("//td")] == [
        ("heat unreported", "-/6"),
        ("heat level-0", "0/6"),
        ("heat level-1", "1/6"),
        ("heat level-2", "2/6"),
        ("heat level-3", "5/6"),
        ("heat level-4", "6/6"),
        ("heat", ""),
    ]
    assert texts(read.xpath("//div[@class='levels']//li")) == [
        "no report", "none done", "less than a third", "less than two thirds", "less than all",
        "all done", "no assignment",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (12, "12"),
        (Share(1, 8), "0.125"),
        (Bar(1, 8), "0.125"),
        (Share(0, 0), "0"),
        (Progress(1, 2, 1), "0.5"),
        (Progress(0, 2, 0), "-1"),
        (Status.STALLED, "2"),
        (date(2024, 6, 30), "739067"),
        (datetime(2024, 6, 30, 12, tzinfo=UTC), "739067.5"),
        ("text", None),
        (None, None),
        (["a", "b"], None),
    ],
)
def test_a_cell_says_by_what_it_is_sorted(value: Any, key: str | None) -> None:
    (cell,) = page(lone(value)).xpath("//tbody//th")

    assert cell.get("data-sort") == key


def test_words_and_bars_are_drawn_and_say_what_they_are() -> None:
    read = page(lone(Status.DONE, [Status.STALLED, "x"], Bar(1, 3)))

    assert [(word.get("class"), word.text) for word in read.xpath("//tbody//span")] == [
        ("word is-done", "done"),
        ("word is-stalled", "stalled"),
    ]
    assert read.xpath("//*[@class='bar']/@aria-label") == ["33.3%"]
    assert read.xpath("//*[@class='done']/@width") == ["33.3"]


def test_a_chart_is_shapes_with_a_title_and_its_figures_in_words() -> None:
    (drawing,) = page(charted()).xpath("//figure//*[name()='svg' and @role='img']")

    assert drawing.xpath("./*[name()='title']/text()") == ["Shares"]
    assert drawing.xpath("./*[name()='desc']/text()") == ["Done: Q2 12.5."]
    assert {node.tag for node in drawing.iter()} == {
        "svg", "title", "desc", "g", "rect", "path", "text", "circle",
    }  # fmt: skip
    assert drawing.xpath(".//*[contains(@class, 'is-done')]")


@pytest.mark.parametrize("kind", ["stacked", "lines"])
@pytest.mark.parametrize(
    "changes",
    [
        {"labels": (), "series": ()},
        {"labels": ("a",), "series": (Series("s", None, (None,)),)},
        {"labels": ("a",), "series": (Series(WILD, None, (3,)),), "title": WILD},
        {"labels": ("a", "b"), "series": (Series("s", None, (None, 0)),)},
        {"labels": (WILD, "x" * 300), "series": (Series("s", None, (3, 0)),)},
    ],
)
def test_a_chart_holds_any_text_and_number_of_figures(kind: str, changes: dict[str, Any]) -> None:
    assert len(page(charted(kind=kind, **changes)).xpath("//figure")) == 1


def test_a_chart_without_a_table_has_its_part_all_the_same() -> None:
    read = page(charted(part="By owner"))

    assert texts(read.xpath("//main//h2")) == ["By owner"]
    assert len(read.xpath("//section//figure")) == 1


def test_hostile_text_is_text_wherever_it_stands() -> None:
    column = Column("c", WILD)
    table = Table("t", WILD, (column,), [(WILD,), ([WILD, WILD],)], part=WILD)
    report = Report(
        WILD,
        (Fact("f", WILD, WILD),),
        (table, table._replace(annex=True)),
        notes=(WILD,),
        text=(WILD,),
        charts=(Chart("stacked", WILD, (WILD,), (Series(WILD, None, (1,)),), part=WILD),),
    )

    text = made(report)

    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800\ufffe\uffff]", text) is None
    assert text.count("<script>") == 1
    assert len(text.encode()) > 0
    shown = r"\x00\x1b\x7f\x85\x202e\x2066\xd800\xfffe\xffff" + HOSTILE.replace(
        "\x1b", r"\x1b"
    ).replace("\u202e", r"\x202e")
    assert texts(html.document_fromstring(text).xpath("//h1 | //dt | //dd | //footer//li")) == [
        shown, shown, shown, shown,
    ]  # fmt: skip


def test_many_rows_take_time_in_proportion() -> None:
    many = Table("t", "T", (Column("k", "K"), Column("n", "N")), ROWS * 10_000)

    began = time.process_time()
    text = made(many)

    assert text.count("</tr>") == 30_001
    assert time.process_time() - began < 10
