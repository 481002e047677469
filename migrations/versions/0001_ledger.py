"""The ledger: documents to commitments, assignments, and the append-only log with its triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_STATUS = "'not_started', 'in_progress', 'stalled', 'done', 'dropped'"
_VERIFICATION = "'unreported', 'reported', 'verified', 'returned'"
_LOG = ("entries", "batches")


def _moment() -> sa.types.TypeEngine[str]:
    return sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables, then the triggers that keep the log append-only."""
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_actor", "batches", ["actor", "id"])

    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("issuer", sa.Text()),
        sa.Column("issued_on", sa.Date()),
        sa.Column("horizon", sa.SmallInteger()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("code", name="uq_documents_code"),
    )
    op.create_table(
        "owners",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.ForeignKeyConstraint(["parent"], ["owners.code"], name="fk_owners_parent_owners"),
        sa.PrimaryKeyConstraint("id", name="pk_owners"),
        sa.UniqueConstraint("code", name="uq_owners_code"),
    )
    op.create_index("ix_owners_parent", "owners", ["parent"])

    op.create_table(
        "sections",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_sections_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sections"),
        sa.UniqueConstraint("document_id", "number", name="uq_sections_document_id_number"),
    )
    op.create_table(
        "measures",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_measures_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["sections.id"], name="fk_measures_section_id_sections"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_measures"),
        sa.UniqueConstraint("document_id", "number", name="uq_measures_document_id_number"),
        sa.UniqueConstraint("key", name="uq_measures_key"),
    )
    op.create_index("ix_measures_section_id", "measures", ["section_id"])

    op.create_table(
        "commitments",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sentence", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("target", sa.Text()),
        sa.Column("target_basis", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("note_en", sa.Text()),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name="fk_commitments_measure_id_measures"
        ),
        sa.CheckConstraint(
            "kind IN ('goal', 'action', 'continuing')", name=op.f("ck_commitments_kind")
        ),
        sa.CheckConstraint("weight > 0", name=op.f("ck_commitments_weight")),
        sa.PrimaryKeyConstraint("id", name="pk_commitments"),
        sa.UniqueConstraint("key", name="uq_commitments_key"),
    )
    op.create_index("ix_commitments_measure_id", "commitments", ["measure_id"])

    op.create_table(
        "sentences",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("untracked", sa.Text()),
        sa.Column("untracked_en", sa.Text()),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name="fk_sentences_measure_id_measures"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sentences"),
        sa.UniqueConstraint("measure_id", "number", name="uq_sentences_measure_id_number"),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text()),
        sa.Column("scope_en", sa.Text()),
        sa.Column("first_target", sa.Text()),
        sa.Column("first_target_basis", sa.Text()),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("report", sa.Integer()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("percent", sa.SmallInteger()),
        sa.Column("effective_on", sa.Date()),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("target", sa.Text()),
        sa.Column("target_basis", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name="fk_assignments_commitment_id_commitments",
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_assignments_owner_id_owners"),
        sa.CheckConstraint(
            "role IN ('lead', 'joint', 'support')", name=op.f("ck_assignments_role")
        ),
        sa.CheckConstraint(f"status IN ({_STATUS})", name=op.f("ck_assignments_status")),
        sa.CheckConstraint(
            f"verification IN ({_VERIFICATION})", name=op.f("ck_assignments_verification")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint(
            "commitment_id",
            "owner_id",
            "role",
            name="uq_assignments_commitment_id_owner_id_role",
        ),
    )
    op.create_index("ix_assignments_owner_id", "assignments", ["owner_id"])

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", _moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("percent", sa.SmallInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.Column("next_step", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.Column("verification", sa.Text()),
        sa.Column("target", sa.Text()),
        sa.Column("target_basis", sa.Text()),
        sa.Column("names", sa.Integer()),
        sa.Column("first_report", sa.Text()),
        sa.Column("hash_format", sa.SmallInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id", "names"],
            ["entries.assignment_id", "entries.version"],
            name="fk_entries_assignment_id_names_entries",
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_entries_assignment_id_assignments"
        ),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], name="fk_entries_batch_batches"),
        sa.CheckConstraint(
            "kind IN ('report', 'review', 'retarget', 'withdrawal')", name=op.f("ck_entries_kind")
        ),
        sa.CheckConstraint(
            f"(kind = 'report') = (status IS NOT NULL) AND status IN ({_STATUS})",
            name=op.f("ck_entries_status"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_entries_percent")),
        sa.CheckConstraint(
            "(kind = 'review') = (verification IS NOT NULL)"
            " AND verification IN ('verified', 'returned')",
            name=op.f("ck_entries_verification"),
        ),
        sa.CheckConstraint(
            "(kind IN ('review', 'withdrawal')) = (names IS NOT NULL) AND names < version",
            name=op.f("ck_entries_names"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("assignment_id", "version", name="uq_entries_assignment_id_version"),
        sa.UniqueConstraint("first_report", name="uq_entries_first_report"),
    )
    op.create_index("ix_entries_batch", "entries", ["batch"])

    op.create_table(
        "stands",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("added_at", _moment(), nullable=False),
        sa.Column("retired_at", _moment()),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_stands_assignment_id_assignments"
        ),
        sa.PrimaryKeyConstraint("assignment_id", "added_at", name="pk_stands"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _protect_on_postgresql()
    else:
        _protect_on_sqlite()


def _protect_on_sqlite() -> None:
    # A replacing INSERT deletes without firing a delete trigger: it is caught before it inserts.
    same = {
        "entries": "id = NEW.id OR first_report = NEW.first_report"
        " OR (assignment_id = NEW.assignment_id AND version = NEW.version)",
        "batches": "id = NEW.id",
    }
    for table in _LOG:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: the log is append-only'); END"
        op.execute(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}")
        op.execute(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {same[table]}) {refuse}"
        )


def _protect_on_postgresql() -> None:
    # ON CONFLICT DO UPDATE fires the update trigger; there is no other replacing INSERT here.
    op.execute(
        "CREATE FUNCTION log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION '%: the log is append-only', TG_TABLE_NAME; END$$"
    )
    for table in _LOG:
        for deed in ("update", "delete", "truncate"):
            each = "STATEMENT" if deed == "truncate" else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_{deed} BEFORE {deed.upper()} ON {table}"
                f" FOR EACH {each} EXECUTE FUNCTION log_is_append_only()"
            )


def downgrade() -> None:
    """Drop all of it; on PostgreSQL the triggers go with their tables, their function does not."""
    op.drop_table("stands")
    op.drop_table("entries")
    op.drop_table("assignments")
    op.drop_table("sentences")
    op.drop_table("commitments")
    op.drop_table("measures")
    op.drop_table("sections")
    op.drop_table("owners")
    op.drop_table("documents")
    op.drop_table("batches")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_is_append_only")
