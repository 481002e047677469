"""Making a ledger: the schema, the registers that come with the program, files that users give."""

from collections.abc import Iterable
from pathlib import Path

from tracker import bundled, userfile
from tracker.store import ledger, seeded
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.revisions import HEAD
from tracker.store.rows import Change
from tracker.store.seeded import Given


def create(at: ledger.Place, *, by: Acting) -> list[Change]:
    """Create or upgrade the ledger and load what comes with the program, all in one transaction."""
    from tracker.store import schema  # noqa: PLC0415 - the check of a seed asks for less, and needs no SQLAlchemy

    with ledger.upgrading(at, make=True) as db:
        if schema.revision(db) != HEAD:
            schema.upgrade(db)
        ledger.queue(db)
        return load(db, bundled_files(), by=by, keep_own=True)


def bundled_files() -> list[Path]:
    """Owners, registers and figures, links, then first reports: each needs those before it."""
    seeds = bundled.folder("seeds")
    owners, links = seeds / "owners.yaml", seeds / "links.yaml"
    registers = sorted(set(seeds.glob("*.yaml")) - {owners, links})
    return [owners, *registers, links, *sorted(seeds.glob("reports/*.yaml"))]


def load(
    db: Connection, files: Iterable[Path], *, by: Acting, keep_own: bool = False
) -> list[Change]:
    """Load register files: all owners, then registers, links, first reports, figures.

    Nothing is read where nothing has changed since the same files were loaded. With `keep_own` a
    document whose register the user has brought to another text keeps it, and its links.
    """
    if db.on_server:
        from tracker.store import roles  # noqa: PLC0415 - only a server has roles, and they need SQLAlchemy

        roles.refuse_all_but_the_keeper(db)
    ours = {file.resolve() for file in bundled_files()}
    given = [
        Given(file, userfile.content(file, userfile.LIMIT_BYTES), file.resolve() in ours)
        for file in files
    ]
    if seeded.holds(db, given):
        return []
    from tracker.store import seeding  # noqa: PLC0415 - most seeds end above, and need neither SQLAlchemy nor YAML

    return seeding.bring(db, given, by=by, keep_own=keep_own)
