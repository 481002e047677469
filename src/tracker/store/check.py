"""Proving that a ledger is whole: the database, its triggers, the hash chains, cache against log."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, or_, select, text

from tracker.domain.log import HASH_FORMAT, chained
from tracker.errors import Problem
from tracker.i18n import _
from tracker.store import issues, log, schema
from tracker.store.log import Hashed, Head
from tracker.store.models import assignments, batches, entries, measures, stands

_CHUNK = 500


def counts(db: Connection) -> dict[str, int]:
    """How many measures, assignments, batches and entries there are."""
    tables = {
        "measures": measures,
        "assignments": assignments,
        "batches": batches,
        "entries": entries,
    }
    return {
        name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
    }


def problems(db: Connection) -> list[Problem]:
    """Every finding, by row and field; none where the ledger is whole."""
    return [
        *_database(db),
        *_protection(db),
        *_views(db),
        *_assignments(db),
        *_batches(db),
        *_issues(db),
    ]


def _database(db: Connection) -> Iterator[Problem]:
    if db.dialect.name != "sqlite":
        return
    for (said,) in db.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield Problem(_("file"), str(said))
    for table, row, parent, _index in db.execute(text("PRAGMA foreign_key_check")):
        yield Problem(
            f"{table} {row}",
            _("points to a row of {parent} that is not there").format(parent=parent),
        )


def _protection(db: Connection) -> Iterator[Problem]:
    found = schema.triggers(db)
    for name, said in sorted(schema.wanted_triggers(db).items()):
        if name not in found:
            yield Problem(name, _("the trigger that keeps the log append-only is not there"))
        elif found[name] != said:
            yield Problem(name, _("the trigger that keeps the log append-only was changed"))
    for name in sorted(found.keys() - schema.wanted_triggers(db).keys()):
        yield Problem(name, _("a trigger that no tracker made"))
    if db.dialect.name != "sqlite":
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
    if (len(chain), previous) != (head.version, head.hash):
        yield Problem(
            f"{head.name}: version",
            _("the log ends with {found}, the row expects {expected}").format(
                found=len(chain), expected=head.version
            ),
        )


def _batches(db: Connection) -> Iterator[Problem]:
    before = None
    for number, at in db.execute(
        select(batches.c.id, batches.c.recorded_at).order_by(batches.c.id)
    ):
        if before is not None and at <= before:
            yield Problem(f"batches {number}: recorded_at", _("is not later than the batch before"))
        before = at
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


def _issues(db: Connection) -> Iterator[Problem]:
    for number in issues.changed(db):
        yield Problem(
            f"issues {number}: model", _("is not the report that was kept when it was issued")
        )
