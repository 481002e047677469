"""What a ledger holds beside its lists, as tables: documents, sentences, links, what was retired.

`chosen` are the commitments that were asked for, none where all are. Of an owner only what these belong to is told;
else everything of the document, what holds no commitment, too.
"""

from collections.abc import Iterable

from tracker.domain.words import Basis, Kind, LinkKind, Role
from tracker.i18n import _, either
from tracker.report.model import Field, Table, flowing, tabulated
from tracker.store import contents, lineage, lookup, queries, wordings
from tracker.store.contents import RegisteredRow
from tracker.store.ledger import Connection
from tracker.store.rows import Filters


def documents(db: Connection, chosen: Iterable[RegisteredRow], filters: Filters) -> Table:
    """The documents, and the user's copies of them."""
    codes = {row.document for row in chosen}
    return tabulated(
        "documents",
        _("Documents"),
        [row for row in contents.document_rows(db) if _told(filters, row.code, row.code in codes)],
        [
            Field("code", _("Key"), "code"),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            Field(None, _("Title"), lambda d: either(d.title, d.title_en), flexible=True),
            Field("number", _("Number"), "number", flexible=True),
            Field("issuer", _("Issuer"), "issuer", flexible=True),
            Field("issued_on", _("Issued"), "issued_on"),
            Field("horizon", _("Horizon"), "horizon"),
            Field("source", _("Copy"), "source", flexible=True),
            Field("source_digest", None, "source_digest"),
        ],
    )


def sections(db: Connection, chosen: Iterable[RegisteredRow], filters: Filters) -> Table:
    """The sections of the documents."""
    places = {(row.document, row.section) for row in chosen}
    return tabulated(
        "sections",
        _("Sections"),
        [
            row
            for row in queries.section_rows(db)
            if _told(filters, row.document, (row.document, row.number) in places)
        ],
        [
            Field("document", _("Document"), "document"),
            Field("number", None, "number"),
            Field("label", _("Sec."), "label"),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            Field(None, _("Title"), lambda s: either(s.title, s.title_en), flexible=True),
        ],
    )


def sentences(db: Connection, chosen: Iterable[RegisteredRow], filters: Filters) -> Table:
    """Every sentence of the measures: its wording, the commitment that it is, or why it is none."""
    keys = {row.measure for row in chosen}
    return flowing(
        "sentences",
        _("Sentences"),
        lambda: (
            row
            for row in wordings.each_sentence(db, filters.document)
            if _told(filters, row.document, row.measure in keys)
        ),
        [
            Field("document", None, "document"),
            Field("measure", _("Measure"), "measure"),
            Field("sentence", _("Sentence"), "number"),
            Field("commitment", _("Commitment"), "commitment", optional=True),
            Field("fingerprint", None, "fingerprint"),
            Field("untracked", None, "untracked"),
            Field("untracked_en", None, "untracked_en"),
            Field(
                None,
                _("Not trackable"),
                lambda s: either(s.untracked, s.untracked_en),
                flexible=True,
            ),
            Field("text", _("Wording"), "wording", flexible=True),
            Field("start", None, "starts_at"),
            Field("end", None, "ends_at"),
        ],
    )


def left_wordings(db: Connection, chosen: Iterable[RegisteredRow], filters: Filters) -> Table:
    """Wordings of the documents that no sentence has any more; of an owner, those of his commitments."""
    own = {(row.document, row.fingerprint) for row in chosen}
    rows = [
        row
        for row in contents.left_wordings(db)
        if _told(filters, row.document, (row.document, row.fingerprint) in own)
    ]
    return tabulated(
        "left_wordings",
        _("Wordings of before") if rows else "",
        rows,
        [
            Field("document", _("Document"), "document"),
            Field("fingerprint", None, "fingerprint"),
            Field("text", _("Wording"), "text", flexible=True),
        ],
    )


