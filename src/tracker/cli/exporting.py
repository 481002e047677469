"""What goes out to other programs: the whole ledger, tasks, the breakdown table."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Document, Form, Out, Owner
from tracker.errors import UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.render import Printable
    from tracker.store.ledger import Connection
    from tracker.store.rows import Filters

app = typer.Typer(add_completion=False)


class Outlet(StrEnum):
    """The formats of what goes out: those of all results, and those of task programs."""

    JSON = Form.JSON.value
    CSV = Form.CSV.value
    XLSX = Form.XLSX.value
    ICS = "ics"
    TASKWARRIOR = "taskwarrior"
    TABLE = Form.TABLE.value
    MD = Form.MD.value
    HTML = Form.HTML.value
    DOCX = Form.DOCX.value


class Shape(StrEnum):
    """What a workbook can be instead of everything."""

    BREAKDOWN = "breakdown"


@app.command()
def export(
    owner: Owner = None,
    document: Document = None,
    form: Annotated[
        Outlet,
        typer.Option("--format", "-f", help="As what; ics and taskwarrior hold a task each."),
    ] = Outlet.JSON,
    shape: Annotated[
        Shape | None,
        typer.Option("--as", help="With --format xlsx: the table of who does what by when."),
    ] = None,
    out: Out = None,
) -> None:
    """Write out the ledger: all of it, the tasks for other programs, or the breakdown table.

    Example: tracker export -o ledger.json; tracker export -f ics --owner HB -o hubei.ics
    """
    from tracker.report import listing  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if shape and form is not Outlet.XLSX:
        raise UsageRefusal(_("--as breakdown is a workbook: add --format xlsx"))
    with context.settled() as db:
        filters = listing.filters(db, document=document, owner=owner)
        context.output(_made(db, shape or form, filters), shape or form, out)


def _made(db: "Connection", wanted: str, filters: "Filters") -> "Printable":
    from tracker.report import breakdown, everything, tasks  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    of = context.asked(None, None)
    if wanted == Shape.BREAKDOWN:
        return breakdown.breakdown(db, of, filters)
    if wanted in (Outlet.ICS, Outlet.TASKWARRIOR):
        return tasks.tasks(db, of.as_of, filters)
    return everything.everything(db, of, filters)
