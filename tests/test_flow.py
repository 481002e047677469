"""Long lists flow from the ledger into a file: never all of a list is in memory at once."""

import json
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import TODAY, Run
from tracker.domain.words import Status
from tracker.render import Screen, pieces, render
from tracker.report import listing
from tracker.report.model import (
    Column,
    Fact,
    Field,
    Report,
    Share,
    Table,
    data,
    flowing,
    flowing_in_parts,
    held,
    titled,
)
from tracker.store import ledger, states
from tracker.store.parts import Part
from tracker.store.rows import Axes, Filters

# Two blocks at least: of these two are in hand at a time.
FEW, MANY = 2_000, 8_000


class Item:
    """A row that is made on the way, no two of them the same."""

    def __init__(self, number: int) -> None:
        self.key, self.status = f"2021-{number}", list(Status)[number % 5]
        self.note = f"{number} 进展：已完成"
        self.day, self.share = date(2021, 1, 1) + timedelta(number % 1000), Share(number % 7, 7)


FIELDS = (
    Field("key", "Key", "key"),
    Field("status", "Status", "status"),
    Field("note", "Note", "note", flexible=True),
    Field("nothing", "Nothing", lambda _item: None, optional=True),
    Field("day", "On", "day"),
    Field("share", "Share", "share"),
)


def flow(count: int) -> Table:
    return flowing("items", "Items", lambda: map(Item, range(count)), FIELDS)


def peak(made: Callable[[], Iterable[object]]) -> int:
    """The most memory that going through something took."""
    for _piece in made():
        """Whatever is loaded once is loaded now."""
    tracemalloc.start()
    try:
        for _piece in made():
            """Nobody keeps it."""
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["json", "csv", "md", "html", "docx", "xlsx"])
def test_memory_is_flat_however_many_rows_are_written(form: str) -> None:
    few = peak(lambda: pieces(flow(FEW), form))

    assert peak(lambda: pieces(flow(MANY), form)) < 1.3 * few


@pytest.mark.parametrize("form", ["json", "csv", "html"])
def test_a_table_in_a_report_is_as_flat_as_one_alone(form: str) -> None:
    def report(count: int) -> Report:
        return Report("R", (Fact("on", "On", TODAY),), (flow(count)._replace(name="a.b"),))

    assert peak(lambda: pieces(report(MANY), form)) < 1.3 * peak(lambda: pieces(report(FEW), form))


def crowd(file: Path, first: int, last: int) -> None:
    """Put copies of all measures beside them, with what is to be done in each."""
    with closing(sqlite3.connect(file)) as db:
        for copy in range(first, last):
            db.execute(
                "INSERT INTO measures (document_id, section_id, number, key, label, title, title_en)"
                " SELECT document_id, section_id, number + 100 * ?1, key || '-' || ?1, label, title,"
                " title_en FROM measures WHERE number < 100",
                (copy,),
            )
            db.execute(
                "INSERT INTO commitments (measure_id, key, sentence, title, title_en, kind, weight)"
                " SELECT n.id, c.key || '-' || ?1, c.sentence, c.title, c.title_en, c.kind, c.weight"
                " FROM commitments c JOIN measures m ON m.id = c.measure_id AND m.number < 100"
                " JOIN measures n ON n.key = m.key || '-' || ?1",
                (copy,),
            )
            db.execute(
                "INSERT INTO assignments (commitment_id, owner_id, role, basis, standing, status,"
                " verification) SELECT n.id, owner_id, role, basis, 1, 'not_started', 'unreported'"
                " FROM assignments a JOIN commitments c ON c.id = a.commitment_id"
                " JOIN commitments n ON n.key = c.key || '-' || ?1",
                (copy,),
            )
        db.commit()


@pytest.mark.parametrize("by", ["assignment", "commitment"])
def test_memory_is_flat_however_many_assignments_a_ledger_has(file: Path, by: str) -> None:
    def most() -> int:
        with ledger.reading(ledger.place(str(file))) as db:
            of = states.now(TODAY)
            return peak(lambda: pieces(listing.listed(db, of, by, Filters(), Axes()), "json"))

    crowd(file, 1, 8)
    few = most()
    crowd(file, 8, 32)

    assert most() < 1.3 * few


def test_the_first_rows_go_out_before_the_last_are_made() -> None:
    made: list[Item] = []

    def source() -> Iterator[Item]:
        for number in range(MANY):
            made.append(Item(number))
            yield made[-1]

    first = next(iter(pieces(flowing("items", "Items", source, FIELDS), "json")))

    assert first
    assert len(made) < MANY


def test_a_cell_that_nobody_asks_for_is_not_made() -> None:
    def never(_item: Item) -> object:
        raise AssertionError

    fields = (Field("key", None, "key"), Field(None, "Shown", never))

    table = flowing("items", "Items", lambda: map(Item, range(3)), fields)

    assert list(data(table)) == [[["2021-0", "2021-1", "2021-2"]]]


