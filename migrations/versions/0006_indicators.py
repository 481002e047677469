"""Indicators, their targets, and observations of them, which are append-only like the log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'observations: the log is append-only'); END"


def upgrade() -> None:
    """Create the tables and the triggers that keep observations append-only."""
    op.create_table(
        "indicators",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text()),
        sa.CheckConstraint("better IN ('up', 'down', 'none')", name=op.f("ck_indicators_better")),
        sa.ForeignKeyConstraint(
            ["commitment"], ["commitments.key"], name="fk_indicators_commitment_commitments"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_indicators"),
        sa.UniqueConstraint("key", name="uq_indicators_key"),
    )
    op.create_table(
        "indicator_targets",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("against", sa.Text()),
        sa.Column("since", sa.SmallInteger()),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "rule IN ('level', 'per_year', 'at_least_nation', 'with_growth_of', 'improve')",
            name=op.f("ck_indicator_targets_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator"], ["indicators.key"], name="fk_indicator_targets_indicator_indicators"
        ),
        sa.ForeignKeyConstraint(
            ["against"], ["indicators.key"], name="fk_indicator_targets_against_indicators"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_indicator_targets"),
        sa.UniqueConstraint(
            "indicator", "owner", "year", name="uq_indicator_targets_indicator_owner_year"
        ),
    )
    _observations()


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("period", sa.Text()),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text()),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("note_en", sa.Text()),
        sa.Column("flag", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("reason_en", sa.Text()),
        sa.CheckConstraint(
            "(flag IS NULL) = (reason IS NULL)", name=op.f("ck_observations_reason")
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_observations_batch_batches"),
        sa.ForeignKeyConstraint(
            ["indicator"], ["indicators.key"], name="fk_observations_indicator_indicators"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
    )
    op.create_index("ix_observations_indicator", "observations", ["indicator"])
    op.create_index("ix_observations_batch", "observations", ["batch"])
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER observations_{deed} BEFORE {deed.upper()} ON observations {_REFUSE}"
            )
        # A replacing INSERT deletes without firing a delete trigger: it is caught before it inserts.
        op.execute(
            "CREATE TRIGGER observations_insert BEFORE INSERT ON observations WHEN EXISTS"
            f" (SELECT 1 FROM observations WHERE id = NEW.id) {_REFUSE}"
        )
    else:
        for deed, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER observations_{deed} BEFORE {deed.upper()} ON observations"
                f" FOR EACH {each} EXECUTE FUNCTION log_is_append_only()"
            )


def downgrade() -> None:
    """Drop them; the triggers go with their table. All figures are lost."""
    op.drop_table("observations")
    op.drop_table("indicator_targets")
    op.drop_table("indicators")
