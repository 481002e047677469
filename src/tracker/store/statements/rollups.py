"""Questions that count: what assignments amount to by measure, owner, document and so on.

As in `queries`, each takes a relation of states.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select

from tracker.domain.words import Position, Role, Status, Verification, Word
from tracker.store.models import commitments, documents, measures, owners, sections
from tracker.store.rows import Filters
from tracker.store.statements.places import inside, outwards, placed, places
from tracker.store.statements.states import StateTable, table
from tracker.store.states import States


def by_measure(states: States, filters: Filters) -> Select[Any]:
    """The id of each measure, and what its assignments amount to."""
    return _counted(states, filters, measures.c.id)


def by_commitment(states: States, filters: Filters) -> Select[Any]:
    """The id of each commitment, and what its assignments amount to."""
    return _counted(states, filters, commitments.c.id)


def cells(states: States, filters: Filters) -> Select[Any]:
    """The document, section, measure and owner of each cell, and what its assignments amount to."""
    # By their ids, which are quicker to group than what people call them.
    counted = _counted(states, filters, measures.c.id, owners.c.id).subquery("cells")
    measure, owner, *amounts = counted.c
    return (
        select(documents.c.code, sections.c.number, measures.c.key, owners.c.code, *amounts)
        .select_from(counted)
        .join(measures, measures.c.id == measure)
        .join(documents, documents.c.id == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
        .join(owners, owners.c.id == owner)
        .order_by(documents.c.code, measures.c.number, owners.c.place, owners.c.code)
    )


def total(states: States, filters: Filters) -> Select[Any]:
    """What all the assignments amount to."""
    return _counted(states, filters)


def _counted(states: States, filters: Filters, *groups: ColumnElement[Any]) -> Select[Any]:
    """The groups' columns, then the counts in the order of the fields of `Numbers`."""
    row = _each(states, filters, groups)
    by = [row[f"group_{number}"] for number in range(len(groups))]

    def total(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - 1 or a column
        return func.coalesce(func.sum(case((and_(*conditions), amount), else_=0)), 0)

    has: dict[Word, ColumnElement[bool]] = {
        **{word: row.status == word.value for word in Status},
        **{word: row.position == word.value for word in Position},
        **{word: row.verification == word.value for word in Verification},
    }
    gone = and_(has[Status.DROPPED], has[Verification.VERIFIED])
    return select(
        *by,
        *(total(1, row.counts, having) for having in has.values()),
        total(1, row.counts, has[Status.DONE], has[Verification.VERIFIED]),
        total(1, row.counts, gone),
        total(row.weight, row.counts, ~gone),
        total(row.weight, row.counts, has[Status.DONE]),
        total(1, ~row.counts),
        func.count(row.commitment.distinct()),
    ).group_by(*by)


def _each(states: States, filters: Filters, groups: tuple[ColumnElement[Any], ...]) -> Any:  # noqa: ANN401 - a relation, of columns that hang on the groups
    """What counts of each assignment: the columns of a relation."""
    of = table(states, inside(filters))
    each = (
        select(
            *(column.label(f"group_{number}") for number, column in enumerate(groups)),
            (of.c.role != Role.SUPPORT.value).label("counts"),
            of.c.status.label("status"),
            of.position.label("position"),
            of.c.verification.label("verification"),
            commitments.c.weight.label("weight"),
            commitments.c.id.label("commitment"),
        )
        .select_from(placed(of.table))
        .where(*places(filters))
    )
    # An offset of nothing keeps it apart: the position is worked out once for each assignment, not
    # once for each word that is counted.
    return each.offset(literal(0, Integer())).subquery("counted").c


def weighted(states: States) -> Select[Any]:
    """A commitment that weighs more than others and counts, where there is one."""
    heavier = select(commitments.c.id).where(commitments.c.weight > 1)
    of, outer = table(states, heavier), outwards(in_order=True)
    return (
        select(commitments.c.id)
        .join(of.table, of.c.commitment_id == outer(commitments.c.id))
        .where(commitments.c.weight > 1, of.c.role != Role.SUPPORT.value, ~_gone(of))
        .limit(1)
    )


def measure_owners(states: States, filters: Filters) -> Select[Any]:
    """The owners in each measure, in the order of the owners' table."""
    of = table(states, inside(filters))
    return (
        select(commitments.c.measure_id, owners.c.code)
        .select_from(of.table)
        .join(commitments, commitments.c.id == of.c.commitment_id)
        .join(owners, owners.c.id == of.c.owner_id)
        .where(commitments.c.measure_id.in_(filters.measures))
        .group_by(commitments.c.measure_id, owners.c.code, owners.c.place)
        .order_by(commitments.c.measure_id, owners.c.place, owners.c.code)
    )


def measure_targets(states: States, filters: Filters) -> Select[Any]:
    """The targets that each measure's commitments have, and whether one with it is still open."""
    of = table(states, inside(filters))
    state = of.c
    shut = or_(state.status == Status.DONE.value, _gone(of))
    return (
        select(
            commitments.c.measure_id,
            state.target,
            state.target_basis,
            func.max(case((shut, 0), else_=1)),
        )
        .select_from(of.table)
        .join(commitments, commitments.c.id == state.commitment_id)
        .where(
            commitments.c.measure_id.in_(filters.measures),
            state.target.is_not(None),
            state.role != Role.SUPPORT.value,
        )
        .group_by(commitments.c.measure_id, state.target, state.target_basis)
        .order_by(commitments.c.measure_id, state.target, state.target_basis)
    )


def _gone(of: StateTable) -> ColumnElement[bool]:
    """Whether it has left the count: a drop that nobody has verified stands as not done."""
    return and_(
        of.c.status == Status.DROPPED.value, of.c.verification == Verification.VERIFIED.value
    )
