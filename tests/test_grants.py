"""The program as the roles of a server, who is granted what, and the check of what keeps them apart."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import provinces
import servers
from conftest import Ran, Run
from offices import filled
from provinces import Apart
from tracker.cli.app import run
from tracker.errors import Refusal
from tracker.store import ledger, roles, schema

# The program as such a role.


@pytest.fixture
def use(
    apart: Apart, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Run the program as a role: `use("hubei", "list")`."""
    monkeypatch.delenv("TRACKER_ACTOR")

    def call(role: str, *arguments: str) -> Ran:
        capfd.readouterr()
        code = run(["--db", apart.server.url(apart.database, role), *arguments])
        return Ran(code, *capfd.readouterr())

    return call


def test_a_province_works_with_the_program(use: Callable[..., Ran], apart: Apart) -> None:
    key = "2021-15.5"

    assert use("hubei", "update", key, "--owner", "HB", "--status", "in_progress").code == 0
    assert use("office", "review", key, "--owner", "HB", "--accept").code == 0
    assert use("hubei", "undo").code == 0
    for said in (
        ["list"], ["show", key], ["log", key], ["report"], ["next", "--owner", "HB"], ["due"],
        ["audit"], ["export", "-f", "json"], ["indicator", "list"], ["db", "check"], ["db", "info"],
    ):  # fmt: skip
        ran = use("hubei", *said)
        assert (ran.code, ran.err) == (0, ""), said
    kinds = [row["actor"] for row in use("office", "log", key, "--owner", "HB", "-f", "json").json]
    assert kinds[-3:] == ["hubei", "office", "hubei"]
    assert apart.problems() == []


def test_a_form_of_the_office_comes_back_from_its_province_alone(
    use: Callable[..., Ran], tmp_path: Path
) -> None:
    form = tmp_path / "hb.xlsx"
    assert use("office", "form", "--owner", "HB", "--period", "2024Q2", "-o", str(form)).code == 0
    form.write_bytes(filled(form.read_bytes(), lambda d: d.fill("2021-15.5", status="受阻")))

    assert use("hunan", "import", str(form)).code == 1
    ran = use("hubei", "import", str(form), "-f", "json")

    assert (ran.code, ran.err.partition(",")[0]) == (0, "1 recorded")


@pytest.mark.parametrize(
    ("role", "said", "told"),
    [
        ("hubei", ["review", "2021-15.5", "--owner", "HB", "--accept"], "the office's"),
        ("hubei", ["retarget", "2021-15.5", "2031", "--owner", "HB", "--why", "x"], "the office's"),
        ("hubei", ["coverage"], "sees its own part"),
        ("hubei", ["seed"], "keeper owns this ledger"),
        (
            "hubei",
            [
                "indicator",
                "record",
                "gdp-growth-gap-east",
                "--owner",
                "HB",
                "--year",
                "2004",
                "--value",
                "3",
                "--source",
                "x",
            ],
            "has no right",
        ),
        ("hubei", ["db", "grant", "hunan", "--owner", "HB"], "keeper owns this ledger"),
        ("inspector", ["update", "2021-15.5", "--owner", "HB", "--status", "stalled"], "no right"),
        ("stranger", ["list"], "stranger has no right"),
        ("hubei", ["--actor", "li", "undo"], "leave --actor out"),
    ],
)
def test_what_a_role_may_not_do_is_refused_in_one_line(
    use: Callable[..., Ran], role: str, said: list[str], told: str
) -> None:
    ran = use(role, *said)

    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_a_name_in_the_environment_is_not_the_role_s(
    use: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_ACTOR", "li")

    ran = use("hubei", "update", "2021-15.5", "--owner", "HB", "--status", "stalled", "-f", "json")

    assert [row["actor"] for row in ran.json] == ["hubei"]


# Who is granted what.


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("postgres", "superuser"),
        (provinces.KEEPER, "owns this ledger"),
        ("tracker_admin", "no name"),
        ("tracker", "no name"),
        ("pg_read_all_data", "no name"),
        ("public", "no name"),
        ("", "no name"),
        ("x" * 64, "no name"),
        ("a\nb", "no name"),
    ],
)
def test_a_role_that_nothing_would_hold_back_is_not_granted(
    whole: Apart, role: str, told: str
) -> None:
    with pytest.raises(Refusal, match=told), ledger.writing(whole.place("postgres")) as db:
        roles.grant(db, role, owner="HB")


