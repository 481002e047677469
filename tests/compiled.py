"""The statements of everyday commands as the drivers take them; run as a script, it writes them.

    python tests/compiled.py

Each is compiled from `store/statements` with marks in the place of values, so that any may be given
with it later on.
"""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Date, Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from tracker.store import statements
from tracker.store.columns import Moment
from tracker.store.connection import worded
from tracker.store.rows import Axes, Filters, Page
from tracker.store.states import States

FILE = Path(__file__).parents[1] / "src" / "tracker" / "store" / "compiled.py"
HEAD = '''"""The statements of everyday commands as the drivers take them; `python tests/compiled.py` makes them.

By the question and the names of the values given with it: the statement, and which of its columns
the driver does not give as they are meant.
"""

Compiled = dict[str, tuple[str, dict[int, str]]]
'''

Question = tuple[str, dict[str, Any]]


class Database(NamedTuple):
    """A database, and what its statements are made of: where a value stands, and how a list of them,
    by its name; and what its driver has no type for.
    """

    dialect: Dialect
    value: str
    listed: str
    unread: dict[type[Any], str]


SQLITE = Database(
    SQLiteDialect_pysqlite(paramstyle="named"),
    ":{}",
    "IN (:{})",
    {Moment: "moment", Date: "day", Boolean: "truth"},
)
# An array, so that a list of any length is one statement, which the server plans once.
_psycopg: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call] # the library gives no types for it
SERVER = Database(_psycopg, "%({})s", "= ANY (%({})s)", {Moment: "utc"})

# What narrows a list; more than two at once are not of every day.
_PLACES = ("document", "section", "owners", "due_before")
_AXES = ("status", "position", "verification")
_MOST = 2
# Values of which there are several.
_LISTS = {"owners", "ids", "keys", "measures", "commitments"}


class Mark(str):
    """Stands for a value that is given later, by its name."""

    __slots__ = ()

    @property
    def value(self) -> "Mark":
        """It stands for words of ours, too."""
        return self


def mark(name: str) -> Any:
    """The mark of a value, in a list where it is one of several."""
    return (Mark(name),) if name in _LISTS else Mark(name)


def everyday() -> Iterator[Question]:
    """The questions of everyday commands, with each choice of values that they are asked with."""
    states: Any = States(mark("as_of"))
    for filters, page in paged(_PLACES, ("measure",), ("commitment",)):
        given = {"states": states, "filters": Filters(**marked(filters)), "page": page}
        yield "queries.commitment_rows", given
        if filters != ("commitment",):
            yield "queries.measure_rows", given
    for names, page in paged(
        _PLACES + _AXES, ("measure",), ("commitment",), ("commitments",), ("owners", "commitment")
    ):
        narrowed = [name for name in names if name not in _AXES]
        axes = [name for name in names if name in _AXES]
        given = {"filters": Filters(**marked(narrowed)), "axes": Axes(**marked(axes))}
        yield "queries.assignment_rows", {"states": states, **given, "page": page}
    for name in ("commitments", "commitment"):
        yield "rollups.by_commitment", {"states": states, "filters": Filters(**marked((name,)))}
    for name in ("measures", "measure"):
        yield "rollups.by_measure", {"states": states, "filters": Filters(**marked((name,)))}
    yield "rollups.cells", {"states": states, "filters": Filters()}
    given = {"states": states, "filters": Filters(measures=mark("measures"))}
    yield "rollups.measure_owners", given
    yield "rollups.measure_targets", given
    yield "rollups.weighted", {"states": states}
    lines = ("since", "until", "known_on", "actor", "batch")
    for filters, said in (((), "batch"), (("commitment",), ""), (("measure",), ""), ((), "")):
        given = {name: mark(name) if name == said else None for name in lines} | {"laned": False}
        yield "queries.entry_rows", {"filters": Filters(**marked(filters)), **given}
    for question, names in _OTHERS:
        yield question, marked(names)
    yield "lookup.section_numbers", {"document": None}
    for names in ((), ("start", "end")):
        given = dict.fromkeys(("start", "end", "on_server")) | marked(names)
        yield "lookup.keys_beginning", given
    yield "lookup.standing", {"measure": mark("measure"), "commitment": None}
    yield "lookup.standing", {"measure": None, "commitment": mark("commitment")}
    yield "standing.moves", {"commitment": mark("commitment"), "known_on": None}
    yield "wordings.sentence_rows", {"document": None, "measure": mark("measure")}
    yield "log.newest", {"by": None}
    yield "log.lanes", {}


_OTHERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ledger.revision", ()),
    ("lookup.all_owners", ()),
    ("lookup.all_documents", ()),
    ("lookup.section_numbers", ("document",)),
    ("lookup.measure_keys", ()),
    ("lookup.commitment_keys", ()),
    ("lookup.registered", ("keys",)),
    ("lineage.earlier_links", ("keys",)),
    ("lineage.later_links", ("keys",)),
    ("lineage.linked_rows", ("keys",)),
    ("wordings.last_wording", ("commitment",)),
    ("log.heads", ("ids",)),
    ("log.lines", ("ids",)),
    ("log.new_batch", ()),
    ("log.new_lines", ()),
    ("log.new_cache", ()),
    ("log.new_report", ()),
    ("forming.first_batch", ()),
    ("log.heads_of", ("owner",)),
    ("seeded.state", ("files",)),
    ("seeded.documents_there", ()),
    ("seeded.owners_there", ()),
    ("seeded.links_there", ()),
    ("seeded.indicators_there", ()),
    ("seeded.targets_there", ()),
    ("seeded.reports_there", ()),
    ("seeded.figures_there", ("command",)),
    ("seeded.last_figure", ()),
)


def recording() -> Iterator[Question]:
    """Those that many put to a server at once: to report on an assignment."""
    for question, names in _RECORDING:
        yield question, marked(names)
    yield "lookup.standing", {"measure": mark("measure"), "commitment": None}
    yield "lookup.standing", {"measure": None, "commitment": mark("commitment")}


_RECORDING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ledger.revision", ()),
    ("lookup.all_owners", ()),
    ("lookup.registered", ("keys",)),
    ("log.hold", ()),
    ("log.sent_batch", ()),
    ("log.sent_line", ()),
    ("log.heads", ("ids",)),
)


def marked(names: Any) -> dict[str, Any]:
    """Each of these values with its mark."""
    return {name: mark(name) for name in names}


def paged(
    names: tuple[str, ...], *others: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Page]]:
    """Every choice of the few that are of every day, and others; of the least narrow a page, too."""
    for choice in (*chosen(names), *others):
        yield choice, Page()
    for choice in chosen(names, 1):
        for page in (("limit",), ("limit", "offset")):
            yield choice, Page(**marked(page))


def chosen(names: tuple[str, ...], most: int = _MOST) -> Iterator[tuple[str, ...]]:
    """Every choice of the few that are of every day."""
    for count in range(most + 1):
        yield from combinations(names, count)


def compiled(
    question: str, given: dict[str, Any], on: Database = SQLITE
) -> tuple[str, dict[int, str]]:
    """The statement with the names of values where they are to stand, and how to read its columns."""
    statement = statements.of(question, given)
    made: Any = statement.compile(dialect=on.dialect)
    sql = " ".join(str(made).split())
    for name, value in made.params.items():
        listed = f"IN (__[POSTCOMPILE_{name}])"
        if listed in sql and isinstance(value[0], Mark):
            sql = sql.replace(listed, on.listed.format(value[0]))
        elif listed in sql:
            sql = sql.replace(listed, f"IN ({', '.join(_written(each, on) for each in value)})")
        elif value is not None:
            stands = rf"{re.escape(on.value.format(name))}(?!\w)"
            sql = re.sub(stands, _written(value, on).replace("\\", r"\\"), sql)
    return sql, _reading(statement, on)


def _written(value: Any, on: Database) -> str:
    if isinstance(value, Mark):
        return on.value.format(value)
    assert type(value) in {int, str, bool}, value
    return repr(int(value)) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _reading(statement: Any, on: Database) -> dict[int, str]:
    """What the driver has no type for, by the number of the column."""
    first = getattr(statement, "selects", [statement])[0]
    columns = getattr(first, "column_descriptions", ())
    if getattr(first, "is_dml", False):
        columns = first.returning_column_descriptions
    return {
        number: kind
        for number, column in enumerate(columns)
        for type_, kind in on.unread.items()
        if isinstance(column["type"], type_)
    }


def text() -> str:
    """The module."""
    return f"{HEAD}\n{_named('IN_A_FILE', everyday(), SQLITE)}\n{_named('ON_A_SERVER', recording(), SERVER)}"


def _named(name: str, questions: Iterator[Question], on: Database) -> str:
    lines = [
        f"    {worded(question, given)!r}: {compiled(question, given, on)!r},\n"
        for question, given in questions
    ]
    return f"{name}: Compiled = {{\n{''.join(lines)}}}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
