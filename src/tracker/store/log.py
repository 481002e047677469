"""Writing to the log: entries appended in batches, numbered and chained, the cache kept in step."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from tracker.domain.log import ALWAYS, HASH_FORMAT, Entry, State, chained, fold
from tracker.domain.target import Target
from tracker.domain.times import moment
from tracker.domain.words import Basis, EntryKind, Status, Verification, Word
from tracker.store.connection import Connection

# SQLite and PostgreSQL both take more values in one statement; fewer keep statements cacheable.
_CHUNK = 500

# What the server of a ledger says of a line, whatever its client said.
_MADE_THERE = {"version", "batch", "recorded_at", "actor"}

# What columns take as text.
_WORDED = ("kind", "status", "verification", "target", "target_basis")

# The columns of a line in the order of `_row`.
_LINE = ("assignment_id", "hash_format", "hash", *Entry._fields)

# Of a ledger without a record; any time would do, a fixed one is the same every day.
NOTHING_YET = datetime(1949, 10, 1, tzinfo=UTC)

# The command of batches that `undo` does not take for somebody's last one.
SEED = "seed"


class Acting(NamedTuple):
    """Who acts and when: `today` in the offices, `now` in UTC."""

    actor: str
    today: date
    now: datetime


class Head(NamedTuple):
    """What the next entry of an assignment needs to know of it; the date is that of its report."""

    id: int
    commitment: str
    owner: str
    role: str
    version: int
    hash: str
    first_target: Target | None
    first_target_basis: Basis | None
    effective_on: date | None

    @property
    def name(self) -> str:
        """The assignment as its hashes name it."""
        return f"{self.commitment} {self.owner} {self.role}"


class Recorded(NamedTuple):
    """A batch that was written: its number, its time, and what it appended to whom."""

    batch: int
    recorded_at: datetime
    entries: list[tuple[Head, Entry]]


class Hashed(NamedTuple):
    """An entry as it stands in the database, with the hash beside it."""

    hash: str
    hash_format: int
    entry: Entry


def draft(kind: EntryKind, effective_on: date, *said: Any, **fields: Any) -> Entry:  # noqa: ANN401 - the fields of Entry
    """An entry before it has a version, a batch, a time and an actor; `append` gives it those.

    What follows the date is by name, or in the order that Entry has from the status on.
    """
    return Entry(0, 0, kind, effective_on, ALWAYS, "", *said, **fields)


def append(
    db: Connection,
    drafts: Sequence[tuple[int, Entry]],
    *,
    command: str,
    by: Acting,
    among: Iterable[Head] = (),
) -> Recorded:
    """Write drafts, each on one assignment (by id), as one batch; cache and log move together.

    In a file the lines are numbered, timed and chained here; a server does it by itself. Whoever has
    read the heads in this transaction gives them, so that they are not read again.
    """
    named = {"command": command, "actor": by.actor}
    if db.on_server:
        return _sent(db, named | {"recorded_at": by.now}, drafts)
    recorded_at = next_moment(db, by.now)
    batch = db.add("log.new_batch", named | {"recorded_at": recorded_at})
    among = among or read_heads(db, list(dict.fromkeys(assignment for assignment, _ in drafts)))
    heads = {head.id: head for head in among}
    written: list[tuple[Head, Entry]] = []
    reported: dict[int, Entry] = {}
    others: set[int] = set()
    for assignment, bare in drafts:
        head = heads[assignment]
        # Twice as fast as to replace them by name, and there may be a hundred thousand.
        entry = Entry._make((head.version + 1, batch, *bare[2:4], recorded_at, by.actor, *bare[6:]))
        on = head.effective_on
        if _is_in_force(entry, on):
            reported[assignment], on = entry, entry.effective_on
        else:
            others.add(assignment)
        chain = chained(head.name, entry, head.hash)
        heads[assignment] = head = Head._make((*head[:4], entry.version, chain, *head[6:8], on))
        written.append((head, entry))
    if written:
        db.fill("log.new_lines", _LINE, (_row(head, entry) for head, entry in written))
        _cache(db, heads, reported, others)
    return Recorded(batch, recorded_at, written)


def _is_in_force(entry: Entry, on: date | None) -> bool:
    """Whether a line is a report that takes the place of the one that stands, which is of that date."""
    return entry.kind is EntryKind.REPORT and (on is None or entry.effective_on >= on)


def _row(head: Head, entry: Entry) -> Sequence[Any]:
    """A line in the order of `_LINE`."""
    return (
        head.id, HASH_FORMAT, head.hash, entry.version,
        *_alike(*entry[1:7]), *entry[7:12], *_alike(*entry[12:]),
    )  # fmt: skip


# The many lines of a batch have the same few words and dates.
@lru_cache(1024)
def _alike(*values: object) -> tuple[object, ...]:
    """Values as a file keeps them."""
    return tuple(map(_kept, values))


def _kept(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else stored(value)


def _fields(entry: Entry) -> dict[str, Any]:
    fields = entry._asdict()
    for name in _WORDED:
        if fields[name] is not None:
            fields[name] = str(fields[name])
    return fields


def _cache(
    db: Connection,
    heads: Mapping[int, Head],
    reported: Mapping[int, Entry],
    others: Collection[int],
) -> None:
    """Bring what the rows of assignments cache to what their logs say now.

    For a report in force that is read off the report; for other lines the whole log is folded.
    """
    if others:
        logs = read_entries(db, sorted(others))
        db.tell("log.new_cache", [cached(heads[number], logs[number]) for number in others])
    rows = [
        _reported(heads[number], entry)
        for number, entry in reported.items()
        if number not in others
    ]
    if rows:
        db.tell("log.new_report", rows)


def _reported(head: Head, report: Entry) -> dict[str, Any]:
    """What the row of an assignment caches of a report that nobody has reviewed yet."""
    status, effective_on, verification = _alike(
        report.status, report.effective_on, Verification.REPORTED
    )
    return {
        "assignment": head.id,
        "new_version": head.version,
        "new_hash": head.hash,
        "new_report": report.version,
        "new_status": status,
        "new_percent": report.percent,
        "new_effective_on": effective_on,
        "new_verification": verification,
    }


def _sent(
    db: Connection, batch: Mapping[str, Any], drafts: Sequence[tuple[int, Entry]]
) -> Recorded:
    """Send a batch and its lines to the server, and read what it made of them.

    It waits before for those who record on the same assignments, so that its time is later than theirs.
    """
    touched = list(dict.fromkeys(assignment for assignment, _ in drafts))
    lines = [
        {name: value for name, value in _fields(bare).items() if name not in _MADE_THERE}
        | {"assignment_id": assignment}
        for assignment, bare in drafts
    ]
    sent = [
        ("log.hold", {"ids": touched}),
        ("log.sent_batch", batch),
        *(("log.sent_line", line) for line in lines),
    ]
    _held, ((number, at),), *made, found = db.send(sent, "log.heads", ids=touched)
    heads = {head.id: head for head in map(_head, found)}
    written = [
        (heads[assignment]._replace(version=line.entry.version, hash=line.hash), line.entry)
        for assignment, line in (_line(row) for (row,) in made)
    ]
    return Recorded(number, at, written)


def cached(head: Head, log: Iterable[Hashed]) -> dict[str, Any]:
    """What the row of an assignment caches of its log, as parameters of the cache statement."""
    state = state_of(head, log)
    report = state.report
    return {
        "assignment": head.id,
        "new_version": head.version,
        "new_hash": head.hash,
        "new_report": report and report.version,
        "new_status": stored(state.status),
        "new_percent": report and report.percent,
        "new_effective_on": report and report.effective_on,
        "new_verification": stored(state.verification),
        "new_target": stored(state.target),
        "new_target_basis": stored(state.target_basis),
        "new_due_on": state.target and state.target.due,
    }


def state_of(head: Head, log: Iterable[Hashed]) -> State:
    """The state that the whole log of an assignment amounts to."""
    return fold(
        (hashed.entry for hashed in log),
        target=head.first_target,
        target_basis=head.first_target_basis,
    )


def read_heads(db: Connection, ids: Sequence[int]) -> list[Head]:
    """The heads of these assignments."""
    return [_head(row) for chunk in _chunks(ids) for row in db.ask("log.heads", ids=chunk)]


def read_heads_of(db: Connection, owner: str) -> list[Head]:
    """The heads of the assignments of an owner that stand."""
    return list(map(_head, db.ask("log.heads_of", owner=owner)))


def _head(row: Sequence[Any]) -> Head:
    return Head._make((*row[:6], _target(row[6]), _basis(row[7]), row[8]))


def read_entries(db: Connection, ids: Sequence[int]) -> defaultdict[int, list[Hashed]]:
    """The whole logs of these assignments, each in the order of its versions."""
    logs: defaultdict[int, list[Hashed]] = defaultdict(list)
    for chunk in _chunks(ids):
        for row in db.ask("log.lines", ids=chunk):
            assignment, line = _line(row)
            logs[assignment].append(line)
    return logs


def _line(row: Sequence[Any]) -> tuple[int, Hashed]:
    """The assignment of a row of the log, by id, and the line that it holds."""
    assignment, hash_, hash_format, version, batch, kind, effective_on, recorded_at, actor = row[:9]
    status, percent, note, problem, next_step, evidence, verification, target, basis = row[9:18]
    names, first_report = row[18:]
    entry = Entry(
        version=version,
        batch=batch,
        kind=EntryKind(kind),
        effective_on=effective_on,
        recorded_at=recorded_at,
        actor=actor,
        status=Status(status) if status else None,
        percent=percent,
        note=note,
        problem=problem,
        next_step=next_step,
        evidence=evidence,
        verification=Verification(verification) if verification else None,
        target=_target(target),
        target_basis=_basis(basis),
        names=names,
        first_report=first_report,
    )
    return assignment, Hashed(hash_, hash_format, entry)


# The same few stand in many rows.
@lru_cache
def _target(said: str | None) -> Target | None:
    return Target.read(said) if said else None


@lru_cache
def _basis(said: str | None) -> Basis | None:
    return Basis(said) if said else None


def stored(value: Any) -> Any:  # noqa: ANN401 - any value of an entry
    """A value as its column takes it: words and targets as text."""
    return str(value) if value is not None and isinstance(value, (Word, Target)) else value


def next_moment(db: Connection, now: datetime) -> datetime:
    """The time of the next batch: now, or just after the newest where the clock has gone back."""
    newest = newest_recorded_at(db)
    return max(now, newest + timedelta(microseconds=1)) if newest else now


def newest_recorded_at(db: Connection) -> datetime | None:
    """The time of the newest batch, which is later than all others."""
    return _newest(db, None)


def known(db: Connection, by: datetime | None) -> datetime:
    """The time of the newest record, or of the newest there was by a time.

    By both the same had been recorded; so a question asked early and late has one answer.
    """
    return _newest(db, by) or by or NOTHING_YET


def _newest(db: Connection, by: datetime | None) -> datetime | None:
    return next((row[0] for row in db.ask("log.newest", by=by)), None)


def last_hashes(db: Connection, known_on: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Each assignment that has a log, by the name its hashes use, with its last hash, or with the one
    that was its last at a time.
    """
    rows = db.each("log.last_hashes", known_on=known_on)
    return ((f"{row[0]} {row[1]} {row[2]}", row[3]) for row in rows if row[3])


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + _CHUNK] for i in range(0, len(ids), _CHUNK))
