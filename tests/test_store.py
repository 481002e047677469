"""The ledger: schema and triggers, the log, its cache, loading, and the states as of a date."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, select
from sqlalchemy.exc import IntegrityError

import readers
from conftest import NOW, TODAY
from tracker import bundled
from tracker.domain import schedule
from tracker.domain.log import PROGRAM, Entry, fold
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Kind, Status, Verification
from tracker.errors import BadFile, DatabaseRefusal, NotFound, Refusal
from tracker.store import (
    check,
    ledger,
    log,
    lookup,
    queries,
    record,
    rollups,
    schema,
    setup,
    states,
)
from tracker.store.models import assignments, batches, seeded, stands
from tracker.store.revisions import HEAD
from tracker.store.rows import Filters


def report(
    at: ledger.Place,
    status: str = "in_progress",
    *,
    key: str = "2021-15.5",
    owner: str = "HB",
    on: str = "2024-06-30",
    actor: str = "li",
    now: datetime = NOW,
    **more: object,
) -> log.Recorded:
    given = record.Report(Status(status), date.fromisoformat(on), **more)  # type: ignore[arg-type] # a mapping of the fields it takes
    with ledger.appending(at) as db:
        return record.report(
            db,
            given,
            keys=[key],
            owner=owner,
            by=log.Acting(actor, TODAY, now),
            without_evidence=True,
        )


def assignment_id(at: ledger.Place, key: str = "2021-15.5", owner: str = "HB") -> int:
    with ledger.reading(at) as db:
        return lookup.meant(db, [key], owner)[0].id


def append(
    at: ledger.Place,
    kind: EntryKind,
    *,
    on: date = TODAY,
    now: datetime = NOW,
    actor: str = "wang",
    **fields: object,
) -> log.Recorded:
    with ledger.writing(at) as db:
        return log.append(
            db,
            [(assignment_id(at), log.draft(kind, effective_on=on, **fields))],
            command="test",
            by=log.Acting(actor, TODAY, now),
        )


def problems(at: ledger.Place) -> list[str]:
    with ledger.reading(at) as db:
        return [str(problem) for problem in check.problems(db)]


@pytest.mark.parametrize("days", [(0, 5), (5, 0), (3, 3), (0, 5, 2), (2, 0, 5)])
def test_several_reports_in_one_batch_leave_the_cache_that_their_log_says(
    at: ledger.Place, days: tuple[int, ...]
) -> None:
    number = assignment_id(at)
    reports = [
        log.draft(
            EntryKind.REPORT,
            effective_on=TODAY - timedelta(days=10 - day),
            status=Status.IN_PROGRESS,
            percent=place,
        )
        for place, day in enumerate(days)
    ]
    with ledger.writing(at) as db:
        by = log.Acting("wang", TODAY, NOW)
        log.append(db, [(number, report) for report in reports], command="test", by=by)

    assert problems(at) == []
    assert current(at) == max(zip(days, range(len(days)), strict=True))[1]


@pytest.mark.parametrize("count", [31, 32, 33, 65])
def test_a_batch_of_any_length_stands_in_the_log_in_its_order(at: ledger.Place, count: int) -> None:
    number = assignment_id(at)
    report = log.draft(EntryKind.REPORT, effective_on=TODAY, status=Status.IN_PROGRESS)
    drafts = [(number, report._replace(percent=percent)) for percent in range(count)]
    with ledger.writing(at) as db:
        log.append(db, drafts, command="test", by=log.Acting("wang", TODAY, NOW))

    with ledger.reading(at) as db:
        lines = log.read_entries(db, [number])[number]
    assert [line.entry.percent for line in lines][-count:] == list(range(count))
    assert problems(at) == []


def test_a_report_and_its_review_in_one_batch_leave_the_cache_that_their_log_says(
    at: ledger.Place,
) -> None:
    number = assignment_id(at)
    with ledger.writing(at) as db:
        (head,) = log.read_heads(db, [number])
        report = log.draft(EntryKind.REPORT, effective_on=TODAY, status=Status.IN_PROGRESS)
        review = log.draft(
            EntryKind.REVIEW,
            effective_on=TODAY,
            verification=Verification.VERIFIED,
            names=head.version + 1,
        )
        by = log.Acting("wang", TODAY, NOW)
        log.append(db, [(number, report), (number, review)], command="test", by=by)

    assert problems(at) == []


def current(at: ledger.Place) -> int | None:
    """The percent that the row of the assignment has."""
    of = states.now(TODAY)
    with ledger.reading(at) as db:
        rows = queries.assignment_rows(db, of, Filters(owners=("HB",), commitment="2021-15.5"))
    return rows[0].percent


def test_the_program_wants_the_newest_migration() -> None:
    assert ScriptDirectory(str(bundled.folder("migrations"))).get_heads() == [HEAD]


def test_migrated_tables_are_those_of_the_models(at: ledger.Place) -> None:
    with ledger.reading(at) as db:
        assert schema.differences(db) == []


def test_after_the_migration_the_triggers_stand(at: ledger.Place) -> None:
    with ledger.reading(at) as db:
        assert schema.triggers(db) == schema.wanted_triggers(db)


def test_the_schema_goes_down_with_rows_in_it_and_up_again(at: ledger.Place) -> None:
    with ledger.upgrading(at, make=True) as db:
        schema.downgrade(db, "base")
        assert inspect(db.core).get_table_names() == ["alembic_version"]
        schema.upgrade(db)
        assert schema.triggers(db) == schema.wanted_triggers(db)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE entries SET note = 'x' WHERE id = 1",
        "DELETE FROM entries WHERE id = 1",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE id = 1",
        "REPLACE INTO entries (id, assignment_id, version, batch, kind, effective_on, recorded_at, actor, status, hash_format, hash) SELECT 999, assignment_id, version, batch, kind, effective_on, recorded_at, actor, status, 1, '' FROM entries WHERE id = 1",
        "INSERT INTO entries SELECT * FROM entries WHERE id = 1 ON CONFLICT DO UPDATE SET note = 'x'",
        "UPDATE OR REPLACE entries SET id = 2 WHERE id = 1",
        "UPDATE batches SET actor = 'x'",
        "DELETE FROM batches",
        "INSERT OR REPLACE INTO batches SELECT * FROM batches",
    ],
)  # fmt: skip
def test_the_database_itself_keeps_the_log_append_only(file: Path, attack: str) -> None:
    with (
        closing(sqlite3.connect(file)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute(attack)


def test_entries_are_numbered_from_one_and_chained(at: ledger.Place) -> None:
    for _ in range(3):
        report(at, owner="AH")

    number = assignment_id(at, owner="AH")
    with ledger.reading(at) as db:
        entries = log.read_entries(db, [number])[number]
    assert [hashed.entry.version for hashed in entries] == [1, 2, 3]
    assert problems(at) == []


def test_what_a_row_caches_is_what_the_log_says(at: ledger.Place) -> None:
    report(at, "stalled", percent=30)
    report(at, "done", on="2024-05-31")
    append(at, EntryKind.REVIEW, names=2, verification=Verification.VERIFIED)
    append(at, EntryKind.RETARGET, target=Target(2027, 6), target_basis=Basis.ASSIGNED, note="late")

    with ledger.reading(at) as db:
        row = db.execute(select(assignments).where(assignments.c.id == assignment_id(at))).one()
    assert (row.status, row.percent, row.verification, row.version) == (
        "stalled",
        30,
        "verified",
        5,
    )
    assert (row.target, row.due_on) == ("2027-06", date(2027, 6, 30))
    assert problems(at) == []


def test_time_never_goes_back_in_a_ledger(at: ledger.Place) -> None:
    first = report(at)
    second = report(at, now=NOW - timedelta(days=400))

    assert second.recorded_at > first.recorded_at
    assert problems(at) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("DROP TRIGGER entries_update; UPDATE entries SET note = 'better' WHERE version = 2", "its content is not what was hashed"),
        ("DROP TRIGGER entries_delete; PRAGMA foreign_keys = OFF; DELETE FROM entries WHERE version = 2", "the log ends with 1"),
        ("DROP TRIGGER entries_delete", "the trigger that keeps the log append-only is not there"),
        ("UPDATE assignments SET status = 'done' WHERE report = 2", "status: the row says done"),
        ("UPDATE assignments SET standing = 0 WHERE report = 2", "standing: the row says"),
    ],
)  # fmt: skip
def test_the_check_finds_what_was_tampered_with(
    at: ledger.Place, file: Path, tampering: str, found: str
) -> None:
    report(at)
    with closing(sqlite3.connect(file)) as raw:
        raw.executescript(tampering)

    assert any(found in problem for problem in problems(at))


def test_done_wants_evidence_unless_said_otherwise(at: ledger.Place) -> None:
    bare = record.Report(Status.DONE, TODAY)
    with ledger.writing(at) as db, pytest.raises(Refusal, match="evidence"):
        record.report(db, bare, keys=["2021-15.5"], owner="HB", by=log.Acting("li", TODAY, NOW))


def test_undo_takes_back_a_whole_batch_and_then_the_one_before(at: ledger.Place) -> None:
    report(at, "stalled")
    report(at, "done", key="2021-15")
    with ledger.writing(at) as db:
        second = record.undo(db, by=log.Acting("li", TODAY, NOW)).recorded
        first = record.undo(db, by=log.Acting("li", TODAY, NOW)).recorded

    assert (len(second.entries), len(first.entries)) == (7, 1)
    with ledger.writing(at) as db, pytest.raises(NotFound, match="li has recorded nothing"):
        record.undo(db, by=log.Acting("li", TODAY, NOW))
    assert problems(at) == []


def test_nobodys_undo_takes_back_the_first_reports(at: ledger.Place) -> None:
    with ledger.writing(at) as db, pytest.raises(NotFound):
        record.undo(db, by=log.Acting("builder", TODAY, NOW))


def test_loading_twice_equals_loading_once(at: ledger.Place, file: Path) -> None:
    before = dump(file)
    with ledger.upgrading(at, make=True) as db:
        # What is known by its fingerprint would not be read.
        db.execute(delete(seeded))
        changes = setup.load(
            db, setup.bundled_files(), by=log.Acting("li", TODAY, NOW + timedelta(days=1))
        )

    assert changes == []
    assert dump(file) == before


def test_first_reports_come_back_not_even_after_an_undo(at: ledger.Place) -> None:
    with ledger.writing(at) as db:
        number = db.execute(
            select(batches.c.id).where(batches.c.actor == PROGRAM).limit(1)
        ).scalar()
        record.undo(db, by=log.Acting(PROGRAM, TODAY, NOW), batch=number)
        db.execute(delete(seeded))
        changes = setup.load(db, setup.bundled_files(), by=log.Acting("li", TODAY, NOW))

    assert changes == []


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as raw:
        return list(raw.iterdump())


REGISTER = """\
document: {{code: x1, title: 计划, title_en: Plan, horizon: 2026}}
sections:
  - {{number: 1, title: 总则, title_en: General}}
