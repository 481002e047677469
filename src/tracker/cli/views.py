"""What is looked at: list, show, log, coverage."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import context
from tracker.cli.options import (
    AsOf,
    Depth,
    Document,
    Form,
    Format,
    Key,
    KnownOn,
    Out,
    Owner,
    axes,
    complete_documents,
    complete_keys,
    complete_positions,
    complete_statuses,
    complete_verifications,
    day,
    maybe,
    moment,
    paged,
)

app = typer.Typer(add_completion=False)

# More lines than any ledger has; the product of two is a number that databases know.
_LARGEST = 1_000_000_000

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only what is effective from this date."),
]


@app.command("list")
def list_(
    by: Annotated[Depth, typer.Option("--by", help="What a line is about.")] = Depth.MEASURE,
    document: Document = None,
    section: Annotated[
        str | None, typer.Option("--section", metavar="NUMBER", help="Only this section: 5 or 五.")
    ] = None,
    owner: Owner = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="STATUS",
            autocompletion=complete_statuses,
            help="Only this status: not_started, in_progress, stalled, done, dropped.",
        ),
    ] = None,
    position: Annotated[
        str | None,
        typer.Option(
            "--position",
            metavar="POSITION",
            autocompletion=complete_positions,
            help="Only this position: ahead, on_schedule, behind, overdue, unquantified, n/a.",
        ),
    ] = None,
    verification: Annotated[
        str | None,
        typer.Option(
            "--verification",
            metavar="WORD",
            autocompletion=complete_verifications,
            help="Only this verification: unreported, reported, verified, returned.",
        ),
    ] = None,
    due_before: Annotated[
        str | None,
        typer.Option(
            "--due-before", metavar="DATE", help="Only what is open and due before this date."
        ),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="WORDS",
            help="Only what has these words in titles, scopes, notes, reports or the official wording.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, max=_LARGEST, help="At most so many lines."),
    ] = None,
    page: Annotated[
        int,
        typer.Option(
            "--page", metavar="K", min=1, max=_LARGEST, help="Which page of --limit lines."
        ),
    ] = 1,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """List measures, commitments or assignments with their progress.

    Example: tracker list --by commitment --owner HB --search 机场
    """
    from tracker.report import listing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    wanted = axes(status, position, verification)
    due = maybe(day, due_before, "--due-before")
    of = context.asked(maybe(day, as_of, "--as-of"), maybe(moment, known_on, "--known-on"))
    with context.reading() as db:
        filters = listing.filters(
            db, document=document, section=section, owner=owner, due_before=due, search=search
        )
        context.output(listing.listed(db, of, by, filters, wanted, paged(limit, page)), form, out)


@app.command()
def show(
    key: Key,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Show one measure or commitment in full.

    Example: tracker show 2021-15.5
    """
    from tracker.report import details  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    on, known = maybe(day, as_of, "--as-of"), maybe(moment, known_on, "--known-on")
    with context.reading() as db:
        shown = details.shown(db, context.asked(on, known), key, until=on, known_on=known)
    context.output(shown, form, out)


@app.command()
def log(
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="[KEY]", autocompletion=complete_keys, help="Only this measure or commitment."
        ),
    ] = None,
    owner: Owner = None,
    since: Since = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="Only what this actor recorded.")
    ] = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Show the lines of the log, oldest first.

    Example: tracker log 2021-15 --owner HB
    """
    from tracker.report import details, listing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    with context.reading() as db:
        filters = listing.filters(db, owner=owner, key=key)
        table = details.entries(
            db,
            filters=filters,
            since=maybe(day, since, "--since"),
            actor=actor,
        )
        context.output(table, form, out)


@app.command()
def coverage(
    document: Annotated[
        str | None,
        typer.Argument(
            metavar="[DOCUMENT]", autocompletion=complete_documents, help="Only this document."
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="FILE",
            help="The text of the document, to prove the register against it.",
        ),
    ] = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Prove that every sentence of a document is accounted for.

    Example: tracker coverage 2021 --source opinion.txt
    """
    from tracker.report import coverage as made  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    with context.reading() as db:
        found = made.covered(db, document, source)
    context.output(found, form, out)
    if made.faults(found):
        raise typer.Exit(1)
