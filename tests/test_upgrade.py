"""Ledgers of earlier revisions, as programs of then wrote them, opened by the program of now.

tests/data/ledger-0001.sql holds one small document with six entries: reports, a review, a retarget
and a withdrawal. ledger-0002.sql is the same, upgraded, with its wording, another report and its return.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from conftest import Run
from tracker.store import check, ledger, schema
from tracker.store.models import seeded

DATA = Path(__file__).parent / "data"
TEXT = """护堤计划

星水发〔2023〕7号

（2023年2月1日）

一、工程
（一）加固护堤。2026年6月底前，湖北加固甲堤。沿岸种植护岸林。护堤是防汛的基础。
"""


def rows(file: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.execute(f"SELECT * FROM {table} ORDER BY 1, 2"))  # noqa: S608 - a name of ours


def problems(file: Path) -> list[str]:
    with ledger.reading(ledger.place(str(file))) as db:
        return [str(problem) for problem in check.problems(db)]


def written(revision: str, file: Path) -> Path:
    with closing(sqlite3.connect(file)) as db:
        db.executescript((DATA / f"ledger-{revision}.sql").read_text(encoding="utf-8"))
    return file


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The ledger of the first revision."""
    return written("0001", tmp_path / "old.sqlite")


@pytest.fixture
def issuing(tmp_path: Path, tracker: Run) -> Path:
    """The ledger of the second revision, upgraded, with a report issued from it."""
    file = written("0002", tmp_path / "second.sqlite")
    assert tracker("db", "upgrade", db=file).code == 0
    assert tracker("report", "--period", "2023Q2", "--issue", db=file).code == 0
    return file


@pytest.fixture
def known(old: Path, tracker: Run) -> Path:
    """The same, upgraded, with a copy of its document attached."""
    (old.parent / "dike.txt").write_text(TEXT, encoding="utf-8")
    assert tracker("db", "upgrade", db=old).code == 0
    assert tracker("ingest", str(old.parent / "dike.txt"), db=old).code == 0
    return old


def test_a_ledger_of_the_first_revision_wants_the_upgrade(old: Path, tracker: Run) -> None:
    ran = tracker("list", db=old)

    assert (ran.code, ran.out) == (1, "")
    assert "db upgrade" in ran.err


def test_the_upgrade_keeps_the_log_and_the_ledger_is_whole(old: Path, tracker: Run) -> None:
    tables = ("batches", "entries", "stands", "assignments", "measures", "owners")
    before = {table: rows(old, table) for table in tables}

    assert tracker("db", "upgrade", db=old).code == 0

    assert {table: rows(old, table) for table in tables} == before
    assert problems(old) == []
    log = tracker("log", "-f", "json", db=old).json
    assert [(e["key"], e["owner"], e["version"], e["kind"]) for e in log] == [
        ("dike-01.1", "HB", 1, "report"),
        ("dike-01.1", "HB", 2, "report"),
        ("dike-01.1", "HB", 3, "review"),
        ("dike-01.2", "HB-WH", 1, "retarget"),
        ("dike-01.2", "HB-WH", 2, "report"),
        ("dike-01.2", "HB-WH", 3, "withdrawal"),
    ]


def test_init_upgrades_as_well_and_brings_the_registers(old: Path, tracker: Run) -> None:
    entries = rows(old, "entries")

    assert tracker("init", db=old).code == 0

    assert rows(old, "entries")[: len(entries)] == entries
    codes = {row["document"] for row in tracker("list", "-f", "json", db=old).json}
    assert codes == {"2014", "2021", "2024", "dike"}
    assert problems(old) == []


def test_an_upgraded_ledger_takes_reports_and_wordings(known: Path, tracker: Run) -> None:
    ran = tracker("update", "dike-01.2", "--owner", "HB", "--status", "stalled", db=known)

    assert ran.code == 0
    assert (
        tracker("show", "dike-01.2", "-f", "json", db=known).json["wording"] == "沿岸种植护岸林。"
    )
    assert problems(known) == []


def test_the_revision_of_wordings_goes_down_and_up_with_rows_in_it(
    known: Path, tracker: Run
) -> None:
    entries, at = rows(known, "entries"), ledger.place(str(known))
    assert len(rows(known, "wordings")) == 3

    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0001")
        assert "wordings" not in inspect(db.core).get_table_names()
    with ledger.upgrading(at, make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []
        assert schema.triggers(db) == schema.wanted_triggers(db)

    assert (rows(known, "entries"), rows(known, "wordings")) == (entries, [])
    assert problems(known) == []
    assert tracker("ingest", str(known.parent / "dike.txt"), db=known).code == 0
    assert len(rows(known, "wordings")) == 3


def test_a_ledger_of_the_second_revision_is_kept_and_can_be_reported_on(
    tmp_path: Path, tracker: Run
) -> None:
    file = written("0002", tmp_path / "second.sqlite")
    tables = ("batches", "entries", "stands", "assignments", "wordings", "sentences", "documents")
    before = {table: rows(file, table) for table in tables}

    assert tracker("db", "upgrade", db=file).code == 0

    assert {table: rows(file, table) for table in tables} == before
    assert problems(file) == []
    found = tracker("report", "--period", "2023Q2", "-f", "json", db=file).json
    assert found["totals"]["verification"]["returned"] == 1
    assert [line["key"] for line in found["laggards"]] == ["dike-01.2"]


def test_the_revision_of_issues_goes_down_and_up_with_a_report_in_it(
    issuing: Path, tracker: Run
) -> None:
    entries, at = rows(issuing, "entries"), ledger.place(str(issuing))

    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0002")
        assert "issues" not in inspect(db.core).get_table_names()
    with ledger.upgrading(at, make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []
        assert schema.triggers(db) == schema.wanted_triggers(db)

    assert (rows(issuing, "entries"), rows(issuing, "issues")) == (entries, [])
    [lost] = problems(issuing)
    assert "report --issue wrote issues, and nothing of it is there" in lost
    assert tracker("report", "--period", "2023Q2", "--issue", db=issuing).code == 0


def test_the_revision_of_what_was_seeded_goes_down_and_up_and_the_next_seed_reads_its_files(
    at: ledger.Place, tracker: Run
) -> None:
    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0008")
    with ledger.upgrading(at, make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []

    with ledger.reading(at) as db:
        assert check.problems(db) == []
        assert db.execute(select(seeded)).all() == []
    assert tracker("seed", "-f", "json").json == []
    with ledger.reading(at) as db:
        assert len(db.execute(select(seeded)).all()) == 1


def test_the_revision_of_indexes_for_reading_goes_down_and_up(at: ledger.Place) -> None:
    with ledger.upgrading(at, make=False) as db:
        schema.downgrade(db, "0007")
        lacking = {index["name"] for index in inspect(db.core).get_indexes("entries")}
    with ledger.upgrading(at, make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []

    assert "ix_entries_folded" not in lacking
    with ledger.reading(at) as db:
        assert check.problems(db) == []