measures:
  - number: 1
    label: （一）
    section: 1
    title: 修路
    title_en: Roads
    sentences:
      - n: 1
        fingerprint: "0000000000000001"
        title: {title}
        title_en: Road A
        kind: action
        owners:
          - {{owner: {owner}, role: {role}, basis: stated}}
          - {{owner: SX, role: joint, basis: rule}}
        target: {{year: {year}, basis: stated}}
"""


def load(
    at: ledger.Place,
    folder: Path,
    *,
    now: datetime = NOW,
    title: str = "修甲路",
    owner: str = "HB",
    role: str = "lead",
    year: str = "2026",
) -> list[tuple[str, str, str]]:
    file = folder / "x1.yaml"
    file.write_text(
        REGISTER.format(title=title, owner=owner, role=role, year=year), encoding="utf-8"
    )
    with ledger.writing(at) as db:
        changes = setup.load(db, [file], by=log.Acting("li", TODAY, now))
    assert problems(at) == []
    return [
        (change.deed, change.what, change.detail) for change in changes if change.what != "document"
    ]


def test_a_changed_owner_is_retired_with_his_log_and_another_added(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)
    report(at, key="x1-01.1")

    changes = load(at, tmp_path, owner="HN", now=NOW + timedelta(days=1))

    assert changes == [("retired", "assignment", "HB lead"), ("added", "assignment", "HN lead")]
    with ledger.reading(at) as db:
        shown = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
        assert [row.owner for row in shown] == ["SX", "HN"]
        assert [row.owner for row in queries.each_entry(db, filters=Filters.of("x1-01.1"))] == [
            "HB"
        ]


def test_the_same_pair_again_resumes_the_old_assignment(at: ledger.Place, tmp_path: Path) -> None:
    load(at, tmp_path)
    report(at, "stalled", key="x1-01.1")
    load(at, tmp_path, owner="HN", now=NOW + timedelta(days=1))

    load(at, tmp_path, now=NOW + timedelta(days=2))

    with ledger.reading(at) as db:
        shown = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
        times = db.execute(
            select(stands)
            .where(stands.c.assignment_id == assignment_id(at, "x1-01.1"))
            .order_by(stands.c.added_at)
        ).all()
    assert [(row.owner, row.status) for row in shown] == [("SX", "not_started"), ("HB", "stalled")]
    assert [row.retired_at for row in times] == [NOW + timedelta(days=1), None]


def test_reports_see_the_assignments_that_stood_when_it_was_known(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)
    load(at, tmp_path, owner="HN", now=NOW + timedelta(days=1))

    with ledger.reading(at) as db:
        then = queries.assignment_rows(
            db, states.on(TODAY, NOW + timedelta(hours=1)), Filters.of("x1-01.1")
        )
        later = queries.assignment_rows(
            db, states.on(TODAY, NOW + timedelta(days=1)), Filters.of("x1-01.1")
        )
    assert [row.owner for row in then] == ["SX", "HB"]
    assert [row.owner for row in later] == ["SX", "HN"]


def test_a_target_corrected_in_the_register_stays_in_the_log(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)

    load(at, tmp_path, year="2027", now=NOW + timedelta(days=1))

    with ledger.reading(at) as db:
        before = queries.assignment_rows(
            db, states.on(TODAY, NOW + timedelta(hours=1)), Filters.of("x1-01.1")
        )
        after = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
        log_lines = list(queries.each_entry(db, filters=Filters.of("x1-01.1")))
    assert {row.target for row in before} == {"2026"}
    assert {row.target for row in after} == {"2027"}
    assert [(line.kind, line.target) for line in log_lines] == [("retarget", "2027")] * 2


def test_a_corrected_title_is_a_label_and_shows_everywhere(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)

    assert load(at, tmp_path, title="修乙路") == [("changed", "commitment", "title")]


def test_one_load_is_one_batch_and_reaches_the_report_at_once(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)
    with ledger.reading(at) as db:
        known = log.newest_recorded_at(db)
        assert known is not None
        seen = queries.assignment_rows(db, states.on(TODAY, known), Filters.of("x1-01.1"))
        number = db.execute(select(batches.c.id).order_by(batches.c.id.desc())).scalars().first()
    assert len(seen) == 2

    load(at, tmp_path, year="2027")

    with ledger.reading(at) as db:
        assert {row.batch for row in queries.each_entry(db, filters=Filters.of("x1-01.1"))} == {
            (number or 0) + 1
        }


def test_a_seed_is_nobodys_last_batch(at: ledger.Place, tmp_path: Path) -> None:
    load(at, tmp_path)
    load(at, tmp_path, year="2027")

    with ledger.writing(at) as db, pytest.raises(NotFound):
        record.undo(db, by=log.Acting("li", TODAY, NOW))


def test_an_assignment_can_be_retired_and_resumed_while_the_clock_stands(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path)
    load(at, tmp_path, owner="HN")
    load(at, tmp_path)

    with ledger.reading(at) as db:
        shown = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
    assert [row.owner for row in shown] == ["SX", "HB"]


def test_a_resumed_assignment_has_the_target_of_the_register(
    at: ledger.Place, tmp_path: Path
) -> None:
    load(at, tmp_path, year="2026")
    load(at, tmp_path, year="2027", owner="HN")

    load(at, tmp_path, year="2027")

    with ledger.reading(at) as db:
        shown = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
    assert [(row.owner, row.target) for row in shown] == [("SX", "2027"), ("HB", "2027")]


def test_a_target_moved_by_hand_stays_where_it_was_put(at: ledger.Place, tmp_path: Path) -> None:
    load(at, tmp_path)
    moved = log.draft(
        EntryKind.RETARGET, effective_on=TODAY, target=Target(2030), target_basis=Basis.ASSIGNED
    )
    with ledger.writing(at) as db:
        number = lookup.meant(db, ["x1-01.1"], "HB")[0].id
        log.append(db, [(number, moved)], command="retarget", by=log.Acting("li", TODAY, NOW))

    load(at, tmp_path, year="2027")

    with ledger.reading(at) as db:
        shown = queries.assignment_rows(db, states.now(TODAY), Filters.of("x1-01.1"))
    assert [(row.owner, row.target) for row in shown] == [("SX", "2027"), ("HB", "2030")]


FIRST = """\
reports:
  - {{id: r1, key: 2021-15.5, owner: {owner}, status: stalled, effective_on: {on}, note: 甲, note_en: A,
     source: s, place: p}}
