"""Ways to bring lanes out of order, or to hold others up in them, and what goes on beside reports."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import NOW, TODAY
from provinces import KEEPER, Apart
from test_concurrency import until
from test_lanes import AT_ONCE, LINE, begun, waiting
from test_roles import BATCH
from tracker.cli.app import run
from tracker.domain.log import digest
from tracker.domain.words import Status
from tracker.store import against, backup, dump, ledger, log, moving, record, schema

SOON = b"SET lock_timeout = '5s'"


def printed(at: ledger.Place) -> tuple[str, datetime | None]:
    """What is printed of a ledger, to be found again: its digest, and the time of its newest record."""
    with ledger.settled(at) as db:
        return digest(log.last_hashes(db)), log.newest_recorded_at(db)


def half_begun(db: psycopg.Connection[Any], assignment: int) -> None:
    """Hold an assignment and make a batch, without a line of it."""
    db.execute("SELECT ledger_hold(%s)", [[assignment]])
    db.execute(BATCH.encode())


def test_every_digest_that_is_printed_while_many_report_is_found_again(apart: Apart) -> None:
    ended = threading.Event()

    def report(role: str) -> None:
        number = apart.assignment(AT_ONCE[role])
        with apart.connected(role) as db:
            while not ended.is_set():
                begun(db, number)
                db.commit()

    with ThreadPoolExecutor(len(AT_ONCE)) as pool:
        done = [pool.submit(report, role) for role in AT_ONCE]
        until(lambda: apart.one("SELECT max(id) FROM batches") > 50)
        told = {printed(apart.place("office")) for _ in range(150)}
        ended.set()
        for each in done:
            each.result()

    with ledger.reading(apart.place(KEEPER)) as db:
        assert [known for known, at in told if digest(log.last_hashes(db, at)) != known] == []
        assert against.found(db, min(told, key=lambda one: str(one[1]))[0]) is not None


def test_what_is_printed_waits_for_nobody_who_has_the_ledger_alone(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.connecting.LOCK_SECONDS", 1)
    with ledger.writing(apart.place(KEEPER)) as db:
        given = record.Report(Status.STALLED, TODAY)
        by = log.Acting("li", TODAY, NOW)
        record.report(db, given, keys=["2021-15.5"], owner="HB", by=by)
        known, then = printed(apart.place("office"))

    with ledger.reading(apart.place(KEEPER)) as db:
        assert digest(log.last_hashes(db, then)) == known


def test_where_a_stranger_holds_all_lanes_one_reports_after_the_other(apart: Apart) -> None:
    both = threading.Barrier(2)

    def report(role: str) -> int:
        number = apart.assignment(AT_ONCE[role])
        with apart.connected(role) as db:
            db.execute("SELECT ledger_hold(%s)", [[number]])
            both.wait(30)
            return begun(db, number)

    with apart.connected("stranger") as stranger, ThreadPoolExecutor(2) as pool:
        stranger.execute(
            "SELECT pg_advisory_lock(20210423, lane) FROM generate_series(0, 100) lane"
        )
        one, other = pool.map(report, ("hubei", "hunan"))

    assert abs(one - other) == 1
    assert apart.problems() == []


@pytest.mark.parametrize("level", ["REPEATABLE_READ", "SERIALIZABLE"])
def test_who_may_not_see_the_newest_time_records_nothing(apart: Apart, level: str) -> None:
    with apart.connected("hubei") as db:
        db.isolation_level = psycopg.IsolationLevel[level]

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="READ COMMITTED"):
            begun(db, apart.assignment("HB"))


def test_who_only_says_that_he_is_alone_holds_nobody_up(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hubei") as idle, apart.connected("office") as other:
        idle.execute("SET tracker.turn = 'alone'")
        idle.execute("SELECT ledger_hold(%s)", [[number]])

        other.execute(SOON)
        begun(other, number)

    assert apart.problems() == []


def test_nobody_is_told_by_waiting_that_others_report_on_what_is_theirs(apart: Apart) -> None:
    foreign = apart.assignment("HN")
    with apart.connected("hunan") as other, apart.connected("hubei") as db:
        begun(other, foreign)
        db.execute(SOON)
        db.execute("SELECT ledger_hold(%s)", [[foreign]])
        db.execute(BATCH.encode())

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no assignment of your"):
            db.execute(LINE, [foreign])


def test_who_says_by_hand_that_he_goes_beside_others_keeps_the_order_of_times(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hubei") as first, apart.connected("office") as second:
        first.execute("SET tracker.turn = 'beside'")
        first.execute(BATCH.encode())
        begun(second, number)
        second.commit()

        with pytest.raises(psycopg.errors.SerializationFailure):
            first.execute(LINE, [number])


def test_who_lost_his_rights_keeps_no_report_from_beginning(apart: Apart) -> None:
    apart.sql(KEEPER, "DELETE FROM roles WHERE role = 'hubei'")
    with apart.connected("hubei") as idle, apart.connected("hunan") as other:
        idle.execute("SELECT ledger_settled()")

        other.execute(SOON)
        assert begun(other, apart.assignment("HN"))


def test_what_a_savepoint_takes_back_is_held_no_longer(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hubei") as first, apart.connected("office") as second:
        first.execute("SAVEPOINT before")
        half_begun(first, number)
        first.execute("ROLLBACK TO before")

        second.execute(SOON)
        begun(second, number)
        second.commit()
        first.execute("RELEASE before")
        begun(first, number)

    assert apart.problems() == []


def test_a_restore_waits_for_a_report_that_was_begun(
    apart: Apart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What it replaces is kept where one is.
    monkeypatch.chdir(tmp_path)
    at, kept, number = apart.place(KEEPER), tmp_path / "kept", apart.assignment("HB")
    with ledger.looking(at) as db:
        backup.write_lines(dump.lines(db), kept)

    with ThreadPoolExecutor(1) as pool:
        with apart.connected("hubei") as first:
            first.execute("SELECT ledger_hold(%s)", [[number]])
            done = pool.submit(moving.restore, kept, at, force=True, now=NOW, files=None)
            until(lambda: waiting(apart))
            # Longer than the server lets two wait for each other.
            time.sleep(1.5)
            first.execute(BATCH.encode())
            first.execute(LINE, [number])
        done.result()

    assert apart.problems() == []


def test_functions_are_changed_only_once_a_batch_has_its_lines(apart: Apart) -> None:
    number = apart.assignment("HB")

    def downgrade() -> None:
        with ledger.upgrading(apart.place(KEEPER), make=False) as db:
            schema.downgrade(db, "0010")

    with ThreadPoolExecutor(1) as pool:
        with apart.connected("hubei") as first:
            half_begun(first, number)
            done = pool.submit(downgrade)
            until(lambda: waiting(apart))
            first.execute(LINE, [number])
        done.result()

    assert apart.cached("version", number) > 0


def test_a_line_of_old_that_is_older_than_its_chain_is_refused(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hubei") as db:
        begun(db, number)

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="older than the one before it"):
        apart.sql(
            KEEPER,
            "INSERT INTO batches (id, command, actor, recorded_at)"
            " SELECT max(id) + 1, 'update', 'li', '2001-01-01' FROM batches",
            "INSERT INTO entries (assignment_id, batch, version, effective_on, kind, status, hash)"  # noqa: S608 - a number of ours
            f" SELECT {number}, max(id), 2, current_date - 1, 'report', 'done', 'x' FROM batches",
        )


def test_the_check_sees_times_that_go_back_along_an_assignment(apart: Apart) -> None:
    number = apart.assignment("HB")
    with apart.connected("hunan") as other, apart.connected("hubei") as db:
        begun(other, apart.assignment("HN"))
        begun(db, number)
    with apart.connected("hubei") as db:
        begun(db, number)

    apart.sql(
        "postgres",
        "SET session_replication_role = replica",
        "UPDATE batches SET recorded_at = recorded_at + interval '1 year' WHERE id > 1000000000",
    )
    apart.sql(
        "postgres",
        "SET session_replication_role = replica",
        "UPDATE entries e SET recorded_at = b.recorded_at FROM batches b WHERE b.id = e.batch",
    )

    found = apart.problems("postgres")
    assert any("version 2: is not later than the batch before" in problem for problem in found)


def test_a_ledger_that_lost_the_function_is_read_and_the_check_says_so(
    apart: Apart, capfd: pytest.CaptureFixture[str]
) -> None:
    apart.sql("postgres", "DROP FUNCTION ledger_settled()")

    assert run(["--db", apart.place(KEEPER).address, "report"]) == 0
    assert any("ledger_settled" in problem for problem in apart.problems())
    assert "Traceback" not in capfd.readouterr().err
