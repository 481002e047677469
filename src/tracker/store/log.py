"""Writing to the log: entries appended in batches, numbered and chained, the cache kept in step."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from tracker.domain.log import ALWAYS, HASH_FORMAT, Entry, State, chained, fold
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Status, Verification, Word
from tracker.store.models import assignments, batches, commitments, entries, owners

# SQLite and PostgreSQL both take more values in one statement; fewer keep statements cacheable.
_CHUNK = 500

_HEADS = (
    select(
        assignments.c.id,
        commitments.c.key,
        owners.c.code,
        assignments.c.role,
        assignments.c.version,
        assignments.c.hash,
        assignments.c.first_target,
        assignments.c.first_target_basis,
    )
    .join(commitments, commitments.c.id == assignments.c.commitment_id)
    .join(owners, owners.c.id == assignments.c.owner_id)
    .where(assignments.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(assignments.c.id)
)

_LINES = select(
    entries.c.assignment_id,
    entries.c.hash,
    entries.c.hash_format,
    entries.c.version,
    entries.c.batch,
    entries.c.kind,
    entries.c.effective_on,
    entries.c.recorded_at,
    entries.c.actor,
    entries.c.status,
    entries.c.percent,
    entries.c.note,
    entries.c.problem,
    entries.c.next_step,
    entries.c.evidence,
    entries.c.verification,
    entries.c.target,
    entries.c.target_basis,
    entries.c.names,
    entries.c.first_report,
)
_ENTRIES = _LINES.where(entries.c.assignment_id.in_(bindparam("ids", expanding=True))).order_by(
    entries.c.assignment_id, entries.c.version
)
_OF_BATCH = _LINES.where(entries.c.batch == bindparam("number")).order_by(entries.c.id)

# What the server of a ledger says of a line, whatever its client said.
_MADE_THERE = {"version", "recorded_at", "actor"}

_CACHE = (
    update(assignments)
    .where(assignments.c.id == bindparam("assignment"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "version",
                "hash",
                "report",
                "status",
                "percent",
                "effective_on",
                "verification",
                "target",
                "target_basis",
                "due_on",
            )
        }
    )
)


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
    inserted = db.execute(
        insert(batches).values(command=command, actor=by.actor, recorded_at=recorded_at)
    )
    batch = int(inserted.inserted_primary_key[0])  # type: ignore[index] # one row was inserted
    if db.dialect.name == "postgresql":
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
        db.execute(insert(entries), rows)
        db.execute(_CACHE, [cached(head, logs[head.id]) for head in heads.values()])
    return Recorded(batch, recorded_at, written)


def _sent(db: Connection, batch: int, drafts: Iterable[tuple[int, Entry]]) -> Recorded:
    """Send the lines of a batch to the server, and read what it made of them."""
    rows = [
        {name: stored(value) for name, value in bare._asdict().items() if name not in _MADE_THERE}
        | {"assignment_id": assignment, "batch": batch}
        for assignment, bare in drafts
    ]
    if rows:
        db.execute(insert(entries), rows)
    made = db.execute(_OF_BATCH, {"number": batch}).all()
    touched = list(dict.fromkeys(row.assignment_id for row in made))
    heads = {head.id: head for head in read_heads(db, touched)}
    written = [
        (heads[row.assignment_id]._replace(version=row.version, hash=row.hash), entry_of(row))
        for row in made
    ]
    at = db.execute(select(batches.c.recorded_at).where(batches.c.id == batch)).scalar_one()
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
        Head(
            *row[:6],
            Target.read(row.first_target) if row.first_target else None,
            Basis(row.first_target_basis) if row.first_target_basis else None,
        )
        for chunk in _chunks(ids)
        for row in db.execute(_HEADS, {"ids": chunk})
    ]


def read_entries(db: Connection, ids: Sequence[int]) -> defaultdict[int, list[Hashed]]:
    """The whole logs of these assignments, each in the order of its versions."""
    logs: defaultdict[int, list[Hashed]] = defaultdict(list)
    for chunk in _chunks(ids):
        for row in db.execute(_ENTRIES, {"ids": chunk}):
            logs[row.assignment_id].append(Hashed(row.hash, row.hash_format, entry_of(row)))
    return logs


def entry_of(row: Any) -> Entry:  # noqa: ANN401 - a row of the entries statement
    """The entry that a row of the log holds."""
    return Entry(
        version=row.version,
        batch=row.batch,
        kind=EntryKind(row.kind),
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        actor=row.actor,
        status=Status(row.status) if row.status else None,
        percent=row.percent,
        note=row.note,
        problem=row.problem,
        next_step=row.next_step,
        evidence=row.evidence,
        verification=Verification(row.verification) if row.verification else None,
        target=Target.read(row.target) if row.target else None,
        target_basis=Basis(row.target_basis) if row.target_basis else None,
        names=row.names,
        first_report=row.first_report,
    )


def stored(value: Any) -> Any:  # noqa: ANN401 - any value of an entry
    """A value as its column takes it: words and targets as text."""
    return str(value) if isinstance(value, (Word, Target)) else value


def next_moment(db: Connection, now: datetime) -> datetime:
    """The time of the next batch: now, or just after the newest where the clock has gone back."""
    newest = newest_recorded_at(db)
    return max(now, newest + timedelta(microseconds=1)) if newest else now


def newest_recorded_at(db: Connection) -> datetime | None:
    """The time of the newest batch, which is later than all others."""
    newest = select(batches.c.recorded_at).order_by(batches.c.id.desc()).limit(1)
    return db.execute(newest).scalar()


def known(db: Connection, by: datetime | None) -> datetime:
    """The time of the newest record, or of the newest there was by a time.

    By both the same had been recorded; so a question asked early and late has one answer.
    """
    newest = select(batches.c.recorded_at).order_by(batches.c.id.desc()).limit(1)
    if by is not None:
        newest = newest.where(batches.c.recorded_at <= by)
    return db.execute(newest).scalar() or by or NOTHING_YET


def last_hashes(db: Connection, known_on: datetime | None = None) -> list[tuple[str, str]]:
    """Each assignment that has a log, by the name its hashes use, with its last hash, or with the one
    that was its last at a time.
    """
    last: Any = assignments.c.hash
    if known_on is not None:
        last = (
            select(entries.c.hash)
            .where(entries.c.assignment_id == assignments.c.id, entries.c.recorded_at <= known_on)
            .order_by(entries.c.version.desc())
            .limit(1)
            .scalar_subquery()
        )
    statement = (
        select(commitments.c.key, owners.c.code, assignments.c.role, last)
        .join(commitments, commitments.c.id == assignments.c.commitment_id)
        .join(owners, owners.c.id == assignments.c.owner_id)
        .where(assignments.c.version > 0)
    )
    rows = db.execute(statement)
    return [(f"{row[0]} {row[1]} {row[2]}", row[3]) for row in rows if row[3]]


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[i : i + _CHUNK] for i in range(0, len(ids), _CHUNK))
