"""Ledgers of any size, the same for the same size: documents, their owners, and years of records.

    python benchmarks/ledgers.py FILE [--size N] [--quarters N] [--wide]

Lines and rows go into the file without the program, chained and cached as it would: `tracker db check`
finds nothing in such a ledger, and a test holds that.
"""

import argparse
import hashlib
import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count, groupby
from pathlib import Path
from typing import Any, NamedTuple

from tracker.domain.target import Target
from tracker.domain.times import moment
from tracker.store import ledger, log, setup

ISSUED = date(2021, 4, 23)
# Later than the first reports that come with the program.
_PLANNED = datetime(2024, 7, 1, tzinfo=UTC)
_FIRST_QUARTER = date(2024, 9, 20)
_PREFECTURES = 90
_MEASURES_PER_SECTION = 10
_KINDS = ("action", "action", "goal", "action", "continuing")
_TARGETS = ("2025", "2025", "2027", "2026-06")
_ENTRY = (
    "id, assignment_id, batch, version, kind, effective_on, recorded_at, actor, status, percent, note,"
    " problem, next_step, evidence, verification, target, target_basis, names, hash_format, hash"
)
_ASSIGNMENT = (
    "id, commitment_id, owner_id, role, basis, first_target, first_target_basis, standing, version, hash,"
    " report, status, percent, effective_on, verification, target, target_basis, due_on"
)


class Shape(NamedTuple):
    """How many documents and owners there are, how many owners share a commitment, and how many
    commitments are one measure; the same owners share all of a document.
    """

    documents: int = 1
    owners: int = 40
    shared: int = 40
    per_measure: int = 25


# One document and one set of owners that share all of it.
TALL = Shape()
# All of it one owner's.
ALONE = Shape(owners=1, shared=1)


class Draft(NamedTuple):
    """What a line says, in the order in which it is hashed."""

    kind: str
    effective_on: str
    status: str | None = None
    percent: int | None = None
    note: str | None = None
    problem: str | None = None
    next_step: str | None = None
    evidence: str | None = None
    verification: str | None = None
    target: str | None = None
    target_basis: str | None = None
    names: int | None = None


class Chain:
    """An assignment while its log is written: the last hash, the target, and the reports that stand, each
    with the day, the version, status, percent and verification; the last one is the current one.
    """

    __slots__ = (
        "first_target",
        "hash",
        "id",
        "name",
        "pair",
        "reports",
        "role",
        "target",
        "target_basis",
        "version",
    )

    def __init__(
        self, number: int, pair: tuple[int, int], role: str, name: str, target: str
    ) -> None:
        self.id, self.pair, self.role, self.name = number, pair, role, f"{len(name)}:{name}"
        self.version, self.hash = 0, ""
        self.first_target = self.target = target
        self.target_basis = "horizon"
        self.reports: list[tuple[str, int, str, int | None, str]] = []

    def drafted(self, on: date) -> Draft | None:
        """What is recorded of it in a quarter: mostly a report, at times what others say, or nothing."""
        drawn, day = random.random(), str(on)
        if drawn < 1 / 6:
            return None
        if self.reports and drawn < 0.30:
            return self._judged(day)
        if drawn < 0.32:
            return Draft("retarget", day, note="审批延后", target="2027", target_basis="assigned")
        if self.reports and drawn < 0.34:
            return Draft("withdrawal", day, note="填错了", names=self.reports[-1][1])
        return _report(on - timedelta(days=100) if drawn > 0.97 else on)

    def _judged(self, day: str) -> Draft:
        said, why = ("returned", "请补充佐证材料") if random.random() < 0.2 else ("verified", None)
        return Draft("review", day, note=why, verification=said, names=self.reports[-1][1])

    def append(self, draft: Draft, batch: int, recorded_at: str, actor: str) -> tuple[Any, ...]:
        """The row of a line behind those that are there."""
        self.version += 1
        # The bytes of domain.log.canonical, put together for speed: there are millions.
        version, head = self.version, f"1:1\n{len(self.hash)}:{self.hash}\n{self.name}"
        middle = f"{len(str(version))}:{version}\n{len(str(batch))}:{batch}\n{_said(*draft[:2])}"
        tail = f"27:{recorded_at}\n{len(actor)}:{actor}\n{_said(*draft[2:])}\n-"
        self.hash = hashlib.sha256(f"{head}\n{middle}\n{tail}".encode()).hexdigest()
        self._fold(draft)
        return (
            self.id, batch, version, *draft[:2], recorded_at, actor, *draft[2:], 1, self.hash,
        )  # fmt: skip

    def _fold(self, draft: Draft) -> None:
        reports = self.reports
        if draft.kind == "report":
            assert draft.status
            reports.append(
                (draft.effective_on, self.version, draft.status, draft.percent, "reported")
            )
            reports.sort()
        elif draft.kind == "review":
            assert draft.verification
            reports[-1] = (*reports[-1][:4], draft.verification)
        elif draft.kind == "withdrawal":
            reports.pop()
        else:
            assert draft.target
            self.target, self.target_basis = draft.target, "assigned"

    def row(self) -> tuple[Any, ...]:
        """The row of the assignment, with what it caches of its log."""
        unreported = (None, None, "not_started", None, "unreported")
        day, version, status, percent, said = self.reports[-1] if self.reports else unreported
        return (
            self.id, *self.pair, self.role, "rule", self.first_target, "horizon", 1, self.version,
            self.hash, version, status, percent, day, said, self.target, self.target_basis,
            _DUE[self.target],
        )  # fmt: skip


