"""Setting a ledger up: init, and seed for register files."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, Out
from tracker.i18n import _

app = typer.Typer(add_completion=False)


@app.command()
def init() -> None:
    """Create or upgrade the ledger and load what comes with the program.

    Example: tracker init; tracker --db ledger.sqlite init
    """
    from tracker.store import backup, ledger, setup  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    at = ledger.place(context.settings.db)
    context.kept(backup.before_upgrade(at, context.now()))
    changes = setup.create(at, by=context.acting())
    context.note(_("ledger {place}: {count} changes").format(place=at, count=len(changes)))


@app.command()
def seed(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Register files; else those that come with the program."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and change nothing.")
    ] = False,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Load register files; what is there already is left as it is.

    Example: tracker seed --dry-run; tracker seed my-document.yaml
    """
    from tracker.report import details  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ledger, setup  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if dry_run:
        ledger.refuse_missing(ledger.place(context.settings.db))
    with context.writing() as db:
        changes = setup.load(db, files or setup.bundled_files(), by=context.acting(db))
        if dry_run:
            db.rollback()
    context.output(details.changes(changes), form, out)
    end = _("nothing was changed: a dry run") if dry_run else _("{count} changes")
    context.note(end.format(count=len(changes)))
