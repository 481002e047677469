"""How a time is written: one form for files, hashes and screens; and the offices' clock."""

from datetime import UTC, datetime, timedelta, timezone

# Beijing time, without summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))


def moment(at: datetime) -> str:
    """A UTC time as it is hashed, stored and printed: microseconds, and a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
