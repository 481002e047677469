"""The rows that questions give, what a load changed, and the filters that say which rows; all frozen."""

from datetime import date, datetime
from typing import Any, NamedTuple, Self

from tracker.domain.words import Position, Status, Verification

# As text: to look it up in the vocabulary for each row takes twice as long as all else.
_DONE = Status.DONE.value


class MeasureRow(NamedTuple):
    """A measure with its place in the document."""

    id: int
    key: str
    document: str
    section: int
    section_label: str
    section_title: str
    section_title_en: str
    number: int
    label: str
    title: str
    title_en: str


class SectionRow(NamedTuple):
    """A section and its document."""

    document: str
    document_title: str
    document_title_en: str
    number: int
    label: str
    title: str
    title_en: str


class CommitmentRow(NamedTuple):
    """A commitment."""

    id: int
    key: str
    measure: str
    document: str
    section: int
    sentence: int
    title: str
    title_en: str
    kind: str
    weight: int
    note: str | None
    note_en: str | None


class AssignmentRow(NamedTuple):
    """An assignment with its current report, if there is one, and the target in force."""

    id: int
    commitment_id: int
    key: str
    measure: str
    document: str
    title: str
    title_en: str
    kind: str
    owner: str
    owner_name: str
    owner_name_en: str
    role: str
    basis: str
    scope: str | None
    scope_en: str | None
    target: str | None
    target_basis: str | None
    status: str
    percent: int | None
    position: str
    verification: str
    note: str | None
    problem: str | None
    next_step: str | None
    evidence: str | None
    effective_on: date | None
    recorded_at: datetime | None
    actor: str | None
    version: int
    report: int | None
    first_report: str | None
    due_on: date | None
    issued_on: date | None
    horizon: int | None
    weight: int

    @property
    def unevidenced(self) -> bool:
        """Whether it is said to be done with nothing that shows it."""
        return unevidenced(self.status, self.evidence)


def unevidenced(status: str, evidence: str | None) -> bool:
    """Whether what has this status is said to be done with nothing that shows it."""
    return status == _DONE and not evidence


class MoveRow(NamedTuple):
    """A target of an assignment (by id) that was moved: when, by whom and why."""

    assignment: int
    was: str | None
    now: str | None
    effective_on: date
    actor: str
    why: str | None


class TargetRow(NamedTuple):
    """A target that some commitment of a measure has; `open` where one with it is not done."""

    measure_id: int
    target: str
    basis: str
    open: bool


class EntryRow(NamedTuple):
    """A line of the log; `names` is the id of the entry that it is about."""

    entry: int
    batch: int
    key: str
    owner: str
    version: int
    kind: str
    status: str | None
    percent: int | None
    note: str | None
    problem: str | None
    next_step: str | None
    evidence: str | None
    verification: str | None
    target: str | None
    target_basis: str | None
    effective_on: date
    recorded_at: datetime
    actor: str
    names: int | None
    hash: str
    first_report: str | None
    role: str


class SentenceRow(NamedTuple):
    """A sentence of a measure, and the commitment that it is, or why it is none.

    `wording` and its characters in the attached copy are there once a copy is attached.
    """

    document: str
    measure: str
    measure_title: str
    measure_title_en: str
    measure_number: int
    label: str
    section: int
    section_label: str
    number: int
    fingerprint: str
    commitment: str | None
    owners: int
    untracked: str | None
    untracked_en: str | None
    wording: str | None
    starts_at: int | None
    ends_at: int | None


class LinkRow(NamedTuple):
    """That one commitment takes up an earlier one, both by key."""

    earlier: str
    later: str
    kind: str
    note: str | None
    note_en: str | None


class LinkedRow(NamedTuple):
    """A commitment at an end of a link, with its measure and document."""

    key: str
    document: str
    measure: str
    label: str
    measure_title: str
    measure_title_en: str
    title: str
    title_en: str


class OwnerRow(NamedTuple):
    """An owner; `parent` is the code of the one above."""

    code: str
    name: str
    name_en: str
    parent: str | None


class IndicatorRow(NamedTuple):
    """A figure that is followed, and the commitment that it measures where there is one."""

    key: str
    name: str
    name_en: str
    unit: str
    better: str
    commitment: str | None


class GoalRow(NamedTuple):
    """What an indicator is to be for an owner by a year."""

    indicator: str
    owner: str
    year: int
    rule: str
    value: str | None
    against: str | None
    since: int | None
    basis: str
    text: str
    text_en: str


class ObservationRow(NamedTuple):
    """A figure as its source has it; `standing` while no later one is of the same years."""

    indicator: str
    owner: str
    period: str | None
    value: str
    unit: str | None
    precision: str
    source: str
    place: str | None
    note: str | None
    note_en: str | None
    flag: str | None
    reason: str | None
    reason_en: str | None
    command: str
    actor: str
    recorded_at: datetime
    standing: bool = False


class Axes(NamedTuple):
    """The status, schedule position and verification asked for; none stands for any."""

    status: Status | None = None
    position: Position | None = None
    verification: Verification | None = None

    def fit(self, row: Any) -> bool:  # noqa: ANN401 - a row or the numbers of several
        """Whether a row, or what several amount to, is what was asked for."""
        return all(word in (None, getattr(row, axis)) for axis, word in self._asdict().items())


class Filters(NamedTuple):
    """Which rows to show; a filter never changes a figure in them."""

    document: str | None = None
    section: int | None = None
    owners: tuple[str, ...] = ()
    due_before: date | None = None
    search: tuple[str, ...] = ()
    measure: str | None = None
    commitment: str | None = None
    # By id: those that a page or a part of a long list has.
    measures: tuple[int, ...] = ()
    commitments: tuple[int, ...] = ()

    @classmethod
    def of(cls, key: str) -> Self:
        """The filter that only a measure passes, or a commitment."""
        return cls(commitment=key) if "." in key else cls(measure=key)


class Page(NamedTuple):
    """Which part of a list: at most so many lines, behind so many others; all of it where nothing is
    said.
    """

    limit: int | None = None
    offset: int | None = None


class Change(NamedTuple):
    """One thing that loading did, or would do: `deed` is added, changed, retired,
    removed or reported.
    """

    deed: str
    what: str
    key: str
    detail: str = ""
