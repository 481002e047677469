"""What the documents say: their sentences with the official wording, and what each is tracked as."""

from collections.abc import Iterator

from tracker.store.connection import Connection
from tracker.store.rows import SentenceRow


def each_sentence(
    db: Connection, document: str | None = None, *, measure: str | None = None
) -> Iterator[SentenceRow]:
    """The sentences of every measure, with the commitment that each is and how many own it."""
    rows = db.each("wordings.sentence_rows", document=document, measure=measure)
    return map(SentenceRow._make, rows)


def sentence_rows(
    db: Connection, document: str | None = None, *, measure: str | None = None
) -> list[SentenceRow]:
    """The same, all at once."""
    return list(each_sentence(db, document, measure=measure))


def last_wording(db: Connection, commitment: str) -> str | None:
    """The wording of a commitment's sentence, or of the one it was before the text left it out."""
    return next((row[0] for row in db.ask("wordings.last_wording", commitment=commitment)), None)
