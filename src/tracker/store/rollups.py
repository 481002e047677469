"""Questions that count: what assignments amount to by measure, owner, document and so on.

As in `queries`, each takes a relation of states.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, CursorResult, and_, case, func, or_, select

from tracker.domain.rollup import Numbers
from tracker.domain.words import Position, Role, Status, Verification, Word
from tracker.store.models import commitments, documents, measures, owners, sections
from tracker.store.queries import placed, places
from tracker.store.rows import Filters, TargetRow
from tracker.store.states import States

_CELL = (documents.c.code, sections.c.number, measures.c.key, owners.c.code)
_ORDER = (documents.c.code, measures.c.number, owners.c.place, owners.c.code)


class Cell(NamedTuple):
    """What one owner has in one measure."""

    document: str
    section: int
    measure: str
    owner: str


def by_measure(db: Connection, states: States, filters: Filters = Filters()) -> dict[int, Numbers]:
    """What the assignments amount to in each measure (by its id)."""
    return {row[0]: Numbers(*row[1:]) for row in _counted(db, states, filters, measures.c.id)}


def by_commitment(
    db: Connection, states: States, filters: Filters = Filters()
) -> dict[int, Numbers]:
    """What the assignments amount to in each commitment (by its id)."""
    return {row[0]: Numbers(*row[1:]) for row in _counted(db, states, filters, commitments.c.id)}


def cells(db: Connection, states: States, filters: Filters = Filters()) -> dict[Cell, Numbers]:
    """What each owner's assignments in each measure amount to: all larger groups are sums of these."""
    wide = len(_CELL)
    rows = _counted(db, states, filters, *_CELL, order=_ORDER)
    return {Cell(*row[:wide]): Numbers(*row[wide:]) for row in rows}


def total(db: Connection, states: States, filters: Filters = Filters()) -> Numbers:
    """What all the assignments amount to."""
    return next((Numbers(*row) for row in _counted(db, states, filters)), Numbers())


def _counted(
    db: Connection,
    states: States,
    filters: Filters,
    *groups: ColumnElement[Any],
    order: tuple[ColumnElement[Any], ...] = (),
) -> CursorResult[Any]:
    """The groups' columns, then the counts in the order of the fields of `Numbers`."""
    state = states.c
    counts = state.role != Role.SUPPORT.value
    verified = state.verification == Verification.VERIFIED.value

    def total(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - 1 or a column
        return func.coalesce(func.sum(case((and_(*conditions), amount), else_=0)), 0)

    has: dict[Word, ColumnElement[bool]] = {
        **{word: state.status == word.value for word in Status},
        **{word: states.position == word.value for word in Position},
        **{word: state.verification == word.value for word in Verification},
    }
    gone = and_(has[Status.DROPPED], verified)
    statement = (
        select(
            *groups,
            *(total(1, counts, having) for having in has.values()),
            total(1, counts, has[Status.DONE], verified),
            total(1, counts, gone),
            total(commitments.c.weight, counts, ~gone),
            total(commitments.c.weight, counts, has[Status.DONE]),
            total(1, ~counts),
            func.count(commitments.c.id.distinct()),
        )
        .select_from(placed(states.relation))
        .where(*places(filters))
        .group_by(*groups, *order)
        .order_by(*order)
    )
    return db.execute(statement)


def measure_owners(db: Connection, states: States) -> dict[int, list[str]]:
    """The codes of the owners in each measure (by its id), in the order of the owners' table."""
    statement = (
        select(commitments.c.measure_id, owners.c.code)
        .select_from(states.relation)
        .join(commitments, commitments.c.id == states.c.commitment_id)
        .join(owners, owners.c.id == states.c.owner_id)
        .group_by(commitments.c.measure_id, owners.c.code, owners.c.place)
        .order_by(commitments.c.measure_id, owners.c.place, owners.c.code)
    )
    found: dict[int, list[str]] = {}
    for measure, code in db.execute(statement):
        found.setdefault(measure, []).append(code)
    return found


def measure_targets(db: Connection, states: States) -> list[TargetRow]:
    """The targets that each measure's commitments have, and whether one with it is still open."""
    state = states.c
    # A drop that nobody has verified stands as not done.
    dropped = and_(
        state.status == Status.DROPPED.value, state.verification == Verification.VERIFIED.value
    )
    shut = or_(state.status == Status.DONE.value, dropped)
    statement = (
        select(
            commitments.c.measure_id,
            state.target,
            state.target_basis,
            func.max(case((shut, 0), else_=1)),
        )
        .select_from(states.relation)
        .join(commitments, commitments.c.id == state.commitment_id)
        .where(state.target.is_not(None), state.role != Role.SUPPORT.value)
        .group_by(commitments.c.measure_id, state.target, state.target_basis)
        .order_by(commitments.c.measure_id, state.target, state.target_basis)
    )
    return [TargetRow(row[0], row[1], row[2], bool(row[3])) for row in db.execute(statement)]
