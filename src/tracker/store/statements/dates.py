"""Dates that the database works out itself, in the words of either dialect."""

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class due_on(FunctionElement[date]):  # noqa: N801 - written where it is used like any function of SQL
    """The last day of a target as it is stored: `2025` or `2019-06`."""

    type = Date()
    inherit_cache = True


class first_of(FunctionElement[date]):  # noqa: N801 - written where it is used like any function of SQL
    """1 January of a year."""

    type = Date()
    inherit_cache = True


class days(FunctionElement[int]):  # noqa: N801 - written where it is used like any function of SQL
    """How many days the first date lies after the second."""

    type = Integer()
    inherit_cache = True


@compiles(due_on, "sqlite")
def _due_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    target = compiler.process(element.clauses, **kw)
    return (
        f"date(substr({target}, 1, 4) || coalesce(nullif(substr({target}, 5), ''), '-12') || '-01',"
        " '+1 month', '-1 day')"
    )


@compiles(due_on, "postgresql")
def _due_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    target = compiler.process(element.clauses, **kw)
    first = f"substr({target}, 1, 4) || coalesce(nullif(substr({target}, 5), ''), '-12') || '-01'"
    return f"CAST(CAST({first} AS date) + interval '1 month' - interval '1 day' AS date)"


@compiles(first_of, "sqlite")
def _first_of_sqlite(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    return f"({compiler.process(element.clauses, **kw)} || '-01-01')"


@compiles(first_of, "postgresql")
def _first_of_postgresql(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    return f"make_date({compiler.process(element.clauses, **kw)}, 1, 1)"


@compiles(days, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days, "postgresql")
def _days_postgresql(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    later, earlier = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({later} - {earlier})"
