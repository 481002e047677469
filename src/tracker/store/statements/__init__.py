"""Every question and change that a ledger is asked for by name, written once in SQLAlchemy.

One module for each of `store` that asks. What a statement says may hang on which values are given,
never on what they are: `compiled` holds those of every day as SQLite takes them.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def of(question: str, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of whichever kind
    """The statement of a question, `module.function`."""
    module, _dot, name = question.partition(".")
    return getattr(import_module(f"tracker.store.statements.{module}"), name)(**given)
