"""Links: which commitments of later documents take up those of earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("earlier", sa.Text(), nullable=False),
        sa.Column("later", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("note_en", sa.Text()),
        sa.CheckConstraint(
            "kind IN ('continues', 'widens', 'narrows', 'supersedes')", name=op.f("ck_links_kind")
        ),
        sa.ForeignKeyConstraint(
            ["earlier"], ["commitments.key"], name="fk_links_earlier_commitments"
        ),
        sa.ForeignKeyConstraint(["later"], ["commitments.key"], name="fk_links_later_commitments"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("earlier", "later", name="uq_links_earlier_later"),
    )
    op.create_index("ix_links_later", "links", ["later"])


def downgrade() -> None:
    """Drop it; the links come back with the next load."""
    op.drop_table("links")
