"""Assignments as task programs know them: one task each, with an identity that never changes."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from tracker.domain.times import SHANGHAI
from tracker.domain.words import Basis, Role, Status, Verification
from tracker.errors import NotFound
from tracker.i18n import _, either
from tracker.report.listing import shown_note
from tracker.report.model import harmless, shown_cell
from tracker.store import queries, states
from tracker.store.ledger import Connection
from tracker.store.rows import AssignmentRow, Filters, MeasureRow


class Task(NamedTuple):
    """One assignment. Its texts act on no terminal.

    `about` says what the assignment is and where it stands, `reported` what was said of it last,
    each as pairs of a name and a text. `changed_at` is when the log last changed it, `ended_at` is
    there once it is done, dropped or `retired`.
    """

    uid: UUID
    summary: str
    document: str
    section: int
    section_title: str
    owner: str
    owner_name: str
    role: Role
    status: Status
    retired: bool
    percent: int | None
    verification: Verification
    due_on: date | None
    ended_at: datetime | None
    about: tuple[tuple[str, str], ...]
    reported: tuple[tuple[str, str], ...]
    reported_at: datetime | None
    version: int
    added_at: datetime
    changed_at: datetime


class Tasks(NamedTuple):
    """What a task program takes over."""

    tasks: tuple[Task, ...]


def tasks(db: Connection, today: date, filters: Filters) -> Tasks:
    """The standing assignments in the order of their commitments.

    Behind them the retired ones, so that a program that has them as tasks lets go of them. Neither
    of them is refused.
    """
    found: list[Task] = []
    times = queries.recorded_times(db)
    for standing in (True, False):
        of = states.now(today, standing=standing)
        rows = queries.assignment_rows(db, of, filters)
        measures = {row.key: row for row in queries.measure_rows(db, of)}
        found += [
            _task(row, measures[row.measure], times[row.id], retired=not standing) for row in rows
        ]
    refuse_nothing(found)
    return Tasks(tuple(found))


def refuse_nothing(rows: Sequence[object]) -> None:
    """A file of nothing is none that a program would take."""
    if not rows:
        raise NotFound(_("nothing to export: this owner has no assignment in this document"))


def _task(
    row: AssignmentRow, measure: MeasureRow, times: tuple[datetime, datetime], *, retired: bool
) -> Task:
    added_at, changed_at = times
    status = Status(row.status)
    return Task(
        # By the name that the hashes of the log use: it is never given to another assignment.
        uid=uuid5(NAMESPACE_URL, f"commitment-tracker:{row.key} {row.owner} {row.role}"),
        summary=harmless(_summary(row)),
        document=row.document,
        section=measure.section,
        section_title=harmless(either(measure.section_title, measure.section_title_en)),
        owner=row.owner,
        owner_name=harmless(either(row.owner_name, row.owner_name_en)),
        role=Role(row.role),
        status=status,
        retired=retired,
        percent=100 if status is Status.DONE else row.percent,
        verification=Verification(row.verification),
        due_on=row.due_on,
        ended_at=changed_at if retired else _ended_at(row),
        about=_pairs(
            (_("Measure"), f"{measure.label}{either(measure.title, measure.title_en)}"),
            (_("Owner"), either(row.owner_name, row.owner_name_en)),
            (_("Role"), shown_cell(Role(row.role))),
            (_("Target"), row.target),
            (_("Target basis"), row.target_basis and shown_cell(Basis(row.target_basis))),
            (_("Status"), shown_cell(status)),
            (_("Verification"), shown_cell(Verification(row.verification))),
        ),
        reported=_pairs(
            (_("Note"), shown_note(row)),
            (_("Problem"), row.problem),
            (_("Next step"), row.next_step),
            (_("Evidence"), row.evidence),
        ),
        reported_at=row.recorded_at,
        version=row.version,
        added_at=added_at,
        changed_at=changed_at,
    )


def _ended_at(row: AssignmentRow) -> datetime | None:
    """Noon in the offices, the same date nearly everywhere, but never later than it was recorded."""
    ended = row.status in (Status.DONE, Status.DROPPED)
    if not ended or row.effective_on is None or row.recorded_at is None:
        return None
    return min(datetime.combine(row.effective_on, time(12), SHANGHAI), row.recorded_at)


def _summary(row: AssignmentRow) -> str:
    title, scope = either(row.title, row.title_en), either(row.scope, row.scope_en)
    return f"{row.key} {title}{either('（{}）', ' ({})').format(scope) if scope else ''}"


def _pairs(*named: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Those that there are, each text fit for any screen."""
    return tuple((name, harmless(text, lines=True)) for name, text in named if text)
