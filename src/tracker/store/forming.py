"""What a form holds when it goes out: an owner's assignments, how they stood, what is reported already."""

import hashlib
from datetime import date, timedelta

from tracker.domain.log import ALWAYS, in_both
from tracker.domain.period import Period
from tracker.domain.times import moment
from tracker.domain.words import Role, Status
from tracker.errors import NotFound
from tracker.forms import Form, Given, Head, Row, is_text
from tracker.i18n import _, either
from tracker.store import lookup, queries, states
from tracker.store.connection import Connection
from tracker.store.rows import AssignmentRow, Filters


def mark(db: Connection) -> str:
    """Which ledger this is: a digest of its first batch, which is as old as the ledger, cannot be
    changed, and is copied with it.
    """
    said = "".join(
        f"{command} {actor} {moment(at)}" for command, actor, at in db.ask("forming.first_batch")
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def with_assignments(db: Connection) -> list[str]:
    """The codes of the owners that have something to report on."""
    return [row[0] for row in db.ask("forming.with_assignments")]


def form(db: Connection, said: str, period: Period, today: date) -> Form:
    """The form of an owner for a period."""
    code = lookup.owner(db, said)
    filters = Filters(owners=(code,))
    before = {
        row.id: row
        for row in queries.assignment_rows(
            db, states.on(period.first - timedelta(days=1), ALWAYS), filters
        )
    }
    rows = queries.assignment_rows(db, states.on(min(period.last, today), ALWAYS), filters)
    if not rows:
        raise NotFound(_("{owner} has no assignment to report on").format(owner=code))
    titles = {code: either(zh, en) for code, zh, en in db.ask("forming.titles")}
    measures = {
        row.key: f"{row.label}{either(row.title, row.title_en)}"
        for row in queries.measure_rows(db, states.on(today, ALWAYS))
    }
    return Form(
        Head(code, str(period), mark(db)),
        either(rows[0].owner_name, rows[0].owner_name_en),
        period.first,
        period.last,
        tuple(
            _row(row, before[row.id], titles[row.document], measures[row.measure], period)
            for row in rows
        ),
    )


def _row(
    row: AssignmentRow, last: AssignmentRow, document: str, measure: str, period: Period
) -> Row:
    note = last.note and either(*in_both(last.note, last.first_report))
    return Row(
        key=row.key,
        role=Role(row.role),
        version=row.version,
        document=document,
        measure=measure,
        commitment=f"{row.key} {either(row.title, row.title_en)}",
        scope=either(row.scope, row.scope_en),
        target=row.target or "",
        last_status=Status(last.status) if last.report else None,
        last_note=f"{last.percent}% {note or ''}".strip()
        if last.percent is not None
        else note or "",
        given=_given(row, period),
    )


def _given(row: AssignmentRow, period: Period) -> Given | None:
    """The report that this period has already; none that a cell could not give back as it is."""
    if row.effective_on is None or row.effective_on < period.first:
        return None
    texts = (row.note, row.problem, row.next_step, row.evidence)
    if not all(is_text(text) for text in texts if text):
        return None
    return Given(Status(row.status), row.percent, *texts, effective_on=row.effective_on)
