"""The JSON that Taskwarrior imports: an array of tasks, each known by its UUID however often it comes."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tracker.domain.times import SHANGHAI
from tracker.domain.words import Status
from tracker.render import Screen
from tracker.report.tasks import Task, Tasks

# All else is pending to it; what the words of the axes are stands among the tags.
_STATUS = {Status.DONE: "completed", Status.DROPPED: "deleted"}
# What a tag may not hold if its filters are to find it.
_NO_TAG = re.compile(r"\W")


def render(what: Tasks, screen: Screen) -> Iterator[str]:
    """One task a line."""
    lines = [json.dumps(_task(task), ensure_ascii=not screen.unicode) for task in what.tasks]
    yield "[\n" + ",\n".join(lines) + "\n]\n"


def _task(task: Task) -> dict[str, Any]:
    made: dict[str, Any] = {
        "uuid": str(task.uid),
        "status": "deleted" if task.retired else _STATUS.get(task.status, "pending"),
        "description": task.summary,
        "entry": _time(task.added_at),
        "modified": _time(task.changed_at),
    }
    if task.due_on:
        # The last second of the day in the offices.
        made["due"] = _time(datetime.combine(task.due_on, time(23, 59, 59), SHANGHAI))
    if task.ended_at:
        made["end"] = _time(task.ended_at)
    made["project"] = f"{task.document}.{task.section}"
    words = (task.owner, task.role, task.status, task.verification)
    made["tags"] = [_NO_TAG.sub("_", word) for word in words]
    if task.reported and task.reported_at:
        made["annotations"] = [
            # Each a second later than the one before: an annotation's time is its key.
            {
                "entry": _time(task.reported_at + timedelta(seconds=i)),
                "description": f"{name}: {text}",
            }
            for i, (name, text) in enumerate(task.reported)
        ]
    return made


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
