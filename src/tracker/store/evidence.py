"""The evidence of reports: what was said of it read, its files kept beside the ledger and proved."""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from tracker.domain.evidence import EvidenceKind, Piece, cited, pieces, read
from tracker.errors import NotFound, Problem, Refusal, UsageRefusal
from tracker.i18n import _
from tracker.store import lookup, wordings
from tracker.store.connection import Connection
from tracker.store.ledger import Place

# Beyond it a link serves everybody better than a copy.
_LIMIT_MEGABYTES = 200
_BLOCK = 1024 * 1024

# No link is followed, no pipe waited for, no line end rewritten; not every system knows all three.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

# What is typed with one of these endings, or as a path, was meant as a file.
_ENDINGS = re.compile(
    r".*\.(7z|csv|docx?|eml|et|gif|jpe?g|md|mp[34]|ofd|pdf|png|pptx?|rar|tiff?|txt|wps|xlsx?|xml|zip)",
    re.IGNORECASE,
)
_PATHS = ("/", "./", "../", "~/", ".\\", "..\\", "\\\\")


class Folder(NamedTuple):
    """Where a ledger's files are kept; a new one is open to whom the ledger's own file is."""

    path: Path
    ledger: Path | None = None


class Source(NamedTuple):
    """A piece that was said, and the file to keep with it where it is one that is new."""

    piece: Piece
    file: Path | None = None


class Gathered(NamedTuple):
    """The evidence of a report, piece by piece."""

    pieces: tuple[Source, ...]

    @property
    def text(self) -> str | None:
        """As the log takes it."""
        return "\n".join(str(source.piece) for source in self.pieces) or None

    @property
    def files(self) -> tuple[Source, ...]:
        """What is to be kept with it."""
        return tuple(source for source in self.pieces if source.file)


def folder(at: Place, named: str | None) -> Folder | None:
    """The folder that is named, else `LEDGER.evidence` beside the ledger; a server has none."""
    ledger = at.file.resolve() if at.file else None
    if named:
        return Folder(Path(named).absolute(), ledger)
    return Folder(ledger.with_name(f"{ledger.name}.evidence"), ledger) if ledger else None


def gather(
    db: Connection, said: Iterable[str], into: Folder | None, *, near: Path | None = None
) -> Gathered:
    """The pieces that were said, each checked; nothing is copied before `keep`.

    Files that a form names are `near`: in its own folder or below, and nowhere else.
    """
    lines = (line.strip() for each in said for line in each.split("\n"))
    return Gathered(tuple(_read(db, line, into, near) for line in lines if line))


def keep(files: Iterable[Source], into: Folder | None) -> None:
    """Copy files into the folder, each once; where one cannot be, those copied before it go again."""
    made: list[Path] = []
    try:
        for source in files:
            target = _target(source.piece, into)
            if _is_kept(target, source.piece):
                continue
            _copy(source, target, _needed(into))
            made.append(target)
    except Refusal:
        for target in made:
            with suppress(OSError):
                target.unlink()
        raise


def carry(db: Connection, files: Folder | None, into: Folder) -> tuple[int, int]:
    """Copy the files that the log names into another folder; gives how many are there, how many not.

    Those that are gone or changed where they were are left: `db check` names them.
    """
    there = missing = 0
    for _where, piece in _named(db).values():
        try:
            if files is None or not _is_kept(_target(piece, files), piece):
                missing += 1
                continue
            keep([Source(piece, _target(piece, files))], into)
        except (NotFound, Refusal):
            missing += 1
        else:
            there += 1
    return there, missing


def problems(db: Connection, into: Folder | None) -> Iterator[Problem]:
    """The files that the log names and the folder lacks or has otherwise, each once."""
    for where, piece in _named(db).values():
        if into is None:
            how = _("nobody says where the files are: set TRACKER_EVIDENCE to their folder")
            yield Problem(where, how)
            continue
        target = _target(piece, into)
        try:
            if not _is_kept(target, piece):
                yield Problem(where, _("{file} is gone").format(file=target))
        except Refusal as reason:
            yield Problem(where, str(reason))


