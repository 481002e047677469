"""Bringing a ledger to what register files say: owners, registers, links, first reports, figures."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from tracker import register
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import Content
from tracker.register.links import Links
from tracker.store import first_reports, linking, observing, seeded
from tracker.store.connection import Connection
from tracker.store.loading import Loader
from tracker.store.log import Acting
from tracker.store.rows import Change
from tracker.store.seeded import Given


def bring(db: Connection, given: Sequence[Given], *, by: Acting, keep_own: bool) -> list[Change]:
    """Load files into the ledger, all or nothing; gives what was done.

    A register file that has not changed is not read. With `keep_own` a document whose register the
    user has brought to another text keeps it, and its links.
    """
    loader = Loader(db, by=by)
    contents = [
        (register.load(one.file, one.data), one)
        for one in given
        if not loader.knows(one.fingerprint)
    ]
    _refuse_doubles(content for content, _one in contents)
    loader.owners([owner for content, _one in contents for owner in content.owners])
    own = loader.own_codes() if keep_own else set()
    for content, one in contents:
        if content.register and content.register.code not in own:
            loader.register(content.register, one.fingerprint, bundled=one.bundled)
    loader.finish()
    linked: list[Change] = []
    for among in (content.links for content, _one in contents):
        if among and own.isdisjoint(among.documents):
            linked += linking.bring(db, among)
    reports = [report for content, _one in contents for report in content.reports]
    appended = first_reports.append(db, reports, by=by)
    figures = observing.load(db, [content.figures for content, _one in contents], by=by)
    # What was left out is not loaded: a seed would load it.
    if not own:
        seeded.remember(db, given)
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
