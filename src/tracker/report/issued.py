"""The list of reports that were issued."""

from tracker.i18n import _
from tracker.report.model import Field, Table, tabulated
from tracker.store import issues
from tracker.store.ledger import Connection


def listed(db: Connection, document: str | None = None) -> Table:
    """The issued reports, or those limited to a document, in the order in which they went out."""
    return tabulated(
        "issues",
        _("Issued reports"),
        [row for row in issues.issued(db) if document in (None, row.document)],
        [
            Field("number", _("Report"), "number"),
            Field("period", _("Period"), "period"),
            Field("document", _("Document"), "document", optional=True),
            Field("as_of", _("As of"), "as_of"),
            Field("known_on", _("Known on"), "known_on"),
            Field("digest", None, "digest"),
            Field("issued_at", _("Issued at"), "issued_at", optional=True),
            Field("actor", _("Actor"), "actor"),
        ],
    )