def _named(db: Connection) -> dict[str, tuple[str, Piece]]:
    """The files that the log names, by their places in the folder, with the first line of each."""
    found: dict[str, tuple[str, Piece]] = {}
    for key, owner, version, evidence in db.ask("evidence.named"):
        for piece in pieces(evidence):
            if piece.kept_as:
                where = f"{key} {owner}: version {version}: evidence {piece.said}"
                found.setdefault(piece.kept_as, (where, piece))
    return found


def _read(db: Connection, said: str, into: Folder | None, near: Path | None) -> Source:
    piece = read(said)
    match piece.kind:
        case EvidenceKind.LINK:
            _refuse_local(piece)
        case EvidenceKind.CITATION:
            _refuse_wrong_citation(db, piece)
        case EvidenceKind.FILE:
            # Typed as the log has it: the same file again.
            if not _is_kept(_target(piece, into), piece):
                raise NotFound(_("{file} is not in the evidence folder").format(file=said))
        case EvidenceKind.TEXT:
            path = _file(said) if near is None else _file_near(said, near)
            if path is not None:
                _needed(into)
                return _hashed(path)
    return Source(piece)


def _refuse_local(piece: Piece) -> None:
    if piece.said.casefold().startswith("file:"):
        raise UsageRefusal(
            _("{said} is a link for this machine alone: name the file itself").format(
                said=piece.said
            )
        )


def _refuse_wrong_citation(db: Connection, piece: Piece) -> None:
    """Of what the ledger knows, a measure or a sentence that is not there; the rest is for readers."""
    citation = cited(piece)
    assert citation is not None
    document, _dash, number = citation.code.partition("-")
    if not number.replace(".", "").isdecimal() or document not in lookup.all_documents(db):
        return
    key = lookup.key(db, citation.code)
    if citation.sentence is None or not lookup.is_measure(key):
        return
    count = len(wordings.sentence_rows(db, measure=key))
    if not 1 <= citation.sentence <= count:
        raise NotFound(
            _("{key} has no sentence {number}: it has {count}").format(
                key=key, number=citation.sentence, count=count
            )
        )


def _file(said: str) -> Path | None:
    """The file that somebody at this machine meant; None for words."""
    try:
        path = Path(said).expanduser()
    except RuntimeError:
        # The home of somebody that nobody is.
        return None
    return path if _is_file(path, said) else None


def _file_near(said: str, folder: Path) -> Path | None:
    """The file that a form in a folder names; None for words. What lies outside is not the form's to give."""
    # Forms come from Windows, and nobody's home is meant.
    path = Path(said.replace("\\", "/"))
    try:
        home = folder.resolve()
        outside = not (home / path.parent).resolve().is_relative_to(home)
    except (OSError, ValueError, RuntimeError):
        # No name of a file: longer than any.
        return None
    if outside or path.parts[:1] == ("~",):
        raise Refusal(
            _("{file} lies outside the folder of the form: put it in there").format(file=said)
        )
    try:
        return folder / path if _is_file(folder / path, said) else None
    except NotFound as reason:
        raise NotFound(
            _("no file {file} in {folder}, the folder of the form: put it in there").format(
                file=said, folder=folder
            )
        ) from reason


