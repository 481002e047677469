"""A ledger of a PostgreSQL server with the roles of two provinces, the office and a reader, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import Row

import servers
from tracker.store import check, ledger, log, roles, setup

# The role that owns the ledger: no superuser, as on a server that others run.
KEEPER = "keeper"
LOGINS = ("hubei", "hunan", "central", "office", "inspector", "stranger")

TABLES = (
    "documents", "commitments", "owners", "assignments", "stands", "batches", "entries", "issues",
    "indicators", "observations", "roles",
)  # fmt: skip


class Apart(NamedTuple):
    """One such ledger; its roles come to it directly, with SQL of their own."""

    server: servers.Server
    database: str

    def place(self, role: str) -> ledger.Place:
        return ledger.place(self.server.url(self.database, role))

    @contextmanager
    def connected(self, role: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection as a role; what it did is committed at the end."""
        address = self.server.url(self.database, role).replace("+psycopg", "")
        with psycopg.connect(address) as db:
            yield db

    def sql(self, role: str, *statements: str) -> list[Row]:
        """Run statements in one transaction as a role; gives the rows of the last one."""
        with self.connected(role) as db:
            for statement in statements:
                done = db.execute(statement.encode())
            return done.fetchall() if done.description else []

    def one(self, statement: str, role: str = "postgres") -> Any:
        """The one value that a question gives, asked by the superuser unless another is named."""
        return self.sql(role, statement)[0][0]

    def assignment(self, owner: str) -> int:
        """The first assignment of an owner, by id."""
        return int(
            self.one(
                "SELECT min(a.id) FROM assignments a JOIN owners o ON o.id = a.owner_id"  # noqa: S608 - an owner of ours
                f" WHERE o.code = '{owner}'"
            )
        )

    def cached(self, column: str, assignment: int) -> Any:
        """What the row of an assignment says."""
        return self.one(f"SELECT {column} FROM assignments WHERE id = {assignment}")  # noqa: S608 - a column of ours

    def problems(self, role: str = KEEPER) -> list[str]:
        """What the check finds as a role."""
        with ledger.reading(self.place(role)) as db:
            return [str(problem) for problem in check.problems(db)]

    def contents(self) -> dict[str, Any]:
        """All rows of the tables that somebody might want to change, as one digest per table."""
        return {
            table: self.one(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")  # noqa: S608 - a table of ours
            for table in TABLES
        }


def make(server: servers.Server, name: str, by: log.Acting) -> None:
    """Make the roles of the cluster and a ledger in an empty database, with a unit below HB."""
    with suppress(psycopg.errors.DuplicateObject):
        server.do(f"CREATE ROLE {KEEPER} LOGIN CREATEROLE")
    for login in LOGINS:
        with suppress(psycopg.errors.DuplicateObject):
            server.do(f"CREATE ROLE {login} LOGIN")
    server.do(
        f"ALTER DATABASE {name} OWNER TO {KEEPER}",
        f"GRANT CREATE ON SCHEMA public TO {KEEPER}",
        database=name,
    )
    at = ledger.place(server.url(name, KEEPER))
    setup.create(at, by=by)
    # The groups may be another ledger's of this cluster already: then only the superuser grants them.
    with ledger.writing(ledger.place(server.url(name))) as db:
        db.core.exec_driver_sql(
            "INSERT INTO owners (code, name, name_en, place, parent)"
            " VALUES ('HB-WH', '武汉', 'Wuhan', 90, 'HB')"
        )
        # A part of what HB has; the batch of its time is the one that made the ledger.
        db.core.exec_driver_sql(
            "WITH part AS (INSERT INTO assignments (commitment_id, owner_id, role, basis, standing, status,"
            " verification) SELECT a.commitment_id, (SELECT id FROM owners WHERE code = 'HB-WH'), a.role,"
            " 'assigned', true, 'not_started', 'unreported' FROM assignments a JOIN owners o"
            " ON o.id = a.owner_id WHERE o.code = 'HB' AND a.version = 0 ORDER BY a.id DESC LIMIT 1"
            " RETURNING id) INSERT INTO stands (assignment_id, added_at)"
            " SELECT part.id, (SELECT recorded_at FROM batches WHERE id = 1) FROM part"
        )
        roles.grant(db, "hubei", owner="HB")
        roles.grant(db, "hunan", owner="HN")
        roles.grant(db, "central", owner="CENTRAL", admin=True)
        roles.grant(db, "office", owner=None, admin=True)
        roles.grant(db, "inspector", owner=None, reader=True)
