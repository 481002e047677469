"""On a server reports wait for each other on the same assignment alone: each numbers in a lane of its own.

Numbers 1 to 1,000,000,000 are the first lane, a hundred and one of ten million lie behind it. Who
records takes the first lane in which nobody else is, so that alone he counts as before; in each lane
numbers have no gap, and times increase. Those that want the ledger for themselves (registers, forms,
issued reports) wait until nobody reports, and let nobody begin.
"""

from alembic import context, op

revision = "0011"
down_revision = "0010"

_OFFICE, _READER = "tracker_admin", "tracker_reader"

# The table is locked, which a role may by these functions alone: so none can hold the others up that has
# no right here. SHARE goes with itself, SHARE UPDATE EXCLUSIVE with neither, ROW EXCLUSIVE with all but
# SHARE.
NEW = {
    "ledger_turn()": (
        "void",
        "plpgsql",
        """-- Record beside others, until the transaction ends.
BEGIN
    PERFORM ledger_refuse_strangers();
    LOCK TABLE roles IN SHARE MODE;
END
""",
    ),
    "ledger_refuse_strangers()": (
        "void",
        "plpgsql",
        """-- Neither who never was granted anything nor whose rights were taken back.
BEGIN
    IF NOT (ledger_is_owner() OR ledger_is_office() OR cardinality(ledger_units()) > 0) THEN
        PERFORM ledger_refuse('ledger_stranger', 'this role has no owner in this ledger');
    END IF;
END
""",
    ),
    "ledger_hold(ids integer[])": (
        "void",
        "plpgsql",
        """-- Wait for those who record on the same assignments: what comes then is later than what they did.
DECLARE
    every boolean := ledger_is_owner() OR ledger_is_office();
    own integer[] := ledger_units();
BEGIN
    IF current_setting('tracker.turn', true) = 'alone' THEN
        -- Nobody else reports; and who only says so holds nothing that others would wait for.
        RETURN;
    END IF;
    PERFORM ledger_turn();
    PERFORM set_config('tracker.turn', 'beside', true);
    PERFORM 1 FROM assignments a
    WHERE a.id = ANY (ids) AND (every OR a.owner_id = ANY (own))
    ORDER BY a.id FOR NO KEY UPDATE;
END
""",
    ),
    "ledger_settled()": (
        "void",
        "plpgsql",
        """-- Wait until all reports that have been begun are there or given up, and let none begin until the
-- transaction ends: what another one begins to read meanwhile holds, by the time of its newest, all that
-- ever will be recorded by that time. Who is shown nothing here waits for nobody.
BEGIN
    IF ledger_is_owner() OR ledger_is_office() OR cardinality(ledger_units()) > 0
        OR pg_has_role(session_user, 'tracker_reader', 'MEMBER')
    THEN
        LOCK TABLE roles IN ROW EXCLUSIVE MODE;
    END IF;
END
""",
    ),
    "ledger_numbers(number integer)": (
        "int4range",
        "sql",
        """-- The numbers of the lane that a number lies in.
SELECT CASE
    WHEN number <= 1000000000 THEN int4range(1, 1000000001)
    ELSE int4range((number - 1) / 10000000 * 10000000 + 1, ((number - 1) / 10000000 + 1) * 10000000 + 1)
END
""",
    ),
    "ledger_lane()": (
        "int4range",
        "plpgsql",
        """-- The first lane in which nobody else is, and which has room; until the transaction ends nobody
-- else comes there. Where somebody keeps them all, one after the other goes to the last one, by a lock
-- that is no stranger's to take: to wait for the ledger now would be to wait for others who do so, too.
DECLARE
    lane int4range;
BEGIN
    FOR place IN 0..100 LOOP
        lane := ledger_numbers(990000001 + 10000000 * place);
        IF pg_try_advisory_xact_lock(20210423, place) AND NOT EXISTS (
            SELECT FROM entries e WHERE e.id >= upper(lane) - 100000 AND e.id < upper(lane)
        ) THEN
            RETURN lane;
        END IF;
    END LOOP;
    LOCK TABLE batches IN SHARE UPDATE EXCLUSIVE MODE;
    RETURN ledger_numbers(2000000001);
END
""",
    ),
}
# In the place of functions of 0007 and 0010; by name as there.
CHANGED = {
    "ledger_lock()": (
        "void",
        "plpgsql",
        """-- Record while nobody else does, until the transaction ends.
BEGIN
    PERFORM ledger_refuse_strangers();
    LOCK TABLE roles IN SHARE UPDATE EXCLUSIVE MODE;
    PERFORM set_config('tracker.turn', 'alone', true);
END
""",
    ),
    "ledger_refuse_old_batch(number integer)": (
        "void",
        "plpgsql",
        """-- Only a batch that this very transaction made takes lines, and of several the newest: versions
-- follow the order of batches, or a digest of old would not be found again.
BEGIN
    IF NOT EXISTS (
        SELECT FROM batches b WHERE b.id = number AND b.xmin = pg_current_xact_id()::xid AND NOT EXISTS (
            SELECT FROM batches later WHERE later.recorded_at > b.recorded_at AND later.xmin = b.xmin
        )
    ) THEN
        PERFORM ledger_refuse('ledger_batch', 'a line belongs to the newest batch, made in the same transaction');
    END IF;
END
""",
    ),
    "ledger_batch()": (
        "trigger",
        "plpgsql",
        """-- Its owner brings batches of old; of everybody else the server says who, when and which.
DECLARE
    lane int4range;
    newest timestamp with time zone;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        -- Such a transaction may not see the newest time, and take an earlier one.
        PERFORM ledger_refuse('ledger_isolation', 'what is recorded is recorded in READ COMMITTED');
    END IF;
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
        -- Who has not said on what he records could meet somebody there, and have begun before him.
        IF coalesce(current_setting('tracker.turn', true), '') = 'beside' THEN
            PERFORM ledger_turn();
            lane := ledger_lane();
        ELSE
            PERFORM ledger_lock();
            lane := ledger_numbers(1);
        END IF;
        SELECT max(b.recorded_at) INTO newest FROM batches b;
        NEW.recorded_at := greatest(NEW.recorded_at, newest + make_interval(secs => 0.000001));
        SELECT coalesce(max(b.id) + 1, lower(lane)) INTO NEW.id FROM batches b
        WHERE b.id >= lower(lane) AND b.id < upper(lane);
    ELSE
        PERFORM ledger_lock();
    END IF;
    -- Who has just made a batch need not wait for its number to send the lines of it.
    PERFORM set_config('tracker.batch', NEW.id::text, true);
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
    lane int4range;
    called text;
BEGIN
    NEW.batch := coalesce(NEW.batch, nullif(current_setting('tracker.batch', true), '')::integer);
    IF NOT keeper THEN
        PERFORM ledger_refuse_old_batch(NEW.batch);
    ELSIF NEW.hash IS NOT NULL THEN
        PERFORM ledger_lock();
    ELSIF current_setting('tracker.turn', true) IS DISTINCT FROM 'alone' THEN
        PERFORM ledger_turn();
    END IF;
    SELECT * INTO made FROM batches b WHERE b.id = NEW.batch;
    -- Who waited for what is somebody else's would be told that somebody reports on it.
    SELECT * INTO held FROM assignments a
    WHERE a.id = NEW.assignment_id
        AND (keeper OR ledger_is_office() OR a.owner_id = ANY (ledger_units()))
    FOR NO KEY UPDATE;
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
    IF made.recorded_at < last.recorded_at
        OR made.recorded_at = last.recorded_at AND made.id <> last.batch
    THEN
        -- Versions follow the order of times, or a digest of old would not be found again.
        PERFORM ledger_refuse('ledger_chain', 'the line is older than the one before it')
        WHERE given.hash IS NOT NULL AND keeper;
        RAISE EXCEPTION 'others recorded on the assignment after this batch was begun'
            USING ERRCODE = '40001';
    END IF;
    IF NOT keeper OR NEW.id IS NULL THEN
        lane := ledger_numbers(NEW.batch);
        SELECT coalesce(max(e.id) + 1, lower(lane)) INTO NEW.id FROM entries e
        WHERE e.id >= lower(lane) AND e.id < upper(lane);
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
FUNCTIONS = {**NEW, **CHANGED}
# Those that the program calls, and who may besides the provinces.
CALLED = {"ledger_hold(ids integer[])": (_OFFICE,), "ledger_settled()": (_OFFICE, _READER)}


def upgrade() -> None:
    """Make the functions, and let those call them who record or read."""
    if op.get_bind().dialect.name != "postgresql":
        return
    _act_as_the_keeper()
    _wait_for_writers()
    _put(FUNCTIONS)
    for head in NEW:
        op.execute(f"REVOKE ALL ON FUNCTION {head} FROM PUBLIC")
    for head, groups in CALLED.items():
        granted = ", ".join([*groups, *_provinces()])
        # As it is: a colon in a name of a role is no mark of a value.
        op.get_bind().exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {head} TO {granted}")
    op.execute("RESET ROLE")


def downgrade() -> None:
    """Put the earlier ones back, one queue for all; what was numbered in lanes stays as it is."""
    if op.get_bind().dialect.name != "postgresql":
        return
    _act_as_the_keeper()
    _wait_for_writers()
    earlier = {
        head: context.script.get_revision(made).module.FUNCTIONS[head]
        for head, made in {
            "ledger_lock()": "0007",
            "ledger_refuse_old_batch(number integer)": "0007",
            "ledger_batch()": "0010",
            "ledger_entry()": "0010",
        }.items()
    }
    _put(earlier)
    for head in NEW:
        op.execute(f"DROP FUNCTION {head}")
    op.execute("RESET ROLE")


def _act_as_the_keeper() -> None:
    """What is made here belongs to whom the log belongs to, also where a superuser upgrades it."""
    found = op.get_bind().exec_driver_sql(
        "SELECT relowner::regrole::text FROM pg_class WHERE oid = 'entries'::regclass"
    )
    op.get_bind().exec_driver_sql(f"SET LOCAL ROLE {found.scalar_one()}")


def _wait_for_writers() -> None:
    """A batch that one function numbered is not to get its lines from the other's."""
    op.execute("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE")


def _provinces() -> list[str]:
    found = op.get_bind().exec_driver_sql(
        "SELECT quote_ident(role) FROM roles WHERE role IN (SELECT rolname FROM pg_roles)"
    )
    return list(found.scalars())


def _put(functions: dict[str, tuple[str, str, str]]) -> None:
    """Rights and owner of a function that is there stay as they are."""
    found = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())")
    schema = found.scalar_one()
    for head, (returns, language, body) in functions.items():
        op.get_bind().exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {head} RETURNS {returns} LANGUAGE {language} SECURITY DEFINER"
            f" SET search_path = pg_catalog, {schema}, pg_temp SET row_security = on"
            f" AS $body$\n{body}$body$"
        )
