"""What is looked for by its words: titles, scopes, notes, reports and the official wording."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from tracker.domain.words import spellings
from tracker.store.models import commitments, entries, measures, wordings
from tracker.store.statements.states import StateTable


def mentions(word: str, of: StateTable) -> ColumnElement[bool]:
    """Whether a commitment has that word, its official wording, the scope of one of its assignments,
    or what was last reported of one.
    """
    scoped = select(of.c.commitment_id).where(says(word, of.c.scope, of.c.scope_en))
    reported = (
        select(of.c.commitment_id)
        .join(
            entries,
            and_(entries.c.assignment_id == of.c.id, entries.c.version == of.c.report),
        )
        .where(says(word, entries.c.note, entries.c.problem, entries.c.next_step))
    )
    own = says(
        word,
        commitments.c.title,
        commitments.c.title_en,
        commitments.c.note,
        commitments.c.note_en,
        commitments.c.key,
    )
    found = (scoped, reported, worded(word, commitments, "id"))
    return or_(own, *(commitments.c.id.in_(ids) for ids in found))


def worded(word: str, having: Table, column: str) -> Select[Any]:
    """A column of the sentences, or of the commitments, whose official wording has that word."""
    having_it, their = having.alias(), measures.alias()
    return (
        select(having_it.c[column])
        .join(their, their.c.id == having_it.c.measure_id)
        .join(
            wordings,
            and_(
                wordings.c.document_id == their.c.document_id,
                wordings.c.fingerprint == having_it.c.fingerprint,
            ),
        )
        .where(says(word, wordings.c.text))
    )


def says(word: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether one of the columns has that word, in whichever width either is written."""
    return or_(
        *(
            column.icontains(spelling, autoescape=True)
            for spelling in spellings(word)
            for column in columns
        )
    )
