"""Many at once on one ledger: nothing is lost, doubled or refused, and nobody waits for a reader."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

import concurrency
import servers
from conftest import NOW, TODAY, Run
from offices import Desk, filled
from test_store import report
from tracker.cli.app import run
from tracker.domain.words import Status
from tracker.errors import Refusal
from tracker.store import check, ledger, log, lookup, record
from tracker.store.models import entries

UPDATE = ("update", "2021-15.5", "--owner", "HB", "--status", "stalled")


def url(at: ledger.Place) -> str:
    return at.address


def count(db: ledger.Connection) -> int:
    return int(db.execute(select(func.count()).select_from(entries)).scalar_one())


def test_many_connections_at_once_lose_and_double_and_refuse_nothing(at: ledger.Place) -> None:
    each = 1 if at.file else 8

    told = concurrency.at_once(url(at), processes=4, each=each, reports=200)

    assert len(told) == 200
    assert concurrency.amiss(at, told) == []


def test_programs_at_once_record_all_that_they_acknowledge(at: ledger.Place) -> None:
    assert concurrency.programs_at_once(url(at), programs=6, together=3) == [0] * 6

    found = concurrency.lines(at, "p")
    assert sorted(line.note for line in found) == [str(number) for number in range(6)]
    assert concurrency.amiss(at, []) == []


def test_a_long_reader_sees_one_moment_and_holds_nobody_up(at: ledger.Place) -> None:
    with ledger.reading(at) as db:
        before = count(db)
        for _ in range(3):
            report(at)
        assert count(db) == before

    with ledger.reading(at) as db:
        assert count(db) == before + 3


def test_of_two_who_return_the_same_form_the_later_is_in_conflict(
    at: ledger.Place, tmp_path: Path
) -> None:
    form = tmp_path / "hb.xlsx"
    made = ("form", "--owner", "HB", "--period", "2024Q2", "-o", str(form))
    assert run(["--db", url(at), *made]) == 0
    for name in ("a", "b"):
        data = filled(form.read_bytes(), lambda desk, name=name: started(desk, name))  # type: ignore[misc] # the loop's value is meant
        (tmp_path / f"{name}.xlsx").write_bytes(data)

    def give_back(name: str) -> int:
        return run(["--db", url(at), "--actor", name, "import", str(tmp_path / f"{name}.xlsx")])

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(give_back, "ab"))

    assert codes == [0, 4]
    assert concurrency.amiss(at, []) == []


def started(desk: Desk, note: str) -> None:
    desk.fill("2021-15.1", status="推进中", note=note)


def test_two_undos_at_once_take_back_two_batches(at: ledger.Place) -> None:
    for _ in range(2):
        report(at)

    def undo(_: int) -> int:
        with ledger.writing(at) as db:
            return record.undo(db, by=log.Acting("li", TODAY, NOW))[0]

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(undo, range(2)))) == 2
    assert concurrency.amiss(at, []) == []


@pytest.fixture
def on_server(
    server: servers.Server, server_template: str
) -> Iterator[tuple[ledger.Place, psycopg.Connection]]:
    """A ledger on the server, and somebody else's connection to it."""
    with server.database(server_template) as name:
        at = ledger.place(server.url(name))
        address = at.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address) as other:
            yield at, other


Other = tuple[ledger.Place, "psycopg.Connection"]


def test_on_a_server_a_report_holds_nobody_up_before_its_program_goes_on(on_server: Other) -> None:
    at, other = on_server
    given = record.Report(Status.STALLED, TODAY)
    with ledger.appending(at) as db:
        by = log.Acting("li", TODAY, NOW)
        done = record.report(db, given, keys=["2021-15.5"], owner="HB", by=by)
        other.execute("SET LOCAL lock_timeout = '1s'")
        other.execute("SELECT ledger_lock()")
        seen = other.execute("SELECT max(id) FROM batches").fetchone()

    assert seen == (done.batch,)


