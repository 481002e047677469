"""What is looked at: list, show, log, report, coverage, export."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import context
from tracker.cli.options import (
    Depth,
    Document,
    Form,
    Format,
    Key,
    Out,
    Owner,
    complete_keys,
    complete_statuses,
    day,
    word,
)
from tracker.domain.words import Status

app = typer.Typer(add_completion=False)

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
            help="Only what has these words in titles, scopes or notes.",
        ),
    ] = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """List measures, commitments or assignments with their progress.

    Example: tracker list --by commitment --owner HB --search 机场
    """
    from tracker.report import listing  # noqa: PLC0415 - not for help

    wanted = word(Status, status, "--status") if status is not None else None
    due = day(due_before, "--due-before") if due_before is not None else None
    with context.reading() as db:
        filters = listing.filters(
            db, document=document, section=section, owner=owner, due_before=due, search=search
        )
        table = listing.listed(db, by, filters, wanted)
    context.output(table, form, out)


@app.command()
def show(key: Key, form: Format = Form.TABLE, out: Out = None) -> None:
    """Show one measure or commitment in full.

    Example: tracker show 2021-15.5
    """
    from tracker.report import details  # noqa: PLC0415 - not for help

    with context.reading() as db:
        shown = details.shown(db, key)
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
    from tracker.report import details, listing  # noqa: PLC0415 - not for help

    with context.reading() as db:
        filters = listing.filters(db, owner=owner, key=key)
        table = details.entries(
            db,
            filters=filters,
            since=day(since, "--since") if since is not None else None,
            actor=actor,
        )
    context.output(table, form, out)


@app.command()
def report(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The date to report on; else today."),
    ] = None,
    document: Document = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Print the progress tables as of a date.

    Example: tracker report --as-of 2024-03-31
    """
    from tracker.report import progress  # noqa: PLC0415 - not for help

    on = day(as_of, "--as-of") if as_of is not None else context.today()
    with context.reading() as db:
        made = progress.progress(db, as_of=on, document=document)
    context.output(made, form, out)


@app.command()
def coverage(
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="Only this document.")
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
    from tracker.report import coverage as made  # noqa: PLC0415 - not for help

    with context.reading() as db:
        found = made.covered(db, document, source)
    context.output(found, form, out)
    if made.faults(found):
        raise typer.Exit(1)


@app.command()
def export(form: Format = Form.JSON, out: Out = None) -> None:
    """Write out the measures, commitments, assignments and log.

    Example: tracker export -o ledger.json; tracker export -f csv -o ledger.csv
    """
    from tracker.report import everything  # noqa: PLC0415 - not for help

    with context.reading() as db:
        whole = everything.everything(db)
    context.output(whole, form, out)
