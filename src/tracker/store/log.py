"""Writing to the log: entries appended in batches, numbered and chained, the cache kept in step."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from tracker.domain.log import ALWAYS, HASH_FORMAT, Entry, State, chained, fold
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Status, Verification, Word
from tracker.store.connection import Connection

# SQLite and PostgreSQL both take more values in one statement; fewer keep statements cacheable.
_CHUNK = 500

# What the server of a ledger says of a line, whatever its client said.
_MADE_THERE = {"version", "recorded_at", "actor"}

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
    """What the next entry of an assignment needs to know of it."""

    id: int
    commitment: str
    owner: str
    role: str
    version: int
    hash: str
    first_target: Target | None
    first_target_basis: Basis | None

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


def draft(kind: EntryKind, **fields: Any) -> Entry:  # noqa: ANN401 - the fields of Entry
    """An entry before it has a version, a batch, a time and an actor; `append` gives it those."""
    return Entry(version=0, batch=0, kind=kind, recorded_at=ALWAYS, actor="", **fields)


def append(
    db: Connection,
    drafts: Sequence[tuple[int, Entry]],
    *,
    command: str,
    by: Acting,
) -> Recorded:
    """Write drafts, each on one assignment (by id), as one batch; cache and log move together.

    In a file the lines are numbered, timed and chained here; a server does it by itself.
    """
    recorded_at = next_moment(db, by.now)
    batch = db.add(
        "log.new_batch", {"command": command, "actor": by.actor, "recorded_at": recorded_at}
    )
    if db.on_server:
        return _sent(db, batch, drafts)
    touched = list(dict.fromkeys(assignment for assignment, _ in drafts))
    heads = {head.id: head for head in read_heads(db, touched)}
    logs = read_entries(db, touched)
    written: list[tuple[Head, Entry]] = []
    rows: list[dict[str, Any]] = []
    for assignment, bare in drafts:
        head = heads[assignment]
        entry = bare._replace(
            version=head.version + 1, batch=batch, recorded_at=recorded_at, actor=by.actor
        )
        chain = chained(head.name, entry, head.hash)
        heads[assignment] = head = head._replace(version=entry.version, hash=chain)
        logs[assignment].append(Hashed(chain, HASH_FORMAT, entry))
        rows.append(
            {
                **{name: stored(value) for name, value in entry._asdict().items()},
                "assignment_id": assignment,
                "hash_format": HASH_FORMAT,
                "hash": chain,
            }
        )
        written.append((head, entry))
    if rows:
        db.tell("log.new_lines", rows)
        db.tell("log.new_cache", [cached(head, logs[head.id]) for head in heads.values()])
    return Recorded(batch, recorded_at, written)


def _sent(db: Connection, batch: int, drafts: Iterable[tuple[int, Entry]]) -> Recorded:
    """Send the lines of a batch to the server, and read what it made of them."""
    rows = [
        {name: stored(value) for name, value in bare._asdict().items() if name not in _MADE_THERE}
        | {"assignment_id": assignment, "batch": batch}
        for assignment, bare in drafts
    ]
    if rows:
        db.tell("log.sent_lines", rows)
    made = [_line(row) for row in db.ask("log.lines_of", batch=batch)]
    touched = list(dict.fromkeys(assignment for assignment, _ in made))
    heads = {head.id: head for head in read_heads(db, touched)}
    written = [
        (heads[assignment]._replace(version=line.entry.version, hash=line.hash), line.entry)
        for assignment, line in made
    ]
    ((at,),) = db.ask("log.batch_time", batch=batch)
    return Recorded(batch, at, written)


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
    return [
        Head._make((*row[:6], row[6] and Target.read(row[6]), Basis(row[7]) if row[7] else None))
        for chunk in _chunks(ids)
        for row in db.ask("log.heads", ids=chunk)
    ]


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
        target=Target.read(target) if target else None,
        target_basis=Basis(basis) if basis else None,
        names=names,
        first_report=first_report,
    )
    return assignment, Hashed(hash_, hash_format, entry)


def stored(value: Any) -> Any:  # noqa: ANN401 - any value of an entry
    """A value as its column takes it: words and targets as text."""
    return str(value) if isinstance(value, (Word, Target)) else value


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


def last_hashes(db: Connection, known_on: datetime | None = None) -> list[tuple[str, str]]:
    """Each assignment that has a log, by the name its hashes use, with its last hash, or with the one
    that was its last at a time.
    """
    rows = db.ask("log.last_hashes", known_on=known_on)
    return [(f"{row[0]} {row[1]} {row[2]}", row[3]) for row in rows if row[3]]


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + _CHUNK] for i in range(0, len(ids), _CHUNK))
