"""Source documents: ingest."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, Out, complete_documents
from tracker.errors import Refusal, UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.report.model import Report
    from tracker.sources.document import Document
    from tracker.store.ingesting import Meeting
    from tracker.store.ledger import Connection

app = typer.Typer(add_completion=False)


@app.command()
def ingest(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A document: txt, md, html, docx or pdf.")
    ],
    code: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="CODE",
            autocompletion=complete_documents,
            help="Which document it is: one that is known, or a new code.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what was read and change nothing.")
    ] = False,
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Write a register file instead of attaching the wording."),
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Attach what agrees, though other sentences differ.")
    ] = False,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="CODE",
            autocompletion=complete_documents,
            help="Measure the draft against this register.",
        ),
    ] = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Read a source document: attach its wording to a register, or draft a new one.

    Example: tracker ingest opinion.pdf --dry-run; tracker ingest plan.docx -o plan.yaml
    """
    _refuse_together(
        {"--dry-run": dry_run, "--draft": draft, "--accept": accept, "--compare": bool(compare)}
    )
    read = _read(file)
    if dry_run:
        _outline(read, form, out)
    elif compare:
        _compare(read, compare, form, out)
    else:
        with context.writing() as db:
            attached = _meet(db, read, file, code, form, out, draft=draft, accept=accept)
        # Not before it is recorded.
        if attached is not None:
            context.output(attached, form, out)


def _read(file: Path) -> "Document":
    from tracker.sources import document, files  # noqa: PLC0415 - reading a document needs libraries that help does not

    with context.steps(2) as step:
        step(_("the text"))
        original = files.read(file)
        step(_("the outline"))
        return document.read(original)


def _refuse_together(given: dict[str, bool]) -> None:
    chosen = [name for name, used in given.items() if used]
    if len(chosen) > 1:
        raise UsageRefusal(
            _("these do not go together: {options}").format(options=", ".join(chosen))
        )


def _outline(read: "Document", form: str, out: Path | None) -> None:
    from tracker.report import reading  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    context.output(reading.outlined(read), form, out)
    context.note(_("nothing was changed: a dry run"))


def _compare(read: "Document", code: str, form: str, out: Path | None) -> None:
    from tracker.report import meeting  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ingesting  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    with context.reading() as db, context.steps() as step:
        step(_("the registers"))
        measured = ingesting.measured(db, read, code)
    context.output(meeting.compared(measured), form, out)


def _meet(
    db: "Connection",
    read: "Document",
    file: Path,
    code: str | None,
    form: str,
    out: Path | None,
    *,
    draft: bool,
    accept: bool,
) -> "Report | None":
    from tracker.store import ingesting  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if not read.items:
        raise Refusal(
            _(
                "nothing is numbered in {file}: there is no measure in it; see it with --dry-run"
            ).format(file=file)
        )
    with context.steps() as step:
        step(_("the registers"))
        met = ingesting.met(db, read, code)
    if met.register and not met.alike:
        raise Refusal(
            _(
                "no sentence of {file} stands in the register of {code}; nothing was attached"
            ).format(file=file, code=met.code)
        )
    if met.register is None or draft:
        _write(met.file(), form, out, accept=accept)
        context.note(_("check it, then load it: tracker seed FILE"))
        return None
    return _attach(db, met, read, file, form, out, accept=accept)


def _attach(
    db: "Connection",
    met: "Meeting",
    read: "Document",
    file: Path,
    form: str,
    out: Path | None,
    *,
    accept: bool,
) -> "Report":
    from tracker.report import meeting  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import ingesting  # noqa: PLC0415 - the database's library costs a quarter of a second, and help needs none of it

    if not (met.same or accept):
        context.output(meeting.revised(met.fates), form, out)
        raise Refusal(
            _(
                "{file} differs from the register of {code}; nothing was attached. Attach what agrees with"
                " --accept, or bring the register to this text with --draft -o FILE"
            ).format(file=file, code=met.code)
        )
    count = ingesting.attached(db, met, read, file.name)
    return meeting.attached(met.code, file.name, count, len(met.fates))


def _write(text: str, form: str, out: Path | None, *, accept: bool) -> None:
    if accept or form != Form.TABLE:
        option = "--accept" if accept else "--format"
        raise UsageRefusal(
            _("the result is a register file, for which there is no {option}").format(option=option)
        )
    context.put(text, out)
