"""A page of a list: the same lines with the same figures as in the whole list."""

from typing import Any

import pytest

from conftest import Run
from test_store import SMALL, load_files
from tracker.errors import NotFound
from tracker.store import ledger, lookup

DEPTHS = ("measure", "commitment", "assignment")


def listed(tracker: Run, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tracker("list", *words, "-f", "json").json
    return found


def pages(tracker: Run, size: int, *words: str) -> list[dict[str, Any]]:
    """The lines of all pages, up to the first that is empty."""
    found: list[dict[str, Any]] = []
    number = 1
    while page := listed(tracker, *words, "--limit", str(size), "--page", str(number)):
        assert len(page) <= size
        found += page
        number += 1
    return found


@pytest.mark.parametrize(("by", "size"), [("measure", 9), ("commitment", 100), ("assignment", 400)])
def test_the_pages_together_are_the_list(tracker: Run, by: str, size: int) -> None:
    whole = listed(tracker, "--by", by)

    assert pages(tracker, size, "--by", by) == whole


@pytest.mark.parametrize("by", DEPTHS)
def test_the_pages_of_a_narrowed_list_are_that_list(tracker: Run, by: str) -> None:
    narrow = ("--by", by, "--document", "2014", "--owner", "HB", "--status", "not_started")
    whole = listed(tracker, *narrow)

    assert whole
    assert pages(tracker, len(whole) // 2 + 1, *narrow) == whole


@pytest.mark.parametrize("by", DEPTHS)
def test_the_pages_of_a_past_day_are_its_list(tracker: Run, by: str) -> None:
    past = ("--by", by, "--section", "5", "--as-of", "2022-06-30")
    whole = listed(tracker, *past)

    assert whole
    assert pages(tracker, len(whole) // 2 + 1, *past) == whole


def test_without_a_page_it_is_the_first(tracker: Run) -> None:
    assert listed(tracker, "--limit", "3") == listed(tracker)[:3]


def test_behind_the_last_page_there_is_nothing(tracker: Run) -> None:
    assert listed(tracker, "--limit", "1000000000", "--page", "1000000000") == []


def test_a_page_without_its_length_is_refused(tracker: Run) -> None:
    ran = tracker("list", "--page", "2")

    assert (ran.code, ran.out) == (2, "")
    assert "--page takes --limit: how many lines a page has" in ran.err


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "many", "1000000001"])
@pytest.mark.parametrize("option", ["--limit", "--page"])
def test_what_is_no_number_of_lines_is_refused(tracker: Run, option: str, said: str) -> None:
    ran = tracker("list", "--limit", "5", option, said)

    assert (ran.code, ran.out) == (2, "")
    assert f"{option} wants a whole number from 1 to 1000000000" in ran.err


@pytest.mark.parametrize("start", ["2021-15.", "2014-0", "2021-15.5", "2021"])
def test_the_keys_that_begin_so_are_completed(at: ledger.Place, start: str) -> None:
    with ledger.reading(at) as db:
        keys = lookup.keys_beginning(db, start)
        known = lookup.keys_beginning(db, "")

    assert keys == sorted(key for key in known if key.startswith(start))
    assert keys


@pytest.mark.parametrize("start", ["2021-99", "%", "2021_", "\udcff", "\0"])
def test_no_key_begins_with_what_is_in_none(at: ledger.Place, start: str) -> None:
    with ledger.reading(at) as db:
        assert lookup.keys_beginning(db, start) == []


@pytest.mark.parametrize("said", ["2021-03.1", "2021-3.1", "2021_3.1", "２０２１－３．１"])
def test_a_key_is_found_however_it_is_typed(at: ledger.Place, said: str) -> None:
    with ledger.reading(at) as db:
        assert lookup.key(db, said) == "2021-03.1"


@pytest.mark.parametrize("said", ["SMALL-1.2", "small-01.2", "Small-1.2"])
def test_a_key_with_letters_is_found_in_either_case(at: ledger.Place, said: str) -> None:
    load_files(at, SMALL)

    with ledger.reading(at) as db:
        assert lookup.key(db, said) == "small-01.2"


@pytest.mark.parametrize("said", ["2021-3.99", "x" * 5000, "\udcff", "\0", ""])
def test_what_is_no_key_is_refused(at: ledger.Place, said: str) -> None:
    with ledger.reading(at) as db, pytest.raises(NotFound, match="unknown key"):
        lookup.key(db, said)


def test_weights_have_a_column_only_where_some_count(at: ledger.Place, tracker: Run) -> None:
    heading = "Weighted"
    before = tracker("list").out
    load_files(at, SMALL)

    assert heading not in before
    assert heading in tracker("list", "--limit", "1").out
