"""What the program touches outside of itself: no network, nobody's password said, files for those they are meant for."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import readers
from conftest import Run
from tracker.cli.app import run

# Runs command lines, and ends with what they tried to reach.
_WATCHED = """
import shlex, sys
tried = []
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "smtplib.", "ftplib.")):
        tried.append((event, str(arguments)))
sys.addaudithook(watch)
from tracker.cli.app import run
for line in sys.argv[1:]:
    assert run(shlex.split(line)) in (0, 1, 5), line
assert tried == [], tried
import socket
socket.socket().close()
assert tried, "the watch sees sockets"
"""
SECRET = "s3cr3t-Pass"  # noqa: S105 - nobody's
URLS = [
    f"postgresql://u:{SECRET}@127.0.0.1:1/x",
    f"postgresql+psycopg://u@127.0.0.1:1/x?password={SECRET}",
    f"postgresql://u@127.0.0.1:1/x?sslpassword={SECRET}",
    f"postgresql://u:{SECRET}@127.0.0.1:1/x?no_such_option=1",
    f"postgresql://u:{SECRET}@127.0.0.1:99999/x",
    f"postgresql://u:{SECRET}@127.0.0.1:port/x",
    f"postgresql://u:{SECRET}@host.invalid/x",
    f"postgresql://u:a@{SECRET}@127.0.0.1/x",
    f"postgresql://u:{SECRET}@[::1/x",
    f"postgresql://u:{SECRET}@127.0.0.1:1/x?sslmode=nonsense",
    f"mysql://u:{SECRET}@127.0.0.1/x",
]


def test_no_command_reaches_for_the_network(file: Path, tmp_path: Path) -> None:
    good = readers.seeds(tmp_path)
    given = {
        name: tmp_path / f"good{readers.READERS[name].ending}" for name in ("page", "word", "pdf")
    }
    for name, place in given.items():
        place.write_bytes(good[name][0])
    lines = [
        "init", "list", "show 2021-15.5", "report", "audit", "due", "log", "coverage", "db check",
        "update 2021-15.5 --owner HB --status done --evidence https://x.invalid/a.pdf",
        "export", "export -f ics", "seed --dry-run", "indicator list",
        *(f"report -f {form} -o {tmp_path}/r.{form}" for form in ("html", "docx", "xlsx")),
        f"form --owner SX --period 2024Q1 -o {tmp_path}/f.xlsx",
        f"import {tmp_path}/f.xlsx --dry-run",
        *(f"ingest {place} --dry-run" for place in given.values()),
    ]  # fmt: skip

    ran = subprocess.run(
        [sys.executable, "-c", _WATCHED, *(f"--db {file} {line}" for line in lines)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr[-2000:]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("command", ["init", "list", "db info", "db check"])
def test_no_password_of_a_url_is_said(
    url: str, command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "5")

    code = run(["--db", url, *command.split()])

    said = "".join(capfd.readouterr())
    assert (code, SECRET in said) == (5, False), said


def test_a_password_typed_in_a_url_is_warned_of(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["--db", URLS[0], "list"])
    typed = capfd.readouterr().err
    monkeypatch.setenv("TRACKER_DB", URLS[0])
    run(["list"])
    kept = capfd.readouterr().err

    assert "PGPASSFILE" in typed
    assert "PGPASSFILE" not in kept


def test_what_is_written_is_for_whom_the_users_mask_allows(
    tracker: Run, file: Path, tmp_path: Path
) -> None:
    piece = tmp_path / "minutes.pdf"
    piece.write_bytes(b"%PDF-1.4 minutes")
    before = os.umask(0o022)
    try:
        for command in (
            f"report -f html -o {tmp_path}/r.html",
            f"form --owner SX --period 2024Q1 -o {tmp_path}/f.xlsx",
            f"update 2021-15.5 --owner HB --status done --evidence {piece}",
        ):
            assert tracker(*command.split()).code == 0
        os.umask(0o077)
        assert tracker("report", "-f", "html", "-o", str(tmp_path / "own.html")).code == 0
    finally:
        os.umask(before)

    kept = list(file.with_name(f"{file.name}.evidence").rglob("*"))
    assert [_mode(tmp_path / name) for name in ("r.html", "f.xlsx", "own.html")] == [
        0o644,
        0o644,
        0o600,
    ]
    assert kept
    assert [path for path in kept if _mode(path) & 0o007] == []


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "said", ["/dev/zero", "./pipe", "./link.pdf", "./folder.pdf", "./a\x1b[31m.pdf"]
)
def test_evidence_that_is_no_plain_file_of_a_plain_name_is_not_kept(
    tracker: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("link.pdf").symlink_to("/etc/passwd")
    Path("folder.pdf").mkdir()
    Path("a\x1b[31m.pdf").write_bytes(b"x")

    ran = tracker("update", "2021-15.5", "--owner", "HB", "--status", "done", "--evidence", said)

    assert (ran.code, ran.err.count("\n"), "\x1b" in ran.err) == (1, 1, False)
    assert not file.with_name(f"{file.name}.evidence").exists()
