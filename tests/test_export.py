"""What `export` writes out: all that the ledger holds, under documented names, and unharmed."""

import csv
import io
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from tracker.domain.formulas import guarded, unguarded
from tracker.domain.log import Entry, chained, digest
from tracker.store.models import metadata

KEY, HB = "2021-15.5", ("--owner", "HB")
DATA = Path(__file__).with_name("data")
# Where the rows of each table stand in the export.
PLACES = {
    "documents": "documents",
    "sections": "sections",
    "sentences": "sentences",
    "commitments": "registered",
    "owners": "owners",
    "stands": "stands",
    "batches": "batches",
    "entries": "log",
    "links": "links",
    "issues": "issues",
    "indicators": "indicators",
    "indicator_targets": "targets",
    "observations": "observations",
}
# Who may do what on a server is none of its content; `db grant` lists it, a file has none.
RIGHTS = {"roles"}
# By which a seed tells that there is nothing to do.
FINGERPRINTS = {"seeded"}
# These stand there in parts: in force or not, said by a sentence now or not.
IN_PARTS = {"measures", "assignments", "wordings"}
# What is of use to the program alone: how it tells that a register is the same, and the bytes of
# issued reports with their proof (`report --issued NUMBER` prints one).
INSIDE = {
    ("documents", "fingerprint"),
    ("documents", "bundled"),
    ("issues", "model"),
    ("issues", "model_digest"),
}


@pytest.fixture
def full(file: Path, tracker: Run, tmp_path: Path) -> Path:
    """A ledger with something in every table."""
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "INSERT INTO wordings SELECT document_id, fingerprint, 'what a sentence says'"
            " FROM sentences JOIN measures ON measures.id = measure_id LIMIT 1"
        )
        db.execute("INSERT INTO wordings SELECT id, 'f' || id, 'what none says now' FROM documents")
        db.commit()
    small = (DATA / "small.yaml").read_text(encoding="utf-8")
    for said in (small, small.replace("{owner: HB, role: lead", "{owner: AH, role: lead")):
        (tmp_path / "small.yaml").write_text(said, encoding="utf-8")
        assert tracker("seed", str(tmp_path / "small.yaml")).code == 0
    update = ("--actor", "wang", "update", KEY, *HB, "--status", "done", "--note", "n")
    tracker(*update, "--problem", "p", "--next", "x", "--evidence", "https://example.org/a")
    tracker("review", KEY, *HB, "--return", "no record")
    tracker("retarget", KEY, "2027-06", *HB, "--why", "runway")
    tracker("undo")
    assert tracker("report", "--period", "2024Q1", "--issue").code == 0
    return file


