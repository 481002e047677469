"""Dumps: all of a ledger as lines, put back byte by byte on either database, and refused where damaged."""

import base64
import gzip
import hashlib
import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import servers
from conftest import Run

DATA = Path(__file__).parent / "data"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")


# What changes servers alone leaves a file as the revision before made it.
SERVERS_ALONE = {"0010": "0009", "0011": "0009"}


def written(revision: str, file: Path) -> Path:
    made = SERVERS_ALONE.get(revision, revision)
    with closing(sqlite3.connect(file)) as db:
        db.executescript((DATA / f"ledger-{made}.sql").read_text(encoding="utf-8"))
        db.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        db.commit()
    return file


def dumped(tracker: Run, db: Path | str, into: Path) -> bytes:
    ran = tracker("db", "dump", "-o", str(into), db=db)
    assert ran.code == 0, ran.err
    return into.read_bytes()


def contents(dump: bytes) -> list[Any]:
    """What the lines of a dump say, without their checks."""
    said = [json.loads(line) for line in dump.splitlines()]
    for line in said:
        del line["check"]
    return said


def chained(said: list[Any]) -> bytes:
    """Lines with the checks that belong to them: what a forger can do, and what the format says."""
    check, lines = "", []
    for line in said:
        body = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        check = hashlib.sha256((check + body).encode()).hexdigest()[:16]
        lines.append(f'{body[:-1]},"check":"{check}"}}\n')
    return "".join(lines).encode()


@pytest.fixture
def small(file: Path) -> Path:
    """A small ledger of the current schema with a row in every table."""
    return written(REVISIONS[-1], file.with_name("small.sqlite"))


@pytest.fixture
def dump(tracker: Run, small: Path, tmp_path: Path) -> Path:
    dumped(tracker, small, tmp_path / "small.jsonl")
    return tmp_path / "small.jsonl"


def test_a_dump_that_is_loaded_and_dumped_again_is_the_same_byte_by_byte(
    tracker: Run, tmp_path: Path
) -> None:
    ran = tracker("db", "dump", "-o", str(tmp_path / "1.jsonl"))
    assert ran.code == 0, ran.err
    first = (tmp_path / "1.jsonl").read_bytes()

    ran = tracker("db", "load", str(tmp_path / "1.jsonl"), db=tmp_path / "loaded.sqlite")
    assert (ran.code, ran.out) == (0, "")

    assert dumped(tracker, tmp_path / "loaded.sqlite", tmp_path / "2.jsonl") == first
    assert tracker("db", "check", db=tmp_path / "loaded.sqlite").code == 0


def test_a_ledger_goes_to_a_server_and_back_and_is_the_same(
    tracker: Run, small: Path, server: servers.Server, tmp_path: Path
) -> None:
    first = dumped(tracker, small, tmp_path / "1.jsonl")

    with server.database() as name:
        there = server.url(name)
        assert tracker("db", "copy", str(small), there).code == 0
        assert dumped(tracker, there, tmp_path / "2.jsonl") == first
        assert tracker("db", "check", db=there).code == 0
        assert tracker("db", "copy", there, str(tmp_path / "back.sqlite")).code == 0

    assert dumped(tracker, tmp_path / "back.sqlite", tmp_path / "3.jsonl") == first


def test_a_copied_ledger_is_worked_on_where_the_old_one_ended(
    tracker: Run, small: Path, server: servers.Server
) -> None:
    with server.database() as name:
        there = server.url(name)
        assert tracker("db", "copy", str(small), there).code == 0

        ran = tracker("update", "dike-01.2", "--owner", "HB", "--status", "stalled", db=there)

        assert ran.code == 0, ran.err
        assert tracker("seed", str(DATA / "small.yaml"), db=there).code == 0
        assert tracker("db", "check", db=there).code == 0


