"""Coverage-guided fuzzing of all that reads a file from outside: `python tests/fuzz.py --seconds 60 --seed 1`.

libFuzzer, in the package atheris, changes good files so that they reach new lines of the readers. A
reader returns or refuses; another exception, more than ten seconds or a gigabyte is a failure. What fails
is made as short as it still fails, and kept in `tests/data/fuzz`, where `test_fuzz.py` reads it ever after.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

KEPT = Path(__file__).parent / "data" / "fuzz"
# Before an input that is a package as it stands, and not one part of it.
_ALL = b"\xff"
_SHRINKING_SECONDS = 30
_LIMIT_MEGABYTES = 1000
_LIMIT_SECONDS = 10
# A PDF is read in a process that the program itself stops after a minute.
_LIMIT_SECONDS_PDF = 70


class Fuzzed(NamedTuple):
    """What fuzzing a reader came to: inputs tried, edges of its code reached, files that made it fail."""

    reader: str
    inputs: int
    edges: int
    failures: tuple[Path, ...]


def run(seconds: int, seed: int, only: str | None = None) -> list[Fuzzed]:
    """Fuzz every reader, or one, for so many seconds in all."""
    import readers  # noqa: PLC0415 - a child process instruments what this loads

    names = [only] if only else list(readers.READERS)
    side_by_side = min(len(names), os.cpu_count() or 1)
    each = max(seconds * side_by_side // len(names), 1)
    with tempfile.TemporaryDirectory(prefix="tracker-fuzz-") as name:
        folder = Path(name)
        for reader, files in readers.seeds(folder).items():
            _plant(folder / reader, files, as_parts=readers.READERS[reader].package)
        with ThreadPoolExecutor(side_by_side) as pool:
            return list(pool.map(lambda one: _fuzzed(folder / one, each, seed), names))


def _plant(folder: Path, files: list[bytes], *, as_parts: bool) -> None:
    """The first inputs of a reader; of a package each part alone behind its number, and all behind 255."""
    import readers  # noqa: PLC0415 - a child process instruments what this loads

    (folder / "corpus").mkdir(parents=True)
    (folder / "found").mkdir()
    if as_parts:
        (folder / "package").write_bytes(files[0])
        parts = readers.parts(files[0]).values()
        files = [bytes([n]) + part for n, part in enumerate(parts)] + [_ALL + files[0]]
    for n, data in enumerate(files):
        (folder / "corpus" / str(n)).write_bytes(data)


def _fuzzed(folder: Path, seconds: int, seed: int) -> Fuzzed:
    end, inputs, edges, kept = time.monotonic() + seconds, 0, 0, set[Path]()
    # It ends with the first failure; what time is left goes into looking for another.
    while (left := round(end - time.monotonic())) > 0 and len(kept) < 20:
        ran = subprocess.run(
            [sys.executable, __file__, "--child", str(folder), "--seconds", str(left),
             "--seed", str(seed + len(kept))],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        said = ran.stdout.decode("utf-8", "replace")
        inputs += int((re.findall(r"number_of_executed_units: (\d+)", said) or [0])[-1])
        edges = max(edges, *(int(n) for n in re.findall(r" cov: (\d+)", said)), 0)
        found = list((folder / "found").iterdir())
        if not found:
            assert ran.returncode == 0, said
            break
        for file in found:
            kept.add(_kept(folder, file.read_bytes()))
            sys.stderr.write(said[-3000:])
            file.unlink()
        seed += 1
    return Fuzzed(folder.name, inputs, edges, tuple(sorted(kept)))


def _child(folder: Path, seconds: int, seed: int) -> None:
    """Let libFuzzer try inputs in this process until the time is over, or one of them fails."""
    import atheris  # noqa: PLC0415 - it takes part in the loading of what it watches

    with atheris.instrument_imports(include=["tracker", "readers"]):
        import readers  # noqa: PLC0415 - loaded under its eyes

    reader = readers.READERS[folder.name]
    file = folder / f"input{reader.ending}"

    def tried(data: bytes) -> None:
        file.write_bytes(_whole(folder, data))
        failure = readers.failure(reader, file)
        if failure is not None:
            raise failure

    slow = _LIMIT_SECONDS_PDF if folder.name == "pdf" else _LIMIT_SECONDS
    options = (
        f"-max_total_time={seconds} -seed={seed} -timeout={slow} -rss_limit_mb={_LIMIT_MEGABYTES}"
        f" -artifact_prefix={folder}/found/ -print_final_stats=1 -max_len=40000 -len_control=0"
    )
    atheris.Setup([sys.argv[0], *options.split(), str(folder / "corpus")], tried)
    atheris.Fuzz()


def _whole(folder: Path, data: bytes) -> bytes:
    """The file that an input stands for: of a package the good one with a part changed."""
    import readers  # noqa: PLC0415 - a child process instruments what this loads

    if not readers.READERS[folder.name].package:
        return data
    if data.startswith(_ALL):
        return data.removeprefix(_ALL)
    members = readers.parts((folder / "package").read_bytes())
    names = list(members)
    if data:
        members[names[data[0] % len(names)]] = data[1:]
    return readers.package(members)


def _kept(folder: Path, data: bytes) -> Path:
    """A file that fails, as short as it could be made within a while, under a name of its own."""
    import readers  # noqa: PLC0415 - a child process instruments what this loads

    reader = readers.READERS[folder.name]
    file = folder / f"shorter{reader.ending}"

    def kind(tried: bytes) -> str | None:
        file.write_bytes(_whole(folder, tried))
        failure = readers.failure(reader, file)
        return type(failure).__name__ if failure else None

    # What takes too long, or too much memory, is kept as it is.
    slow = time.monotonic()
    wanted = kind(data)
    if wanted is not None and time.monotonic() - slow < 1:
        data = _shortened(data, lambda tried: kind(tried) == wanted)
    made = _whole(folder, data)
    KEPT.mkdir(parents=True, exist_ok=True)
    place = KEPT / f"{folder.name}-{sha256(made).hexdigest()[:12]}{reader.ending}"
    place.write_bytes(made)
    return place


def _shortened(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """The data without each piece that it also fails without: halves first, single bytes last."""
    end, size = time.monotonic() + _SHRINKING_SECONDS, len(data) // 2
    while size:
        at = 0
        while at < len(data) and time.monotonic() < end:
            shorter = data[:at] + data[at + size :]
            if fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def main() -> int:
    """Fuzz, and print a line for each reader; 1 where something failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--reader")
    options.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    said = options.parse_args()
    if said.child:
        _child(said.child, said.seconds, said.seed)
    if find_spec("atheris") is None:
        sys.stdout.write("skipped: the fuzzer has no wheel for this machine in the registry\n")
        return 0
    done = run(said.seconds, said.seed, said.reader)
    for each in done:
        failed = "".join(f"\n  {file}" for file in each.failures) or " none"
        sys.stdout.write(
            f"{each.reader}: {each.inputs} inputs, {each.edges} edges, failed:{failed}\n"
        )
    return 1 if any(each.failures for each in done) else 0


if __name__ == "__main__":
    sys.exit(main())
