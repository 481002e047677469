"""The command line as a user meets it: results, mistakes, languages, formats, places."""

import csv
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Ran, Run

UPDATE = ("update", "2021-15.5", "--owner", "HB", "--status")


def one(ran: Ran) -> str:
    """The one line that a mistake is answered with."""
    assert ran.out == ""
    assert ran.err.startswith("tracker: ")
    assert ran.err.count("\n") == 1
    return ran.err.removeprefix("tracker: ").rstrip()


def status_of(tracker: Run, key: str = "2021-15.5", owner: str = "HB") -> dict[str, object]:
    rows = tracker("list", "--by", "assignment", "--owner", owner, "-f", "json").json
    found: dict[str, object] = next(row for row in rows if row["key"] == key)
    return found


def test_there_are_34_measures_each_with_owners_target_and_status(tracker: Run) -> None:
    rows = tracker("list", "-f", "json").json

    numbered = [row for row in rows if row["document"] in ("2014", "2021")]
    assert len(numbered) == 34
    assert [row["key"] for row in rows][8:10] == ["2014-09", "2021-01"]
    assert all(row["owners"] and row["target_year"] and row["status"] for row in numbered)


def test_the_readout_of_2024_is_listed_behind_the_34_without_a_target(tracker: Run) -> None:
    rows = tracker("list", "-f", "json").json[34:]

    assert [row["key"] for row in rows] == [f"2024-0{number}" for number in range(1, 9)]
    assert all(row["owners"] and row["status"] == "not_started" for row in rows)
    assert {(row["target_year"], row["position"]) for row in rows} == {(None, "n/a")}


def test_a_measure_has_its_latest_year_and_all_of_them(tracker: Run) -> None:
    goals = next(row for row in tracker("list", "-f", "json").json if row["key"] == "2021-02")

    assert (goals["target_year"], goals["target_years"], goals["target_basis"]) == (
        2035,
        [2025, 2035],
        "stated",
    )


def test_what_hubei_has_to_do_for_its_airport_is_found(tracker: Run) -> None:
    rows = tracker(
        "list", "--by", "commitment", "--owner", "湖北", "--search", "机场", "-f", "json"
    ).json

    assert "2021-15.5" in [row["key"] for row in rows]
    hubei = next(
        o for row in rows if row["key"] == "2021-15.5" for o in row["owners"] if o["owner"] == "HB"
    )
    assert (hubei["role"], hubei["basis"]) == ("lead", "stated")
    assert "鄂州" in hubei["scope"]


def test_a_report_is_recorded_shown_and_taken_back(tracker: Run) -> None:
    before = status_of(tracker)
    done = tracker(
        *UPDATE,
        "stalled",
        "--percent",
        "60",
        "--note",
        "runway",
        "--problem",
        "money",
        "--next",
        "ask",
        "--on",
        "2024-06-30",
        "-f",
        "json",
    )
    assert (done.code, done.json[0]["status"], done.json[0]["actor"]) == (0, "stalled", "li")

    after = status_of(tracker)
    assert (
        after["status"],
        after["percent"],
        after["note"],
        after["problem"],
        after["next_step"],
    ) == ("stalled", 60, "runway", "money", "ask")
    assert "runway" in tracker("show", "2021-15.5").out

    undone = tracker("undo", "-f", "json")
    assert (undone.code, undone.json[0]["kind"], undone.json[0]["names"]) == (
        0,
        "withdrawal",
        done.json[0]["entry"],
    )
    assert status_of(tracker)["status"] == before["status"]


def test_several_keys_are_one_batch(tracker: Run) -> None:
    done = tracker(
        "update", "2021-15.5", "2021-15.4", "--owner", "HB", "--status", "stalled", "-f", "json"
    ).json

    assert [(row["key"], row["batch"]) for row in done] == [
        ("2021-15.5", done[0]["batch"]),
        ("2021-15.4", done[0]["batch"]),
    ]


def test_a_measure_wants_yes_where_nobody_can_be_asked(tracker: Run) -> None:
    refused = tracker("update", "2021-15", "--owner", "HB", "--status", "stalled")
    assert (refused.code, refused.out) == (1, "")
    assert "stand for several of HB (7)" in one(refused)

    done = tracker(
        "update", "2021-15", "--owner", "HB", "--status", "stalled", "--yes", "-f", "json"
    )
    assert len(done.json) == 7


