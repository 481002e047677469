"""The schema of a ledger: which revision it has, which one the program wants, and the way there."""

import sqlite3
import warnings
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError, SAWarning

from tracker import bundled
from tracker.errors import DatabaseRefusal
from tracker.i18n import _
from tracker.store.connection import Connection
from tracker.store.revisions import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

# The number that the sequence of a table gave last; no row where it has none, or one may not look.
_LAST_NUMBER = text(
    "SELECT pg_sequence_last_value(s.oid) FROM pg_class s"
    " WHERE s.oid = pg_get_serial_sequence(:table, 'id')::regclass"
    " AND has_sequence_privilege(s.oid, 'SELECT')"
)

# Named in full: what is not could be anybody's.
_HERE_ALONE = text(
    "SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident(pg_catalog.current_schema()), true)"
)

# What a ledger of any revision has; a database without them is somebody else's.
_OURS = {"alembic_version", "assignments", "entries"}

# For programs that read the ledger without this one.
VIEWS = ("v_measures", "v_commitments", "v_assignments", "v_reports", "v_entries")


def revision(db: Connection) -> str | None:
    """The revision of the ledger; None for an empty database; `?` for one that is not ours."""
    names = set(inspect(db.core).get_table_names())
    if not names:
        return None
    if not names >= _OURS:
        return "?"
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar() or "?"


def upgrade(db: Connection, to: str = "head") -> None:
    """Bring the schema to a revision, within the transaction of `db`."""
    from alembic import command  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it
    from alembic.util import CommandError  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    try:
        command.upgrade(_config(db), to)
    except (CommandError, ProgrammingError, OperationalError) as reason:
        if _is_trouble(reason):
            raise
        why = str(getattr(reason, "orig", reason)).partition("\n")[0]
        raise DatabaseRefusal(
            _("the ledger has a schema that no tracker made: {reason}").format(reason=why)
        ) from reason


def _is_trouble(reason: Exception) -> bool:
    """Not what the schema says, but a full disk, a lock, a server that went away."""
    schema_only = ("already exists", "no such", "does not exist", "duplicate column")
    return isinstance(reason, DBAPIError) and not any(word in str(reason) for word in schema_only)


def downgrade(db: Connection, to: str) -> None:
    """Take the schema back to an earlier revision, within the transaction of `db`."""
    from alembic import command  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    command.downgrade(_config(db), to)


def triggers(db: Connection) -> dict[str, str]:
    """The triggers that act in the database, by name, with all that they say."""
    catalogue = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        if not db.on_server
        # Two tables may have triggers of one name.
        else "SELECT t.tgname, string_agg(pg_get_triggerdef(t.oid), '; ') FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = quote_ident(current_schema())::regnamespace"
        " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        " GROUP BY t.tgname"
    )
    return {row[0]: row[1] for row in db.execute(text(catalogue))}


def wanted_triggers(db: Connection) -> dict[str, str]:
    """Those that the migrations make."""
    if not db.on_server:
        return _as_migrated()[0]
    from tracker.store import protection  # noqa: PLC0415 - only the check of a server needs its migration

    return protection.triggers(db)


def changed_views(db: Connection) -> list[str]:
    """The views that are not there or not as the migrations make them; a server words them its own
    way, of its own only those not there.
    """
    found = views(db)
    if db.on_server:
        return [name for name in VIEWS if name not in found]
    return [name for name, said in _as_migrated()[1].items() if found.get(name) != said]


def views(db: Connection) -> dict[str, str]:
    """The views in the database, by name, with what they say."""
    catalogue = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
        if not db.on_server
        else "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema()"
    )
    return {row[0]: row[1] for row in db.execute(text(catalogue))}


