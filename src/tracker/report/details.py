"""One measure or one commitment in full, with what the log says of it; and the log itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime

from tracker.domain.evidence import Piece, pieces
from tracker.domain.rollup import Numbers
from tracker.domain.times import SHANGHAI
from tracker.domain.words import Basis, EntryKind, Kind, Role, Status, Verification
from tracker.i18n import _, either
from tracker.report import lineage, listing
from tracker.report.model import (
    Fact,
    Field,
    Report,
    Share,
    Table,
    flowing,
    flowing_in_parts,
    held,
    tabulated,
)
from tracker.store import lookup, queries, rollups, standing, wordings
from tracker.store.ledger import Connection
from tracker.store.rows import Change, CommitmentRow, EntryRow, Filters, MeasureRow, SentenceRow
from tracker.store.standing import Move
from tracker.store.states import States


def shown(
    db: Connection,
    of: States,
    said: str,
    *,
    until: date | None = None,
    known_on: datetime | None = None,
) -> Report:
    """A measure with its commitments, or a commitment with its owners and its log up to then."""
    key = lookup.key(db, said)
    filters = Filters.of(key)
    if lookup.is_measure(key):
        return _measure(db, of, queries.measure_rows(db, of, filters)[0], filters)
    row = queries.commitment_rows(db, of, filters)[0]
    lines = list(queries.each_entry(db, filters=filters, until=until, known_on=known_on))
    given = _given(standing.moves(db, key, known_on))
    told = (tabulated("log", _("Log"), lines, _log_fields()), given, held(evidence(lambda: lines)))
    return _commitment(db, of, row, filters, told)


def _axes(numbers: Numbers | None) -> list[Fact]:
    """The three axes; of what nobody has to do any more, or had to then, that it is not in force."""
    if numbers is None:
        data = (Fact(axis, None, None) for axis in ("status", "position", "verification"))
        return [*data, Fact(None, _("Status"), _("not in force"))]
    return [
        Fact("status", _("Status"), numbers.status),
        Fact("position", _("Position"), numbers.position),
        Fact("verification", _("Verification"), numbers.verification),
    ]


def _measure(db: Connection, of: States, row: MeasureRow, filters: Filters) -> Report:
    numbers = rollups.by_measure(db, of, filters).get(row.id)
    own = held(listing.commitments(db, of, filters))
    return Report(
        f"{row.key} {row.label} {either(row.title, row.title_en)}",
        (
            Fact("key", None, row.key),
            Fact("document", _("Document"), row.document),
            Fact("section", None, row.section),
            Fact("section_title", None, row.section_title),
            Fact("section_title_en", None, row.section_title_en),
            Fact("section_label", None, row.section_label),
            Fact(
                None,
                _("Section"),
                f"{row.section_label}、{either(row.section_title, row.section_title_en)}",
            ),
            Fact("number", None, row.number),
            Fact("label", None, row.label),
            Fact("title", _("Title"), row.title),
            Fact("title_en", _("English title"), row.title_en),
            *_axes(numbers),
            Fact("share_done", _("Share"), numbers and Share(numbers.done, numbers.denominator)),
        ),
        (own, _wording(db, row.key), *lineage.both_ways(db, [key for key, *_more in own.rows])),
    )


def _wording(db: Connection, measure: str) -> Table:
    """The official wording of a measure; not shown before a copy of the document is attached."""
    rows = [row for row in wordings.sentence_rows(db, measure=measure) if row.wording]
    return tabulated(
        "wording",
        _("Wording") if rows else "",
        rows,
        [
            Field("sentence", _("Sentence"), "number"),
            Field("commitment", _("Key"), "commitment", optional=True),
            Field("text", _("Wording"), "wording", flexible=True),
            Field("start", None, "starts_at"),
            Field("end", None, "ends_at"),
        ],
    )


def _commitment(
    db: Connection, of: States, row: CommitmentRow, filters: Filters, logged: tuple[Table, ...]
) -> Report:
    numbers = rollups.by_commitment(db, of, filters).get(row.id)
    hidden = {_("Key"), _("Commitment")}
    sentences = wordings.sentence_rows(db, measure=row.measure)
    said = next(
        (s for s in sentences if s.number == row.sentence and s.commitment == row.key), None
    )
    assignments = tabulated(
        "assignments",
        _("Owners"),
        queries.assignment_rows(db, of, filters),
        [
            field._replace(title=None) if field.title in hidden else field
            for field in listing.assignment_fields()
        ],
    )
    return Report(
        f"{row.key} {either(row.title, row.title_en)}",
        (
            Fact("key", None, row.key),
            Fact("measure", _("Measure"), row.measure),
            Fact("document", _("Document"), row.document),
            Fact("section", None, row.section),
            Fact("sentence", None, row.sentence),
            *(_said(said) if said else _unsaid(wordings.last_wording(db, row.key))),
            Fact("title", _("Title"), row.title),
            Fact("title_en", _("English title"), row.title_en),
            Fact("kind", _("Kind"), Kind(row.kind)),
            Fact("weight", _("Weight") if row.weight > 1 else None, row.weight),
            *_axes(numbers),
            Fact("note", None, row.note),
            Fact("note_en", None, row.note_en),
            Fact(None, _("Reading note") if row.note else None, either(row.note, row.note_en)),
        ),
        (assignments, *lineage.both_ways(db, [row.key]), *logged),
    )


def _given(moves: Sequence[Move]) -> Table:
    """Who gave units their parts by hand, and took them away."""
    return tabulated(
        "parts",
        _("Parts given by hand") if moves else "",
        moves,
        [
            Field("batch", _("Batch"), "batch"),
            Field("deed", None, lambda m: "added" if m.standing else "retired"),
            Field(None, _("Change"), lambda m: _("added") if m.standing else _("retired")),
            Field("owner", _("Owner"), "owner"),
            Field("role", _("Role"), lambda m: Role(m.role)),
            Field("recorded_at", None, "recorded_at"),
            Field(None, _("On"), lambda m: m.recorded_at.astimezone(SHANGHAI).date()),
            Field("actor", _("Actor"), "actor"),
        ],
    )


def evidence(lines: Callable[[], Iterable[EntryRow]]) -> Table:
    """The evidence of the reports that stand, piece by piece, with what each is."""
    withdrawn = {line.names for line in lines() if line.kind == EntryKind.WITHDRAWAL}

    def shown() -> Iterator[tuple[EntryRow, Piece]]:
        told = (line for line in lines() if line.evidence and line.entry not in withdrawn)
        return ((line, piece) for line in told for piece in pieces(line.evidence))

    first = next(shown(), None)
    several = first and any(line.key != first[0].key for line, _piece in shown())
    return flowing(
        "evidence",
        _("Evidence") if first else "",
        shown,
        [
            Field("entry", _("Line"), lambda e: e[0].entry, optional=True),
            Field("key", _("Key") if several else None, lambda e: e[0].key),
            Field("owner", _("Owner"), lambda e: e[0].owner),
            Field("effective_on", _("On"), lambda e: e[0].effective_on),
            Field("kind", _("Kind"), lambda e: e[1].kind),
            Field("said", _("What"), lambda e: e[1].said, flexible=True),
            Field("sha256", None, lambda e: e[1].sha256),
            Field("kept_as", _("Kept as"), lambda e: e[1].kept_as, flexible=True),
        ],
    )


def _unsaid(wording: str | None) -> list[Fact]:
    """What a commitment was that the text has no sentence for any more."""
    return [
        Fact(None, _("Stands in"), _("no longer in the text")),
        Fact("wording", _("Wording") if wording else None, wording),
        Fact("start", None, None),
        Fact("end", None, None),
    ]


def _said(row: SentenceRow) -> list[Fact]:
    """Where the sentence stands, its official wording, and its characters in the attached copy."""
    place = _("{section}、{label}{title}, sentence {number}").format(
        section=row.section_label,
        label=row.label,
        title=row.measure_title,
        number=row.number,
    )
    characters = "" if row.starts_at is None else f"{row.starts_at}–{row.ends_at}"
    return [
        Fact(None, _("Stands in"), place),
        Fact("wording", _("Wording") if row.wording else None, row.wording),
        Fact("start", None, row.starts_at),
        Fact("end", None, row.ends_at),
        Fact(None, _("Characters") if characters else None, characters),
    ]


def entries(
    db: Connection,
    *,
    filters: Filters = Filters(),
    since: date | None = None,
    actor: str | None = None,
    batch: int | None = None,
) -> Table:
    """The lines of the log, oldest first."""
    return flowing_in_parts(
        "log",
        _("Log"),
        lambda: queries.entry_parts(db, filters=filters, since=since, actor=actor, batch=batch),
        _log_fields(),
    )


def _log_fields() -> list[Field]:
    return [
        Field("entry", _("Line"), "entry", optional=True),
        Field("batch", _("Batch"), "batch"),
        Field("key", _("Key"), "key"),
        Field("owner", _("Owner"), "owner"),
        Field("version", _("Version"), "version", optional=True),
        Field("kind", _("Entry"), "kind", read=EntryKind),
        Field("status", _("Status"), "status", read=Status),
        Field("percent", "%", "percent", optional=True),
        *listing.note_fields(),
        Field("problem", _("Problem"), "problem", flexible=True, optional=True),
        Field("next_step", _("Next step"), "next_step", flexible=True, optional=True),
        *listing.evidence_fields(),
        Field(
            "verification",
            _("Verified"),
            "verification",
            read=Verification,
            optional=True,
        ),
        Field("target", _("Target"), "target", optional=True),
        Field("target_basis", None, "target_basis", read=Basis),
        Field("effective_on", _("On"), "effective_on"),
        Field("recorded_at", None, "recorded_at"),
        Field("actor", _("Actor"), "actor", optional=True),
        Field("names", _("Names"), "names", optional=True),
        Field("hash", None, "hash"),
        Field("role", None, "role", read=Role),
        Field("first_report", None, "first_report"),
    ]


def changes(recorded: list[Change]) -> Table:
    """What loading registers did, or would do."""
    names = {
        "added": _("added"),
        "changed": _("changed"),
        "retired": _("retired"),
        "removed": _("removed"),
        "reported": _("reported"),
    }
    return tabulated(
        "changes",
        _("Changes"),
        recorded,
        [
            Field("deed", None, "deed"),
            Field(None, _("Change"), lambda c: names[c.deed]),
            Field("what", _("What"), "what"),
            Field("key", _("Key"), "key"),
            Field("detail", _("Detail"), "detail", flexible=True),
        ],
    )
