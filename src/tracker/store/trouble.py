"""What a driver's error means in words: a damaged file, a full disk, a server that went away."""

import sys
from typing import Any

from sqlalchemy.exc import OperationalError

from tracker.errors import Damaged, DatabaseRefusal, Overtaken, Refusal
from tracker.i18n import _
from tracker.store.refused import refusal

# What a server calls a transaction that it ended in favour of another: tried again, it can go through.
_OVERTAKEN = ("40001", "40P01")

# Of a table, a column or a function that is not there: every ledger of this schema has them.
_TORN = ("42P01", "42703", "42883")

# What a server says as it ends a session; where it could not say that, the driver has no number.
_ENDED = ("57P01", "57P02", "57P03", None)

# What the driver says of a URL with options that there are not.
_NO_OPTIONS = ("invalid URI query parameter", "invalid connection option", "bad value for")

# What SQLite says of a file that is no database any more.
_DAMAGE = {"file is not a database", "Could not decode", "malformed"}


def in_words(reason: Exception, place: str, role: str | None, *, write: bool) -> Refusal:
    """What a driver's error means for the user; an error of our own stays a traceback."""
    cause: Any = getattr(reason, "orig", reason)
    said = refusal(cause, role) or _of_a_server(reason, cause, place, write=write)
    if said is not None:
        return said
    told = {
        "file is not a database": _("{place} is no database; name another with --db"),
        "readonly": _("{place} can only be read: ask for the right to write in its folder"),
        "query_only": _("{place} can only be read: ask for the right to write in its folder"),
        "database is locked": _("{place} is locked by another program; close it and try again"),
        "Could not decode": _("{place} is damaged; restore it from a backup"),
        "malformed": _("{place} is damaged; restore it from a backup"),
        "after year 10K": _("{place} is damaged; tracker db check says where"),
        "before year 1": _("{place} is damaged; tracker db check says where"),
        "no such table": _("{place} is damaged; tracker db check says where"),
        "no such column": _("{place} is damaged; tracker db check says where"),
        "database or disk is full": _("the disk is full; nothing was recorded in {place}"),
        "unable to open database file": _("cannot open {place}: is it a folder, or not yours?"),
        "disk I/O error": _("the disk of {place} is full or does not answer; nothing was recorded"),
    }
    for words, message in told.items():
        if words in str(cause):
            kind = Damaged if words in _DAMAGE else DatabaseRefusal
            return kind(message.format(place=place))
    raise reason


def is_lost(reason: Exception) -> bool:
    """Whether the server of a session that was open went away.

    SQLAlchemy says so. What comes from the driver as it is came over an open session: to connect is
    SQLAlchemy's to do.
    """
    driver = sys.modules.get("psycopg")
    if driver is not None and isinstance(reason, driver.OperationalError):
        return reason.sqlstate in _ENDED
    return getattr(reason, "connection_invalidated", False)


def _of_a_server(
    reason: Exception,
    cause: Any,  # noqa: ANN401 - an error of whichever driver
    place: str,
    *,
    write: bool,
) -> Refusal | None:
    numbered = {
        "25006": _("{place} can only be read here; nothing was recorded"),
        "53100": _("the disk is full; nothing was recorded in {place}"),
        "55P03": _("{place} is locked by another program; close it and try again"),
        "57014": _(
            "the server of {place} stopped what took longer than it allows (statement_timeout);"
            " nothing was recorded"
        ),
    }
    if (number := getattr(cause, "sqlstate", None)) in numbered:
        return DatabaseRefusal(numbered[number].format(place=place))
    if number in _OVERTAKEN:
        # Who only reads may have recorded something before; he is not made to do that again.
        kind = Overtaken if write else DatabaseRefusal
        return kind(_("others changed {place} at the same time: try again").format(place=place))
    if number in _TORN:
        return Damaged(_("{place} is damaged; tracker db check says where").format(place=place))
    if is_lost(reason):
        said = (
            _("the server of {place} went away; nothing was recorded, try again")
            if write
            else _("the server of {place} went away")
        )
        return DatabaseRefusal(said.format(place=place))
    # The driver has many words for it; what a server says itself has a number.
    unanswered = getattr(cause, "sqlstate", "") is None
    if unanswered and (
        isinstance(reason, OperationalError) or any(said in str(cause) for said in _NO_OPTIONS)
    ):
        said = _("cannot reach {place}: is the server up, are name and password right?")
        return DatabaseRefusal(said.format(place=place))
    return None
