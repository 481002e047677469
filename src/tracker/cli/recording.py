"""What is recorded: update and undo."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import (
    Form,
    Format,
    Keys,
    Whose,
    Yes,
    complete_statuses,
    day,
    number,
    word,
)
from tracker.domain.words import Status, plain
from tracker.errors import Refusal
from tracker.i18n import _, either

if TYPE_CHECKING:
    from tracker.store.record import Report

app = typer.Typer(add_completion=False)


@app.command()
def update(
    keys: Keys,
    owner: Whose,
    status: Annotated[
        str,
        typer.Option(
            "--status",
            metavar="STATUS",
            autocompletion=complete_statuses,
            help="not_started, in_progress, stalled, done or dropped; Chinese words do as well.",
        ),
    ],
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
            "--evidence", metavar="URL-OR-FILE", help="What shows it; can be given several times."
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

    Example: tracker update 2021-15.5 --owner HB --status in_progress --percent 60 --note "…"
    """
    given = _read(status, percent, on, note, problem, next_step, evidence)
    said = either(given.status.zh, given.status.en)
    agree(keys, owner, _("report {status}").format(status=said), yes=yes)
    _record(keys, owner, given, without_evidence=without_evidence, form=form)


def _record(
    keys: list[str], owner: str, given: "Report", *, without_evidence: bool, form: Form
) -> None:
    from tracker.store import record  # noqa: PLC0415 - not for help

    by = context.acting()
    with context.writing() as db:
        done = record.report(
            db, given, keys=keys, owner=owner, by=by, without_evidence=without_evidence
        )
        older = record.older(db, done)
    print_batch(done.batch, form)
    note_older(older)


def note_older(count: int) -> None:
    """Say that reports were recorded which change no state."""
    if count:
        context.note(
            _("{count} older than what stands: the later report stays in force").format(count=count)
        )


def _read(
    status: str,
    percent: str | None,
    on: str | None,
    note: str | None,
    problem: str | None,
    next_step: str | None,
    evidence: list[str] | None,
) -> "Report":
    from tracker.store.record import Report  # noqa: PLC0415 - not for help

    return Report(
        status=word(Status, status, "--status"),
        effective_on=day(on, "--on") if on is not None else context.today(),
        percent=number(percent, "--percent") if percent is not None else None,
        note=note or None,
        problem=problem or None,
        next_step=next_step or None,
        evidence="\n".join(filter(None, map(str.strip, evidence or ()))) or None,
    )


def agree(keys: list[str], owner: str | None, deed: str, *, yes: bool) -> None:
    """A measure means all that the owner, or everybody, has in it: ask on a terminal, else want --yes."""
    from tracker.store import lookup  # noqa: PLC0415 - not for help

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
    if plain(typer.prompt(question, err=True)) not in ("y", "yes", "是"):
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
    """Withdraw your last batch of reports.

    The lines stay in the log; the state before them is in force again.

    Example: tracker undo; tracker undo --batch 12
    """
    from tracker.store import record  # noqa: PLC0415 - not for help

    chosen = number(batch, "--batch") if batch is not None else None
    with context.writing() as db:
        withdrawn, done = record.undo(db, by=context.acting(), batch=chosen)
    context.note(_("withdrew batch {batch}").format(batch=withdrawn))
    print_batch(done.batch, form)


def print_batch(batch: int, form: str) -> None:
    """Print the lines of the log that a batch wrote."""
    from tracker.report import details  # noqa: PLC0415 - not for help

    with context.reading() as db:
        table = details.entries(db, batch=batch)
    context.output(table, form)
