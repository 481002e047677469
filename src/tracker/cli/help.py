"""Help and usage errors in the language spoken, and the options that every command has."""

from typing import Any

import typer
from typer.core import TyperOption

import tracker
from tracker.cli.context import keep_setting
from tracker.errors import UsageRefusal
from tracker.i18n import LANGUAGES, _, spoken_by


def prepared(command: Any, *, root: bool = False) -> Any:  # noqa: ANN401 - the library's command
    """A command with its help in the language spoken and the options that all commands share."""
    for inner in getattr(command, "commands", {}).values():
        prepared(inner)
    own = {param.name for param in command.params}
    command.help = _(command.help)
    command.short_help = _(command.short_help)
    for param in command.params:
        param.help = _(getattr(param, "help", None))
    command.params += [option for option in _shared_options(root=root) if option.name not in own]
    command.add_help_option = False
    command.options_metavar = _("[OPTIONS]")
    command.subcommand_metavar = _("COMMAND …")

    def format_usage(ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - a type that the library keeps private
        pieces = " ".join(command.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    command.format_usage = format_usage
    return command


def _shared_options(*, root: bool) -> list[TyperOption]:
    def keep(ctx: Any, param: Any, value: str | None) -> None:  # noqa: ANN401 - a type that the library keeps private
        # Before the command or behind it: what is said last holds.
        if value is not None or ctx.parent is None:
            keep_setting(param.name, value)

    def version(_ctx: Any, _param: Any, value: bool) -> None:  # noqa: ANN401 - an override has the types that the library gives it
        if value:
            typer.echo(f"tracker {tracker.__version__}")
            raise typer.Exit

    def show_help(ctx: Any, _param: Any, value: bool) -> None:  # noqa: ANN401 - an override has the types that the library gives it
        if value and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            raise typer.Exit

    def language(_ctx: Any, _param: Any, value: str | None) -> None:  # noqa: ANN401 - an override has the types that the library gives it
        # The language itself was chosen before there was a help text to translate.
        if value is not None and spoken_by(value) is None:
            raise UsageRefusal(
                _("--lang knows only: {choices}").format(choices=", ".join(LANGUAGES))
            )

    def option(name: str, help_text: str, callback: Any, **more: Any) -> TyperOption:  # noqa: ANN401 - an override has the types that the library gives it
        return TyperOption(
            param_decls=[name], expose_value=False, callback=callback, help=help_text, **more
        )

    flag = {"is_flag": True, "is_eager": True}
    # The environment counts once, for the program: behind a command only what was typed does.
    ledger, who = ("TRACKER_DB", "TRACKER_ACTOR") if root else (None, None)
    return [
        option(
            "--db",
            _("The ledger to use; else TRACKER_DB, else your own."),
            keep,
            metavar="PATH-OR-URL",
            envvar=ledger,
        ),
        option(
            "--actor",
            _("Who acts; else TRACKER_ACTOR, else the user of this machine."),
            keep,
            metavar="NAME",
            envvar=who,
        ),
        option("--lang", _("The language; else that of the locale."), language, metavar="en|zh"),
        option("--version", _("Print the version and end."), version, **flag),
        option("--help", _("Print this help and end."), show_help, **flag),
    ]


def usage_message(problem: typer.TyperException) -> str:
    """What is wrong with a command line, in one line that says what to do."""
    context: Any = getattr(problem, "ctx", None)
    command = context.command_path if context else "tracker"
    tail = _("help: {command} --help").format(command=command)
    return f"{_what(problem)} ({tail})"


def _what(problem: typer.TyperException) -> str:
    message = problem.format_message()
    param: Any = getattr(problem, "param", None)
    option = getattr(problem, "option_name", "")
    choices = getattr(getattr(param, "type", None), "choices", None)
    if param is None:
        name = option
    else:
        name = param.opts[0] if param.opts[0].startswith("-") else param.metavar
    told = {
        "MissingParameter": _("{name} is missing"),
        "NoSuchOption": _("no option {name}"),
        "BadOptionUsage": _("{name} wants one value"),
    }.get(type(problem).__name__)
    limits: Any = getattr(param, "type", None)
    if told is None and getattr(limits, "max", None) is not None:
        told = _("{name} wants a whole number from {least} to {most}").format(
            name=name, least=limits.min, most=limits.max
        )
    if told is None and choices:
        told = _("{name} knows only: {said}")
        message = ", ".join(map(str, choices))
    if told is None and message.startswith("Got unexpected extra argument"):
        told = _("too many arguments: {said}")
        message = message.rpartition("(")[2].rstrip(")")
    return (told or "{said}").format(name=name, said=message)
