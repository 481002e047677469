"""Making a ledger: the schema, the registers that come with the program, files that users give."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from tracker import bundled, register
from tracker.errors import NotFound
from tracker.i18n import _
from tracker.store import first_reports, ledger, schema
from tracker.store.loading import Change, Loader
from tracker.store.log import Acting


def create(at: ledger.Place, *, by: Acting) -> list[Change]:
    """Create or upgrade the ledger and load what comes with the program, all in one transaction."""
    with ledger.upgrading(at) as db:
        if schema.revision(db) != schema.HEAD:
            schema.upgrade(db)
        return load(db, bundled_files(), by=by)


def bundled_files() -> list[Path]:
    """Owners, then registers, then first reports: each needs those before it."""
    seeds = bundled.folder("seeds")
    registers = sorted(set(seeds.glob("*.yaml")) - {seeds / "owners.yaml"})
    return [seeds / "owners.yaml", *registers, *sorted(seeds.glob("reports/*.yaml"))]


def load(db: Connection, files: Iterable[Path], *, by: Acting) -> list[Change]:
    """Load register files in the order given; a register file that has not changed is not read."""
    loader = Loader(db, by=by)
    for file in files:
        data = _bytes(file)
        fingerprint = hashlib.sha256(data).hexdigest()
        if loader.knows(fingerprint):
            continue
        content = register.load(file, data)
        if content.owners:
            loader.owners(str(file), content.owners)
        if content.register:
            loader.register(str(file), content.register, fingerprint)
        if content.reports:
            appended = first_reports.append(db, str(file), content.reports, by=by)
            loader.changes += [
                Change("reported", "report", r.key, f"{r.owner} {r.id}") for r in appended
            ]
    return loader.changes


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as reason:
        raise NotFound(_("no file {file}").format(file=file)) from reason
    except OSError as reason:
        raise NotFound(
            _("cannot read {file}: {reason}").format(file=file, reason=reason.strerror)
        ) from reason
