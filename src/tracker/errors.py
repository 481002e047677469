"""Refusals: what the program answers when it cannot do what was asked, each with its exit code."""

from typing import NamedTuple


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """Raised anywhere, caught once in `cli`. The message says why and what to do; unless it
    says otherwise, nothing was changed.
    """

    exit_code = 1


class UsageRefusal(Refusal):
    """A word, number or date on the command line that the program does not know."""

    exit_code = 2


class NotFound(Refusal):
    """A key, an owner or a file that is not there."""

    exit_code = 3


class Conflict(Refusal):
    """Somebody else reported since: his report stands, unless the user says otherwise."""

    exit_code = 4


class DatabaseRefusal(Refusal):
    """The database cannot be reached, is newer than the program, is not ours, or is damaged."""

    exit_code = 5


class Damaged(DatabaseRefusal):
    """The database cannot be read any more, or holds what no tracker wrote."""


class Overtaken(DatabaseRefusal):
    """The server ended this transaction in favour of another; the command can be tried again."""


class Problem(NamedTuple):
    """One finding in somebody's file: the place (file, line, field) and what to do about it."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class BadFile(Refusal):
    """A file with problems: all of them are listed, none hides another."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
