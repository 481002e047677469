"""What others record: review and retarget."""

from typing import Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, Key, Owner, Whose, Yes, target
from tracker.cli.recording import agree, print_batch
from tracker.errors import UsageRefusal
from tracker.i18n import _

app = typer.Typer(add_completion=False)


@app.command()
def review(
    key: Key,
    owner: Whose,
    accept: Annotated[
        bool, typer.Option("--accept", help="What was reported is so: verified.")
    ] = False,
    returned: Annotated[
        str | None,
        typer.Option("--return", metavar="REASON", help="It is not, or not shown: to be redone."),
    ] = None,
    yes: Yes = False,
    form: Format = Form.TABLE,
) -> None:
    """Accept or return what an owner reported last; never the reporter himself.

    Example: tracker review 2021-15.5 --owner HB --accept; tracker review 2021-15.5 --owner HB --return "no record of the trial run"
    """
    from tracker.store import reviewing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    reason = _reason(returned, accept=accept)
    agree([key], owner, _("review"), yes=yes)
    with context.writing() as db:
        done = reviewing.review(db, key=key, owner=owner, returned=reason, by=context.acting(db))
    print_batch(done.batch, form)


def _reason(returned: str | None, *, accept: bool) -> str | None:
    """Why it is returned; None where it is accepted. One of the two has to be said."""
    if accept == (returned is not None):
        raise UsageRefusal(_("say either --accept or --return REASON"))
    if returned is not None and not returned.strip():
        raise UsageRefusal(_("--return: say why"))
    return returned


@app.command()
def retarget(
    key: Key,
    when: Annotated[
        str, typer.Argument(metavar="YEAR[-MM]", help="The new target: 2027, or 2027-06.")
    ],
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="Why it moves; it stays in the log.")
    ],
    owner: Owner = None,
    yes: Yes = False,
    form: Format = Form.TABLE,
) -> None:
    """Move a target; the old one stays in the log.

    Example: tracker retarget 2021-15.5 2027 --why "runway approved late" --owner HB
    """
    from tracker.store import reviewing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    to = target(when, "YEAR[-MM]")
    if not why.strip():
        raise UsageRefusal(_("--why: say why"))
    agree([key], owner, _("move the target"), yes=yes)
    with context.writing() as db:
        done = reviewing.retarget(
            db, key=key, target=to, why=why, owner=owner, by=context.acting(db)
        )
    print_batch(done.batch, form)