def held(file: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608 - a name of ours


def said(value: Any) -> set[str]:
    """Every text and number that stands anywhere in an export."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return set().union(*map(said, value))
    return {str(value)}


def texts(file: Path, table: str) -> set[str]:
    """Every text that a table holds for users; evidence in its pieces, as it goes out."""
    return {
        line
        for row in held(file, table)
        for column, value in row.items()
        if isinstance(value, str) and value and (table, column) not in INSIDE
        for line in (value.split("\n") if column == "evidence" else [value])
    }


def test_every_text_in_every_table_of_the_ledger_stands_in_the_export(
    full: Path, tracker: Run
) -> None:
    whole = tracker("export").json

    told = said(whole)
    tables = set(metadata.tables) - RIGHTS - FINGERPRINTS
    empty = [table for table in tables if not held(full, table)]
    missing = {table: texts(full, table) - told for table in tables}
    assert empty == []
    assert {table: lost for table, lost in missing.items() if lost} == {}


@pytest.mark.usefixtures("full")
def test_every_row_of_the_ledger_stands_in_the_export(file: Path, tracker: Run) -> None:
    whole = tracker("export").json

    counted = {table: len(held(file, table)) for table in PLACES}
    assert {table: len(whole[place]) for table, place in PLACES.items()} == counted
    assert set(metadata.tables) == PLACES.keys() | IN_PARTS | RIGHTS | FINGERPRINTS


def entry(line: dict[str, Any], versions: dict[int, int]) -> Entry:
    """A line of the export as the entry whose hash it bears."""
    given = {name: line[name] for name in Entry._fields}
    return Entry(
        **{
            **given,
            "effective_on": date.fromisoformat(line["effective_on"]),
            "recorded_at": datetime.fromisoformat(line["recorded_at"]),
            "evidence": "\n".join(line["evidence"]) or None,
            "names": versions.get(line["names"]),
        }
    )


@pytest.mark.usefixtures("full")
def test_the_hashes_of_the_log_can_be_computed_from_the_export(tracker: Run) -> None:
    whole = tracker("export").json

    lines = whole["log"]
    versions = {line["entry"]: line["version"] for line in lines}
    last: dict[str, str] = {}
    for line in lines:
        name = f"{line['key']} {line['owner']} {line['role']}"
        last[name] = chained(name, entry(line, versions), last.get(name, ""))
        assert last[name] == line["hash"]
    assert digest(last.items()) == whole["digest"]


@pytest.mark.usefixtures("full")
def test_an_export_of_an_owner_names_nobody_else(tracker: Run) -> None:
    part = tracker("export", *HB).json

    whose = {
        row["owner"]
        for table in ("assignments", "log", "evidence", "stands", "targets", "observations")
        for row in part[table]
    }
    assert whose == {"HB"}
    assert [owner["code"] for owner in part["owners"]] == ["HB"]
    assert {row["key"] for row in part["registered"]} == {row["key"] for row in part["stands"]}
    assert {row["number"] for row in part["batches"]} == {row["batch"] for row in part["log"]}


@pytest.mark.usefixtures("full")
def test_an_export_of_a_document_holds_what_belongs_to_it(tracker: Run) -> None:
    part = tracker("export", "--document", "2014").json

    assert [row["code"] for row in part["documents"]] == ["2014"]
    for table in ("sections", "sentences", "registered", "left_wordings"):
        assert {row["document"] for row in part[table]} == {"2014"}
    assert part["links"]
    assert all("2014-" in row["earlier"] + row["later"] for row in part["links"])
    assert {row["commitment"][:5] for row in part["indicators"]} <= {"2014-"}
    assert part["issues"] == []


@pytest.mark.usefixtures("full")
def test_what_was_retired_stays_in_the_export(tracker: Run) -> None:
    stands = tracker("export", "--document", "small").json["stands"]

    retired = [(row["key"], row["owner"]) for row in stands if row["retired_at"]]
    assert retired == [("small-01.1", "HB"), ("small-01.2", "HB")]


@pytest.mark.usefixtures("full")
def test_the_target_that_was_moved_stays_in_the_export(tracker: Run) -> None:
    tracker("retarget", KEY, "2029", *HB, "--why", "runway")

    stands = tracker("export", *HB).json["stands"]

    (first,) = (row["first_target"] for row in stands if row["key"] == KEY)
    assert first == "2025"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86 27", "-5", "@SUM(1)", "\t=1", "\rx", " =1", "'=1", "''-x", "＝1+1", " \n@x"],
)
def test_no_spreadsheet_runs_a_text_and_it_comes_back_as_it_was(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "'quoted' word", "第1句", "https://a/?b=1", "'"])
def test_a_text_that_is_no_formula_goes_out_as_it_is(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def noted(tracker: Run, note: str) -> str:
    """The note as CSV has it."""
    assert tracker("update", KEY, *HB, "--status", "stalled", "--note", note).code == 0
    lines = csv.DictReader(io.StringIO(tracker("log", KEY, "-f", "csv").out))
    return [line["note"] for line in lines][-1]


def test_texts_that_differ_stay_different_in_csv(tracker: Run) -> None:
    assert (noted(tracker, "=1+1"), noted(tracker, "'=1+1")) == ("'=1+1", "''=1+1")


def test_a_tab_in_a_note_stays_a_tab_in_csv_and_is_a_blank_in_a_table(tracker: Run) -> None:
    assert noted(tracker, "a\tb") == "a\tb"
    assert "a b" in tracker("log", KEY).out
