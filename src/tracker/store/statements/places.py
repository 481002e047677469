"""Where assignments have their place in the documents: which filters mean, in which order, and a page."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Join,
    Select,
    literal,
    select,
)

from tracker.store.models import commitments, documents, measures, owners, sections
from tracker.store.rows import Filters, Page
from tracker.store.statements.hints import not_sought
from tracker.store.statements.states import StateTable

# Of two commitments that one sentence was at different times the older one is the first.
ORDER = (documents.c.code, measures.c.number, commitments.c.sentence, commitments.c.id)


def placed(states: FromClause, *, in_order: bool = False) -> Join:
    """Assignments or states, with all that they belong to."""
    theirs = outwards(in_order)(commitments.c.id) == states.c.commitment_id
    return located(
        states.join(commitments, theirs), commitments.c.measure_id, in_order=in_order
    ).join(owners, owners.c.id == states.c.owner_id)


def located(what: FromClause, measure: ColumnElement[int], *, in_order: bool = False) -> Join:
    """What a column gives the measure of, with that measure, its document and its section."""
    outer = outwards(in_order)
    return (
        what.join(measures, outer(measures.c.id) == measure)
        .join(documents, outer(documents.c.id) == measures.c.document_id)
        .join(sections, sections.c.id == measures.c.section_id)
    )


def in_order(of: StateTable, filters: Filters) -> bool:
    """Whether a list is read document by document as it stands, and not sorted: where nothing narrows
    it to the few that an index finds. Without being told, SQLite sorts a million rows for a page.
    """
    narrow = (filters.owners, filters.measure, filters.commitment)
    return not (of.folded or any(narrow) or filters.measures or filters.commitments)


def outwards(in_order: bool) -> Callable[[Column[int]], ColumnElement[int]]:
    """How the ids of what lies further out stand in joins."""
    return not_sought if in_order else lambda column: column


def paged(statement: Select[Any], page: Page) -> Select[Any]:
    """The lines of a page alone."""
    if page.limit:
        statement = statement.limit(literal(page.limit, BigInteger()))
    if page.offset:
        statement = statement.offset(literal(page.offset, BigInteger()))
    return statement


def inside(filters: Filters) -> Select[Any] | None:
    """The commitments, by id, that lie where the filters say; None where that may be anywhere."""
    where = places(filters)
    if not where:
        return None
    return (
        select(commitments.c.id)
        .select_from(located(commitments, commitments.c.measure_id))
        .where(*where)
    )


def places(filters: Filters) -> list[ColumnElement[bool]]:
    """Where in the documents: of what `placed` joins."""
    found: list[ColumnElement[bool]] = []
    if filters.document:
        found.append(documents.c.code == filters.document)
    if filters.section:
        found.append(sections.c.number == filters.section)
    if filters.measure:
        found.append(measures.c.key == filters.measure)
    if filters.commitment:
        found.append(commitments.c.key == filters.commitment)
    if filters.measures:
        found.append(measures.c.id.in_(filters.measures))
    if filters.commitments:
        found.append(commitments.c.id.in_(filters.commitments))
    return found
