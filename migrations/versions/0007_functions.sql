-- What the server of a ledger does by itself, for 0007_provinces.py: after each head line the body.
-- Every function runs with the rights of the ledger's owner, on his tables whatever the caller's
-- search_path says. No backslash in a text, nothing that depends on a setting of the session.

-- FUNCTION ledger_is_owner() | boolean | sql
-- Whether the session is the ledger's owner's, or of somebody who can become him.
SELECT pg_has_role(session_user, c.relowner, 'MEMBER') FROM pg_class c WHERE c.oid = 'entries'::regclass

-- FUNCTION ledger_is_office() | boolean | sql
SELECT pg_has_role(session_user, 'tracker_admin', 'MEMBER')

-- FUNCTION ledger_units() | integer[] | sql
-- The session role's owner and the units below, by id; empty where it has none.
WITH RECURSIVE own (id, code) AS (
    SELECT o.id, o.code FROM roles r JOIN owners o ON o.code = r.owner
    WHERE r.role = session_user::text
    UNION
    SELECT o.id, o.code FROM owners o JOIN own ON o.parent = own.code
)
SELECT coalesce(array_agg(own.id), ARRAY[]::integer[]) FROM own

-- FUNCTION ledger_lock() | void | plpgsql
-- One writer at a time, until his transaction ends: only then is his batch the newest. No other role
-- may lock this table, so none can hold the writers up without being one: neither who never was
-- granted anything nor whose rights were taken back.
BEGIN
    IF NOT (ledger_is_owner() OR ledger_is_office() OR cardinality(ledger_units()) > 0) THEN
        PERFORM ledger_refuse('ledger_stranger', 'this role has no owner in this ledger');
    END IF;
    LOCK TABLE roles IN EXCLUSIVE MODE;
END

-- FUNCTION ledger_refuse(rule text, said text) | void | plpgsql
-- The rule is named apart, for programs that say it in another language.
BEGIN
    RAISE EXCEPTION '%', said USING ERRCODE = '42501', CONSTRAINT = rule;
END

-- FUNCTION ledger_refuse_old_batch(number integer) | void | plpgsql
-- Only a batch that this very transaction made takes lines, and of several the newest: versions
-- follow the order of batches, or a digest of old would not be found again.
BEGIN
    IF NOT EXISTS (
        SELECT FROM batches b WHERE b.id = number AND b.xmin = pg_current_xact_id()::xid
            AND NOT EXISTS (SELECT FROM batches later WHERE later.id > b.id)
    ) THEN
        PERFORM ledger_refuse('ledger_batch', 'a line belongs to the newest batch, made in the same transaction');
    END IF;
END

-- FUNCTION ledger_refuse_long(said text) | void | plpgsql
-- What nobody could read again would stop every list and every check for all.
BEGIN
    IF octet_length(said) > 1000000 THEN
        PERFORM ledger_refuse('ledger_size', 'more than 1000000 bytes of text');
    END IF;
END

