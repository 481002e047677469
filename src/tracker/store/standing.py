"""Which assignments stand from when: put in their place, taken out, and what a batch did taken back."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from tracker.store.connection import Connection

# The commands that move parts by hand: a breakdown table, and taking that back.
IMPORT = "import"
UNDO = "undo"


class Move(NamedTuple):
    """An assignment put in its place by hand, or taken out: whose, by whom and when."""

    owner: str
    role: str
    standing: bool
    batch: int
    recorded_at: datetime
    actor: str


def moves(db: Connection, key: str, known_on: datetime | None = None) -> list[Move]:
    """Who gave units their parts in a commitment, and took them away, in that order of time."""
    rows = db.ask("standing.moves", commitment=key, known_on=known_on)
    return [Move._make(row) for row in rows]


def stand(db: Connection, assignment: int, at: datetime, *, standing: bool) -> None:
    """Put an assignment in its place from a time on, or take it out; its log stays."""
    db.tell("standing.mark", [{"assignment": assignment, "now_standing": standing}])
    moved = "standing.begin" if standing else "standing.end"
    db.tell(moved, [{"assignment": assignment, "at": at}])


def parts_of(db: Connection, batch: int) -> list[tuple[int, bool]]:
    """The assignments that an import put in their place or took out, where nothing but what was undone
    came after it: each with whether it stands.
    """
    in_force: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
    for assignment, standing, by, command in db.ask(
        "standing.parts_moved", batch=batch, command=IMPORT
    ):
        if command == UNDO:
            in_force[assignment].pop()
        else:
            in_force[assignment].append((by, standing))
    last = {assignment: left[-1] for assignment, left in in_force.items() if left}
    return [(assignment, standing) for assignment, (by, standing) in last.items() if by == batch]
