"""What one cell says: a status, a percent, a date or text; or what is wrong with it."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from tracker.domain import times
from tracker.domain.words import Status, plain
from tracker.forms import is_text
from tracker.i18n import _

# A whole number as programs keep it: 0.57 times 100 is 56.99999999999999.
_EXACT = 1e-9
_ALL = 100
# Beyond it no percent was meant; what is no number at all is not below it either.
_MOST = 1e6
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_SERIAL = re.compile(r"\d{5}")


class Kind(Enum):
    """What stands in a cell, apart from its value."""

    VALUE = auto()
    FORMULA = auto()
    ERROR = auto()


# Looked up once: in every cell it would take as long as to read it.
_VALUE = Kind.VALUE


class Cell(NamedTuple):
    """A cell: its place as spreadsheets name it, its value, whether that is shown as a per cent, and
    the day that dates are counted from.
    """

    at: str
    value: str | float | bool | date | None
    kind: Kind = _VALUE
    per_cent: bool = False
    day_zero: date = date(1899, 12, 30)

    @property
    def empty(self) -> bool:
        """Whether nothing is there that could be read."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())


class Wrong(Exception):  # noqa: N818 - a finding about a cell, collected by the row
    """What is wrong with a cell, and what to do."""


def text(cell: Cell) -> str | None:
    """Text with its line breaks, without the blanks around it; numbers and dates as they are written."""
    said = cell.value
    if cell.kind is not _VALUE or type(said) is not str:
        # Most cells are text, and there are many.
        _refuse_no_value(cell)
        said = "" if said is None else _written(cell)
    if "\r" in said:
        said = said.replace("\r\n", "\n").replace("\r", "\n")
    said = said.strip()
    if not is_text(said):
        raise Wrong(_("holds characters that are no text, or too many: write it anew, shorter"))
    return said or None


def pieces(cell: Cell) -> str | None:
    """Evidence: one piece a line, empty lines left out."""
    said = text(cell)
    return said and "\n".join(filter(None, map(str.strip, said.split("\n"))))


def status(cell: Cell) -> Status | None:
    """A status in either language, whatever blanks are in it."""
    said = text(cell)
    if said is None:
        return None
    found = _status(said)
    if found is None:
        known = Status.named()
        raise Wrong(
            _("unknown status {said} (known: {known})").format(said=_seen(said), known=known)
        )
    return found


# The same few stand in many rows, here and below.
@lru_cache
def _status(said: str) -> Status | None:
    said = _seen(said)
    return Status.read(said) or Status.read("".join(said.split()))


def percent(cell: Cell) -> int | None:
    """A whole per cent: as the format of the cell or a sign says it, else a number above 1."""
    _refuse_no_value(cell)
    return None if cell.empty else _percent(cell.value, cell.per_cent)


@lru_cache(typed=True)
def _percent(value: object, shown: bool) -> int:
    amount, per_cent = _amount(value, shown)
    if not abs(amount) < _MOST:
        raise Wrong(_("{said} is no per cent (write 60%)").format(said=value))
    if amount == 1 and not per_cent:
        raise Wrong(_("1 can be 1% or 100%: write it with the sign"))
    if not per_cent and not 0 < amount < 1:
        amount /= _ALL
    found = round(amount * _ALL)
    if abs(amount * _ALL - found) > _EXACT:
        raise Wrong(_("{said} is no whole per cent (write 60%)").format(said=_shown(amount * _ALL)))
    if not 0 <= found <= _ALL:
        raise Wrong(_("{said} is not from 0% to 100%").format(said=_shown(amount * _ALL)))
    return found


def day(cell: Cell) -> date | None:
    """A date: as a date, as text, or as the number of days that spreadsheets keep."""
    if cell.kind is Kind.ERROR:
        # So a number comes out that no day has, as 20240601 in a cell for dates.
        raise Wrong(
            _(
                "{said} is the error of a formula, or no date that there is (write 2024-06-30)"
            ).format(said=cell.value)
        )
    _refuse_no_value(cell)
    if cell.empty:
        return None
    value = cell.value
    if isinstance(value, datetime):
        found: date | None = value.date()
    elif isinstance(value, date):
        found = value
    else:
        found = _day(_written(cell), cell.day_zero)
    if found is None or found < times.FIRST_DAY:
        raise Wrong(_("{said} is no date (write 2024-06-30)").format(said=_written(cell)))
    return found


@lru_cache
def _day(said: str, day_zero: date) -> date | None:
    written = _TIME.sub("", plain(_seen(said)).replace("_", " ")).strip()
    return times.day(written) or _counted(written.partition(".")[0], day_zero)


def _refuse_no_value(cell: Cell) -> None:
    if cell.kind is _VALUE:
        return
    if cell.kind is Kind.FORMULA:
        raise Wrong(_("a formula stands where a value belongs: paste it as a value"))
    if cell.kind is Kind.ERROR:
        raise Wrong(_("{said} is the error of a formula: write the value").format(said=cell.value))


def _written(cell: Cell) -> str:
    value = cell.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if cell.per_cent and isinstance(value, (int, float)):
        return _shown(value * _ALL)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    return str(value)


def _seen(said: str) -> str:
    """Without the characters that nobody sees, as they come along from web pages."""
    return "".join(c for c in said if unicodedata.category(c) != "Cf")


def _amount(value: object, shown: bool) -> tuple[float, bool]:
    """The number of a cell, and whether it is a fraction of 100% (or a number of per cent)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value), shown
    said = plain(_seen(str(value))).replace("_", "")
    number = said.removesuffix("%")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", number):
        raise Wrong(_("{said} is no per cent (write 60%)").format(said=value))
    return (float(number) / _ALL, True) if said.endswith("%") else (float(number), False)


def _shown(per_cent: float) -> str:
    # As many digits as a spreadsheet keeps.
    return f"{per_cent:.15g}%"


def _counted(written: str, day_zero: date) -> date | None:
    if not _SERIAL.fullmatch(written):
        return None
    return day_zero + timedelta(days=int(written))
