"""Questions that count: what assignments amount to by measure, owner, document and so on.

As in `queries`, each takes a relation of states.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from tracker.domain.rollup import Numbers
from tracker.domain.words import Role, Status, Verification
from tracker.store.models import commitments, documents, measures, owners, sections
from tracker.store.queries import placed, places
from tracker.store.rows import Filters, TargetRow
from tracker.store.states import States

_GROUPS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "total": (),
    "owner": (owners.c.code,),
    "document": (documents.c.code,),
    "section": (documents.c.code, sections.c.number),
    "measure": (measures.c.id,),
    "commitment": (commitments.c.id,),
}


def numbers(
    db: Connection, states: States, by: str, filters: Filters = Filters()
) -> dict[Any, Numbers]:
    """Counts of assignments by owner or document (codes), measure or commitment (ids), section
    (document code, number), or in total (under the empty tuple).
    """
    groups = _GROUPS[by]
    state = states.c
    counts = state.role != Role.SUPPORT.value
    verified = state.verification == Verification.VERIFIED.value

    def total(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - 1 or a column
        return func.coalesce(func.sum(case((and_(*conditions), amount), else_=0)), 0)

    has = {status: state.status == status.value for status in Status}
    gone = and_(has[Status.DROPPED], verified)
    statement = (
        select(
            *groups,
            *(total(1, counts, has[status]) for status in Status),
            total(1, counts, has[Status.DONE], verified),
            total(1, counts, gone),
            total(commitments.c.weight, counts, ~gone),
            total(commitments.c.weight, counts, has[Status.DONE]),
            total(1, ~counts),
            func.count(commitments.c.id.distinct()),
        )
        .select_from(placed(states))
        .where(*places(filters))
        .group_by(*groups)
    )
    wide = len(groups)
    return {
        row[0] if wide == 1 else tuple(row[:wide]): Numbers(*row[wide:])
        for row in db.execute(statement)
    }


def measure_owners(db: Connection, states: States) -> dict[int, list[str]]:
    """The codes of the owners in each measure (by its id), in the order of the owners' table."""
    statement = (
        select(commitments.c.measure_id, owners.c.code)
        .select_from(states)
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
    shut = state.status.in_([Status.DONE.value, Status.DROPPED.value])
    statement = (
        select(
            commitments.c.measure_id,
            state.target,
            state.target_basis,
            func.max(case((shut, 0), else_=1)),
        )
        .select_from(states)
        .join(commitments, commitments.c.id == state.commitment_id)
        .where(state.target.is_not(None), state.role != Role.SUPPORT.value)
        .group_by(commitments.c.measure_id, state.target, state.target_basis)
        .order_by(commitments.c.measure_id, state.target, state.target_basis)
    )
    return [TargetRow(row[0], row[1], row[2], bool(row[3])) for row in db.execute(statement)]
