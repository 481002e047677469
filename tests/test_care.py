"""`db check` finds what was tampered with past the program, and says where; `--against` a tail cut off."""

import hashlib
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from conftest import Run
from test_dump import REVISIONS, written
from tracker.store import check, ledger
from tracker.store.models import metadata

# Past the program everything can be changed: triggers and checks are out of the way.
UNPROTECTED = "PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;"


@pytest.fixture
def small(file: Path) -> Path:
    """A small ledger with a row in every table."""
    return written(REVISIONS[-1], file.with_name("small.sqlite"))


def tamper(file: Path, *statements: str) -> None:
    """Change a ledger without a trace in its triggers."""
    with closing(sqlite3.connect(file)) as db:
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _sql in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.executescript(UNPROTECTED + "PRAGMA foreign_keys = OFF;")
        for statement in statements:
            db.execute(statement)
        for _name, sql in triggers:
            with suppress(sqlite3.OperationalError):  # a table that was dropped has none
                db.execute(sql)
        db.commit()


def found(tracker: Run, file: Path | str, *more: str) -> list[str]:
    """The findings of the check, each as `where: message`."""
    ran = tracker("db", "check", "-f", "json", *more, db=file)
    assert ran.code in (0, 5), ran.err
    said = ran.json
    assert ran.code == (5 if said["faults"] else 0)
    return [f"{problem['where']}: {problem['message']}" for problem in said.get("problems", [])]


def digest(tracker: Run, file: Path | str) -> str:
    return str(tracker("db", "info", "-f", "json", db=file).json["digest"])


@pytest.mark.parametrize("revision", REVISIONS)
def test_ledgers_of_every_revision_are_whole_once_upgraded(
    tracker: Run, file: Path, revision: str
) -> None:
    old = written(revision, file.with_name("old.sqlite"))
    assert tracker("db", "upgrade", db=old).code == 0

    assert found(tracker, old) == []


