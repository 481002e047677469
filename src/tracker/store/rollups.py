"""Questions that count: what assignments amount to by measure, owner, document and so on."""

from typing import NamedTuple

from tracker.domain.rollup import Numbers
from tracker.store.connection import Connection
from tracker.store.rows import Filters, TargetRow
from tracker.store.states import States


class Cell(NamedTuple):
    """What one owner has in one measure."""

    document: str
    section: int
    measure: str
    owner: str


def by_measure(db: Connection, states: States, filters: Filters = Filters()) -> dict[int, Numbers]:
    """What the assignments amount to in each measure (by its id)."""
    rows = db.ask("rollups.by_measure", states=states, filters=filters)
    return {row[0]: Numbers(*row[1:]) for row in rows}


def by_commitment(
    db: Connection, states: States, filters: Filters = Filters()
) -> dict[int, Numbers]:
    """What the assignments amount to in each commitment (by its id)."""
    rows = db.ask("rollups.by_commitment", states=states, filters=filters)
    return {row[0]: Numbers(*row[1:]) for row in rows}


def cells(db: Connection, states: States, filters: Filters = Filters()) -> dict[Cell, Numbers]:
    """What each owner's assignments in each measure amount to: all larger groups are sums of these."""
    wide = len(Cell._fields)
    rows = db.ask("rollups.cells", states=states, filters=filters)
    return {Cell(*row[:wide]): Numbers(*row[wide:]) for row in rows}


def total(db: Connection, states: States, filters: Filters = Filters()) -> Numbers:
    """What all the assignments amount to."""
    rows = db.ask("rollups.total", states=states, filters=filters)
    return next((Numbers(*row) for row in rows), Numbers())


def weighted(db: Connection, states: States) -> bool:
    """Whether a commitment that counts weighs more than others."""
    return any(True for _row in db.ask("rollups.weighted", states=states))


def measure_owners(db: Connection, states: States, filters: Filters) -> dict[int, list[str]]:
    """The codes of the owners in each measure (by its id), in the order of the owners' table."""
    found: dict[int, list[str]] = {}
    for measure, code in db.ask("rollups.measure_owners", states=states, filters=filters):
        found.setdefault(measure, []).append(code)
    return found


def measure_targets(db: Connection, states: States, filters: Filters) -> list[TargetRow]:
    """The targets that each measure's commitments have, and whether one with it is still open."""
    rows = db.ask("rollups.measure_targets", states=states, filters=filters)
    return [TargetRow(row[0], row[1], row[2], bool(row[3])) for row in rows]
