"""A seed of files that were seeded before: nothing is read while nothing has changed, and only then."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from conftest import TODAY, Run
from tracker import bundled
from tracker.store import ledger, log, seeded, setup
from tracker.store.models import seeded as kept
from tracker.store.seeded import Given

SEEDS = bundled.folder("seeds")
SMALL = Path(__file__).parent / "data" / "small.yaml"
UNITS = "owners:\n  - {code: HB-WH, name: 武汉, name_en: Wuhan, parent: HB}\n"


def given(*files: Path) -> list[Given]:
    """These files as a seed gives them; without any, those that come with the program."""
    return [Given(one, one.read_bytes(), not files) for one in files or setup.bundled_files()]


def holds(at: ledger.Place, *files: Path) -> bool:
    with ledger.reading(at) as db:
        return seeded.holds(db, given(*files))


def changed(tracker: Run, *arguments: Path | str) -> list[tuple[str, str, str]]:
    ran = tracker("seed", *map(str, arguments), "-f", "json")
    assert ran.code == 0, ran.err
    return [(row["deed"], row["what"], row["key"]) for row in ran.json]


def written(file: Path, said: str) -> Path:
    file.write_text(said, encoding="utf-8")
    return file


def tamper(at: ledger.Place, statement: str) -> None:
    with ledger.writing(at) as db:
        assert db.execute(text(statement)).rowcount > 0


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A register file that the test may change."""
    return written(tmp_path / "small.yaml", SMALL.read_text(encoding="utf-8"))


def test_a_new_ledger_knows_the_files_that_come_with_the_program(at: ledger.Place) -> None:
    assert holds(at)


def test_a_file_that_was_changed_is_read_again(tracker: Run, small: Path) -> None:
    assert len(changed(tracker, small)) > 1
    assert changed(tracker, small) == []

    written(small, small.read_text(encoding="utf-8").replace("title: 丁", "title: 戊"))

    assert changed(tracker, small) == [("changed", "commitment", "small-01.2")]
    assert changed(tracker, small) == []


def test_a_file_that_was_broken_since_is_refused(tracker: Run, small: Path) -> None:
    changed(tracker, small)
    written(small, small.read_text(encoding="utf-8").replace("kind: goal", "kind: dream"))

    ran = tracker("seed", str(small))

    assert ran.code == 1
    assert "kind: unknown word: dream" in ran.err


def test_a_file_that_is_gone_is_refused(tracker: Run, small: Path) -> None:
    changed(tracker, small)
    small.unlink()

    assert tracker("seed", str(small)).code == 3


def test_files_that_say_otherwise_in_turns_are_read_each_time(tracker: Run, tmp_path: Path) -> None:
    one = written(tmp_path / "one.yaml", UNITS)
    other = written(tmp_path / "other.yaml", UNITS.replace("Wuhan", "Wuhan City"))

    deeds = [changed(tracker, file)[0][0] for file in (one, other, one, other)]

    assert deeds == ["added", "changed", "changed", "changed"]


def test_a_reprint_of_a_bundled_register_stays_the_users_own_until_the_next_seed(
    tracker: Run, at: ledger.Place, tmp_path: Path
) -> None:
    register = (SEEDS / "2014.yaml").read_text(encoding="utf-8")
    own = written(tmp_path / "own.yaml", f"# Our copy.\n{register}")

    assert changed(tracker, own) == []
    assert not holds(at)
    assert changed(tracker) == []
    assert holds(at)
    assert not holds(at, own)


def test_several_loads_that_agree_are_known_side_by_side(
    tracker: Run, at: ledger.Place, small: Path
) -> None:
    changed(tracker, small)
    changed(tracker)

    assert (holds(at), holds(at, small)) == (True, True)


def test_the_same_files_together_are_another_load_than_each_alone(
    tracker: Run, at: ledger.Place, small: Path, tmp_path: Path
) -> None:
    units = written(tmp_path / "units.yaml", UNITS)
    changed(tracker, small, units)

    assert holds(at, small, units)
    assert not holds(at, small)