def test_several_keys_are_all_or_nothing(tracker: Run) -> None:
    before = tracker("log", "-f", "json").out

    assert (
        tracker("update", "2021-15.5", "2021-03.5", "--owner", "HB", "--status", "stalled").code
        == 3
    )
    assert tracker("log", "-f", "json").out == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "2021-155"), 3, "unknown key: 2021-155 (nearest: 2021-15"),
        (("show", "2021-15.55"), 3, "unknown key: 2021-15.55 (nearest: 2021-15.5"),
        (("update", "2021-03.5", "--owner", "HB", "--status", "stalled"), 3, "HB has no assignment in 2021-03.5; those who have: SX"),
        (("update", "2021-15.5", "--owner", "陕西", "--status", "stalled"), 3, "unknown owner: 陕西 (known: SX Shanxi"),
        ((*UPDATE, "finished"), 2, "--status: unknown word finished (known: not_started 未启动"),
        ((*UPDATE, "stalled", "--percent", "101"), 2, "percent is a whole number from 0 to 100, not 101"),
        ((*UPDATE, "stalled", "--percent", "half"), 2, "--percent: half is no whole number"),
        ((*UPDATE, "done", "--percent", "40", "--evidence", "x"), 1, "done and 40 percent contradict each other"),
        ((*UPDATE, "not_started", "--percent", "40"), 1, "not started and 40 percent contradict each other"),
        ((*UPDATE, "done"), 1, "done wants evidence"),
        ((*UPDATE, "stalled", "--on", "31.6.2024"), 2, "--on: 31.6.2024 is no date"),
        ((*UPDATE, "stalled", "--on", "2024-02-30"), 2, "--on: 2024-02-30 is no date"),
        ((*UPDATE, "stalled", "--on", "2999-01-01"), 1, "2999-01-01 lies in the future"),
        ((*UPDATE, "stalled", "--note", "\udcff"), 2, "these bytes are no text"),
        (("list", "--section", "9"), 3, "no section 9"),
        (("list", "--document", "1999"), 3, "unknown document: 1999 (known: 2014, 2021, 2024)"),
        (("list", "--status", "x"), 2, "--status: unknown word x"),
        (("list", "--by", "province"), 2, "--by knows only: measure, commitment, assignment"),
        (("list", "--colour", "red"), 2, "no option --colour"),
        (("list", "-f", "pdf"), 2, "--format knows only: table, json, csv, md"),
        (("frobnicate",), 2, "no command frobnicate; there are: init, list"),
        (("update",), 2, "KEY... is missing"),
        (("undo",), 3, "li has recorded nothing that could be undone"),
        (("undo", "--batch", "77"), 3, "no batch 77"),
        (("seed", "nowhere.yaml"), 3, "no file nowhere.yaml"),
        (("coverage", "--source", "x.txt"), 2, "say which document x.txt is"),
        (("--lang", "fr", "list"), 2, "--lang knows only: en, zh"),
        (("list", "-o", "/nowhere/at/all.csv", "-f", "csv"), 1, "cannot write /nowhere/at/all.csv"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_line_and_changes_nothing(
    tracker: Run, file: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = file.read_bytes()

    ran = tracker(*arguments)

    assert (ran.code, file.read_bytes()) == (code, before)
    assert said in one(ran)


@pytest.mark.parametrize("said", ["2021-3.1", "2021-03.1", "２０２１-03.1"])
def test_a_key_is_found_however_it_is_typed(tracker: Run, said: str) -> None:
    assert tracker("show", said, "-f", "json").json["key"] == "2021-03.1"


def test_the_other_words_for_owner_status_and_date_do_as_well(tracker: Run) -> None:
    assert (
        tracker(
            "update",
            "2021-15.5",
            "--owner",
            "湖北省",
            "--status",
            "推进中",
            "--percent",
            "６０%",
            "--on",
            "2024年6月30日",
        ).code
        == 0
    )
    assert (status_of(tracker)["percent"], status_of(tracker)["effective_on"]) == (60, "2024-06-30")


def test_escapes_in_a_note_never_reach_the_terminal(tracker: Run) -> None:
    note = "a\x1b[31mred\x9b2J\u202eevil\x07\nline"
    tracker(*UPDATE, "stalled", "--note", note)

    for form in ("table", "json", "csv", "md"):
        for command in (
            ("show", "2021-15.5"),
            ("log", "2021-15.5"),
            ("list", "--by", "assignment"),
            ("export",),
        ):
            out = tracker(*command, "-f", form).out
            assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(out)
    assert status_of(tracker)["note"] == note


def test_no_cell_of_a_csv_is_run_as_a_formula(tracker: Run) -> None:
    tracker(*UPDATE, "stalled", "--note", "=HYPERLINK(1)")

    rows = list(csv.DictReader(io.StringIO(tracker("list", "--by", "assignment", "-f", "csv").out)))

    assert "'=HYPERLINK(1)" in [row["note"] for row in rows]


def test_tables_align_with_chinese_in_them(tracker: Run) -> None:
    from wcwidth import wcswidth  # noqa: PLC0415 - the measure of this test alone

    header, rule, *rows = tracker("--lang", "zh", "list", "--document", "2021").out.splitlines()

    assert len(rows) == 25
    owners = wcswidth(header[: header.index("责任主体")])
    for row in rows:
        assert wcswidth(row[: row.index("SX")]) == owners
    assert "举措" in header
    assert set(rule) == {"-", " "}


def test_the_locale_decides_the_language_and_the_option_overrides_it(
    tracker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "推进中" in tracker("list").out
    assert "in progress" in tracker("--lang", "en", "list").out
    assert "in progress" in tracker("list", "--lang=en").out


def test_chinese_mistakes_are_answered_in_chinese(tracker: Run) -> None:
    for arguments in (
        ("show", "x"),
        ("update",),
        ("list", "--by", "x"),
        ("--nonsense",),
        (*UPDATE, "done"),
    ):
        line = tracker("--lang", "zh", *arguments).err
        assert any("\u4e00" <= character <= "\u9fff" for character in line)


def test_the_progress_report_has_all_its_tables(tracker: Run) -> None:
    found = tracker("report", "--as-of", "2024-06-30", "-f", "json").json

    assert (
        found["as_of"],
        len(found["measures"]),
        len(found["by_document"]),
        len(found["by_section"]),
    ) == ("2024-06-30", 42, 3, 10)
    assert [row["owner"] for row in found["by_owner"]] == [
        "SX",
        "AH",
        "JX",
        "HA",
        "HB",
        "HN",
        "CENTRAL",
    ]
    statuses = ("done", "in_progress", "stalled", "not_started", "dropped")
    for group in ("by_owner", "by_section", "by_document"):
        assert sum(row["assignments"] for row in found[group]) == sum(
            found["totals"]["status"].values()
        )
        assert all(
            row["assignments"] == sum(row[status] for status in statuses) for row in found[group]
        )


def test_a_report_shows_what_was_true_on_its_date(tracker: Run) -> None:
    tracker(*UPDATE, "stalled", "--on", "2024-05-01")

    def stalled(day: str) -> int:
        count: int = tracker("report", "--as-of", day, "-f", "json").json["totals"]["status"][
            "stalled"
        ]
        return count

    assert (stalled("2024-04-30"), stalled("2024-05-01")) == (0, 1)


def test_the_same_report_gives_the_same_bytes(tracker: Run) -> None:
    for form in ("table", "json", "csv", "md"):
        assert (
            tracker("report", "--as-of", "2024-06-30", "-f", form).out
            == tracker("report", "--as-of", "2024-06-30", "-f", form).out
        )


def test_coverage_accounts_for_every_sentence(tracker: Run) -> None:
    found = tracker("coverage", "-f", "json")

    assert (found.code, found.json["sentences"], found.json["faults"]) == (0, 250, 0)


@pytest.mark.parametrize(
    ("code", "name"), [("2021", "2021-opinion.txt"), ("2014", "2014-work-points.txt")]
)
def test_coverage_proves_the_register_against_the_document(
    tracker: Run, sources: Path, tmp_path: Path, code: str, name: str
) -> None:
    assert tracker("coverage", code, "--source", str(sources / name)).code == 0

    text = (sources / name).read_text(encoding="utf-8")
    changed = tmp_path / "changed.txt"
    place = text.rindex("。")
    changed.write_text(
        text[: place - 2] + "改" + text[place - 1 :] + "另有一句。", encoding="utf-8"
    )
    found = tracker("coverage", code, "--source", str(changed), "-f", "json")
    assert (found.code, found.json["faults"]) == (1, 2)


def test_due_before_shows_what_is_open_and_due(tracker: Run) -> None:
    keys = {
        row["document"] for row in tracker("list", "--due-before", "2015-01-01", "-f", "json").json
    }

    assert keys == {"2014"}


def test_a_filter_never_changes_a_figure(tracker: Run) -> None:
    every = {row["key"]: row for row in tracker("list", "-f", "json").json}

    for row in tracker("list", "--owner", "CENTRAL", "-f", "json").json:
        assert row == every[row["key"]]


def test_a_dry_run_shows_the_changes_and_makes_none(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()
    register = tmp_path / "new.yaml"
    register.write_text(
        "document: {code: n1, title: 计划, title_en: Plan}\nsections: [{number: 1, title: 甲, title_en: A}]\nmeasures:\n"
        "  - {number: 1, label: （一）, section: 1, title: 乙, title_en: B, sentences: [{n: 1, fingerprint: f, title: 丙,"
        " title_en: C, kind: goal, owners: [{owner: HB, role: lead, basis: stated}]}]}\n",
        encoding="utf-8",
    )

    ran = tracker("seed", str(register), "--dry-run", "-f", "json")

    assert ("added", "measure", "n1-01") in [(c["deed"], c["what"], c["key"]) for c in ran.json]
    assert file.read_bytes() == before
    assert tracker("seed", str(register)).code == 0
    assert tracker("list", "--document", "n1", "-f", "json").json[0]["target_year"] is None


def test_a_bad_register_lists_its_problems_and_changes_nothing(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()
    bad = tmp_path / "bad.yaml"
    bad.write_text("document: {code: n1}\n", encoding="utf-8")

    ran = tracker("seed", str(bad))

    assert (ran.code, file.read_bytes()) == (1, before)
    assert f"tracker: {bad}:1: the field title is missing" in ran.err


def test_the_first_command_makes_the_default_ledger_and_says_so(
    tracker: Run, tmp_path: Path
) -> None:
    ran = tracker("list", "-f", "json", db=None)

    assert len(ran.json) == 42
    assert "made a new ledger: " + str(tmp_path / "home") in ran.err
    assert tracker("list", "-f", "json", db=None).err == ""


def test_a_named_ledger_that_is_missing_is_refused_with_the_command_that_makes_it(
    tracker: Run, tmp_path: Path
) -> None:
    missing = tmp_path / "no" / "ledger.sqlite"
    ran = tracker("list", db=missing)

    assert (ran.code, missing.parent.exists()) == (5, False)
    assert f"tracker --db {missing} init" in one(ran)
    assert tracker("init", db=missing).code == 0
    assert tracker("list", db=missing).code == 0


def make(path: Path, sql: str) -> Path:
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(sql)
    return path


def test_a_database_that_is_not_ours_is_left_alone(tracker: Run, tmp_path: Path) -> None:
    other = make(
        tmp_path / "other.sqlite", "CREATE TABLE t (x); CREATE TABLE alembic_version (version_num)"
    )
    before = other.read_bytes()

    for command in (("list",), ("init",), ("db", "upgrade"), (*UPDATE, "stalled")):
        ran = tracker(*command, db=other)
        assert ran.code == 5
        assert "no ledger of tracker" in one(ran)
    assert other.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"hello, this is no database at all" * 40, "is no database"), (b"", "init")],
)
def test_a_file_that_is_no_database_is_refused(
    tracker: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    stray = tmp_path / "stray.sqlite"
    stray.write_bytes(content)

    ran = tracker("list", db=stray)

    assert ran.code == 5
    assert said in one(ran)


def test_an_older_ledger_names_the_upgrade_and_a_newer_one_is_refused(
    tracker: Run, file: Path
) -> None:
    make(file, "UPDATE alembic_version SET version_num = '0000'")
    older = tracker("list")
    assert older.code == 1
    assert f"tracker --db {file} db upgrade" in one(older)
    assert "no tracker made" in one(tracker("db", "upgrade"))

    make(file, "UPDATE alembic_version SET version_num = '9999'")
    newer = tracker("list")
    assert newer.code == 5
    assert "newer tracker (schema 9999" in one(newer)


def test_a_damaged_ledger_is_named_as_such(tracker: Run, file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:40960] = os.urandom(36864)
    file.write_bytes(data)

    ran = tracker("list")

    assert ran.code == 5
    assert "is damaged" in one(ran)


def test_a_folder_is_no_ledger(tracker: Run, tmp_path: Path) -> None:
    assert "is it a folder" in one(tracker("list", db=tmp_path))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="for root nothing is read-only")
def test_a_ledger_in_a_read_only_folder_can_be_read_and_not_written(
    tracker: Run, file: Path
) -> None:
    file.chmod(stat.S_IRUSR)
    file.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert tracker("list").code == 0
        ran = tracker(*UPDATE, "stalled")
    finally:
        file.parent.chmod(stat.S_IRWXU)
    assert ran.code == 5
    assert "can only be read" in one(ran)


def test_a_locked_ledger_is_named_as_such(
    tracker: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.store.connecting._BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = tracker(*UPDATE, "stalled")
        assert tracker("list").code == 0
    assert ran.code == 5
    assert "is locked by another program" in one(ran)


def test_a_url_of_another_kind_is_refused(tracker: Run) -> None:
    assert "not in mysql" in one(tracker("list", db="mysql+pymysql://u@h/d"))
    nonsense = tracker("list", db="nonsense://u@h/d")
    assert nonsense.code == 5
    assert "not a database that tracker knows: nonsense://…" in one(nonsense)


def test_a_file_is_written_whole_and_spreadsheets_can_read_it(tracker: Run, tmp_path: Path) -> None:
    out = tmp_path / "measures.csv"

    ran = tracker("list", "-f", "csv", "-o", str(out))

    assert (ran.code, ran.out) == (0, "")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))) == 43
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_the_whole_ledger_is_exported(tracker: Run) -> None:
    whole = tracker("export").json

    assert {len(whole["measures"]), len(whole["commitments"])} == {42, 244}
    assert len(whole["assignments"]) > 1000
    assert len(whole["log"]) == 88


