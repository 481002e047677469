"""What else can undo the protection of a PostgreSQL ledger: shapes of tables, views, settings, roles."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, text

from tracker.errors import Problem
from tracker.i18n import _
from tracker.store.connection import Connection
from tracker.store.models import metadata

# Whom no policy holds back: who can become a superuser, copies the cluster, reads or writes the
# server's files, takes locks on every table, or may drop what lies in the ledger's schema; before 16
# whoever may make roles can join all that are there.
UNBOUND = """(r.rolreplication OR r.rolcreaterole AND current_setting('server_version_num')::integer < 160000
 OR EXISTS (SELECT FROM pg_roles g WHERE (g.rolsuper OR g.rolbypassrls OR g.rolreplication OR g.rolname IN
 ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_maintain'))
 AND pg_has_role(r.oid, g.oid, 'MEMBER')))"""
# Who owns the ledger, or its schema, or its database (the schema is his on servers since 15).
KEEPS = """EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 JOIN pg_database d ON d.datname = current_database() WHERE c.oid = to_regclass('entries')
 AND (pg_has_role(r.oid, c.relowner, 'MEMBER') OR pg_has_role(r.oid, n.nspowner, 'MEMBER')
 OR pg_has_role(r.oid, d.datdba, 'MEMBER')))"""

_OURS = "n.nspname = current_schema()"
_NOTHING = {"assignments.version": "0", "assignments.hash": "''::text"}

_LASTING = text(
    "SELECT c.relname, c.relpersistence = 'p' AS lasts, EXISTS (SELECT FROM pg_inherits i"  # noqa: S608 - statements of our own
    " WHERE c.oid IN (i.inhparent, i.inhrelid)) AS grown FROM pg_class c"
    f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS} AND c.relkind IN ('r', 'p')"
)
_DEFAULTS = text(
    "SELECT c.relname || '.' || t.attname AS place, pg_get_expr(d.adbin, d.adrelid) AS said"  # noqa: S608 - statements of our own
    " FROM pg_attrdef d JOIN pg_attribute t ON t.attrelid = d.adrelid AND t.attnum = d.adnum"
    f" JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}"
)
# The server says of a constraint whether it is enforced since 18.
_CONSTRAINTS = text(
    "SELECT k.conname, k.contype, c.relname, pg_get_constraintdef(k.oid) AS said, k.convalidated"  # noqa: S608 - statements of our own
    " AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true' AND NOT (k.condeferrable AND k.contype <> 't') AS holds FROM pg_constraint k"
    f" JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}"
)
_INDEXES = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"  # noqa: S608 - statements of our own
    f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}"
    " AND (NOT i.indisvalid OR NOT i.indisready OR i.indpred IS NOT NULL"
    " OR coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'true'"
    " OR EXISTS (SELECT FROM unnest(i.indclass) AS used JOIN pg_opclass o ON o.oid = used"
    " WHERE NOT o.opcdefault OR o.opcmethod <> (SELECT oid FROM pg_am WHERE amname = 'btree')))"
)
# Views that read the ledger with their owner's rights, and that others may read.
_WINDOWS = text(
    "SELECT DISTINCT v.oid::regclass::text FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid"  # noqa: S608 - statements of our own
    " JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
    " JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid"
    f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS} AND v.oid <> c.oid"
    " AND v.relkind IN ('v', 'm') AND (v.relkind = 'm' OR NOT coalesce("
    "v.reloptions && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false))"
    " AND EXISTS (SELECT FROM aclexplode(v.relacl) x WHERE x.grantee <> v.relowner)"
)
_VIEW = text(
    "SELECT pg_get_viewdef(v.oid) AS said, EXISTS (SELECT FROM pg_rewrite w JOIN pg_depend d"  # noqa: S608 - statements of our own
    " ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass"
    f" WHERE w.ev_class = v.oid) AS calls FROM pg_class v JOIN pg_namespace n ON n.oid = v.relnamespace WHERE {_OURS}"
    " AND v.relkind = 'v' AND v.relname = :name"
)
# What makes one view show different people, or different days, different rows.
_WHO_ASKS = re.compile(
    r"\b(session_user|current_(?:user|role|date|time\w*|schema|setting|query)|localtime\w*|now|random|pg_\w+)\b",
    re.IGNORECASE,
)
_SETTINGS = text(
    "SELECT coalesce(nullif(s.setrole, 0)::regrole::text, d.datname, 'settings') FROM pg_db_role_setting s"
    " LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS said"
    " WHERE (s.setdatabase = 0 OR d.datname = current_database()) AND said LIKE 'session_replication_role=%'"
    " AND said <> 'session_replication_role=origin'"
    " UNION SELECT 'settings' WHERE current_setting('session_replication_role') <> 'origin'"
)
# Everybody who was given something in this ledger.
_UNHELD = text(
    f"SELECT r.rolname FROM pg_roles r WHERE ({UNBOUND} OR {KEEPS})"  # noqa: S608 - statements of our own
    " AND r.oid <> (SELECT relowner FROM pg_class WHERE oid = to_regclass('entries'))"
    " AND (r.rolname IN (SELECT role FROM roles)"
    " OR r.oid IN (SELECT m.member FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
    " WHERE g.rolname IN ('tracker_admin', 'tracker_reader'))"
    " OR r.oid IN (SELECT x.grantee FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
    f" aclexplode(c.relacl) x WHERE {_OURS} AND x.grantee <> c.relowner))"
)


def problems(db: Connection, views: dict[str, str]) -> Iterator[Problem]:
    """Every finding; `views` are the statements that the views are made of."""
    yield from _tables(db)
    yield from _constraints(db)
    yield from _views(db, views)
    for (where,) in db.execute(_SETTINGS):
        yield Problem(where, _("a setting switches triggers and foreign keys off"))
    for (role,) in db.execute(_UNHELD):
        yield Problem(role, _("nothing holds this role back: a superuser, or the ledger's owner"))


def _tables(db: Connection) -> Iterator[Problem]:
    for row in db.execute(_LASTING):
        if not row.lasts:
            yield Problem(row.relname, _("does not outlive a crash of the server"))
        if row.grown:
            yield Problem(row.relname, _("shares rows with another table"))
    for row in db.execute(_DEFAULTS):
        if _NOTHING.get(row.place) != row.said:
            yield Problem(row.place, _("has a default that no tracker made"))
    for (index,) in db.execute(_INDEXES):
        yield Problem(index, _("is not there, or not as the program makes it"))


def _constraints(db: Connection) -> Iterator[Problem]:
    checks = {
        (str(made.name), table.name): _plain(str(made.sqltext))
        for table in metadata.sorted_tables
        for made in table.constraints
        if isinstance(made, CheckConstraint)
    }
    for row in db.execute(_CONSTRAINTS):
        wanted = checks.get((row.conname, row.relname))
        if not row.holds:
            yield Problem(f"{row.relname}: {row.conname}", _("is not enforced"))
        if row.contype == "x" or (row.contype == "c" and wanted not in (None, _plain(row.said))):
            yield Problem(
                f"{row.relname}: {row.conname}", _("is not there, or not as the program makes it")
            )


def _plain(said: str) -> str:
    """A condition without what a server adds to it when it says it again."""
    said = re.sub(r"(\w+) BETWEEN (\w+) AND (\w+)", r"\1 >= \2 AND \1 <= \3", said)
    said = re.sub(r"^CHECK |::text|NOT VALID$|[\s()]", "", said)
    return said.replace("=ANYARRAY[", "IN").replace("]", "").replace(" ", "")


def _views(db: Connection, made: dict[str, str]) -> Iterator[Problem]:
    for name, said in made.items():
        row = db.execute(_VIEW, {"name": name}).first()
        if row is not None and (
            row.calls
            or _WHO_ASKS.search(row.said)
            or _shown(db, f"SELECT * FROM {name}") != _shown(db, said)  # noqa: S608 - statements of our own
        ):
            yield Problem(name, _("the view for other programs is not there, or was changed"))
    for (name,) in db.execute(_WINDOWS):
        yield Problem(name, _("shows what its reader may not see: no security_invoker"))


def _shown(db: Connection, statement: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What a statement gives, in short: the columns, and a sum over the rows in any order."""
    columns = tuple(db.core.exec_driver_sql(f"SELECT * FROM ({statement}) t LIMIT 0").keys())  # noqa: S608 - statements of our own
    rows = db.core.exec_driver_sql(
        f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM ({statement}) t"  # noqa: S608 - statements of our own
    )
    return columns, tuple(rows.one())
