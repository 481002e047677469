"""What `db info` and `db check` say of a ledger."""

import re
from collections.abc import Sequence

from tracker.domain.log import digest
from tracker.errors import Problem, UsageRefusal
from tracker.i18n import _
from tracker.report.model import Fact, Field, Report, Table, tabulated
from tracker.store import against as digests
from tracker.store import check as checking
from tracker.store import evidence as evidences
from tracker.store import facts, log
from tracker.store.against import Then
from tracker.store.evidence import Folder
from tracker.store.ledger import Connection, Place
from tracker.store.revisions import HEAD
from tracker.store.roles import Right

_DIGEST = re.compile(r"[0-9a-f]{64}")


def info(db: Connection, place: Place, evidence: Folder | None) -> Report:
    """Where the ledger is, its database and schema, what it holds, its digest."""
    counts = facts.counts(db)
    return Report(
        _("Ledger"),
        (
            Fact("place", _("Place"), str(place)),
            Fact("database", _("Database"), facts.database(db)),
            Fact("size", _("Size in bytes"), facts.size(db, place)),
            Fact("evidence", _("Evidence files"), str(evidence.path) if evidence else None),
            Fact("schema", _("Schema"), HEAD),
            Fact("measures", _("Measures"), counts["measures"]),
            Fact("assignments", _("Assignments"), counts["assignments"]),
            Fact("batches", _("Batches"), counts["batches"]),
            Fact("entries", _("Entries"), counts["entries"]),
            Fact("rows", _("Rows of all tables"), sum(counts.values())),
            Fact("known_on", _("Known on"), log.newest_recorded_at(db)),
            Fact("digest", _("Ledger digest"), digest(log.last_hashes(db))),
        ),
        (),
    )


def rights(found: Sequence[Right]) -> Table:
    """What the roles of the server may do."""
    return tabulated(
        "roles",
        _("Roles"),
        found,
        [
            Field("role", _("Role of the server"), "role"),
            Field("owner", _("Owner"), "owner"),
            Field("rights", _("Rights"), "rights"),
        ],
    )


def check(db: Connection, evidence: Folder | None, against: str | None = None) -> Report:
    """Every finding in the ledger and in its folder of evidence, or the word that there is none.

    `against` is a digest of this ledger, of now or of some time before.
    """
    wanted = _digest(against) if against else None
    found, readable = checking.check(db)
    then = digests.found(db, wanted) if wanted and readable else None
    if readable:
        found += evidences.problems(db, evidence)
    if wanted and not then:
        found.append(_never(wanted, readable=readable))
    return Report(
        _("Check of the ledger"),
        (Fact("faults", _("Findings"), len(found)), *(_had(then) if then else ())),
        (
            tabulated(
                "problems",
                _("Findings"),
                found,
                [
                    Field("where", _("Where"), "where", flexible=True),
                    Field("message", _("What"), "message", flexible=True),
                ],
            ),
        )
        if found
        else (),
        () if found else (_("The ledger is whole."),),
    )


def _digest(said: str) -> str:
    digest = said.strip().lower()
    if not _DIGEST.fullmatch(digest):
        raise UsageRefusal(
            _("{said} is no ledger digest: 64 digits from 0 to f, as db info prints them").format(
                said=said
            )
        )
    return digest


def _had(then: Then) -> tuple[Fact, Fact]:
    return (
        Fact("batch", _("Newest batch when it had the digest"), then.batch),
        Fact("known_on", _("Known on"), then.recorded_at),
    )


def _never(digest: str, *, readable: bool) -> Problem:
    said = (
        _(
            "the ledger never had {digest}: lines of the log were cut off or computed anew, or it is another ledger's"
        )
        if readable
        else _("whether the ledger had {digest} cannot be said before the rest is mended")
    )
    return Problem(_("digest"), said.format(digest=digest))


def faults(report: Report) -> int:
    """How many findings a check has."""
    return next(int(fact.value) for fact in report.facts if fact.name == "faults")
