"""What keeps the provinces apart on a PostgreSQL server, compared with what the migration made."""

from collections.abc import Iterator
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from sqlalchemy import text

from tracker import bundled
from tracker.errors import Problem
from tracker.i18n import _
from tracker.store import catalogue, surroundings
from tracker.store.connection import Connection

_LOG = ("batches", "entries", "issues", "observations")
# The functions that the policies and the program call as whoever is there.
_CALLED = ("ledger_units", "ledger_lock", "ledger_hold", "ledger_settled")
_APPEND_ONLY = "BEGIN RAISE EXCEPTION '%: the log is append-only', TG_TABLE_NAME; END"

# Everything that belongs to the ledger lies in one schema, and to one role: who owns the log.
_FUNCTIONS = text(
    "SELECT format('%s(%s)', proname, pg_get_function_identity_arguments(oid)) AS head, prosrc,"
    " prosecdef, proconfig, proowner = (SELECT relowner FROM pg_class WHERE oid = to_regclass('entries')) AS kept, proname,"
    " has_function_privilege('public', oid, 'EXECUTE') AS open,"
    # Strict ones are not called without a value, leakproof ones before the policies.
    " provolatile = 'v' AND proparallel = 'u' AND NOT (proisstrict OR proleakproof OR proretset) AS plain,"
    " (SELECT lanname FROM pg_language l WHERE l.oid = prolang) AS language,"
    " prorettype::regtype::text AS returns, ARRAY(SELECT x.grantee::regrole::text FROM"
    " aclexplode(proacl) x WHERE x.grantee NOT IN (0, proowner) ORDER BY 1) AS callers"
    " FROM pg_proc WHERE pronamespace = quote_ident(current_schema())::regnamespace"
)
_POLICIES = text(
    "SELECT tablename, policyname, permissive, roles, cmd, coalesce(qual, '') AS seen,"
    " coalesce(with_check, '') AS made FROM pg_policies WHERE schemaname = current_schema()"
)
_TABLES = text(
    "SELECT relname, relkind, relrowsecurity AND relforcerowsecurity AS forced,"
    " relowner = (SELECT relowner FROM pg_class WHERE oid = to_regclass('entries')) AS kept, EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN') AS ruled, coalesce(reloptions, ARRAY[]::text[]) AS options"
    " FROM pg_class c WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
)
# What is granted on tables and on single columns, to all but their owner.
_RIGHTS = text(
    "SELECT DISTINCT c.relname, c.relkind = 'S' AS counts,"
    " g.privilege_type || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS privilege_type,"
    " CASE g.grantee WHEN 0 THEN 'public' ELSE g.grantee::regrole::text END AS grantee"
    " FROM pg_class c CROSS JOIN LATERAL ("
    "   SELECT x.* FROM aclexplode(c.relacl) x UNION ALL SELECT y.* FROM pg_attribute a,"
    "   aclexplode(a.attacl) y WHERE a.attrelid = c.oid"
    " ) g WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND g.grantee <> c.relowner"
)
_OFF = text(
    "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND t.tgenabled NOT IN ('O', 'A')"
)
_MAKERS = text(
    "SELECT CASE x.grantee WHEN 0 THEN 'public' ELSE x.grantee::regrole::text END"
    " FROM pg_namespace n, aclexplode(n.nspacl) x"
    " WHERE n.oid = quote_ident(current_schema())::regnamespace AND x.privilege_type = 'CREATE' AND x.grantee <> n.nspowner"
    " AND x.grantee <> (SELECT relowner FROM pg_class WHERE oid = to_regclass('entries'))"
)


def _made() -> Any:  # noqa: ANN401 - a migration is a module without a name
    """The migration that keeps provinces apart, for what it says that it makes."""
    return _migration("0007_provinces")


def _kept() -> list[str]:
    """The tables that have policies, those of later migrations as well."""
    return [*_made().REGISTERS, *_made().APART, *_migration("0009_seeded").APART]


def _wanted_functions() -> dict[str, tuple[str, str, str]]:
    """By name with arguments: what each returns, its language, its body; the last that was made of it."""
    return {
        **_made().FUNCTIONS,
        **_migration("0010_times").FUNCTIONS,
        **_migration("0011_lanes").FUNCTIONS,
    }


