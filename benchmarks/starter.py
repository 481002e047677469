"""Runs a command and prints as JSON what it cost: memory that its starter has would count as its own.

    python -I -S benchmarks/starter.py SECONDS COMMAND …

As small as a Python process can be. The command is ended after so many seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time


def main(patience: float, words: list[str]) -> None:
    """Run it, and print seconds on the wall and of the processor, mebibytes, exit code, last words."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
        )
        stop = threading.Timer(patience, process.kill)
        stop.start()
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        stop.cancel()
        errors.seek(0)
        said = errors.read().decode(errors="replace")[-500:]
    unit = 1 if sys.platform == "darwin" else 1024
    memory, processor = used.ru_maxrss * unit // 2**20, used.ru_utime + used.ru_stime
    print(json.dumps([wall, processor, memory, process.returncode, said]))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
