"""Ledgers of any size, the same for the same size: a document, its owners, and years of reports."""

import argparse
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, insert, select

from tracker.domain.log import Entry
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Status, Verification
from tracker.store import ledger, log, setup
from tracker.store.connection import Connection
from tracker.store.models import (
    assignments,
    commitments,
    documents,
    measures,
    owners,
    sections,
    stands,
)

OWNERS = 40
ISSUED = date(2021, 4, 23)
# Later than the first reports that come with the program.
_PLANNED = datetime(2024, 7, 1, tzinfo=UTC)
_PER_MEASURE = 25
_MEASURES_PER_SECTION = 10
_CHUNK = 5_000


def make(file: Path, size: int, *, quarters: int = 4) -> None:
    """A ledger with so many assignments, each reported on in about two of three quarters."""
    random.seed(size)
    at = ledger.place(str(file))
    setup.create(at, by=log.Acting("builder", _PLANNED.date(), _PLANNED))
    with ledger.writing(at) as db:
        ids = _assigned(db, size)
        for quarter in range(quarters):
            _reported(db, ids, date(2024, 9, 20) + timedelta(days=91 * quarter))


def _assigned(db: Connection, size: int) -> list[int]:
    units = _owners(db)
    wanted = -(-size // len(units))
    document = _inserted(
        db, documents, code="b1", title="测试文件", title_en="A document", issued_on=ISSUED,
        horizon=2025, fingerprint="",
    )  # fmt: skip
    keys = [_commitment(db, document, number) for number in range(wanted)]
    pairs = [(commitment, unit) for commitment in keys for unit in units][:size]
    target = Target(2025)
    first = {
        "role": "joint", "basis": "rule", "first_target": str(target),
        "first_target_basis": "horizon", "standing": True, "version": 0, "hash": "",
        "status": Status.NOT_STARTED.value, "verification": Verification.UNREPORTED.value,
        "target": str(target), "target_basis": "horizon", "due_on": target.due,
    }  # fmt: skip
    db.execute(
        insert(assignments),
        [{"commitment_id": one, "owner_id": unit, **first} for one, unit in pairs],
    )
    ids = list(
        db.execute(
            select(assignments.c.id).where(assignments.c.commitment_id.in_(keys[:1])).limit(1)
        ).scalars()
    )
    ids = list(range(ids[0], ids[0] + size))
    db.execute(insert(stands), [{"assignment_id": one, "added_at": _PLANNED} for one in ids])
    return ids


def _owners(db: Connection) -> list[int]:
    known = list(db.execute(select(owners.c.id).order_by(owners.c.place)).scalars())
    for number in range(len(known), OWNERS):
        made = _inserted(
            db, owners, code=f"HB-{number:02}", name=f"单位{number:02}",
            name_en=f"Unit {number:02}", place=100 + number, parent="HB",
        )  # fmt: skip
        known.append(made)
    return known


def _commitment(db: Connection, document: int, number: int) -> int:
    measure, sentence = divmod(number, _PER_MEASURE)
    key = f"b1-{measure + 1:02}"
    if sentence == 0:
        part, first = divmod(measure, _MEASURES_PER_SECTION)
        if first == 0:
            _inserted(
                db, sections, document_id=document, number=part + 1, label=str(part + 1),
                title=f"部分{part + 1}", title_en=f"Section {part + 1}",
            )  # fmt: skip
        inside = select(sections.c.id).where(
            sections.c.document_id == document, sections.c.number == part + 1
        )
        _inserted(
            db, measures, document_id=document, section_id=inside.scalar_subquery(),
            number=measure + 1, key=key, label=f"（{measure + 1}）", title=f"举措{measure + 1}",
            title_en=f"Measure {measure + 1}",
        )  # fmt: skip
    owner = select(measures.c.id).where(measures.c.key == key).scalar_subquery()
    return _inserted(
        db, commitments, measure_id=owner, key=f"{key}.{sentence + 1}", sentence=sentence + 1,
        title=f"任务{number + 1}", title_en=f"Commitment {number + 1}", kind="action",
        weight=1 + number % 3, target="2025", target_basis=Basis.HORIZON.value,
    )  # fmt: skip


def _inserted(db: Connection, table: Table, **values: object) -> int:
    made = db.execute(insert(table).values(**values)).inserted_primary_key
    assert made
    return int(made[0])


def _reported(db: Connection, ids: list[int], on: date) -> None:
    chosen = random.sample(ids, len(ids) * 2 // 3)
    recorded = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(hours=3)
    for start in range(0, len(chosen), _CHUNK):
        drafts = [(one, _draft(on)) for one in sorted(chosen[start : start + _CHUNK])]
        log.append(db, drafts, command="update", by=log.Acting("li", on, recorded))


def _draft(on: date) -> Entry:
    status = random.choices(
        (Status.IN_PROGRESS, Status.DONE, Status.STALLED, Status.NOT_STARTED), (70, 12, 10, 8)
    )[0]
    more = {
        Status.DONE: {"percent": 100, "evidence": "https://example.org/report"},
        Status.STALLED: {"percent": random.randrange(60), "problem": "用地指标尚未落实"},
        Status.IN_PROGRESS: {"percent": random.randrange(5, 95), "next_step": "下季度开工"},
    }.get(status, {})
    note = f"{on}进展：已完成前期工作"
    return log.draft(EntryKind.REPORT, effective_on=on, status=status, note=note, **more)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--size", type=int, default=100_000)
    arguments = parser.parse_args()
    make(arguments.file, arguments.size)
