"""Temporary files of the tests in memory, where this system has a place for them there."""

import os
import shutil
import tempfile
from pathlib import Path

_PLACE = Path("/dev/shm")  # noqa: S108 - what is made in it gets a name of its own from tempfile
_ROOM = 4 << 30


def keep_temporary_files() -> None:
    """No test waits for a disk then; who names a folder with TMPDIR has them there."""
    if "TMPDIR" not in os.environ and _is_fit():
        os.environ["TMPDIR"] = str(_PLACE)
        # Somebody may have asked before, and it is asked for once only.
        tempfile.tempdir = None


def _is_fit() -> bool:
    """Whether there is room, and programs may lie there, too: the tests install some."""
    return (
        os.access(_PLACE, os.W_OK)
        and shutil.disk_usage(_PLACE).free > _ROOM
        and not os.statvfs(_PLACE).f_flag & os.ST_NOEXEC
    )
