"""What `update` asks at a terminal, through a terminal."""

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from conftest import Ran, Run

AIRPORTS = "航空货运"
# Question and answer, up to the evidence: HB on the air cargo airports, in progress.
BEGUN = (
    ("Which commitment?", AIRPORTS), ("Whose report", "HB"), ("Its status", "2"),
    ("Percent", "60"), ("achieved", "runway 跑道"), ("in the way", ""), ("comes next", "trial"),
)  # fmt: skip
CTRL_C = "\x03"


def talk(file: Path, *said: tuple[str, str], language: str = "en", seconds: float = 30) -> Ran:
    """Run `update` on a terminal of its own: wait for each question, give its answer."""
    process, terminal = pty.fork()
    if process == 0:
        # A shell that runs the tests in the background has them ignore it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        arguments = ["--db", str(file), "--lang", language, "update"]
        os.execv(sys.executable, [sys.executable, "-m", "tracker", *arguments])  # noqa: S606 - the program itself on a terminal of its own, without a shell
    heard, until = "", time.monotonic() + seconds
    try:
        for question, answer in said:
            heard += _heard(terminal, question, until)
            if answer == CTRL_C:
                heard += _stopped(terminal, until)
            else:
                os.write(terminal, answer.encode() + b"\n")
        heard += _heard(terminal, None, until)
    except TimeoutError:
        os.kill(process, signal.SIGKILL)
    _pid, status = os.waitpid(process, 0)
    os.close(terminal)
    return Ran(os.waitstatus_to_exitcode(status), heard, "")


def _stopped(terminal: int, until: float) -> str:
    """What the program says to Ctrl-C, pressed again each second as a person does.

    A signal that comes between the question and the reading of the answer is seen by Python only
    once another one or a key wakes the reader.
    """
    heard = ""
    while True:
        os.write(terminal, CTRL_C.encode())
        try:
            return heard + _heard(terminal, "stopped", min(until, time.monotonic() + 1))
        except TimeoutError as silence:
            heard += str(silence)
            if time.monotonic() >= until:
                raise


def _heard(terminal: int, question: str | None, until: float) -> str:
    """What the program says until it asks that, or until it ends."""
    heard = b""
    while question is None or question not in heard.decode(errors="ignore"):
        if not select.select([terminal], [], [], max(0, until - time.monotonic()))[0]:
            raise TimeoutError(heard.decode(errors="replace"))
        try:
            said = os.read(terminal, 65536)
        except OSError:
            # Linux says so when nobody holds the other end any more.
            break
        if not said:
            break
        heard += said
    return heard.decode(errors="replace")


def hubei(tracker: Run) -> dict[str, object]:
    rows = tracker("list", "--by", "assignment", "--owner", "HB", "-f", "json").json
    found: dict[str, object] = next(row for row in rows if row["key"] == "2021-15.5")
    return found


def test_a_report_is_asked_for_shown_and_recorded(file: Path, tracker: Run, tmp_path: Path) -> None:
    minutes = tmp_path / "minutes.pdf"
    minutes.write_bytes(b"minutes")

    ran = talk(
        file,
        *BEGUN,
        ("What shows it", str(minutes)),
        ("What shows it", "https://example.org/1"),
        ("What shows it", ""),
        ("The date", "2024-06-30"),
        ("Record this?", "y"),
    )

    assert ran.code == 0, ran.out
    row = hubei(tracker)
    assert (row["status"], row["percent"], row["note"], row["problem"], row["next_step"]) == (
        "in_progress", 60, "runway 跑道", None, "trial",
    )  # fmt: skip
    assert row["effective_on"] == "2024-06-30"
    assert [str(piece).split(" sha256:")[0] for piece in row["evidence"]] == [  # type: ignore[attr-defined] # it is a list here, which the type leaves open
        "minutes.pdf", "https://example.org/1",
    ]  # fmt: skip


def test_several_matches_are_numbered_and_those_titled_so_come_first(
    file: Path,
) -> None:
    ran = talk(
        file,
        ("Which commitment?", "no-such-word"),
        ("Which commitment?", "机场"),
        ("Its number", "99"),
        ("Its number", ""),
        ("Which commitment?", "机场"),
        ("Its number", "1"),
        ("Whose report", CTRL_C),
    )

    assert "no commitment has no-such-word in it" in ran.out
    titled = [line for line in ran.out.splitlines() if line.startswith("  1 ")]
    assert titled
    assert "irport" in titled[0]
    assert "type a number from 1 to" in ran.out


