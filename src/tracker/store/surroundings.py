"""What lies around a PostgreSQL ledger and could act or speak in its place, or open it to somebody."""

from collections.abc import Iterator

from sqlalchemy import text

from tracker.errors import Problem
from tracker.i18n import _
from tracker.store.connection import Connection
from tracker.store.models import metadata

_HERE = "quote_ident(current_schema())::regnamespace"
_SERVERS = "'pg_catalog'::regnamespace"
_KEEPER = "(SELECT relowner FROM pg_class WHERE oid = to_regclass('entries'))"
# Lower numbers are what the server itself was made with.
_OWN = 16384
# By catalogue: how its rows are called, and the columns of their name and of their schema.
_NAMED = {
    "pg_proc": ("regprocedure", "proname", "pronamespace"),
    "pg_operator": ("regoperator", "oprname", "oprnamespace"),
    "pg_class": ("regclass", "relname", "relnamespace"),
}


def _brought(catalogue: str) -> str:
    """What came with an extension: that answers for it."""
    return (
        "EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e' AND d.objid = x.oid"
        f" AND d.classid = '{catalogue}'::regclass)"
    )


# Where a function of the server's own name fits the types better, it is taken, by the functions of the
# ledger, too; and what was put among the server's own comes before the ledger's.
_IN_FRONT = text(
    " UNION ALL ".join(
        f"SELECT x.oid::{called}::text FROM {catalogue} x WHERE NOT {_brought(catalogue)} AND"  # noqa: S608 - names of our own
        f" (x.{schema} = {_SERVERS} AND x.oid >= {_OWN} OR x.{schema} = {_HERE} AND EXISTS"
        f" (SELECT FROM {catalogue} b WHERE b.{schema} = {_SERVERS} AND b.{name} = x.{name}))"
        for catalogue, (called, name, schema) in _NAMED.items()
    )
)
_CASTS = text(
    "SELECT format('%s -> %s', x.castsource::regtype, x.casttarget::regtype) FROM pg_cast x"  # noqa: S608 - names of our own
    f" WHERE x.oid >= {_OWN} AND greatest(x.castsource, x.casttarget) < {_OWN}"
    f" AND NOT {_brought('pg_cast')}"
)
_EVENTS = text(
    "SELECT x.evtname FROM pg_event_trigger x WHERE x.evtenabled <> 'D'"  # noqa: S608 - names of our own
    f" AND NOT {_brought('pg_event_trigger')}"
)
_SUBSCRIPTIONS = text(
    "SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
    " WHERE d.datname = current_database() AND s.subenabled"
)
# Functions of other schemas that reach the ledger with the rights of who made them.
_ACTING = text(
    "SELECT x.oid::regprocedure::text FROM pg_proc x WHERE x.prosecdef"  # noqa: S608 - names of our own
    f" AND x.oid >= {_OWN} AND x.pronamespace <> {_HERE} AND NOT {_brought('pg_proc')}"
)
# Rights on what is not there yet, on the database, and on the setting that switches triggers off.
_RIGHTS = text(
    "SELECT 'default privileges' AS place, x.privilege_type AS deed, x.grantee FROM pg_default_acl a,"  # noqa: S608 - names of our own
    f" aclexplode(a.defaclacl) x WHERE a.defaclrole = {_KEEPER} AND a.defaclnamespace IN (0, {_HERE})"
    " AND x.grantee <> a.defaclrole AND (x.privilege_type <> 'SELECT' OR x.grantee = 0)"
    " UNION SELECT datname, x.privilege_type, x.grantee FROM pg_database, aclexplode(datacl) x"
    " WHERE datname = current_database() AND x.privilege_type = 'CREATE'"
    f" AND x.grantee NOT IN (datdba, {_KEEPER})"
)
_PARAMETERS = text(
    "SELECT 'session_replication_role' AS place, x.privilege_type AS deed, x.grantee"
    " FROM pg_parameter_acl, aclexplode(paracl) x JOIN pg_roles r ON r.oid = x.grantee AND NOT r.rolsuper"
    " WHERE parname = 'session_replication_role'"
)
# Before it only a superuser could set what a parameter right now lets others set.
_PARAMETER_RIGHTS = 150000
_IDENTITIES = text(
    "SELECT c.relname, t.attidentity = 'd' AND s.seqincrement = 1 AND NOT s.seqcycle AS counts"  # noqa: S608 - names of our own
    " FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid AND t.attname = 'id'"
    " LEFT JOIN pg_sequence s ON s.seqrelid = to_regclass(pg_get_serial_sequence(c.oid::regclass::text, 'id'))"
    f" WHERE c.relnamespace = {_HERE} AND c.relkind = 'r'"
)
# Under another rule of comparison a role's name could be that of another one.
_COLLATIONS = text(
    "SELECT c.relname || '.' || t.attname FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid"  # noqa: S608 - names of our own
    " JOIN pg_type y ON y.oid = t.atttypid"
    f" WHERE c.relnamespace = {_HERE} AND c.relkind = 'r' AND t.attcollation <> y.typcollation"
)
_KEYS = text(
    "SELECT c.relname, array_agg(t.attname::text ORDER BY t.attname) FROM pg_constraint k"  # noqa: S608 - names of our own
    " JOIN pg_class c ON c.oid = k.conrelid JOIN pg_attribute t ON t.attrelid = c.oid"
    f" AND t.attnum = ANY (k.conkey) WHERE k.contype = 'p' AND c.relnamespace = {_HERE} GROUP BY 1"
)