@pytest.mark.parametrize(
    ("deed", "where"),
    [
        ("UPDATE entries SET note = 'better' WHERE id = 1", "dike-01.1 HB lead: version 1"),
        ("UPDATE entries SET actor = (SELECT actor FROM entries WHERE id = 3) WHERE id = 1", "dike-01.1 HB lead: version 1"),
        ("UPDATE entries SET assignment_id = 2 WHERE id = 3", "dike-01.1 CENTRAL support: version"),
        ("DELETE FROM entries WHERE id = 2", "dike-01.1 HB lead: version 3"),
        ("UPDATE batches SET actor = 'somebody' WHERE id = 2", "batches 2: actor"),
        ("UPDATE batches SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE id = 5", "batches 5: recorded_at"),
        ("DELETE FROM batches WHERE id = 8", "points to a row of batches"),
        ("UPDATE assignments SET status = 'done' WHERE id = 3", "dike-01.2 HB joint: status"),
        ("UPDATE assignments SET target = '2040' WHERE id = 3", "dike-01.2 HB joint: target"),
        ("UPDATE assignments SET due_on = '2040-12-31' WHERE id = 3", "dike-01.2 HB joint: due_on"),
        ("UPDATE assignments SET standing = 0 WHERE id = 3", "dike-01.2 HB joint: standing"),
        ("UPDATE assignments SET role = 'joint' WHERE id = 1", "dike-01.1 HB joint: version 1"),
        ("DELETE FROM stands WHERE assignment_id = 3", "assignments 3: there is no time"),
        ("UPDATE stands SET added_at = '2020-01-01T00:00:00.000000Z' WHERE assignment_id = 3", "stands 3: added_at"),
        ("INSERT INTO stands SELECT assignment_id, '2024-06-30T04:03:00.000000Z', NULL FROM stands WHERE assignment_id = 3", "stands 3: added_at: it had not been retired"),
        ("UPDATE issues SET model = x'00' WHERE id = 1", "issues 1: model"),
        ("UPDATE issues SET digest = (SELECT digest FROM issues WHERE id = 2) WHERE id = 1", "issues 1: digest"),
        ("DELETE FROM issues WHERE id = 2", "report --issue wrote issues"),
        ("DELETE FROM observations WHERE id = 1", "indicator record wrote observations"),
        ("UPDATE observations SET batch = 99 WHERE id = 1", "points to a row of batches"),
        ("UPDATE wordings SET text = '护堤免做。' WHERE rowid = 1", "is not the text that was attached"),
        ("UPDATE commitments SET key = 'dike-01.7' WHERE id = 1", "dike-01.7 HB lead: version 1"),
        ("UPDATE owners SET code = 'XX' WHERE id = 2", "points to a row of owners"),
        ("DROP INDEX ix_entries_batch", "ix_entries_batch: is not there"),
        ("DROP VIEW v_entries", "v_entries: the view"),
        ("DROP TABLE issues", "issues: is not there"),
        ("ALTER TABLE links DROP COLUMN note", "links: is not there, or not as"),
        ("ALTER TABLE entries ADD COLUMN secret TEXT", "entries: is not there, or not as"),
        ("UPDATE sqlite_master SET sql = replace(sql, 'percent BETWEEN 0 AND 100', 'percent > 0') WHERE name = 'entries'", "entries: is not there, or not as"),
        ("CREATE TRIGGER helpful AFTER INSERT ON entries BEGIN UPDATE assignments SET status = 'done'; END", "helpful: a trigger that no tracker made"),
        ("INSERT INTO alembic_version VALUES ('0001')", "alembic_version: holds 2 rows"),
        ("UPDATE entries SET percent = 'many' WHERE id = 1", "entries 1: percent: 'many' is no whole number"),
        ("UPDATE entries SET effective_on = '2024-02-31' WHERE id = 1", "entries 1: effective_on: '2024-02-31' is no date"),
        ("UPDATE entries SET recorded_at = 'later' WHERE id = 1", "entries 1: recorded_at: 'later' is no time"),
        ("UPDATE entries SET version = '1.5' WHERE id = 1", "entries 1: version: 1.5 is no whole number"),
        ("UPDATE entries SET kind = 'rumour' WHERE id = 1", "entries 1: kind: 'rumour' is nothing"),
        ("UPDATE entries SET target_basis = 'hope' WHERE id = 4", "entries 4: target_basis: 'hope' is nothing"),
        ("UPDATE entries SET target = 'soon' WHERE id = 4", "entries 4: target: 'soon' is nothing"),
        ("UPDATE entries SET note = x'ff' WHERE id = 1", "entries 1: note: b'\\xff' is no text"),
        ("UPDATE entries SET note = CAST(x'ff41' AS TEXT) WHERE id = 1", "entries 1: note: '\\udcffA' is no text"),
        ("UPDATE documents SET title = 'a' || char(0) || 'b' WHERE id = 1", "documents 1: title: 'a\\x00b' is no text"),
        ("UPDATE assignments SET first_target_basis = 'hope' WHERE id = 1", "assignments 1: first_target_basis"),
        ("UPDATE assignments SET standing = 7 WHERE id = 1", "assignments 1: standing: 7 is no yes or no"),
        ("UPDATE documents SET issued_on = 20230201 WHERE id = 1", "documents 1: issued_on: 20230201 is no date"),
        ("UPDATE documents SET horizon = 'never' WHERE id = 1", "documents 1: horizon: 'never' is no whole number"),
        ("UPDATE owners SET place = 1e300 WHERE id = 1", "owners 1: place: 1e+300 is no whole number"),
        ("UPDATE commitments SET weight = 2.5 WHERE id = 1", "commitments 1: weight: 2.5 is no whole number"),
        ("UPDATE observations SET value = 'plenty' WHERE id = 1", "observations 1: value: 'plenty' is nothing"),
        ("UPDATE entries SET id = -id WHERE id IN (1, 2)", "entries -1: id: stands behind a line"),
        ("UPDATE entries SET id = 99 WHERE id = 5", "entries 99: id: stands behind a line"),
        ("UPDATE owners SET parent = code WHERE code = 'HB'", "owners HB: parent: is a unit of itself"),
        ("UPDATE observations SET owner = 'ZZ' WHERE id = 1", "observations 1: owner: points to a row of owners"),
        ("UPDATE observations SET period = 'soon' WHERE id = 1", "observations 1: period: 'soon' is nothing"),
        ("CREATE UNIQUE INDEX once ON entries (actor, id)", "once: is not there, or not as"),
        ("DELETE FROM batches WHERE id = 1", "batches 2: id: expected number 1"),
        ("UPDATE entries SET id = 99 WHERE id = (SELECT max(id) FROM entries)", "entries 99: id: expected number"),
        ("DELETE FROM observations WHERE id = 2", "observations 3: id: expected number 2"),
        ("UPDATE issues SET id = 7 WHERE id = 2", "issues 7: id: expected number 2"),
        ("DELETE FROM wordings", "sentences dike-01 1: the wording that was attached is gone"),
        ("UPDATE indicators SET better = 'sideways' WHERE id = 1", "indicators 1: better: 'sideways' is nothing"),
    ],
)  # fmt: skip
def test_what_was_changed_past_the_program_is_found_by_row_and_field(
    tracker: Run, small: Path, deed: str, where: str
) -> None:
    tamper(small, deed)

    said = found(tracker, small)

    assert any(where in finding for finding in said), said


