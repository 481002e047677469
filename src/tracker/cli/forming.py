"""Forms for the offices: form writes them, import takes them back."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import context
from tracker.cli.options import Form, Format, Out, Owner, complete_owners, maybe, period
from tracker.cli.recording import note_older
from tracker.domain.period import Period
from tracker.domain.words import Outcome
from tracker.errors import BadFile, Conflict, Refusal, UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.forms import Returned
    from tracker.report.model import Table
    from tracker.store.importing import Imported

# How a form is written, by its format.
_WRITERS = {
    "xlsx": ("writing", "workbook"),
    "csv": ("plain_writing", "comma_separated"),
    "json": ("plain_writing", "json_text"),
}

app = typer.Typer(add_completion=False)

Every = Annotated[
    bool, typer.Option("--all", help="One for every owner; -o names the folder for them.")
]
Said = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="2024Q2, 2024H1, 2024 or a range.")
]
TableOf = Annotated[
    str | None,
    typer.Option(
        "--owner",
        metavar="OWNER",
        autocompletion=complete_owners,
        help="With --as breakdown: whose table it is.",
    ),
]


class Shape(StrEnum):
    """What a workbook can be instead of a form."""

    BREAKDOWN = "breakdown"


class FileKind(StrEnum):
    """The formats of forms."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


Kind = Annotated[FileKind, typer.Option("--format", "-f", help="What kind of file to make.")]


@app.command()
def form(
    said: Said,
    owner: Owner = None,
    every: Every = False,
    kind: Kind = FileKind.XLSX,
    out: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file, or with --all the folder."),
    ] = None,
) -> None:
    """Make the workbook in which an owner fills in a period.

    Example: tracker form --owner HB --period 2024Q2 -o hb.xlsx; tracker form --all --period 2024Q2 -o forms
    """
    of = period(said, "--period")
    if every == (owner is not None):
        raise UsageRefusal(_("say either --owner OWNER or --all"))
    if of.first > context.today():
        raise UsageRefusal(_("--period: {period} has not begun").format(period=of))
    if every:
        _all(of, kind, out)
    else:
        if out is not None:
            context.refuse_other_ending(kind, out)
            _refuse_what_is_there([out])
        context.put(_made([str(owner)], of, kind)[str(owner)], out)


def _all(of: Period, kind: str, out: Path | None) -> None:
    from tracker.store import forming  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if out is None or str(out) == "-":
        raise UsageRefusal(_("--all makes several files: say -o FOLDER"))
    with context.reading() as db:
        codes = forming.with_assignments(db)
    files = {code: out / f"{code}-{of}.{kind}" for code in codes}
    _refuse_what_is_there(files.values())
    made = _made(codes, of, kind)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise Refusal(
            _("cannot write {file}: {reason}").format(file=out, reason=reason.strerror)
        ) from reason
    for code, file in made.items():
        context.put(file, files[code])


def _refuse_what_is_there(files: Iterable[Path]) -> None:
    """A form that is there may be filled in by now: it is never written over."""
    for file in files:
        if file.is_file():
            raise Refusal(_("{file} is there already: name another").format(file=file))


def _made(owners: list[str], of: Period, kind: str) -> dict[str, str | bytes]:
    """The files, all made before the first is written."""
    from tracker.store import forming  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    module, writer = _WRITERS[kind]
    write = getattr(import_module(f"tracker.forms.{module}"), writer)
    made = {}
    with context.reading() as db, context.steps(len(owners)) as step:
        for owner in owners:
            step(owner)
            made[owner] = write(forming.form(db, owner, of, context.today()))
    return made


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Filled-in forms: xlsx, CSV or JSON."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen and change nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Record a row though somebody reported since.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Record what can be, though other rows cannot.")
    ] = False,
    said: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="PERIOD", help="Refuse forms of any other period: 2024Q2."
        ),
    ] = None,
    shape: Annotated[
        Shape | None,
        typer.Option("--as", help="A breakdown table instead: give its units their parts."),
    ] = None,
    owner: TableOf = None,
    form: Format = Form.TABLE,
    out: Out = None,
) -> None:
    """Take filled-in forms back, row by row.

    A file is recorded as a whole or not at all: one bad row holds the others back, unless --partial is said.

    Example: tracker import hb.xlsx --dry-run; tracker import forms/*.xlsx --period 2024Q2; tracker import table.xlsx --as breakdown --owner HB
    """
    from tracker.report import imported  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if shape or owner:
        _refuse_mixed(shape, owner, force or partial or said is not None)
        context.output(_broken_down(files, str(owner), dry_run=dry_run), form, out)
        return
    of = maybe(period, said, "--period")
    with _keeping_all():
        done = _brought(files, of, dry_run=dry_run, force=force, partial=partial)
        table, left = imported.brief(done) if form is Form.TABLE else (imported.rows(done), 0)
        context.output(table, form, out)
        _end(done, left, dry_run=dry_run)


