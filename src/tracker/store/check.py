"""Proving that a ledger is whole: the database, its triggers, the hash chains, cache against log."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import exists, or_, select, text

from tracker.domain.indicators import NATION, REGION
from tracker.domain.log import HASH_FORMAT, chained, digest
from tracker.errors import DatabaseRefusal, Problem
from tracker.i18n import _
from tracker.store import issues, log, registered, roles, schema, soundness
from tracker.store.connection import Connection
from tracker.store.lanes import beginning
from tracker.store.log import Hashed, Head
from tracker.store.models import assignments, batches, entries, observations, owners, stands
from tracker.store.models import issues as issues_table

_CHUNK = 500

# Findings that a refusal names.
_NAMED = 10

# What a batch of these commands always leaves behind it.
_LEAVES = {
    entries: ("update", "review", "retarget", "undo"),
    issues_table: ("report --issue",),
    observations: ("indicator record", "indicator import"),
}


class Checked(NamedTuple):
    """Every finding in a ledger, by table, row and field.

    Where columns are gone or hold what nobody can read, it is not `readable`: what the log says was
    not reckoned with.
    """

    problems: list[Problem]
    readable: bool


def check(db: Connection) -> Checked:
    """Prove all that can be proved of a ledger by itself."""
    schema.look_here_alone(db)
    found = [*_database(db), *_schema(db)]
    if schema.lacks_columns(db):
        return Checked(found, readable=False)
    found += [*_numbering(db), *_protection(db), *_views(db)]
    unsound = list(soundness.problems(db))
    if unsound:
        return Checked(found + unsound, readable=False)
    found += [
        *_assignments(db),
        *_order(db),
        *_gaps(db),
        *_owners(db),
        *_stands(db),
        *_batches(db),
        *_issues(db),
    ]
    return Checked(found + list(registered.problems(db)), readable=True)


def problems(db: Connection) -> list[Problem]:
    """Every finding; none where the ledger is whole."""
    return check(db).problems


def refuse_unsound(db: Connection, name: str) -> None:
    """Refuse a ledger that has findings; the first of them are named."""
    found = problems(db)
    if found:
        said = _("{file} is not whole: {count} findings").format(file=name, count=len(found))
        raise DatabaseRefusal("\n".join([said, *map(str, found[:_NAMED])]))


def _database(db: Connection) -> Iterator[Problem]:
    if db.on_server:
        return
    for (said,) in db.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield Problem(_("file"), str(said))
    for table, row, parent, _index in db.execute(text("PRAGMA foreign_key_check")):
        yield Problem(
            f"{table} {row}",
            _("points to a row of {parent} that is not there").format(parent=parent),
        )


def _schema(db: Connection) -> Iterator[Problem]:
    revisions = db.execute(text("SELECT count(*) FROM alembic_version")).scalar()
    if revisions != 1:
        yield Problem("alembic_version", _("holds {count} rows, not one").format(count=revisions))
    for name in schema.changed_tables(db):
        yield Problem(name, _("is not there, or not as the program makes it"))


def _numbering(db: Connection) -> Iterator[Problem]:
    for table, number in schema.sequences_behind(db):
        yield Problem(
            table, _("the number of the next row, {number}, is taken").format(number=number)
        )


def _protection(db: Connection) -> Iterator[Problem]:
    found, wanted = schema.triggers(db), schema.wanted_triggers(db)
    for name in sorted(found.keys() - wanted.keys()):
        yield Problem(name, _("a trigger that no tracker made"))
    for name, said in sorted(wanted.items()):
        if name not in found:
            yield Problem(name, _("the trigger that keeps the log append-only is not there"))
        elif found[name] != said:
            yield Problem(name, _("the trigger that keeps the log append-only was changed"))
    if db.on_server:
        from tracker.store import protection  # noqa: PLC0415 - only the check of a server needs its migration

        yield from protection.problems(db)


def _views(db: Connection) -> Iterator[Problem]:
    for name in schema.changed_views(db):
        yield Problem(name, _("the view for other programs is not there, or was changed"))


def _assignments(db: Connection) -> Iterator[Problem]:
    ids = list(db.execute(select(assignments.c.id).order_by(assignments.c.id)).scalars())
    standing = set(
        db.execute(select(stands.c.assignment_id).where(stands.c.retired_at.is_(None))).scalars()
    )
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        logs = log.read_entries(db, chunk)
        rows = {
            row.id: row
            for row in db.execute(select(assignments).where(assignments.c.id.in_(chunk)))
        }
        for head in log.read_heads(db, chunk):
            yield from _chain(head, logs[head.id])
            cached = log.cached(head, logs[head.id])
            row = rows[head.id]._mapping  # noqa: SLF001 - named with an underscore against clashes with columns, but documented
            for parameter, value in cached.items():
                field = parameter.removeprefix("new_")
                if parameter != field and row[field] != value:
                    yield Problem(
                        f"{head.name}: {field}",
                        _("the row says {row}, the log {log}").format(row=row[field], log=value),
                    )
            if row["standing"] != (head.id in standing):
                yield Problem(
                    f"{head.name}: standing",
                    _("the row says {row}, the stands {log}").format(
                        row=row["standing"], log=head.id in standing
                    ),
                )


def _order(db: Connection) -> Iterator[Problem]:
    """Lines of a lane are numbered as they are written: batch after batch, version after version."""
    lane, batch, newest = 1, 0, dict[int, int]()
    columns = (entries.c.id, entries.c.batch, entries.c.assignment_id, entries.c.version)
    for row in db.execute(select(*columns).order_by(entries.c.id)):
        if beginning(row.id) != lane:
            lane, batch, newest = beginning(row.id), 0, {}
        if row.batch < batch or row.version <= newest.get(row.assignment_id, 0):
            yield Problem(f"entries {row.id}: id", _("stands behind a line that was written later"))
        batch = max(batch, row.batch)
        newest[row.assignment_id] = max(row.version, newest.get(row.assignment_id, 0))


def _gaps(db: Connection) -> Iterator[Problem]:
    """What is never deleted is numbered without a gap in each lane; who is shown a part sees gaps."""
    if not roles.sees_all(db):
        return
    for table in (batches, entries, issues_table, observations):
        expected = 1
        for number in db.execute(select(table.c.id).order_by(table.c.id)).scalars():
            expected = max(expected, beginning(number))
            if number > expected:
                yield Problem(
                    f"{table.name} {number}: id",
                    _("expected number {number}: a row is missing").format(number=expected),
                )
            expected = number + 1


def _owners(db: Connection) -> Iterator[Problem]:
    above = {row.code: row.parent for row in db.execute(select(owners.c.code, owners.c.parent))}
    for code in sorted(above):
        seen, parent = {code}, above[code]
        while parent is not None and parent not in seen:
            seen.add(parent)
            parent = above.get(parent)
        if parent == code:
            yield Problem(f"owners {code}: parent", _("is a unit of itself"))
    figures = select(observations.c.id, observations.c.owner).order_by(observations.c.id)
    for number, owner in db.execute(figures):
        if owner not in above and owner not in (REGION, NATION):
            yield Problem(
                f"observations {number}: owner",
                _("points to a row of {parent} that is not there").format(parent="owners"),
            )


def _chain(head: Head, chain: list[Hashed]) -> Iterator[Problem]:
    previous = ""
    for place, hashed in enumerate(chain, 1):
        where = f"{head.name}: version {hashed.entry.version}"
        if hashed.entry.version != place:
            yield Problem(
                where, _("expected version {version}: a line is missing").format(version=place)
            )
        if hashed.hash_format != HASH_FORMAT:
            yield Problem(
                where, _("unknown hash format {format}").format(format=hashed.hash_format)
            )
        elif chained(head.name, hashed.entry, previous) != hashed.hash:
            yield Problem(where, _("its content is not what was hashed"))
        previous = hashed.hash
    for before, after in pairwise(hashed.entry for hashed in chain):
        if after.recorded_at <= before.recorded_at and after.batch != before.batch:
            yield Problem(
                f"{head.name}: version {after.version}", _("is not later than the batch before")
            )
    if (len(chain), previous) != (head.version, head.hash):
        yield Problem(
            f"{head.name}: version",
            _("the log ends with {found}, the row expects {expected}").format(
                found=len(chain), expected=head.version
            ),
        )


def _stands(db: Connection) -> Iterator[Problem]:
    never = select(assignments.c.id).where(assignments.c.id.not_in(select(stands.c.assignment_id)))
    for (assignment,) in db.execute(never.order_by(assignments.c.id)):
        yield Problem(f"assignments {assignment}", _("there is no time at which it stood"))
    rows = db.execute(select(stands).order_by(stands.c.assignment_id, stands.c.added_at))
    for before, row in pairwise(rows):
        if before.assignment_id == row.assignment_id and (
            before.retired_at is None or before.retired_at > row.added_at
        ):
            yield Problem(
                f"stands {row.assignment_id}: added_at", _("it had not been retired by then")
            )


def _batches(db: Connection) -> Iterator[Problem]:
    rows = db.execute(select(batches.c.id, batches.c.recorded_at).order_by(batches.c.id))
    for (before, earlier), (number, at) in pairwise(rows):
        if beginning(before) == beginning(number) and at <= earlier:
            yield Problem(f"batches {number}: recorded_at", _("is not later than the batch before"))
    times = select(batches.c.recorded_at)
    for column in (stands.c.added_at, stands.c.retired_at):
        odd = select(stands.c.assignment_id).where(column.is_not(None), column.not_in(times))
        for (assignment,) in db.execute(odd):
            yield Problem(f"stands {assignment}: {column.name}", _("is the time of no batch"))
    forged = (
        select(entries.c.id, entries.c.batch)
        .join(batches, batches.c.id == entries.c.batch)
        .where(
            or_(
                batches.c.actor != entries.c.actor,
                batches.c.recorded_at != entries.c.recorded_at,
            )
        )
    )
    for entry, batch in db.execute(forged):
        yield Problem(
            f"batches {batch}: actor, recorded_at",
            _("its line {entry} says otherwise").format(entry=entry),
        )

    for table, commands in _LEAVES.items():
        # To undo a breakdown table is to give parts back, at the time of the batch.
        empty = select(batches.c.id, batches.c.command).where(
            batches.c.command.in_(commands),
            batches.c.id.not_in(select(table.c.batch)),
            ~exists().where(batches.c.recorded_at.in_((stands.c.added_at, stands.c.retired_at))),
        )
        for batch, command in db.execute(empty.order_by(batches.c.id)):
            yield Problem(
                f"batches {batch}: command",
                _("{command} wrote {table}, and nothing of it is there").format(
                    command=command, table=table.name
                ),
            )


def _issues(db: Connection) -> Iterator[Problem]:
    for issue in issues.issued(db):
        if digest(log.last_hashes(db, issue.known_on)) != issue.digest:
            yield Problem(
                f"issues {issue.number}: digest",
                _("the log of that time is not the one that was reported on"),
            )
    for number in issues.changed(db):
        yield Problem(
            f"issues {number}: model", _("is not the report that was kept when it was issued")
        )
