"""Where a ledger is: a file, or a database on a server."""

import os
import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import DatabaseRefusal
from tracker.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import URL

# SQLite makes files of pages of this size.
_PAGE = 4096


class Place(NamedTuple):
    """Where a ledger is: its address as `--db` takes it, the file if it is one, and whether the user named
    it.
    """

    address: str
    file: Path | None
    named: bool

    @property
    def url(self) -> "URL":
        """The URL of a server."""
        from sqlalchemy import make_url  # noqa: PLC0415 - a ledger in a file needs no URL

        return make_url(self.address)

    @property
    def user(self) -> str | None:
        """The role that a server is asked as."""
        return None if self.file else self.url.username

    def __str__(self) -> str:
        if self.file:
            return str(self.file)
        # A password can stand among the options of a URL, too.
        secret = [name for name in self.url.query if "password" in name.casefold()]
        return self.url.difference_update_query(secret).render_as_string(hide_password=True)

    @property
    def is_missing(self) -> bool:
        """Whether there is no such file yet."""
        return self.file is not None and not self.file.exists()

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing yet: no file, or one that holds no table.

        A file with a table has more than one page. One that is just being made has one, too: who
        makes it once more waits for the other and finds it made.
        """
        return self.is_missing or (self.file is not None and self.file.stat().st_size <= _PAGE)

    def command(self, command: str) -> str:
        """What a user types to run a command on this ledger."""
        if self.named:
            return f"tracker --db {shlex.quote(str(self))} {command}"
        return f"tracker {command}"


def place(named: str | None) -> Place:
    """The ledger at a path or URL; with neither, the one in the user's data directory."""
    if named is None:
        from platformdirs import user_data_path  # noqa: PLC0415 - only where nothing is named

        path = user_data_path("tracker", appauthor=False) / "ledger.sqlite"
        return Place(str(path), path, named=False)
    if "://" not in named:
        return _file(named)
    return _by_url(named)


def _by_url(named: str) -> Place:
    from sqlalchemy import make_url  # noqa: PLC0415 - a ledger in a file needs no URL
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError  # noqa: PLC0415 - a ledger in a file needs no URL

    try:
        url = make_url(named)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as reason:
        raise _unknown(named) from reason
    if "@" in (url.host or ""):
        # The end of a password with an @ that should be %40: it would be shown as the host.
        raise _unknown(named)
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        return _file(url.database)
    if backend != "postgresql":
        raise DatabaseRefusal(
            _("tracker keeps its ledger in a SQLite file or in PostgreSQL, not in {name}").format(
                name=backend if url.database else "memory"
            )
        )
    return Place(url.render_as_string(hide_password=False), None, named=True)


def _unknown(named: str) -> DatabaseRefusal:
    return DatabaseRefusal(
        _(
            "not a database that tracker knows: {url} (give a file, or postgresql+psycopg://…)"
        ).format(url=named.partition("://")[0] + "://…")
    )


def _file(named: str) -> Place:
    try:
        path = Path(named).expanduser().absolute()
        path.exists()
    except (OSError, RuntimeError, ValueError) as reason:
        why = getattr(reason, "strerror", None) or reason
        raise DatabaseRefusal(
            _("cannot read {file}: {reason}").format(file=named[:200], reason=why)
        ) from reason
    return Place(str(path), path, named=True)


def make_private(file: Path) -> None:
    """Make a file that only its owner opens, and whom he lets; one that is there stays as it is."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def make_folder(folder: Path) -> None:
    """Make the folder of a file, or say why that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise DatabaseRefusal(
            _("cannot make the folder {path}: {reason}").format(path=folder, reason=reason.strerror)
        ) from reason