def test_an_export_of_a_document_and_an_owner_holds_only_theirs(tracker: Run) -> None:
    part = tracker("export", "--document", "2014", "--owner", "HB").json

    assert {row["owner"] for row in part["assignments"]} == {"HB"}
    assert {row["owner"] for row in part["log"]} == {"HB"}
    for table in ("measures", "commitments", "assignments", "log"):
        assert part[table]
        assert all(row["key"].startswith("2014-") for row in part[table])


def test_info_and_check_speak_of_a_whole_ledger(tracker: Run) -> None:
    assert (
        tracker("db", "info", "-f", "json").json["digest"]
        == tracker("report", "-f", "json").json["digest"]
    )
    checked = tracker("db", "check", "-f", "json")
    assert (checked.code, checked.json["faults"]) == (0, 0)


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_every_terminal_gets_a_table_in_its_encoding(file: Path, encoding: str) -> None:
    for language in ("en", "zh"):
        ran = program("--db", str(file), "--lang", language, "list", PYTHONIOENCODING=encoding)
        assert ran.returncode == 0
        assert ran.stderr == b""
        text = ran.stdout.decode(encoding)
        assert ("░" in text) == (encoding == "utf-8")


def test_a_pipe_that_closes_early_is_no_error(file: Path) -> None:
    command = f"{sys.executable} -m tracker --db {file} list --by assignment | head -n 1"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, check=False)

    assert b"Traceback" not in ran.stderr


