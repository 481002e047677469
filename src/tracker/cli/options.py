"""Options and arguments that several commands share, and how their values are read."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from tracker.domain import times
from tracker.domain.period import Period
from tracker.domain.target import Target
from tracker.domain.words import Position, Status, Verification, Word, plain
from tracker.errors import Refusal, UsageRefusal
from tracker.i18n import _
from tracker.store.rows import Axes, Page

if TYPE_CHECKING:
    from tracker.store.ledger import Connection
    from tracker.store.record import Report

T = TypeVar("T")
W = TypeVar("W", bound=Word)

_PARTS = ("Q4", "Q3", "Q2", "Q1", "H2", "H1", "")
_TIME = r"\d[Tt ]\d"


class Form(StrEnum):
    """The formats of results."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"
    HTML = "html"
    DOCX = "docx"
    XLSX = "xlsx"


class Depth(StrEnum):
    """What a line of a list is about."""

    MEASURE = "measure"
    COMMITMENT = "commitment"
    ASSIGNMENT = "assignment"


def complete_keys(incomplete: str) -> list[str]:
    """The keys that begin so, from the ledger in use; none where there is no ledger."""
    from tracker.store import lookup  # noqa: PLC0415 - only when a shell asks

    return _known(partial(lookup.keys_beginning, start=incomplete))


def complete_owners(incomplete: str) -> list[str]:
    """The owners whose code or name begins so."""
    from tracker.store import lookup  # noqa: PLC0415 - only when a shell asks for words

    return [
        said
        for owner in _known(lookup.all_owners)
        for said in ((owner.code, owner.name) if incomplete else (owner.code,))
        if said.casefold().startswith(incomplete.casefold())
    ]


def complete_indicators(incomplete: str) -> list[str]:
    """The keys of indicators that begin so."""
    from tracker.store import indicators  # noqa: PLC0415 - only when a shell asks for words

    return [key for key in _known(indicators.all_keys) if key.startswith(incomplete)]


def _known(ask: Callable[["Connection"], list[T]]) -> list[T]:
    from tracker.cli.context import settings  # noqa: PLC0415 - only when a shell asks for words
    from tracker.store import ledger  # noqa: PLC0415 - only when a shell asks for words

    try:
        with ledger.reading(ledger.place(settings.db)) as db:
            return ask(db)
    except Refusal:
        return []


def complete_documents(incomplete: str) -> list[str]:
    """The codes of documents that begin so."""
    from tracker.store import lookup  # noqa: PLC0415 - only when a shell asks for words

    return [code for code in _known(lookup.all_documents) if code.startswith(incomplete)]


def complete_statuses(incomplete: str) -> list[str]:
    """The statuses that begin so, in either language."""
    return _words(Status, incomplete)


def complete_positions(incomplete: str) -> list[str]:
    """The schedule positions that begin so, in either language."""
    return _words(Position, incomplete)


def complete_verifications(incomplete: str) -> list[str]:
    """The words of verification that begin so, in either language."""
    return _words(Verification, incomplete)


def _words(words: type[Word], incomplete: str) -> list[str]:
    return [
        said
        for each in words
        for said in ((each.value, each.zh) if incomplete else (each.value,))
        if said.startswith(incomplete)
    ]


def complete_periods(incomplete: str) -> list[str]:
    """The periods of this year and the last that have begun and begin so, the newest first."""
    from tracker.cli.context import today  # noqa: PLC0415 - only when a shell asks for words

    year = today().year
    names = [f"{y}{part}" for y in (year, year - 1) for part in _PARTS]
    begun = [name for name in names if period(name, "").first <= today()]
    return [name for name in begun if name.startswith(incomplete.upper())]


def word(words: type[W], said: str, option: str) -> W:
    """The word of a vocabulary that was said, in either language."""
    found = words.read(said)
    if found is None:
        raise UsageRefusal(
            _("{option}: unknown word {said} (known: {known})").format(
                option=option, said=said, known=words.named()
            )
        )
    return found


def number(said: str, option: str) -> int:
    """The whole number that was said; full-width digits and a percent sign do as well."""
    plain_said = plain(said).removesuffix("%")
    if not plain_said.isdecimal() or len(plain_said) > 9:  # noqa: PLR2004 - no number here is longer
        raise UsageRefusal(
            _("{option}: {said} is no whole number from 0").format(option=option, said=said)
        )
    return int(plain_said)


def target(said: str, option: str) -> Target:
    """The year, or year and month, that was said: 2027, 2027-06 or 2027年6月."""
    written = plain(said).replace("_", "-").replace("年", "-").removesuffix("月").rstrip("-")
    year, dash, month = written.partition("-")
    found = Target.read(f"{year}-{month:>02}" if dash else year)
    if found is None:
        raise UsageRefusal(
            _("{option}: {said} is no year or year and month (write 2027 or 2027-06)").format(
                option=option, said=said
            )
        )
    return found


