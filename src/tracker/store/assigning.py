"""Who stands where: the assignments of a document brought to what its register says."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, insert, literal, or_, select, update

from tracker.domain.log import Entry
from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Role, Status, Verification
from tracker.register import Commitment
from tracker.store import log
from tracker.store.columns import Moment
from tracker.store.connection import Connection
from tracker.store.log import SEED, Acting
from tracker.store.models import (
    assignments,
    batches,
    commitments,
    entries,
    measures,
    owners,
    stands,
)
from tracker.store.rows import Change
from tracker.store.standing import stand

# In both languages: what is written to the log does not depend on who runs the program.
_CORRECTED = "登记册更正 / corrected in the register"


class Assigner:
    """Adds, retires and resumes assignments, each from the time of one load; what it does goes to
    `changes`, and the targets that the register corrects wait in `retargets`.
    """

    def __init__(
        self, db: Connection, by: Acting, ids: Mapping[str, int], changes: list[Change]
    ) -> None:
        self._db, self._by, self._changes = db, by, changes
        self._owners = ids
        self._new: list[dict[str, Any]] = []
        self.retargets: list[tuple[int, Entry]] = []

    def bring(self, commitment_id: int, key: str, given: Commitment | None) -> None:
        """Make those of a commitment what its register says; none given retires them all."""
        wanted = {(self._owners[s.owner], s.role.value): s for s in given.shares} if given else {}
        codes = {number: code for code, number in self._owners.items()}
        rows = self._db.execute(
            select(assignments).where(assignments.c.commitment_id == commitment_id)
        )
        found = {(row.owner_id, row.role): row for row in rows}
        for pair, old in found.items():
            # What a breakdown table assigned is no business of the register, while the task is there.
            by_hand = given is not None and old.basis == Basis.ASSIGNED.value
            if old.standing and pair not in wanted and not by_hand:
                self.retire(old.id, key, f"{codes[pair[0]]} {pair[1]}")
        for pair, share in wanted.items():
            labels = {"basis": share.basis.value, "scope": share.scope, "scope_en": share.scope_en}
            row = found.get(pair)
            if row is None:
                assert given is not None
                self._new.append(
                    {
                        "commitment_id": commitment_id,
                        "owner_id": pair[0],
                        "role": pair[1],
                        **labels,
                        **_unreported(given.target, given.target_basis),
                    }
                )
            elif not row.standing:
                stand(self._db, row.id, self._by.now, standing=True)
            if row is None or not row.standing:
                self._changes.append(
                    Change("added", "assignment", key, f"{share.owner} {share.role}")
                )
            if row is not None and differing(row, labels):
                self._db.execute(
                    update(assignments).where(assignments.c.id == row.id).values(labels)
                )
                self._changes.append(
                    Change(
                        "changed",
                        "assignment",
                        key,
                        f"{share.owner}: {', '.join(differing(row, labels))}",
                    )
                )

    def assign(
        self, commitment_id: int, key: str, unit: str, role: Role, by: Target | None
    ) -> None:
        """Give a unit a part in a commitment that it never had, by hand."""
        self._new.append(
            {
                "commitment_id": commitment_id,
                "owner_id": self._owners[unit],
                "role": role.value,
                "basis": Basis.ASSIGNED.value,
                "scope": None,
                "scope_en": None,
                **_unreported(by, by and Basis.ASSIGNED),
            }
        )
        self._changes.append(Change("added", "assignment", key, f"{unit} {role.value}"))

    def resume(self, assignment: int, key: str, detail: str) -> None:
        """Put an assignment back in its place."""
        stand(self._db, assignment, self._by.now, standing=True)
        self._changes.append(Change("added", "assignment", key, detail))

    def retire(self, assignment: int, key: str, detail: str) -> None:
        """Take an assignment out; its log stays."""
        stand(self._db, assignment, self._by.now, standing=False)
        self._changes.append(Change("retired", "assignment", key, detail))

    def add(self) -> None:
        """Write the assignments that are new, and the time from which each one stands."""
        if self._new:
            self._db.execute(insert(assignments), self._new)
            self._new = []
        never_stood = ~exists().where(stands.c.assignment_id == assignments.c.id)
        new = select(assignments.c.id, literal(self._by.now, Moment)).where(never_stood)
        self._db.execute(insert(stands).from_select(["assignment_id", "added_at"], new))

    def correct_targets(self, document: int) -> None:
        """Retarget what stands otherwise than the register says; what was moved by hand stays."""
        in_force, says = assignments.c, commitments.c
        by_hand = (
            exists()
            .where(
                entries.c.assignment_id == in_force.id,
                entries.c.kind == EntryKind.RETARGET.value,
                entries.c.target.is_not_distinct_from(in_force.target),
            )
            .where(batches.c.id == entries.c.batch, batches.c.command != SEED)
        )
        otherwise = (
            select(in_force.id, says.key, owners.c.code, says.target, says.target_basis)
            .join(commitments, says.id == in_force.commitment_id)
            .join(measures, measures.c.id == says.measure_id)
            .join(owners, owners.c.id == in_force.owner_id)
            .where(
                measures.c.document_id == document,
                in_force.standing,
                in_force.basis != Basis.ASSIGNED.value,
                or_(
                    in_force.target.is_distinct_from(says.target),
                    in_force.target_basis.is_distinct_from(says.target_basis),
                ),
                ~by_hand,
            )
            .order_by(in_force.id)
        )
        for number, key, owner, target, basis in self._db.execute(otherwise):
            entry = log.draft(
                EntryKind.RETARGET,
                effective_on=self._by.today,
                target=Target.read(target) if target else None,
                target_basis=Basis(basis) if basis else None,
                note=_CORRECTED,
            )
            self.retargets.append((number, entry))
            self._changes.append(Change("changed", "target", key, f"{owner} {target or '-'}"))


def differing(row: Any, values: Mapping[str, Any]) -> list[str]:  # noqa: ANN401 - a row of any table
    """The columns in which a row is otherwise."""
    return [name for name, value in values.items() if getattr(row, name) != value]


def _unreported(target: Target | None, basis: Basis | None) -> dict[str, Any]:
    return {
        "first_target": log.stored(target),
        "first_target_basis": log.stored(basis),
        "target": log.stored(target),
        "target_basis": log.stored(basis),
        "due_on": target and target.due,
        "standing": True,
        "version": 0,
        "hash": "",
        "status": Status.NOT_STARTED.value,
        "verification": Verification.UNREPORTED.value,
    }
