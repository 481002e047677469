"""Care of the database: upgrade, info, check, grant, backup and restore, dump and load, copy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, Out, complete_owners
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
    """Bring an older ledger to the current schema; it is backed up first.

    Example: tracker db upgrade
    """
    from tracker.store import backup, ledger, revisions, schema  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    at = ledger.place(context.settings.db)
    context.kept(backup.before_upgrade(at, context.now()))
    with ledger.upgrading(at, make=False) as database:
        schema.upgrade(database)
    context.note(_("{place} has schema {head}").format(place=at, head=revisions.HEAD))


@app.command()
def info(form: Format = Form.TABLE) -> None:
    """Say where the ledger is and what it holds.

    Example: tracker db info
    """
    from tracker.report import care  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ledger  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    at = ledger.place(context.settings.db)
    with context.settled() as database:
        found = care.info(database, at, context.evidence())
    context.output(found, form)


@app.command()
def check(
    against: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="Prove as well that the ledger once had this digest, from a report, a backup or db info.",
        ),
    ] = None,
    form: Format = Form.TABLE,
) -> None:
    """Prove that the ledger and its log are whole.

    Example: tracker db check; tracker db check --against DIGEST
    """
    from tracker.report import care  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    with context.reading() as database:
        found = care.check(database, context.evidence(), against)
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
    from tracker.report import care  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
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


@app.command()
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="A new file; else one beside the ledger, with date and time."
        ),
    ] = None,
) -> None:
    """Back the ledger up, with its files of evidence, while others may go on.

    Example: tracker db backup; tracker db backup /mnt/usb/ledger.sqlite
    """
    from tracker.store import backup as backups  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ledger  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    at = ledger.place(context.settings.db)
    made = backups.make(at, file, now=context.now(), files=context.evidence())
    said = _("backed up into {file}, digest {digest}")
    context.note(said.format(file=made.file, digest=made.digest))
    _note_evidence(made.evidence, made.missing)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup or a dump.")],
    force: Annotated[
        bool,
        typer.Option("--force", help="Also over a ledger that holds what the backup lacks."),
    ] = False,
) -> None:
    """Put a backup in the place of the ledger, which is kept beside it.

    Example: tracker db restore ledger-20240630-120000.sqlite
    """
    from tracker.store import ledger, moving  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    at = ledger.place(context.settings.db)
    done = moving.restore(file, at, force=force, now=context.now(), files=context.evidence())
    context.kept(done.kept)
    context.note(_("{place} is restored from {file}").format(place=at, file=file))
    _note_evidence(done.evidence, done.missing)


@app.command()
def dump(out: Out = None) -> None:
    """Write all that the ledger holds as lines of JSON.

    Example: tracker db dump -o ledger.jsonl
    """
    from tracker.store import dump as dumps  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ledger  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    with ledger.looking(ledger.place(context.settings.db)) as database:
        context.pour(dumps.lines(database), out)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What db dump wrote.")],
) -> None:
    """Make a ledger of a dump where there is none yet.

    Example: tracker --db new.sqlite db load ledger.jsonl
    """
    from tracker.store import ledger, moving  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    at = ledger.place(context.settings.db)
    digest = moving.load(file, at)
    context.note(
        _("{place} holds all of {source}, digest {digest}").format(
            place=at, source=file, digest=digest
        )
    )


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The ledger: a file or a URL.")],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="A file or a database that holds nothing yet.")
    ],
) -> None:
    """Copy a ledger into another database: a file to a server, or back.

    Example: tracker db copy ledger.sqlite postgresql+psycopg://tracker@server/ledger
    """
    from tracker.store import ledger, moving  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    at, into = ledger.place(source), ledger.place(target)
    digest = moving.copy(at, into)
    context.note(
        _("{place} holds all of {source}, digest {digest}").format(
            place=into, source=at, digest=digest
        )
    )


def _note_evidence(there: int, missing: int) -> None:
    if there:
        context.note(_("files of evidence copied: {count}").format(count=there))
    if missing:
        context.note(
            _("files of evidence that are not there: {count} (tracker db check names them)").format(
                count=missing
            )
        )
