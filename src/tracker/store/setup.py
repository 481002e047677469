"""Making a ledger: the schema, the registers that come with the program, files that users give."""

import hashlib
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from tracker import bundled, register, userfile, yamlfile
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import Content
from tracker.register.links import Links
from tracker.store import first_reports, ledger, linking, observing, roles, schema
from tracker.store.connection import Connection
from tracker.store.loading import Loader
from tracker.store.log import Acting
from tracker.store.revisions import HEAD
from tracker.store.rows import Change


def create(at: ledger.Place, *, by: Acting) -> list[Change]:
    """Create or upgrade the ledger and load what comes with the program, all in one transaction."""
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

    A register file that has not changed is not read. With `keep_own` a document whose register the
    user has brought to another text keeps it, and its links.
    """
    roles.refuse_all_but_the_keeper(db)
    bundled_ones = {file.resolve() for file in bundled_files()}
    loader = Loader(db, by=by)
    contents = []
    for file in files:
        data = userfile.content(file, yamlfile.LIMIT_BYTES)
        fingerprint = hashlib.sha256(data).hexdigest()
        if not loader.knows(fingerprint):
            content = register.load(file, data)
            contents.append((content, fingerprint, file.resolve() in bundled_ones))
    _refuse_doubles(content for content, *_how in contents)
    loader.owners([owner for content, *_how in contents for owner in content.owners])
    for content, fingerprint, bundled_one in contents:
        own = content.register
        if own and not (keep_own and loader.is_own(own.code)):
            loader.register(own, fingerprint, bundled=bundled_one)
    loader.finish()
    linked: list[Change] = []
    for given in (content.links for content, *_how in contents):
        if given and not (keep_own and any(map(loader.is_own, given.documents))):
            linked += linking.bring(db, given)
    reports = [report for content, *_how in contents for report in content.reports]
    appended = first_reports.append(db, reports, by=by)
    figures = observing.load(db, [content.figures for content, *_how in contents], by=by)
    return [
        *loader.changes,
        *linked,
        *(Change("reported", "report", r.key, f"{r.owner} {r.id}") for r in appended),
        *figures,
    ]


def _refuse_doubles(contents: Iterable[Content]) -> None:
    """Two files of one load may not speak of the same document, first report or indicator."""
    seen: set[str] = set()
    problems = []
    for content in contents:
        codes = (
            [(content.register.code.casefold(), content.register.where)] if content.register else []
        )
        reports = [(report.id, report.where) for report in content.reports]
        indicators = [(one.key, one.where) for one in content.figures.indicators]
        for mark, where in [*codes, *reports, *_pairs(content.links), *indicators]:
            if mark in seen:
                problems.append(Problem(where, _("{mark} stands here twice").format(mark=mark)))
            seen.add(mark)
    if problems:
        raise BadFile(problems)


def _pairs(given: Links | None) -> list[tuple[str, str]]:
    """Of which two documents each a file says all the links."""
    if given is None:
        return []
    pairs = combinations(sorted(given.documents), 2)
    return [(f"{one}, {other} (links)", given.where) for one, other in pairs]