"""


@pytest.mark.parametrize(
    ("owner", "on", "said"),
    [
        ("XX", "2024-01-01", r"r\.yaml:2: owner: XX has no assignment in 2021-15\.5"),
        ("HB", "2024-07-01", r"r\.yaml:2: effective_on: lies in the future"),
        ("HB", "2021-04-22", r"r\.yaml:2: effective_on: before the document"),
    ],
)
def test_a_first_report_that_cannot_be_is_named_by_file_line_and_field(
    at: ledger.Place, tmp_path: Path, owner: str, on: str, said: str
) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(FIRST.format(owner=owner, on=on), encoding="utf-8")

    with ledger.writing(at) as db, pytest.raises(BadFile, match=said):
        setup.load(db, [file], by=log.Acting("li", TODAY, NOW))


OWNERS = "owners:\n  - {{code: WH, name: 武汉, name_en: Wuhan, parent: {parent}}}\n"


def load_owners(at: ledger.Place, folder: Path, parent: str) -> list[tuple[str, str, str]]:
    file = folder / "o.yaml"
    file.write_text(OWNERS.format(parent=parent), encoding="utf-8")
    with ledger.writing(at) as db:
        changes = setup.load(db, [file], by=log.Acting("li", TODAY, NOW))
    return [(change.deed, change.key, change.detail) for change in changes]


def test_a_unit_below_a_province_comes_after_those_there_are(
    at: ledger.Place, tmp_path: Path
) -> None:
    assert load_owners(at, tmp_path, "HB") == [("added", "WH", "")]
    assert load_owners(at, tmp_path, "HN") == [("changed", "WH", "parent")]

    with ledger.reading(at) as db:
        assert [owner.code for owner in lookup.all_owners(db)][-2:] == ["CENTRAL", "WH"]
        assert lookup.and_below(db, "HN") == ("HN", "WH")


@pytest.mark.parametrize("parent", ["WH", "XX"])
def test_owners_that_are_no_tree_are_refused(at: ledger.Place, tmp_path: Path, parent: str) -> None:
    with pytest.raises(
        BadFile, match=r"o\.yaml:2: parent: (stands above itself|unknown owner: XX)"
    ):
        load_owners(at, tmp_path, parent)


def test_an_unknown_owner_in_a_register_is_refused_and_nothing_loaded(
    at: ledger.Place, tmp_path: Path, file: Path
) -> None:
    before = dump(file)
    with pytest.raises(BadFile, match=r"x1\.yaml:11: owners: unknown owner: XX"):
        load(at, tmp_path, owner="XX")

    assert dump(file) == before


entry_kinds = st.tuples(
    st.sampled_from(["report", "report", "report", "review", "retarget", "withdrawal"]),
    st.integers(0, 9),
    st.sampled_from(list(Status)),
    st.integers(0, 9),
)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of one document with two commitments: there is little else to check in it."""
    folder = tmp_path_factory.mktemp("small")
    plan = SMALL.read_text(encoding="utf-8").replace("horizon:", "issued_on: 2021-04-23, horizon:")
    (folder / "plan.yaml").write_text(
        plan.replace("2028, basis: stated", "2025, basis: horizon"), "utf-8"
    )
    at = ledger.place(str(folder / "ledger.sqlite"))
    with ledger.upgrading(at, make=True) as db:
        schema.upgrade(db)
        files = [readers.SEEDS / "owners.yaml", folder / "plan.yaml"]
        setup.load(db, files, by=log.Acting("builder", TODAY, NOW))
    return folder / "ledger.sqlite"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(entry_kinds, max_size=9), st.integers(0, 9), st.integers(0, 9))