def test_an_assignment_that_is_retired_before_the_report_has_its_turn_takes_none(
    on_server: Other,
) -> None:
    at, other = on_server

    def report_late() -> None:
        with ledger.appending(at) as db:
            (meant,) = lookup.meant(db, ["2021-15.5"], "HB")
            other.execute("UPDATE assignments SET standing = false WHERE id = %s", (meant.id,))
            other.commit()
            draft = record.draft(record.Report(Status.STALLED, TODAY))
            by = log.Acting("li", TODAY, NOW)
            log.append(db, [(meant.id, draft)], command="update", by=by)

    with pytest.raises(Refusal, match="retired"):
        report_late()


def test_a_writer_whom_the_server_passes_over_is_tried_again(
    on_server: Other, capfd: pytest.CaptureFixture[str]
) -> None:
    at, other = on_server
    with deadlock(at, other):
        code = run(["--db", url(at), *UPDATE])

    assert (code, capfd.readouterr().err) == (0, "")
    with ledger.reading(at) as db:
        assert check.problems(db) == []


@contextmanager
def deadlock(at: ledger.Place, other: psycopg.Connection) -> Iterator[None]:
    """Somebody who holds the rows that a writer wants next, and then waits for what the writer has."""
    other.execute("SET deadlock_timeout = '1h'")
    other.execute("SELECT 1 FROM assignments FOR UPDATE")

    def cross() -> None:
        waits_for_rows(at)
        other.execute("SELECT ledger_lock()")
        other.commit()

    crossing = threading.Thread(target=cross)
    crossing.start()
    yield
    crossing.join()


def waits_for_rows(at: ledger.Place) -> None:
    """Wait until a writer of the ledger has to wait for another's rows."""
    address = at.url.set(drivername="postgresql").render_as_string(hide_password=False)
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')"
    )
    with psycopg.connect(address, autocommit=True) as db:
        until(lambda: db.execute(waiting).fetchone() is not None)


def until(so: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def test_a_writer_who_is_always_passed_over_is_told_so(
    on_server: Other, capfd: pytest.CaptureFixture[str]
) -> None:
    at, other = on_server
    overtake(other)

    code = run(["--db", url(at), *UPDATE])

    told = capfd.readouterr().err
    assert (code, told.count("\n")) == (5, 1)
    assert "others changed" in told


def overtake(other: psycopg.Connection) -> None:
    """Let the server say to each who wants to record that others were first."""
    other.execute(
        "CREATE FUNCTION overtaken() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'others were first' USING ERRCODE = '40001'; END$$"
    )
    other.execute("CREATE TRIGGER overtaken BEFORE INSERT ON batches EXECUTE FUNCTION overtaken()")
    other.commit()


def test_a_server_that_isolates_more_by_default_refuses_no_writer(
    server: servers.Server, server_template: str
) -> None:
    with server.database(server_template) as name:
        server.do(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
        place = server.url(name)

        told = concurrency.at_once(place, processes=2, each=4, reports=48, on=2)

        assert concurrency.amiss(ledger.place(place), told) == []


def test_time_goes_on_where_the_clock_of_another_was_ahead(at: ledger.Place, tracker: Run) -> None:
    ahead = report(at, now=NOW + timedelta(days=36500))

    assert tracker(*UPDATE).code == 0

    recorded = tracker("log", "2021-15.5", "--owner", "HB", "-f", "json").json
    times = [line["recorded_at"] for line in recorded]
    assert times == sorted(times)
    assert times[-1] > ahead.recorded_at.isoformat()
    assert tracker("db", "check").code == 0


def test_a_report_that_is_printed_is_not_printed_again_where_others_were_first(
    on_server: Other, capfd: pytest.CaptureFixture[str]
) -> None:
    at, other = on_server
    overtake(other)

    code = run(["--db", url(at), "report", "--period", "2023Q2", "--issue", "-f", "json"])

    out, err = capfd.readouterr()
    assert (code, err.count("\n")) == (5, 1)
    assert len(json.loads(out)) > 0
