"""Loading register files into a ledger: what is new is added, what differs changed, what left retired.

Loading twice equals loading once. Nothing of the log is touched: a target that the register
corrects becomes a retarget entry, an owner who left keeps his assignment and its log, retired.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, exists, insert, literal, select, update

from tracker.domain.words import EntryKind, Status, Verification
from tracker.errors import BadFile, Problem
from tracker.i18n import _
from tracker.register import Commitment, Measure, Owner, Register, Sentence
from tracker.store import log
from tracker.store.log import Acting
from tracker.store.models import (
    Moment,
    assignments,
    commitments,
    documents,
    measures,
    owners,
    sections,
    sentences,
    stands,
)

# In both languages: what is written to the log does not depend on who runs the program.
_CORRECTED = "登记册更正 / corrected in the register"


class Change(NamedTuple):
    """One thing that loading did, or would do: `deed` is added, changed, retired or reported."""

    deed: str
    what: str
    key: str
    detail: str = ""


class Loader:
    """Loads files into one ledger within one transaction, and keeps account of the changes."""

    def __init__(self, db: Connection, *, by: Acting) -> None:
        self.db = db
        newest = log.newest_recorded_at(db)
        self.by = by._replace(now=max(by.now, newest)) if newest else by
        self.changes: list[Change] = []
        self._new_assignments: list[dict[str, Any]] = []
        self._owners = {row.code: row.id for row in db.execute(select(owners))}

    def knows(self, fingerprint: str) -> bool:
        """Whether a file with this fingerprint was the last one loaded for its document."""
        known = select(documents.c.id).where(documents.c.fingerprint == fingerprint)
        return self.db.execute(known).first() is not None

    def owners(self, file: str, given: Sequence[Owner]) -> None:
        """Add and rename owners; none is ever removed."""
        known = self._owners.keys() | {owner.code for owner in given}
        strays = [owner for owner in given if owner.parent and owner.parent not in known]
        if strays:
            raise BadFile(
                [
                    Problem(
                        file,
                        _("{code}: unknown owner {parent} above it").format(
                            code=o.code, parent=o.parent
                        ),
                    )
                    for o in strays
                ]
            )
        rows = {
            owner.code: {
                "code": owner.code,
                "name": owner.name,
                "name_en": owner.name_en,
                "place": place,
            }
            for place, owner in enumerate(given, 1)
        }
        self._owners = self._bring(owners, "owner", rows, {}, "code")
        for owner in given:
            if owner.parent:
                self.db.execute(
                    update(owners)
                    .where(owners.c.code == owner.code)
                    .values(parent_id=self._owners[owner.parent])
                )

    def register(self, file: str, given: Register, fingerprint: str) -> None:
        """Bring the ledger's document to what its register says."""
        self._refuse_unknown_owners(file, given)
        document = self._document(given, fingerprint)
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
            {"document_id": document},
            "number",
        )
        measure_ids = self._bring(
            measures,
            "measure",
            {m.key: _measure_row(m, document, section_ids[m.section]) for m in given.measures},
            {"document_id": document},
            "key",
        )
        for key, measure_id in measure_ids.items():
            measure = next((m for m in given.measures if m.key == key), None)
            self._measure(measure_id, measure.sentences if measure else ())
        self._add_assignments()

    def _refuse_unknown_owners(self, file: str, given: Register) -> None:
        named = {
            (share.owner, sentence.commitment.key)
            for measure in given.measures
            for sentence in measure.sentences
            if sentence.commitment
            for share in sentence.commitment.shares
        }
        strays = sorted((key, owner) for owner, key in named if owner not in self._owners)
        if strays:
            known = ", ".join(self._owners)
            raise BadFile(
                [
                    Problem(
                        file,
                        _("{key}: unknown owner {owner} (known: {known})").format(
                            key=key, owner=owner, known=known
                        ),
                    )
                    for key, owner in strays
                ]
            )

    def _document(self, given: Register, fingerprint: str) -> int:
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
        ids = self._bring(documents, "document", {given.code: row}, {"code": given.code}, "code")
        return ids[given.code]

    def _measure(self, measure: int, given: Sequence[Sentence]) -> None:
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
            {"measure_id": measure},
            "number",
        )
        self.db.execute(
            delete(sentences).where(
                sentences.c.measure_id == measure, sentences.c.number > len(given)
            )
        )
        tracked = {s.commitment.key: (s, s.commitment) for s in given if s.commitment}
        before = {
            row.key: row
            for row in self.db.execute(
                select(commitments).where(commitments.c.measure_id == measure)
            )
        }
        ids = self._bring(
            commitments,
            "commitment",
            {key: _commitment_row(measure, s, c) for key, (s, c) in tracked.items()},
            {"measure_id": measure},
            "key",
        )
        for key, commitment_id in ids.items():
            commitment = tracked[key][1] if key in tracked else None
            self._assignments(commitment_id, key, commitment)
            if commitment and key in before:
                self._correct_target(commitment_id, commitment, before[key])

    def _assignments(self, commitment_id: int, key: str, given: Commitment | None) -> None:
        wanted = {(self._owners[s.owner], s.role.value): s for s in given.shares} if given else {}
        codes = {number: code for code, number in self._owners.items()}
        rows = self.db.execute(
            select(assignments).where(assignments.c.commitment_id == commitment_id)
        )
        found = {(row.owner_id, row.role): row for row in rows}
        for pair, old in found.items():
            if old.standing and pair not in wanted:
                self._stand(old.id, standing=False)
                self.changes.append(
                    Change("retired", "assignment", key, f"{codes[pair[0]]} {pair[1]}")
                )
        for pair, share in wanted.items():
            labels = {"basis": share.basis.value, "scope": share.scope, "scope_en": share.scope_en}
            row = found.get(pair)
            if row is None:
                assert given is not None
                self._new_assignments.append(
                    {
                        "commitment_id": commitment_id,
                        "owner_id": pair[0],
                        "role": pair[1],
                        **labels,
                        **_unreported(given),
                    }
                )
            elif not row.standing:
                self._stand(row.id, standing=True)
            if row is None or not row.standing:
                self.changes.append(
                    Change("added", "assignment", key, f"{share.owner} {share.role}")
                )
            if row is not None and _differing(row, labels):
                self.db.execute(
                    update(assignments).where(assignments.c.id == row.id).values(labels)
                )
                self.changes.append(
                    Change(
                        "changed",
                        "assignment",
                        key,
                        f"{share.owner}: {', '.join(_differing(row, labels))}",
                    )
                )

    def _add_assignments(self) -> None:
        """Write the assignments that are new, and the time from which each one stands."""
        if self._new_assignments:
            self.db.execute(insert(assignments), self._new_assignments)
            self._new_assignments = []
        never_stood = ~exists().where(stands.c.assignment_id == assignments.c.id)
        new = select(assignments.c.id, literal(self.by.now, Moment)).where(never_stood)
        self.db.execute(insert(stands).from_select(["assignment_id", "added_at"], new))

    def _stand(self, assignment: int, *, standing: bool) -> None:
        self.db.execute(
            update(assignments).where(assignments.c.id == assignment).values(standing=standing)
        )
        if standing:
            self.db.execute(insert(stands).values(assignment_id=assignment, added_at=self.by.now))
        else:
            self.db.execute(
                update(stands)
                .where(stands.c.assignment_id == assignment, stands.c.retired_at.is_(None))
                .values(retired_at=self.by.now)
            )

    def _correct_target(self, commitment: int, given: Commitment, before: Any) -> None:  # noqa: ANN401 - a row
        old = before.target, before.target_basis
        new = log.stored(given.target), log.stored(given.target_basis)
        if old == new:
            return
        # What somebody has moved by hand stays where he put it.
        moved = select(assignments.c.id).where(
            assignments.c.commitment_id == commitment,
            assignments.c.standing,
            assignments.c.target.is_not_distinct_from(before.target),
        )
        entry = log.draft(
            EntryKind.RETARGET,
            effective_on=self.by.today,
            target=given.target,
            target_basis=given.target_basis,
            note=_CORRECTED,
        )
        drafts = [(number, entry) for number in self.db.execute(moved).scalars()]
        if drafts:
            log.append(self.db, drafts, command="seed", by=self.by)

    def _bring(
        self,
        table: Table,
        what: str,
        wanted: Mapping[Any, Mapping[str, Any]],
        within: Mapping[str, Any],
        key: str,
    ) -> dict[Any, int]:
        """Make the rows of `table` within a parent as `wanted`, by key; gives the ids of all by key."""
        chosen = [table.c[name] == value for name, value in within.items()]
        rows = {row._mapping[key]: row for row in self.db.execute(select(table).where(*chosen))}  # noqa: SLF001 - documented
        for mark, values in wanted.items():
            row = rows.get(mark)
            if row is None:
                self.changes.append(Change("added", what, str(mark)))
            elif differing := _differing(row, values):
                self.changes.append(Change("changed", what, str(mark), ", ".join(differing)))
                self.db.execute(update(table).where(table.c.id == row.id).values(values))
        fresh = [dict(values) for mark, values in wanted.items() if mark not in rows]
        if fresh:
            self.db.execute(insert(table), fresh)
        return {
            row._mapping[key]: row.id  # noqa: SLF001 - documented
            for row in self.db.execute(select(table).where(*chosen).order_by(table.c.id))
        }


def _differing(row: Any, values: Mapping[str, Any]) -> list[str]:  # noqa: ANN401 - a row
    return [name for name, value in values.items() if getattr(row, name) != value]


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
        "title": given.title,
        "title_en": given.title_en,
        "kind": given.kind.value,
        "weight": given.weight,
        "target": log.stored(given.target),
        "target_basis": log.stored(given.target_basis),
        "note": given.note,
        "note_en": given.note_en,
    }


def _unreported(given: Commitment) -> dict[str, Any]:
    target, basis = log.stored(given.target), log.stored(given.target_basis)
    return {
        "first_target": target,
        "first_target_basis": basis,
        "target": target,
        "target_basis": basis,
        "due_on": given.target and given.target.due,
        "standing": True,
        "version": 0,
        "hash": "",
        "status": Status.NOT_STARTED.value,
        "verification": Verification.UNREPORTED.value,
    }
