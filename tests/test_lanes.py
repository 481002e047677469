"""Reports at the same time on a server: each in its lane, none waiting but for the same assignment."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

import servers
from conftest import NOW, TODAY
from provinces import KEEPER, Apart
from test_concurrency import until
from test_roles import BATCH
from tracker.cli.app import run
from tracker.domain.log import digest
from tracker.domain.words import Status
from tracker.errors import DatabaseRefusal
from tracker.store import against, check, dump, lanes, ledger, log, record
from tracker.store.models import batches

BEHIND = lanes.FIRST_ENDS + 1
AT_ONCE = {"hubei": "HB", "hunan": "HN", "central": "CENTRAL"}


LINE = (
    b"INSERT INTO entries (assignment_id, effective_on, kind, status)"
    b" VALUES (%s, current_date - 1, 'report', 'in_progress') RETURNING batch"
)


def begun(db: psycopg.Connection[Any], assignment: int) -> int:
    """Begin a report on an assignment, and leave it there; its batch."""
    db.execute("SELECT ledger_hold(%s)", [[assignment]])
    db.execute(BATCH.encode())
    (made,) = db.execute(LINE, [assignment])
    return int(made[0])


def reported(apart: Apart, role: str, owner: str) -> int:
    """A report that does not say beforehand on what, so that it waits for all others; its batch."""
    number = apart.assignment(owner)
    with apart.connected(role) as db:
        db.execute(BATCH.encode())
        (made,) = db.execute(LINE, [number])
        return int(made[0])


@contextmanager
def three_at_once(apart: Apart) -> Iterator[list[int]]:
    """Three reports, each begun before the one before it has ended; their batches."""
    with (
        apart.connected("hubei") as first,
        apart.connected("hunan") as second,
        apart.connected("central") as third,
    ):
        yield [
            begun(db, apart.assignment(owner))
            for db, owner in zip((first, second, third), AT_ONCE.values(), strict=True)
        ]


def waiting(apart: Apart, number: int = 1) -> bool:
    """Whether so many wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return bool(apart.one(f"{asked} AND datname = current_database()") == number)


def test_who_reports_beside_others_numbers_in_a_lane_of_his_own(apart: Apart) -> None:
    before = apart.one("SELECT max(id) FROM batches")

    with three_at_once(apart) as made:
        pass

    assert made == [before + 1, BEHIND, BEHIND + 10_000_000]
    assert apart.problems() == []


def test_who_reports_alone_numbers_on_in_the_first_lane(apart: Apart) -> None:
    with three_at_once(apart) as (first, *_others):
        pass

    assert reported(apart, "hubei", "HB") == first + 1
    assert apart.problems() == []


def test_a_report_that_is_given_up_leaves_no_gap(apart: Apart) -> None:
    with apart.connected("hubei") as first, apart.connected("hunan") as second:
        begun(first, apart.assignment("HB"))
        begun(second, apart.assignment("HN"))
        second.rollback()
        begun(second, apart.assignment("HN"))
        first.rollback()

    assert apart.problems() == []


def test_who_reports_on_the_same_assignment_waits_and_comes_later(apart: Apart) -> None:
    number = apart.assignment("HB")
    with ThreadPoolExecutor(1) as pool:
        with apart.connected("hubei") as first:
            begun(first, number)

            def late() -> None:
                with apart.connected("office") as second:
                    begun(second, number)

            done = pool.submit(late)
            until(lambda: waiting(apart))
        done.result()

    times = [
        row[0]
        for row in apart.sql(
            "postgres",
            f"SELECT recorded_at FROM entries WHERE assignment_id = {number} ORDER BY version",  # noqa: S608 - a number of ours
        )
    ]
    assert times == sorted(set(times))
    assert apart.problems() == []


def test_who_records_without_saying_on_what_waits_until_nobody_reports(apart: Apart) -> None:
    with ThreadPoolExecutor(1) as pool, apart.connected("hubei") as first:
        begun(first, apart.assignment("HB"))
        done: Future[int] = pool.submit(reported, apart, "hunan", "HN")
        until(lambda: waiting(apart))

    assert done.result() < BEHIND
    assert apart.problems() == []


