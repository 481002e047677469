"""The files that a form names as evidence: kept when its row is recorded, refused where they are not the form's."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Ran, Run
from offices import Desk
from tracker.cli.app import run

KEY, OTHER = "2021-15.1", "2021-15.2"
HASH = hashlib.sha256(b"minutes").hexdigest()
LINE = f"minutes.pdf sha256:{HASH}"
Back = Callable[..., Ran]


@pytest.fixture(scope="session")
def blank(template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Hubei's form for the second quarter of 2024."""
    out = tmp_path_factory.mktemp("form") / "hb.xlsx"
    form = ("form", "--owner", "HB", "--period", "2024Q2", "-o", str(out))
    assert run(["--db", str(template), *form]) == 0
    return out.read_bytes()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """The folder of a form that was sent in, with a file beside it and one in a folder below."""
    folder = tmp_path / "sent"
    (folder / "more").mkdir(parents=True)
    (folder / "minutes.pdf").write_bytes(b"minutes")
    (folder / "more" / "map.png").write_bytes(b"map")
    (tmp_path / "secret.pdf").write_bytes(b"secret")
    return folder


@pytest.fixture
def back(tracker: Run, blank: bytes, sent: Path) -> Back:
    """Import the form with evidence for one row: `back("minutes.pdf", "--dry-run")`."""

    def returned(evidence: str, *options: str, **other: Any) -> Ran:
        desk = Desk(blank)
        desk.fill(KEY, status="in_progress", evidence=evidence)
        if other:
            desk.fill(OTHER, **other)
        (sent / "hb.xlsx").write_bytes(desk.bytes())
        return tracker("import", str(sent / "hb.xlsx"), "-f", "json", *options)

    return returned


@pytest.fixture
def folder(file: Path) -> Path:
    return file.with_name("ledger.sqlite.evidence")


def about(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in ran.json if row["key"] == KEY)
    return found


def kept(folder: Path) -> list[bytes]:
    return sorted(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_files_beside_a_form_are_kept_and_the_log_has_their_hashes(
    back: Back, tracker: Run, folder: Path
) -> None:
    ran = back("minutes.pdf\nmore\\map.png\nhttps://example.org\nminutes 12")

    assert (ran.code, about(ran)["outcome"]) == (0, "recorded")
    evidence = tracker("show", KEY, "-f", "json").json["evidence"]
    assert [(piece["kind"], piece["said"]) for piece in evidence if piece["owner"] == "HB"] == [
        ("file", "minutes.pdf"), ("file", "map.png"),
        ("link", "https://example.org"), ("text", "minutes 12"),
    ]  # fmt: skip
    assert kept(folder) == [b"map", b"minutes"]
    assert tracker("db", "check").code == 0


def test_a_dry_run_names_the_file_and_keeps_none(back: Back, folder: Path) -> None:
    ran = back("minutes.pdf", "--dry-run")

    assert about(ran)["evidence"] == [LINE]
    assert not folder.exists()


def test_the_same_form_twice_changes_nothing_though_its_files_are_gone(
    back: Back, tracker: Run, sent: Path
) -> None:
    back("more/map.png\nminutes.pdf")
    before = tracker("db", "info", "-f", "json").json["digest"]

    again = back("more/map.png\nminutes.pdf")
    (sent / "minutes.pdf").unlink()
    without = back("more/map.png\nminutes.pdf")

    assert [about(ran)["outcome"] for ran in (again, without)] == ["unchanged", "unchanged"]
    assert tracker("db", "info", "-f", "json").json["digest"] == before


def test_a_file_that_is_another_by_now_is_no_row_recorded_already(back: Back, sent: Path) -> None:
    back("minutes.pdf")
    (sent / "minutes.pdf").write_bytes(b"other minutes")

    assert about(back("minutes.pdf"))["outcome"] == "conflict"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("../secret.pdf", "lies outside the folder of the form"),
        ("away/secret.pdf", "lies outside the folder of the form"),
        ("/etc/passwd", "lies outside the folder of the form"),
        ("~/minutes.pdf", "lies outside the folder of the form"),
        ("link.pdf", "only points to a file"),
        ("pipe.pdf", "is a device or a pipe"),
        ("more", "is a folder"),
        ("nothing.docx", "no file nothing.docx in "),
        ("file:///etc/passwd", "a link for this machine alone"),
        ("2021-02 第99句", "2021-02 has no sentence 99"),
    ],
)
def test_what_is_not_the_forms_to_give_is_refused_by_its_cell(
    back: Back, sent: Path, folder: Path, named: str, said: str
) -> None:
    (sent / "link.pdf").symlink_to(sent / "minutes.pdf")
    (sent / "away").symlink_to(sent.parent)
    os.mkfifo(sent / "pipe.pdf")

    ran = back(f"minutes.pdf\n{named}")

    row = about(ran)
    assert (ran.code, row["outcome"]) == (1, "refused")
    assert row["where"].startswith(f"{sent / 'hb.xlsx'} [Form] ")
    assert [reason["where"].split()[1] for reason in row["reasons"]] == ["Evidence"]
    assert said in row["reasons"][0]["message"]
    assert not folder.exists()


def test_a_row_that_is_held_back_keeps_no_file_and_with_partial_it_does(
    back: Back, folder: Path
) -> None:
    held = back("minutes.pdf", status="nonsense")

    assert (about(held)["outcome"], folder.exists()) == ("withheld", False)
    assert about(back("minutes.pdf", "--partial", status="nonsense"))["outcome"] == "recorded"
    assert kept(folder) == [b"minutes"]


def test_where_a_file_cannot_be_kept_nothing_is_recorded(
    back: Back, tracker: Run, folder: Path
) -> None:
    folder.write_text("in the way", encoding="utf-8")
    before = tracker("db", "info", "-f", "json").json["digest"]

    ran = back("minutes.pdf")

    assert (ran.code, "cannot keep" in ran.err) == (1, True)
    assert tracker("db", "info", "-f", "json").json["digest"] == before


def test_a_form_in_json_names_files_too(tracker: Run, sent: Path, folder: Path) -> None:
    form = tracker("form", "--owner", "HB", "--period", "2024Q2", "-f", "json").json
    row = next(row for row in form["rows"] if row["key"] == KEY)
    row |= {"status": "in_progress", "evidence": ["minutes.pdf", "https://example.org"]}
    (sent / "hb.json").write_text(json.dumps(form), encoding="utf-8")

    ran = tracker("import", str(sent / "hb.json"), "-f", "json")

    assert about(ran)["evidence"] == [LINE, "https://example.org"]
    assert kept(folder) == [b"minutes"]
