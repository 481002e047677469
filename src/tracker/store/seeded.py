"""Whether files were seeded before and nothing has changed since: told by fingerprints, without reading them.

What a load does hangs on its files, on this program, and on what the ledger holds that they are
compared with. Where all three are as they were after an earlier load, there is nothing to do.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tracker import __version__
from tracker.store.connection import Connection
from tracker.store.log import SEED
from tracker.store.revisions import HEAD

_COMPARED = (
    "documents_there",
    "owners_there",
    "links_there",
    "reports_there",
    "indicators_there",
    "targets_there",
    "last_figure",
)


class Given(NamedTuple):
    """A file to be loaded, and whether it came with the program."""

    file: Path
    data: bytes
    bundled: bool

    @property
    def fingerprint(self) -> str:
        """Of its bytes."""
        return sha256(self.data).hexdigest()


def holds(db: Connection, given: Sequence[Given]) -> bool:
    """Whether a load of these files would find the ledger as the last load of them left it."""
    known = next(iter(db.ask("seeded.state", files=_files(given))), None)
    return known is not None and known[0] == _state(db)


def remember(db: Connection, given: Sequence[Given]) -> None:
    """Keep that these files are loaded; what other files were compared with may be gone."""
    now = [{"files": _files(given), "state": _state(db)}]
    db.tell("seeded.old_states", now)
    db.tell("seeded.new_state", now)


def _files(given: Iterable[Given]) -> str:
    program = (__version__, HEAD, _program())
    return _digest([program, *((one.fingerprint, one.bundled) for one in given)])


def _program() -> str:
    """The fingerprint of what reads files and loads them: another program may do it otherwise."""
    here = Path(__file__).parent
    read = [here.parent / "yamlfile.py"]
    for folder in (here.parent / "domain", here.parent / "register", here):
        read += sorted(folder.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in read)).hexdigest()


def _state(db: Connection) -> str:
    rows = [(name, *row) for name in _COMPARED for row in db.ask(f"seeded.{name}")]
    rows += [("figures", *row) for row in db.ask("seeded.figures_there", command=SEED)]
    # Two databases sort text each in its own way.
    return _digest(sorted(rows, key=repr))


def _digest(rows: Iterable[tuple[object, ...]]) -> str:
    return sha256("\n".join(map(repr, rows)).encode()).hexdigest()
