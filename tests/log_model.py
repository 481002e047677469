"""The log as the design says it, in memory: lists of entries, and a state worked out anew each time it is asked for."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

Pair = tuple[str, str, str]


class Line(NamedTuple):
    """An entry: a report (`said`: status, percent, note), a review (`said`: the verdict), a retarget
    (`said`: the year) or a withdrawal; the last two name a version.
    """

    kind: str
    version: int
    batch: int
    on: date
    at: datetime
    actor: str
    said: tuple[object, ...] = ()
    names: int | None = None


class Stood(NamedTuple):
    """What a report says of an assignment."""

    report: int | None
    status: object
    percent: object
    note: object
    verification: str
    target: str
    version: int


class Assigned:
    """An assignment: its log, its first target, and the spans of time in which it stood."""

    def __init__(self, target: str, at: datetime) -> None:
        self.first_target = target
        self.lines: list[Line] = []
        self.spans: list[tuple[datetime, datetime | None]] = [(at, None)]

    @property
    def stands(self) -> bool:
        """Whether it stands now."""
        return self.spans[-1][1] is None

    def stood(self, at: datetime) -> bool:
        """Whether it stood at a time."""
        return any(a <= at and (b is None or at < b) for a, b in self.spans)

    def standing(self, known: datetime) -> Iterator[Line]:
        """What had been recorded and not withdrawn by a time."""
        by_then = [line for line in self.lines if line.at <= known]
        gone = [line.names for line in by_then if line.kind == "withdrawal"]
        return (x for x in by_then if x.kind != "withdrawal" and x.version not in gone)

    def state(self, as_of: date, known: datetime) -> Stood:
        """The state on a date, by what had been recorded by a time."""
        report = moved = None
        lines = list(self.standing(known))
        for line in sorted(lines, key=lambda line: (line.on, line.version)):
            if line.on <= as_of and line.kind == "report":
                report = line
            if line.on <= as_of and line.kind == "retarget":
                moved = line
        verdict = "unreported" if report is None else "reported"
        for line in lines:
            if report is not None and line.kind == "review" and line.names == report.version:
                verdict = str(line.said[0])
        target = self.first_target if moved is None else str(moved.said[0])
        version = sum(line.at <= known for line in self.lines)
        if report is None:
            return Stood(None, "not_started", None, None, verdict, target, version)
        status, percent, note = report.said
        return Stood(report.version, status, percent, note, verdict, target, version)


class Log:
    """All assignments, and whose batches there are."""

    def __init__(self) -> None:
        self.assigned: dict[Pair, Assigned] = {}
        self.batches: dict[int, tuple[str, str]] = {}

    def meant(self, key: str, owner: str | None) -> list[Pair]:
        """The standing assignments in a commitment, or in all of a measure's, of an owner or of all."""
        return [
            pair
            for pair, each in self.assigned.items()
            if each.stands
            and owner in (None, pair[1])
            and (pair[0] == key or ("." not in key and pair[0].startswith(f"{key}.")))
        ]

    def add(self, pairs: list[Pair], **said: object) -> None:
        """Append a line to each."""
        for pair in pairs:
            lines = self.assigned[pair].lines
            lines.append(Line(version=len(lines) + 1, **said))  # type: ignore[arg-type] # the other fields of a line

    def left(self, batch: int) -> list[tuple[Pair, int]]:
        """What of a batch still stands and can be withdrawn."""
        return [
            (pair, line.version)
            for pair, each in self.assigned.items()
            for line in each.standing(datetime.max.replace(tzinfo=each.spans[0][0].tzinfo))
            if line.batch == batch
        ]

    def days(self) -> list[date]:
        """The dates on which something is effective, in order."""
        return sorted({line.on for each in self.assigned.values() for line in each.lines})

    def times(self) -> list[datetime]:
        """The times at which something was recorded, added or retired, in order."""
        said = {line.at for each in self.assigned.values() for line in each.lines}
        spans = {at for each in self.assigned.values() for span in each.spans for at in span if at}
        return sorted(said | spans)
