"""Whether a ledger says what the texts say that it was loaded from: registers, official wordings."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select

from tracker import bundled, register, userfile
from tracker.errors import Problem
from tracker.i18n import _
from tracker.register import Commitment, Register
from tracker.sources.text import fingerprint
from tracker.store import registers, roles
from tracker.store.connection import Connection
from tracker.store.models import documents, measures, sentences, wordings


def problems(db: Connection) -> Iterator[Problem]:
    """What was changed of a register that came with the program, and of a wording by itself."""
    for document, known, said in db.execute(
        select(wordings.c.document_id, wordings.c.fingerprint, wordings.c.text)
    ):
        if fingerprint(said) != known:
            yield Problem(
                f"wordings {document} {known}: text", _("is not the text that was attached")
            )
    # A province sees its own part of the ledger, and a register is about all of it.
    if not roles.sees_all(db):
        return
    yield from _gone(db)
    loaded = dict(db.execute(select(documents.c.fingerprint, documents.c.code)).all())
    for file in sorted(bundled.folder("seeds").glob("*.yaml")):
        data = userfile.content(file, userfile.LIMIT_BYTES)
        code = loaded.get(hashlib.sha256(data).hexdigest())
        given = register.load(file, data).register if code else None
        if given is None:
            continue
        if given.code != code:
            yield Problem(f"documents {code}: code", _differs(code, given.code))
        else:
            yield from _differing(given, registers.registered(db, given.code))


def _gone(db: Connection) -> Iterator[Problem]:
    """A sentence that has a place in the attached copy has the wording that was read there."""
    lacking = (
        select(measures.c.key, sentences.c.number)
        .join(measures, measures.c.id == sentences.c.measure_id)
        .outerjoin(
            wordings,
            and_(
                wordings.c.document_id == measures.c.document_id,
                wordings.c.fingerprint == sentences.c.fingerprint,
            ),
        )
        .where(sentences.c.starts_at.is_not(None), wordings.c.text.is_(None))
        .order_by(measures.c.id, sentences.c.number)
    )
    for measure, number in db.execute(lacking):
        yield Problem(f"sentences {measure} {number}", _("the wording that was attached is gone"))


def _differing(given: Register, found: Register) -> Iterator[Problem]:
    wanted, has = _statements(given), _statements(found)
    for where, value in wanted.items():
        if has.get(where) != value:
            yield Problem(where, _differs(has.get(where), value))


def _differs(found: object, given: object) -> str:
    said = _("the ledger says {found}, the register that it was loaded from {given}")
    return said.format(found=found, given=given)


def _statements(of: Register) -> dict[str, Any]:
    """All that a register says, by row and field; owners that it does not name may be there as well."""
    said = _fields(f"documents {of.code}", of, "sections", "measures")
    for section in of.sections:
        said |= _fields(f"sections {of.code} {section.number}", section)
    for measure in of.measures:
        said |= _fields(f"measures {measure.key}", measure, "sentences")
        for sentence in measure.sentences:
            where = f"sentences {measure.key} {sentence.number}"
            said |= _fields(where, sentence, "commitment")
            if sentence.commitment:
                said |= _commitment(sentence.commitment)
    return said


def _commitment(of: Commitment) -> dict[str, Any]:
    said = _fields(f"commitments {of.key}", of, "shares")
    for share in of.shares:
        said |= _fields(f"assignments {of.key} {share.owner} {share.role}", share)
    return said


def _fields(where: str, of: Any, *but: str) -> dict[str, Any]:  # noqa: ANN401 - any part of a register
    return {
        f"{where}: {name}": value
        for name, value in of._asdict().items()
        if name not in (*but, "where")
    }
