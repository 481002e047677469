"""The program run as on a terminal, and what that terminal is sent."""

import os
import pty
import subprocess
import sys
import tempfile
from contextlib import suppress


def on_a_terminal(*arguments: str) -> tuple[int, str, str]:
    """Run the program with stderr on a terminal: its exit code, stdout, and what the terminal got."""
    ours, its = pty.openpty()
    # A file takes all of stdout before the terminal is read; a pipe would not.
    with tempfile.TemporaryFile() as out:
        ran = subprocess.Popen(
            [sys.executable, "-m", "tracker", *arguments], stdout=out, stderr=its
        )
        os.close(its)
        shown = _read(ours)
        code = ran.wait()
        out.seek(0)
        return code, out.read().decode(), shown


def _read(terminal: int) -> str:
    shown = b""
    # Linux says that nobody holds the other end any more by an error.
    with suppress(OSError):
        while said := os.read(terminal, 65536):
            shown += said
    os.close(terminal)
    return shown.decode()
