"""The official wording of sentences, from the user's own copy of a document, and where it stands there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The registers that came with the program while 0001 was the last revision.
_BUNDLED = (
    "b8858488ebfd319476d1ceebfc02d4d9e1b31c24990841982b20cafd78ba1fad",
    "98c3bd0c79a0ec8be67765b03ad22781e3b462388f753165425a48fd5eb14a7a",
)


def upgrade() -> None:
    """Add the wordings, the places of sentences, and which file they came from."""
    op.create_table(
        "wordings",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_wordings_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("document_id", "fingerprint", name="pk_wordings"),
    )
    op.add_column("documents", sa.Column("source", sa.Text()))
    op.add_column("documents", sa.Column("source_digest", sa.Text()))
    op.add_column("documents", sa.Column("bundled", sa.Text()))
    op.execute(
        sa.text(
            "UPDATE documents SET bundled = fingerprint WHERE fingerprint IN :known"
        ).bindparams(sa.bindparam("known", _BUNDLED, expanding=True))
    )
    op.add_column("sentences", sa.Column("starts_at", sa.Integer()))
    op.add_column("sentences", sa.Column("ends_at", sa.Integer()))
    op.add_column("commitments", sa.Column("fingerprint", sa.Text()))
    # What a retired commitment said is not known any more: another sentence may stand in its place.
    op.execute(
        "UPDATE commitments SET fingerprint = (SELECT s.fingerprint FROM sentences s"
        " WHERE s.measure_id = commitments.measure_id AND s.number = commitments.sentence)"
        " WHERE EXISTS (SELECT 1 FROM assignments a"
        " WHERE a.commitment_id = commitments.id AND a.standing)"
    )


def downgrade() -> None:
    """Drop them again; SQLite drops columns in place, no trigger of the log is touched."""
    op.drop_column("commitments", "fingerprint")
    op.drop_column("sentences", "ends_at")
    op.drop_column("sentences", "starts_at")
    op.drop_column("documents", "bundled")
    op.drop_column("documents", "source_digest")
    op.drop_column("documents", "source")
    op.drop_table("wordings")
