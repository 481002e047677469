"""The log of one assignment: its entries, the fold that makes a state of them, the hash chain.

The rules are those of the log: a state is a function of the entries recorded by `known_on` and
not withdrawn by then, and of the date `as_of`; there is one fold per axis.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from tracker.domain.target import Target
from tracker.domain.times import moment
from tracker.domain.words import Basis, EntryKind, Status, Verification

HASH_FORMAT = 1

# Who records the first reports, which come with the program; and what stands between the Chinese
# and the English of their notes, each of which is one text in the log.
PROGRAM = "tracker"
BETWEEN = " / "

# Later than anything that is ever recorded.
ALWAYS = datetime.max.replace(tzinfo=UTC)


class Entry(NamedTuple):
    """One line of the log of an assignment.

    `names` is the version of the entry of the same assignment that a review or a withdrawal is
    about. `note` is a report's note, a review's reason, a retarget's or withdrawal's why.
    `evidence` has one piece a line. `first_report` is the stable id of a report that came with
    the program.
    """

    version: int
    batch: int
    kind: EntryKind
    effective_on: date
    recorded_at: datetime
    actor: str
    status: Status | None = None
    percent: int | None = None
    note: str | None = None
    problem: str | None = None
    next_step: str | None = None
    evidence: str | None = None
    verification: Verification | None = None
    target: Target | None = None
    target_basis: Basis | None = None
    names: int | None = None
    first_report: str | None = None


class State(NamedTuple):
    """Where an assignment stands: the current report, its verification, the target in force."""

    report: Entry | None
    verification: Verification
    target: Target | None
    target_basis: Basis | None

    @property
    def status(self) -> Status:
        """What was reported; nothing reported is not started."""
        return (self.report and self.report.status) or Status.NOT_STARTED


def in_both(note: str, first_report: str | None) -> tuple[str, str]:
    """A note in Chinese and in English: what people write is one text, a first report has two."""
    zh, _between, en = note.partition(BETWEEN) if first_report else (note, "", note)
    return zh, en


def fold(
    entries: Iterable[Entry],
    *,
    target: Target | None,
    target_basis: Basis | None,
    as_of: date = date.max,
    known_on: datetime = ALWAYS,
) -> State:
    """The state on `as_of` as known on `known_on`; `target` is the one first given."""
    known = [entry for entry in entries if entry.recorded_at <= known_on]
    withdrawn = {entry.names for entry in known if entry.kind is EntryKind.WITHDRAWAL}
    standing = [entry for entry in known if entry.version not in withdrawn]

    def effective(kind: EntryKind) -> list[Entry]:
        return [entry for entry in standing if entry.kind is kind and entry.effective_on <= as_of]

    report = max(effective(EntryKind.REPORT), key=_order, default=None)
    retarget = max(effective(EntryKind.RETARGET), key=_order, default=None)
    if retarget is not None:
        target, target_basis = retarget.target, retarget.target_basis
    return State(report, _verification(report, standing), target, target_basis)


def _order(entry: Entry) -> tuple[date, int]:
    return entry.effective_on, entry.version


def _verification(report: Entry | None, standing: Sequence[Entry]) -> Verification:
    if report is None:
        return Verification.UNREPORTED
    reviews = [e for e in standing if e.kind is EntryKind.REVIEW and e.names == report.version]
    newest = max(reviews, key=lambda entry: entry.version, default=None)
    return (newest and newest.verification) or Verification.REPORTED


def canonical(assignment: str, entry: Entry, previous: str) -> bytes:
    """The bytes that the hash of an entry covers, format 1.

    Each value stands on a line of its own as its length in UTF-8 bytes, a colon and the value; a
    value that is not there is `-`. Lengths make the form unambiguous whatever the text holds, and
    any database server can make it. `assignment` is `COMMITMENT OWNER ROLE`.
    """
    said = (
        _alike(HASH_FORMAT),
        _measured(previous),
        _measured(assignment),
        _alike(entry.version),
        _alike(*entry[1:6]),
        _alike(*entry[6:8]),
        *["-" if text is None else _measured(text) for text in entry[8:12]],
        _alike(*entry[12:]),
    )
    return "\n".join(said).encode()


# The many lines of a batch have the same few words, dates and numbers; written for each anew they take
# longer than its hash.
@lru_cache(1024)
def _alike(*values: object) -> str:
    return "\n".join(map(_written, values))


def _written(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return _measured(moment(value))
    return _measured(value.isoformat() if isinstance(value, date) else str(value))


def _measured(text: str) -> str:
    """A text behind its length in bytes."""
    return f"{len(text) if text.isascii() else len(text.encode())}:{text}"


def chained(assignment: str, entry: Entry, previous: str) -> str:
    """The hash of an entry over its content and the hash before it (empty for the first)."""
    return hashlib.sha256(canonical(assignment, entry, previous)).hexdigest()


def digest(last_hashes: Iterable[tuple[str, str]]) -> str:
    """The ledger digest: one hash over (assignment, last hash) of all assignments with a log."""
    made, between = hashlib.sha256(), ""
    # Line by line: joined they would be in memory twice more.
    for line in sorted(f"{assignment} {last}" for assignment, last in last_hashes):
        made.update(f"{between}{line}".encode())
        between = "\n"
    return made.hexdigest()