def day(said: str, option: str) -> date:
    """The date that was said: 2024-03-31, 20240331 or 2024年3月31日."""
    found = times.day(said)
    if found is None:
        raise UsageRefusal(
            _("{option}: {said} is no date (write 2024-03-31)").format(option=option, said=said)
        )
    return found


def moment(said: str, option: str) -> datetime:
    """The time that was said, in Beijing where it names no zone; a date means all of that day."""
    if re.search(_TIME, said):
        at: datetime | None
        try:
            at = datetime.fromisoformat(said.strip().upper())
        except ValueError:
            at = None
        if at is None or not times.FIRST_DAY <= at.date() <= times.LAST_DAY:
            raise UsageRefusal(
                _("{option}: {said} is no time (write 2024-03-31T18:00)").format(
                    option=option, said=said
                )
            )
        return (at if at.tzinfo else at.replace(tzinfo=times.SHANGHAI)).astimezone(UTC)
    on = day(said, option)
    end = datetime(on.year, on.month, on.day, tzinfo=times.SHANGHAI) + timedelta(
        days=1, microseconds=-1
    )
    return end.astimezone(UTC)


def period(said: str, option: str) -> Period:
    """The period that was said: 2024Q1, 2024H1, 2024, 2024Q1..2024Q3 or 2024年一季度."""
    found = Period.read(said)
    if found is None:
        raise UsageRefusal(
            _(
                "{option}: {said} is no period (write 2024Q1, 2024H1, 2024 or 2024Q1..2024Q3)"
            ).format(option=option, said=said)
        )
    return found


def paged(limit: int | None, page: int) -> Page:
    """The lines that a page has."""
    if limit is None and page > 1:
        raise UsageRefusal(_("--page takes --limit: how many lines a page has"))
    return Page(limit, (limit or 0) * (page - 1))


def axes(status: str | None, position: str | None, verification: str | None) -> Axes:
    """The words of the three axes that were said."""
    return Axes(
        maybe(partial(word, Status), status, "--status"),
        maybe(partial(word, Position), position, "--position"),
        maybe(partial(word, Verification), verification, "--verification"),
    )


def maybe(read: Callable[[str, str], T], said: str | None, option: str) -> T | None:
    """What was said, read; nothing where nothing was said."""
    return None if said is None else read(said, option)


class Said(NamedTuple):
    """A report as it was typed."""

    keys: list[str]
    owner: str
    status: str
    percent: str | None = None
    note: str | None = None
    problem: str | None = None
    next_step: str | None = None
    evidence: Sequence[str] = ()
    on: str | None = None
    without_evidence: bool = False


def reported(said: Said, today: date) -> "Report":
    """The report that was typed, true from today where no date was; its evidence is yet to be gathered."""
    from tracker.store.record import Report  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    return Report(
        status=word(Status, said.status, "--status"),
        effective_on=maybe(day, said.on, "--on") or today,
        percent=maybe(number, said.percent, "--percent"),
        note=said.note or None,
        problem=said.problem or None,
        next_step=said.next_step or None,
    )


Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        autocompletion=complete_keys,
        help="A measure (2021-15) or a commitment (2021-15.5).",
    ),
]
Keys = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY...",
        autocompletion=complete_keys,
        help="Measures (2021-15: all that the owner has in it) or commitments (2021-15.5).",
    ),
]
Format = Annotated[Form, typer.Option("--format", "-f", help="How to print it.")]
Out = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead.")
]
Owner = Annotated[
    str | None,
    typer.Option(
        "--owner",
        metavar="OWNER",
        autocompletion=complete_owners,
        help="Only this owner: AH, CENTRAL, 湖北 ….",
    ),
]
Whose = Annotated[
    str,
    typer.Option(
        "--owner",
        metavar="OWNER",
        autocompletion=complete_owners,
        help="Whose assignment it is: AH, CENTRAL, 湖北 ….",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="What was true on that date; else today."),
]
KnownOn = Annotated[
    str | None,
    typer.Option(
        "--known-on",
        metavar="TIME",
        help="By what had been recorded then: a date or a time; else by all that is recorded.",
    ),
]
Yes = Annotated[
    bool,
    typer.Option("--yes", "-y", help="Do not ask when a measure means several commitments."),
]
Document = Annotated[
    str | None,
    typer.Option(
        "--document",
        metavar="CODE",
        autocompletion=complete_documents,
        help="Only this document: 2021, 2014.",
    ),
]
