"""Roll-up arithmetic: counts of assignments, the status they amount to, shares as printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.words import Status


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts of lead and joint assignments, by status.

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
    done_verified: int = 0
    dropped_verified: int = 0
    weight: int = 0
    weight_done: int = 0
    support: int = 0
    commitments: int = 0

    @property
    def assignments(self) -> int:
        """All that count, dropped ones included."""
        return self.not_started + self.in_progress + self.stalled + self.done + self.dropped

    @property
    def denominator(self) -> int:
        """What a share is of: a dropped assignment leaves it only once the drop is verified."""
        return self.assignments - self.dropped_verified

    def count(self, status: Status) -> int:
        """How many have that status."""
        counts = {
            Status.NOT_STARTED: self.not_started,
            Status.IN_PROGRESS: self.in_progress,
            Status.STALLED: self.stalled,
            Status.DONE: self.done,
            Status.DROPPED: self.dropped,
        }
        return counts[status]

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


def percentages(parts: Sequence[int]) -> list[str]:
    """Shares of one whole as `12.3`, printed so that they sum to 100.0.

    Largest remainders, in tenths; a part that is neither nothing nor all never prints 0.0 or
    100.0. Nothing at all gives `0.0` for each.
    """
    whole = sum(parts)
    if whole == 0:
        return ["0.0"] * len(parts)
    tenths = [max(part * 1000 // whole, 1 if part else 0) for part in parts]
    missing = 1000 - sum(tenths)
    # What was raised to its first tenth has more than its due already.
    due = [i for i, part in enumerate(parts) if part * 1000 >= tenths[i] * whole]
    due.sort(key=lambda i: (-(parts[i] * 1000 % whole), i))
    for i in due[: max(missing, 0)]:
        tenths[i] += 1
    for _ in range(-missing):
        tenths[tenths.index(max(tenths))] -= 1
    return [f"{tenth // 10}.{tenth % 10}" for tenth in tenths]


def percentage(part: int, whole: int) -> str:
    """One share as `12.3`; 0.0 and 100.0 only where that is exactly so."""
    return percentages([part, whole - part])[0] if whole else "0.0"
