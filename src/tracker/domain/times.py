"""How a time is written: one form for files, hashes and screens; the days that people write; and the
offices' clock.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from tracker.domain.words import plain

# Before and after them there is nothing that a document of ours could be about; a short year is a slip.
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2999, 12, 31)

# Beijing time, without summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8))


# All lines of a batch have one time.
@lru_cache
def moment(at: datetime) -> str:
    """A UTC time as it is hashed, stored and printed: microseconds, and a Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def day(said: str) -> date | None:
    """The date that `said` writes: 2024-03-31, 20240331, 2024.3.31, 2024年3月31日; None for any other."""
    written = plain(said).removesuffix("日")
    for mark in "_年月/.":
        written = written.replace(mark, "-")
    parts = written.split("-")
    if len(parts) == 3:  # noqa: PLR2004 - year, month, day
        written = f"{parts[0]}-{parts[1]:>02}-{parts[2]:>02}"
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None