def problems(db: Connection) -> Iterator[Problem]:
    """Every finding, by the name of what lies there or of the table."""
    for asked, said in (
        (_IN_FRONT, _("stands in front of what the server or the ledger has")),
        (_CASTS, _("a cast between types of the server, which no tracker made")),
        (_EVENTS, _("an event trigger that no tracker made")),
        (_SUBSCRIPTIONS, _("a subscription: what it brings passes by the triggers")),
        (_ACTING, _("a function that acts with its owner's rights for whoever calls it")),
    ):
        for (where,) in db.execute(asked):
            yield Problem(where, said)
    yield from _rights(db)
    yield from _tables(db)


def _rights(db: Connection) -> Iterator[Problem]:
    version = db.core.exec_driver_sql("SHOW server_version_num").scalar_one()
    for asked in (_RIGHTS, _PARAMETERS) if int(version) >= _PARAMETER_RIGHTS else (_RIGHTS,):
        who = text(
            "SELECT g.place, g.deed, CASE g.grantee WHEN 0 THEN 'public' ELSE"  # noqa: S608 - statements of our own
            f" g.grantee::regrole::text END AS role FROM ({asked}) g ORDER BY 1, 2, 3"
        )
        for row in db.execute(who):
            yield Problem(
                row.place, _("{role} has the right to {deed}").format(role=row.role, deed=row.deed)
            )


def _tables(db: Connection) -> Iterator[Problem]:
    """Numbers, comparisons and primary keys, which no comparison of tables looks at."""
    for (column,) in db.execute(_COLLATIONS):
        yield Problem(column, _("is not there, or not as the program makes it"))
    counts = {row.relname: row.counts for row in db.execute(_IDENTITIES)}
    keys = {row[0]: row[1] for row in db.execute(_KEYS)}
    for table in metadata.sorted_tables:
        number = table.columns.get("id")
        if number is not None and number.identity is not None and not counts.get(table.name):
            yield Problem(f"{table.name}.id", _("is not there, or not as the program makes it"))
        if keys.get(table.name) != sorted(column.name for column in table.primary_key):
            yield Problem(
                f"{table.name}: {table.primary_key.name}",
                _("is not there, or not as the program makes it"),
            )
