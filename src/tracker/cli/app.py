"""The commands and where they live; a command's module is loaded when that command is called."""

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

import typer
from typer.core import TyperGroup

from tracker.cli.context import refuse_what_is_no_text
from tracker.cli.help import prepared, usage_message
from tracker.errors import Overtaken, Refusal, UsageRefusal
from tracker.i18n import _, by_locale, speak, spoken_by

# How often a command is tried before somebody hears that others are always faster.
_TRIES = 3


class Place(NamedTuple):
    """The module of a command and the one line that says what it does."""

    module: str
    does: str


# In the order of a working day; a test compares each line with the command's own help.
COMMANDS = {
    "init": Place("setup", "Create or upgrade the ledger and load what comes with the program."),
    "list": Place("views", "List measures, commitments or assignments with their progress."),
    "show": Place("views", "Show one measure or commitment in full."),
    "update": Place("recording", "Record what an owner reports of his assignments."),
    "review": Place(
        "reviewing", "Accept or return what an owner reported last; never the reporter himself."
    ),
    "retarget": Place("reviewing", "Move a target; the old one stays in the log."),
    "undo": Place(
        "recording", "Withdraw your last batch of reports, or your last breakdown table."
    ),
    "log": Place("views", "Show the lines of the log, oldest first."),
    "report": Place(
        "reporting", "Print the progress report of a date or a period, and keep it as sent."
    ),
    "next": Place(
        "reporting", "List what an owner has to see to today: returned, overdue, due, silent."
    ),
    "due": Place("reporting", "Remind the owners: overdue, falling due, silent, returned."),
    "audit": Place("reporting", "List the signs of gaming in the log."),
    "form": Place("forming", "Make the workbook in which an owner fills in a period."),
    "import": Place("forming", "Take filled-in forms back, row by row."),
    "coverage": Place("views", "Prove that every sentence of a document is accounted for."),
    "indicator": Place(
        "indicating", "Follow figures: their targets, what was observed, and the verdicts."
    ),
    "seed": Place("setup", "Load register files; what is there already is left as it is."),
    "ingest": Place(
        "ingesting", "Read a source document: attach its wording to a register, or draft a new one."
    ),
    "export": Place(
        "exporting",
        "Write out the ledger: all of it, the tasks for other programs, or the breakdown table.",
    ),
    "db": Place("database", "Take care of the database."),
}


# A command as Typer makes it, which keeps the type in a private module.
Command: TypeAlias = Any


class Commands(TyperGroup):
    """The commands of `tracker`; listing them loads none of their modules."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer calls its method with these, and keeps their types in a private module
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Command:  # noqa: ANN401, ARG002 - Typer calls its method with these, and keeps their types in a private module
        if cmd_name not in COMMANDS:
            raise UsageRefusal(
                _("no command {said}; there are: {known}").format(
                    said=cmd_name, known=", ".join(COMMANDS)
                )
            )
        return prepared(self.loaded(cmd_name))

    @staticmethod
    def loaded(name: str) -> Command:
        """A command as its module has it, in English."""
        module = import_module(f"tracker.cli.{COMMANDS[name].module}").app
        commands = [one for one in module.registered_commands if _name(one) == name]
        if not commands:
            return typer.main.get_command(module)
        # Its neighbours would only cost time.
        alone = typer.Typer(add_completion=False)
        alone.registered_commands = commands
        return typer.main.get_command(alone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - Typer calls its method with these, and keeps their types in a private module
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(place.does)) for name, place in COMMANDS.items()])


def _name(command: Command) -> str:
    return str(command.name or command.callback.__name__.strip("_"))


app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Follow what policy documents oblige their owners to do.

    Start with: tracker init; tracker list; tracker show 2021-15
    """


def run(arguments: list[str]) -> int:
    """Run one command line; gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is shown escaped, not answered with a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        speak(_language(arguments))
        for said in (*arguments, os.environ.get("TRACKER_ACTOR", "")):
            refuse_what_is_no_text(said)
        code: int | None = _tried(prepared(typer.main.get_command(app), root=True), arguments)
    except Refusal as refusal:
        return _refused(str(refusal), refusal.exit_code)
    except typer.Abort:
        if sys.stderr is not None and sys.stderr.isatty():
            # The cursor may stand behind a question that was left.
            typer.echo(err=True)
        return _refused(_("stopped"), Refusal.exit_code)
    except typer.TyperException as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            typer.echo(problem.format_message())
            return UsageRefusal.exit_code
        return _refused(usage_message(problem), problem.exit_code)
    return code or 0


def _tried(command: Command, arguments: list[str]) -> int | None:
    """Run a command; anew where the server let others go first, since then it has done nothing."""
    attempt: Callable[[], int | None] = partial(
        command.main, args=arguments, prog_name="tracker", standalone_mode=False
    )
    for _time in range(_TRIES - 1):
        with suppress(Overtaken):
            return attempt()
    return attempt()


def _refused(message: str, code: int) -> int:
    from tracker.report.model import harmless  # noqa: PLC0415 - only a refusal needs it, and every other call would pay for it

    for line in message.split("\n"):
        typer.echo(f"tracker: {harmless(line)}", err=True)
    return code


def _language(arguments: list[str]) -> str:
    """The language to speak, known before any help text is made."""
    said = ""
    for argument, following in zip(arguments, [*arguments, ""][1:], strict=True):
        if argument == "--lang":
            said = following
        elif argument.startswith("--lang="):
            said = argument.removeprefix("--lang=")
    return spoken_by(said) or by_locale()
