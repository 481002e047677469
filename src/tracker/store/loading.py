"""Loading register files into a ledger: what is new is added, what differs changed, what left retired.

Loading twice equals loading once. Nothing of the log is touched: a target that the register
corrects becomes a retarget entry, an owner who left keeps his assignment and its log, retired.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, exists, insert, select, update

from tracker.domain.log import Entry
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import Commitment, Measure, Owner, Register, Sentence
from tracker.store import log
from tracker.store.assigning import Assigner, differing
from tracker.store.connection import Connection
from tracker.store.log import SEED, Acting
from tracker.store.models import (
    assignments,
    commitments,
    documents,
    measures,
    owners,
    sections,
    sentences,
)
from tracker.store.rows import Change


class Loader:
    """Loads files into one ledger within one transaction, and keeps account of the changes."""

    def __init__(self, db: Connection, *, by: Acting) -> None:
        self.db = db
        self.by = by._replace(now=log.next_moment(db, by.now))
        self.changes: list[Change] = []
        self._owners = {row.code: row.id for row in db.execute(select(owners))}
        self._retargets: list[tuple[int, Entry]] = []

    def knows(self, fingerprint: str) -> bool:
        """Whether a file with this fingerprint was the last one loaded for its document."""
        known = select(documents.c.id).where(documents.c.fingerprint == fingerprint)
        return self.db.execute(known).first() is not None

    def own_codes(self) -> set[str]:
        """The documents whose register did not come with the program."""
        own = documents.c.bundled.is_distinct_from(documents.c.fingerprint)
        return set(self.db.execute(select(documents.c.code).where(own)).scalars())

    def owners(self, given: Sequence[Owner]) -> None:
        """Add and change owners; none is ever removed, and a new one comes after those there are."""
        there = list(self.db.execute(select(owners)))
        parents = {row.code: row.parent for row in there} | {o.code: o.parent for o in given}
        _refuse_what_is_no_tree(given, parents)
        places = {row.code: row.place for row in there}
        last = max(places.values(), default=0)
        fresh = (owner.code for owner in given if owner.code not in places)
        places |= {code: last + n for n, code in enumerate(fresh, 1)}
        rows = {
            owner.code: {
                "code": owner.code,
                "name": owner.name,
                "name_en": owner.name_en,
                "place": places[owner.code],
                "parent": owner.parent,
            }
            for owner in sorted(given, key=lambda owner: len(_above(owner.code, parents)))
        }
        self._owners = self._bring(owners, "owner", rows, [], "code")

    def register(self, given: Register, fingerprint: str, *, bundled: bool = False) -> None:
        """Bring the ledger's document to what its register says; `bundled` ones came with the program."""
        self._refuse_unknown_owners(given)
        self._refuse_lookalike(given)
        self._refuse_other_keys(given)
        document = self._document(given, fingerprint, bundled=bundled)
        section_ids = self._bring(
            sections,
            "section",
            {
                s.number: {
                    "document_id": document,
                    "number": s.number,
                    "label": s.label,
                    "title": s.title,
                    "title_en": s.title_en,
                }
                for s in given.sections
            },
            [sections.c.document_id == document],
            "number",
        )
        measure_ids = self._bring(
            measures,
            "measure",
            {m.key: _measure_row(m, document, section_ids[m.section]) for m in given.measures},
            [measures.c.document_id == document],
            "key",
        )
        stated = {measure.key: measure.sentences for measure in given.measures}
        for key, measure_id in measure_ids.items():
            self._sentences(key, measure_id, stated.get(key, ()))
        assigner = Assigner(self.db, self.by, self._owners, self.changes)
        said_in = {measure_ids[key]: said for key, said in stated.items()}
        for key, (commitment_id, commitment) in self._commitments(said_in, measure_ids).items():
            assigner.bring(commitment_id, key, commitment)
        assigner.add()
        assigner.correct_targets(document)
        self._retargets += assigner.retargets

    def finish(self) -> None:
        """Write the batch of this load: all retargets, and the time for those added and retired."""
        if self.changes:
            log.append(self.db, self._retargets, command=SEED, by=self.by)

    def _refuse_unknown_owners(self, given: Register) -> None:
        known = ", ".join(self._owners)
        problems = [
            Problem(
                f"{commitment.where}: owners",
                _("unknown owner: {said} (known: {known})").format(said=share.owner, known=known),
            )
            for measure in given.measures
            for commitment in (sentence.commitment for sentence in measure.sentences)
            if commitment
            for share in commitment.shares
            if share.owner not in self._owners
        ]
        if problems:
            raise BadFile(problems)

    def _refuse_lookalike(self, given: Register) -> None:
        """Keys are found in any case: two documents may not differ in that alone."""
        codes = self.db.execute(select(documents.c.code)).scalars()
        like = [c for c in codes if c.casefold() == given.code.casefold() and c != given.code]
        if like:
            message = _("there is a document {code} already").format(code=like[0])
            raise BadFile([Problem(f"{given.where}: code", message)])

    def _refuse_other_keys(self, given: Register) -> None:
        """A key stays with its sentence: neither moves to another one, nor does one get another key."""
        rows = self.db.execute(
            select(commitments.c.key, commitments.c.fingerprint, _stands(commitments.c.id))
            .join(measures, measures.c.id == commitments.c.measure_id)
            .join(documents, documents.c.id == measures.c.document_id)
            .where(documents.c.code == given.code, commitments.c.fingerprint.is_not(None))
        ).all()
        retired = {key: mark for key, mark, standing in rows if not standing}
        held: dict[str, list[str]] = {}
        for key, mark, standing in rows:
            if standing:
                held.setdefault(mark, []).append(key)
        tracked = [
            (s.fingerprint, s.commitment)
            for measure in given.measures
            for s in measure.sentences
            if s.commitment
        ]
        given_again = {(mark, own.key) for mark, own in tracked}
        # A text may say the same once more: that is another sentence, with a key of its own.
        left = {
            mark: [key for key in keys if (mark, key) not in given_again]
            for mark, keys in held.items()
        }
        problems = []
        for mark, own in tracked:
            if left.get(mark) and own.key not in held[mark]:
                problems.append(Problem(own.where, _another_key(left[mark][0])))
            elif retired.get(own.key, mark) != mark:
                problems.append(Problem(own.where, _used_key(own.key)))
        if problems:
            raise BadFile(problems)

    def _document(self, given: Register, fingerprint: str, *, bundled: bool) -> int:
        row = {
            "code": given.code,
            "title": given.title,
            "title_en": given.title_en,
            "number": given.document_number,
            "issuer": given.issuer,
            "issued_on": given.issued_on,
            "horizon": given.horizon,
            "fingerprint": fingerprint,
        }
        if bundled:
            row["bundled"] = fingerprint
        ids = self._bring(
            documents, "document", {given.code: row}, [documents.c.code == given.code], "code"
        )
        return ids[given.code]

    def _sentences(self, key: str, measure: int, given: Sequence[Sentence]) -> None:
        before = self.db.execute(
            select(sentences.c.number, sentences.c.fingerprint)
            .where(sentences.c.measure_id == measure)
            .order_by(sentences.c.number)
        )
        if [tuple(row) for row in before] != [(s.number, s.fingerprint) for s in given]:
            # Where they stood in the attached copy says nothing about another text.
            self.db.execute(
                update(sentences)
                .where(sentences.c.measure_id == measure)
                .values(starts_at=None, ends_at=None)
            )
        self._bring(
            sentences,
            "sentence",
            {
                s.number: {
                    "measure_id": measure,
                    "number": s.number,
                    "fingerprint": s.fingerprint,
                    "untracked": s.untracked,
                    "untracked_en": s.untracked_en,
                }
                for s in given
            },
            [sentences.c.measure_id == measure],
            "number",
            below=f"{key}.",
        )
        self.db.execute(
            delete(sentences).where(
                sentences.c.measure_id == measure, sentences.c.number > len(given)
            )
        )

    def _commitments(
        self, given: Mapping[int, Sequence[Sentence]], every: Mapping[str, int]
    ) -> dict[str, tuple[int, Commitment | None]]:
        """Bring those of the document, by key: an amended text may have moved one to another measure.
        Gives the id of each it ever had, and what the register says of it now.
        """
        tracked = {
            s.commitment.key: (measure, s, s.commitment)
            for measure, said in given.items()
            for s in said
            if s.commitment
        }
        ids = self._bring(
            commitments,
            "commitment",
            {key: _commitment_row(*where) for key, where in tracked.items()},
            [commitments.c.measure_id.in_(every.values())],
            "key",
        )
        return {
            key: (number, tracked[key][2] if key in tracked else None)
            for key, number in ids.items()
        }

    def _bring(
        self,
        table: Table,
        what: str,
        wanted: Mapping[Any, Mapping[str, Any]],
        chosen: Sequence[ColumnElement[bool]],
        key: str,
        *,
        below: str = "",
    ) -> dict[Any, int]:
        """Make the `chosen` rows of `table` as `wanted`, by key; gives the ids of all by key.

        `below` stands before the key in the account of changes.
        """
        rows = {row._mapping[key]: row for row in self.db.execute(select(table).where(*chosen))}  # noqa: SLF001 - named with an underscore against clashes with columns, but documented
        for mark, values in wanted.items():
            row = rows.get(mark)
            if row is None:
                self.changes.append(Change("added", what, f"{below}{mark}"))
            elif other := differing(row, values):
                self.db.execute(update(table).where(table.c.id == row.id).values(values))
                if table is documents:
                    # Another print of the same file changes nothing.
                    other = [name for name in other if name not in ("fingerprint", "bundled")]
                if other:
                    self.changes.append(Change("changed", what, f"{below}{mark}", ", ".join(other)))
        fresh = [dict(values) for mark, values in wanted.items() if mark not in rows]
        if fresh:
            self.db.execute(insert(table), fresh)
        return {
            row._mapping[key]: row.id  # noqa: SLF001 - named with an underscore against clashes with columns, but documented
            for row in self.db.execute(select(table).where(*chosen).order_by(table.c.id))
        }


