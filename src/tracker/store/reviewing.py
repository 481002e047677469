"""What others do to assignments: review what was reported, move a target."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, select

from tracker.domain.target import Target
from tracker.domain.words import Basis, EntryKind, Verification
from tracker.errors import Refusal
from tracker.i18n import _
from tracker.store import log, lookup
from tracker.store.connection import Connection
from tracker.store.log import Acting
from tracker.store.lookup import Meant
from tracker.store.models import assignments, entries

_REPORTS = (
    select(assignments.c.id, entries.c.version, entries.c.actor)
    .join(
        entries,
        and_(
            entries.c.assignment_id == assignments.c.id, entries.c.version == assignments.c.report
        ),
    )
    .where(assignments.c.id.in_(bindparam("ids", expanding=True)))
)
_TARGETS = select(assignments.c.id, assignments.c.target).where(
    assignments.c.id.in_(bindparam("ids", expanding=True))
)


def review(
    db: Connection, *, key: str, owner: str, returned: str | None, by: Acting
) -> log.Recorded:
    """Accept what an owner reported last, or return it for the reason given, as one batch.

    A measure means what was reported in it. Nobody reviews his own report.
    """
    meant = lookup.meant(db, [key], lookup.owner(db, owner))
    reports = {row.id: row for row in db.execute(_REPORTS, {"ids": [each.id for each in meant]})}
    reported = [each for each in meant if each.id in reports]
    if not reported:
        raise Refusal(
            _("{owner} has reported nothing in {key} that could be reviewed").format(
                owner=meant[0].owner, key=key
            )
        )
    own = [each.key for each in reported if reports[each.id].actor == by.actor]
    if own:
        raise Refusal(
            _("{actor} reported on {keys}: somebody else has to review it").format(
                actor=by.actor, keys=", ".join(own)
            )
        )
    verdict = Verification.VERIFIED if returned is None else Verification.RETURNED
    drafts = [
        (
            each.id,
            log.draft(
                EntryKind.REVIEW,
                effective_on=by.today,
                verification=verdict,
                note=returned,
                names=reports[each.id].version,
            ),
        )
        for each in reported
    ]
    return log.append(db, drafts, command="review", by=by)


def retarget(
    db: Connection, *, key: str, target: Target, why: str, owner: str | None, by: Acting
) -> log.Recorded:
    """Move the target of all owners in a commitment or measure, or of one, as one batch; whoever has
    that target already keeps his line as it is.
    """
    code = None if owner is None else lookup.owner(db, owner)
    moved = _moved(db, lookup.meant(db, [key], code), target)
    if not moved:
        raise Refusal(_("{key} is due {target} already").format(key=key, target=target))
    entry = log.draft(
        EntryKind.RETARGET,
        effective_on=by.today,
        target=target,
        target_basis=Basis.ASSIGNED,
        note=why,
    )
    return log.append(db, [(each.id, entry) for each in moved], command="retarget", by=by)


def _moved(db: Connection, meant: Sequence[Meant], target: Target) -> list[Meant]:
    targets: dict[int, Any] = {
        row.id: row.target for row in db.execute(_TARGETS, {"ids": [each.id for each in meant]})
    }
    return [each for each in meant if targets[each.id] != str(target)]
