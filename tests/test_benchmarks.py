"""What is measured is measured on true ledgers, and beside statements that give the same rows."""

import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import ledgers
import measuring
import statements
from tracker.domain.log import ALWAYS
from tracker.store import check, ledger, log, rollups, states

DAY = date(2025, 3, 31)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("made") / "made.sqlite"
    ledgers.make(file, 1500, shape=ledgers.wide(1500))
    return file


def test_a_generated_ledger_is_whole_as_the_check_says(made: Path) -> None:
    with ledger.reading(ledger.place(str(made))) as db:
        assert check.problems(db) == []


def test_a_ledger_of_the_other_shape_is_whole_too(tmp_path: Path) -> None:
    file = tmp_path / "tall.sqlite"

    ledgers.make(file, 400)

    with ledger.reading(ledger.place(str(file))) as db:
        assert check.problems(db) == []


def test_a_generated_ledger_has_so_many_assignments_and_five_lines_of_each(made: Path) -> None:
    with closing(sqlite3.connect(made)) as db:
        count, written = db.execute(
            "SELECT count(*), sum((SELECT count(*) FROM entries e WHERE e.assignment_id = a.id))"
            " FROM assignments a JOIN commitments c ON c.id = a.commitment_id WHERE c.key LIKE 'b%'"
        ).fetchone()

    assert count == 1500
    assert 4.8 < written / count < 5.2


def test_every_kind_of_line_is_among_the_generated_ones(made: Path) -> None:
    with closing(sqlite3.connect(made)) as db:
        kinds = {kind for (kind,) in db.execute("SELECT DISTINCT kind FROM entries")}

    assert kinds == {"report", "review", "retarget", "withdrawal"}


def test_the_same_size_makes_the_same_ledger_again(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"

    ledgers.make(again, 1500, shape=ledgers.wide(1500))

    digests = []
    for file in (made, again):
        with ledger.reading(ledger.place(str(file))) as db:
            digests.append(sorted(log.last_hashes(db, ALWAYS)))
    assert digests[0] == digests[1]


@pytest.mark.parametrize("way", ["now", *statements.WAYS])
def test_the_statement_by_hand_counts_as_the_program_does(made: Path, way: str) -> None:
    of = states.now(DAY) if way == "now" else states.on(DAY, ALWAYS)
    by_hand = statements.now(str(DAY)) if way == "now" else statements.past(str(DAY), way)

    with ledger.reading(ledger.place(str(made))) as db:
        counted = rollups.cells(db, of)
    with closing(sqlite3.connect(made)) as db:
        rows = db.execute(by_hand).fetchall()

    found = {tuple(row[:4]): tuple(row[6:]) for row in rows}
    assert found == {tuple(cell): tuple(numbers) for cell, numbers in counted.items()}


def test_a_run_that_takes_too_long_is_ended_and_has_no_cost() -> None:
    sleeping = measuring.python("-c", "import time; time.sleep(60)")

    assert measuring.run(sleeping, patience=0.2) is None


def test_the_memory_of_a_command_is_not_that_of_who_measures_it() -> None:
    held = bytearray(200_000_000)

    cost = measuring.run(measuring.python("-c", "pass"))

    assert cost is not None
    assert cost.memory < len(held) // 2_000_000


def test_a_run_that_fails_ends_the_measuring_with_what_it_said() -> None:
    failing = measuring.python("-c", "import sys; sys.exit('no such ledger')")

    with pytest.raises(SystemExit, match="no such ledger"):
        measuring.run(failing)


def test_what_nobody_waits_for_is_tried_once_and_no_more() -> None:
    tried = []

    def endless() -> None:
        tried.append("once")

    found = measuring.in_turns({"endless": endless}, 5)

    assert (found, tried) == ({"endless": None}, ["once"])
