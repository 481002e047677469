"""Reports that were issued: kept as sent, found again by number, listed for what they were about."""

import hashlib
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import insert, select

from tracker.errors import DatabaseRefusal, NotFound
from tracker.i18n import _
from tracker.store import log
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.models import batches, issues


class Issue(NamedTuple):
    """An issued report: what it was about, and who issued it when."""

    number: int
    period: str | None
    document: str | None
    as_of: date
    known_on: datetime
    digest: str
    issued_at: datetime
    actor: str


def keep(
    db: Connection,
    *,
    period: str | None,
    document: str | None,
    as_of: date,
    known_on: datetime,
    digest: str,
    model: bytes,
    by: Acting,
) -> int:
    """Keep a report as sent, as a batch of its own; gives its number."""
    recorded = log.append(db, [], command="report --issue", by=by)
    inserted = db.execute(
        insert(issues).values(
            batch=recorded.batch,
            period=period,
            document=document,
            as_of=as_of,
            known_on=known_on,
            digest=digest,
            model=model,
            model_digest=hashlib.sha256(model).hexdigest(),
        )
    )
    return int(inserted.inserted_primary_key[0])  # type: ignore[index] # one row was inserted


def issued(db: Connection, *, known_on: datetime | None = None) -> list[Issue]:
    """The reports issued by a time, in the order of their numbers."""
    statement = (
        select(
            issues.c.id,
            issues.c.period,
            issues.c.document,
            issues.c.as_of,
            issues.c.known_on,
            issues.c.digest,
            batches.c.recorded_at,
            batches.c.actor,
        )
        .join(batches, batches.c.id == issues.c.batch)
        .order_by(issues.c.id)
    )
    if known_on is not None:
        statement = statement.where(batches.c.recorded_at <= known_on)
    return [Issue._make(row) for row in db.execute(statement)]


def model(db: Connection, number: int) -> bytes:
    """The report kept under a number, as it was handed in."""
    row = db.execute(
        select(issues.c.model, issues.c.model_digest).where(issues.c.id == number)
    ).first()
    if row is None:
        known = ", ".join(str(issue.number) for issue in issued(db))
        raise NotFound(
            _("no issued report {number} (issued: {known})").format(
                number=number, known=known or "-"
            )
        )
    if hashlib.sha256(row.model).hexdigest() != row.model_digest:
        raise DatabaseRefusal(
            _("the issued report {number} was changed after it was kept").format(number=number)
        )
    return bytes(row.model)


def changed(db: Connection) -> list[int]:
    """The numbers of the reports whose bytes are not those that were kept."""
    rows = db.execute(select(issues.c.id, issues.c.model, issues.c.model_digest))
    return [row.id for row in rows if hashlib.sha256(row.model).hexdigest() != row.model_digest]
