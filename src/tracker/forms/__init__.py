"""Fill-in forms: the ledger of one owner for one period, as it goes out and as people send it back."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple, Self

from tracker.domain.words import Role, Status, Word
from tracker.errors import Problem

# What a cell of a workbook holds, in UTF-16 units.
LONGEST = 32_767

# How the heading of the hidden column begins. Every later program reads it: another layout of the form
# takes another number.
OPENING = "tracker-form"
_LAYOUT = "2"

_VERSION = re.compile(r"[0-9]{1,9}")
ROLES = {role.value: role for role in Role}

# Line breaks and tabs are text; the other control characters and halves of characters are none.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Column(Word):
    """The columns of a form in their order, each with its name in data and its two headings."""

    NUMBER = "number", "序号", "No."
    DOCUMENT = "document", "文件", "Document"
    MEASURE = "measure", "举措", "Measure"
    COMMITMENT = "commitment", "任务", "Commitment"
    SCOPE = "scope", "分工内容", "Scope"
    ROLE = "role", "角色", "Role"
    TARGET = "target", "目标年份", "Target year"
    LAST_STATUS = "last_status", "上期状态", "Last status"
    LAST_NOTE = "last_note", "上期进展", "Last progress"
    STATUS = "status", "状态", "Status"
    PERCENT = "percent", "完成比例", "Percent"
    NOTE = "note", "进展情况", "Progress"
    PROBLEM = "problem", "存在问题", "Problems"
    NEXT_STEP = "next_step", "下一步措施", "Next steps"
    EVIDENCE = "evidence", "佐证材料", "Evidence"
    EFFECTIVE_ON = "effective_on", "生效日期", "Effective on"


# What the office fills in; all before it is known and locked.
FILLED = tuple(Column)[tuple(Column).index(Column.STATUS) :]


class Head(NamedTuple):
    """What a form says of itself in the heading of its hidden column: whose it is, of which period,
    and the mark of the ledger that it came from.
    """

    owner: str
    period: str
    ledger: str

    def __str__(self) -> str:
        return " ".join((OPENING, _LAYOUT, *self))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The head that a cell holds, or None."""
        words = text.split()
        if words[:2] != [OPENING, _LAYOUT] or len(words) != 5:  # noqa: PLR2004 - as written above
            return None
        return cls(*words[2:])


class Mark(NamedTuple):
    """What stands hidden in each row: its assignment, the version of its log that the form was made
    from, the form, and a check on the commitment that the row shows. It is written with a check on
    all of these behind it: one changed by hand would report for another row, or hide a conflict.
    """

    key: str
    owner: str
    role: Role
    version: int
    period: str
    ledger: str
    label: str

    def __str__(self) -> str:
        said = " ".join(map(str, self))
        return f"{said} {labelled(said)}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The mark that a cell holds, or None where it is none, or not as it was written."""
        *words, check = text.split() or [""]
        if len(words) != len(cls._fields) or labelled("".join(words)) != check:
            return None
        role = ROLES.get(words[2])
        if role is None or not _VERSION.fullmatch(words[3]):
            return None
        return cls(words[0], words[1], role, int(words[3]), *words[4:])


def labelled(text: str) -> str:
    """The check on a text, whatever the blanks in it."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:8]


class Given(NamedTuple):
    """What an office filled in; without a date it is true from the end of the period, or from today."""

    status: Status
    percent: int | None = None
    note: str | None = None
    problem: str | None = None
    next_step: str | None = None
    evidence: str | None = None
    effective_on: date | None = None


class Row(NamedTuple):
    """A row as it goes out; `given` is what this period has already."""

    key: str
    role: Role
    version: int
    document: str
    measure: str
    commitment: str
    scope: str
    target: str
    last_status: Status | None
    last_note: str
    given: Given | None


class Form(NamedTuple):
    """A form as it goes out: to whom, for which span of days, and its rows."""

    head: Head
    owner_name: str
    first: date
    last: date
    rows: tuple[Row, ...]

    def mark(self, row: Row) -> Mark:
        """What stands hidden in a row."""
        head, label = self.head, labelled(row.commitment)
        return Mark(row.key, head.owner, row.role, row.version, head.period, head.ledger, label)


class Line(NamedTuple):
    """A row as it came back: its place, its mark, and what was filled in or what is wrong with it.

    One without a mark and a problem is none of the form's; one with nothing but a mark was left empty.
    `place` says where a field stands, for what only the ledger knows against it.
    """

    where: str
    mark: Mark | None
    given: Given | None = None
    problems: tuple[Problem, ...] = ()
    place: Callable[[str], str] = str

    def problem(self, field: str, message: str) -> Problem:
        """A finding about a field, with its place."""
        return Problem(self.place(field), message)


class Returned(NamedTuple):
    """A form that came back."""

    file: str
    head: Head
    lines: tuple[Line, ...]


def is_text(text: str) -> bool:
    """Whether a cell can hold it, and the log may."""
    # A character takes one unit or two.
    short = 2 * len(text) <= LONGEST
    return (short or _units(text) <= LONGEST) and (text.isprintable() or not _NO_TEXT.search(text))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
