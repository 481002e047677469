"""Roles of a PostgreSQL server: what each may do in this ledger, and as whom a session acts."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, text

from tracker.domain.log import PROGRAM
from tracker.errors import Refusal
from tracker.i18n import _
from tracker.store import catalogue, lookup, schema
from tracker.store.connection import Connection
from tracker.store.models import metadata, roles

ADMIN, READER = "tracker_admin", "tracker_reader"

# A name of PostgreSQL has at most so many bytes; what is longer it cuts off.
_LONGEST = 63

# What a province's role may do: look into all tables, where the policies show it its own, and add lines.
_SHOWN = sorted({"alembic_version", *metadata.tables})
_RECORDED = ("batches", "entries")

_SESSION = text(
    "SELECT session_user AS role, c.relowner::regrole::text AS keeper,"
    " coalesce(pg_has_role(session_user, c.relowner, 'MEMBER'), true) AS keeps"
    " FROM (VALUES (to_regclass('entries'))) AS ledger (log) LEFT JOIN pg_class c ON c.oid = log"
)
_ROLE = text(
    f"SELECT {catalogue.UNBOUND} AS unbound, r.rolcanlogin AS can_log_in, {catalogue.KEEPS} AS keeps"  # noqa: S608 - conditions of ours
    " FROM pg_roles r WHERE r.rolname = :role"
)
_MAY_GRANT = text(
    "SELECT pg_has_role(session_user, CAST(:role AS name), 'MEMBER WITH ADMIN OPTION')"
)
_MAY_MAKE = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user")
_INVOKERS = text(
    "SELECT relname FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace"
    " AND relname IN :views AND 'security_invoker=true' = ANY (reloptions)"
).bindparams(bindparam("views", expanding=True))
_SEES_ALL = text(
    "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname IN ('tracker_admin', 'tracker_reader')"
    " AND pg_has_role(session_user, oid, 'USAGE'))"
)
# Also who has it through another role; whoever can become a superuser or the owner has all.
_GRANTED = text(
    "SELECT m.rolname, g.rolname FROM pg_roles g"
    " JOIN pg_roles m ON pg_has_role(m.oid, g.oid, 'MEMBER') AND (m.oid <> g.oid OR m.rolcanlogin)"
    " JOIN pg_class c ON c.oid = to_regclass('entries')"
    " WHERE g.rolname IN ('tracker_admin', 'tracker_reader')"
    " AND NOT m.rolsuper AND m.oid <> c.relowner"
)


class Right(NamedTuple):
    """What a role may do: `owner` is whose it is; the rights are own, admin and reader."""

    role: str
    owner: str | None
    rights: list[str]


class Granted(NamedTuple):
    """What a grant did: whether it made the role, and which other owner the role had before."""

    made: bool
    before: str | None


def actor(db: Connection, named: str, *, typed: bool) -> str:
    """Who acts on a server: the session's role, or for the ledger's owner whoever is named. Refused
    where another role typed a name.
    """
    session = db.execute(_SESSION).one()
    if named and session.keeps:
        return named
    if named and typed and named != session.role:
        raise Refusal(
            _("on this server you are {role}, and nobody else: leave --actor out").format(
                role=session.role
            )
        )
    return str(session.role)


def rights(db: Connection) -> list[Right]:
    """Who may do what beside the ledger's owner, by role."""
    _refuse_file(db)
    owners = {row.role: row.owner for row in db.execute(select(roles))}
    found = {role: ["own"] for role in owners}
    for role, group in db.execute(_GRANTED):
        found.setdefault(role, []).append("admin" if group == ADMIN else "reader")
    return [Right(role, owners.get(role), sorted(found[role])) for role in sorted(found)]


def grant(
    db: Connection, role: str, *, owner: str | None, admin: bool = False, reader: bool = False
) -> Granted:
    """Let a role record for an owner and the units below, or for all, or read all; it is made where it
    is missing. An owner named again replaces the one before.
    """
    _refuse_file(db)
    refuse_all_but_the_keeper(db)
    code = None if owner is None else lookup.owner(db, owner)
    made = _present(db, role)
    name = db.core.dialect.identifier_preparer.quote_identifier(role)
    for group, wanted in ((ADMIN, admin), (READER, reader)):
        if wanted:
            _join(db, name, group)
    return Granted(made, None if code is None else _own(db, role, name, code))