def _is_file(path: Path, said: str) -> bool:
    """Whether what was said is a file that can be kept; False for words."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError) as reason:
        if said.startswith(_PATHS) or _ENDINGS.fullmatch(said):
            raise NotFound(
                _("no file {file} (a link begins with https://)").format(file=said)
            ) from reason
        return False
    except (OSError, ValueError):
        # No name of a file: longer than any.
        return False
    if stat.S_ISLNK(mode):
        raise Refusal(_("{file} only points to a file: name that file itself").format(file=said))
    if stat.S_ISDIR(mode):
        raise Refusal(_("{file} is a folder: name a file in it").format(file=said))
    if not stat.S_ISREG(mode):
        raise Refusal(_("{file} is a device or a pipe, no file").format(file=said))
    return True


def _hashed(path: Path) -> Source:
    """A file as a piece: its name, and the hash of what it holds now."""
    if not path.name.isprintable():
        raise Refusal(
            _("{file}: a file of this name cannot be kept: rename it").format(file=path.name)
        )
    try:
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            if not 0 < size <= _LIMIT_MEGABYTES * 1024 * 1024:
                raise _wrong_size(path, size)
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as reason:
        raise _cannot_read(path, reason) from reason
    return Source(Piece(EvidenceKind.FILE, path.name, content), path)


def _wrong_size(path: Path, size: int) -> Refusal:
    if not size:
        return Refusal(_("{file} is empty: it shows nothing").format(file=path))
    return Refusal(
        _("{file} is larger than {limit} MB: give a link to it").format(
            file=path, limit=_LIMIT_MEGABYTES
        )
    )


def _cannot_read(path: Path, reason: OSError) -> NotFound:
    return NotFound(_("cannot read {file}: {reason}").format(file=path, reason=reason.strerror))


def _opened(path: Path) -> BufferedReader:
    """A file to read, where it has not meanwhile become a link, or a pipe to wait for."""
    return os.fdopen(os.open(path, os.O_RDONLY | _PLAIN), "rb")


def _needed(into: Folder | None) -> Folder:
    if into is None:
        raise Refusal(
            _(
                "this ledger has no folder for files: set TRACKER_EVIDENCE to one that all who use it reach, or give a link"
            )
        )
    return into


def _target(piece: Piece, into: Folder | None) -> Path:
    return _needed(into).path / str(piece.kept_as)


def _is_kept(target: Path, piece: Piece) -> bool:
    """Whether the file is there; one there that is another is refused, never written over."""
    try:
        if not target.is_symlink() and not target.exists():
            return False
        with _opened(target) as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == piece.sha256
    except OSError as reason:
        raise _cannot_read(target, reason) from reason
    if not same:
        raise Refusal(_("{file} is not the file that was kept").format(file=target))
    return True


def _copy(source: Source, target: Path, into: Folder) -> None:
    """Copy a file to its place: whole, as it was hashed, on the disk, or not at all."""
    assert source.file is not None
    unfinished = None
    try:
        mode = _mode(into)
        for made in (into.path, target.parent):
            if not made.exists():
                made.mkdir(parents=True)
                made.chmod(mode)
                settle(made.parent)
        with _opened(source.file) as file:
            # A name of its own: on a shared drive another machine may be copying, too.
            number, name = tempfile.mkstemp(suffix=".tmp", prefix=".", dir=into.path)
            unfinished = Path(name)
            content = _written(file, number)
        if content != source.piece.sha256:
            raise Refusal(
                _("{file} was changed while it was read: try again").format(file=source.file)
            )
        # Nobody writes in what is kept, not even who opens it to look.
        unfinished.chmod(mode & 0o440)
        unfinished.rename(target)
        settle(target.parent)
    except OSError as reason:
        raise Refusal(
            _("cannot keep {file} in {folder}: {reason}").format(
                file=source.file, folder=into.path, reason=reason.strerror
            )
        ) from reason
    finally:
        with suppress(OSError):
            if unfinished is not None:
                unfinished.unlink(missing_ok=True)


def _mode(into: Folder) -> int:
    """Who may go into the folder: its owner, and his group as the ledger or the folder says; never all."""
    if into.path.exists():
        return 0o700 | into.path.stat().st_mode & 0o2070
    like = into.ledger.stat().st_mode if into.ledger else 0
    return 0o700 | (0o050 if like & 0o040 else 0) | (0o020 if like & 0o020 else 0)


def _written(file: BufferedReader, unfinished: int) -> str:
    """Write what a file holds, and wait until the disk has it; gives its hash."""
    content = hashlib.sha256()
    with os.fdopen(unfinished, "wb") as copy:
        while block := file.read(_BLOCK):
            content.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    return content.hexdigest()


def settle(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where the system can be asked for that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    # Some shared drives know no such thing; the file itself is written by then.
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