def changed_tables(db: Connection) -> list[str]:
    """The tables and indexes that are not there or not as the migrations make them."""
    if db.on_server:
        return [_named(found) for found in _tables_differ(db)]
    wanted, found = _as_migrated()[2], _tables(db)
    changed = {name for name, said in wanted.items() if found.get(name) != said}
    # An index of somebody else can forbid what the log has to take.
    return sorted(changed | (_indexes(db) & found.keys() - wanted.keys()))


def is_torn(db: Connection) -> bool:
    """Whether a ledger of the current revision lacks a table or a column."""
    return revision(db) == HEAD and lacks_columns(db)


def lacks_columns(db: Connection) -> bool:
    """Whether a table or a column is not there, so that nothing can be asked of it."""
    from tracker.store.models import metadata  # noqa: PLC0415 - only the comparison needs the tables

    has = inspect(db.core)
    there = set(has.get_table_names())
    return any(
        table.name not in there
        or set(table.columns.keys()) - {column["name"] for column in has.get_columns(table.name)}
        for table in metadata.sorted_tables
    )


def look_here_alone(db: Connection) -> None:
    """Until the end of the transaction a server finds by name what is its own, then what lies in the
    ledger's schema: a search path can put something else in front of both.
    """
    if db.on_server:
        db.execute(_HERE_ALONE)


def sequences_behind(db: Connection) -> list[tuple[str, int]]:
    """The tables of a server whose next row would get the number of one that is there; only their
    owner can know.
    """
    from tracker.store.models import metadata  # noqa: PLC0415 - only the comparison needs the tables

    if not db.on_server:
        return []
    behind = []
    for table in metadata.sorted_tables:
        number = table.columns.get("id")
        last = number is not None and db.execute(_LAST_NUMBER, {"table": table.name}).first()
        if last:
            following = (last[0] or 0) + 1
            if following <= (db.execute(select(func.max(number))).scalar() or 0):
                behind.append((table.name, following))
    return behind


def _tables(db: Connection) -> dict[str, str]:
    catalogue = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql <> ''"
    return {row[0]: row[1] for row in db.execute(text(catalogue))}


def _indexes(db: Connection) -> set[str]:
    """The indexes of a file that lie on tables of ours."""
    from tracker.store.models import metadata  # noqa: PLC0415 - only the comparison needs the tables

    catalogue = text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'")
    return {name for name, table in db.execute(catalogue) if table in metadata.tables}


def _named(difference: object) -> str:
    """A difference as Alembic has it, in short: `remove_index ix_entries_batch`."""
    if isinstance(difference, list):
        return "; ".join(map(_named, difference))
    parts = difference if isinstance(difference, tuple) else (difference,)
    return " ".join(str(getattr(part, "name", part)) for part in parts if part is not None)


@cache
def _as_migrated() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The triggers, the views, and the tables with their indexes of a new SQLite ledger."""
    driver = sqlite3.connect(":memory:", isolation_level=None)
    with closing(Connection(file=driver, begin="BEGIN")) as fresh:
        upgrade(fresh)
        return triggers(fresh), views(fresh), _tables(fresh)


def differences(db: Connection) -> list[object]:
    """What the database has otherwise than the tables say: as Alembic compares them, CHECKs, views."""
    return [*_tables_differ(db), *changed_views(db)]


def _tables_differ(db: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it
    from alembic.migration import MigrationContext  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    from tracker.store.models import metadata  # noqa: PLC0415 - only the comparison needs the tables

    with warnings.catch_warnings():
        # Of a constraint that is not valid the reflection says an option that it does not know itself.
        warnings.simplefilter("ignore", SAWarning)
        found = list(compare_metadata(MigrationContext.configure(db.core), metadata))
    there = set(inspect(db.core).get_table_names())
    for table in (table for table in metadata.sorted_tables if table.name in there):
        has = {check["name"] for check in inspect(db.core).get_check_constraints(table.name)}
        says = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        found += [(table.name, name) for name in sorted(has ^ says, key=str)]
    return found


def _config(db: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    config = Config()
    config.set_main_option("script_location", str(bundled.folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = db.core
    return config
