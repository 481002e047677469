"""Provinces kept apart: what the roles of a server can do in a ledger, and every way round it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

import provinces
from provinces import Apart
from tracker.domain.log import digest
from tracker.store import against, ledger, log, roles

BATCH = "INSERT INTO batches (command) VALUES ('update')"
MINE = "(SELECT max(id) FROM batches WHERE actor = session_user)"
DAY = "current_date - 1"


def line(
    assignment: int | str, *, batch: str = MINE, on: str = DAY, kind: str = "report", **more: str
) -> str:
    """The statement that adds a line to the log; a report in progress unless said otherwise."""
    given = {"assignment_id": str(assignment), "batch": batch, "effective_on": on}
    given |= {"kind": f"'{kind}'"} | ({"status": "'in_progress'"} if kind == "report" else {})
    given |= more
    return f"INSERT INTO entries ({', '.join(given)}) VALUES ({', '.join(given.values())})"  # noqa: S608 - SQL by hand is what is tried here


def reported(apart: Apart, role: str, owner: str) -> int:
    """A report on the first assignment of an owner; gives its version."""
    number = apart.assignment(owner)
    return int(apart.sql(role, BATCH, f"{line(number)} RETURNING version")[0][0])


# What each role sees.


@pytest.mark.parametrize(
    ("role", "owners"),
    [
        ("hubei", {"HB", "HB-WH"}),
        ("hunan", {"HN"}),
        ("stranger", None),
        ("office", {"SX", "AH", "JX", "HA", "HB", "HB-WH", "HN", "CENTRAL"}),
        ("inspector", {"SX", "AH", "JX", "HA", "HB", "HB-WH", "HN", "CENTRAL"}),
    ],
)
def test_a_role_sees_the_assignments_of_its_owner_and_the_units_below(
    whole: Apart, role: str, owners: set[str] | None
) -> None:
    question = "SELECT DISTINCT o.code FROM assignments a JOIN owners o ON o.id = a.owner_id"

    if owners is None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            whole.sql(role, question)
    else:
        assert {row[0] for row in whole.sql(role, question)} == owners


@pytest.mark.parametrize("table", ["entries", "stands", "v_entries", "v_assignments", "v_reports"])
def test_a_province_sees_no_line_of_another(whole: Apart, table: str) -> None:
    key = "owner" if table.startswith("v_") else "assignment_id"
    theirs = (
        "SELECT code FROM owners WHERE code NOT LIKE 'HB%'"
        if key == "owner"
        else "SELECT a.id FROM assignments a JOIN owners o ON o.id = a.owner_id"
        " WHERE o.code NOT LIKE 'HB%'"
    )
    foreign = {row[0] for row in whole.sql("postgres", theirs)}

    seen = {row[0] for row in whole.sql("hubei", f"SELECT {key} FROM {table}")}  # noqa: S608 - names of ours

    assert seen
    assert not seen & foreign


def test_a_province_sees_the_figures_of_its_own_of_the_region_and_of_the_nation(
    whole: Apart,
) -> None:
    seen = {row[0] for row in whole.sql("hubei", "SELECT DISTINCT owner FROM observations")}

    assert seen <= {"HB", "HB-WH", "REGION", "NATION"}
    assert "REGION" in seen


def test_a_province_sees_whose_it_is_and_not_who_else_has_a_role(whole: Apart) -> None:
    assert whole.sql("hubei", "SELECT role, owner FROM roles") == [("hubei", "HB")]


def test_who_is_a_reader_as_well_sees_all_and_still_records_his_own_alone(apart: Apart) -> None:
    with ledger.writing(apart.place("postgres")) as db:
        roles.grant(db, "hunan", owner=None, reader=True)

    try:
        assert apart.one("SELECT count(*) FROM entries", "hunan") == apart.one(
            "SELECT count(*) FROM entries"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            apart.sql("hunan", BATCH, line(apart.assignment("HB")))
        assert reported(apart, "hunan", "HN")
    finally:
        # Groups are the cluster's: the other tests have a province that reads its own.
        apart.server.do("REVOKE tracker_reader FROM hunan")


@pytest.mark.parametrize(
    "spy",
    [
        "SELECT spied(note) FROM entries",
        "SELECT 1 FROM entries WHERE spied(note)",
        "SELECT 1 FROM v_reports WHERE spied(note)",
        "SELECT 1 FROM v_entries WHERE spied(note) AND owner = 'HN'",
        "SELECT 1 FROM entries e JOIN assignments a ON spied(e.note) AND a.id = e.assignment_id",
        "SELECT 1 FROM entries ORDER BY spied(note)",
        "INSERT INTO batches (command) SELECT note FROM entries WHERE spied(note)",
    ],
)
def test_a_function_that_tells_what_it_is_given_is_given_no_foreign_line(
    apart: Apart, spy: str
) -> None:
    told: list[str] = []
    own = {row[0] for row in apart.sql("hunan", "SELECT note FROM entries")}
    with apart.connected("hunan") as db:
        db.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        db.execute(
            "CREATE FUNCTION pg_temp.spied(said text) RETURNS boolean LANGUAGE plpgsql COST 0.0001"
            " AS $$BEGIN RAISE NOTICE '%', said; RETURN true; END$$"
        )
        db.execute("SET plan_cache_mode = force_custom_plan")
        db.execute(spy.replace("spied", "pg_temp.spied").encode())
        db.rollback()

    assert set(told) <= own


def test_a_copy_of_the_log_holds_its_own_lines_alone(whole: Apart) -> None:
    with (
        whole.connected("hunan") as db,
        db.cursor().copy("COPY entries (actor, id) TO STDOUT") as out,
    ):
        copied = sum(1 for _row in out.rows())

    assert 0 < copied == whole.one("SELECT count(*) FROM entries", "hunan")
    assert copied < whole.one("SELECT count(*) FROM entries")


def test_the_statistics_of_the_server_tell_a_province_nothing(whole: Apart) -> None:
    whole.server.do("ANALYZE entries", database=whole.database)

    assert whole.sql("hunan", "SELECT * FROM pg_stats WHERE tablename = 'entries'") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        whole.sql("hunan", "SELECT * FROM pg_statistic")


# What each role records.


@pytest.mark.parametrize("owner", ["HB", "HB-WH"])
def test_a_province_reports_for_itself_and_its_units(apart: Apart, owner: str) -> None:
    version = reported(apart, "hubei", owner)

    found = apart.sql(
        "postgres",
        "SELECT e.actor, a.version, a.hash = e.hash, a.status FROM entries e"
        " JOIN assignments a ON a.id = e.assignment_id ORDER BY e.id DESC LIMIT 1",
    )
    assert found == [("hubei", version, True, "in_progress")]
    assert apart.problems() == []


def test_the_server_says_who_when_and_which_whatever_the_client_said(apart: Apart) -> None:
    own, last = apart.assignment("HB"), apart.one("SELECT max(id) FROM batches")
    forged = "INSERT INTO batches (id, command, actor, recorded_at)"
    forged += " VALUES (5000, 'update', 'office', '2020-01-01')"
    more = {"id": "7000", "version": "900", "hash": "'f'", "hash_format": "9", "actor": "'office'"}

    apart.sql("hubei", forged, line(own, recorded_at="'2020-01-01'", **more))

    made = "SELECT b.id, b.actor, b.recorded_at, e.recorded_at = b.recorded_at, e.actor, e.hash_format,"
    made += " e.version, e.id FROM batches b JOIN entries e ON e.batch = b.id ORDER BY e.id DESC LIMIT 1"
    number, actor, at, same, by, form, version, row = apart.sql("postgres", made)[0]
    assert (number, actor, same, by, form) == (last + 1, "hubei", True, "hubei", 1)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (version, row) == (
        apart.cached("version", own),
        apart.one("SELECT max(id) FROM entries"),
    )
    assert apart.problems() == []


def test_settings_of_the_session_do_not_change_what_is_hashed(apart: Apart) -> None:
    settings = (
        "SET DateStyle = 'SQL, DMY'", "SET TimeZone = 'America/New_York'",
        "SET IntervalStyle = 'sql_standard'", "SET bytea_output = 'escape'",
        "SET standard_conforming_strings = off", "SET transform_null_equals = on",
        "SET search_path = pg_temp", "SET client_encoding = 'GBK'",
    )  # fmt: skip
    own = line(apart.assignment("HB"), note="'a:b'")

    apart.sql(
        "hubei",
        *settings,
        BATCH.replace("batches", "public.batches"),
        own.replace("entries", "public.entries").replace("FROM batches", "FROM public.batches"),
    )

    assert apart.problems() == []


OWN, FOREIGN = "{own}", "{foreign}"
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)

# As the role hubei: statements of one transaction, of which the last is refused.
ATTACKS: dict[str, tuple[str, ...]] = {
    "a report on a foreign assignment": (BATCH, line(FOREIGN)),
    "a report on no assignment": (BATCH, line("0")),
    "a batch as the program": ("INSERT INTO batches (command) VALUES ('seed')",),
    "a line of somebody else's batch": (BATCH, line(OWN, batch="1")),
    "a line of an old batch of its own": (BATCH, line(OWN), "COMMIT", line(OWN)),
    "a line without a batch": (line(OWN, batch="NULL"),),
    "a first report": (BATCH, line(OWN, first_report="'x'")),
    "a report of tomorrow": (BATCH, line(OWN, on="current_date + 2")),
    "a report of ever": (BATCH, line(OWN, on="'infinity'")),
    "a report before all time": (BATCH, line(OWN, on="'-infinity'")),
    "a report that contradicts itself": (BATCH, line(OWN, status="'done'", percent="10")),
    "a report with a target": (BATCH, line(OWN, target="'2030'", target_basis="'assigned'")),
    "a review of its own owner": (
        BATCH,
        line("{reviewed}", kind="review", verification="'verified'", names="1"),
    ),
    "a retarget": (
        BATCH,
        line(OWN, kind="retarget", target="'2030'", target_basis="'assigned'", note="'x'"),
    ),
    "a withdrawal of what the program recorded": (
        BATCH,
        line("{reviewed}", kind="withdrawal", names="1"),
    ),
    "a withdrawal of nothing": (BATCH, line(OWN, kind="withdrawal", names="1")),
    "a line of the batch before the newest": (
        BATCH,
        line(OWN),
        BATCH,
        line(OWN, batch="(SELECT min(id) FROM batches WHERE actor = session_user)"),
    ),
    "a line in a batch of a savepoint": ("SAVEPOINT s", BATCH, "RELEASE s", line(OWN)),
    "an empty batch": (BATCH, "SET CONSTRAINTS ALL IMMEDIATE"),
    "a batch that issued no report": (
        "INSERT INTO batches (command) VALUES ('report --issue')",
        line(OWN),
        "SET CONSTRAINTS ALL IMMEDIATE",
    ),
    "a note that fills the memory of all": (BATCH, line(OWN, note="repeat('x', 1000001)")),
    "a command that does": ("INSERT INTO batches (command) VALUES (repeat('x', 1000001))",),
    "an update": ("UPDATE entries SET note = 'x'",),
    "an update of a batch": ("UPDATE batches SET actor = 'x'",),
    "an update of a cache": ("UPDATE assignments SET status = 'done'",),
    "a deletion": ("DELETE FROM entries",),
    "a truncation": ("TRUNCATE entries",),
    "a truncation of all": ("TRUNCATE batches, entries CASCADE",),
    "a lock": ("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE",),
    "a lock of rows": ("SELECT 1 FROM assignments FOR UPDATE",),
    "an upsert": (BATCH, f"{line(OWN)} ON CONFLICT (assignment_id, version) DO UPDATE SET note = 'x'"),
    "an upsert of a batch": (f"{BATCH} ON CONFLICT (id) DO UPDATE SET actor = 'x'",),
    "a merge that updates": (
        "MERGE INTO entries e USING entries s ON s.id = e.id WHEN MATCHED THEN UPDATE SET note = 'x'",
    ),
    "a merge that deletes": (
        "MERGE INTO entries e USING entries s ON s.id = e.id WHEN MATCHED THEN DELETE",
    ),
    "a merge that adds a foreign line": (
        BATCH,
        (
            "MERGE INTO entries e USING (SELECT max(id) AS b FROM batches WHERE actor = session_user) s"
            " ON false WHEN NOT MATCHED THEN INSERT (assignment_id, batch, effective_on, kind, status)"
            " VALUES ({foreign}, s.b, current_date - 1, 'report', 'done')"
        ),
    ),
    "a file of the server as a large object": ("SELECT lo_import('/etc/hostname')",),
    "a large object as a file of the server": ("SELECT lo_export(1, 'x')",),
    "a deletion where a cursor stands": (
        "DECLARE c CURSOR FOR SELECT * FROM batches",
        "FETCH c",
        "DELETE FROM batches WHERE CURRENT OF c",
    ),
    "a prepared update": ("PREPARE p AS UPDATE entries SET note = 'x'", "EXECUTE p"),
    "an update in a block": ("DO $$BEGIN UPDATE entries SET note = 'x'; END$$",),
    "a file of the server": ("SELECT pg_read_file('postgresql.conf')",),
    "an end of other sessions": (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    ),
    "a dropped trigger": ("DROP TRIGGER entries_made ON entries",),
    "a disabled trigger": ("ALTER TABLE entries DISABLE TRIGGER ALL",),
    "a trigger of its own": (
        "CREATE FUNCTION pg_temp.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER a BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION pg_temp.f()",
    ),
    "a rule": ("CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING",),
    "a policy": ("CREATE POLICY p ON entries USING (true)",),
    "no row security": ("ALTER TABLE entries DISABLE ROW LEVEL SECURITY",),
    "row security off for the session": ("SET row_security = off", "SELECT * FROM entries"),
    "no triggers for the session": ("SET session_replication_role = replica",),
    "another role": ("SET ROLE hunan",),
    "the keeper's role": ("SET ROLE keeper",),
    "the office's role": ("SET ROLE tracker_admin",),
    "another session": ("SET SESSION AUTHORIZATION hunan",),
    "a right for itself": ("INSERT INTO roles (role, owner) VALUES ('hubei2', 'HN')",),
    "another owner for itself": ("UPDATE roles SET owner = 'HN'",),
    "a grant": ("GRANT tracker_admin TO hubei",),
    "another owner below its own": ("UPDATE owners SET parent = 'HB' WHERE code = 'HN'",),
    "a unit of its own": (
        "INSERT INTO owners (code, name, name_en, place, parent) VALUES ('X', 'x', 'x', 1, 'HB')",
    ),
    "an assignment of its own": (
        "INSERT INTO assignments SELECT * FROM assignments",
    ),
    "a table in the ledger": ("CREATE TABLE public.x (y integer)",),
    "a function in the ledger": (
        "CREATE FUNCTION public.session_user() RETURNS name LANGUAGE sql AS 'SELECT NULL::name'",
    ),
    "a function of the ledger replaced": (
        "CREATE OR REPLACE FUNCTION public.ledger_units() RETURNS integer[] LANGUAGE sql AS 'SELECT NULL'",
    ),
    "a call of the hash": ("SELECT ledger_state(1)",),
    "a call of the rules": ("SELECT ledger_is_owner()",),
    "a copy into the log": ("COPY entries FROM STDIN",),
    "a copy to a file": ("COPY entries TO '/tmp/x'",),
    "a copy to a program": ("COPY entries TO PROGRAM 'cat'",),
    "an issued report": (BATCH, "INSERT INTO issues (batch) VALUES (1)"),
    "a figure": (BATCH, "INSERT INTO observations (batch) VALUES (1)"),
    "an index with a function of its own": ("CREATE INDEX i ON entries (note)",),
    "a number set back": ("SELECT setval('documents_id_seq', 1)",),
    "a number taken": ("SELECT nextval('assignments_id_seq')",),
    "a comment": ("COMMENT ON TABLE entries IS 'x'",),
    "another search path for a function": ("ALTER FUNCTION ledger_units() SET search_path = x",),
    "the default of a column": ("ALTER TABLE entries ALTER note SET DEFAULT 'x'",),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_province_is_refused(apart: Apart, attack: str) -> None:
    names = {
        "own": apart.assignment("HB"),
        "foreign": apart.assignment("HN"),
        "reviewed": apart.one(
            "SELECT min(e.assignment_id) FROM entries e JOIN assignments a ON a.id = e.assignment_id"
            " JOIN owners o ON o.id = a.owner_id WHERE o.code = 'HB'"
        ),
    }
    *first, last = (s.format(**names) if "{" in s else s for s in ATTACKS[attack])
    with apart.connected("hubei") as db:
        for statement in first:
            db.execute(statement.encode())
        before = apart.contents()

        with pytest.raises(REFUSED):
            db.execute(last.encode())

        db.rollback()
    assert apart.contents() == before


# As the office: what would stop the lists and the check of all others.
FORGED = {
    "a report on a ledger that never was": "INSERT INTO issues (batch, as_of, known_on, digest, model)"  # noqa: S608 - statements of our own
    f" VALUES ({MINE}, current_date, now(), repeat('0', 64), '')",
    "a report known at the end of time": "INSERT INTO issues (batch, as_of, known_on, digest, model)"  # noqa: S608 - statements of our own
    f" VALUES ({MINE}, current_date, 'infinity', repeat('0', 64), '')",
    "a report as of the end of time": "INSERT INTO issues (batch, as_of, known_on, digest, model)"  # noqa: S608 - statements of our own
    f" VALUES ({MINE}, 'infinity', now(), repeat('0', 64), '')",
} | {
    f"a figure: {value} of {owner} in {period}": "INSERT INTO observations (batch, indicator, owner,"  # noqa: S608 - statements of our own
    f" period, value, precision, source) SELECT {MINE}, min(key), '{owner}', '{period}', '{value}',"
    " 'exact', 'x' FROM indicators"
    for value, owner, period in (
        ("plenty", "HB", "2020"),
        ("NaN", "HB", "2020"),
        ("1", "ZZ", "2020"),
        ("1", "HB", "soon"),
        ("1", "HB", "2020-2019"),
    )
}


@pytest.mark.parametrize("forged", FORGED)
def test_the_office_records_nothing_that_the_others_could_not_read(
    whole: Apart, forged: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"the report|no figure"):
        whole.sql("office", BATCH, FORGED[forged])


def test_a_role_named_like_the_program_withdraws_nothing_of_it(apart: Apart) -> None:
    number, version = apart.sql(
        "postgres",
        "SELECT e.assignment_id, e.version FROM entries e JOIN assignments a ON a.id = e.assignment_id"
        " JOIN owners o ON o.id = a.owner_id WHERE o.code = 'HB' AND e.actor = 'tracker' LIMIT 1",
    )[0]
    apart.server.do("CREATE ROLE tracker LOGIN")
    try:
        # It has what hubei has: `db grant` does not take such a name.
        apart.server.do(
            "GRANT hubei TO tracker",
            "INSERT INTO roles VALUES ('tracker', 'HB')",
            database=apart.database,
        )

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="that you may name"):
            apart.sql("tracker", BATCH, line(number, kind="withdrawal", names=str(version)))
    finally:
        apart.server.do("DROP ROLE tracker")


def test_a_merge_is_chained_by_the_server_like_any_other_line(apart: Apart) -> None:
    own = apart.assignment("HB")
    forged = (
        "MERGE INTO entries e USING (SELECT max(id) AS b FROM batches WHERE actor = session_user) s"  # noqa: S608 - a number of ours
        " ON false WHEN NOT MATCHED THEN INSERT (assignment_id, batch, effective_on, kind, status, actor,"
        f" hash) VALUES ({own}, s.b, current_date - 1, 'report', 'stalled', 'office', 'f')"
    )

    apart.sql("hubei", BATCH, forged)

    newest = "SELECT actor FROM entries ORDER BY id DESC LIMIT 1"
    assert apart.one(newest) == "hubei"
    assert apart.problems() == []


def test_whose_rights_were_taken_back_holds_nobody_up(apart: Apart) -> None:
    apart.sql(provinces.KEEPER, "DELETE FROM roles WHERE role = 'hunan'")

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no owner"):
        apart.sql("hunan", "SELECT ledger_lock()")


def test_a_digest_of_old_is_found_whatever_a_province_sent(apart: Apart) -> None:
    own = apart.assignment("HB")
    reported(apart, "hubei", "HB")
    with ledger.reading(apart.place(provinces.KEEPER)) as db:
        printed, then = digest(log.last_hashes(db)), log.newest_recorded_at(db)
    two = f"{line(own)}, ({own}, {MINE}, {DAY}, 'report', 'stalled')"
    apart.sql("hubei", BATCH, line(own), BATCH, two)

    with ledger.reading(apart.place(provinces.KEEPER)) as db:
        was = against.found(db, printed)

    assert was is not None
    assert was.recorded_at == then
    assert apart.one(f"SELECT ledger_digest('{then}')") == printed


def test_temporary_tables_and_functions_shadow_nothing_for_the_server(apart: Apart) -> None:
    foreign = apart.assignment("HN")
    shadows = (
        "CREATE TEMP TABLE roles (role text, owner text)",
        "INSERT INTO pg_temp.roles VALUES ('hubei', 'HN')",
        "CREATE TEMP TABLE assignments AS SELECT * FROM public.assignments",
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'",
        "SET search_path = pg_temp, public, pg_catalog",
    )

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        apart.sql("hubei", *shadows, BATCH, line(foreign))
    assert apart.one(
        "SELECT count(*) FROM public.assignments a JOIN owners o ON o.id = a.owner_id"
        " WHERE o.code = 'HN'",
        "hubei",
    ) == 0  # fmt: skip
    apart.sql("hubei", *shadows, BATCH, line(apart.assignment("HB")))
    assert apart.problems() == []


def test_a_refusal_does_not_tell_a_foreign_assignment_from_none(whole: Apart) -> None:
    def told(number: int) -> str:
        with pytest.raises(psycopg.Error) as refusal:
            whole.sql("hubei", BATCH, line(number))
        return str(refusal.value)

    assert told(whole.assignment("HN")) == told(10**8)


def test_nobody_reviews_his_own_report_nor_one_of_his_own_owner(apart: Apart) -> None:
    office, central = apart.assignment("HN"), apart.assignment("CENTRAL")
    version = reported(apart, "office", "HN")
    apart.sql("postgres", BATCH.replace("(command)", "(command, actor, recorded_at)").replace(
        "'update'", "'update', 'x', now()"), line(central, batch="(SELECT max(id) FROM batches)"))  # fmt: skip
    head = apart.cached("version", central)
    verdict = {"kind": "review", "verification": "'verified'"}

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="his own report"):
        apart.sql("office", BATCH, line(office, names=str(version), **verdict))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="his own owner"):
        apart.sql("central", BATCH, line(central, names=str(head), **verdict))
    apart.sql("central", BATCH, line(office, names=str(version), **verdict))
    assert apart.cached("verification", office) == "verified"


def test_a_province_cannot_withdraw_the_review_of_the_office(apart: Apart) -> None:
    version, own = reported(apart, "hubei", "HB"), apart.assignment("HB")
    verdict = {"kind": "review", "verification": "'returned'", "note": "'x'"}
    apart.sql("office", BATCH, line(own, names=str(version), **verdict))

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        apart.sql("hubei", BATCH, line(own, kind="withdrawal", names=str(version + 1)))
    apart.sql("hubei", BATCH, line(own, kind="withdrawal", names=str(version)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        apart.sql("hubei", BATCH, line(own, kind="withdrawal", names=str(version)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET note = 'x'",
        "DELETE FROM batches",
        "UPDATE assignments SET target = '2050'",
        "INSERT INTO roles VALUES ('office', 'HB')",
        "INSERT INTO commitments SELECT * FROM commitments",
    ],
)
def test_the_office_changes_nothing_either(whole: Apart, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        whole.sql("office", statement)


def test_a_reader_records_nothing(whole: Apart) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        whole.sql("inspector", BATCH)


def test_a_line_that_its_owner_brings_must_be_the_next_of_its_chain(whole: Apart) -> None:
    forged = line(whole.assignment("HB"), batch="1", version="1", hash="'f'")

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="chain"):
        whole.sql(provinces.KEEPER, forged)


def test_provinces_that_report_at_once_lose_nothing(apart: Apart) -> None:
    units = {"hubei": "HB", "hunan": "HN", "office": "HB", "central": "CENTRAL"}
    before = apart.one("SELECT count(*) FROM entries")

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda one: reported(apart, *one), [*units.items()] * 10))

    assert len(versions) == 40
    assert apart.one("SELECT count(*) FROM entries") == before + 40
    assert apart.problems() == []