def test_who_says_the_wrong_assignment_is_told_to_try_again(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hubei") as first:
        first.execute("SELECT ledger_hold(%s)", [[apart.assignment("HB-WH")]])
        first.execute(BATCH.encode())
        with apart.connected("office") as second:
            begun(second, number)

        with pytest.raises(psycopg.errors.SerializationFailure, match="others recorded"):
            first.execute(LINE, [number])


def test_a_lane_that_is_full_is_left_out(apart: Apart) -> None:
    with apart.connected("hubei") as first, apart.connected("hunan") as second:
        begun(first, apart.assignment("HB"))
        begun(second, apart.assignment("HN"))
    apart.sql(
        "postgres",
        "SET session_replication_role = replica",
        f"UPDATE entries SET id = {BEHIND + 9_999_990} WHERE id = {BEHIND}",  # noqa: S608 - a number of ours
    )

    with apart.connected("hubei") as first, apart.connected("hunan") as second:
        begun(first, apart.assignment("HB"))
        made = begun(second, apart.assignment("HN"))

    assert made == BEHIND + 10_000_000


def test_what_is_printed_with_a_digest_waits_for_reports_that_were_begun_before(
    apart: Apart,
) -> None:
    at = apart.place("office")

    def printed() -> tuple[str, datetime | None]:
        with ledger.settled(at) as db:
            return digest(log.last_hashes(db)), log.newest_recorded_at(db)

    with ThreadPoolExecutor(1) as pool:
        with apart.connected("hubei") as first:
            begun(first, apart.assignment("HB"))
            with apart.connected("hunan") as second:
                begun(second, apart.assignment("HN"))
            asked = pool.submit(printed)
            until(lambda: waiting(apart))
            assert not asked.done()
        known, then = asked.result()
    reported(apart, "hunan", "HN")

    with ledger.reading(apart.place(KEEPER)) as db:
        found = against.found(db, known)
        assert found is not None
        assert found.recorded_at == then
        assert digest(log.last_hashes(db, then)) == known
    assert apart.problems() == []


def test_lists_wait_for_nobody(apart: Apart) -> None:
    with apart.connected("hubei") as first:
        begun(first, apart.assignment("HB"))
        with ledger.reading(apart.place("office")) as db:
            assert next(iter(db.ask("log.newest", by=None)))


def test_who_waits_too_long_for_a_report_to_end_is_told_so(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.connecting.LOCK_SECONDS", 1)
    with apart.connected("hubei") as first:
        begun(first, apart.assignment("HB"))

        with (
            pytest.raises(DatabaseRefusal, match="locked"),
            ledger.settled(apart.place("office")),
        ):
            pass


def test_who_wants_the_ledger_alone_waits_for_reports_and_lets_none_begin(apart: Apart) -> None:
    office, order = apart.place("office"), list[str]()
    alone = threading.Event()

    def review() -> None:
        with ledger.writing(office):
            order.append("alone")
            alone.set()
            until(lambda: waiting(apart))

    with ThreadPoolExecutor(1) as pool:
        with apart.connected("hubei") as first:
            begun(first, apart.assignment("HB"))
            done = pool.submit(review)
            until(lambda: waiting(apart))
            order.append("reported")
        alone.wait(30)
        with apart.connected("hunan") as second:
            begun(second, apart.assignment("HN"))
            order.append("reported after")
        done.result()

    assert order == ["reported", "alone", "reported after"]


@pytest.fixture
def laned(apart: Apart) -> Apart:
    """A ledger with reports in several lanes, after which others came, on the same assignments."""
    for _ in range(2):
        with three_at_once(apart):
            pass
        for role, owner in AT_ONCE.items():
            reported(apart, role, owner)
    return apart


def test_the_log_is_listed_in_the_order_of_time(
    laned: Apart, capfd: pytest.CaptureFixture[str]
) -> None:
    run(["--db", laned.place(KEEPER).address, "log", "-f", "json"])

    listed = json.loads(capfd.readouterr().out)

    times = [line["recorded_at"] for line in listed]
    assert times == sorted(times)
    assert [line["entry"] for line in listed] != sorted(line["entry"] for line in listed)


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            f"UPDATE batches SET recorded_at = recorded_at + interval '1 year' WHERE id = {BEHIND}",  # noqa: S608 - a number of ours
            f"batches {BEHIND + 1}: recorded_at: is not later",
        ),
        (
            f"UPDATE entries SET id = {BEHIND + 5} WHERE id = {BEHIND + 1}",  # noqa: S608 - a number of ours
            f"entries {BEHIND + 5}: id: expected number {BEHIND + 1}",
        ),
        (f"DELETE FROM entries WHERE id = {BEHIND}", f"expected number {BEHIND}"),  # noqa: S608 - a number of ours
    ],
)
def test_the_check_sees_what_is_missing_in_a_lane(laned: Apart, damage: str, finding: str) -> None:
    laned.sql("postgres", "SET session_replication_role = replica", damage)

    assert any(finding in problem for problem in laned.problems("postgres"))


def test_a_ledger_with_lanes_moves_into_a_file_and_back(
    laned: Apart, server: servers.Server, tmp_path: Path
) -> None:
    file = ledger.place(str(tmp_path / "ledger.sqlite"))

    assert run(["db", "copy", laned.place(KEEPER).address, file.address]) == 0
    with server.database() as name:
        back = ledger.place(server.url(name))
        assert run(["db", "copy", file.address, back.address]) == 0

        written = [list(lines(at)) for at in (laned.place(KEEPER), file, back)]
        with ledger.reading(back) as db:
            found = [p for p in check.problems(db) if "number of the next row" not in p.message]

    assert written[0] == written[1] == written[2]
    assert found == []


def lines(at: ledger.Place) -> list[bytes]:
    with ledger.settled(at) as db:
        return list(dump.lines(db))


def test_a_file_that_was_a_ledger_with_lanes_is_recorded_on(laned: Apart, tmp_path: Path) -> None:
    file = ledger.place(str(tmp_path / "ledger.sqlite"))
    run(["db", "copy", laned.place(KEEPER).address, file.address])
    given = record.Report(Status.STALLED, TODAY)

    with ledger.writing(file) as db:
        by = log.Acting("li", TODAY, datetime.now(UTC))
        record.report(db, given, keys=["2021-15.5"], owner="HB", by=by)
        undone = record.undo(db, by=by)

    with ledger.reading(file) as db:
        assert undone.batch == max(db.execute(select(batches.c.id)).scalars()) - 1
        assert check.problems(db) == []
        times = [row[0] for row in db.execute(select(batches.c.recorded_at).order_by(batches.c.id))]
    assert times != sorted(times)


def test_an_undo_takes_the_last_batch_by_time_back(laned: Apart) -> None:
    with ledger.appending(laned.place("hubei")) as db:
        given = record.Report(Status.STALLED, TODAY)
        by = log.Acting("hubei", TODAY, NOW)
        done = record.report(db, given, keys=["2021-15.5"], owner="HB", by=by)

    with ledger.writing(laned.place("hubei")) as db:
        undone = record.undo(db, by=log.Acting("hubei", TODAY, NOW))

    assert undone.batch == done.batch
