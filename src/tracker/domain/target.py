"""A target: a year, or a year and month where the text has one; due at its end."""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple, Self

_FORM = re.compile(r"(\d{4})(?:-(\d{2}))?")


class Target(NamedTuple):
    """`2025` or `2019-06`; written so in files, on the command line and in the database."""

    year: int
    month: int | None = None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The target that `text` writes, or None."""
        match = _FORM.fullmatch(text.strip())
        if not match:
            return None
        year, month = int(match[1]), int(match[2]) if match[2] else None
        if not 1949 <= year <= 2999 or (month is not None and not 1 <= month <= 12):  # noqa: PLR2004 - the years and months that can be meant
            return None
        return cls(year, month)

    def __str__(self) -> str:
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"

    @property
    def due(self) -> date:
        """The last day on which the target is still met."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])
