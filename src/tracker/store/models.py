"""The tables of a ledger, once; migrations create them, queries and the log use them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from tracker.domain.words import LinkKind, Status, Verification
from tracker.store.columns import DAY, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_STATUS = ", ".join(f"'{status}'" for status in Status)
_VERIFICATION = ", ".join(f"'{verification}'" for verification in Verification)


def _id() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


def _numbered() -> Column[int]:
    """Of what is recorded: the trigger numbers it on PostgreSQL, in the order of the log."""
    return Column("id", Integer, primary_key=True)


documents = Table(
    "documents",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("number", Text),
    Column("issuer", Text),
    Column("issued_on", DAY),
    Column("horizon", SmallInteger),
    # Of the register file last loaded: an unchanged file is not read again.
    Column("fingerprint", Text, nullable=False),
    # Of the register that came with the program, where that was loaded; another one above is the
    # user's own.
    Column("bundled", Text),
    # The user's copy of the document that was attached last: its name, and a digest of its text.
    Column("source", Text),
    Column("source_digest", Text),
)

sections = Table(
    "sections",
    metadata,
    _id(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    UniqueConstraint("document_id", "number"),
)

measures = Table(
    "measures",
    metadata,
    _id(),
    Column("document_id", ForeignKey("documents.id"), nullable=False),
    Column("section_id", ForeignKey("sections.id"), nullable=False, index=True),
    Column("number", SmallInteger, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    UniqueConstraint("document_id", "number"),
)

sentences = Table(
    "sentences",
    metadata,
    _id(),
    Column("measure_id", ForeignKey("measures.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    # Why there is nothing to track in it; none where it is a commitment.
    Column("untracked", Text),
    Column("untracked_en", Text),
    # Characters of the attached copy; none before there is one.
    Column("starts_at", Integer),
    Column("ends_at", Integer),
    UniqueConstraint("measure_id", "number"),
)

# Official wordings by fingerprint: those that an amended text has left behind stay.
wordings = Table(
    "wordings",
    metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

commitments = Table(
    "commitments",
    metadata,
    _id(),
    Column("measure_id", ForeignKey("measures.id"), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("sentence", SmallInteger, nullable=False),
    # Of the sentence that it is, or was when it was retired: a key is never given to another one.
    Column("fingerprint", Text),
    Column("title", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("weight", SmallInteger, nullable=False, index=True),
    # As the register has it now; what is in force for an owner stands on the assignment.
    Column("target", Text),
    Column("target_basis", Text),
    Column("note", Text),
    Column("note_en", Text),
    # In the order of lists.
    Index(None, "measure_id", "sentence"),
    CheckConstraint("kind IN ('goal', 'action', 'continuing')", name="kind"),
    CheckConstraint("weight > 0", name="weight"),
)

owners = Table(
    "owners",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("parent", ForeignKey("owners.code"), index=True),
)

assignments = Table(
    "assignments",
    metadata,
    _id(),
    Column("commitment_id", ForeignKey("commitments.id"), nullable=False),
    Column("owner_id", ForeignKey("owners.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("scope", Text),
    Column("scope_en", Text),
    Column("first_target", Text),
    Column("first_target_basis", Text),
    # What follows caches the log and the stands; `db check` proves that they agree.
    Column("standing", Boolean, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("hash", Text, nullable=False, server_default=text("''")),
    Column("report", Integer),
    Column("status", Text, nullable=False),
    Column("percent", SmallInteger),
    Column("effective_on", DAY),
    Column("verification", Text, nullable=False),
    Column("target", Text),
    Column("target_basis", Text),
    Column("due_on", DAY),
    UniqueConstraint("commitment_id", "owner_id", "role"),
    CheckConstraint("role IN ('lead', 'joint', 'support')", name="role"),
    CheckConstraint(f"status IN ({_STATUS})", name="status"),
    CheckConstraint(f"verification IN ({_VERIFICATION})", name="verification"),
)

stands = Table(
    "stands",
    metadata,
    Column("assignment_id", ForeignKey("assignments.id"), primary_key=True),
    Column("added_at", Moment, primary_key=True),
    Column("retired_at", Moment),
)

batches = Table(
    "batches",
    metadata,
    _numbered(),
    Column("command", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False, index=True),
    Index("ix_batches_actor", "actor", "id"),
)

entries = Table(
    "entries",
    metadata,
    _numbered(),
    Column("assignment_id", ForeignKey("assignments.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("batch", ForeignKey("batches.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("effective_on", DAY, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("status", Text),
    Column("percent", SmallInteger),
    Column("note", Text),
    Column("problem", Text),
    Column("next_step", Text),
    Column("evidence", Text),
    Column("verification", Text),
    Column("target", Text),
    Column("target_basis", Text),
    Column("names", Integer),
    Column("first_report", Text, unique=True),
    Column("hash_format", SmallInteger, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("assignment_id", "version"),
    # What a past day is folded from: without touching a line that did not stand then.
    Index(
        "ix_entries_folded",
        "assignment_id",
        "kind",
        "names",
        "effective_on",
        "version",
        "recorded_at",
    ),
    CheckConstraint("kind IN ('report', 'review', 'retarget', 'withdrawal')", name="kind"),
    CheckConstraint(
        f"(kind = 'report') = (status IS NOT NULL) AND status IN ({_STATUS})", name="status"
    ),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    CheckConstraint(
        "(kind = 'review') = (verification IS NOT NULL)"
        " AND verification IN ('verified', 'returned')",
        name="verification",
    ),
    CheckConstraint(
        "(kind IN ('review', 'withdrawal')) = (names IS NOT NULL) AND names < version", name="names"
    ),
    # The entry named belongs to the same assignment, by construction.
    ForeignKeyConstraint(["assignment_id", "names"], ["entries.assignment_id", "entries.version"]),
)

# Which later commitment takes up which earlier one, by key.
links = Table(
    "links",
    metadata,
    _id(),
    Column("earlier", ForeignKey("commitments.key"), nullable=False),
    Column("later", ForeignKey("commitments.key"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("note", Text),
    Column("note_en", Text),
    UniqueConstraint("earlier", "later"),
    CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in LinkKind)})", name="kind"),
)

# Reports as they were sent.
issues = Table(
    "issues",
    metadata,
    _numbered(),
    Column("batch", ForeignKey("batches.id"), nullable=False, unique=True),
    Column("period", Text),
    Column("document", Text),
    Column("as_of", DAY, nullable=False),
    Column("known_on", Moment, nullable=False),
    # Of the ledger that the report speaks of, and of the bytes kept here.
    Column("digest", Text, nullable=False),
    Column("model", LargeBinary, nullable=False),
    Column("model_digest", Text, nullable=False),
)

indicators = Table(
    "indicators",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("better", Text, nullable=False),
    # The commitment that it measures, where there is one.
    Column("commitment", ForeignKey("commitments.key")),
    CheckConstraint("better IN ('up', 'down', 'none')", name="better"),
)

indicator_targets = Table(
    "indicator_targets",
    metadata,
    _id(),
    Column("indicator", ForeignKey("indicators.key"), nullable=False),
    # The code of an owner, or REGION: the six provinces together.
    Column("owner", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("rule", Text, nullable=False),
    Column("value", Text),
    Column("against", ForeignKey("indicators.key")),
    Column("since", SmallInteger),
    Column("basis", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    UniqueConstraint("indicator", "owner", "year"),
    CheckConstraint(
        "rule IN ('level', 'per_year', 'at_least_nation', 'with_growth_of', 'improve')",
        name="rule",
    ),
)

# Append-only: the newest of the same indicator, owner and period stands, those before it stay.
observations = Table(
    "observations",
    metadata,
    _numbered(),
    Column("batch", ForeignKey("batches.id"), nullable=False, index=True),
    Column("indicator", ForeignKey("indicators.key"), nullable=False, index=True),
    # The code of an owner, REGION or NATION.
    Column("owner", Text, nullable=False),
    # 2022, or 2016-2020; none where the source names no year.
    Column("period", Text),
    # A decimal number as it was written: a column of numbers would round it or pad it.
    Column("value", Text, nullable=False),
    Column("unit", Text),
    Column("precision", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("place", Text),
    Column("note", Text),
    Column("note_en", Text),
    Column("flag", Text),
    Column("reason", Text),
    Column("reason_en", Text),
    CheckConstraint("(flag IS NULL) = (reason IS NULL)", name="reason"),
)

# Whose a login role of the server is. In a file there are no roles: it stays empty.
roles = Table(
    "roles",
    metadata,
    Column("role", Text, primary_key=True),
    Column("owner", ForeignKey("owners.code"), nullable=False, index=True),
)

# Which files were seeded, and what they would have been compared with once more right after it: the
# fingerprints of both.
seeded = Table(
    "seeded",
    metadata,
    Column("files", Text, primary_key=True),
    Column("state", Text, nullable=False),
)
