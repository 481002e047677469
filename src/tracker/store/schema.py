"""The schema of a ledger: which revision it has, which one the program wants, and the way there."""

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Connection, create_engine, inspect, pool, text

from tracker import bundled
from tracker.errors import DatabaseRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0003"

# What a ledger of any revision has; a database without them is somebody else's.
_OURS = {"alembic_version", "assignments", "entries"}


def revision(db: Connection) -> str | None:
    """The revision of the ledger; None for an empty database; `?` for one that is not ours."""
    names = set(inspect(db).get_table_names())
    if not names:
        return None
    if not names >= _OURS:
        return "?"
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar() or "?"


def upgrade(db: Connection, to: str = "head") -> None:
    """Bring the schema to a revision, within the transaction of `db`."""
    from alembic import command  # noqa: PLC0415 - costs a fifth of a second, and only migrations need it
    from alembic.util import CommandError  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    try:
        command.upgrade(_config(db), to)
    except CommandError as reason:
        raise DatabaseRefusal(
            _("the ledger has a schema that no tracker made: {reason}").format(reason=reason)
        ) from reason


def downgrade(db: Connection, to: str) -> None:
    """Take the schema back to an earlier revision, within the transaction of `db`."""
    from alembic import command  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    command.downgrade(_config(db), to)


def triggers(db: Connection) -> dict[str, str]:
    """The triggers that act in the database, by name, with all that they say."""
    catalogue = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        if db.dialect.name == "sqlite"
        else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    return {row[0]: row[1] for row in db.execute(text(catalogue))}


def wanted_triggers(db: Connection) -> dict[str, str]:
    """Those that the migrations make; of a server's the names alone are known without making them."""
    if db.dialect.name != "sqlite":
        deeds = ("truncate", "update", "delete")
        names = {f"{table}_{deed}" for table in ("entries", "batches", "issues") for deed in deeds}
        return {name: said for name, said in triggers(db).items() if name in names} | dict.fromkeys(
            names - triggers(db).keys(), ""
        )
    engine = create_engine("sqlite://", poolclass=pool.StaticPool)
    try:
        with engine.connect() as fresh:
            upgrade(fresh)
            return triggers(fresh)
    finally:
        engine.dispose()


def differences(db: Connection) -> list[object]:
    """What the database has otherwise than the tables say: as Alembic compares them, and CHECKs."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it
    from alembic.migration import MigrationContext  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    from tracker.store.models import metadata  # noqa: PLC0415 - only the comparison needs the tables

    found = list(compare_metadata(MigrationContext.configure(db), metadata))
    for table in metadata.sorted_tables:
        has = {check["name"] for check in inspect(db).get_check_constraints(table.name)}
        says = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        found += [(table.name, name) for name in sorted(has ^ says, key=str)]
    return found


def _config(db: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - Alembic costs a fifth of a second, and only care of the schema needs it

    config = Config()
    config.set_main_option("script_location", str(bundled.folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = db
    return config
