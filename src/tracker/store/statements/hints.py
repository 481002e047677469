"""What SQLite is told about the way to read, where it cannot know: nothing that changes a row."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class not_sought(FunctionElement[int]):  # noqa: N801 - written where it is used like any function of SQL
    """A column whose index SQLite is not to look up, or read in its order."""

    type = Integer()
    inherit_cache = True


@compiles(not_sought)
def _as_it_is(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    return str(compiler.process(element.clauses, **kw))


@compiles(not_sought, "sqlite")
def _with_a_plus(element: Any, compiler: Any, **kw: Any) -> str:  # noqa: ANN401 - the library calls it with types that it does not name
    return f"+{compiler.process(element.clauses, **kw)}"