def test_a_line_that_was_taken_out_with_its_batch_is_found(tracker: Run, file: Path) -> None:
    for key in ("2021-15.5", "2021-15.4"):
        ran = tracker("update", key, "--owner", "HB", "--status", "stalled")
        assert ran.code == 0, ran.err
    with closing(sqlite3.connect(file)) as db:
        line, batch, assignment = db.execute(
            "SELECT id, batch, assignment_id FROM entries ORDER BY id DESC LIMIT 1 OFFSET 1"
        ).fetchone()
        names = [row[1] for row in db.execute("PRAGMA table_info(assignments)")]
    before = file.with_name("before.sqlite")
    tracker("init", db=before)
    with closing(sqlite3.connect(before)) as db:
        row = db.execute("SELECT * FROM assignments WHERE id = ?", (assignment,)).fetchone()
    cache = ", ".join(f"{name} = {_literal(value)}" for name, value in zip(names, row, strict=True))
    tamper(
        file,
        f"DELETE FROM entries WHERE id = {line}",  # noqa: S608 - numbers of our own
        f"DELETE FROM batches WHERE id = {batch}",  # noqa: S608 - numbers of our own
        f"UPDATE assignments SET {cache} WHERE id = {assignment}",  # noqa: S608 - values of our own
    )

    said = found(tracker, file)

    assert any(f"expected number {line}: a row is missing" in finding for finding in said), said


def _literal(value: object) -> str:
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "NULL" if value is None else repr(value)


@pytest.mark.parametrize(
    "deed",
    [
        "DROP TRIGGER entries_update",
        "DROP TRIGGER observations_insert",
        "UPDATE sqlite_master SET sql = replace(sql, 'ABORT', 'FAIL') WHERE name = 'batches_delete'",
    ],
)
def test_a_trigger_that_is_gone_or_changed_is_found(tracker: Run, small: Path, deed: str) -> None:
    with closing(sqlite3.connect(small)) as db, db:
        db.executescript(f"PRAGMA writable_schema = ON; {deed}")

    assert any("append-only" in finding for finding in found(tracker, small))


@pytest.mark.parametrize(
    ("deed", "where"),
    [
        ("UPDATE documents SET title = '意见' WHERE code = '2021'", "documents 2021: title"),
        ("UPDATE documents SET code = '2022' WHERE code = '2021'", "documents 2022: code"),
        ("UPDATE measures SET label = '（九）' WHERE key = '2021-15'", "measures 2021-15: label"),
        ("UPDATE commitments SET title_en = 'Nothing' WHERE key = '2021-15.5'", "commitments 2021-15.5: title_en"),
        ("UPDATE commitments SET target = '2039' WHERE key = '2021-15.5'", "commitments 2021-15.5: target"),
        ("UPDATE commitments SET weight = 9 WHERE key = '2021-15.5'", "commitments 2021-15.5: weight"),
        ("UPDATE sentences SET fingerprint = '0' WHERE id = 5", "fingerprint"),
        ("UPDATE sections SET title = 'x' WHERE id = 1", "sections"),
    ],
)  # fmt: skip
def test_what_a_register_says_and_the_ledger_does_not_is_found(
    tracker: Run, file: Path, deed: str, where: str
) -> None:
    tamper(file, deed)

    said = found(tracker, file)

    assert any(where in finding for finding in said), said


