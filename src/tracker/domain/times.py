"""How a time is written: one form for files, hashes and screens."""

from datetime import UTC, datetime


def moment(at: datetime) -> str:
    """A UTC time as it is hashed, stored and printed: microseconds, and a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
