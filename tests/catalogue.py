"""The messages that the program can say; run as a script, it brings the catalogue up to date.

    python tests/catalogue.py

It adds what is new to the .po file (to be translated by hand), drops what is gone, compiles the .mo.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tracker.cli.app import COMMANDS, Commands, app

SOURCE = Path(__file__).parents[1] / "src" / "tracker"
PO = SOURCE / "i18n" / "locale" / "zh" / "LC_MESSAGES" / "tracker.po"
MO = PO.with_suffix(".mo")

# What the command line library says by itself in its help.
LIBRARY = (
    "Options", "Commands", "Arguments", "required", "default: {default}",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)  # fmt: skip


def messages() -> list[str]:
    """Every message once: those marked in the code, those of the commands' help, the library's."""
    marked = [
        message
        for _, _, message, _, _ in extract_from_dir(
            str(SOURCE), method_map=[("**.py", "python")], keywords={"_": None}
        )
        if isinstance(message, str)
    ]
    return sorted({*marked, *help_texts(), *LIBRARY} - {""})


def help_texts() -> Iterator[str]:
    """The help of every command and of each of its parameters, in English as written."""
    yield from (place.does for place in COMMANDS.values())
    root: Any = typer.main.get_command(app)
    yield from _help(root)
    for name in COMMANDS:
        yield from _help(Commands.loaded(name))


def _help(command: Any) -> Iterator[str]:
    yield command.help or ""
    yield from (getattr(param, "help", None) or "" for param in command.params)
    for inner in getattr(command, "commands", {}).values():
        yield from _help(inner)


def catalogue() -> Catalog:
    """The catalogue as it stands in the .po file."""
    with PO.open("rb") as file:
        found = read_po(file, locale="zh")
    # The same messages give the same bytes, whenever they are compiled.
    found.creation_date = found.revision_date = datetime(2024, 1, 1, tzinfo=UTC)
    return found


def compiled(given: Catalog) -> bytes:
    """The bytes of the .mo file."""
    out = io.BytesIO()
    write_mo(out, given)
    return out.getvalue()


def main() -> None:
    """Bring .po and .mo up to date."""
    old = catalogue() if PO.exists() else Catalog(locale="zh")
    new = Catalog(locale="zh", project="tracker", fuzzy=False)
    for message in messages():
        known = old.get(message)
        new.add(message, known.string if known else "")
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, omit_header=True)
    MO.write_bytes(compiled(catalogue()))


if __name__ == "__main__":
    main()
