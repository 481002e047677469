"""Options and arguments that several commands share, and how their values are read."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracker.domain.target import Target
from tracker.domain.words import Status, Word, plain
from tracker.errors import Refusal, UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.store.ledger import Connection

T = TypeVar("T")
W = TypeVar("W", bound=Word)

# Before it there is nothing that a document of ours could be about; a short year is a slip.
_FIRST_DAY = date(1949, 10, 1)


class Form(StrEnum):
    """The formats of results."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class Depth(StrEnum):
    """What a line of a list is about."""

    MEASURE = "measure"
    COMMITMENT = "commitment"
    ASSIGNMENT = "assignment"


def complete_keys(incomplete: str) -> list[str]:
    """The keys that begin so, from the ledger in use; none where there is no ledger."""
    from tracker.store import lookup  # noqa: PLC0415 - only when a shell asks

    return [key for key in _known(lookup.all_keys) if key.startswith(incomplete)]


def complete_owners(incomplete: str) -> list[str]:
    """The owners whose code or name begins so."""
    from tracker.store import lookup  # noqa: PLC0415 - only when a shell asks for words

    return [
        said
        for owner in _known(lookup.all_owners)
        for said in ((owner.code, owner.name) if incomplete else (owner.code,))
        if said.casefold().startswith(incomplete.casefold())
    ]


def _known(ask: Callable[["Connection"], list[T]]) -> list[T]:
    from tracker.cli.context import settings  # noqa: PLC0415 - only when a shell asks for words
    from tracker.store import ledger  # noqa: PLC0415 - only when a shell asks for words

    try:
        with ledger.reading(ledger.place(settings.db)) as db:
            return ask(db)
    except Refusal:
        return []


def complete_statuses(incomplete: str) -> list[str]:
    """The statuses that begin so, in either language."""
    return [
        said
        for status in Status
        for said in ((status.value, status.zh) if incomplete else (status.value,))
        if said.startswith(incomplete)
    ]


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
    written = (
        plain(said)
        .replace("_", "-")
        .replace("年", "-")
        .replace("月", "-")
        .removesuffix("日")
        .replace("/", "-")
    )
    parts = written.split("-")
    if len(parts) == 3:  # noqa: PLR2004 - year, month, day
        written = f"{parts[0]}-{parts[1]:>02}-{parts[2]:>02}"
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = date.min
    if found < _FIRST_DAY:
        raise UsageRefusal(
            _("{option}: {said} is no date (write 2024-03-31)").format(option=option, said=said)
        )
    return found


Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        autocompletion=complete_keys,
        help="A measure (2021-15) or a commitment (2021-15.5).",
    ),
]
Keys = Annotated[
    list[str],
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
Yes = Annotated[
    bool,
    typer.Option("--yes", "-y", help="Do not ask when a measure means several commitments."),
]
Document = Annotated[
    str | None, typer.Option("--document", metavar="CODE", help="Only this document: 2021, 2014.")
]
