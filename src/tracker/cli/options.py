"""Options and arguments that several commands share, and how their values are read."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from tracker.domain.words import Status, Word, plain
from tracker.errors import UsageRefusal
from tracker.i18n import _

W = TypeVar("W", bound=Word)


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
    from tracker.cli.context import reading  # noqa: PLC0415 - only when a shell asks
    from tracker.errors import Refusal  # noqa: PLC0415
    from tracker.store import lookup  # noqa: PLC0415

    try:
        with reading() as db:
            return [key for key in lookup.all_keys(db) if key.startswith(incomplete)]
    except Refusal:
        return []


def complete_owners(incomplete: str) -> list[str]:
    """The owners' codes that begin so."""
    from tracker.cli.context import reading  # noqa: PLC0415 - as above
    from tracker.errors import Refusal  # noqa: PLC0415
    from tracker.store import lookup  # noqa: PLC0415

    try:
        with reading() as db:
            codes = [owner.code for owner in lookup.all_owners(db)]
    except Refusal:
        return []
    return [code for code in codes if code.startswith(incomplete.upper())]


def complete_statuses(incomplete: str) -> list[str]:
    """The statuses that begin so."""
    return [status.value for status in Status if status.value.startswith(incomplete)]


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
            _("{option}: {said} is no whole number").format(option=option, said=said)
        )
    return int(plain_said)


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
        written = f"{parts[0]:>04}-{parts[1]:>02}-{parts[2]:>02}"
    try:
        return date.fromisoformat(written)
    except ValueError:
        _refuse_day(said, option)


def _refuse_day(said: str, option: str) -> NoReturn:
    raise UsageRefusal(
        _("{option}: {said} is no date (write 2024-03-31)").format(option=option, said=said)
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
Document = Annotated[
    str | None, typer.Option("--document", metavar="CODE", help="Only this document: 2021, 2014.")
]