@pytest.mark.parametrize(
    "command", [("list",), ("show", "dike-01.1"), ("log",), ("report",), ("audit",)]
)
@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE entries SET effective_on = 'in spring', recorded_at = 'later'",
        "UPDATE assignments SET effective_on = 'in spring', due_on = 'in spring'",
        "UPDATE stands SET added_at = 'long ago'",
        "UPDATE batches SET recorded_at = 'long ago'",
    ],
)
def test_no_command_answers_damage_with_a_traceback(
    tracker: Run, small: Path, deed: str, command: tuple[str, ...]
) -> None:
    tamper(small, deed)

    ran = tracker(*command, db=small)

    assert ran.code in (0, 1, 5)
    assert ran.code == 0 or "damaged" in ran.err or "log" in ran.err


def test_a_file_whose_pages_were_overwritten_is_called_damaged(tracker: Run, small: Path) -> None:
    whole = bytearray(small.read_bytes())
    whole[4096 * 5 : 4096 * 9] = b"\xff" * 4096 * 4
    small.write_bytes(whole)

    ran = tracker("db", "check", db=small)

    assert ran.code == 5
    assert "damaged" in ran.err or "Findings" in ran.out


def test_a_ledger_that_has_grown_still_had_the_digest_of_before(tracker: Run, at: Any) -> None:
    here = at.address
    printed = digest(tracker, here)
    for status in ("stalled", "in_progress"):
        assert tracker("update", "2021-15.5", "--owner", "HB", "--status", status).code == 0
    assert digest(tracker, here) != printed

    assert found(tracker, here, "--against", printed) == []
    ran = tracker("db", "check", "--against", printed.upper(), "-f", "json")
    assert ran.json["batch"] == 3


def test_the_digest_of_a_report_is_one_that_the_ledger_had(tracker: Run, small: Path) -> None:
    report = tracker("report", "--known-on", "2024-06-30", "-f", "json", db=small).json

    assert found(tracker, small, "--against", report["digest"]) == []


def test_a_tail_that_was_cut_off_is_found_against_the_digest_alone(
    tracker: Run, file: Path
) -> None:
    before = file.with_name("before.sqlite")
    shutil.copy(file, before)
    assert tracker("update", "2021-15.5", "--owner", "HB", "--status", "stalled").code == 0
    printed = digest(tracker, file)

    # Whoever puts an older file in the place of the ledger leaves no trace in it.
    assert found(tracker, before) == []
    [finding] = found(tracker, before, "--against", printed)
    assert "never had" in finding


def test_a_tail_that_was_cut_off_and_grown_again_is_found(tracker: Run, file: Path) -> None:
    before = file.with_name("before.sqlite")
    shutil.copy(file, before)
    tracker("update", "2021-15.5", "--owner", "HB", "--status", "stalled")
    printed = digest(tracker, file)
    for status in ("in_progress", "done"):
        tracker(
            "update",
            "2021-15.5",
            "--owner",
            "HB",
            "--status",
            status,
            "--without-evidence",
            db=before,
        )

    assert len(found(tracker, before, "--against", printed)) == 1