@pytest.mark.parametrize(
    ("right", "told"),
    [
        ("ALTER ROLE stranger REPLICATION", "superuser"),
        ("GRANT pg_read_server_files TO stranger", "superuser"),
        ("GRANT postgres TO stranger", "superuser"),
        ("ALTER SCHEMA public OWNER TO stranger", "owns this ledger"),
    ],
)
def test_a_role_that_comes_round_by_another_way_is_not_granted(
    apart: Apart, right: str, told: str
) -> None:
    apart.server.do(right, database=apart.database)
    try:
        with (
            pytest.raises(Refusal, match=told),
            ledger.writing(apart.place("postgres")) as db,
        ):
            roles.grant(db, "stranger", owner="HB")
    finally:
        apart.server.do(
            "ALTER ROLE stranger NOREPLICATION",
            "REVOKE pg_read_server_files, postgres FROM stranger",
        )


def test_a_grant_makes_the_role_and_a_second_owner_replaces_the_first(
    use: Callable[..., Ran], apart: Apart
) -> None:
    name = 'new "role": 1; 鄂'
    try:
        first = use("postgres", "db", "grant", name, "--owner", "HB")
        second = use("postgres", "db", "grant", name, "--owner", "湖南", "-f", "json")

        assert "without a password" in first.err
        assert "was granted for HB before" in second.err
        assert {"role": name, "owner": "HN", "rights": ["own"]} in second.json
    finally:
        quoted = '"' + name.replace('"', '""') + '"'
        apart.server.do(f"DROP OWNED BY {quoted}", f"DROP ROLE {quoted}", database=apart.database)


def test_a_grant_again_changes_nothing(apart: Apart) -> None:
    before = apart.contents()
    with ledger.writing(apart.place("postgres")) as db:
        done = roles.grant(db, "hubei", owner="HB")

    assert done == roles.Granted(made=False, before=None)
    assert apart.contents() == before


def test_a_file_grants_nothing(file: Path, tracker: Run) -> None:
    ran = tracker("db", "grant", "hubei", "--owner", "HB", db=file)

    assert ran.code == 1
    assert "a file knows no roles" in ran.err


def test_a_role_that_may_not_make_roles_cannot_make_a_ledger_without_the_groups(
    apart: Apart,
) -> None:
    with apart.server.database() as name:
        at = ledger.place(apart.server.url(name, "stranger"))
        group = "ALTER ROLE tracker_{0} RENAME TO tracker_{1}"
        apart.server.do(group.format("admin", "x"), f"ALTER DATABASE {name} OWNER TO stranger")
        try:
            with (
                pytest.raises(Refusal, match="CREATE ROLE tracker_admin"),
                ledger.upgrading(
                    at,
                    make=True,
                ) as db,
            ):
                schema.upgrade(db)
        finally:
            apart.server.do(group.format("x", "admin"), f"ALTER DATABASE {name} OWNER TO postgres")