_DUE = {said: str(target.due) for said in _TARGETS if (target := Target.read(said))}


def wide(size: int) -> Shape:
    """Documents and owners grow with the ledger, as when more offices join: what one of them sees does not."""
    return Shape(max(1, size // 1000), max(40, size // 333), 8, 5)


def bundled(file: Path) -> None:
    """The ledger that the program makes by itself."""
    setup.create(ledger.place(str(file)), by=builder())


def builder() -> log.Acting:
    """Who makes it, and when."""
    return log.Acting("builder", _PLANNED.date(), _PLANNED)


def make(file: Path, size: int, *, quarters: int = 6, shape: Shape = TALL) -> None:
    """A ledger with so many assignments, and about five lines in six quarters of each."""
    random.seed(size)
    bundled(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        # What would be looked up for each row by itself is proved of the whole by the check.
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        db.execute("PRAGMA cache_size = -1000000")
        taken_off = _taken_off(db)
        chains = _planned(db, size, shape)
        _insert(db, "entries", _ENTRY, _logged(db, chains, quarters))
        _insert(db, "assignments", _ASSIGNMENT, (chain.row() for chain in chains))
        for statement in taken_off:
            db.execute(statement)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")


def kept(folder: Path, size: int, *, tall: bool = False, alone: bool = False) -> Path:
    """The wide ledger of a size in a folder of such ledgers, or the tall one, or that of one owner; made
    where it is not there.
    """
    shape = ALONE if alone else TALL if tall else wide(size)
    file = folder / f"{size}{'-alone' * alone or '-tall' * tall}.sqlite"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        make(unfinished, size, shape=shape)
        unfinished.rename(file)
    return file


def somebody(file: Path) -> tuple[str, str]:
    """A commitment of the last document, by key, and an owner in it who has no units below."""
    with closing(sqlite3.connect(file)) as db:
        found = db.execute(
            "SELECT c.key, o.code FROM assignments a JOIN commitments c ON c.id = a.commitment_id"
            " JOIN owners o ON o.id = a.owner_id WHERE a.role <> 'support' AND o.code NOT IN"
            " (SELECT parent FROM owners WHERE parent <> '') ORDER BY a.id DESC LIMIT 1"
        ).fetchone()
    return str(found[0]), str(found[1])


def _taken_off(db: sqlite3.Connection) -> list[str]:
    """Drop the guards and indexes of the large tables; gives the statements that make them again."""
    found = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql <> ''"
        " AND (name = 'entries_insert' OR type = 'index' AND tbl_name IN ('entries', 'assignments'))"
    ).fetchall()
    for kind, name, _sql in found:
        db.execute(f"DROP {kind} {name}")
    return [sql for _kind, _name, sql in found]


def _planned(db: sqlite3.Connection, size: int, shape: Shape) -> list[Chain]:
    """The registers, and the assignments as they begin, in the order of their numbers."""
    units = _owners(db, shape.owners)
    numbers, chains = count(_next(db, "assignments")), list[Chain]()
    of_each = -(-size // shape.shared // shape.documents)
    for document in range(shape.documents):
        # Those who share one document share all of its commitments.
        first = document * shape.shared
        sharing = [units[(first + place) % len(units)] for place in range(shape.shared)]
        code = f"b{document + 1}"
        for commitment, key, target in _document(db, code, of_each, shape.per_measure):
            for place, (unit, owner) in enumerate(sharing[: size - len(chains)]):
                role = "lead" if place == 0 else "support" if place == 7 else "joint"
                name = f"{key} {owner} {role}"
                chains.append(Chain(next(numbers), (commitment, unit), role, name, target))
    stood = ((chain.id, moment(_PLANNED)) for chain in chains)
    _insert(db, "stands", "assignment_id, added_at", stood)
    return chains


def _owners(db: sqlite3.Connection, wanted: int) -> list[tuple[int, str]]:
    """The owners by number and code: those that come with the program, prefectures and counties."""
    known = db.execute("SELECT id, code FROM owners ORDER BY place").fetchall()
    provinces = [code for _number, code in known if code != "CENTRAL"]
    prefectures = [
        f"{provinces[n % len(provinces)]}-{n:02}"
        for n in range(min(_PREFECTURES, wanted - len(known)))
    ]
    above = [code.partition("-")[0] for code in prefectures]
    more = range(wanted - len(known) - len(prefectures))
    above += [prefectures[n % _PREFECTURES] for n in more]
    codes = prefectures + [f"{prefectures[n % _PREFECTURES]}-{n:04}" for n in more]
    first = _next(db, "owners")
    rows = [
        (first + n, code, f"单位{n}", f"Unit {n}", 100 + n, parent)
        for n, (code, parent) in enumerate(zip(codes, above, strict=True))
    ]
    _insert(db, "owners", "id, code, name, name_en, place, parent", rows)
    return [*known, *((row[0], row[1]) for row in rows)]


def _document(
    db: sqlite3.Connection, code: str, wanted: int, per_measure: int
) -> Iterator[tuple[int, str, str]]:
    """Make a document; gives its commitments by number and key, each with its target."""
    document, section, measure, first = (
        _next(db, table) for table in ("documents", "sections", "measures", "commitments")
    )
    measures = range(-(-wanted // per_measure))
    _insert(
        db, "documents", "id, code, title, title_en, issued_on, horizon, fingerprint",
        [(document, code, f"测试文件{code}", f"Document {code}", str(ISSUED), 2025, "")],
    )  # fmt: skip
    _insert(
        db, "sections", "id, document_id, number, label, title, title_en",
        [
            (section + n, document, n + 1, str(n + 1), f"部分{n + 1}", f"Section {n + 1}")
            for n in range(-(-len(measures) // _MEASURES_PER_SECTION))
        ],
    )  # fmt: skip
    _insert(
        db, "measures", "id, document_id, section_id, number, key, label, title, title_en",
        [
            (
                measure + n, document, section + n // _MEASURES_PER_SECTION, n + 1,
                f"{code}-{n + 1:02}", f"（{n + 1}）", f"举措{n + 1}", f"Measure {n + 1}",
            )
            for n in measures
        ],
    )  # fmt: skip
    made = []
    for n in range(wanted):
        of, sentence = divmod(n, per_measure)
        key, target = f"{code}-{of + 1:02}.{sentence + 1}", _TARGETS[n % len(_TARGETS)]
        made.append(
            (
                first + n, measure + of, key, sentence + 1, f"任务{n + 1}", f"Commitment {n + 1}",
                _KINDS[n % len(_KINDS)], 1 + n % 3, target, "horizon",
            )
        )  # fmt: skip
    _insert(
        db, "commitments",
        "id, measure_id, key, sentence, title, title_en, kind, weight, target, target_basis", made,
    )  # fmt: skip
    return ((row[0], row[2], row[8]) for row in made)


def _logged(
    db: sqlite3.Connection, chains: Sequence[Chain], quarters: int
) -> Iterator[tuple[Any, ...]]:
    """The lines of all quarters: what an owner reports is one batch, what the office says to it another."""
    lines, batch = count(_next(db, "entries")), _next(db, "batches")
    codes = dict(db.execute("SELECT id, code FROM owners"))
    having = [list(of) for _owner, of in groupby(sorted(chains, key=_owner), key=_owner)]
    for quarter in range(quarters):
        on = _FIRST_QUARTER + timedelta(days=91 * quarter)
        begun = datetime(on.year, on.month, on.day, tzinfo=UTC)
        made = list[tuple[int, str, str, str]]()
        for of in having:
            told: dict[str, list[tuple[Chain, Draft]]] = {"import": [], "review": []}
            for chain in of:
                if draft := chain.drafted(on):
                    by_office = draft.kind in ("review", "retarget")
                    told["review" if by_office else "import"].append((chain, draft))
            for command, drafts in told.items():
                actor = "office" if command == "review" else codes[of[0].pair[1]]
                recorded_at = moment(begun + timedelta(seconds=len(made)))
                if drafts:
                    made.append((batch, command, actor, recorded_at))
                for chain, draft in drafts:
                    yield next(lines), *chain.append(draft, batch, recorded_at, actor)
                batch += bool(drafts)
        _insert(db, "batches", "id, command, actor, recorded_at", made)


def _owner(chain: Chain) -> int:
    return chain.pair[1]


def _report(on: date) -> Draft:
    status = random.choices(("in_progress", "done", "stalled", "not_started"), (70, 12, 10, 8))[0]
    day, note = str(on), f"{on}进展：已完成前期工作"
    if status == "done":
        return Draft("report", day, status, 100, note, evidence="https://example.org/report")
    if status == "stalled":
        return Draft("report", day, status, random.randrange(60), note, problem="用地指标尚未落实")
    if status == "in_progress":
        return Draft("report", day, status, random.randrange(5, 95), note, next_step="下季度开工")
    return Draft("report", day, status, None, note)


def _said(*values: object) -> str:
    """Values as a hash covers them."""
    return "\n".join(
        ["-" if value is None else f"{len(str(value).encode())}:{value}" for value in values]
    )


def _next(db: sqlite3.Connection, table: str) -> int:
    found = db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
    return int(found[0])


def _insert(
    db: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    marks = ", ".join("?" * (columns.count(",") + 1))
    db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--quarters", type=int, default=6)
    parser.add_argument("--wide", action="store_true", help=wide.__doc__)
    asked = parser.parse_args()
    chosen = wide(asked.size) if asked.wide else TALL
    make(asked.file, asked.size, quarters=asked.quarters, shape=chosen)