def refuse_all_but_the_keeper(db: Connection) -> None:
    """Refuse on a server what is for the ledger's owner alone."""
    session = db.execute(_SESSION).one() if db.on_server else None
    if session and not session.keeps:
        raise Refusal(
            _("{role} may not do that: {keeper} owns this ledger").format(
                role=session.role, keeper=session.keeper
            )
        )


def refuse_partial_sight(db: Connection) -> None:
    """Refuse on a server what is about all of the ledger to a role that sees a part of it."""
    if not sees_all(db):
        raise Refusal(
            _("that is about the whole ledger, and {role} sees its own part of it").format(
                role=db.execute(_SESSION).one().role
            )
        )


def sees_all(db: Connection) -> bool:
    """Whether the session sees the whole ledger: in a file everybody does."""
    if not db.on_server or db.execute(_SEES_ALL).scalar():
        return True
    return bool(db.execute(_SESSION).one().keeps)


def _refuse_file(db: Connection) -> None:
    if not db.on_server:
        raise Refusal(
            _(
                "a file knows no roles: whoever can write it can write all of it;"
                " provinces are kept apart on PostgreSQL (tracker db copy)"
            )
        )


def _present(db: Connection, role: str) -> bool:
    """Make the role where it is missing, and say so; refuse one that nothing would hold back."""
    _refuse_name(role)
    found = db.execute(_ROLE, {"role": role}).first()
    if found is None:
        _make(db, role)
        return True
    if found.unbound:
        raise Refusal(
            _("{role} is a superuser or passes by row security: nothing holds it back").format(
                role=role
            )
        )
    if found.keeps:
        raise Refusal(
            _("{role} owns this ledger, or can act as its owner: nothing holds it back").format(
                role=role
            )
        )
    if not found.can_log_in:
        raise Refusal(_("{role} cannot log in: name a role of a person").format(role=role))
    return False


def _refuse_name(role: str) -> None:
    reserved = role.startswith("pg_") or role in ("public", "none", PROGRAM, ADMIN, READER)
    if reserved or not role.isprintable() or not 0 < len(role.encode()) <= _LONGEST or "%" in role:
        raise Refusal(
            _(
                "{role} is no name for a role (at most 63 bytes; not pg_…, public, none, tracker)"
            ).format(role=role or "''")
        )


def _make(db: Connection, role: str) -> None:
    command = f"CREATE ROLE {db.core.dialect.identifier_preparer.quote_identifier(role)} LOGIN"
    if not db.execute(_MAY_MAKE).scalar():
        raise Refusal(
            _(
                "there is no role {role}, and you may not make one;"
                " the administrator of the server can: {command}"
            ).format(role=role, command=command)
        )
    db.execute(text(command.replace(":", "\\:")))


def _join(db: Connection, name: str, group: str) -> None:
    command = f"GRANT {group} TO {name}"
    if not db.execute(_MAY_GRANT, {"role": group}).scalar():
        raise Refusal(
            _("you may not grant {group}; the administrator of the server can: {command}").format(
                group=group, command=command
            )
        )
    db.execute(text(command.replace(":", "\\:")))


def _own(db: Connection, role: str, name: str, code: str) -> str | None:
    place = db.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    # On servers before 15 views show all that their owner sees: there he reads the tables alone.
    views = db.execute(_INVOKERS, {"views": schema.VIEWS}).scalars()
    for right in (
        f"USAGE ON SCHEMA {place}",
        f"SELECT ON {', '.join([*_SHOWN, *views])}",
        f"INSERT ON {', '.join(_RECORDED)}",
        "EXECUTE ON FUNCTION ledger_units(), ledger_lock(), ledger_hold(integer[]), ledger_settled()",
    ):
        db.execute(text(f"GRANT {right} TO {name}".replace(":", "\\:")))
    before = db.execute(select(roles.c.owner).where(roles.c.role == role)).scalar()
    db.execute(delete(roles).where(roles.c.role == role))
    db.execute(insert(roles).values(role=role, owner=code))
    return before if before != code else None
