"""What every command needs from outside: the ledger, the actor, the clock, and the way out."""

import codecs
import itertools
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tracker.domain.times import SHANGHAI
from tracker.domain.words import plain
from tracker.errors import Refusal, UsageRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from tracker.render import Printable, Screen
    from tracker.store.evidence import Folder
    from tracker.store.ledger import Connection, Place
    from tracker.store.log import Acting
    from tracker.store.states import States

# Formats that are files, not text to look at.
_FILES = frozenset({"docx", "xlsx", "breakdown"})
_ENDINGS = frozenset({"json", "csv", "md", "html", "docx", "xlsx", "ics"})
_KINDS = {"breakdown": "xlsx", "taskwarrior": "json"}
_TELLTALE = r"(?i)://[^/@]*:[^/]+@|[?&]password=."
_ANSWERS = {"y": True, "yes": True, "是": True, "n": False, "no": False, "否": False}
# What a file of SQLite begins with.
_SQLITE = b"SQLite format 3\0"
# How many characters the bar of long work has.
_BAR = 20


@dataclass
class Settings:
    """The options that all commands share."""

    db: str | None = None
    actor: str | None = None


settings = Settings()


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date in the offices."""
    return now().astimezone(SHANGHAI).date()


def actor(db: "Connection | None" = None) -> str:
    """Who acts: the option or TRACKER_ACTOR, else the user of the operating system. On a server the
    session's role, unless that owns the ledger and somebody is named.
    """
    named = (settings.actor or "").strip()
    if db is not None and db.on_server:
        from tracker.store import roles  # noqa: PLC0415 - only a server has roles, and they need SQLAlchemy

        # The variable stands for all ledgers; only what was typed is meant for this one.
        typed = named != os.environ.get("TRACKER_ACTOR", "").strip()
        return roles.actor(db, named, typed=typed)
    if named:
        return named
    if "://" in (settings.db or ""):
        from tracker.store import ledger  # noqa: PLC0415 - only where a ledger is made on a server

        user = ledger.place(settings.db).user
        if user:
            return user
    import getpass  # noqa: PLC0415 - only where nobody says who acts

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as reason:
        raise Refusal(_("nobody is logged in here: say who acts with --actor NAME")) from reason


def acting(db: "Connection | None" = None) -> "Acting":
    """Who acts, and when; on the ledger that is open, where one is."""
    from tracker.store.log import Acting  # noqa: PLC0415 - lists and help record nothing, and do without the log

    return Acting(actor(db), today(), now())


def asked(as_of: date | None, known_on: datetime | None) -> "States":
    """The states as they are today, or as they were on a date or were known at a time."""
    from tracker.store import states  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    return states.at(as_of, known_on, today())


@contextmanager
def reading() -> Iterator["Connection"]:
    """The ledger, to read; the default one is made first where it is missing."""
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    with ledger.reading(_present()) as db:
        yield db


@contextmanager
def settled() -> Iterator["Connection"]:
    """The same, where what is said of it has to be found again: nothing of that time is under way."""
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    with ledger.settled(_present()) as db:
        yield db


@contextmanager
def writing() -> Iterator["Connection"]:
    """The ledger, to write in one transaction; the default one is made first where it is missing."""
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    with ledger.writing(_present()) as db:
        yield db


@contextmanager
def appending() -> Iterator["Connection"]:
    """The ledger, to append one batch to; the default one is made first where it is missing."""
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    with ledger.appending(_present()) as db:
        yield db


def _present() -> "Place":
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    at = ledger.place(settings.db)
    if not at.named and at.is_bare:
        from tracker.store import setup  # noqa: PLC0415 - once in a ledger's life

        if setup.create(at, by=acting()):
            note(_("made a new ledger: {place}").format(place=at))
    return at


def evidence() -> "Folder | None":
    """The folder of the ledger's files: TRACKER_EVIDENCE, else beside the ledger; a server has none."""
    from tracker.store import evidence as evidences  # noqa: PLC0415 - only where evidence is dealt with
    from tracker.store import ledger  # noqa: PLC0415 - help and completion of words need no database

    return evidences.folder(ledger.place(settings.db), os.environ.get("TRACKER_EVIDENCE"))


def refuse_what_is_no_text(said: str) -> None:
    """Refuse bytes that the terminal's encoding could not read, and NULs, which no database keeps."""
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in said):
        raise UsageRefusal(
            _("{said}: these bytes are no text; check the encoding of the terminal").format(
                said=said
            )
        )


def keep_setting(name: str, value: str | None) -> None:
    """Keep an option that all commands share; who types a password in one is told who else sees it."""
    setattr(settings, name, value)
    if (
        value
        and value != os.environ.get("TRACKER_DB")
        and name == "db"
        and re.search(_TELLTALE, value)
    ):
        note(
            _(
                "whoever lists the processes of this machine sees the password in --db: put the URL into TRACKER_DB, or the password into PGPASSFILE"
            )
        )


def confirmed(question: str) -> bool:
    """Whether who sits at the terminal says yes; asked again until it is yes or no.

    A slip of the finger must not throw away what was typed so far.
    """
    while (said := plain(typer.prompt(question, err=True))) not in _ANSWERS:
        note(_("type y or n"))
    return _ANSWERS[said]


def note(message: str) -> None:
    """A note for people: on stderr, never among results."""
    from tracker.report.model import harmless  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    typer.echo(harmless(message, lines=True), err=True)


def kept(backup: Path | None) -> None:
    """Say where the ledger is kept as it was before."""
    if backup is not None:
        note(_("the ledger as it was is kept in {file}").format(file=backup))


