"""What comes from outside is data: it is refused in one message, or stored and comes out harmless everywhere."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import sync_playwright

import hostile
import readers
from conftest import TODAY, Ran, Run
from test_html_page import CHROMIUM
from tracker.cli.app import COMMANDS, Commands, run
from tracker.store import ledger, queries, states

KEY = "2021-15.5"
REPORT = ("update", KEY, "--owner", "HB", "--status", "stalled")
# What a terminal obeys, or turns round; a JSON reader gets it back from its escape.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# How each command is called before one of its values is made hostile. Nothing hostile is ever the name of
# a file to write to: whoever may write there means it.
CALLS = {
    "list": "", "show": KEY, "update": shlex.join(REPORT[1:]), "log": "", "report": "",
    "review": f"{KEY} --owner HB --accept", "retarget": f"{KEY} 2030 --why x", "undo": "",
    "next": "--owner HB", "due": "", "audit": "", "form": "--period 2024Q1 --owner SX",
    "import": "form.csv --dry-run", "coverage": "", "seed": "owners.yaml --dry-run",
    "ingest": "plan.txt --dry-run", "export": "", "indicator list": "",
    "indicator show": "urbanisation", "indicator import": "sheet.csv --dry-run",
    "indicator record": "urbanisation --owner HB --year 2023 --value 1 --source x",
}  # fmt: skip
VALUES = [
    *(hostile.TEXTS[kind] for kind in ("sql", "sql-pg", "format", "csi", "override", "blank", "path")),
    *(hostile.NUMBERS[:4] + hostile.NUMBERS[7:11] + hostile.NUMBERS[12:15]),
    *("9" * 5000, "0000-01-01", "9999-12-31", "2024Q1..0001Q1", "9999-12-31T23:59:59-14:00"),
    *hostile.NO_TEXT.values(),
]  # fmt: skip


def digest(tracker: Run) -> str:
    return str(tracker("db", "info", "-f", "json").json["digest"])


def refused(ran: Ran) -> bool:
    """Whether it ended in messages alone, each of one line that no terminal obeys."""
    lines = ran.err.splitlines()
    return (
        ran.code in (1, 2, 3)
        and bool(lines)
        and "Traceback" not in ran.err
        and not OBEYED.search(ran.err)
    )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a good file of each kind."""
    monkeypatch.chdir(tmp_path)
    for name, data in (
        ("plan.txt", (readers.HERE / "data" / "plan.txt").read_bytes()),
        ("owners.yaml", (readers.SEEDS / "owners.yaml").read_bytes()),
        ("sheet.csv", b"indicator,owner,year,value,source\nurbanisation,HB,2020,62,x\n"),
        ("form.csv", b"a,b\n"),
    ):
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture(scope="session")
def poisoned_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which every attack stands as actor, note, problem, next step and evidence, each on an assignment of its own."""
    file = Path(shutil.copy(template, tmp_path_factory.mktemp("poisoned")))
    with ledger.reading(ledger.place(str(file))) as db:
        rows = queries.assignment_rows(db, states.now(TODAY))
    for row, (kind, text) in zip(rows, hostile.TEXTS.items(), strict=False):
        said = text[:30_000]
        actor = said.replace("\n", " ")[:200].strip() or "li"
        code = run([
            "--db", str(file), f"--actor={actor}", "update", row.key, "--owner", row.owner,
            "--status", "stalled", "--note", said, "--problem", said, "--next", said,
            "--evidence", f"https://x.invalid/?{kind}<script>",
        ])  # fmt: skip
        assert code == 0
    return file


@pytest.fixture
def poisoned(tracker: Run, file: Path, poisoned_template: Path) -> Run:
    """The program on a ledger full of attacks; what goes out does not depend on the database."""
    shutil.copy(poisoned_template, file)
    return tracker


@pytest.mark.parametrize("kind", hostile.TEXTS)
def test_what_is_typed_is_stored_as_it_was_typed(tracker: Run, kind: str) -> None:
    text = hostile.TEXTS[kind]

    ran = tracker(*REPORT, f"--note={text}", f"--problem={text}")

    assert (ran.code, OBEYED.findall(ran.out + ran.err)) == (0, [])
    row = next(
        row
        for row in tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json
        if row["key"] == KEY
    )
    assert (row["note"], row["problem"]) == (text, text)


def test_the_check_finds_nothing_amiss_in_what_was_typed(tracker: Run) -> None:
    rows = tracker("list", "--by", "assignment", "-f", "json").json
    for row, text in zip(rows, hostile.TEXTS.values(), strict=False):
        meant = ("update", row["key"], "--owner", row["owner"])
        ran = tracker(*meant, "--status", "stalled", f"--note={text}", f"--problem={text}")
        assert ran.code == 0, ran.err

    assert tracker("db", "check").code == 0


@pytest.mark.parametrize("name", CALLS)
def test_no_value_of_an_option_ends_in_a_traceback(tracker: Run, desk: Path, name: str) -> None:
    assert desk.is_dir()
    words, base = name.split(), shlex.split(CALLS[name])
    command: Any = Commands.loaded(words[0])
    command = command.commands[words[1]] if len(words) > 1 else command
    tried = 0

    for param in command.params:
        if param.is_flag if param.param_type_name == "option" else False:
            continue
        if param.name == "out":
            continue
        for value in VALUES:
            ran = tracker(*words, *_with(base, param, value))
            tried += 1
            assert ran.code in {0, 4} or refused(ran), (param.name, value[:50], ran)

    assert tried >= len(VALUES)
    assert tracker("db", "check").code == 0


def _with(base: list[str], param: Any, value: str) -> list[str]:
    """The arguments with one value made another."""
    if param.param_type_name == "argument":
        rest = base[1:] if base and not base[0].startswith("-") else base
        return [*rest, "--", value]
    for option in param.opts:
        if option in base:
            place = base.index(option) + 1
            return [*base[:place], value, *base[place + 1 :]]
    return [*base, f"{max(param.opts, key=len)}={value}"]


def test_every_command_that_takes_values_is_tried() -> None:
    assert {name.split()[0] for name in CALLS} | {"init", "db"} == set(COMMANDS)


@pytest.mark.parametrize("form", ["table", "csv", "md", "json", "html"])
def test_no_text_format_holds_what_a_terminal_obeys(poisoned: Run, form: str) -> None:
    for command in ("list --by assignment", "log", "report", "audit", "due", f"show {KEY}"):
        ran = poisoned(*command.split(), "-f", form)

        assert ran.code == 0, ran.err
        assert OBEYED.findall((ran.out + ran.err).replace("\r\n", "\n")) == []


def test_nothing_in_csv_begins_as_a_formula(poisoned: Run) -> None:
    for command in ("list --by assignment", "log", "report", "export"):
        ran = poisoned(*command.split(), "-f", "csv")

        cells = [cell for row in csv.reader(io.StringIO(ran.out, newline="")) for cell in row]
        live = [cell for cell in cells if re.match(r"\s*[=+@＝＋＠]|\s*[-－]\D", cell)]
        assert len(cells) > 100
        # A dash alone stands for nothing.
        assert [cell for cell in live if cell.strip() != "-"] == []


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(poisoned: Run, tmp_path: Path) -> None:
    commands = (
        "list --by assignment -f xlsx", "log -f xlsx", "report -f xlsx", "export -f xlsx",
        "export -f xlsx --as breakdown --owner HB", "form --owner SX --period 2024Q2",
    )  # fmt: skip
    for n, command in enumerate(commands):
        file = tmp_path / f"{n}.xlsx"
        ran = poisoned(*command.split(), "-o", str(file))

        assert ran.code == 0, ran.err
        with warnings.catch_warnings():
            # It does not know what makes the bars in cells.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file)
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert kinds <= {"s", "n", "d", "inlineStr"}
        assert _fetched(file) == []


def test_no_word_document_refers_to_anything_outside(poisoned: Run, tmp_path: Path) -> None:
    for n, command in enumerate(("report", "list --by assignment", "log", f"show {KEY}")):
        file = tmp_path / f"{n}.docx"
        ran = poisoned(*command.split(), "-f", "docx", "-o", str(file))

        assert ran.code == 0, ran.err
        assert _fetched(file) == []


def _fetched(file: Path) -> list[str]:
    """The relations of a package to what is not in it."""
    with zipfile.ZipFile(file) as package:
        return [
            name
            for name in package.namelist()
            if name.endswith(".rels") and b'TargetMode="External"' in package.read(name)
        ]


@pytest.fixture
def page() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_no_script_of_anybody_runs_in_a_page_and_nothing_is_fetched(
    poisoned: Run, page: Any, tmp_path: Path
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    opened = []

    for n, command in enumerate(("list --by assignment", "log", "report", f"show {KEY}")):
        file = tmp_path / f"{n}<img src=x onerror=document.title='owned'>.html"
        assert poisoned(*command.split(), "-f", "html", "-o", str(file)).code == 0
        opened.append(file.as_uri())
        page.goto(file.as_uri())
        page.mouse.move(300, 300)

        assert page.title() != "owned"
        assert page.locator("[onerror], [onload], [onmouseover], iframe, img").count() == 0

    assert asked == opened


def test_a_calendar_holds_one_task_for_each_and_no_line_of_anybody(poisoned: Run) -> None:
    rows = poisoned("list", "--by", "assignment", "-f", "json").json

    ran = poisoned("export", "-f", "ics")

    # The lines of the file; what goes on begins with a blank.
    lines = ran.out.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VTODO") == lines.count("END:VTODO") == len(rows)
    assert "BEGIN:VEVENT" not in lines
    assert [line for line in lines if line and not re.match(r"[A-Z-]+[;:]", line)] == []


def test_tasks_for_taskwarrior_are_json_with_the_texts_as_data(poisoned: Run) -> None:
    tasks = json.loads(poisoned("export", "-f", "taskwarrior").out)

    told = {one["description"] for task in tasks for one in task.get("annotations", ())}
    assert any(hostile.TEXTS["script"] in text for text in told)


def test_a_message_says_names_without_obeying_them(tracker: Run, tmp_path: Path) -> None:
    for n, text in enumerate(("a\x1b[31mb", "a\u202eb", "a\x9bb\x07", "=x|y", "a\nb\rc")):
        file = tmp_path / f"{text}{n}.yaml"
        file.write_bytes(hostile.YAML["python"])

        for command in (["seed"], ["import"], ["ingest"], ["indicator", "import"]):
            assert refused(tracker(*command, str(file))), (text, command)
        assert refused(tracker("show", text))
        assert refused(tracker("list", "--owner", text))


BROUGHT = {
    "register": ("seed",), "observations": ("indicator", "import"),
    "figures": ("indicator", "import"), "form": ("import",), "plain-form": ("import",),
    "breakdown": ("import", "--as", "breakdown", "--owner", "SX"), "text": ("ingest",),
    "page": ("ingest",), "word": ("ingest",), "pdf": ("ingest",),
}  # fmt: skip


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    return readers.seeds(tmp_path_factory.mktemp("good"))


def attacks(name: str, good: dict[str, list[bytes]]) -> dict[str, bytes]:
    """The files that a reader is attacked with."""
    if name == "pdf":
        return hostile.pdfs(good[name][0])
    if readers.READERS[name].package:
        main = "word/document.xml" if name == "word" else "xl/worksheets/sheet1.xml"
        return hostile.packages(good[name][0], main)
    trees = hostile.YAML if name in ("register", "observations") else {}
    pages = hostile.PAGES if name in ("page", "text") else {}
    return {
        f"{kind}-{n}": data
        for n, group in enumerate((hostile.PLAIN, trees, pages))
        for kind, data in group.items()
    }


@pytest.mark.parametrize("name", readers.READERS)
def test_a_reader_returns_or_refuses_soon_and_in_little_memory(
    name: str, good: dict[str, list[bytes]], tmp_path: Path
) -> None:
    ending = readers.READERS[name].ending
    files = {kind: tmp_path / f"{kind}{ending}" for kind in attacks(name, good)}
    for kind, data in attacks(name, good).items():
        files[kind].write_bytes(data)

    ran = subprocess.run(
        [sys.executable, "-c", _CHILD, name, *map(str, files.values())],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    found = {Path(file).stem: said for file, *said in map(json.loads, ran.stdout.splitlines())}
    assert found.keys() == files.keys(), ran.stderr
    assert {kind: said for kind, said in found.items() if said[0] or said[1] > 10} == {}
    assert max(said[2] for said in found.values()) < 500, found


# Reads files in turn, and says of each what else than a refusal came of it, the seconds of the processor,
# and the megabytes that the process ever had.
_CHILD = """
import json, re, resource, sys, time
from pathlib import Path
import readers
resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))
reader = readers.READERS[sys.argv[1]]
for file in sys.argv[2:]:
    begun = time.process_time()
    failed = readers.failure(reader, Path(file))
    most = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    print(json.dumps([file, repr(failed) if failed else None, time.process_time() - begun, most // 1024]))
"""


@pytest.mark.parametrize("name", BROUGHT)
def test_a_hostile_file_changes_nothing(
    tracker: Run,
    file: Path,
    name: str,
    good: dict[str, list[bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = digest(tracker), file.stat().st_size

    for kind, data in attacks(name, good).items():
        given = tmp_path / f"{kind}{readers.READERS[name].ending}"
        given.write_bytes(data)
        ran = tracker(*BROUGHT[name], str(given), "--dry-run")
        assert ran.code in (0, 4) or refused(ran), (kind, ran.code, ran.err[-500:])

    assert (digest(tracker), file.stat().st_size) == before
    assert not [*tmp_path.glob("**/owned"), *tmp_path.parent.glob("owned")]