@pytest.mark.parametrize("end", [(("Record this?", "n"),), (("Record this?", CTRL_C),)])
def test_what_is_not_agreed_to_changes_nothing(
    file: Path, tracker: Run, end: tuple[tuple[str, str], ...]
) -> None:
    before = tracker("log", "-f", "json").out

    ran = talk(file, *BEGUN, ("What shows it", ""), ("The date", ""), *end)

    assert ran.code == 1, ran.out
    assert tracker("log", "-f", "json").out == before


def test_a_slip_at_the_last_question_does_not_lose_the_report(file: Path, tracker: Run) -> None:
    typed = (("Record this?", "u"), ("Record this?", "是"))

    ran = talk(file, *BEGUN, ("What shows it", ""), ("The date", "2024-06-30"), *typed)

    assert ran.code == 0, ran.out
    assert "type y or n" in ran.out
    assert hubei(tracker)["percent"] == 60


def test_ctrl_c_at_the_first_question_ends_it(file: Path) -> None:
    ran = talk(file, ("Which commitment?", CTRL_C))

    assert ran.code == 1
    assert "tracker: stopped" in ran.out


def test_the_tab_key_completes_part_of_a_title_and_the_beginning_of_a_key(file: Path) -> None:
    ran = talk(
        file,
        # Two have it in the title: they are shown, and what was typed stays.
        ("Which commitment?", "airport zone\t\t"),
        ("Its number", ""),
        ("Which commitment?", "2021-15.5\t"),
        ("Whose report", CTRL_C),
    )
    one = talk(file, ("Which commitment?", "hohhot\t"), ("Whose report", CTRL_C))

    assert "2014-07.3 Zhengzhou airport zone; other airport economic zones" in ran.out
    assert "no commitment has" not in ran.out
    assert "2021-15.1 High-speed rail Hohhot" in one.out


def test_what_stops_the_questions_stands_on_a_line_of_its_own(file: Path) -> None:
    ran = talk(file, ("Which commitment?", CTRL_C))

    assert ran.code == 1
    assert ran.out.endswith("\r\ntracker: stopped\r\n")


def test_an_answer_that_cannot_be_is_asked_for_again(file: Path, tracker: Run) -> None:
    ran = talk(
        file,
        ("Which commitment?", "2021-15.5"),
        ("Whose report", "湖北"),
        ("Its status", "nonsense"),
        ("Its status", "推进中"),
        ("Percent", "150"),
        ("Percent", "half"),
        ("Percent", ""),
        ("achieved", ""),
        ("in the way", ""),
        ("comes next", ""),
        ("What shows it", "nothing.pdf"),
        ("What shows it", ""),
        ("The date", "2999-01-01"),
        ("The date", "2024-06-30"),
        ("Record this?", "y"),
    )

    assert ran.code == 0, ran.out
    for said in ("unknown word nonsense", "not 150", "half is no whole", "no file", "the future"):
        assert said in ran.out
    assert (hubei(tracker)["status"], hubei(tracker)["percent"]) == ("in_progress", None)


def test_done_asks_no_percent_and_is_recorded_without_evidence_only_when_meant(
    file: Path, tracker: Run
) -> None:
    ran = talk(
        file,
        *BEGUN[:2],
        ("Its status", "4"),
        *BEGUN[4:],
        ("What shows it", ""),
        ("Nothing shows that it is done", "n"),
        ("What shows it", ""),
        ("Nothing shows that it is done", "y"),
        ("The date", ""),
        ("Record this?", "y"),
    )

    assert ran.code == 0, ran.out
    assert "Percent" not in ran.out
    assert (hubei(tracker)["status"], hubei(tracker)["unevidenced"]) == ("done", True)


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ((), "KEY..."),
        (("--note", "x"), "KEY..."),
        (("2021-15.5",), "--owner"),
        (("2021-15.5", "--owner", "HB"), "--status"),
    ],
)
def test_where_nobody_can_be_asked_what_is_missing_is_named(
    tracker: Run, arguments: tuple[str, ...], missing: str
) -> None:
    ran = tracker("update", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"tracker: {missing} is missing (help: tracker update --help)\n"
