"""Roll-up arithmetic: counts of assignments, the status they amount to, shares as printed."""

from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from tracker.domain.words import Position, Status, Verification, Word

# What stands for several assignments: the worst that one of them has, in this order.
_POSITIONS = (
    Position.OVERDUE,
    Position.BEHIND,
    Position.UNQUANTIFIED,
    Position.ON_SCHEDULE,
    Position.AHEAD,
)
_VERIFICATIONS = (
    Verification.RETURNED,
    Verification.UNREPORTED,
    Verification.REPORTED,
    Verification.VERIFIED,
)


class Numbers(NamedTuple):
    """Counts of lead and joint assignments, by status, by schedule position and by verification.

    Support roles do not count: they stand in `support` only. `dropped_verified` and
    `done_verified` are the parts of `dropped` and `done` that somebody else has verified.
    `weight` and `weight_done` are those of all that stands in the denominator. `commitments` is how
    many they belong to.
    """

    not_started: int = 0
    in_progress: int = 0
    stalled: int = 0
    done: int = 0
    dropped: int = 0
    ahead: int = 0
    on_schedule: int = 0
    behind: int = 0
    overdue: int = 0
    unquantified: int = 0
    not_applicable: int = 0
    unreported: int = 0
    reported: int = 0
    verified: int = 0
    returned: int = 0
    done_verified: int = 0
    dropped_verified: int = 0
    weight: int = 0
    weight_done: int = 0
    support: int = 0
    commitments: int = 0

    def __add__(self, other: "Numbers") -> "Numbers":  # type: ignore[override] # not tuples, one after the other
        """Both together; where a commitment stands in both, it is counted twice."""
        return Numbers._make(map(add, self, other))

    @property
    def assignments(self) -> int:
        """All that count, dropped ones included."""
        return self.not_started + self.in_progress + self.stalled + self.done + self.dropped

    @property
    def denominator(self) -> int:
        """What a share is of: a dropped assignment leaves it only once the drop is verified."""
        return self.assignments - self.dropped_verified

    def having(self, word: Word) -> int:
        """How many have that status, position or verification."""
        counted: int = getattr(self, word.name.lower())
        return counted

    @property
    def status(self) -> Status:
        """The status that a commitment or a measure has by its assignments."""
        if self.denominator == 0:
            return Status.DROPPED
        if self.done == self.denominator:
            return Status.DONE
        if self.not_started == self.denominator:
            return Status.NOT_STARTED
        return Status.STALLED if self.stalled else Status.IN_PROGRESS

    @property
    def position(self) -> Position:
        """The worst schedule position of its assignments."""
        return next(filter(self.having, _POSITIONS), Position.NOT_APPLICABLE)

    @property
    def verification(self) -> Verification:
        """The worst verification of its assignments."""
        return next(filter(self.having, _VERIFICATIONS), Verification.UNREPORTED)


def tenths_of(parts: Sequence[int], pinned: int | None = None) -> list[int]:
    """Shares of one whole in tenths of a per cent, so rounded that they sum to 1000.

    Largest remainders; a part that is neither nothing nor all never gets 0 or 1000. `pinned` is the
    place of a part whose share stands elsewhere by itself: it is the same here, the others give way.
    Nothing at all gives 0 for each.
    """
    whole = sum(parts)
    if whole == 0:
        return [0] * len(parts)
    tenths = [max(part * 1000 // whole, 1 if part else 0) for part in parts]
    if pinned is not None:
        tenths[pinned] = tenths_of([parts[pinned], whole - parts[pinned]])[0]
    # What was raised to its first tenth has more than its due already.
    due = [i for i, part in enumerate(parts) if i != pinned and part * 1000 >= tenths[i] * whole]
    due.sort(key=lambda i: (-(parts[i] * 1000 % whole), i))
    missing = 1000 - sum(tenths)
    for i in due[: max(missing, 0)]:
        tenths[i] += 1
    for _ in range(-missing):
        spare = max(range(len(parts)), key=lambda i: (i != pinned and tenths[i] > 1, tenths[i]))
        tenths[spare] -= 1
    return tenths


def percentage(part: int, whole: int) -> str:
    """One share as `12.3`; 0.0 and 100.0 only where that is exactly so."""
    tenths = tenths_of([part, whole - part])[0] if whole else 0
    return f"{tenths // 10}.{tenths % 10}"
