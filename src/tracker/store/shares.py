"""Whether a file is on a network share, where SQLite's write-ahead log must not be used.

It keeps an index in memory that all who use the ledger share; that works on one machine alone.
"""

import os
import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")

# Of the systems that Linux mounts, those that other machines write as well.
_REMOTE = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ncpfs?|ceph|lustre|gpfs|gfs2|ocfs2|beegfs|davfs2?"
    r"|fuse\.(sshfs|glusterfs|ceph\S*|s3fs|rclone|davfs\S*|smb\S*|gvfsd-fuse)"
)

# What Windows calls a drive on another machine.
_DRIVE_REMOTE = 4


def is_remote(file: Path) -> bool:
    """Whether other machines may use this file, too; no where the system does not say."""
    if os.name == "nt":
        return _is_remote_drive(file)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        return _REMOTE.fullmatch(_kind(file.parent.resolve(), mounts)) is not None
    except OSError:
        return False


def _kind(folder: Path, mounts: str) -> str:
    """The kind of file system that a folder is on: of the mounts above it the nearest, and the last."""
    found, depth = "", 0
    for line in mounts.splitlines():
        _device, at, kind, *_options = line.split(" ")
        # Blanks and the like in a name are written in octal.
        point = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), at))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = kind, len(point.parts)
    return found


def _is_remote_drive(file: Path) -> bool:
    import ctypes  # noqa: PLC0415 - on Windows alone

    root = file.resolve().anchor
    windows = getattr(ctypes, "windll", None)
    return root.startswith("\\\\") or (
        windows is not None and windows.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
    )
