"""What opening a ledger asks of it."""

from sqlalchemy import TextClause, text


def revision() -> TextClause:
    """The revision of the schema."""
    return text("SELECT version_num FROM alembic_version")