@contextmanager
def steps(count: int = 0) -> Iterator[Callable[[str], None]]:
    """Says on a terminal's stderr what is being worked out, and clears it in the end.

    A bar shows how far it is where it is known how many steps there are.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _step: None
        return
    begun = itertools.count()

    def say(step: str) -> None:
        sys.stderr.write(f"\r\x1b[K{_fitting(_bar(next(begun), count) + step)} …")
        sys.stderr.flush()

    try:
        yield say
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _fitting(line: str) -> str:
    """As much of a line as one line of the terminal takes: what is wrapped cannot be cleared."""
    from wcwidth import wcswidth  # noqa: PLC0415 - only progress on a terminal has a width to fit

    from tracker.report.model import harmless  # noqa: PLC0415 - only progress on a terminal shows names that came from outside

    shown, room = harmless(line), typer.get_terminal_size().columns - 3
    while wcswidth(shown) > room:
        shown = shown[:-1]
    return shown


def _bar(done: int, count: int) -> str:
    if not count:
        return ""
    return f"[{'#' * (_BAR * done // count):.<{_BAR}}] {done}/{count} "


def output(what: "Printable", form: str, out: Path | None = None) -> None:
    """Print a report or table as it is made, or write it to a file: whole, or not at all.

    What flows out of the ledger is made here: it has to be open.
    """
    from tracker.render import Screen, pieces  # noqa: PLC0415 - only the command that reads the ledger needs it; help does not

    if out is None or str(out) == "-":
        screen = _screen()
        if form in _FILES and screen.width:
            raise UsageRefusal(_("{form} is no text for a terminal: add -o FILE").format(form=form))
        _print(pieces(what, form, screen))
    else:
        refuse_other_ending(form, out)
        # Spreadsheets take CSV for UTF-8 only behind a byte order mark.
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        _write(out, pieces(what, form, Screen()), encoding)
    if form == "table" and not len(getattr(what, "rows", "-")):
        note(_("nothing found"))


def refuse_other_ending(form: str, out: Path) -> None:
    """A name that promises another format than the one asked for."""
    said = out.suffix.lower().removeprefix(".")
    if said in _ENDINGS and said != _KINDS.get(form, form):
        raise UsageRefusal(
            _("{file} does not go with -f {form}: say -f {said}, or another name").format(
                file=out, form=form, said=said
            )
        )


def put(made: str | bytes, out: Path | None = None) -> None:
    """Print a file for people to edit, or write it: whole, or not at all."""
    if out is None or str(out) == "-":
        if isinstance(made, bytes) and sys.stdout is not None and sys.stdout.isatty():
            raise UsageRefusal(
                _("{form} is no text for a terminal: add -o FILE").format(form="xlsx")
            )
        _print([made])
    else:
        _write(out, [made])


def pour(lines: Iterable[bytes], out: Path | None = None) -> None:
    """Print the lines of a dump as they come, or write them to a file: whole, or not at all."""
    if out is None or str(out) == "-":
        _print(lines)
        return
    from tracker.store import backup  # noqa: PLC0415 - only where a dump is written

    _refuse_database(out)
    backup.write_dump(lines, out)
    note(_("wrote {file}").format(file=out))


def _print(pieces: Iterable[str | bytes]) -> None:
    try:
        for piece in pieces:
            if isinstance(piece, str):
                sys.stdout.write(piece)
            else:
                sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; what is left goes nowhere, and the end is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as reason:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise _cannot_print(str(reason.strerror)) from reason


def _cannot_print(reason: str) -> Refusal:
    return Refusal(_("cannot print: {reason}; what was recorded stands").format(reason=reason))


def _refuse_database(out: Path) -> None:
    """What is written out takes the place of an earlier one, never of a ledger."""
    with suppress(OSError, ValueError):
        if not out.is_file():
            return
        with out.open("rb") as file:
            found = file.read(len(_SQLITE))
        if found == _SQLITE:
            raise Refusal(_("{file} is a database, maybe a ledger: name another").format(file=out))


def _write(out: Path, pieces: Iterable[str | bytes], encoding: str = "utf-8") -> None:
    unfinished = None
    try:
        target = out.resolve()
        if target.exists() and not target.is_file():
            # A device or a pipe is written to, never replaced.
            _fill(target, pieces, encoding)
        else:
            _refuse_database(target)
            unfinished = target.with_name(f".tracker-{os.getpid()}.tmp")
            _fill(unfinished, pieces, encoding)
            if target.exists():
                shutil.copymode(target, unfinished)
            unfinished.replace(target)
    except (OSError, ValueError) as reason:
        why = getattr(reason, "strerror", None) or reason
        raise Refusal(_("cannot write {file}: {reason}").format(file=out, reason=why)) from reason
    finally:
        if unfinished is not None:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
    note(_("wrote {file}").format(file=out))


def _fill(file: Path, pieces: Iterable[str | bytes], encoding: str) -> None:
    encoded = codecs.getincrementalencoder(encoding)(errors="backslashreplace").encode
    with file.open("wb") as to:
        for piece in pieces:
            to.write(encoded(piece) if isinstance(piece, str) else piece)


def _screen() -> "Screen":
    from tracker.render import Screen  # noqa: PLC0415 - only where something is printed

    if sys.stdout is None:
        raise _cannot_print("stdout")
    terminal = sys.stdout.isatty()
    try:
        "█░…".encode(sys.stdout.encoding or "ascii")
        glyphs = True
    except (UnicodeEncodeError, LookupError):
        glyphs = False
    return Screen(
        width=typer.get_terminal_size().columns if terminal else None,
        colour=terminal and not os.environ.get("NO_COLOR"),
        glyphs=glyphs,
        unicode=(sys.stdout.encoding or "").lower().startswith("utf"),
    )
