"""The commands and where they live; a command's module is loaded when that command is called."""

import sys
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup, TyperOption

import tracker
from tracker.cli.context import settings
from tracker.errors import Refusal, UsageRefusal
from tracker.i18n import LANGUAGES, _, by_locale, speak


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
    "undo": Place("recording", "Withdraw your last batch of reports."),
    "log": Place("views", "Show the lines of the log, oldest first."),
    "report": Place("views", "Print the progress tables as of a date."),
    "coverage": Place("views", "Prove that every sentence of a document is accounted for."),
    "seed": Place("setup", "Load register files; what is there already is left as it is."),
    "export": Place("views", "Write out everything: documents, measures, assignments, log."),
    "db": Place("database", "Take care of the database."),
}


class Commands(TyperGroup):
    """The commands of `tracker`; listing them loads none of their modules."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002, D102 - the library's
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002, D102 - the library's
        if cmd_name not in COMMANDS:
            return None
        app = import_module(f"tracker.cli.{COMMANDS[cmd_name].module}").app
        loaded = typer.main.get_command(app)
        command = getattr(loaded, "commands", {}).get(cmd_name, loaded)
        return _prepared(command)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002, D102 - the library's
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(place.does)) for name, place in COMMANDS.items()])


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
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # both are text streams
    try:
        speak(_language(arguments))
        command = _prepared(typer.main.get_command(app))
        command.main(args=arguments, prog_name="tracker", standalone_mode=True)
    except Refusal as refusal:
        typer.echo("\n".join(map(_shown, str(refusal).split("\n"))), err=True)
        return refusal.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _shown(line: str) -> str:
    from tracker.report.model import harmless  # noqa: PLC0415 - only where something went wrong

    return f"tracker: {harmless(line)}"


def _language(arguments: list[str]) -> str:
    """The language to speak, known before any help text is made."""
    said = None
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang":
            said = arguments[place + 1] if place + 1 < len(arguments) else ""
        elif argument.startswith("--lang="):
            said = argument.removeprefix("--lang=")
    if said is None:
        return by_locale()
    if said.split("_")[0].split("-")[0].lower() not in LANGUAGES:
        raise UsageRefusal(f"--lang: {said}? ({', '.join(LANGUAGES)})")
    return said.split("_")[0].split("-")[0].lower()


def _prepared(command: Any) -> Any:  # noqa: ANN401 - the library's command
    """A command with its help in the language spoken and the options that all commands have."""
    for inner in getattr(command, "commands", {}).values():
        _prepared(inner)
    command.help = _(command.help) if command.help else command.help
    command.short_help = command.short_help and _(command.short_help)
    for param in command.params:
        param.help = _(param.help) if getattr(param, "help", None) else None
    own = {param.name for param in command.params}
    command.params += [option for option in _shared_options() if option.name not in own]
    return command


def _shared_options() -> list[TyperOption]:
    def keep(ctx: Any, param: Any, value: str | None) -> None:  # noqa: ANN401, ARG001 - the library's
        if value is not None:
            setattr(settings, param.name, value)

    def version(ctx: Any, param: Any, value: bool) -> None:  # noqa: ANN401, ARG001 - the library's
        if value:
            typer.echo(f"tracker {tracker.__version__}")
            raise typer.Exit

    return [
        TyperOption(
            param_decls=["--db"], expose_value=False, callback=keep, envvar="TRACKER_DB",
            metavar=_("PATH-OR-URL"), show_envvar=True, help=_("The ledger to use."),
        ),
        TyperOption(
            param_decls=["--actor"], expose_value=False, callback=keep, envvar="TRACKER_ACTOR",
            metavar=_("NAME"), show_envvar=True,
            help=_("Who acts; else the user of the operating system."),
        ),
        TyperOption(
            param_decls=["--lang"], expose_value=False, metavar="en|zh",
            help=_("Language; else that of the locale."),
        ),
        TyperOption(
            param_decls=["--version"], expose_value=False, callback=version, is_flag=True,
            is_eager=True, help=_("Print the version and end."),
        ),
    ]
