"""What columns of a ledger hold that no database has as it is: times, and dates that may be damaged."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from tracker.domain.times import moment
from tracker.store.texts import day_of, moment_of


class Moment(TypeDecorator[datetime]):
    """A UTC time to the microsecond: a timestamp on PostgreSQL, sortable text on SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - what the driver takes
        if value is None or dialect.name == "postgresql":
            return value
        return moment(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - what the driver gives
        if value is None or isinstance(value, datetime):
            return value and value.astimezone(UTC)
        return moment_of(value)


class _TextDate(TypeDecorator[date]):
    """A date where the database has none of its own and takes any text: what is no date is damage."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ANN401, ARG002 - as the library has it
        return lambda value: None if value is None else day_of(value)


DAY = Date().with_variant(_TextDate(), "sqlite")
