"""What became of the rows of forms that came back, or would become of them."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import NamedTuple

from tracker.domain.words import EntryKind, Outcome
from tracker.errors import Problem
from tracker.forms import Given
from tracker.i18n import _, either
from tracker.report.model import Field, Table, tabulated
from tracker.store.importing import Answer, Imported


class _Row(NamedTuple):
    """A row with the file that it stands in."""

    imported: Imported
    answer: Answer

    @property
    def given(self) -> Given | None:
        """What was filled in, where it could be read."""
        return self.answer.line.given

    @property
    def news(self) -> Given | None:
        """The same, where the ledger does not have it already."""
        return None if self.answer.outcome is Outcome.UNCHANGED else self.given


# So many rows people look through; of a longer list they are shown what wants them to do something,
# and of the others how they came out.
_LOOKED_AT = 1000
_SAMPLE = 20
_SETTLED = (Outcome.RECORDED, Outcome.UNCHANGED, Outcome.WITHHELD)


def brief(imported: Sequence[Imported]) -> tuple[Table, int]:
    """The rows for people, and how many of those that want nothing done are not among them."""
    settled = sum(counted(imported, outcome) for outcome in _SETTLED)
    found = (_Row(each, answer) for each in imported for answer in each.answers)
    if sum(len(each.answers) for each in imported) <= _LOOKED_AT or settled <= _SAMPLE:
        return _table(found), 0
    number = count()
    shown = (r for r in found if r.answer.outcome not in _SETTLED or next(number) < _SAMPLE)
    return _table(shown), settled - _SAMPLE


def rows(imported: Sequence[Imported]) -> Table:
    """Every row of every file, in their order, with what becomes of it and why."""
    return _table(_Row(each, answer) for each in imported for answer in each.answers)


def _table(found: Iterable[_Row]) -> Table:
    return tabulated(
        "rows",
        _("Rows"),
        found,
        [
            Field("file", None, "imported.form.file"),
            Field("where", _("Row"), "answer.line.where"),
            Field("key", _("Key"), lambda r: r.answer.line.mark and r.answer.line.mark.key),
            Field("owner", None, lambda r: r.answer.line.mark and r.answer.line.mark.owner),
            Field("role", None, lambda r: r.answer.line.mark and r.answer.line.mark.role.value),
            Field("outcome", _("Outcome"), "answer.outcome"),
            Field("reasons", None, lambda r: [each._asdict() for each in r.answer.why]),
            Field(None, _("Reason"), _why, flexible=True),
            Field("status", None, lambda r: r.given and r.given.status),
            Field(None, _("Status"), lambda r: r.news and r.news.status, optional=True),
            Field("percent", None, lambda r: r.given and r.given.percent),
            Field(None, "%", lambda r: r.news and r.news.percent, optional=True),
            Field("note", None, lambda r: r.given and r.given.note),
            Field(None, _("Note"), lambda r: r.news and r.news.note, flexible=True),
            Field("problem", None, lambda r: r.given and r.given.problem),
            Field("next_step", None, lambda r: r.given and r.given.next_step),
            Field("evidence", None, _evidence),
            Field("effective_on", None, _on),
            Field(None, _("On"), lambda r: r.news and _on(r), optional=True),
            Field("version", None, lambda r: r.answer.line.mark and r.answer.line.mark.version),
            Field("since", None, lambda r: _since(r.answer)),
            Field(None, _("Reported since"), lambda r: _told(r.answer), flexible=True),
            Field("batch", _("Batch"), _batch, optional=True),
        ],
    )


def counted(imported: Sequence[Imported], outcome: Outcome) -> int:
    """How many rows have an outcome."""
    return sum(answer.outcome is outcome for each in imported for answer in each.answers)


def _why(row: _Row) -> str:
    return "; ".join(_named(problem) for problem in row.answer.why)


def _named(problem: Problem) -> str:
    return str(problem) if problem.where else problem.message


def _evidence(row: _Row) -> list[str]:
    """The evidence: as recorded, files with their hash; else as filled in."""
    said = row.answer.report or row.given
    return said.evidence.split("\n") if said and said.evidence else []


def _on(row: _Row) -> object:
    """The date that it is true from: as recorded, else as filled in."""
    report = row.answer.report
    return report.effective_on if report else row.given and row.given.effective_on


def _batch(row: _Row) -> int | None:
    return row.imported.batch if row.answer.outcome is Outcome.RECORDED else None


def _since(answer: Answer) -> dict[str, object] | None:
    """What somebody else recorded since the form went out, as data."""
    other = answer.others
    return other and {
        "version": other.version,
        "kind": other.kind,
        "status": other.status,
        "percent": other.percent,
        "note": other.note,
        "effective_on": other.effective_on,
        "recorded_at": other.recorded_at,
        "actor": other.actor,
    }


def _told(answer: Answer) -> str | None:
    """The same for people: who, what, and of which day."""
    other = answer.others
    if other is None:
        return None
    said = other.status or EntryKind.WITHDRAWAL
    parts = [
        _("version {version}, {actor}, {date}:").format(
            version=other.version, actor=other.actor, date=other.effective_on
        ),
        either(said.zh, said.en),
        f"{other.percent}%" if other.percent is not None else "",
        other.note or "",
    ]
    return " ".join(filter(None, parts))
