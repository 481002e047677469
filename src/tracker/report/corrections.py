"""What later entries changed about the dates that issued reports were about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from tracker.domain.log import Entry, fold
from tracker.i18n import _, either
from tracker.report.model import Field, Table, tabulated
from tracker.store import issues, past
from tracker.store.issues import Issue
from tracker.store.ledger import Connection
from tracker.store.past import Logged, Span
from tracker.store.rows import Filters, OwnerRow

_AXES = ("status", "percent", "verification", "target")


class Correction(NamedTuple):
    """That something was otherwise on the date of an issued report than the report has it."""

    issue: Issue
    key: str
    owner: str
    field: str
    was: Any
    now: Any
    recorded_at: datetime
    actor: str | None
    note: str | None


def corrections(
    db: Connection,
    as_of: date,
    known_on: datetime,
    filters: Filters,
    owners: Iterable[OwnerRow],
) -> Table:
    """What the last issued report could not know of, by the dates issued so far.

    Compared with are the reports that were issued by known-on, on dates up to as-of, each with what it
    covers: one on a document with that document alone.
    """
    sent = [
        issue
        for issue in issues.issued(db, known_on=known_on)
        if issue.as_of <= as_of and filters.document in (None, issue.document or filters.document)
    ]
    found: list[Correction] = []
    if sent:
        begun = min(issue.known_on for issue in sent)
        touched = past.touched(db, begun, known_on, filters)
        spans = past.spans(db, touched)
        for logged in past.logs(db, touched):
            covering = [each for each in sent if each.document in (None, _document(logged))]
            if covering:
                found += _of_one(logged, spans[logged.head.id], covering, known_on)
        found.sort(key=lambda one: (one.issue.as_of, one.issue.number))
    return _table(found, {each.code: either(each.name, each.name_en) for each in owners})


def _document(logged: Logged) -> str:
    return logged.head.commitment.rpartition("-")[0]


def _of_one(
    logged: Logged, spans: Sequence[Span], sent: Sequence[Issue], known_on: datetime
) -> Iterator[Correction]:
    """Of the newest report on each date, what it has otherwise, if that is new since the last report."""
    since = max(issue.known_on for issue in sent)
    entries = [entry for entry in logged.entries if entry.recorded_at <= known_on]
    for issue in {issue.as_of: issue for issue in sent}.values():
        stood, stands = _stood(spans, issue.known_on), _stood(spans, known_on)
        if stood and stands:
            yield from _fields(logged, entries, issue, since)
        elif stood != stands != _stood(spans, since):
            yield Correction(
                issue,
                logged.head.commitment,
                logged.head.owner,
                "assignment",
                None,
                "added" if stands else "retired",
                max(at for span in spans for at in span if at and at <= known_on),
                None,
                None,
            )


def _stood(spans: Sequence[Span], at: datetime) -> bool:
    return any(span.added <= at and (span.retired is None or span.retired > at) for span in spans)


def _fields(
    logged: Logged, entries: list[Entry], issue: Issue, since: datetime
) -> Iterator[Correction]:
    def seen(known_on: datetime) -> dict[str, Any]:
        return _seen(logged, [e for e in entries if e.recorded_at <= known_on], issue.as_of)

    was, last, now = seen(issue.known_on), seen(since), _seen(logged, entries, issue.as_of)
    for field in _AXES:
        if now[field] not in (was[field], last[field]):
            # The last one with which the field took the value that it has.
            cause = next(
                entry
                for entry in reversed(entries)
                if _seen(logged, entries[: entry.version - 1], issue.as_of)[field] != now[field]
            )
            yield Correction(
                issue,
                logged.head.commitment,
                logged.head.owner,
                field,
                was[field],
                now[field],
                cause.recorded_at,
                cause.actor,
                cause.note,
            )


def _seen(logged: Logged, entries: list[Entry], as_of: date) -> dict[str, Any]:
    """The axes as they were on a date by these entries, which are the first ones of the log."""
    state = fold(
        entries,
        target=logged.head.first_target,
        target_basis=logged.head.first_target_basis,
        as_of=as_of,
    )
    return {
        "status": state.status,
        "percent": state.report and state.report.percent,
        "verification": state.verification,
        "target": state.target and str(state.target),
    }


def _table(found: list[Correction], names: Mapping[str, str]) -> Table:
    fields = {
        "status": _("Status"),
        "percent": "%",
        "verification": _("Verification"),
        "target": _("Target"),
        "assignment": _("Assignment"),
    }
    words = {"added": _("added"), "retired": _("retired")}
    part = _("Corrections of what was reported before")
    return tabulated(
        "corrections",
        _("Recorded since the last issued report") if found else "",
        found,
        [
            Field("issue", _("Issued report"), "issue.number"),
            Field("period", _("Period"), "issue.period", optional=True),
            Field("as_of", _("As of"), "issue.as_of"),
            Field("key", _("Key"), "key"),
            Field("owner", None, "owner"),
            Field(None, _("Owner"), lambda one: names[one.owner]),
            Field("field", None, "field"),
            Field(None, _("What"), lambda one: fields[one.field]),
            Field("from", _("As issued"), "was"),
            Field("to", None, "now"),
            Field(None, _("As known now"), lambda one: words.get(one.now, one.now)),
            Field("recorded_at", _("Recorded"), "recorded_at"),
            Field("actor", _("Actor"), "actor", optional=True),
            Field("note", _("Note"), "note", flexible=True, optional=True),
        ],
    )._replace(part=part)