def test_the_cache_the_relation_and_the_fold_agree(
    small: Path,
    tmp_path: Path,
    deeds: list[tuple[str, int, Status, int]],
    as_of: int,
    known: int,
) -> None:
    # In the same place each time: what the program compiled for it serves again.
    at = ledger.place(str(shutil.copy(small, tmp_path)))
    number, start = assignment_id(at, "small-01.2"), date(2024, 6, 1)
    entries: list[Entry] = []
    for day, (kind, on, status, pick) in enumerate(deeds):
        fields: dict[str, object] = {}
        if kind == "report":
            fields = {"status": status}
        elif kind == "retarget":
            fields = {"target": Target(2026 + pick), "target_basis": Basis.ASSIGNED}
        elif not entries:
            continue
        else:
            fields = {"names": entries[pick % len(entries)].version}
            if kind == "review":
                fields |= {"verification": Verification.VERIFIED}
        draft = log.draft(EntryKind(kind), effective_on=start + timedelta(days=on), **fields)
        with ledger.writing(at) as db:
            done = log.append(
                db,
                [(number, draft)],
                command="test",
                by=log.Acting("li", TODAY, NOW + timedelta(days=day)),
            )
        entries.append(done.entries[0][1])

    def seen(relation: states.States) -> tuple[object, ...]:
        with ledger.reading(at) as db:
            row = next(r for r in queries.assignment_rows(db, relation) if r.id == number)
        began = schedule.start(row.issued_on, row.horizon)
        position = schedule.position(
            status=Status(row.status),
            percent=row.percent,
            reported=row.report is not None,
            kind=Kind(row.kind),
            due=row.due_on,
            start=began and began.on,
            as_of=relation.as_of,
        )
        assert row.position == position
        return row.status, row.verification, row.target, row.effective_on

    def folded(**when: object) -> tuple[object, ...]:
        state = fold(entries, target=Target(2025), target_basis=Basis.HORIZON, **when)  # type: ignore[arg-type] # as_of, known_on
        return (
            state.status,
            state.verification,
            str(state.target),
            state.report and state.report.effective_on,
        )

    then = {"as_of": start + timedelta(days=as_of), "known_on": NOW + timedelta(days=known)}
    assert seen(states.on(**then)) == folded(**then)  # type: ignore[arg-type] # a date and a time
    assert seen(states.now(TODAY)) == folded()
    assert problems(at) == []