@contextmanager
def _keeping_all() -> Iterator[None]:
    """While rows by the hundred thousand are read and kept, looking among them for rubbish again and
    again would take a quarter of the time, and find none.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _refuse_mixed(shape: Shape | None, owner: str | None, others: bool) -> None:
    if shape is None or owner is None or others:
        raise UsageRefusal(
            _(
                "a breakdown table takes --as breakdown and --owner, and --dry-run at most beside them"
            )
        )


def _broken_down(files: list[Path], owner: str, *, dry_run: bool) -> "Table":
    from tracker.forms import breakdown  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.report import details  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not
    from tracker.store import breaking, ledger  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if dry_run:
        ledger.refuse_missing(ledger.place(context.settings.db))
    tasks = [task for file in dict.fromkeys(files) for task in breakdown.read(file)]
    with context.writing() as db:
        changes = breaking.bring(db, tasks, owner=owner, by=context.acting(db))
        if dry_run:
            db.rollback()
    if dry_run:
        context.note(_("nothing was changed: a dry run"))
    return details.changes(changes)


def _brought(
    files: list[Path], of: Period | None, *, dry_run: bool, force: bool, partial: bool
) -> "list[Imported]":
    from tracker.store import evidence, importing, ledger  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if dry_run:
        ledger.refuse_missing(ledger.place(context.settings.db))
    named, into = list(dict.fromkeys(files)), context.evidence()
    with context.steps(2 * len(named)) as step:
        forms = _read(named, step)
        with context.writing() as db:
            by = context.acting(db)
            importing.refuse_strange(db, forms, today=by.today, period=of)
            done = []
            for each in forms:
                step(Path(each.file).name)
                done.append(
                    importing.bring(db, each, by=by, into=into, force=force, partial=partial)
                )
            if dry_run:
                db.rollback()
            else:
                # Last: where a file cannot be kept, nothing is recorded.
                evidence.keep((source for each in done for source in each.files), into)
    return done


def _read(files: list[Path], step: Callable[[str], None]) -> "list[Returned]":
    """The forms in the files; of those that hold none, all findings at once."""
    from tracker.forms import reading  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    forms, problems = [], []
    for file in files:
        step(file.name)
        try:
            forms.append(reading.read(file))
        except BadFile as bad:
            problems += bad.problems
    if problems:
        raise BadFile(problems)
    return forms


def _end(done: "list[Imported]", left: int, *, dry_run: bool) -> None:
    """The counts for people, and the exit code that says the worst of them."""
    from tracker.report.imported import counted  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    counts = {outcome: counted(done, outcome) for outcome in Outcome}
    if left:
        said = _(
            "{count} more rows want nothing done (recorded, unchanged or withheld): -f csv -o FILE has all of them"
        )
        context.note(said.format(count=left))
    told = _(
        "{recorded} recorded, {unchanged} unchanged, {refused} refused, {conflict} in conflict, {withheld} withheld"
    )
    context.note(told.format(**{outcome.value: count for outcome, count in counts.items()}))
    note_older(sum(each.older for each in done))
    if dry_run:
        context.note(_("nothing was changed: a dry run"))
    if counts[Outcome.REFUSED]:
        raise typer.Exit(Refusal.exit_code)
    if counts[Outcome.CONFLICT]:
        context.note(
            _("somebody reported since the form went out: --force records the row all the same")
        )
        raise typer.Exit(Conflict.exit_code)