def test_a_chain_that_was_computed_anew_is_found_against_the_digest(
    tracker: Run, small: Path
) -> None:
    from tracker.domain.log import chained  # noqa: PLC0415 - this test alone forges a log
    from tracker.store import log  # noqa: PLC0415 - this test alone forges a log

    printed = digest(tracker, small)
    with ledger.reading(ledger.place(str(small))) as db:
        [head] = log.read_heads(db, [2 + 1])
        chain = log.read_entries(db, [head.id])[head.id]
    previous, deeds = "", []
    for hashed in chain:
        entry = (
            hashed.entry._replace(note="all is well") if hashed.entry.version == 1 else hashed.entry
        )
        previous = chained(head.name, entry, previous)
        note = ", note = 'all is well'" if entry.version == 1 else ""
        deeds.append(
            f"UPDATE entries SET hash = '{previous}'{note}"  # noqa: S608 - a hash of our own
            f" WHERE assignment_id = {head.id} AND version = {entry.version}"
        )
    deeds.append(f"UPDATE assignments SET hash = '{previous}' WHERE id = {head.id}")  # noqa: S608 - a hash of our own
    tamper(small, *deeds)
    # The report that was issued of it remembers, too: a thorough forger takes those away.
    assert any("issues 1: digest" in finding for finding in found(tracker, small))
    tamper(
        small,
        "DELETE FROM issues",
        "UPDATE batches SET command = 'seed' WHERE command LIKE 'report%'",
    )
    assert found(tracker, small) == []

    [finding] = found(tracker, small, "--against", printed)

    assert finding.startswith(f"digest: the ledger never had {printed}")


def test_what_is_no_digest_is_refused(tracker: Run, small: Path) -> None:
    ran = tracker("db", "check", "--against", "abc", db=small)

    assert ran.code == 2
    assert "abc" in ran.err


def test_a_server_is_checked_for_tables_and_the_numbers_of_rows(
    tracker: Run, at: Any, server: Any, database: str
) -> None:
    if database == "sqlite":
        pytest.skip("a file numbers its rows by those that are there")
    name = at.url.database
    assert found(tracker, at.address) == []
    server.do(
        "DROP INDEX ix_entries_batch",
        "SELECT setval(pg_get_serial_sequence('links', 'id'), 1, false)",
        "ALTER TABLE entries DISABLE TRIGGER entries_update",
        "CREATE TRIGGER helpful BEFORE INSERT ON links FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        database=name,
    )

    said = "\n".join(found(tracker, at.address))

    for name in (
        "ix_entries_batch",
        "links: the number of the next row",
        "entries_update",
        "helpful",
    ):
        assert name in said


@pytest.mark.parametrize(
    ("deed", "where"),
    [
        ("UPDATE entries SET effective_on = 'infinity' WHERE id = 3", "entries 3: effective_on: 'infinity' is no date"),
        ("UPDATE entries SET effective_on = '0044-03-15 BC' WHERE id = 3", "entries 3: effective_on: '0044-03-15 BC'"),
        ("UPDATE batches SET recorded_at = '-infinity' WHERE id = 1", "batches 1: recorded_at: '-infinity' is no time"),
        ("UPDATE documents SET issued_on = '10000-01-01' WHERE id = 1", "documents 1: issued_on: '10000-01-01'"),
        ("DROP TABLE batches CASCADE", "batches: is not there"),
        ("DROP TABLE roles CASCADE", "roles: is not there"),
        ("ALTER TABLE entries RENAME note TO remark", "entries note: is not there"),
    ],
)  # fmt: skip
def test_damage_that_only_a_server_can_have_is_found_and_never_a_traceback(
    tracker: Run, at: Any, server: Any, database: str, deed: str, where: str
) -> None:
    if database == "sqlite":
        pytest.skip("a file has no such dates, and its tables are tried above")
    server.do(f"SET session_replication_role = replica; {deed}", database=at.url.database)

    said = found(tracker, at.url.render_as_string(hide_password=False))

    assert any(where in finding for finding in said), said
    for command in (("list",), ("log",), ("report",), ("db", "info"), ("db", "dump")):
        ran = tracker(*command)
        assert ran.code == 0 or (ran.code == 5 and "damaged" in ran.err), command


def test_info_says_what_database_it_is_and_how_large(tracker: Run, database: str) -> None:
    said = tracker("db", "info", "-f", "json").json

    assert said["database"].casefold().startswith(database)
    assert said["size"] > 100_000
    assert said["rows"] > said["entries"] > 0


