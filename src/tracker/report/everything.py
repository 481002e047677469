"""What `export` writes: all that the ledger holds for its users, in one report."""

from collections.abc import Iterator

from tracker.domain.log import digest
from tracker.i18n import _
from tracker.report import contents, details, indicators, issued, listing
from tracker.report.model import Fact, Report
from tracker.store import log, queries
from tracker.store.contents import each_registered
from tracker.store.ledger import Connection
from tracker.store.rows import EntryRow, Filters
from tracker.store.states import States


def everything(db: Connection, of: States, filters: Filters = Filters()) -> Report:
    """The lists, the log with its evidence, the documents, and the indicators.

    Filters choose rows: what belongs to an owner, a document or both.
    """

    def lines() -> Iterator[EntryRow]:
        return queries.each_entry(db, filters=filters)

    # Of all of it nothing has to be chosen.
    some = filters != Filters()
    chosen = list(each_registered(db, filters)) if some else []
    batches = {line.batch for line in lines()} if some else None
    return Report(
        _("The whole ledger"),
        (
            Fact("as_of", _("As of"), of.as_of),
            Fact("known_on", _("Known on"), log.newest_recorded_at(db)),
            Fact("digest", _("Ledger digest"), digest(log.last_hashes(db))),
        ),
        (
            listing.measures(db, of, filters),
            listing.commitments(db, of, filters),
            listing.assignments(db, of, filters),
            details.entries(db, filters=filters),
            details.evidence(lines),
            contents.batches(db, batches),
            contents.stands(db, filters),
            contents.owners(db, filters),
            contents.documents(db, chosen, filters),
            contents.sections(db, chosen, filters),
            contents.sentences(db, chosen, filters),
            contents.left_wordings(db, chosen, filters),
            contents.registered(db, filters),
            contents.links(db, chosen, filters),
            *indicators.everything(db, of.as_of, filters),
            issued.listed(db, filters.document),
        ),
    )
