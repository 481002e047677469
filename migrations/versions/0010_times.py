"""A server sees to it that the times of all batches increase, those of the ledger's owner, too.

Who records learns of the batch before his when his turn has come, not sooner.
"""

from alembic import context, op

revision = "0010"
down_revision = "0009"

# In the place of the function of 0007; by name as there.
FUNCTIONS = {
    "ledger_batch()": (
        "trigger",
        "plpgsql",
        """-- Its owner brings batches of old; of everybody else the server says who, when and which.
DECLARE
    last batches;
BEGIN
    PERFORM ledger_lock();
    SELECT * INTO last FROM batches b ORDER BY b.id DESC LIMIT 1;
    IF NOT ledger_is_owner() THEN
        PERFORM ledger_refuse_long(NEW.command);
        IF NEW.command = 'seed' THEN
            PERFORM ledger_refuse('ledger_seed', 'what comes with the program is its owner''s to load');
        END IF;
        NEW.id := NULL;
        NEW.actor := session_user;
        NEW.recorded_at := clock_timestamp();
    END IF;
    NEW.recorded_at := greatest(
        NEW.recorded_at, last.recorded_at + make_interval(secs => 0.000001)
    );
    NEW.id := coalesce(NEW.id, coalesce(last.id, 0) + 1);
    RETURN NEW;
END
""",
    )
}


def upgrade() -> None:
    """Put the function in the place of the earlier one."""
    _replace(FUNCTIONS)


def downgrade() -> None:
    """Put the earlier one back."""
    earlier = context.script.get_revision("0007").module.FUNCTIONS
    _replace({head: earlier[head] for head in FUNCTIONS})


def _replace(functions: dict[str, tuple[str, str, str]]) -> None:
    """Rights and owner of a function stay as they are."""
    if op.get_bind().dialect.name != "postgresql":
        return
    found = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())")
    schema = found.scalar_one()
    for head, (returns, language, body) in functions.items():
        op.execute(
            f"CREATE OR REPLACE FUNCTION {head} RETURNS {returns} LANGUAGE {language} SECURITY DEFINER"
            f" SET search_path = pg_catalog, {schema}, pg_temp SET row_security = on"
            f" AS $body$\n{body}$body$"
        )
