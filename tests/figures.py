"""What the program shows of an indicator, for tests."""

from typing import Any

from conftest import Run


def shown(tracker: Run, key: str) -> Any:
    return tracker("indicator", "show", key, "-f", "json").json


def verdict_of(tracker: Run, key: str, owner: str) -> str:
    found = next(line for line in shown(tracker, key)["targets"] if line["owner"] == owner)
    return str(found["verdict"])