def registered(db: Connection, filters: Filters) -> Table:
    """Every commitment as the register has it, in force or not."""
    return flowing(
        "registered",
        _("Registered commitments"),
        lambda: contents.each_registered(db, filters),
        [
            Field("key", _("Key"), "key"),
            Field("document", None, "document"),
            Field("section", None, "section"),
            Field("measure", None, "measure"),
            Field("measure_label", None, "measure_label"),
            Field("measure_title", None, "measure_title"),
            Field("measure_title_en", None, "measure_title_en"),
            Field("sentence", _("Sentence"), "sentence"),
            Field("fingerprint", None, "fingerprint"),
            Field("title", None, "title"),
            Field("title_en", None, "title_en"),
            Field(None, _("Commitment"), lambda c: either(c.title, c.title_en), flexible=True),
            Field("kind", _("Kind"), lambda c: Kind(c.kind)),
            Field("weight", _("Weight"), "weight"),
            Field("target", _("Target"), "target"),
            Field(
                "target_basis",
                _("Target basis"),
                lambda c: c.target_basis and Basis(c.target_basis),
            ),
            Field("note", None, "note"),
            Field("note_en", None, "note_en"),
            Field(None, _("Reading note"), lambda c: either(c.note, c.note_en), flexible=True),
        ],
    )


def owners(db: Connection, filters: Filters) -> Table:
    """The owners, each with the one above."""
    return tabulated(
        "owners",
        _("Owners"),
        [row for row in lookup.all_owners(db) if row.code in (filters.owners or (row.code,))],
        [
            Field("code", _("Owner"), "code"),
            Field("name", None, "name"),
            Field("name_en", None, "name_en"),
            Field(None, _("Name"), lambda o: either(o.name, o.name_en)),
            Field("parent", _("Below"), "parent", optional=True),
        ],
    )


def stands(db: Connection, filters: Filters) -> Table:
    """When each assignment was added and retired, and the target that it began with."""
    return flowing(
        "stands",
        _("Assignments added and retired"),
        lambda: contents.each_stand(db, filters),
        [
            Field("key", _("Key"), "key"),
            Field("owner", _("Owner"), "owner"),
            Field("role", _("Role"), lambda s: Role(s.role)),
            Field("basis", _("Basis"), lambda s: Basis(s.basis)),
            Field("scope", None, "scope"),
            Field("scope_en", None, "scope_en"),
            Field(None, _("Scope"), lambda s: either(s.scope, s.scope_en), flexible=True),
            Field("first_target", _("First target"), "first_target"),
            Field(
                "first_target_basis",
                None,
                lambda s: s.first_target_basis and Basis(s.first_target_basis),
            ),
            Field("added_at", _("Added at"), "added_at"),
            Field("retired_at", _("Retired at"), "retired_at", optional=True),
        ],
    )


def batches(db: Connection, numbers: set[int] | None) -> Table:
    """What was recorded by one command each: all batches, or those with these numbers."""
    return tabulated(
        "batches",
        _("Batches"),
        [row for row in contents.batch_rows(db) if numbers is None or row.number in numbers],
        [
            Field("number", _("Batch"), "number"),
            Field("command", _("Command"), "command", flexible=True),
            Field("actor", _("Actor"), "actor"),
            Field("recorded_at", _("Recorded"), "recorded_at"),
        ],
    )


def links(db: Connection, chosen: Iterable[RegisteredRow], filters: Filters) -> Table:
    """Which later commitment takes up which earlier one."""
    keys = {row.key for row in chosen}
    return tabulated(
        "links",
        _("Links between commitments"),
        [
            row
            for row in lineage.link_rows(db)
            if filters == Filters() or {row.earlier, row.later} & keys
        ],
        [
            Field("later", _("Key"), "later"),
            Field("kind", _("Link"), lambda each: LinkKind(each.kind)),
            Field("earlier", _("Takes up"), "earlier"),
            Field("note", None, "note"),
            Field("note_en", None, "note_en"),
            Field(None, _("Note"), lambda each: either(each.note, each.note_en), flexible=True),
        ],
    )


def _told(filters: Filters, document: str, theirs: bool) -> bool:
    """Whether a row of a document is asked for; of an owner, where it is one of his."""
    return theirs if filters.owners else filters.document in (None, document)
