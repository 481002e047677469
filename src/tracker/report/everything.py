"""What `export` writes: measures, commitments, assignments and the log, in one report."""

from tracker.i18n import _
from tracker.report import details, listing
from tracker.report.model import Fact, Report
from tracker.store import log
from tracker.store.ledger import Connection


def everything(db: Connection) -> Report:
    """Measures, commitments, assignments and the log."""
    return Report(
        _("The whole ledger"),
        (Fact("known_on", _("Known on"), log.newest_recorded_at(db)),),
        (
            listing.measures(db),
            listing.commitments(db),
            listing.assignments(db),
            details.entries(db),
        ),
    )
