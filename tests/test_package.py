"""The program as it is shipped: a wheel that is whole, and documents that say what is true."""

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import reference
from conftest import Run

ROOT = Path(__file__).parents[1]
JSON = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")


def test_the_wheel_works_in_a_new_environment_outside_the_checkout(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    home = tmp_path / "environment"
    venv.create(home)
    binaries = home / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(home),
            "install",
            "-q",
            *map(str, tmp_path.glob("*.whl")),
        ],
        check=True,
        capture_output=True,
    )
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")}
    environment.pop("PYTHONPATH", None)

    ran = subprocess.run(
        [str(binaries / "tracker"), "list", "-f", "json"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=environment,
    )
    chinese = subprocess.run(
        [str(binaries / "tracker"), "--lang", "zh", "report"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=environment,
    )

    for form in ("html", "docx", "xlsx"):
        subprocess.run(
            [str(binaries / "tracker"), "report", "-f", form, "-o", f"report.{form}"],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env=environment,
        )

    assert len(json.loads(ran.stdout)) == 42
    assert "推进中" in chinese.stdout.decode()
    assert all((tmp_path / f"report.{form}").stat().st_size for form in ("html", "docx", "xlsx"))


def test_the_plain_program_of_the_benchmark_prints_the_same_rows(tracker: Run, file: Path) -> None:
    plain = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "plain_list.py"), str(file)],
        check=True,
        capture_output=True,
    )

    def cells(text: str) -> list[list[str]]:
        lines = [line for line in text.splitlines() if line[:2] == "20"]
        return [re.split(r"\s{2,}", line.strip()) for line in lines]

    rows = cells(tracker("list").out)
    assert len(rows) == 42
    assert cells(plain.stdout.decode()) == rows


def test_the_command_reference_is_that_of_the_program() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert written == reference.text(), "run: python tests/reference.py"


@pytest.mark.parametrize(
    ("heading", "command"),
    [
        ("tracker list", ("list",)),
        ("tracker list --by commitment", ("list", "--by", "commitment")),
        ("tracker list --by assignment", ("list", "--by", "assignment")),
        ("tracker log", ("log",)),
        ("tracker report", ("report", "--period", "2024Q2")),
        ("tracker due", ("due",)),
        ("tracker audit", ("audit",)),
        ("tracker show (a measure)", ("show", "2021-15")),
        ("tracker show (a commitment)", ("show", "2021-15.5")),
        ("tracker coverage", ("coverage",)),
        (
            "tracker ingest --dry-run",
            ("ingest", str(ROOT / "tests" / "data" / "plan.txt"), "--dry-run"),
        ),
        ("tracker seed", ("seed", str(ROOT / "tests" / "data" / "small.yaml"))),
        ("tracker export", ("export",)),
        ("tracker db info", ("db", "info")),
    ],
)
def test_the_fields_of_json_are_those_documented(
    tracker: Run, heading: str, command: tuple[str, ...]
) -> None:
    part = JSON.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    documented = re.findall(r"^\| `([\w.]+)`", part, re.MULTILINE)

    found = tracker(*command, "-f", "json").json

    assert documented == list(found[0] if isinstance(found, list) else found)


def test_the_fields_of_a_commitments_owners_and_of_a_group_are_those_documented(
    tracker: Run,
) -> None:
    owner = tracker("list", "--by", "commitment", "-f", "json").json[0]["owners"][0]
    assert set(owner) == set(
        re.findall(
            r"`(\w+)`", JSON.partition("An owner of a commitment has ")[2].partition(".\n")[0]
        )
    )

    report = tracker("report", "-f", "json").json
    every = set(
        re.findall(r"`([\w/]+)`", JSON.partition("Every group has ")[2].partition(".\n")[0])
    )
    for group in ("by_owner", "by_document", "by_section"):
        assert every <= set(report[group][0])


def test_the_readme_names_commands_that_exist() -> None:
    from tracker.cli.app import COMMANDS  # noqa: PLC0415 - the one test that needs it pays for it

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = set(re.findall(r"^(?:\$ )?tracker (?:--\w+ \S+ )*([a-z]+)", readme, re.MULTILINE))

    assert said
    assert said <= set(COMMANDS)
