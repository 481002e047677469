"""What `db info` and `db check` say of a ledger."""

from collections.abc import Sequence

from tracker.domain.log import digest
from tracker.i18n import _
from tracker.report.model import Fact, Field, Report, Table, tabulated
from tracker.store import check as checking
from tracker.store import evidence as evidences
from tracker.store import log, schema
from tracker.store.evidence import Folder
from tracker.store.ledger import Connection
from tracker.store.roles import Right


def info(db: Connection, place: str, evidence: Folder | None) -> Report:
    """Where the ledger is, its schema, what it holds, its digest."""
    counts = checking.counts(db)
    return Report(
        _("Ledger"),
        (
            Fact("place", _("Place"), place),
            Fact("evidence", _("Evidence files"), str(evidence.path) if evidence else None),
            Fact("schema", _("Schema"), schema.HEAD),
            Fact("measures", _("Measures"), counts["measures"]),
            Fact("assignments", _("Assignments"), counts["assignments"]),
            Fact("batches", _("Batches"), counts["batches"]),
            Fact("entries", _("Entries"), counts["entries"]),
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


def check(db: Connection, evidence: Folder | None) -> Report:
    """Every finding in the ledger and in its folder of evidence, or the word that there is none."""
    found = [*checking.problems(db), *evidences.problems(db, evidence)]
    return Report(
        _("Check of the ledger"),
        (Fact("faults", _("Findings"), len(found)),),
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


def faults(report: Report) -> int:
    """How many findings a check has."""
    return next(int(fact.value) for fact in report.facts if fact.name == "faults")
