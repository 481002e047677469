"""iCalendar (RFC 5545): each task a VTODO, in lines that end with CRLF and are 75 octets at most.

By hand: what is written here needs three rules of the standard, escaping, folding and UTC times.
A library would bring more code than that into every installation, and a layout of its own with
every release.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from tracker.domain.words import Status, Verification
from tracker.render import Screen
from tracker.report.model import shown_cell
from tracker.report.tasks import Task, Tasks

_OCTETS = 75
_STATUS = {
    Status.NOT_STARTED: "NEEDS-ACTION",
    Status.IN_PROGRESS: "IN-PROCESS",
    Status.STALLED: "IN-PROCESS",
    Status.DONE: "COMPLETED",
    Status.DROPPED: "CANCELLED",
}
# Some programs take the separators of Unicode for line breaks, too.
_BREAKS = dict.fromkeys("\n\u2028\u2029", r"\n")
_ESCAPED = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", **_BREAKS})


def render(what: Tasks, screen: Screen) -> Iterator[bytes]:  # noqa: ARG001 - a calendar is the same everywhere
    """A calendar of tasks; UTF-8 whatever the terminal speaks, as the standard wants it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//commitment-tracker//tracker//EN",
        *(line for task in what.tasks for line in _todo(task)),
        "END:VCALENDAR",
    ]
    yield from map(_folded, lines)


def _todo(task: Task) -> Iterator[str]:
    yield "BEGIN:VTODO"
    yield f"UID:{task.uid}"
    yield f"DTSTAMP:{_time(task.changed_at)}"
    yield f"CREATED:{_time(task.added_at)}"
    yield f"LAST-MODIFIED:{_time(task.changed_at)}"
    yield f"SEQUENCE:{task.version}"
    yield f"SUMMARY:{_text(task.summary)}"
    yield f"DESCRIPTION:{_text(_described(task))}"
    if task.due_on:
        yield f"DUE;VALUE=DATE:{_day(task.due_on)}"
    yield f"STATUS:{'CANCELLED' if task.retired else _STATUS[task.status]}"
    if task.percent is not None:
        yield f"PERCENT-COMPLETE:{task.percent}"
    if task.status is Status.DONE and task.ended_at and not task.retired:
        yield f"COMPLETED:{_time(task.ended_at)}"
    yield f"CATEGORIES:{','.join(map(_text, _categories(task)))}"
    yield "END:VTODO"


def _described(task: Task) -> str:
    return "\n".join(f"{name}: {text}" for name, text in (*task.about, *task.reported))


def _categories(task: Task) -> list[str]:
    """Where it belongs, and what the standard's own status cannot say."""
    axes = (task.status, task.verification)
    untold = [shown_cell(w) for w in axes if w in (Status.STALLED, Verification.RETURNED)]
    return [task.owner_name, task.document, task.section_title, *untold]


def _text(text: str) -> str:
    return text.translate(_ESCAPED)


def _day(on: date) -> str:
    return on.isoformat().replace("-", "")


def _time(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{_day(at.date())}T{at:%H%M%S}Z"


def _folded(line: str) -> bytes:
    """The line in pieces of so many octets, each but the first behind a blank; no character is cut."""
    data, pieces = line.encode(), []
    room = _OCTETS
    while len(data) > room:
        end = room
        while data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - an octet of UTF-8 that begins no character
            end -= 1
        pieces.append(data[:end])
        data, room = data[end:], _OCTETS - 1
    return b"\r\n ".join([*pieces, data]) + b"\r\n"