# What an everyday command may import: the libraries, and of the standard one and of our own not these.
# The last three are what Typer and the standard library look for.
EVERYDAY = {"tracker", "typer", "tabulate", "wcwidth", "annotated_doc", "shellingham", "org"}
HEAVY = {"asyncio", "json", "logging", "multiprocessing", "ssl", "tracker.store.models"}


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("list", "--by", "commitment", "--owner", "HB"),
        ("list", "--by", "assignment", "--document", "2021", "--status", "stalled"),
        ("show", "2021-15"),
        ("show", "2021-15.5"),
        ("next", "--owner", "HB"),
        ("due",),
        (*UPDATE, "stalled"),
        ("log",),
        ("seed",),
    ],
)
def test_an_everyday_command_loads_nothing_that_it_does_not_need(
    file: Path, command: tuple[str, ...], tracker: Run
) -> None:
    tracker("init", db=file)
    loaded = imported("-m", "tracker", "--db", str(file), *command) - imported("-c", "pass")
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names

    assert packages <= EVERYDAY
    assert not loaded & HEAVY
    rooms = {".".join(name.split(".")[:3]) for name in loaded if name.startswith("tracker.")}
    assert not rooms & {"tracker.register", "tracker.sources", "tracker.forms", "tracker.yamlfile"}