def test_what_the_ledger_does_not_hold_any_more_is_forgotten(
    tracker: Run, at: ledger.Place, small: Path
) -> None:
    for weight in range(4, 9):
        written(small, SMALL.read_text(encoding="utf-8").replace("weight: 3", f"weight: {weight}"))
        changed(tracker, small)

    with ledger.reading(at) as db:
        assert len(db.execute(select(kept)).all()) == 1


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE owners SET name = '鄂省' WHERE code = 'HB'", ("changed", "owner", "HB")),
        ("UPDATE owners SET parent = 'HN' WHERE code = 'HB'", ("changed", "owner", "HB")),
        ("UPDATE links SET note = 'x' WHERE later = '2021-15.1'", ("changed", "link", "2014-04.1")),
        ("DELETE FROM links WHERE later = '2021-15.1'", ("added", "link", "2014-04.1")),
        ("UPDATE indicators SET name_en = 'x' WHERE key = 'grain-output'", ("changed", "indicator", "grain-output")),
    ],
)  # fmt: skip
def test_what_somebody_changed_in_the_ledger_is_brought_back(
    tracker: Run, at: ledger.Place, statement: str, found: tuple[str, str, str]
) -> None:
    tamper(at, statement)

    assert found in changed(tracker)
    assert changed(tracker) == []


@pytest.mark.parametrize(
    ("table", "deed", "found"),
    [
        ("observations", "UPDATE observations SET value = '777' WHERE id = 1", ("added", "observation")),
        ("entries", "UPDATE entries SET first_report = 'x' WHERE id = 1", ("reported", "report")),
    ],
)  # fmt: skip
def test_what_somebody_changed_past_the_triggers_is_appended_again(
    tracker: Run, file: Path, table: str, deed: str, found: tuple[str, str]
) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(f"DROP TRIGGER {table}_update")
        db.execute(deed)

    assert [line[:2] for line in changed(tracker)] == [found]


def test_a_target_of_an_indicator_that_somebody_took_out_is_brought_back(
    tracker: Run, at: ledger.Place
) -> None:
    tamper(at, "DELETE FROM indicator_targets")

    assert {line[:2] for line in changed(tracker)} == {("added", "target")}


def test_a_figure_that_somebody_recorded_since_stays_and_is_compared_with(
    tracker: Run, at: ledger.Place
) -> None:
    figure = ("rd-intensity", "--owner", "HB", "--year", "2023", "--value", "9", "--source", "own")
    assert tracker("indicator", "record", *figure).code == 0

    assert not holds(at)
    assert changed(tracker) == []
    assert holds(at)


def test_reports_recorded_since_change_nothing_of_what_a_seed_would_do(
    tracker: Run, at: ledger.Place
) -> None:
    assert tracker("update", "2021-15.5", "--owner", "HB", "--status", "stalled").code == 0
    assert tracker("undo").code == 0

    assert holds(at)


def test_another_program_reads_the_files_again(
    at: ledger.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeded, "__version__", "99.0")

    assert not holds(at)


def test_a_dry_run_is_not_remembered(tracker: Run, at: ledger.Place, small: Path) -> None:
    before = changed(tracker, small, "--dry-run")

    assert not holds(at, small)
    assert changed(tracker, small) == before


def test_an_init_that_leaves_a_register_of_the_users_is_no_seed(
    tracker: Run, at: ledger.Place, tmp_path: Path
) -> None:
    register = (SEEDS / "2014.yaml").read_text(encoding="utf-8")
    old = "title: 加快发展现代农业"
    changed(tracker, written(tmp_path / "own.yaml", register.replace(old, "title: 农业")))
    assert tracker("init").code == 0

    assert not holds(at)
    assert changed(tracker) == [("changed", "measure", "2014-02")]


def test_a_file_from_elsewhere_is_not_taken_for_the_one_that_came_with_the_program(
    at: ledger.Place,
) -> None:
    with ledger.reading(at) as db:
        assert not seeded.holds(db, [one._replace(bundled=False) for one in given()])


def test_what_a_load_rolled_back_is_not_remembered(at: ledger.Place, small: Path) -> None:
    by = log.Acting("li", TODAY, datetime.now(UTC))
    with ledger.writing(at) as db:
        setup.load(db, [small], by=by)
        assert seeded.holds(db, given(small))
        db.rollback()

    assert not holds(at, small)
