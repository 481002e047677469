"""Reports that were issued, kept as they were sent; append-only like the log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'issues: the log is append-only'); END"


def _moment() -> sa.types.TypeEngine[str]:
    return sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the table and the triggers that keep it append-only."""
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text()),
        sa.Column("document", sa.Text()),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_on", _moment(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=False),
        sa.Column("model_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_issues_batch_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("batch", name="uq_issues_batch"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER issues_update BEFORE UPDATE ON issues {_REFUSE}")
        op.execute(f"CREATE TRIGGER issues_delete BEFORE DELETE ON issues {_REFUSE}")
        op.execute(
            "CREATE TRIGGER issues_insert BEFORE INSERT ON issues WHEN EXISTS"
            f" (SELECT 1 FROM issues WHERE id = NEW.id OR batch = NEW.batch) {_REFUSE}"
        )
    else:
        for deed, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER issues_{deed} BEFORE {deed.upper()} ON issues"
                f" FOR EACH {each} EXECUTE FUNCTION log_is_append_only()"
            )


def downgrade() -> None:
    """Drop it; its triggers go with it. What was issued is lost."""
    op.drop_table("issues")
