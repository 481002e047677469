"""The views that other programs read, as such a program sees them: through SQLite alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from conftest import Run
from tracker.store import ledger, schema

KEY, HB = "2021-15.5", ("--owner", "HB")


def read(file: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(query)]


def said(rows: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row[field] for field in fields) for row in rows), key=repr)


def changed(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def reports_of_hubei(file: Path) -> list[tuple[Any, ...]]:
    query = f"SELECT * FROM v_reports WHERE key = '{KEY}' AND owner = 'HB' ORDER BY version"  # noqa: S608 - a key of ours
    fields = ("version", "status", "verification", "current_report", "withdrawn")
    return [tuple(row[field] for field in fields) for row in read(file, query)]


def test_the_view_of_measures_lists_those_that_list_lists(file: Path, tracker: Run) -> None:
    fields = (
        *("key", "document", "section", "section_label", "section_title", "section_title_en"),
        *("number", "label", "title", "title_en"),
    )

    rows = read(file, "SELECT * FROM v_measures")

    assert said(rows, *fields) == said(tracker("list", "-f", "json").json, *fields)


def test_the_view_of_commitments_says_what_list_says(file: Path, tracker: Run) -> None:
    fields = (
        *("key", "measure", "document", "section", "sentence", "title", "title_en"),
        *("kind", "weight"),
    )

    rows = read(file, "SELECT * FROM v_commitments")

    listed = tracker("list", "--by", "commitment", "-f", "json").json
    assert said(rows, *fields) == said(listed, *fields)
    years = [
        row["due_on"] and int(row["due_on"][:4]) for row in sorted(rows, key=lambda row: row["key"])
    ]
    assert years == [row["target_year"] for row in sorted(listed, key=lambda row: row["key"])]


def test_the_view_of_assignments_says_what_list_says(file: Path, tracker: Run) -> None:
    update = ("update", KEY, *HB, "--status", "in_progress", "--percent", "40", "--note", "半")
    tracker(*update, "--problem", "p", "--next", "n", "--evidence", "x")
    tracker("retarget", KEY, "2027-06", *HB, "--why", "runway")
    fields = (
        *("key", "measure", "document", "title", "title_en", "owner", "role", "basis", "scope"),
        *("scope_en", "target_basis", "due_on", "status", "percent", "verification"),
        *("effective_on", "note", "problem", "next_step", "recorded_at", "actor", "version"),
    )

    rows = read(file, "SELECT * FROM v_assignments")

    listed = tracker("list", "--by", "assignment", "-f", "json").json
    assert said(rows, *fields) == said(listed, *fields)
    told = next(row for row in rows if (row["key"], row["owner"]) == (KEY, "HB"))
    assert (told["target"], told["evidence"]) == ("2027-06", "x")


def test_the_view_of_entries_is_the_log(file: Path, tracker: Run) -> None:
    tracker("update", KEY, *HB, "--status", "stalled", "--note", "x")
    tracker("undo")
    fields = (
        *("entry", "batch", "key", "owner", "version", "kind", "status", "percent", "note"),
        *("verification", "target", "effective_on", "recorded_at", "actor", "names", "hash"),
    )

    rows = read(file, "SELECT * FROM v_entries")

    assert said(rows, *fields) == said(tracker("log", "-f", "json").json, *fields)


def test_a_report_shows_its_newest_review(file: Path, tracker: Run) -> None:
    tracker("--actor", "wang", "update", KEY, *HB, "--status", "done", "--evidence", "x")
    tracker("--actor", "li", "review", KEY, *HB, "--accept")
    tracker("--actor", "zhao", "review", KEY, *HB, "--return", "no record")

    assert reports_of_hubei(file)[-1] == (2, "done", "returned", 1, 0)


def test_a_withdrawn_review_does_not_count_in_the_view_of_reports(file: Path, tracker: Run) -> None:
    tracker("--actor", "wang", "update", KEY, *HB, "--status", "done", "--evidence", "x")
    tracker("--actor", "li", "review", KEY, *HB, "--accept")
    tracker("--actor", "zhao", "review", KEY, *HB, "--return", "no record")
    assert tracker("--actor", "zhao", "undo").code == 0

    assert reports_of_hubei(file)[-1] == (2, "done", "verified", 1, 0)


def test_a_withdrawn_report_is_marked_and_the_one_before_is_current_again(
    file: Path, tracker: Run
) -> None:
    tracker("update", KEY, *HB, "--status", "stalled")
    assert [report[3:] for report in reports_of_hubei(file)] == [(0, 0), (1, 0)]

    assert tracker("undo").code == 0

    assert [report[3:] for report in reports_of_hubei(file)] == [(1, 0), (0, 1)]


def test_what_is_retired_leaves_the_views_but_not_the_log(
    file: Path, tracker: Run, tmp_path: Path
) -> None:
    small = (Path(__file__).with_name("data") / "small.yaml").read_text(encoding="utf-8")
    (tmp_path / "small.yaml").write_text(small, encoding="utf-8")
    tracker("seed", str(tmp_path / "small.yaml"))
    tracker("update", "small-01.1", *HB, "--status", "stalled")
    (tmp_path / "small.yaml").write_text(small.replace("owner: HB", "owner: AH"), encoding="utf-8")
    tracker("seed", str(tmp_path / "small.yaml"))

    owners = read(file, "SELECT owner FROM v_assignments WHERE document = 'small'")
    entries = read(file, "SELECT owner FROM v_entries WHERE document = 'small'")

    assert {row["owner"] for row in owners} == {"AH", "CENTRAL"}
    assert {row["owner"] for row in entries} == {"HB"}


@pytest.mark.parametrize("name", schema.VIEWS)
def test_nothing_can_be_written_through_a_view(file: Path, name: str) -> None:
    with pytest.raises(sqlite3.OperationalError, match="view"):
        changed(file, f"DELETE FROM {name}")  # noqa: S608 - a name of ours


@pytest.mark.parametrize(
    "damage",
    [
        ("DROP VIEW v_reports",),
        ("DROP VIEW v_reports", "CREATE VIEW v_reports AS SELECT 1 AS key"),
    ],
)
def test_check_finds_a_view_that_is_gone_or_says_something_else(
    file: Path, tracker: Run, damage: tuple[str, ...]
) -> None:
    changed(file, *damage)

    ran = tracker("db", "check", "-f", "json")

    assert ran.code != 0
    assert [problem["where"] for problem in ran.json["problems"]] == ["v_reports"]


def test_a_view_of_somebodys_own_is_no_fault(file: Path, tracker: Run) -> None:
    changed(file, "CREATE VIEW mine AS SELECT key FROM v_measures")

    assert tracker("db", "check").code == 0


def test_the_revision_of_views_goes_down_and_up_with_rows_in_it(at: ledger.Place) -> None:
    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0003")
        assert schema.views(db) == {}
        assert schema.changed_views(db) == list(schema.VIEWS)
        schema.upgrade(db)
        assert schema.differences(db) == []
        assert schema.triggers(db) == schema.wanted_triggers(db)

        assert len(db.execute(text("SELECT key FROM v_measures")).all()) == 42
