"""The log as a PostgreSQL server makes it is the log as Python does: the same bytes, the same state."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

import servers
from conftest import NOW, TODAY
from tracker.domain.log import HASH_FORMAT, Entry, canonical, chained
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Status, Verification
from tracker.store import check, ledger, log, schema
from tracker.store.connection import Connection
from tracker.store.models import assignments, metadata

# What a server takes as text: all but NUL and lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SAID = st.none() | TEXT | st.sampled_from(["", "-", ":", "1:a\n2:b", "中部崛起", "😀\r\n", "3:甲"])
DATES = st.dates(date(1949, 10, 1), date(2999, 12, 31))
TIMES = st.datetimes(datetime(1949, 10, 1), datetime(2999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds have no zone, what lies between them has
TARGETS = st.builds(Target, st.integers(1949, 2999), st.none() | st.integers(1, 12))

ENTRIES = st.builds(
    Entry,
    version=st.integers(1, 2**31 - 1),
    batch=st.integers(1, 2**31 - 1),
    kind=st.sampled_from(EntryKind),
    effective_on=DATES,
    recorded_at=TIMES,
    actor=TEXT,
    status=st.none() | st.sampled_from(Status),
    percent=st.none() | st.integers(0, 100),
    note=SAID,
    problem=SAID,
    next_step=SAID,
    evidence=SAID,
    verification=st.none() | st.sampled_from(Verification),
    target=st.none() | TARGETS,
    target_basis=st.none() | st.sampled_from(Basis),
    names=st.none() | st.integers(1, 1000),
    first_report=SAID,
)


@pytest.fixture(scope="module")
def address(server: servers.Server, server_template: str) -> Iterator[ledger.Place]:
    with server.database(server_template) as name:
        yield ledger.place(server.url(name))


@pytest.fixture(scope="module")
def direct(address: ledger.Place) -> Iterator[psycopg.Connection[Any]]:
    url = address.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as db:
        db.execute("SET DateStyle = 'German'")
        db.execute("SET TimeZone = 'Asia/Kathmandu'")
        yield db


@settings(max_examples=300, deadline=None)
@given(entry=ENTRIES, named=TEXT, previous=TEXT)
def test_the_canonical_bytes_are_the_same_from_python_and_from_the_server(
    direct: psycopg.Connection[Any], entry: Entry, named: str, previous: str
) -> None:
    values = [log.stored(value) for value in entry]
    row = [1, 1, *values, HASH_FORMAT, ""]
    cast = ", ".join(["%s"] * len(row))

    made = direct.execute(
        "SELECT b, encode(sha256(b), 'hex') FROM"  # noqa: S608 - marks for values, nothing else
        f" (SELECT ledger_bytes(%s, %s, ROW({cast})::entries) AS b) AS made",
        [named, previous, *row],
    ).fetchone()

    assert made == (canonical(named, entry, previous), chained(named, entry, previous))


def steps() -> st.SearchStrategy[list[tuple[EntryKind, date, int, Any]]]:
    """Lines of a log: what, from when, which line it names, and what it says."""
    what = st.sampled_from(list(EntryKind))
    said = st.tuples(
        st.sampled_from(Status), st.none() | st.integers(0, 100), st.none() | TARGETS, st.booleans()
    )
    # Few days and few lines to name: so they meet.
    days = st.dates(date(2024, 1, 1), date(2024, 1, 4))
    return st.lists(st.tuples(what, days, st.integers(1, 6), said), max_size=12)


def drafts(given: list[tuple[EntryKind, date, int, Any]]) -> Iterator[Entry]:
    """The entries of such a log; what would name a line that is not there reports instead."""
    for number, (kind, day, names, (status, percent, target, good)) in enumerate(given, 1):
        if kind is EntryKind.RETARGET:
            basis = target and Basis.ASSIGNED
            yield log.draft(kind, effective_on=day, target=target, target_basis=basis)
        elif kind is EntryKind.REVIEW and names < number:
            verdict = Verification.VERIFIED if good else Verification.RETURNED
            yield log.draft(kind, effective_on=day, verification=verdict, names=names)
        elif kind is EntryKind.WITHDRAWAL and names < number:
            yield log.draft(kind, effective_on=day, names=names)
        else:
            yield log.draft(EntryKind.REPORT, effective_on=day, status=status, percent=percent)


def unreported(db: Connection) -> int:
    """An assignment without a log, by id; the bundled ledger has many."""
    return int(
        db.execute(
            select(func.min(assignments.c.id)).where(assignments.c.version == 0)
        ).scalar_one()
    )


@settings(max_examples=100, deadline=None)
@given(lines=steps(), together=st.booleans())
def test_the_state_that_the_server_caches_is_the_fold_of_python(
    address: ledger.Place, lines: list[tuple[EntryKind, date, int, Any]], together: bool
) -> None:
    by = log.Acting("li", TODAY, NOW)
    with ledger.writing(address) as db:
        number = unreported(db)
        made = [(number, entry) for entry in drafts(lines)]
        for part in [made] if together else [[one] for one in made]:
            log.append(db, part, command="test", by=by)

        (head,) = log.read_heads(db, [number])
        chain = log.read_entries(db, [number])[number]
        row = db.execute(select(assignments).where(assignments.c.id == number)).one()._mapping
        wanted = log.cached(head, chain)
        db.rollback()

    assert {name: row[name.removeprefix("new_")] for name in wanted if name != "assignment"} == {
        name: value for name, value in wanted.items() if name != "assignment"
    }
    previous = ""
    for hashed in chain:
        previous = chained(head.name, hashed.entry, previous)
        assert hashed.hash == previous
    assert len(chain) == len(made) == head.version


def test_a_ledger_that_its_owner_brings_row_by_row_is_what_it_was(
    template: Path, server: servers.Server
) -> None:
    def contents(db: Connection) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [
                tuple(row) for row in db.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }

    with server.database() as name:
        at = ledger.place(server.url(name))
        with (
            ledger.reading(ledger.place(str(template))) as file,
            ledger.upgrading(at, make=True) as db,
        ):
            schema.upgrade(db)
            there = contents(file)
            for table in metadata.sorted_tables:
                names = table.c.keys()
                rows = [dict(zip(names, row, strict=True)) for row in there[table.name]]
                if rows:
                    db.execute(insert(table), rows)

            assert contents(db) == there
            # Who brings rows with their numbers sets the counters himself.
            found = [p for p in check.problems(db) if "number of the next row" not in p.message]
            assert found == []


@pytest.mark.parametrize("target", ["2024", "2024-02", "2023-02", "2025-12", "1949-01", "2999"])
def test_a_target_is_due_on_the_same_day_on_both(
    direct: psycopg.Connection[Any], target: str
) -> None:
    due = direct.execute("SELECT ledger_due(%s)", [target]).fetchone()

    read = Target.read(target)
    assert read is not None
    assert due == (read.due,)
