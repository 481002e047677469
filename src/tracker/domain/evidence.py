"""A piece of evidence as the log keeps it: one line of text that says what kind of piece it is."""

import re
from pathlib import PurePath
from typing import NamedTuple

from tracker.domain.words import Word

# Compiled by `re` when a piece is read: most commands read none.
_LINK = r"[A-Za-z][A-Za-z0-9+.-]*://\S+"
_FILE = r"(?P<name>.*\S) sha256:(?P<sha256>[0-9a-f]{64})"
_SENTENCE = r"第\s*(\d{1,4})\s*句|sentence (\d{1,4})\b"
_NUMERALS = "一二三四五六七八九十百"
# A code, then a place in it that can be nothing but a place: 第3句, 第二篇（一）, 一（三）, sentence 3.
_CITATION = (
    r"(?P<code>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\s*[,，]\s*|\s+)"
    rf"(?P<place>第\s*[0-9{_NUMERALS}]+\s*[句条款项篇章节段页部].*|[（(][{_NUMERALS}]+[）)].*"
    rf"|[{_NUMERALS}]+(?:[（(、].*)?|(?:sentence|section|part|page) \d.*)"
)
# What keeps its ending as part of a kept file's name; others go without one.
_ENDING = r"\.[a-z0-9]{1,8}"


class EvidenceKind(Word):
    """What a piece of evidence is."""

    LINK = "link", "链接", "link"
    FILE = "file", "文件", "file"
    CITATION = "citation", "引文", "citation"
    TEXT = "text", "文字", "text"


class Piece(NamedTuple):
    """A piece of evidence: what was said; of a file its name, and the hash of its content."""

    kind: EvidenceKind
    said: str
    sha256: str | None = None

    def __str__(self) -> str:
        """The line of the log; of a file `NAME sha256:HASH`."""
        return self.said if self.sha256 is None else f"{self.said} sha256:{self.sha256}"

    @property
    def kept_as(self) -> str | None:
        """Where a file is in the evidence folder: `ab/cdef….pdf`."""
        if self.sha256 is None:
            return None
        ending = PurePath(self.said).suffix.lower()
        kept = ending if re.fullmatch(_ENDING, ending) else ""
        return f"{self.sha256[:2]}/{self.sha256[2:]}{kept}"


class Citation(NamedTuple):
    """What a citation names: a document or a measure by its code, and a sentence where it says one."""

    code: str
    sentence: int | None


def read(line: str) -> Piece:
    """The piece that a line is; what is nothing else is text."""
    file = re.fullmatch(_FILE, line)
    if file:
        return Piece(EvidenceKind.FILE, file["name"], file["sha256"])
    if re.fullmatch(_LINK, line):
        return Piece(EvidenceKind.LINK, line)
    if re.fullmatch(_CITATION, line):
        return Piece(EvidenceKind.CITATION, line)
    return Piece(EvidenceKind.TEXT, line)


def pieces(evidence: str | None) -> list[Piece]:
    """The pieces of a report, in their order."""
    return [read(line) for line in evidence.split("\n")] if evidence else []


def cited(piece: Piece) -> Citation | None:
    """What a piece cites; None where it is no citation."""
    found = re.fullmatch(_CITATION, piece.said)
    if piece.kind is not EvidenceKind.CITATION or found is None:
        return None
    sentence = re.match(_SENTENCE, found["place"])
    return Citation(found["code"], int(sentence[1] or sentence[2]) if sentence else None)