def imported(*words: str) -> set[str]:
    """The modules that a run of Python imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *words], capture_output=True, check=True, text=True
    )
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_help_needs_no_database_library() -> None:
    assert "sqlite3" not in imported("-m", "tracker", "--help")


def test_processes_at_once_lose_nothing(file: Path) -> None:
    script = (
        "import sys; from datetime import *; from tracker.domain.words import Status\n"
        "from tracker.store import ledger, log, record\n"
        "at = ledger.place(sys.argv[1]); day = date(2024, 6, 30)\n"
        "for i in range(100):\n"
        "    with ledger.writing(at) as db:\n"
        "        record.report(db, record.Report(Status.STALLED, day, percent=i), keys=['2021-15.5'], owner='HB',\n"
        "                      by=log.Acting(sys.argv[2], day, datetime.now(UTC)))\n"
    )

    def write(who: int) -> int:
        return subprocess.run(
            [sys.executable, "-c", script, str(file), f"w{who}"], check=False
        ).returncode

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [0] * 8
    with closing(sqlite3.connect(file)) as raw:
        versions = [
            row[0]
            for row in raw.execute(
                "SELECT version FROM entries WHERE actor LIKE 'w_' ORDER BY version"
            )
        ]
    assert versions == list(range(2, 802))


def test_two_that_make_the_ledger_at_once_make_one(tmp_path: Path) -> None:
    place = str(tmp_path / "new.sqlite")

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: program("--db", place, "init"), range(4)))

    assert [ran.returncode for ran in made] == [0] * 4, [ran.stderr for ran in made]
    assert program("--db", place, "db", "check").returncode == 0
    with closing(sqlite3.connect(place)) as raw:
        assert raw.execute("SELECT count(*) FROM measures").fetchone() == (42,)


def test_what_was_typed_beats_the_environment_before_and_behind_the_command(
    tracker: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DB", str(tmp_path / "other.sqlite"))
    monkeypatch.setenv("TRACKER_ACTOR", "environment")

    before = tracker(
        "--db", str(file), "--actor", "typed", *UPDATE, "stalled", "-f", "json", db=None
    )
    behind = tracker(
        *UPDATE, "stalled", "--actor", "typed", "--db", str(file), "-f", "json", db=None
    )
    neither = tracker(*UPDATE, "stalled", "-f", "json")

    assert [ran.json[0]["actor"] for ran in (before, behind, neither)] == [
        "typed",
        "typed",
        "environment",
    ]


def test_a_value_that_looks_like_an_option_of_ours_is_a_value(tracker: Run) -> None:
    assert tracker(*UPDATE, "stalled", "--note=--lang").code == 0
    assert status_of(tracker)["note"] == "--lang"


def test_a_backdated_report_says_that_the_later_one_stays(tracker: Run) -> None:
    tracker(*UPDATE, "done", "--evidence", "x")

    ran = tracker(*UPDATE, "stalled", "--on", "2024-05-01")

    assert ran.code == 0
    assert "the later report stays in force" in ran.err
    assert status_of(tracker)["status"] == "done"


def test_the_batch_of_somebody_else_is_not_undone_by_accident(tracker: Run) -> None:
    assert "batch 2 is of tracker" in one(tracker("undo", "--batch", "2"))
    assert tracker("undo", "--batch", "2", "--actor", "tracker").code == 0


def test_problem_next_step_and_evidence_are_shown(tracker: Run) -> None:
    tracker(*UPDATE, "stalled", "--problem", "no-money", "--next", "ask-again", "--evidence", "a-b")

    for command in (("show", "2021-15.5"), ("log", "2021-15.5")):
        for form in ("table", "md"):
            out = tracker(*command, "-f", form).out
            assert all(said in out for said in ("no-money", "ask-again", "a-b"))


def test_a_measure_with_a_retired_commitment_can_be_shown(tracker: Run, file: Path) -> None:
    make(
        file,
        "UPDATE assignments SET standing = 0 WHERE commitment_id ="
        " (SELECT id FROM commitments WHERE key = '2021-15.5')",
    )

    assert "2021-15.5" not in tracker("show", "2021-15").out
    assert tracker("show", "2021-15.5").code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_a_pipe_is_one_line(file: Path) -> None:
    for command in ("list", "report"):
        shell = f"{sys.executable} -m tracker --db {file} {command} > /dev/full"
        ran = subprocess.run(["sh", "-c", shell], capture_output=True, check=False, text=True)
        assert (ran.returncode, ran.stderr) == (
            1,
            "tracker: cannot print: No space left on device; what was recorded stands\n",
        )


def test_a_closed_output_is_one_line(file: Path) -> None:
    shell = f"{sys.executable} -m tracker --db {file} list >&-"
    ran = subprocess.run(["sh", "-c", shell], capture_output=True, check=False, text=True)

    assert (ran.returncode, ran.stderr) == (
        1,
        "tracker: cannot print: stdout; what was recorded stands\n",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tracker: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text, encoding="utf-8")
        tracker("list", "-f", "json", "-o", str(pipe))
        assert "2021-15" in read.result()
    assert pipe.is_fifo()


def test_a_link_keeps_its_place_and_a_file_its_mode(tracker: Run, tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o600)
    link.symlink_to(real)

    tracker("list", "-f", "md", "-o", str(link))

    assert link.is_symlink()
    assert "2021-15" in real.read_text(encoding="utf-8")
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_completion_knows_keys_owners_and_statuses_and_makes_no_ledger(
    file: Path, tmp_path: Path
) -> None:
    def completed(words: str, **more: str) -> str:
        ran = program(
            _TRACKER_COMPLETE="complete_bash",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split()) - 1),
            **more,
        )
        return ran.stdout.decode()

    assert completed("tracker show 2021-15.", TRACKER_DB=str(file)).split()[0] == "2021-15.1"
    assert completed("tracker list --owner H", TRACKER_DB=str(file)).split() == ["HA", "HB", "HN"]
    assert completed("tracker list --status st", TRACKER_DB=str(file)).split() == ["stalled"]
    assert completed("tracker show 2021", XDG_DATA_HOME=str(tmp_path / "none")).strip() == ""
    assert not (tmp_path / "none").exists()


def test_the_program_alone_prints_its_help(tracker: Run) -> None:
    ran = tracker(db=None)

    assert (ran.code, ran.err) == (2, "")
    assert "coverage" in ran.out


def test_blank_evidence_is_none(tracker: Run) -> None:
    assert "done wants evidence" in one(tracker(*UPDATE, "done", "--evidence", " "))


def test_a_note_of_somebody_called_as_the_program_is_shown_whole(tracker: Run) -> None:
    tracker(*UPDATE, "stalled", "--note", "3 km / 5 km", "--actor", "tracker")

    assert "3 km / 5 km" in tracker("show", "2021-15.5").out


def test_json_is_json_in_every_encoding(tracker: Run, file: Path) -> None:
    tracker(*UPDATE, "stalled", "--note", "Köln 😀")
    for encoding in ("ascii", "gbk", "utf-8"):
        ran = program("--db", str(file), "log", "-f", "json", PYTHONIOENCODING=encoding)
        notes = [row["note"] for row in json.loads(ran.stdout.decode(encoding))]
        assert "Köln 😀" in notes


def test_what_is_done_is_not_listed_as_due(tracker: Run) -> None:
    def due() -> list[str]:
        rows = tracker(
            "list", "--by", "commitment", "--due-before", "2015-01-01", "-f", "json"
        ).json
        return [row["key"] for row in rows]

    assert "2014-01.2" in due()
    tracker("update", "2014-01.2", "--owner", "CENTRAL", "--status", "done", "--evidence", "x")
    assert "2014-01.2" not in due()


@pytest.mark.parametrize(
    "db", ["~nosuchuser/x", "x" * 300, "postgresql+psycopg://u@h:port/d", "http://[::1"]
)
def test_a_place_that_cannot_be_is_one_line(tracker: Run, db: str) -> None:
    ran = tracker("list", db=db)

    assert ran.code == 5
    assert one(ran)


def test_a_default_ledger_half_made_is_made_by_the_next_command(
    tracker: Run, tmp_path: Path
) -> None:
    file = tmp_path / "home" / "tracker" / "ledger.sqlite"
    file.parent.mkdir(parents=True)
    make(file, "PRAGMA journal_mode = WAL")

    assert len(tracker("list", "-f", "json", db=None).json) == 42