def test_an_owner_may_stand_before_the_one_above_it(
    tracker: Run, small: Path, server: servers.Server, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(small)) as db, db:
        db.execute("UPDATE owners SET parent = 'HB-WH' WHERE code = 'CENTRAL'")
    first = dumped(tracker, small, tmp_path / "1.jsonl")

    with server.database() as name:
        ran = tracker("db", "load", str(tmp_path / "1.jsonl"), db=server.url(name))
        assert ran.code == 0, ran.err
        assert dumped(tracker, server.url(name), tmp_path / "2.jsonl") == first


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_dump_of_every_earlier_revision_is_loaded_and_upgraded(
    tracker: Run, tmp_path: Path, revision: str
) -> None:
    old = written(revision, tmp_path / "old.sqlite")
    dumped(tracker, old, tmp_path / "old.jsonl")
    assert json.loads((tmp_path / "old.jsonl").read_bytes().splitlines()[0])["schema"] == revision

    ran = tracker("db", "load", str(tmp_path / "old.jsonl"), db=tmp_path / "new.sqlite")

    assert ran.code == 0, ran.err
    assert tracker("db", "check", db=tmp_path / "new.sqlite").code == 0
    assert tracker("db", "upgrade", db=old).code == 0
    assert dumped(tracker, old, tmp_path / "1.jsonl") == dumped(
        tracker, tmp_path / "new.sqlite", tmp_path / "2.jsonl"
    )


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_server_takes_dumps_of_every_earlier_revision(
    tracker: Run, tmp_path: Path, server: servers.Server, revision: str
) -> None:
    old = written(revision, tmp_path / "old.sqlite")
    dumped(tracker, old, tmp_path / "old.jsonl")

    with server.database() as name:
        ran = tracker("db", "load", str(tmp_path / "old.jsonl"), db=server.url(name))
        assert ran.code == 0, ran.err
        there = dumped(tracker, server.url(name), tmp_path / "2.jsonl")
    assert tracker("db", "upgrade", db=old).code == 0
    assert there == dumped(tracker, old, tmp_path / "1.jsonl")


def test_a_dump_can_be_read_without_this_program(small: Path, dump: Path) -> None:
    first, *rows = contents(dump.read_bytes())

    assert chained([first, *rows]) == dump.read_bytes()
    assert (first["tracker"], first["format"]) == ("dump", 1)
    counted: dict[str, int] = dict.fromkeys(first["rows"], 0)
    for line in rows:
        counted[line["table"]] += 1
    assert counted == first["rows"]
    with closing(sqlite3.connect(small)) as db:
        models = [row[0] for row in db.execute("SELECT model FROM issues ORDER BY id")]
    issued = [line["row"]["model"] for line in rows if line["table"] == "issues"]
    assert [base64.b64decode(model) for model in issued] == models


def test_a_dump_is_printed_where_no_file_is_named(tracker: Run, small: Path, dump: Path) -> None:
    assert tracker("db", "dump", db=small).out.encode() == dump.read_bytes()


def test_a_dump_and_what_is_loaded_of_it_are_not_for_everybody(
    tracker: Run, dump: Path, tmp_path: Path
) -> None:
    tracker("db", "load", str(dump), db=tmp_path / "new.sqlite")

    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new.sqlite").stat().st_mode) == 0o600


def test_a_ledger_is_never_loaded_over_another_database(
    tracker: Run, dump: Path, small: Path, tmp_path: Path
) -> None:
    before = small.read_bytes()
    notes = tmp_path / "notes.txt"
    notes.write_text("not a ledger, but mine", encoding="utf-8")

    over, beside = (
        tracker("db", "load", str(dump), db=small),
        tracker("db", "load", str(dump), db=notes),
    )

    assert (over.code, beside.code) == (1, 5)
    assert "already" in over.err
    assert small.read_bytes() == before
    assert notes.read_text(encoding="utf-8") == "not a ledger, but mine"


def test_a_ledger_is_never_copied_over_another_one(tracker: Run, at: Any, small: Path) -> None:
    here = at.address
    before = tracker("db", "dump").out

    ran = tracker("db", "copy", str(small), here)

    assert ran.code == 1
    assert "already" in ran.err
    assert tracker("db", "dump").out == before


