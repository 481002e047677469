"""The command reference; run as a script, it writes docs/commands.md.

python tests/reference.py
"""

from pathlib import Path
from typing import Any

from tracker.cli.app import COMMANDS, Commands
from tracker.cli.help import prepared
from tracker.i18n import speak

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"


def text() -> str:
    """The page: the help of every command, as the program prints it in English."""
    speak("en")
    parts = ["# Commands\n\nWritten by `python tests/reference.py` from the program's own help.\n"]
    for name in COMMANDS:
        parts += _helps(prepared(Commands.loaded(name)), f"tracker {name}", None)
    return "\n".join(parts)


def _helps(command: Any, path: str, parent: Any) -> list[str]:
    with command.make_context(
        path, [], parent=parent, resilient_parsing=True, terminal_width=79
    ) as context:
        parts = [f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"]
        for name, inner in getattr(command, "commands", {}).items():
            parts += _helps(inner, name, context)
    return parts


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
