"""A file that a user names: its content, or why it cannot be had."""

from pathlib import Path

from tracker.errors import NotFound
from tracker.i18n import _

# Of a file that people write by hand.
LIMIT_BYTES = 20_000_000


def content(file: Path, limit: int) -> bytes:
    """The bytes of a file; of one that has more than `limit` just enough to see that."""
    try:
        if file.is_dir():
            raise NotFound(_("{file} is a folder: name the files in it").format(file=file))
        with file.open("rb") as opened:
            return opened.read(limit + 1)
    except FileNotFoundError as reason:
        raise NotFound(_("no file {file}").format(file=file)) from reason
    except OSError as reason:
        raise NotFound(
            _("cannot read {file}: {reason}").format(file=file, reason=reason.strerror)
        ) from reason