Edit = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    ("edit", "line", "what"),
    [
        (lambda lines: [*lines[:4], lines[4].replace(b"wang", b"wong"), *lines[5:]], 5, "was changed"),
        (lambda lines: [*lines[:4], *lines[5:]], 5, "one before it is missing"),
        (lambda lines: [*lines[:5], lines[4], *lines[5:]], 6, "was changed"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2, "was changed"),
        (lambda lines: [*lines[:-1], lines[-1][:40]], None, "cut off"),
        (lambda lines: lines[:-1], None, "ends too early: 1 rows of stands"),
        (lambda lines: [*lines, b"\n"], None, "no line of a dump"),
        (lambda lines: [*lines[:7], b"what?\n", *lines[8:]], 8, "no line of a dump"),
        (lambda lines: [line.replace(b"\n", b"\r\n") for line in lines], 1, "no line of a dump"),
        (lambda _lines: [b"hello\n"], 1, "no dump of tracker"),
        (lambda _lines: [], 1, "no dump of tracker"),
        (lambda _lines: [b"[" * 100_000], 1, "no dump of tracker"),
        (lambda lines: [gzip.compress(b"".join(lines))], 1, "compressed: unpack it"),
    ],
)  # fmt: skip
def test_a_damaged_dump_is_refused_by_its_line_and_nothing_is_made(
    tracker: Run, dump: Path, tmp_path: Path, edit: Edit, line: int | None, what: str
) -> None:
    lines = dump.read_bytes().splitlines(keepends=True)
    edited = edit(lines)
    dump.write_bytes(b"".join(edited))

    ran = tracker("db", "load", str(dump), db=tmp_path / "new.sqlite")

    assert ran.code == 1
    assert ran.err.startswith(f"tracker: {dump}:{line or len(edited)}: ")
    assert what in ran.err
    assert ran.err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir() if "new" in file.name] == []


Forge = Callable[[list[Any]], object]


def row(said: list[Any], table: str) -> dict[str, Any]:
    """The first row of a table."""
    found = next(line["row"] for line in said if line.get("table") == table)
    assert isinstance(found, dict)
    return found


def doubled(said: list[Any], table: str) -> None:
    place = next(n for n, line in enumerate(said) if line.get("table") == table)
    said.insert(place + 1, said[place])
    said[0]["rows"][table] += 1


@pytest.mark.parametrize(
    ("forge", "what"),
    [
        (lambda said: said[1].update(table="users"), "more rows of users"),
        (lambda said: said.append({"table": "links", "row": {}}), "more rows of links"),
        (lambda said: said[0]["rows"].update(users=1) or said.append({"table": "users", "row": {"id": 1}}), "no table users"),
        (lambda said: row(said, "batches").update(mood="good"), "no column batches.mood"),
        (lambda said: row(said, "batches").pop("actor"), "column batches.actor is missing"),
        (lambda said: row(said, "batches").update(actor=7), "batches.actor: 7 is no text"),
        (lambda said: row(said, "batches").update(actor=None), "batches.actor: None is no text"),
        (lambda said: row(said, "batches").update(id=True), "batches.id: True is no whole number"),
        (lambda said: row(said, "batches").update(id=2**40), "is no whole number"),
        (lambda said: row(said, "batches").update(recorded_at="yesterday"), "'yesterday' is no time"),
        (lambda said: row(said, "entries").update(effective_on="2024-02-30"), "'2024-02-30' is no date"),
        (lambda said: row(said, "issues").update(model="%%"), "'%%' is no bytes"),
        (lambda said: row(said, "assignments").update(standing=1), "1 is no yes or no"),
        (lambda said: doubled(said, "batches"), "small.jsonl:3: "),
        (lambda said: doubled(said, "documents"), "small.jsonl:"),
        (lambda said: row(said, "entries").update(kind="rumour"), "small.jsonl:"),
        (lambda said: row(said, "entries").update(note="better"), "its content is not what was hashed"),
        (lambda said: said[0].update(digest="0" * 64), "the digest of what it holds is"),
        (lambda said: said[0].update(known_on="2030-01-01T00:00:00.000000Z"), "the newest time of what it holds is"),
        (lambda said: said[0].update(known_on=7), "no dump of tracker"),
        (lambda said: [said.remove(line) for line in said[1:] if line["table"] == "links"] and said[0]["rows"].pop("links"), "how many rows of links"),
        (lambda said: row(said, "documents").update(title="a\0b"), "is no text"),
        (lambda said: said[0].update(schema="base"), "no dump of tracker"),
        (lambda said: said[0].update(schema="0000"), "schema that no tracker made"),
        (lambda said: said[0].update(schema="0099"), "newer tracker"),
        (lambda said: said[0].update(format=2), "newer tracker"),
        (lambda said: row(said, "measures").update(section_id=99), "points to a row of sections"),
    ],
)  # fmt: skip
def test_a_forged_dump_is_refused_and_nothing_is_made(
    tracker: Run, dump: Path, tmp_path: Path, forge: Forge, what: str
) -> None:
    said = contents(dump.read_bytes())
    forge(said)
    dump.write_bytes(chained(said))

    ran = tracker("db", "load", str(dump), db=tmp_path / "new.sqlite")

    assert ran.code in (1, 5)
    assert what in ran.err
    assert [file.name for file in tmp_path.iterdir() if "new" in file.name] == []


