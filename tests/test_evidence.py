"""Evidence: what its lines mean, files kept by their content, what is refused, what a check finds."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from conftest import Run
from tracker.domain.evidence import EvidenceKind, cited, pieces, read
from tracker.errors import Refusal
from tracker.store import evidence, ledger

DONE = ("update", "2021-15.5", "--owner", "HB", "--status", "done", "-f", "json")
HASH = hashlib.sha256(b"minutes").hexdigest()
LINE = f"minutes.pdf sha256:{HASH}"


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    file = tmp_path / "minutes.pdf"
    file.write_bytes(b"minutes")
    return file


@pytest.fixture
def folder(file: Path) -> Path:
    return file.with_name("ledger.sqlite.evidence")


def kept(folder: Path, ending: str = ".pdf") -> Path:
    return folder / HASH[:2] / f"{HASH[2:]}{ending}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("https://example.org/a?b", EvidenceKind.LINK),
        ("www.example.org", EvidenceKind.TEXT),
        (LINE, EvidenceKind.FILE),
        ("minutes.pdf sha256:12", EvidenceKind.TEXT),
        ("2021-02 第3句", EvidenceKind.CITATION),
        ("2024-essays, 第二篇", EvidenceKind.CITATION),
        ("2024-essays, 第二篇（七）", EvidenceKind.CITATION),
        ("2014-work-points, 一（三）（五）", EvidenceKind.CITATION),
        ("2021-02 sentence 3", EvidenceKind.CITATION),
        ("minutes 12", EvidenceKind.TEXT),
        ("2024 第一季度报表", EvidenceKind.TEXT),
        ("2021 一季度完成", EvidenceKind.TEXT),
        ("agreed, see mail", EvidenceKind.TEXT),
    ],
)
def test_a_line_is_what_it_can_only_be(line: str, kind: EvidenceKind) -> None:
    assert read(line).kind is kind
    assert str(read(line)) == line


def test_a_citation_names_a_code_and_a_sentence() -> None:
    assert cited(read("2021-02 第3句")) == ("2021-02", 3)
    assert cited(read("2021-02, sentence 12")) == ("2021-02", 12)
    assert cited(read("2024-essays, 第二篇")) == ("2024-essays", None)
    assert cited(read("minutes 12")) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.tar/..", "x.pdf/../y", "a.p d f"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    place = read(f"{name} sha256:{HASH}").kept_as

    assert place == f"{HASH[:2]}/{HASH[2:]}"


def test_a_report_without_evidence_has_no_pieces() -> None:
    assert pieces(None) == []


def test_a_file_is_kept_by_its_content_and_the_log_has_its_name_and_hash(
    tracker: Run, minutes: Path, folder: Path
) -> None:
    line = tracker(*DONE, "--evidence", str(minutes), "--evidence", "https://example.org").json[0]

    assert line["evidence"] == [LINE, "https://example.org"]
    assert kept(folder).read_bytes() == b"minutes"
    assert [file.name for file in folder.rglob("*")] == [HASH[:2], kept(folder).name]
    assert tracker("db", "check").code == 0


def test_what_is_kept_is_not_for_everybody(tracker: Run, minutes: Path, folder: Path) -> None:
    tracker(*DONE, "--evidence", str(minutes))

    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
        assert path.stat().st_mode & stat.S_IRUSR
    assert not kept(folder).stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP)


def test_the_same_file_twice_is_kept_once_and_never_written_again(
    tracker: Run, minutes: Path, folder: Path
) -> None:
    tracker(*DONE, "--evidence", str(minutes))
    before = kept(folder).stat()

    again = tracker(*DONE, "--evidence", str(minutes))

    after = kept(folder).stat()
    assert again.code == 0
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_kept_before_can_be_named_as_the_log_has_it(tracker: Run, minutes: Path) -> None:
    tracker(*DONE, "--evidence", str(minutes))
    minutes.unlink()

    assert tracker(*DONE, "--evidence", LINE).json[0]["evidence"] == [LINE]


def test_show_lists_each_piece_with_what_it_is(tracker: Run, minutes: Path) -> None:
    said = (str(minutes), "https://example.org", "2021-02 第3句", "minutes 12")
    line = tracker(*DONE, *(part for each in said for part in ("--evidence", each))).json[0]

    shown = tracker("show", "2021-15.5", "-f", "json").json["evidence"]

    mine = [piece for piece in shown if piece["entry"] == line["entry"]]
    assert [(piece["kind"], piece["said"]) for piece in mine] == [
        ("file", "minutes.pdf"), ("link", said[1]), ("citation", said[2]), ("text", said[3]),
    ]  # fmt: skip
    assert mine[0]["sha256"] == HASH
    assert mine[0]["kept_as"] == f"{HASH[:2]}/{HASH[2:]}.pdf"
    assert "minutes.pdf; https://example.org" in tracker("show", "2021-15.5").out


def test_show_leaves_out_the_evidence_of_a_withdrawn_report(tracker: Run) -> None:
    entry = tracker(*DONE, "--evidence", "minutes 12").json[0]["entry"]
    tracker("undo")

    shown = tracker("show", "2021-15.5", "-f", "json").json["evidence"]

    assert shown
    assert entry not in [piece["entry"] for piece in shown]


def test_a_check_finds_a_file_that_is_gone_or_changed(
    tracker: Run, minutes: Path, folder: Path
) -> None:
    tracker(*DONE, "--evidence", str(minutes))
    where = kept(folder)

    where.chmod(0o600)
    where.write_bytes(b"other")
    changed = tracker("db", "check", "-f", "json")
    where.unlink()
    gone = tracker("db", "check", "-f", "json")
    where.symlink_to(minutes)
    linked = tracker("db", "check", "-f", "json")

    assert (changed.code, gone.code, linked.code) == (5, 5, 5)
    assert changed.json["problems"] == [
        {
            "where": "2021-15.5 HB: version 2: evidence minutes.pdf",
            "message": f"{where} is not the file that was kept",
        }
    ]
    assert gone.json["problems"][0]["message"] == f"{where} is gone"
    assert linked.json["faults"] == 1


def test_what_was_changed_in_the_folder_is_not_written_over(
    tracker: Run, minutes: Path, folder: Path
) -> None:
    tracker(*DONE, "--evidence", str(minutes))
    kept(folder).chmod(0o600)
    kept(folder).write_bytes(b"other")

    refused = tracker(*DONE, "--evidence", str(minutes))

    assert (refused.code, refused.out) == (1, "")
    assert kept(folder).read_bytes() == b"other"


def odd_files(tmp_path: Path, minutes: Path) -> dict[str, str]:
    (tmp_path / "link.pdf").symlink_to(minutes)
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "a\x1bb.pdf").write_bytes(b"x")
    with (tmp_path / "large.pdf").open("wb") as large:
        large.truncate(200 * 1024 * 1024 + 1)
    return {
        "link": str(tmp_path / "link.pdf"), "pipe": str(tmp_path / "pipe.pdf"),
        "empty": str(tmp_path / "empty.pdf"), "large": str(tmp_path / "large.pdf"),
        "folder": str(tmp_path), "device": "/dev/zero", "missing": "nothing.docx",
        "missing path": "./nothing", "local": "file:///etc/passwd", "sentence": "2021-02 第99句",
        "measure": "2021-99 第3句", "not kept": LINE,
        "name": str(tmp_path / "a\x1bb.pdf"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("link", 1, "only points to a file"),
        ("pipe", 1, "is a device or a pipe"),
        ("device", 1, "is a device or a pipe"),
        ("folder", 1, "is a folder"),
        ("empty", 1, "is empty"),
        ("large", 1, "is larger than 200 MB"),
        ("missing", 3, "no file nothing.docx"),
        ("missing path", 3, "no file ./nothing"),
        ("local", 2, "a link for this machine alone"),
        ("sentence", 3, "2021-02 has no sentence 99: it has 7"),
        ("measure", 3, "unknown key: 2021-99"),
        ("name", 1, "a file of this name cannot be kept"),
        ("not kept", 3, "is not in the evidence folder"),
    ],
)
def test_what_is_no_evidence_is_one_line_and_changes_nothing(
    tracker: Run, tmp_path: Path, minutes: Path, folder: Path, what: str, code: int, said: str
) -> None:
    before = tracker("log", "-f", "json").out
    odd = odd_files(tmp_path, minutes)[what]

    refused = tracker(*DONE, "--evidence", str(minutes), "--evidence", odd)

    assert (refused.code, refused.out, refused.err.count("\n")) == (code, "", 1)
    assert said in refused.err
    assert tracker("log", "-f", "json").out == before
    assert not folder.exists()


def test_a_report_that_is_refused_keeps_no_file(tracker: Run, minutes: Path, folder: Path) -> None:
    ran = tracker(*DONE, "--percent", "40", "--evidence", str(minutes))

    assert ran.code == 1
    assert not folder.exists()


def test_where_one_file_cannot_be_kept_none_is_and_nothing_is_recorded(
    tracker: Run, minutes: Path, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(b"other")
    folder.mkdir()
    (folder / hashlib.sha256(b"other").hexdigest()[:2]).write_text("in the way", encoding="utf-8")
    before = tracker("log", "-f", "json").out

    refused = tracker(*DONE, "--evidence", str(minutes), "--evidence", str(other))

    assert (refused.code, refused.out) in ((1, ""), (3, ""))
    assert not kept(folder).exists()
    assert tracker("log", "-f", "json").out == before


def test_a_file_that_changes_while_it_is_read_is_refused(
    at: ledger.Place, minutes: Path, folder: Path
) -> None:
    into = evidence.folder(at, None)
    with ledger.reading(at) as db:
        gathered = evidence.gather(db, [str(minutes)], into)
    minutes.write_bytes(b"longer minutes")

    with pytest.raises(Refusal, match="was changed while it was read"):
        evidence.keep(gathered.files, into)

    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_another_folder_can_be_named(
    tracker: Run, minutes: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_EVIDENCE", str(tmp_path / "elsewhere"))

    assert tracker(*DONE, "--evidence", str(minutes)).code == 0

    assert kept(tmp_path / "elsewhere").exists()
    assert not folder.exists()
    assert tracker("db", "info", "-f", "json").json["evidence"] == str(tmp_path / "elsewhere")


def test_a_server_has_no_folder_but_the_one_that_is_named(tmp_path: Path) -> None:
    server = ledger.place("postgresql+psycopg://u@h/d")

    named = evidence.folder(server, str(tmp_path))

    assert evidence.folder(server, None) is None
    assert named is not None
    assert named.path == tmp_path


def test_without_a_folder_files_are_refused_and_cannot_be_proved(
    at: ledger.Place, tracker: Run, minutes: Path
) -> None:
    tracker(*DONE, "--evidence", str(minutes))

    with ledger.reading(at) as db:
        with pytest.raises(Refusal, match="set TRACKER_EVIDENCE"):
            evidence.gather(db, [str(minutes)], None)
        found = list(evidence.problems(db, None))

    assert [problem.where for problem in found] == ["2021-15.5 HB: version 2: evidence minutes.pdf"]
    assert "TRACKER_EVIDENCE" in found[0].message


def test_words_that_are_neither_stay_as_they_are(tracker: Run) -> None:
    said = ["minutes 12", "3/4 built", "x" * 5000, "~nobody-at-all/x"]

    line = tracker(*DONE, *(part for each in said for part in ("--evidence", each))).json[0]

    assert line["evidence"] == said


def test_a_copy_that_somebody_else_left_unfinished_is_not_in_the_way(
    tracker: Run, minutes: Path, folder: Path
) -> None:
    folder.mkdir()
    other = folder / f".{os.getpid()}.tmp"
    other.write_bytes(b"half")

    assert tracker(*DONE, "--evidence", str(minutes)).code == 0

    assert other.read_bytes() == b"half"
    assert kept(folder).read_bytes() == b"minutes"