def test_a_list_is_written_by_its_columns_and_no_row_is_made() -> None:
    class Never:
        _fields = ("key", "percent")

        @classmethod
        def _make(cls, _cells: object) -> "Never":
            raise AssertionError

    part = Part(Never, [("2021-01", "2021-02"), (None, 50)])
    fields = (Field("key", None, "key"), Field("%", "%", ("key", "percent"), read="{} {}".format))

    table = flowing_in_parts("items", "Items", lambda: [part], fields)

    assert list(data(table)) == [[("2021-01", "2021-02"), ["2021-01 None", "2021-02 50"]]]
    assert len(table.rows) == len(part)


def test_what_is_the_same_in_many_rows_is_made_once() -> None:
    made: list[tuple[Status, Share]] = []

    def said(status: Status, share: Share) -> str:
        made.append((status, share))
        return f"{status} {share.part}"

    fields = (Field("said", None, ("status", "share"), read=said),)

    found = list(data(flowing("items", "Items", lambda: map(Item, range(200)), fields)))

    assert len(found[0][0]) == 200
    assert sorted(made) == sorted(set(made))


def test_a_column_in_which_nothing_stands_is_left_out_and_of_no_rows_none() -> None:
    assert [column.title for column in titled(flow(3)).columns] == [
        "Key", "Status", "Note", "On", "Share",
    ]  # fmt: skip
    assert len(titled(flow(0)).columns) == len(FIELDS)


@pytest.mark.parametrize("form", ["json", "csv", "md", "html", "docx", "xlsx"])
def test_rows_that_flow_and_rows_that_are_held_are_written_alike(form: str) -> None:
    assert render(flow(1_100), form) == render(held(flow(1_100)), form)


def test_values_that_are_equal_and_not_the_same_stay_apart() -> None:
    table = Table("t", "T", (Column("v", "V"),), [(1,), (True,), (1.0,), ("1",), (None,)])

    assert str(render(table, "csv")).split() == ["v", "1", "True", "1.0", "1", '""']
    assert render(table, "json").split() == [
        "[", '{"v":', "1},", '{"v":', "true},", '{"v":', "1.0},", '{"v":', '"1"},', '{"v":', "null}", "]",
    ]  # fmt: skip


def test_numbers_and_times_stand_in_csv_as_they_are_and_texts_like_them_behind_an_apostrophe() -> (
    None
):
    at = datetime(2024, 3, 31, 18, tzinfo=UTC)
    columns = tuple(Column(name, None) for name in ("number", "day", "time", "text"))

    made = render(Table("t", "T", columns, [(-5, at.date(), at, "-5"), (None,) * 4]), "csv")

    assert str(made).splitlines() == [
        "number,day,time,text",
        "-5,2024-03-31,2024-03-31T18:00:00.000000Z,'-5",
        ",,,",
    ]


def test_ascii_alone_where_the_screen_has_nothing_else() -> None:
    text = render(flow(2), "json", Screen(unicode=False))

    assert text.isascii()
    assert json.loads(text) == json.loads(render(flow(2), "json"))


def test_who_reads_the_beginning_alone_ends_it_quietly(file: Path) -> None:
    crowd(file, 1, 8)
    command = [sys.executable, "-m", "tracker", "--db", str(file), "list", "--by", "assignment"]
    with subprocess.Popen(
        [*command, "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.readline()
        ran.stdout.close()
        assert ran.stderr.read() == b""

    assert ran.returncode == 0


def test_a_file_that_cannot_be_made_whole_stays_as_it_was(
    file: Path, tracker: Run, tmp_path: Path
) -> None:
    crowd(file, 1, 8)
    out = tmp_path / "list.json"
    out.write_text("before", encoding="utf-8")
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "UPDATE assignments SET due_on = 'x' WHERE id = (SELECT max(id) FROM assignments)"
        )
        db.commit()

    ran = tracker("list", "--by", "assignment", "-f", "json", "-o", str(out))

    assert (ran.code, "the ledger is damaged" in ran.err) == (5, True)
    assert out.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.glob(".tracker*")) == []


def test_what_is_listed_by_commitment_is_what_stands_in_the_assignments(tracker: Run) -> None:
    every: list[dict[str, Any]] = tracker("list", "--by", "assignment", "-f", "json").json

    rows = tracker("list", "--by", "commitment", "-f", "json").json

    assert [
        (row["key"], each["owner"], each["status"]) for row in rows for each in row["owners"]
    ] == [(row["key"], row["owner"], row["status"]) for row in every]
    counted = {row["key"]: row["assignments"] for row in rows}
    leads = [row["key"] for row in every if row["role"] != "support"]
    assert counted == {key: leads.count(key) for key in counted}


@pytest.mark.parametrize("text", ["=1+1", " ＝1", "'-1", "\tx", "a\x1b[31m"])
def test_one_text_that_acts_is_told_apart_among_many_that_do_not(text: str) -> None:
    rows = [("plain",), (None,), (text,), ("two\nlines",)]
    alone = Table("t", "T", (Column("v", "V"),), [(text,)])

    made = str(render(alone._replace(rows=rows), "csv")).split("\r\n")

    assert made == ["v", "plain", '""', str(render(alone, "csv")).split("\r\n")[1], '"two\nlines"', ""]  # fmt: skip
    assert text not in made