@pytest.mark.parametrize("deed", ["DROP TABLE wordings", "ALTER TABLE links DROP COLUMN note"])
def test_a_ledger_that_lacks_a_table_or_a_column_is_not_dumped_as_if_it_were_whole(
    tracker: Run, small: Path, tmp_path: Path, deed: str
) -> None:
    with closing(sqlite3.connect(small)) as db:
        db.execute(deed)

    ran = tracker("db", "dump", "-o", str(tmp_path / "dump.jsonl"), db=small)

    assert ran.code == 5
    assert "a table or a column is not there" in ran.err
    assert not (tmp_path / "dump.jsonl").exists()


def test_a_refused_dump_leaves_a_server_empty(
    tracker: Run, dump: Path, server: servers.Server
) -> None:
    said = contents(dump.read_bytes())
    row(said, "commitments")["measure_id"] = 99
    dump.write_bytes(chained(said))

    with server.database() as name:
        ran = tracker("db", "load", str(dump), db=server.url(name))
        assert ran.code == 1
        assert f"tracker: {dump}:" in ran.err
        assert "no ledger" in tracker("list", db=server.url(name)).err


def test_a_ledger_whose_values_no_tracker_wrote_is_not_dumped(
    tracker: Run, small: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(small)) as db, db:
        db.execute("UPDATE documents SET issued_on = 'in spring' WHERE id = 1")

    ran = tracker("db", "dump", "-o", str(tmp_path / "x.jsonl"), db=small)

    assert ran.code == 5
    assert "documents 1: issued_on: 'in spring' is no date" in ran.err
    assert not (tmp_path / "x.jsonl").exists()


def test_whoever_does_not_own_the_tables_of_a_server_dumps_nothing(
    tracker: Run, server: servers.Server, small: Path
) -> None:
    with server.database() as name:
        assert tracker("db", "copy", str(small), server.url(name)).code == 0
        server.do("DROP ROLE IF EXISTS looker", "CREATE ROLE looker LOGIN")
        server.do("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker", database=name)

        ran = tracker("db", "dump", db=server.url(name, "looker"))

        assert (ran.code, ran.out) == (5, "")
        assert "connect as that one" in ran.err
        server.do("DROP OWNED BY looker", "DROP ROLE looker", database=name)


def test_a_dump_that_is_not_there_is_named(tracker: Run, tmp_path: Path) -> None:
    ran = tracker("db", "load", str(tmp_path / "none.jsonl"), db=tmp_path / "new.sqlite")

    assert ran.code == 3
    assert "none.jsonl" in ran.err


@pytest.mark.parametrize("command", [("db", "dump"), ("export",), ("list",)])
def test_nothing_is_written_in_the_place_of_a_ledger(
    tracker: Run, small: Path, command: tuple[str, ...]
) -> None:
    before = small.read_bytes()

    ran = tracker(*command, "-o", str(small), db=small)

    assert ran.code == 1
    assert "is a database" in ran.err
    assert small.read_bytes() == before
