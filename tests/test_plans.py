"""How SQLite goes about the questions of every day and of reports: a slip shows without timing it.

Its plans hang on the schema and the statement alone, not on what is in the ledger.
"""

import re
from pathlib import Path
from typing import Any

import pytest

import compiled
from tracker.store import ledger
from tracker.store.connection import worded
from tracker.store.rows import Axes, Filters, Page
from tracker.store.states import States

NOW = States(compiled.mark("as_of"))
PAST = States(compiled.mark("as_of"), compiled.mark("known_on"))
# What does not grow with the assignments, and what a statement makes of the few that it is asked for.
SMALL = {
    "documents", "sections", "owners", "alembic_version", "way", "counted",
    "links", "indicators", "indicator_targets", "observations", "seeded",
}  # fmt: skip
EVERYDAY = {
    re.sub(r"as_of, standing(, )?", "", worded(question, given)): (question, given)
    for question, given in compiled.everyday()
    if ".new_" not in question
}
# They read the whole: what they are asked for.
WHOLE = {
    "queries.entry_rows()",
    "lookup.measure_keys()",
    "lookup.commitment_keys()",
    "lookup.keys_beginning()",
    "rollups.cells()",
    # Read from its end or its beginning, it is answered by the first row.
    "log.newest()",
    "forming.first_batch()",
}
PAGES = [name for name in EVERYDAY if "limit" in name and "owners" not in name]


@pytest.mark.parametrize("name", sorted(EVERYDAY.keys() - WHOLE))
def test_an_everyday_question_goes_through_no_large_table(file: Path, name: str) -> None:
    assert scanned(everyday(file, name)) <= SMALL


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_in_its_order_and_sorts_only_who_shares_a_commitment(
    file: Path, name: str
) -> None:
    found = everyday(file, name)

    assert "documents" in found[0]
    sorts = {line for line in found if "TEMP B-TREE" in line}
    assert sorts <= {"USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"}
    assert not sorts or "assignment_rows" in name


@pytest.mark.parametrize("question", ["measure_rows", "commitment_rows", "assignment_rows"])
def test_a_long_list_flows_without_being_sorted(file: Path, question: str) -> None:
    given = {"states": NOW, "filters": Filters(), "page": Page()}
    axes = {"axes": Axes()} if question == "assignment_rows" else {}

    found = plan(file, f"queries.{question}", **given, **axes)

    assert scanned(found) == {"documents"}
    assert "USE TEMP B-TREE FOR ORDER BY" not in found


def test_an_owners_list_begins_with_his_assignments(file: Path) -> None:
    found = everyday(file, "queries.assignment_rows(owners)")

    assert "SEARCH assignments USING INDEX ix_assignments_owner_id (owner_id=?)" in found


def test_keys_that_begin_so_are_looked_up(file: Path) -> None:
    found = everyday(file, "lookup.keys_beginning(start, end)")

    assert all("COVERING INDEX" in line for line in found if line.startswith("SEARCH"))
    assert scanned(found) == set()


def test_whether_anything_weighs_more_is_known_from_an_index(file: Path) -> None:
    found = everyday(file, "rollups.weighted()")

    assert "SEARCH commitments USING COVERING INDEX ix_commitments_weight (weight>?)" in found


def test_who_gave_a_part_is_found_by_the_time(file: Path) -> None:
    found = everyday(file, "standing.moves(commitment)")

    assert any("ix_batches_recorded_at" in line for line in found)


@pytest.mark.parametrize("question", ["cells", "total", "by_measure"])
def test_the_progress_of_all_goes_through_the_assignments_once(file: Path, question: str) -> None:
    found = plan(file, f"rollups.{question}", states=NOW, filters=Filters())

    # The position is worked out once for each, in a routine of its own.
    assert "CO-ROUTINE counted" in found
    assert scanned(found) <= {"assignments", "counted", "cells"}
    assert found.count("SCAN assignments") == 1


@pytest.mark.parametrize("question", ["cells", "total", "by_measure"])
def test_a_past_day_is_folded_from_the_index_of_the_log(file: Path, question: str) -> None:
    found = plan(file, f"rollups.{question}", states=PAST, filters=Filters())

    covered = "entries USING COVERING INDEX ix_entries_folded"
    newest = "(assignment_id=? AND kind=? AND names=? AND effective_on<?)"
    assert found.count(f"SEARCH {covered} {newest}") == len(("report", "retarget"))
    assert any(line.startswith("SEARCH review USING INDEX ix_entries_folded") for line in found)
    assert "SEARCH reported USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" in found
    assert scanned(found) <= {"assignments", "folded", "counted", "cells"}


def test_the_past_of_one_document_is_folded_alone(file: Path) -> None:
    found = plan(
        file, "rollups.by_measure", states=PAST, filters=Filters(compiled.mark("document"))
    )

    assert "assignments" not in scanned(found)


def everyday(file: Path, name: str) -> list[str]:
    question, given = EVERYDAY[name]
    return plan(file, question, **given)


def plan(file: Path, question: str, **given: Any) -> list[str]:
    sql, _reading = compiled.compiled(question, given)
    # A plan does not hang on the values.
    values = dict.fromkeys(re.findall(r":(\w+)", sql))
    with ledger.reading(ledger.place(str(file))) as db:
        return [row[3] for row in db.driver.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def scanned(lines: list[str]) -> set[str]:
    """The tables that are gone through from one end to the other."""
    return {found[1] for line in lines if (found := re.match(r"SCAN (?:TABLE )?(\w+)", line))}
