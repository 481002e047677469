"""A server sees by itself to what was known on taking one's turn to record: number, time, what stands.

So that a report need not take its turn before it asks, nor wait between its batch and its lines.
"""

from alembic import context, op

revision = "0010"
down_revision = "0009"

# In the place of functions of 0007; by name as there.
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
    IF NEW.id IS NULL THEN
        NEW.recorded_at := greatest(
            NEW.recorded_at, last.recorded_at + make_interval(secs => 0.000001)
        );
    END IF;
    NEW.id := coalesce(NEW.id, coalesce(last.id, 0) + 1);
    RETURN NEW;
END
""",
    ),
    "ledger_entry()": (
        "trigger",
        "plpgsql",
        """-- Every line is numbered and chained here; one that was written before must come out as it was.
DECLARE
    keeper boolean := ledger_is_owner();
    made batches;
    held assignments;
    last entries;
    given entries := NEW;
    called text;
BEGIN
    -- Who has just made a batch need not wait for its number to send the lines of it.
    NEW.batch := coalesce(NEW.batch, (SELECT max(b.id) FROM batches b));
    IF NOT keeper THEN
        PERFORM ledger_refuse_old_batch(NEW.batch);
    END IF;
    PERFORM ledger_lock();
    SELECT * INTO made FROM batches b WHERE b.id = NEW.batch;
    SELECT * INTO held FROM assignments a WHERE a.id = NEW.assignment_id FOR NO KEY UPDATE;
    IF NOT keeper THEN
        PERFORM ledger_admit(NEW, held);
    ELSIF NEW.hash IS NULL AND NEW.kind = 'report' AND NOT held.standing THEN
        -- A line of old comes with its hash; a new one was looked up before its turn came.
        PERFORM ledger_refuse('ledger_standing', 'the assignment was retired');
    END IF;
    SELECT c.key || ' ' || o.code || ' ' || held.role INTO called
    FROM commitments c, owners o WHERE c.id = held.commitment_id AND o.id = held.owner_id;
    SELECT * INTO last FROM entries e
    WHERE e.assignment_id = held.id ORDER BY e.version DESC LIMIT 1;
    IF NOT keeper OR NEW.id IS NULL THEN
        NEW.id := (SELECT coalesce(max(e.id), 0) + 1 FROM entries e);
    END IF;
    NEW.version := coalesce(last.version, 0) + 1;
    NEW.recorded_at := made.recorded_at;
    NEW.actor := made.actor;
    NEW.hash_format := 1;
    NEW.hash := encode(sha256(ledger_bytes(called, coalesce(last.hash, ''), NEW)), 'hex');
    IF keeper AND (given.version <> NEW.version OR given.hash <> NEW.hash) THEN
        PERFORM ledger_refuse('ledger_chain', 'the line is not the next one of its chain, or was changed');
    END IF;
    RETURN NEW;
END
""",
    ),
}


def upgrade() -> None:
    """Put the functions in the place of the earlier ones."""
    _replace(FUNCTIONS)


def downgrade() -> None:
    """Put the earlier ones back."""
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
