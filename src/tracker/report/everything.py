"""What `export` writes: measures, commitments, assignments and the log, in one report."""

from tracker.i18n import _
from tracker.report import details, listing
from tracker.report.model import Fact, Report
from tracker.store import log
from tracker.store.ledger import Connection
from tracker.store.rows import Filters
from tracker.store.states import States


def everything(db: Connection, of: States, filters: Filters = Filters()) -> Report:
    """Measures, commitments, assignments and the log."""
    return Report(
        _("The whole ledger"),
        (Fact("known_on", _("Known on"), log.newest_recorded_at(db)),),
        (
            listing.measures(db, of, filters),
            listing.commitments(db, of, filters),
            listing.assignments(db, of, filters),
            details.entries(db, filters=filters),
        ),
    )