def test_a_ledger_that_is_read_cannot_be_written(at: ledger.Place) -> None:
    with pytest.raises(DatabaseRefusal, match="can only be read"), ledger.reading(at) as db:
        db.execute(assignments.update().values(status="done"))


def test_a_transaction_that_fails_leaves_nothing(at: ledger.Place, file: Path) -> None:
    before = dump(file)
    draft = log.draft(EntryKind.REPORT, effective_on=TODAY, status=Status.DONE)
    nobody = 10**6
    with pytest.raises(KeyError), ledger.writing(at) as db:
        log.append(
            db, [(1, draft), (nobody, draft)], command="test", by=log.Acting("li", TODAY, NOW)
        )

    assert dump(file) == before


def test_a_time_is_kept_to_the_microsecond(at: ledger.Place) -> None:
    exact = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    report(at, now=exact)

    with ledger.reading(at) as db:
        assert log.newest_recorded_at(db) == exact


SMALL = Path(__file__).with_name("data") / "small.yaml"


def load_files(at: ledger.Place, *files: Path) -> list[str]:
    with ledger.writing(at) as db:
        return [change.key for change in setup.load(db, files, by=log.Acting("li", TODAY, NOW))]


def test_a_register_that_differs_in_a_remark_alone_changes_nothing(
    at: ledger.Place, tmp_path: Path
) -> None:
    load_files(at, SMALL)
    remarked = tmp_path / "remarked.yaml"
    remarked.write_text(SMALL.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")

    assert load_files(at, remarked) == []


def test_weights_count_beside_the_number_and_support_not_at_all(at: ledger.Place) -> None:
    load_files(at, SMALL)
    report(at, "done", key="small-01.1")

    with ledger.reading(at) as db:
        numbers = rollups.total(db, states.now(TODAY), Filters(document="small"))
        measure = queries.measure_rows(db, states.now(TODAY), Filters(document="small"))[-1].id
        targets = rollups.measure_targets(db, states.now(TODAY), Filters(measures=(measure,)))
    assert (numbers.assignments, numbers.done, numbers.support, numbers.commitments) == (2, 1, 1, 2)
    assert (numbers.weight, numbers.weight_done) == (4, 3)
    assert [(t.target, t.open) for t in targets] == [("2028", True), ("2030", False)]


def test_a_dropped_assignment_leaves_the_denominator_only_once_that_is_verified(
    at: ledger.Place,
) -> None:
    load_files(at, SMALL)
    report(at, "done", key="small-01.1")
    report(at, "dropped", key="small-01.2")

    def numbers() -> tuple[int, int, str]:
        with ledger.reading(at) as db:
            found = rollups.total(db, states.now(TODAY), Filters(document="small"))
        return found.denominator, found.weight, found.status

    assert numbers() == (2, 4, "in_progress")
    review = log.draft(
        EntryKind.REVIEW, effective_on=TODAY, names=1, verification=Verification.VERIFIED
    )
    with ledger.writing(at) as db:
        number = lookup.meant(db, ["small-01.2"], "HB")[0].id
        log.append(db, [(number, review)], command="review", by=log.Acting("wang", TODAY, NOW))
    assert numbers() == (1, 3, "done")


def test_what_points_nowhere_is_refused(at: ledger.Place) -> None:
    with pytest.raises(IntegrityError), ledger.writing(at) as db:
        db.execute(assignments.update().where(assignments.c.id == 1).values(owner_id=10**6))


def test_one_load_says_nothing_twice(at: ledger.Place, tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(SMALL.read_text(encoding="utf-8") + "# again\n", encoding="utf-8")
    first = tmp_path / "first.yaml"
    first.write_text(FIRST.format(owner="HB", on="2024-01-01"), encoding="utf-8")

    for files in ((SMALL, copy), (first, first)):
        with pytest.raises(BadFile, match="stands here twice"):
            load_files(at, *files)


def test_documents_may_not_differ_in_case_alone(at: ledger.Place, tmp_path: Path) -> None:
    load_files(at, SMALL)
    other = tmp_path / "other.yaml"
    text_of = SMALL.read_text(encoding="utf-8").replace("code: small", "code: Small")
    other.write_text(text_of, encoding="utf-8")

    with pytest.raises(BadFile, match="there is a document small already"):
        load_files(at, other)


def test_owners_may_stand_in_any_order_and_never_go_round(at: ledger.Place, tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    file.write_text(
        "owners:\n  - {code: JA, name: 江岸, name_en: Jiangan, parent: WH}\n"
        "  - {code: WH, name: 武汉, name_en: Wuhan, parent: HB}\n",
        encoding="utf-8",
    )
    assert sorted(load_files(at, file)) == ["JA", "WH"]

    file.write_text(
        "owners:\n  - {code: WH, name: 武汉, name_en: Wuhan, parent: JA}\n", encoding="utf-8"
    )
    with pytest.raises(BadFile, match="stands above itself"):
        load_files(at, file)


def test_the_check_finds_a_trigger_that_no_tracker_made(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TRIGGER more AFTER INSERT ON entries BEGIN SELECT 1; END")

    with ledger.reading(ledger.place(str(file))) as db:
        found = [str(problem) for problem in check.problems(db)]
    assert found == ["more: a trigger that no tracker made"]