def test_a_schema_that_was_set_back_is_refused_by_the_upgrade(tracker: Run, small: Path) -> None:
    tamper(small, "UPDATE alembic_version SET version_num = '0004'")
    with closing(sqlite3.connect(small)) as db:
        before = list(db.iterdump())

    ran = tracker("db", "upgrade", db=small)

    assert ran.code == 5
    assert "schema that no tracker made" in ran.err
    with closing(sqlite3.connect(small)) as db:
        assert list(db.iterdump()) == before


def test_the_digest_is_over_what_it_says(tracker: Run, small: Path) -> None:
    with closing(sqlite3.connect(small)) as db:
        last = db.execute(
            "SELECT c.key || ' ' || o.code || ' ' || a.role || ' ' || a.hash FROM assignments a"
            " JOIN commitments c ON c.id = commitment_id JOIN owners o ON o.id = owner_id"
            " WHERE a.version > 0"
        ).fetchall()

    lines = "\n".join(sorted(row[0] for row in last))
    assert digest(tracker, small) == hashlib.sha256(lines.encode()).hexdigest()


# What no hash covers, as README has it ("What no hash covers"): all other columns are proved.
UNPROVED = {
    "documents": {"code", "title", "title_en", "number", "issuer", "issued_on", "horizon", "fingerprint", "bundled", "source", "source_digest"},
    "sections": {"number", "label", "title", "title_en"},
    "measures": {"section_id", "number", "key", "label", "title", "title_en"},
    "sentences": {"id", "measure_id", "number", "fingerprint", "untracked", "untracked_en", "starts_at", "ends_at"},
    "wordings": {"document_id"},
    "commitments": {"measure_id", "sentence", "fingerprint", "title", "title_en", "kind", "weight", "target", "target_basis", "note", "note_en"},
    "owners": {"code", "name", "name_en", "place", "parent"},
    "assignments": {"basis", "scope", "scope_en", "first_target", "first_target_basis"},
    "stands": {"added_at"},
    "batches": {"command", "actor", "recorded_at"},
    "links": {"id", "kind", "note", "note_en"},
    "issues": {"period", "document", "as_of", "known_on"},
    "indicators": {"id", "name", "name_en", "unit", "better", "commitment"},
    "observations": {"indicator", "period", "value", "unit", "precision", "source", "place", "note", "note_en", "flag", "reason", "reason_en"},
    "seeded": {"files", "state"},
}  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [table for table in metadata.sorted_tables if table.name not in ("roles", "indicator_targets")],
    ids=str,
)
def test_a_change_in_any_column_is_found_but_in_those_that_the_readme_names(
    small: Path, table: Table
) -> None:
    unseen = []
    for column in table.columns:
        if column.name in UNPROVED.get(table.name, ()):
            continue
        changed = small.with_name("changed.sqlite")
        shutil.copy(small, changed)
        with closing(sqlite3.connect(changed)) as db:
            here = f"{table.name} WHERE rowid = (SELECT min(rowid) FROM {table.name})"  # noqa: S608 - names of our own
            [(first,)] = db.execute(f"SELECT {column.name} FROM {here}").fetchall()  # noqa: S608 - names of our own
            taken = {row[0] for row in db.execute(f"SELECT {column.name} FROM {table.name}")}  # noqa: S608 - names of our own
        # What another row says where there is no rule against it, else something new.
        likely = [*sorted(taken - {first, None}), f"{first}777"]
        other = likely[-1] if column.name in _keys(table) else likely[0]
        tamper(
            changed,
            f"UPDATE {table.name} SET {column.name} = {_literal(other)} WHERE {here.partition(' WHERE ')[2]}",  # noqa: S608 - names and values of the ledger
        )
        with ledger.reading(ledger.place(str(changed))) as db:
            if not check.problems(db):
                unseen.append(column.name)

    assert unseen == []


def _keys(table: Table) -> set[str]:
    """The columns in which no two rows may say the same."""
    unique = [
        one
        for one in table.constraints
        if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint))
    ]
    return {column.name for constraint in unique for column in constraint.columns}