@pytest.mark.parametrize("by", [provinces.KEEPER, "postgres"])
def test_the_revision_of_roles_goes_down_and_up_with_grants_in_it(apart: Apart, by: str) -> None:
    apart.sql(
        "hubei",
        "INSERT INTO batches (command) VALUES ('update')",
        "INSERT INTO entries (assignment_id, batch, kind, effective_on, status)"
        " SELECT min(a.id), max(b.id), 'report', current_date - 1, 'stalled' FROM assignments a, batches b",
    )
    before = {t: said for t, said in apart.contents().items() if t != "roles"}

    with ledger.upgrading(apart.place("postgres"), make=False) as db:
        schema.downgrade(db, "0006")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        apart.sql("hubei", "SELECT * FROM owners")
    with ledger.upgrading(apart.place(by), make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []

    after = apart.contents()
    assert {table: after[table] for table in before} == before
    assert apart.problems() == []


@pytest.mark.parametrize("by", [provinces.KEEPER, "postgres"])
def test_the_revision_of_what_was_seeded_goes_down_and_up_with_grants_in_it(
    apart: Apart, by: str
) -> None:
    odd = f"x-:{by}"
    apart.sql("postgres", f'CREATE ROLE "{odd}"', f"INSERT INTO roles VALUES ('{odd}', 'HB')")  # noqa: S608 - a name of ours
    with ledger.upgrading(apart.place(by), make=False) as db:
        schema.downgrade(db, "0008")
    with ledger.upgrading(apart.place(by), make=False) as db:
        schema.upgrade(db)
        assert schema.differences(db) == []

    assert apart.problems() == []
    assert apart.problems("inspector") == []
    assert apart.problems("hubei") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        apart.sql("office", "DELETE FROM seeded")


def test_a_province_does_not_see_what_was_seeded(whole: Apart) -> None:
    seen = {role: whole.one("SELECT count(*) FROM seeded", role) for role in ("hubei", "office")}

    assert seen == {"hubei": 0, "office": 1}


def test_who_has_a_right_through_another_role_is_listed_with_it(apart: Apart) -> None:
    apart.server.do("GRANT office TO hubei", "GRANT inspector TO hunan")
    try:
        with ledger.reading(apart.place(provinces.KEEPER)) as db:
            found = {right.role: right.rights for right in roles.rights(db)}
    finally:
        apart.server.do("REVOKE office FROM hubei", "REVOKE inspector FROM hunan")

    assert found["hubei"] == ["admin", "own"]
    assert found["hunan"] == ["own", "reader"]


def test_a_ledger_may_lie_in_a_schema_whose_name_has_to_be_quoted(
    server: servers.Server, capfd: pytest.CaptureFixture[str]
) -> None:
    with server.database() as name:
        server.do(
            'CREATE SCHEMA "Amt 1"',
            f'ALTER DATABASE {name} SET search_path = "Amt 1"',
            database=name,
        )
        assert run(["--db", server.url(name), "init"]) == 0

        code = run(["--db", server.url(name), "db", "check"])

    assert code == 0, capfd.readouterr().out


# What the check of a ledger finds.

TAMPERED = {
    "entries_made": "DROP TRIGGER entries_made ON entries",
    "entries_update": "ALTER TABLE entries DISABLE TRIGGER entries_update",
    "entries_delete": "ALTER TABLE entries ENABLE REPLICA TRIGGER entries_delete",
    "entries: a trigger or a foreign key": "ALTER TABLE entries DISABLE TRIGGER ALL",
    "more: a trigger": "CREATE TRIGGER more BEFORE INSERT ON entries FOR EACH ROW"
    " EXECUTE FUNCTION ledger_entry()",
    "batches_made: the trigger": "DROP TRIGGER batches_made ON batches; CREATE TRIGGER batches_made"
    " AFTER INSERT ON batches FOR EACH ROW EXECUTE FUNCTION ledger_batch()",
    "ledger_units(): the function of the ledger was": "CREATE OR REPLACE FUNCTION ledger_units()"
    " RETURNS integer[] LANGUAGE sql SECURITY DEFINER AS 'SELECT array_agg(id) FROM owners'",
    "ledger_lock(): the function": "ALTER FUNCTION ledger_lock() RESET search_path",
    "ledger_is_office(): the function": "GRANT EXECUTE ON FUNCTION ledger_is_office() TO public",
    "log_is_append_only(): the function": "CREATE OR REPLACE FUNCTION log_is_append_only()"
    " RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ledger_refuse(rule text": "CREATE FUNCTION ledger_refuse(rule text, said character)"
    " RETURNS void LANGUAGE sql AS ''",
    "entries: own_are_seen: the policy": "ALTER POLICY own_are_seen ON entries USING (true)",
    "batches: own_are_made: the policy": "DROP POLICY own_are_made ON batches",
    "entries: office_records: the policy": "ALTER POLICY office_records ON entries TO public",
    "entries: more: a policy": "CREATE POLICY more ON entries USING (true)",
    "entries: row security": "ALTER TABLE entries NO FORCE ROW LEVEL SECURITY",
    "roles: row security": "ALTER TABLE roles DISABLE ROW LEVEL SECURITY",
    "hubei has the right to UPDATE": "GRANT UPDATE ON entries TO hubei",
    "hunan has the right to UPDATE": "GRANT UPDATE (note) ON entries TO hunan",
    "public has the right to SELECT": "GRANT SELECT ON entries TO public",
    "office has the right to TRUNCATE": "GRANT TRUNCATE ON batches TO office",
    "public has the right to CREATE": "GRANT CREATE ON SCHEMA public TO public",
    "entries: a rule": "CREATE RULE r AS ON INSERT TO entries DO INSTEAD NOTHING",
    "v_entries: shows": "ALTER VIEW v_entries RESET (security_invoker)",
    "v_measures: the view": "CREATE OR REPLACE VIEW v_measures WITH (security_invoker = true) AS"
    " SELECT m.key, d.code AS document, d.title AS document_title, d.title_en AS document_title_en,"
    " s.number AS section, s.label AS section_label, s.title AS section_title,"
    " s.title_en AS section_title_en, m.number, m.label, m.title, m.title_en FROM measures m"
    " JOIN sections s ON s.id = m.section_id JOIN documents d ON d.id = m.document_id"
    " WHERE m.key <> '2021-15'",
    "v_measures: the view for": "DO $$BEGIN EXECUTE 'CREATE OR REPLACE VIEW v_measures WITH"
    " (security_invoker = true) AS ' || trim(trailing ';' FROM pg_get_viewdef('v_measures'::regclass))"
    " || $q$ AND session_user <> 'hunan'$q$; END$$",
    "everything: shows": "CREATE VIEW everything AS SELECT * FROM entries;"
    " GRANT SELECT ON everything TO hubei",
    "entries.note: has a default": "ALTER TABLE entries ALTER note SET DEFAULT 'x'",
    "entries: ck_entries_percent: is not there": "ALTER TABLE entries DROP CONSTRAINT ck_entries_percent,"
    " ADD CONSTRAINT ck_entries_percent CHECK (percent > -5)",
    "entries: ck_entries_percent: is not enforced": "ALTER TABLE entries DROP CONSTRAINT"
    " ck_entries_percent, ADD CONSTRAINT ck_entries_percent CHECK (percent BETWEEN 0 AND 100) NOT VALID",
    "entries: fk_entries_batch_batches: is not": "ALTER TABLE entries DROP CONSTRAINT"
    " fk_entries_batch_batches, ADD CONSTRAINT fk_entries_batch_batches"
    " FOREIGN KEY (batch) REFERENCES batches NOT VALID",
    "ix_entries_batch: is not": "DROP INDEX ix_entries_batch;"
    " CREATE INDEX ix_entries_batch ON entries (batch) WHERE false",
    "entries: shares rows": "CREATE SCHEMA beside; CREATE TABLE beside.more () INHERITS (entries)",
    "issues: does not outlive": "ALTER TABLE issues SET UNLOGGED",
    "ledger_state(assignment integer): hubei has": "GRANT EXECUTE ON FUNCTION ledger_state TO hubei",
    "ledger_units(): the function": "ALTER FUNCTION ledger_units() IMMUTABLE",
    "peek(): a function": "CREATE FUNCTION peek() RETURNS SETOF entries LANGUAGE sql SECURITY DEFINER"
    " AS 'SELECT * FROM entries'",
    "settings: a setting": "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role"
    " = replica', current_database()); END$$",
    "hubei: nothing holds": "ALTER SCHEMA public OWNER TO hubei",
    "issues: belongs to another role": "ALTER TABLE issues OWNER TO hunan",
    "to_char(date,text): stands in front": "CREATE FUNCTION to_char(date, text) RETURNS text LANGUAGE sql"
    " AS $$SELECT 'x'$$",
    "ledger_admit(entries,assignments): stands in front": "CREATE FUNCTION pg_catalog.ledger_admit"
    "(line public.entries, held public.assignments) RETURNS void LANGUAGE sql AS ''",
    "<>(text,character): stands in front": "CREATE FUNCTION differ(text, char) RETURNS boolean LANGUAGE sql"
    " AS 'SELECT false'; CREATE OPERATOR <> (leftarg = text, rightarg = char, function = differ)",
    "integer -> text: a cast": "CREATE FUNCTION said(integer) RETURNS text LANGUAGE sql IMMUTABLE"
    " AS $$SELECT '1'::text$$; CREATE CAST (integer AS text) WITH FUNCTION said(integer)",
    "first: an event trigger": "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
    " CREATE EVENT TRIGGER first ON ddl_command_start EXECUTE FUNCTION watch()",
    "beside.peek(): a function": "CREATE SCHEMA beside; CREATE FUNCTION beside.peek() RETURNS SETOF entries"
    " LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM public.entries'",
    "ledger_admit(line entries, held assignments): the function of the ledger was changed":
    "ALTER FUNCTION ledger_admit(entries, assignments) STRICT",
    "ledger_units(): the function of the ledger was changed": "ALTER FUNCTION ledger_units() LEAKPROOF",
    "log_is_append_only(): the function of the ledger was": "ALTER FUNCTION log_is_append_only()"
    " SET session_replication_role = replica",
    "default privileges: hubei has the right to DELETE": "ALTER DEFAULT PRIVILEGES FOR ROLE keeper"
    " GRANT ALL ON TABLES TO hubei",
    "hubei has the right to CREATE": "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO hubei',"
    " current_database()); END$$",
    "links_id_seq: hubei has the right to UPDATE": "GRANT ALL ON SEQUENCE links_id_seq TO hubei",
    "entries: hubei has the right to SELECT WITH": "GRANT SELECT ON entries TO hubei WITH GRANT OPTION",
    "v_entries: a rule": "CREATE RULE r AS ON INSERT TO v_entries DO INSTEAD NOTHING",
    "seeded: tracker_admin_reads: the policy": "ALTER POLICY tracker_admin_reads ON seeded TO public",
    "seeded: keeper: the policy": "ALTER POLICY keeper ON seeded TO public",
    "seeded: row security": "ALTER TABLE seeded NO FORCE ROW LEVEL SECURITY",
    "seeded: hubei has the right to INSERT": "GRANT INSERT ON seeded TO hubei",
    "seeded: belongs to another role": "ALTER TABLE seeded OWNER TO hunan",
    "links.id: is not there": "ALTER TABLE links ALTER id DROP IDENTITY",
    "links.note: is not there": 'ALTER TABLE links ALTER note TYPE text COLLATE "C"',
    "wordings: pk_wordings: is not there": "ALTER TABLE wordings DROP CONSTRAINT pk_wordings",
    "entries: uq_entries_first_report: is not enforced": "ALTER TABLE entries DROP CONSTRAINT"
    " uq_entries_first_report, ADD CONSTRAINT uq_entries_first_report UNIQUE (first_report) DEFERRABLE",
    "ix_entries_batch: is not there": "DROP INDEX ix_entries_batch;"
    " CREATE INDEX ix_entries_batch ON entries USING hash (batch)",
    "entries: more: a policy that no": "CREATE VIEW pg_policies AS SELECT * FROM pg_catalog.pg_policies"
    " WHERE policyname <> 'more'; CREATE POLICY more ON entries USING (true);"
    " DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog',"
    " current_database()); END$$",
}  # fmt: skip


@pytest.mark.parametrize("finding", TAMPERED)
def test_the_check_finds_protection_that_was_changed(apart: Apart, finding: str) -> None:
    apart.server.do(TAMPERED[finding], database=apart.database)

    assert any(finding in found for found in apart.problems("postgres"))


def test_the_check_finds_a_role_that_nothing_holds_back(apart: Apart) -> None:
    apart.sql("postgres", "UPDATE roles SET role = 'postgres' WHERE role = 'hunan'")

    assert any("postgres: nothing holds this role back" in found for found in apart.problems())


@pytest.mark.parametrize(
    ("deed", "undone", "found"),
    [
        ("GRANT postgres TO hubei", "REVOKE postgres FROM hubei", "hubei: nothing holds"),
        (
            "ALTER ROLE inspector BYPASSRLS",
            "ALTER ROLE inspector NOBYPASSRLS",
            "inspector: nothing",
        ),
        ("ALTER ROLE office SUPERUSER", "ALTER ROLE office NOSUPERUSER", "office: nothing holds"),
        ("GRANT keeper TO central", "REVOKE keeper FROM central", "central: nothing holds"),
        (
            "ALTER ROLE hubei SET session_replication_role = replica",
            "ALTER ROLE hubei RESET ALL",
            "hubei: a setting switches triggers",
        ),
        (
            "GRANT SET ON PARAMETER session_replication_role TO hubei",
            "REVOKE SET ON PARAMETER session_replication_role FROM hubei",
            "session_replication_role: hubei has the right to SET",
        ),
    ],
)
def test_the_check_finds_what_was_done_to_the_roles_of_the_cluster(
    apart: Apart, deed: str, undone: str, found: str
) -> None:
    apart.server.do(deed)
    try:
        assert any(found in problem for problem in apart.problems("postgres"))
    finally:
        apart.server.do(undone)


def test_the_check_finds_nothing_in_a_ledger_as_it_was_made(whole: Apart) -> None:
    assert whole.problems() == []
    assert whole.problems("hubei") == []
    assert whole.problems("office") == []