-- FUNCTION ledger_bytes(named text, previous text, line entries) | bytea | sql
-- The canonical bytes of a line, format 1: the same as domain/log.py makes.
SELECT convert_to(string_agg(
    coalesce(length(convert_to(v.value, 'UTF8')) || ':' || v.value, '-'), chr(10) ORDER BY v.place
), 'UTF8')
FROM unnest(ARRAY[
    '1',
    previous,
    named,
    line.version::text,
    line.batch::text,
    line.kind,
    to_char(line.effective_on, 'YYYY-MM-DD'),
    to_char(line.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    line.actor,
    line.status,
    line.percent::text,
    line.note,
    line.problem,
    line.next_step,
    line.evidence,
    line.verification,
    line.target,
    line.target_basis,
    line.names::text,
    line.first_report
]) WITH ORDINALITY AS v (value, place)

-- FUNCTION ledger_due(target text) | date | sql
-- The last day of the year, or of the month: that before the first of the next one.
SELECT (make_date(
    left(target, 4)::integer, coalesce(nullif(right(target, -5), '')::integer, 12), 1
) + make_interval(months => 1, days => -1))::date

-- FUNCTION ledger_state(assignment integer) | assignments | sql
-- The row of an assignment as its whole log has it: the fold of domain/log.py.
WITH standing AS (
    SELECT e.* FROM entries e
    WHERE e.assignment_id = assignment AND NOT EXISTS (
        SELECT FROM entries w
        WHERE w.assignment_id = e.assignment_id AND w.kind = 'withdrawal' AND w.names = e.version
    )
), last AS (
    SELECT e.version, e.hash FROM entries e
    WHERE e.assignment_id = assignment ORDER BY e.version DESC LIMIT 1
), report AS (
    SELECT s.* FROM standing s WHERE s.kind = 'report'
    ORDER BY s.effective_on DESC, s.version DESC LIMIT 1
), moved AS (
    SELECT s.* FROM standing s WHERE s.kind = 'retarget'
    ORDER BY s.effective_on DESC, s.version DESC LIMIT 1
), review AS (
    SELECT s.* FROM standing s JOIN report r ON r.version = s.names WHERE s.kind = 'review'
    ORDER BY s.version DESC LIMIT 1
)
SELECT a.id, a.commitment_id, a.owner_id, a.role, a.basis, a.scope, a.scope_en, a.first_target,
    a.first_target_basis, a.standing, coalesce(l.version, 0), coalesce(l.hash, ''), r.version,
    coalesce(r.status, 'not_started'), r.percent, r.effective_on,
    CASE WHEN r.version IS NULL THEN 'unreported' ELSE coalesce(v.verification, 'reported') END,
    t.target, t.basis, ledger_due(t.target)
FROM assignments a
    LEFT JOIN last l ON true
    LEFT JOIN report r ON true
    LEFT JOIN review v ON true
    LEFT JOIN moved m ON true,
    LATERAL (SELECT
        CASE WHEN m.version IS NULL THEN a.first_target ELSE m.target END AS target,
        CASE WHEN m.version IS NULL THEN a.first_target_basis ELSE m.target_basis END AS basis
    ) t
WHERE a.id = assignment

-- FUNCTION ledger_admit(line entries, held assignments) | void | plpgsql
-- What nobody but the ledger's owner may record, whatever his program let him.
DECLARE
    office boolean := ledger_is_office();
    own boolean := held.owner_id = ANY (ledger_units());
    today date := (clock_timestamp() AT TIME ZONE make_interval(hours => 8))::date;
    named entries;
BEGIN
    IF held.id IS NULL OR NOT (office OR own) THEN
        PERFORM ledger_refuse('ledger_foreign', 'no assignment of your owner or a unit below');
    END IF;
    IF NOT office AND line.kind NOT IN ('report', 'withdrawal') THEN
        PERFORM ledger_refuse('ledger_office', 'reviews and targets are the office''s');
    END IF;
    IF line.kind <> 'withdrawal' AND NOT held.standing THEN
        PERFORM ledger_refuse('ledger_standing', 'the assignment was retired');
    END IF;
    PERFORM ledger_refuse_long(
        concat(line.note, line.problem, line.next_step, line.evidence, line.target)
    );
    IF line.effective_on NOT BETWEEN make_date(1949, 10, 1) AND today THEN
        PERFORM ledger_refuse('ledger_future', 'effective_on lies in the future, or before 1949-10-01');
    END IF;
    SELECT * INTO named FROM entries e
    WHERE e.assignment_id = held.id AND e.version = line.names;
    IF line.kind IN ('review', 'withdrawal') AND (
        named.id IS NULL OR named.kind = 'withdrawal' OR EXISTS (
            SELECT FROM entries w
            WHERE w.assignment_id = held.id AND w.kind = 'withdrawal' AND w.names = named.version
        )
        OR (line.kind = 'review' AND named.kind <> 'report')
        -- What came with the program is nobody's, whatever his role is called.
        OR (line.kind = 'withdrawal'
            AND (named.actor <> session_user::text OR named.first_report IS NOT NULL))
    ) THEN
        PERFORM ledger_refuse('ledger_names', 'no line that stands and that you may name so');
    END IF;
    IF line.kind = 'review' AND named.actor = session_user::text THEN
        PERFORM ledger_refuse('ledger_own_report', 'nobody reviews his own report');
    END IF;
    IF line.kind = 'review' AND own THEN
        PERFORM ledger_refuse('ledger_own_owner', 'nobody reviews his own owner, or a unit below');
    END IF;
    PERFORM ledger_refuse('ledger_content', 'the fields of the line contradict each other')
    WHERE line.first_report IS NOT NULL
        OR line.kind <> 'report'
            AND num_nonnulls(line.percent, line.problem, line.next_step, line.evidence) > 0
        OR line.kind <> 'retarget' AND num_nonnulls(line.target, line.target_basis) > 0
        OR line.status = 'done' AND line.percent <> 100
        OR line.status = 'not_started' AND line.percent <> 0
        OR (line.kind = 'retarget' OR line.verification = 'returned')
            AND trim(coalesce(line.note, '')) = ''
        OR line.kind = 'retarget' AND (
            line.target_basis IS DISTINCT FROM 'assigned'
            OR coalesce(line.target, '') !~ '^(19(49|[5-9][0-9])|2[0-9]{3})(-(0[1-9]|1[0-2]))?$'
        );
END

-- FUNCTION ledger_batch() | trigger | plpgsql
-- Its owner brings batches of old as they were; of everybody else the server says who, when and which.
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
        NEW.recorded_at := greatest(
            clock_timestamp(), last.recorded_at + make_interval(secs => 0.000001)
        );
    END IF;
    NEW.id := coalesce(NEW.id, coalesce(last.id, 0) + 1);
    RETURN NEW;
END

-- FUNCTION ledger_used() | trigger | plpgsql
-- At the end of a transaction its batches hold what their commands always leave behind: an empty one
-- would look as if somebody had taken its lines out.
BEGIN
    IF NOT ledger_is_owner() AND NOT (CASE
        WHEN NEW.command = 'report --issue'
            THEN EXISTS (SELECT FROM issues i WHERE i.batch = NEW.id)
        WHEN NEW.command IN ('indicator record', 'indicator import')
            THEN EXISTS (SELECT FROM observations o WHERE o.batch = NEW.id)
        ELSE EXISTS (SELECT FROM entries e WHERE e.batch = NEW.id)
    END) THEN
        PERFORM ledger_refuse('ledger_empty', 'the batch holds nothing of what its command records');
    END IF;
    RETURN NULL;
END

-- FUNCTION ledger_entry() | trigger | plpgsql
-- Every line is numbered and chained here; one that was written before must come out as it was.
DECLARE
    keeper boolean := ledger_is_owner();
    made batches;
    held assignments;
    last entries;
    given entries := NEW;
    called text;
BEGIN
    IF NOT keeper THEN
        PERFORM ledger_refuse_old_batch(NEW.batch);
    END IF;
    PERFORM ledger_lock();
    SELECT * INTO made FROM batches b WHERE b.id = NEW.batch;
    SELECT * INTO held FROM assignments a WHERE a.id = NEW.assignment_id FOR NO KEY UPDATE;
    IF NOT keeper THEN
        PERFORM ledger_admit(NEW, held);
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

-- FUNCTION ledger_cache() | trigger | plpgsql
-- What the rows of assignments cache, in step with their logs.
BEGIN
    UPDATE assignments a
    SET version = s.version, hash = s.hash, report = s.report, status = s.status,
        percent = s.percent, effective_on = s.effective_on, verification = s.verification,
        target = s.target, target_basis = s.target_basis, due_on = s.due_on
    FROM (SELECT DISTINCT f.assignment_id FROM fresh f) t, LATERAL ledger_state(t.assignment_id) s
    WHERE a.id = t.assignment_id;
    RETURN NULL;
END

-- FUNCTION ledger_digest(known timestamp with time zone) | text | sql
-- The digest of the ledger as it was known at a time: the same as domain/log.py makes.
SELECT encode(sha256(convert_to(
    coalesce(string_agg(d.line, chr(10) ORDER BY d.line COLLATE "C"), ''), 'UTF8'
)), 'hex')
FROM (
    SELECT c.key || ' ' || o.code || ' ' || a.role || ' ' || (
        SELECT e.hash FROM entries e WHERE e.assignment_id = a.id AND e.recorded_at <= known
        ORDER BY e.version DESC LIMIT 1
    ) AS line
    FROM assignments a
        JOIN commitments c ON c.id = a.commitment_id
        JOIN owners o ON o.id = a.owner_id
) d
WHERE d.line IS NOT NULL

-- FUNCTION ledger_admit_issue(sent issues) | void | plpgsql
-- An issued report speaks of the ledger as it is or was.
BEGIN
    PERFORM ledger_refuse_long(concat(sent.period, sent.document));
    IF octet_length(sent.model) > 100000000 THEN
        PERFORM ledger_refuse('ledger_size', 'more than 100000000 bytes of report');
    END IF;
    PERFORM ledger_refuse('ledger_issue', 'the report is not of this ledger as it was then')
    FROM batches b
    WHERE b.id = sent.batch AND (
        sent.as_of NOT BETWEEN make_date(1, 1, 1) AND make_date(9999, 12, 31)
        OR sent.known_on NOT BETWEEN make_timestamptz(1949, 1, 1, 0, 0, 0, 'UTC') AND b.recorded_at
        OR sent.digest <> ledger_digest(sent.known_on)
    );
END

-- FUNCTION ledger_admit_figure(given observations) | void | plpgsql
-- A figure that is none, or of nobody, would stop every list of figures.
BEGIN
    PERFORM ledger_refuse_long(concat(
        given.value, given.unit, given.source, given.place, given.note, given.note_en,
        given.reason, given.reason_en
    ));
    PERFORM ledger_refuse('ledger_figure', 'no figure, no years, or nobody''s')
    WHERE given.value !~ '^-?[0-9]{1,12}([.][0-9]{1,6})?$'
        OR given.period !~ '^(19(49|[5-9][0-9])|2[0-9]{3})(-(19(49|[5-9][0-9])|2[0-9]{3}))?$'
        OR split_part(given.period, '-', 2) <> ''
            AND split_part(given.period, '-', 2) <= split_part(given.period, '-', 1)
        OR given.precision <> ALL (ARRAY['exact', 'about', 'at_least', 'at_most'])
        OR given.flag <> ALL (ARRAY[
            'unit', 'missing_percent', 'swapped', 'contradiction', 'doubtful'
        ])
        OR given.owner NOT IN ('REGION', 'NATION')
            AND NOT EXISTS (SELECT FROM owners o WHERE o.code = given.owner);
END

-- FUNCTION ledger_line() | trigger | plpgsql
-- Issued reports and observations: numbered, and of a batch that was made with them.
DECLARE
    keeper boolean := ledger_is_owner();
    next integer;
BEGIN
    PERFORM ledger_lock();
    EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', TG_TABLE_NAME) INTO next;
    IF NOT keeper THEN
        PERFORM ledger_refuse_old_batch(NEW.batch);
        NEW.id := NULL;
        IF TG_TABLE_NAME = 'issues' THEN
            PERFORM ledger_admit_issue(NEW);
            NEW.model_digest := encode(sha256(NEW.model), 'hex');
        ELSE
            PERFORM ledger_admit_figure(NEW);
        END IF;
    END IF;
    NEW.id := coalesce(NEW.id, next);
    RETURN NEW;
END

