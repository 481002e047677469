"""What is recorded: update and undo."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import (
    Form,
    Format,
    Keys,
    Said,
    Yes,
    complete_owners,
    complete_statuses,
    number,
    reported,
)
from tracker.errors import DatabaseRefusal, Refusal, UsageRefusal
from tracker.i18n import _, either

if TYPE_CHECKING:
    from tracker.store.record import Report

app = typer.Typer(add_completion=False)


@app.command()
def update(
    keys: Keys = None,
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            metavar="OWNER",
            autocompletion=complete_owners,
            help="Whose assignment it is: AH, CENTRAL, 湖北 ….",
        ),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="STATUS",
            autocompletion=complete_statuses,
            help="not_started, in_progress, stalled, done or dropped; Chinese words do as well.",
        ),
    ] = None,
    percent: Annotated[
        str | None, typer.Option("--percent", metavar="0-100", help="How much of it is done.")
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What has been achieved.")
    ] = None,
    problem: Annotated[
        str | None, typer.Option("--problem", metavar="TEXT", help="What stands in the way.")
    ] = None,
    next_step: Annotated[
        str | None, typer.Option("--next", metavar="TEXT", help="What comes next.")
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            "--evidence",
            metavar="URL-OR-FILE",
            help="What shows it: a link, a file, or a place in a document (2021-02 第3句); can be given several times.",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="The date from which it is true; else today."),
    ] = None,
    without_evidence: Annotated[
        bool, typer.Option("--without-evidence", help="Done, though nothing shows it yet.")
    ] = False,
    yes: Yes = False,
    form: Format = Form.TABLE,
) -> None:
    """Record what an owner reports of his assignments.

    With nothing said, it asks step by step on a terminal.

    Example: tracker update; tracker update 2021-15.5 --owner HB --status in_progress --percent 60 --note "…"
    """
    if keys and owner is not None and status is not None:
        more = (percent, note, problem, next_step, evidence or (), on, without_evidence)
        said = Said(keys, owner, status, *more)
    else:
        _refuse_partial((keys, owner, status), percent, note, problem, next_step, evidence, on)
        said = _asked()
    given = reported(said, context.today())
    deed = _("report {status}").format(status=either(given.status.zh, given.status.en))
    agree(said.keys, said.owner, deed, yes=yes)
    _record(said, given, form)


def _refuse_partial(needed: Sequence[object], *more: object) -> None:
    """Refuse a report with a part missing; nothing said at all is asked for, where somebody can be."""
    if any(needed) or any(more) or not sys.stdin.isatty():
        names = ("KEY...", "--owner", "--status")
        name = next(n for n, said in zip(names, needed, strict=True) if not said)
        told = _("{name} is missing").format(name=name)
        tail = _("help: {command} --help").format(command="tracker update")
        raise UsageRefusal(f"{told} ({tail})")


def _asked() -> Said:
    from tracker.cli.asking import asked  # noqa: PLC0415 - only where somebody is asked

    return asked()


def _record(said: Said, given: "Report", form: str) -> None:
    from tracker.store import evidence, record  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    folder = context.evidence()
    # Files are kept between the report and its end: what cannot be kept was not reported.
    opened = context.writing if said.evidence else context.appending
    with opened() as db:
        gathered = evidence.gather(db, said.evidence, folder)
        done = record.report(
            db,
            given._replace(evidence=gathered.text),
            keys=said.keys,
            owner=said.owner,
            by=context.acting(db),
            without_evidence=said.without_evidence,
        )
        older = record.older(done)
        # Last: of a report that is refused nothing is kept.
        evidence.keep(gathered.files, folder)
    print_batch(done.batch, form)
    note_older(older)


def note_older(count: int) -> None:
    """Say that reports were recorded which change no state."""
    if count:
        context.note(
            _("{count} older than what stands: the later report stays in force").format(count=count)
        )


def agree(keys: list[str], owner: str | None, deed: str, *, yes: bool) -> None:
    """A measure means all that the owner, or everybody, has in it: ask on a terminal, else want --yes."""
    from tracker.store import lookup  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if yes or not any(map(lookup.is_measure, keys)):
        return
    with context.reading() as db:
        meant = lookup.meant(db, keys, None if owner is None else lookup.owner(db, owner))
    whose = _("all owners") if owner is None else meant[0].owner
    every = list(dict.fromkeys(each.key for each in meant))
    if not sys.stdin.isatty():
        raise Refusal(
            _(
                "{keys} stand for several of {owner} ({count}): say --yes to {deed} on all of them"
            ).format(owner=whose, count=len(meant), keys=", ".join(every), deed=deed)
        )
    context.note(
        "\n".join(f"{each.key} {each.owner} {either(each.title, each.title_en)}" for each in meant)
    )
    question = _("Really {deed} for {owner} on all {count}? (y/n)").format(
        deed=deed, owner=whose, count=len(meant)
    )
    if not context.confirmed(question):
        raise typer.Abort


@app.command()
def undo(
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch", metavar="NUMBER", help="Withdraw this batch instead of your last one."
        ),
    ] = None,
    form: Format = Form.TABLE,
) -> None:
    """Withdraw your last batch of reports, or your last breakdown table.

    The lines stay in the log; the state before them is in force again.

    Example: tracker undo; tracker undo --batch 12
    """
    from tracker.store import record  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    chosen = number(batch, "--batch") if batch is not None else None
    with context.writing() as db:
        undone = record.undo(db, by=context.acting(db), batch=chosen)
    context.note(_("withdrew batch {batch}").format(batch=undone.batch))
    if undone.parts:
        context.note(_("{count} parts of units are as before it").format(count=undone.parts))
    print_batch(undone.recorded.batch, form)


def print_batch(batch: int, form: str) -> None:
    """Print the lines of the log that a batch wrote."""
    from tracker.report import details  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    try:
        with context.reading() as db:
            context.output(details.entries(db, batch=batch), form)
    except DatabaseRefusal as reason:
        raise DatabaseRefusal(
            _("batch {batch} is recorded, but cannot be shown: see it with tracker log").format(
                batch=batch
            )
        ) from reason
