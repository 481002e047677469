"""What was seeded, by fingerprints: seeding the same files again finds that without reading them.

APART and POLICIES are what the check of a ledger compares its server with.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# A fingerprint over the figures of all provinces tells who tries values what those of another are.
APART = ("seeded",)
_GROUPS = ("tracker_admin", "tracker_reader")
POLICIES = {("seeded", f"{who}_reads"): ("SELECT", who, "true", "") for who in _GROUPS}


def upgrade() -> None:
    """Create the table; on PostgreSQL its policies and grants."""
    server = op.get_bind().dialect.name == "postgresql"
    if server:
        _act_as_the_keeper()
    op.create_table(
        "seeded",
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("files", name="pk_seeded"),
    )
    if server:
        _show()
        op.execute("RESET ROLE")


def _act_as_the_keeper() -> None:
    """What is made here belongs to whom the log belongs to, also where a superuser upgrades it."""
    found = op.get_bind().exec_driver_sql(
        "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'entries'::regclass"
    )
    op.execute(f"SET LOCAL ROLE {found.scalar_one()}")


def _show() -> None:
    op.execute("ALTER TABLE seeded ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE seeded FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY keeper ON seeded TO CURRENT_USER USING (true) WITH CHECK (true)")
    for (table, name), (deed, who, seen, _made) in POLICIES.items():
        op.execute(f"CREATE POLICY {name} ON {table} FOR {deed} TO {who} USING ({seen})")
    op.execute("REVOKE ALL ON seeded FROM PUBLIC")
    provinces = op.get_bind().exec_driver_sql(
        "SELECT quote_ident(role) FROM roles WHERE role IN (SELECT rolname FROM pg_roles)"
    )
    granted = ", ".join([*_GROUPS, *provinces.scalars()])
    # As it is: a colon in a name of a role is no mark of a value.
    op.get_bind().exec_driver_sql(f"GRANT SELECT ON seeded TO {granted}")


def downgrade() -> None:
    """Drop it, with its policies and grants: the next seed reads its files."""
    op.drop_table("seeded")
