"""Data goes out column by column, and is the same as cell by cell."""

import csv
import io
import json
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.words import Status
from tracker.render import render
from tracker.report.model import Column, Field, Plain, Table, tabulated

# Nothing in it that a spreadsheet would run, or a terminal act on.
PLAIN = st.text("ab 京,;\"'.%\n")
CELLS = st.one_of(
    st.none(), PLAIN.map("x{}".format), st.integers(), st.booleans(), st.sampled_from(Status)
)


class _Row(NamedTuple):
    key: str
    amount: int


class _Other(NamedTuple):
    amount: int
    key: str


def _table(*columns: list[Any]) -> Table:
    named = tuple(Column(f"c%s{number}", None) for number in range(len(columns)))
    return Table("rows", "", named, list(zip(*columns, strict=True)))


def _objects(table: Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(table, "json"))
    return found


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_a_csv_file_is_what_the_library_writes(rows: list[tuple[Any, Any]]) -> None:
    table = _table(*map(list, zip(*rows, strict=True)))
    wanted = io.StringIO(newline="")
    csv.writer(wanted).writerows([[column.name for column in table.columns], *rows])

    assert render(table, "csv") == wanted.getvalue()


def test_a_row_with_nothing_in_its_only_column_is_a_row_of_the_csv_file() -> None:
    made = str(render(_table(["a", None, "b"]), "csv"))

    assert list(csv.reader(made.splitlines())) == [["c%s0"], ["a"], [""], ["b"]]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_objects_of_json_hold_the_cells(rows: list[tuple[Any, Any]]) -> None:
    found = _objects(_table(*map(list, zip(*rows, strict=True))))

    assert [tuple(each.values()) for each in found] == rows


def test_lists_of_several_stand_in_json_cell_by_cell() -> None:
    cells = [Plain(["a", "b"]), Plain(), [{"c": 1, "d": [2, 3]}], Plain(["line\nend"])]

    found = _objects(_table(cells, [1, 2, 3, 4]))

    assert [each["c%s0"] for each in found] == cells
    assert [each["c%s1"] for each in found] == [1, 2, 3, 4]


def test_what_a_terminal_acts_on_is_escaped_in_a_column_of_json() -> None:
    made = str(render(_table(["a", "b\u202ec"]), "json"))

    assert "b\\u202ec" in made
    assert "\u202e" not in made


def test_rows_of_several_kinds_give_what_has_the_name() -> None:
    fields = [Field("key", None, "key"), Field("amount", None, "amount")]

    table = tabulated("rows", "", [_Row("a", 1), _Other(2, "b")], fields)

    assert list(table.rows) == [("a", 1), ("b", 2)]
