"""Loading links: those among the documents of a file become what the file says."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, insert, select, update

from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register.links import Link, Links
from tracker.store.assigning import differing
from tracker.store.connection import Connection
from tracker.store.lineage import begun, placed_keys
from tracker.store.models import links
from tracker.store.rows import Change


def bring(db: Connection, given: Links) -> list[Change]:
    """Add, change and remove links among the documents of the file; gives what was done.

    A file that names a key or a document that is not there, or a link that does not go forward in
    time, is a bad one, and nothing is changed.
    """
    documents = placed_keys(db)
    if problems := list(_problems(given, documents, begun(db))):
        raise BadFile(problems)
    rows = {
        (row.earlier, row.later): row
        for row in db.execute(select(links).order_by(links.c.id))
        if {documents[row.earlier], documents[row.later]} <= set(given.documents)
    }
    wanted = {(link.earlier, link.later): _row(link) for link in given.links}
    changes = [*_put(db, rows, wanted)]
    for earlier, later in [ends for ends in rows if ends not in wanted]:
        db.execute(delete(links).where(and_(links.c.earlier == earlier, links.c.later == later)))
        changes.append(Change("removed", "link", earlier, later))
    return changes


def _put(
    db: Connection,
    rows: Mapping[tuple[str, str], Any],
    wanted: Mapping[tuple[str, str], dict[str, Any]],
) -> Iterator[Change]:
    for ends, values in wanted.items():
        row = rows.get(ends)
        if row is None:
            db.execute(insert(links).values(values))
            yield Change("added", "link", *ends)
        elif other := differing(row, values):
            db.execute(update(links).where(links.c.id == row.id).values(values))
            yield Change("changed", "link", ends[0], f"{ends[1]}: {', '.join(other)}")


def _row(link: Link) -> dict[str, Any]:
    values = link._asdict() | {"kind": link.kind.value}
    del values["where"]
    return values


def _problems(
    given: Links, documents: Mapping[str, str], times: Mapping[str, date | None]
) -> Iterator[Problem]:
    for code in given.documents:
        where = f"{given.where}: documents"
        if code not in times:
            known = ", ".join(times)
            message = _("unknown document: {said} (known: {known})")
            yield Problem(where, message.format(said=code, known=known))
        elif times[code] is None:
            message = _("document {code} has neither a date of issue nor a horizon: no link can be earlier or later than it")  # fmt: skip
            yield Problem(where, message.format(code=code))
    for link in given.links:
        ends = {"from": link.earlier, "to": link.later}
        found = [_unknown(link, field, key, given, documents) for field, key in ends.items()]
        yield from filter(None, found)
        if not any(found):
            yield from _backwards(link, *(times.get(documents[key]) for key in ends.values()))


def _unknown(
    link: Link, field: str, key: str, given: Links, documents: Mapping[str, str]
) -> Problem | None:
    if key not in documents:
        message = _("no commitment {key} (a commitment has a key like 2021-15.5)")
        return Problem(f"{link.where}: {field}", message.format(key=key))
    if documents[key] not in given.documents:
        message = _("{key} is of document {code}, which does not stand under documents")
        return Problem(f"{link.where}: {field}", message.format(key=key, code=documents[key]))
    return None


def _backwards(link: Link, earlier: date | None, later: date | None) -> Iterator[Problem]:
    if earlier is not None and later is not None and earlier >= later:
        message = _(
            "{later} is not of a later document than {earlier}: a link goes forward in time"
        )
        yield Problem(f"{link.where}: to", message.format(earlier=link.earlier, later=link.later))
