"""Care of the database: upgrade, info, check, grant."""

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, complete_owners
from tracker.errors import UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.store.roles import Granted

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


@app.command()
def grant(
    role: Annotated[
        str | None,
        typer.Argument(
            metavar="[ROLE]", help="The login role of the server; without one, who may do what."
        ),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            metavar="OWNER",
            autocompletion=complete_owners,
            help="It reports for this owner and the units below, and sees no others.",
        ),
    ] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="It records for all, reviews, moves targets.")
    ] = False,
    reader: Annotated[bool, typer.Option("--reader", help="It reads all.")] = False,
    form: Format = Form.TABLE,
) -> None:
    """Say what a role of a PostgreSQL server may do in this ledger.

    Example: tracker db grant hubei --owner HB; tracker db grant office --admin; tracker db grant
    """
    from tracker.report import care  # noqa: PLC0415 - reading the ledger costs a quarter of a second, and help needs none of it
    from tracker.store import roles  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    wanted = owner is not None or admin or reader
    if wanted != (role is not None):
        raise UsageRefusal(_("say ROLE together with --owner OWNER, --admin or --reader"))
    if role is not None:
        with context.writing() as database:
            done = roles.grant(database, role, owner=owner, admin=admin, reader=reader)
        _note_grant(role, done)
    with context.reading() as database:
        table = care.rights(roles.rights(database))
    context.output(table, form)


def _note_grant(role: str, done: "Granted") -> None:
    if done.made:
        context.note(
            _(
                "made the role {role}, without a password: the administrator of the server sets one"
            ).format(role=role)
        )
    if done.before is not None:
        context.note(
            _("{role} was granted for {owner} before: the new owner counts").format(
                role=role, owner=done.before
            )
        )