@cache
def _migration(name: str) -> Any:  # noqa: ANN401 - a migration is a module without a name
    file = bundled.folder("migrations") / "versions" / f"{name}.py"
    spec = spec_from_file_location(f"tracker_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def triggers(db: Connection) -> dict[str, str]:
    """The triggers of a server's ledger as the migrations make them, by name, as the server says them."""
    schema = db.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    found = {
        f"{table}_{deed}": f"CREATE TRIGGER {table}_{deed} BEFORE {deed.upper()} ON"
        f" {schema}.{table} FOR EACH {each} EXECUTE FUNCTION log_is_append_only()"
        for table in _LOG
        for deed, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
    }
    return found | {name: _made().trigger(name, f"{schema}.") for name in _made().TRIGGERS}


def problems(db: Connection) -> list[Problem]:
    """Every finding about functions, policies, row security and rights, and what could undo them."""
    made = _migration("0004_views")._VIEWS  # noqa: SLF001 - a migration names nothing for others
    found = [*_functions(db), *_policies(db), *_tables(db), *_rights(db)]
    return [*found, *catalogue.problems(db, made), *surroundings.problems(db)]


def _functions(db: Connection) -> Iterator[Problem]:
    rows = {row.head: row for row in db.execute(_FUNCTIONS)}
    path = db.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    wanted = {
        head: f"\n{body}" for head, (_returns, _language, body) in _wanted_functions().items()
    }
    for head, body in (wanted | {"log_is_append_only()": _APPEND_ONLY}).items():
        row = rows.get(head)
        if row is None:
            yield Problem(head, _("the function of the ledger is not there"))
        elif (row.prosrc, row.kept) != (body, True) or not (
            _is_pinned(row, path) and _is_as_made(row) if head in wanted else row.proconfig is None
        ):
            yield Problem(head, _("the function of the ledger was changed"))
        if row is not None and head in wanted and row.proname not in _CALLED:
            for role in row.callers:
                yield Problem(
                    head, _("{role} has the right to {deed}").format(role=role, deed="EXECUTE")
                )
    names = {head.partition("(")[0] for head in wanted}
    for head in sorted(rows.keys() - wanted.keys()):
        if rows[head].proname in names:
            yield Problem(head, _("a function beside the ledger's own, of the same name"))
        elif rows[head].prosecdef:
            yield Problem(
                head, _("a function that acts with its owner's rights for whoever calls it")
            )


def _is_pinned(row: Any, schema: str) -> bool:  # noqa: ANN401 - a row of the functions statement
    """Whether a function acts for the ledger's owner, on his tables, and not for everybody."""
    pinned = [f"search_path=pg_catalog, {schema}, pg_temp", "row_security=on"]
    return row.prosecdef and row.proconfig == pinned and not row.open


def _is_as_made(row: Any) -> bool:  # noqa: ANN401 - a row of the functions statement
    returns, language, _body = _wanted_functions()[row.head]
    return (row.returns, row.language, row.plain) == (returns, language, True)


def _policies(db: Connection) -> Iterator[Problem]:
    keeper = db.execute(
        text(
            "SELECT (SELECT relowner FROM pg_class WHERE oid = to_regclass('entries'))::regrole::text"
        )
    ).scalar_one()
    wanted = {(table, "keeper"): ("ALL", keeper, "true", "true") for table in _kept()}
    wanted |= _made().POLICIES | _migration("0009_seeded").POLICIES
    found = {
        (row.tablename, row.policyname): (
            row.permissive,
            (row.cmd, ",".join(row.roles), _squeezed(row.seen), _squeezed(row.made)),
        )
        for row in db.execute(_POLICIES)
    }
    for place, said in sorted(wanted.items()):
        where = f"{place[0]}: {place[1]}"
        if place not in found:
            yield Problem(where, _("the policy that keeps provinces apart is not there"))
        elif found[place] != ("PERMISSIVE", tuple(map(_squeezed, said))):
            yield Problem(where, _("the policy that keeps provinces apart was changed"))
    for table, name in sorted(found.keys() - wanted.keys()):
        yield Problem(f"{table}: {name}", _("a policy that no tracker made"))


def _squeezed(said: str) -> str:
    return "".join(said.split())


def _tables(db: Connection) -> Iterator[Problem]:
    tables = set(_kept())
    for row in db.execute(_TABLES):
        if row.relname in tables and not row.forced:
            yield Problem(row.relname, _("row security is not forced"))
        if row.relname in tables | set(_made().VIEWS) and row.ruled:
            yield Problem(row.relname, _("a rule that no tracker made"))
        if row.relname in tables | set(_made().VIEWS) and not row.kept:
            yield Problem(row.relname, _("belongs to another role than the log does"))
        if row.relname in _made().VIEWS and "security_invoker=true" not in row.options:
            yield Problem(row.relname, _("shows what its reader may not see: no security_invoker"))
    for (table,) in db.execute(_OFF):
        yield Problem(table, _("a trigger or a foreign key is switched off"))


def _rights(db: Connection) -> Iterator[Problem]:
    ours = {*_kept(), *_made().VIEWS}
    for row in db.execute(_RIGHTS):
        allowed = {"SELECT"} | ({"INSERT"} if row.relname in _LOG else set())
        if (row.relname in ours or row.counts) and (
            row.privilege_type not in allowed or row.grantee == "public"
        ):
            yield Problem(
                row.relname,
                _("{role} has the right to {deed}").format(
                    role=row.grantee, deed=row.privilege_type
                ),
            )
    for (role,) in db.execute(_MAKERS):
        yield Problem(
            "schema", _("{role} has the right to {deed}").format(role=role, deed="CREATE")
        )
