"""Care of the database: upgrade, info, check."""

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format
from tracker.i18n import _

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def db() -> None:
    """Take care of the database.

    Example: tracker db check
    """


@app.command()
def upgrade() -> None:
    """Bring an older ledger to the current schema.

    Example: tracker db upgrade
    """
    from tracker.store import ledger, schema  # noqa: PLC0415 - reading the ledger costs a quarter of a second, and help needs none of it

    at = ledger.place(context.settings.db)
    with ledger.upgrading(at, make=False) as database:
        schema.upgrade(database)
    context.note(_("{place} has schema {head}").format(place=at, head=schema.HEAD))


@app.command()
def info(form: Format = Form.TABLE) -> None:
    """Say where the ledger is and what it holds.

    Example: tracker db info
    """
    from tracker.report import care  # noqa: PLC0415 - reading the ledger costs a quarter of a second, and help needs none of it
    from tracker.store import ledger  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    at = ledger.place(context.settings.db)
    with context.reading() as database:
        found = care.info(database, str(at), context.evidence())
    context.output(found, form)


@app.command()
def check(form: Format = Form.TABLE) -> None:
    """Prove that the ledger and its log are whole.

    Example: tracker db check
    """
    from tracker.report import care  # noqa: PLC0415 - reading the ledger costs a quarter of a second, and help needs none of it

    with context.reading() as database:
        found = care.check(database, context.evidence())
    context.output(found, form)
    if care.faults(found):
        raise typer.Exit(5)
