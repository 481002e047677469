"""Forms that came back, compared with the ledger row by row, and brought into it file by file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tracker.domain.evidence import EvidenceKind, pieces
from tracker.domain.log import Entry
from tracker.domain.period import Period
from tracker.domain.words import EntryKind, Outcome
from tracker.errors import BadFile, NotFound, Problem, Refusal
from tracker.forms import Given, Line, Mark, Returned
from tracker.i18n import _, either
from tracker.store import evidence, forming, log, lookup, record
from tracker.store.connection import Connection
from tracker.store.evidence import Folder, Gathered, Source
from tracker.store.log import Acting, Head
from tracker.store.record import Report

# Looked up once: for each of many rows it would take as long as to compare it.
_RECORDED = Outcome.RECORDED


class Answer(NamedTuple):
    """What becomes of a row, and why; `others` is what somebody reported since the form went out."""

    line: Line
    outcome: Outcome
    why: tuple[Problem, ...] = ()
    others: Entry | None = None
    report: Report | None = None
    assignment: int | None = None
    files: tuple[Source, ...] = ()


class Imported(NamedTuple):
    """What became of a form: its rows, and the batch that was written, if one was; `older` says how many
    of its reports are older than what stands, and so change no state.
    """

    form: Returned
    answers: tuple[Answer, ...]
    batch: int | None = None
    older: int = 0

    @property
    def files(self) -> list[Source]:
        """The files to keep with what was recorded."""
        recorded = (a for a in self.answers if a.outcome is Outcome.RECORDED)
        return [source for answer in recorded for source in answer.files]


def refuse_strange(
    db: Connection, forms: Sequence[Returned], *, today: date, period: Period | None
) -> None:
    """Refuse forms of another ledger, of nobody that it knows, or of another period than was asked
    for or has begun.
    """
    mark = forming.mark(db)
    problems = [
        Problem(form.file, message)
        for form in forms
        if (message := _strange(form, mark, today, period) or _unknown(db, form))
    ]
    if problems:
        raise BadFile(problems)


def bring(
    db: Connection,
    form: Returned,
    *,
    by: Acting,
    into: Folder | None,
    force: bool = False,
    partial: bool = False,
) -> Imported:
    """Record the rows of a form as one batch: all of them, or with `partial` those that can be.

    With `force` rows are recorded though somebody else reported since. The files that they name are
    checked, and the caller keeps them in the folder of evidence.
    """
    compared = _Comparison(db, form, by, into, force=force)
    answers = list(compared.answers())
    outcomes = {answer.outcome for answer in answers}
    if outcomes & {Outcome.REFUSED, Outcome.CONFLICT} and not partial:
        answers = [_withheld(answer) for answer in answers]
    drafts = [
        (answer.assignment, record.draft(answer.report))
        for answer in answers
        if answer.outcome is _RECORDED and answer.report and answer.assignment
    ]
    if not drafts:
        return Imported(form, tuple(answers))
    written = log.append(db, drafts, command="import", by=by, among=compared.heads.values())
    return Imported(form, tuple(answers), written.batch, record.older(written))


def _withheld(answer: Answer) -> Answer:
    if answer.outcome is not Outcome.RECORDED:
        return answer
    return answer._replace(outcome=Outcome.WITHHELD)


def _strange(form: Returned, mark: str, today: date, wanted: Period | None) -> str | None:
    period = _period(form)
    if form.head.ledger != mark:
        return _("is a form of another ledger: take one from this ledger (tracker form)")
    if wanted is not None and wanted != period:
        return _("is the form of {period}, not of {wanted}").format(period=period, wanted=wanted)
    if period.first > today:
        return _("is the form of {period}, which has not begun").format(period=period)
    return None


def _unknown(db: Connection, form: Returned) -> str | None:
    try:
        lookup.owner(db, form.head.owner)
    except NotFound as reason:
        return str(reason)
    return None


def _period(form: Returned) -> Period:
    period = Period.read(form.head.period)
    assert period is not None, "a form is not read without one"
    return period


class _Comparison:
    """A form beside the logs of its assignments, which nobody else writes to meanwhile."""

    def __init__(
        self, db: Connection, form: Returned, by: Acting, into: Folder | None, *, force: bool
    ) -> None:
        self._db, self._into, self._near = db, into, Path(form.file).parent
        self._form, self._today, self._force = form, by.today, force
        self._period = _period(form)
        self._last = min(self._period.last, self._today)
        standing = log.read_heads_of(db, lookup.owner(db, form.head.owner))
        self.heads = {(head.commitment, head.role): head for head in standing}
        self._logs = log.read_entries(db, sorted(set(self._asked())))
        pairs = Counter(_pair(line.mark) for line in form.lines if line.mark and line.given)
        self._twice = {pair for pair, times in pairs.items() if times > 1}
        self._pieces: dict[str, tuple[Source, ...] | Refusal] = {}

    def answers(self) -> Iterator[Answer]:
        """What becomes of each row."""
        for line in self._form.lines:
            yield self._answer(line)

    def _asked(self) -> Iterator[int]:
        """The assignments whose logs may have to say something to their rows."""
        for line in self._form.lines:
            found = line.mark and self.heads.get(_pair(line.mark))
            if line.mark and line.given and found and self._has_news(line.mark, line.given, found):
                yield found.id

    def _has_news(self, mark: Mark, given: Given, found: Head) -> bool:
        """Whether more was recorded than the form knows, or what it showed may be what it says.

        It showed the report in force, unless that is of later than the period.
        """
        if mark.version != found.version:
            return True
        if given.effective_on is None or found.effective_on is None:
            return False
        return found.effective_on == given.effective_on or found.effective_on > self._period.last

    def _answer(self, line: Line) -> Answer:
        if line.problems:
            return Answer(line, Outcome.REFUSED, line.problems)
        if line.mark is None:
            return _unchanged(line, _("no row of the form: not read"))
        if line.given is None:
            return _unchanged(line, _("left empty"))
        found = self.heads.get(_pair(line.mark))
        faults = tuple(self._faults(line, line.mark, found))
        if found is None or faults:
            return Answer(line, Outcome.REFUSED, faults)
        return self._compared(line, line.mark, line.given, found.id)

    def _faults(self, line: Line, mark: Mark, found: Head | None) -> Iterator[Problem]:
        """What only the ledger, or the whole form, can say against a row."""
        if found is None:
            message = _("{owner} has no such assignment any more: {key} {role}")
            message = message.format(
                owner=mark.owner, key=mark.key, role=either(mark.role.zh, mark.role.en)
            )
            yield Problem("", message)
        elif mark.version > found.version:
            yield Problem("", _("the ledger is older than the form: was a backup restored?"))
        if self._twice and _pair(mark) in self._twice:
            yield Problem("", _("{key} is filled in twice: keep one row").format(key=mark.key))
        on = line.given and line.given.effective_on
        if on and not self._period.first <= on <= self._period.last:
            message = _("{date} does not lie in {period}").format(date=on, period=self._period)
            yield line.problem("effective_on", message)

    def _compared(self, line: Line, mark: Mark, given: Given, number: int) -> Answer:
        entries = [hashed.entry for hashed in self._logs.get(number, ())]
        said = self._recorded(line, mark, given, entries)
        if said is not None:
            return said
        files: tuple[Source, ...] = ()
        if given.evidence:
            gathered, faults = self._gathered(line, given.evidence)
            if faults:
                # The files sent along may be gone again by the time that a form is read once more.
                named = [entry._replace(evidence=_by_name(entry.evidence)) for entry in entries]
                given = given._replace(evidence=_by_name(given.evidence))
                said = self._recorded(line, mark, given, named)
                return said or Answer(line, Outcome.REFUSED, faults)
            if gathered.text != given.evidence:
                # A file is named in the form, and has its hash in the log.
                given = given._replace(evidence=gathered.text)
                said = self._recorded(line, mark, given, entries)
                if said is not None:
                    return said
            files = gathered.files
        on = given.effective_on or self._last
        texts = (given.note, given.problem, given.next_step, given.evidence)
        report = Report(given.status, on, given.percent, *texts)
        faults = tuple(
            line.problem(field, str(refusal))
            for field, refusal in record.faults(report, self._today)
        )
        if faults:
            return Answer(line, Outcome.REFUSED, faults)
        others = _since(entries, mark.version) if entries else None
        outcome = Outcome.CONFLICT if others and not self._force else _RECORDED
        return Answer(line, outcome, (), others, report, number, files)

    def _recorded(
        self, line: Line, mark: Mark, given: Given, entries: Sequence[Entry]
    ) -> Answer | None:
        """The answer to a row that the log has already."""
        known = _known(entries, mark.version, self._period.last) if entries else []
        same = next((entry for entry in known if _says(entry, given, mark.version)), None)
        if same is None:
            return None
        return _unchanged(
            line, _("recorded already as version {version}").format(version=same.version)
        )

    def _gathered(self, line: Line, named: str) -> tuple[Gathered, tuple[Problem, ...]]:
        """The pieces of evidence, and what is wrong with others of them."""
        found: list[Source] = []
        problems = []
        for said in named.split("\n"):
            piece = self._piece(said)
            if isinstance(piece, Refusal):
                problems.append(line.problem("evidence", str(piece)))
            else:
                found += piece
        return Gathered(tuple(found)), tuple(problems)

    def _piece(self, said: str) -> tuple[Source, ...] | Refusal:
        """A piece of evidence, or why it is none; what many rows name is looked at once."""
        if said not in self._pieces:
            try:
                gathered = evidence.gather(self._db, [said], self._into, near=self._near)
                self._pieces[said] = gathered.pieces
            except Refusal as refusal:
                self._pieces[said] = refusal
        return self._pieces[said]


def _by_name(evidence: str | None) -> str | None:
    """Evidence with files as a form names them: without folder and hash."""
    names = [
        PurePosixPath(piece.said.replace("\\", "/")).name
        if piece.kind is EvidenceKind.TEXT
        else piece.said
        for piece in pieces(evidence)
    ]
    return "\n".join(names) or None


def _unchanged(line: Line, why: str) -> Answer:
    return Answer(line, Outcome.UNCHANGED, (Problem("", why),))


def _pair(mark: Mark) -> tuple[str, str]:
    return mark.key, mark.role


def _standing(entries: Sequence[Entry]) -> list[Entry]:
    """The reports that were not withdrawn, newest first."""
    gone = {entry.names for entry in entries if entry.kind is EntryKind.WITHDRAWAL}
    reports = [e for e in entries if e.kind is EntryKind.REPORT and e.version not in gone]
    return reports[::-1]


def _stood(entries: Sequence[Entry], base: int) -> list[Entry]:
    """The reports that stood when the form went out."""
    return _standing([entry for entry in entries if entry.version <= base])


def _known(entries: Sequence[Entry], base: int, last: date) -> list[Entry]:
    """The reports that a row can repeat: those recorded since the form went out, and the one that it
    showed. To say again what an earlier report said is news.
    """
    since = [entry for entry in _standing(entries) if entry.version > base]
    shown = [entry for entry in _stood(entries, base) if entry.effective_on <= last]
    return since + sorted(shown, key=lambda entry: (entry.effective_on, entry.version))[-1:]


def _says(entry: Entry, given: Given, base: int) -> bool:
    """Whether a report is what was filled in: the same of the same day, or where no day was filled in,
    the same recorded since the form went out.
    """
    same = Given(
        entry.status or given.status,
        entry.percent,
        _plain(entry.note),
        _plain(entry.problem),
        _plain(entry.next_step),
        _plain(entry.evidence),
    )
    if same != given._replace(effective_on=None):
        return False
    if given.effective_on is None:
        return entry.version > base
    return entry.effective_on == given.effective_on


def _plain(text: str | None) -> str | None:
    """A text as it comes back from a cell."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip() or None


def _since(entries: Sequence[Entry], base: int) -> Entry | None:
    """The newest report since the form went out, or the withdrawal of one that stood then."""
    standing = _standing(entries)
    newest = next((entry for entry in standing if entry.version > base), None)
    if newest is not None:
        return newest
    lost = {e.version for e in _stood(entries, base)} - {e.version for e in standing}
    withdrawals = (e for e in entries if e.kind is EntryKind.WITHDRAWAL and e.names in lost)
    return next(withdrawals, None)
