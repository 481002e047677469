"""Provinces kept apart: on PostgreSQL each role sees and records its own, and the server fills in the log.

FUNCTIONS, TRIGGERS, POLICIES and GRANTS are what the check of a ledger compares its server with.
On SQLite there is only the table of roles, which stays empty there: whoever can write the file can write.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# The first PostgreSQL on which a view can act with the rights of who reads it.
_INVOKER = 150000

# Text between marks: a head line, then what the function does.
_MARK = "-- FUNCTION "
_FILE = Path(__file__).with_name("0007_functions.sql")

# By name with arguments: what it returns, its language, and its body.
FUNCTIONS = {
    head: (returns, language, body)
    for part in _FILE.read_text(encoding="utf-8").split(_MARK)[1:]
    for first, _line, body in [part.partition("\n")]
    for head, returns, language in [first.split(" | ")]
}

# By name: when and on which table, and the function that acts.
TRIGGERS = {
    "batches_made": ("BEFORE INSERT ON {}batches FOR EACH ROW", "ledger_batch"),
    "batches_used": (
        "AFTER INSERT ON {}batches DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
        "ledger_used",
    ),
    "entries_made": ("BEFORE INSERT ON {}entries FOR EACH ROW", "ledger_entry"),
    "entries_kept": (
        "AFTER INSERT ON {}entries REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        "ledger_cache",
    ),
    "issues_made": ("BEFORE INSERT ON {}issues FOR EACH ROW", "ledger_line"),
    "observations_made": ("BEFORE INSERT ON {}observations FOR EACH ROW", "ledger_line"),
}


def trigger(name: str, schema: str = "") -> str:
    """The statement that makes one of them, as the server says it where the schema is named."""
    when, function = TRIGGERS[name]
    kind = "CONSTRAINT TRIGGER" if "DEFERRED" in when else "TRIGGER"
    return f"CREATE {kind} {name} {when.format(schema)} EXECUTE FUNCTION {function}()"


# What everybody sees who has a right in the ledger, and what he sees a part of.
REGISTERS = (
    "alembic_version", "documents", "sections", "measures", "sentences", "wordings", "commitments",
    "owners", "links", "indicators", "indicator_targets",
)  # fmt: skip
APART = ("assignments", "stands", "batches", "entries", "observations", "issues", "roles")
VIEWS = ("v_measures", "v_commitments", "v_assignments", "v_reports", "v_entries")
RECORDED = ("batches", "entries", "observations", "issues")
OFFICE, READER = "tracker_admin", "tracker_reader"

# Written as the server writes them back, so that the check of a ledger can compare them.
_UNITS = "ANY (( SELECT ledger_units() AS ledger_units)::integer[])"
_SEEN = {
    "assignments": f"(owner_id = {_UNITS})",
    "stands": "(assignment_id IN ( SELECT a.id FROM assignments a))",
    "entries": "(assignment_id IN ( SELECT a.id FROM assignments a))",
    # The first batch, a seed, is the mark of the ledger by which a form knows where it belongs.
    "batches": "((actor = SESSION_USER) OR (command = 'seed'::text)"
    " OR (id IN ( SELECT e.batch FROM entries e)) OR (id IN ( SELECT o.batch FROM observations o))"
    " OR (recorded_at IN ( SELECT s.added_at FROM stands s))"
    " OR (recorded_at IN ( SELECT s.retired_at FROM stands s)))",
    "observations": "((owner = 'REGION'::text) OR (owner = 'NATION'::text)"
    f" OR (owner IN ( SELECT w.code FROM owners w WHERE (w.id = {_UNITS}))))",
    "roles": "(role = SESSION_USER)",
}
_OWN_LINE = (
    "((actor = SESSION_USER) AND ((kind = 'report'::text) OR (kind = 'withdrawal'::text))"
    f" AND (assignment_id IN ( SELECT a.id FROM assignments a WHERE (a.owner_id = {_UNITS}))))"
)
# By table and name: for which deeds, whom, which rows are seen, which may be written.
POLICIES: dict[tuple[str, str], tuple[str, str, str, str]] = {
    **{(table, "everybody_reads"): ("SELECT", "public", "true", "") for table in REGISTERS},
    **{
        (table, f"{who}_reads"): ("SELECT", who, "true", "")
        for table in APART
        for who in (OFFICE, READER)
    },
    **{(table, "own_are_seen"): ("SELECT", "public", seen, "") for table, seen in _SEEN.items()},
    ("batches", "own_are_made"): ("INSERT", "public", "", "(actor = SESSION_USER)"),
    ("entries", "own_are_made"): ("INSERT", "public", "", _OWN_LINE),
    ("entries", "office_records"): ("INSERT", OFFICE, "", "(actor = SESSION_USER)"),
    ("observations", "office_records"): ("INSERT", OFFICE, "", "true"),
    ("issues", "office_records"): ("INSERT", OFFICE, "", "true"),
}

_GROUPS = f"""DO $do$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['{OFFICE}', '{READER}'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION
                -- Another ledger of the same server was quicker.
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'may not make the role %', name
                        USING ERRCODE = '42501', CONSTRAINT = 'ledger_groups';
            END;
        END IF;
    END LOOP;
END
$do$"""

# Roles are the cluster's: those that another ledger uses, or that somebody else made, stay.
_NO_GROUPS = f"""DO $do$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['{OFFICE}', '{READER}'] LOOP
        BEGIN
            EXECUTE format('DROP ROLE IF EXISTS %I', name);
        EXCEPTION
            WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL;
        END;
    END LOOP;
END
$do$"""


def upgrade() -> None:
    """Create the table of roles; on PostgreSQL the functions, triggers, policies and grants."""
    server = op.get_bind().dialect.name == "postgresql"
    if server:
        op.execute(_GROUPS)
        _act_as_the_keeper()
    op.create_table(
        "roles",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["owners.code"], name="fk_roles_owner_owners"),
        sa.PrimaryKeyConstraint("role", name="pk_roles"),
    )
    op.create_index("ix_roles_owner", "roles", ["owner"])
    if server:
        _keep_apart()
        op.execute("RESET ROLE")


def _act_as_the_keeper() -> None:
    """What is made here belongs to whom the log belongs to, also where a superuser upgrades it."""
    found = op.get_bind().exec_driver_sql(
        "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'entries'::regclass"
    )
    op.execute(f"SET LOCAL ROLE {found.scalar_one()}")


def _keep_apart() -> None:
    schema = _quoted_schema()
    for head, (returns, language, body) in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {head} RETURNS {returns} LANGUAGE {language} SECURITY DEFINER"
            f" SET search_path = pg_catalog, {schema}, pg_temp SET row_security = on"
            f" AS $body$\n{body}$body$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {head} FROM PUBLIC")
    for table in RECORDED:
        # The server numbers what is recorded, while it holds the lock.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY")
    for name in TRIGGERS:
        op.execute(trigger(name))
    for table in (*REGISTERS, *APART):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY keeper ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
    for (table, name), (deed, who, seen, made) in POLICIES.items():
        condition = f"USING ({seen})" if seen else f"WITH CHECK ({made})"
        op.execute(f"CREATE POLICY {name} ON {table} FOR {deed} TO {who} {condition}")
    _grant(schema)


def _grant(schema: str) -> None:
    groups = f"{OFFICE}, {READER}"
    op.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO {groups}")
    shown = (*REGISTERS, *APART, *(VIEWS if _can_invoke() else ()))
    op.execute(f"GRANT SELECT ON {', '.join(shown)} TO {groups}")
    op.execute(f"GRANT INSERT ON {', '.join(RECORDED)} TO {OFFICE}")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_units() TO {groups}")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_lock() TO {OFFICE}")


def downgrade() -> None:
    """Take all of it back; a role that was granted keeps its login, and can do nothing here."""
    if op.get_bind().dialect.name == "postgresql":
        _open_again()
    op.drop_table("roles")
    if op.get_bind().dialect.name == "postgresql":
        for head in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION {head}")
        op.execute(_NO_GROUPS)


def _open_again() -> None:
    schema = _quoted_schema()
    known = op.get_bind().exec_driver_sql(
        "SELECT quote_ident(role) FROM roles WHERE role IN (SELECT rolname FROM pg_roles)"
    )
    for table, name in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for role in (OFFICE, READER, *known.scalars()):
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}")
        op.execute(f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM {role}")
        op.execute(f"REVOKE USAGE ON SCHEMA {schema} FROM {role}")
    for table in (*REGISTERS, *APART):
        op.execute(f"DROP POLICY keeper ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name, (when, _function) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {when.partition('{}')[2].split()[0]}")
    for table in RECORDED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY")
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{schema}.{table}', 'id'), max(id))"
            f" FROM {table} HAVING max(id) IS NOT NULL"
        )


def _quoted_schema() -> str:
    found = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())")
    return str(found.scalar_one())


def _can_invoke() -> bool:
    found = op.get_bind().exec_driver_sql("SHOW server_version_num")
    return int(found.scalar_one()) >= _INVOKER