def _another_key(key: str) -> str:
    return _("this sentence was registered as {key} and keeps it: write key: {key}").format(key=key)


def _used_key(key: str) -> str:
    return _(
        "{key} was another sentence, now gone: give this one a number that none ever had"
    ).format(key=key)


def _stands(commitment: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody owns it."""
    return exists().where(assignments.c.commitment_id == commitment, assignments.c.standing)


def _refuse_what_is_no_tree(given: Sequence[Owner], parents: Mapping[str, str | None]) -> None:
    problems = []
    for owner in given:
        where = f"{owner.where}: parent"
        if owner.parent and owner.parent not in parents:
            message = _("unknown owner: {said} (known: {known})")
            known = ", ".join(sorted(parents))
            problems.append(Problem(where, message.format(said=owner.parent, known=known)))
        if owner.code in _above(owner.code, parents):
            problems.append(Problem(where, _("stands above itself")))
    if problems:
        raise BadFile(problems)


def _above(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The owners above one, from the nearest up; where they go round, each once."""
    found: list[str] = []
    above = parents.get(code)
    while above and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def _measure_row(measure: Measure, document: int, section: int) -> dict[str, Any]:
    return {
        "document_id": document,
        "section_id": section,
        "number": measure.number,
        "key": measure.key,
        "label": measure.label,
        "title": measure.title,
        "title_en": measure.title_en,
    }


def _commitment_row(measure: int, sentence: Sentence, given: Commitment) -> dict[str, Any]:
    return {
        "measure_id": measure,
        "key": given.key,
        "sentence": sentence.number,
        "fingerprint": sentence.fingerprint,
        "title": given.title,
        "title_en": given.title_en,
        "kind": given.kind.value,
        "weight": given.weight,
        "target": log.stored(given.target),
        "target_basis": log.stored(given.target_basis),
        "note": given.note,
        "note_en": given.note_en,
    }
