"""The schema of a ledger: which revision it has, which one the program wants, and the way there."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from tracker import bundled

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"

# What a ledger of any revision has; a database without them is somebody else's.
_OURS = {"alembic_version", "assignments", "entries"}

# What each table of the log is protected from. A replacing INSERT is SQLite's, TRUNCATE PostgreSQL's.
_DEEDS = {
    "sqlite": ("insert", "update", "delete"),
    "postgresql": ("truncate", "update", "delete"),
}


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

    command.upgrade(_config(db), to)


def downgrade(db: Connection, to: str) -> None:
    """Take the schema back to an earlier revision, within the transaction of `db`."""
    from alembic import command  # noqa: PLC0415 - as above

    command.downgrade(_config(db), to)


def missing_triggers(db: Connection) -> set[str]:
    """The names of the triggers that ought to protect the log and do not stand in the database."""
    wanted = {
        f"{table}_{deed}" for table in ("entries", "batches") for deed in _DEEDS[db.dialect.name]
    }
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return wanted - set(db.execute(text(catalogue)).scalars())


def differences(db: Connection) -> list[object]:
    """What the database has otherwise than the tables say, as Alembic compares them."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - as above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    from tracker.store.models import metadata  # noqa: PLC0415

    return list(compare_metadata(MigrationContext.configure(db), metadata))


def _config(db: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(bundled.folder("migrations")).replace("%", "%%"))
    config.attributes["connection"] = db
    return config
