"""What people do to the log: report on assignments, and take a batch of their own back."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tracker.domain.log import Entry
from tracker.domain.words import EntryKind, Status
from tracker.errors import NotFound, Refusal, UsageRefusal
from tracker.i18n import _, either
from tracker.store import log, lookup
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.standing import UNDO, parts_of, stand

# What alone goes with these.
_ONLY = {Status.DONE: 100, Status.NOT_STARTED: 0}


class Report(NamedTuple):
    """What an owner reports; `evidence` has one piece a line."""

    status: Status
    effective_on: date
    percent: int | None = None
    note: str | None = None
    problem: str | None = None
    next_step: str | None = None
    evidence: str | None = None


class Undone(NamedTuple):
    """The batch that was withdrawn, what that wrote, and how many parts of units moved back."""

    batch: int
    recorded: log.Recorded
    parts: int


def older(recorded: log.Recorded) -> int:
    """How many reports of a batch are older than the one that stands, and so change no state."""
    dates = ((entry.effective_on, head.effective_on) for head, entry in recorded.entries)
    return sum(stands is not None and own < stands for own, stands in dates)


def report(
    db: Connection,
    given: Report,
    *,
    keys: Sequence[str],
    owner: str,
    by: Acting,
    without_evidence: bool = False,
) -> log.Recorded:
    """Record one report on all assignments that the keys and the owner mean, as one batch."""
    refuse_contradiction(given, by.today, without_evidence=without_evidence)
    meant = lookup.meant(db, keys, lookup.owner(db, owner))
    entry = draft(given)
    return log.append(db, [(each.id, entry) for each in meant], command="update", by=by)


def draft(given: Report) -> Entry:
    """A report before it is a line of the log."""
    status, effective_on, *said = given
    return log.draft(EntryKind.REPORT, effective_on, status, *said)


def refuse_contradiction(given: Report, today: date, *, without_evidence: bool = False) -> None:
    """Refuse what contradicts itself, what is not yet, and a done that nothing shows."""
    for _field, refusal in faults(given, today, without_evidence=without_evidence):
        raise refusal


def faults(
    given: Report, today: date, *, without_evidence: bool = False
) -> Iterator[tuple[str, Refusal]]:
    """Why a report is refused: each reason with the field that it is about."""
    if given.percent is not None and not 0 <= given.percent <= 100:  # noqa: PLR2004 - per cent
        said = _("percent is a whole number from 0 to 100, not {said}").format(said=given.percent)
        yield "percent", UsageRefusal(said)
    only = _ONLY.get(given.status)
    if given.percent is not None and only is not None and given.percent != only:
        said = _(
            "{status} and {percent} percent contradict each other: say {only}, or leave it out"
        )
        status = either(given.status.zh, given.status.en)
        yield "percent", Refusal(said.format(status=status, percent=given.percent, only=only))
    if given.effective_on > today:
        said = _("{date} lies in the future: a report says what is already so (today is {today})")
        yield "effective_on", Refusal(said.format(date=given.effective_on, today=today))
    if given.status is Status.DONE and not given.evidence and not without_evidence:
        said = _(
            "done wants evidence: a URL, a file, or a document and place"
            " (update takes --evidence, or --without-evidence)"
        )
        yield "evidence", Refusal(said)


def undo(db: Connection, *, by: Acting, batch: int | None = None) -> Undone:
    """Withdraw the last batch of this actor that still stands, or the batch named.

    Of a breakdown table the parts go back too: what it gave is taken out, what it took is given back.

    What a seed recorded is nobody's last batch: it goes by its number alone. A withdrawal is not withdrawn: to have a report back, report again.
    """
    by = by._replace(now=log.next_moment(db, by.now))
    number = _last_standing(db, by.actor) if batch is None else _own(db, batch, by.actor)
    standing, parts = _standing_entries(db, number), parts_of(db, number)
    if not standing and not parts:
        _refuse_figures(db, number)
        raise Refusal(_("batch {batch} has nothing left to withdraw").format(batch=number))
    drafts = [
        (assignment, log.draft(EntryKind.WITHDRAWAL, effective_on=by.today, names=version))
        for assignment, version in standing
    ]
    for assignment, stands in parts:
        stand(db, assignment, by.now, standing=not stands)
    return Undone(number, log.append(db, drafts, command=UNDO, by=by), len(parts))


def _refuse_figures(db: Connection, number: int) -> None:
    if any(db.ask("record.figures", batch=number)):
        raise Refusal(
            _(
                "batch {batch} recorded figures, which are not withdrawn: record the right ones, or the same with --flag (an earlier batch: tracker undo --batch NUMBER)"
            ).format(batch=number)
        )


def _last_standing(db: Connection, actor: str) -> int:
    for (number,) in db.ask("record.batches_of", actor=actor, but=log.SEED):
        if _standing_entries(db, number) or parts_of(db, number):
            return int(number)
        # Whoever means the figures must not lose an older report.
        _refuse_figures(db, number)
    raise NotFound(
        _(
            "{actor} has recorded nothing that could be undone (tracker log shows the batches)"
        ).format(actor=actor)
    )


def _own(db: Connection, batch: int, actor: str) -> int:
    whose = next((row[0] for row in db.ask("record.actor_of", batch=batch)), None)
    if whose is None:
        raise NotFound(_("no batch {batch} (tracker log shows the batches)").format(batch=batch))
    if whose != actor:
        raise Refusal(
            _("batch {batch} is of {whose}; who answers for it can say so: --actor {whose}").format(
                batch=batch, whose=whose
            )
        )
    return batch


def _standing_entries(db: Connection, batch: int) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in db.ask("record.standing_entries", batch=batch)]
