"""Questions that count: what assignments amount to by measure, owner, document and so on.

As in `queries`, each takes a relation of states.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from tracker.domain.words import Position, Role, Status, Verification, Word
from tracker.store.models import commitments, documents, measures, owners, sections
from tracker.store.rows import Filters
from tracker.store.statements.queries import placed, places
from tracker.store.statements.states import table
from tracker.store.states import States

_CELL = (documents.c.code, sections.c.number, measures.c.key, owners.c.code)
_ORDER = (documents.c.code, measures.c.number, owners.c.place, owners.c.code)


def by_measure(states: States, filters: Filters) -> Select[Any]:
    """The id of each measure, and what its assignments amount to."""
    return _counted(states, filters, measures.c.id)


def by_commitment(states: States, filters: Filters) -> Select[Any]:
    """The id of each commitment, and what its assignments amount to."""
    return _counted(states, filters, commitments.c.id)


def each_commitment(states: States, filters: Filters) -> Select[Any]:
    """The key of the measure and the id of each commitment, in their order, and what its assignments
    amount to.
    """
    order = (documents.c.code, measures.c.number)
    return _counted(states, filters, measures.c.key, commitments.c.id, order=order)


def cells(states: States, filters: Filters) -> Select[Any]:
    """The document, section, measure and owner of each cell, and what its assignments amount to."""
    return _counted(states, filters, *_CELL, order=_ORDER)


def total(states: States, filters: Filters) -> Select[Any]:
    """What all the assignments amount to."""
    return _counted(states, filters)


def _counted(
    states: States,
    filters: Filters,
    *groups: ColumnElement[Any],
    order: tuple[ColumnElement[Any], ...] = (),
) -> Select[Any]:
    """The groups' columns, then the counts in the order of the fields of `Numbers`."""
    of = table(states)
    state = of.c
    counts = state.role != Role.SUPPORT.value
    verified = state.verification == Verification.VERIFIED.value

    def total(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - 1 or a column
        return func.coalesce(func.sum(case((and_(*conditions), amount), else_=0)), 0)

    has: dict[Word, ColumnElement[bool]] = {
        **{word: state.status == word.value for word in Status},
        **{word: of.position == word.value for word in Position},
        **{word: state.verification == word.value for word in Verification},
    }
    gone = and_(has[Status.DROPPED], verified)
    return (
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
        .select_from(placed(of.table))
        .where(*places(filters))
        .group_by(*groups, *order)
        .order_by(*order)
    )


def measure_owners(states: States) -> Select[Any]:
    """The owners in each measure, in the order of the owners' table."""
    of = table(states)
    return (
        select(commitments.c.measure_id, owners.c.code)
        .select_from(of.table)
        .join(commitments, commitments.c.id == of.c.commitment_id)
        .join(owners, owners.c.id == of.c.owner_id)
        .group_by(commitments.c.measure_id, owners.c.code, owners.c.place)
        .order_by(commitments.c.measure_id, owners.c.place, owners.c.code)
    )


def measure_targets(states: States) -> Select[Any]:
    """The targets that each measure's commitments have, and whether one with it is still open."""
    of = table(states)
    state = of.c
    # A drop that nobody has verified stands as not done.
    dropped = and_(
        state.status == Status.DROPPED.value, state.verification == Verification.VERIFIED.value
    )
    shut = or_(state.status == Status.DONE.value, dropped)
    return (
        select(
            commitments.c.measure_id,
            state.target,
            state.target_basis,
            func.max(case((shut, 0), else_=1)),
        )
        .select_from(of.table)
        .join(commitments, commitments.c.id == state.commitment_id)
        .where(state.target.is_not(None), state.role != Role.SUPPORT.value)
        .group_by(commitments.c.measure_id, state.target, state.target_basis)
        .order_by(commitments.c.measure_id, state.target, state.target_basis)
    )
