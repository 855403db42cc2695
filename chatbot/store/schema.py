"""The tables, and how an older database becomes the newest.

A step and an element are kept as the page's own JSON beside the columns that are searched or
joined, so that a resumed thread gets back exactly what was sent.
"""

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)

from chatbot.errors import ConfigurationError

metadata = MetaData()

version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text),  # none for people whom a proxy signs in
    Column("created_at", String(40), nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("name", Text),
    Column("metadata", JSON, nullable=False),
    Column("tags", JSON),
    Column("created_at", String(40), nullable=False),
    Column("updated_at", String(40), nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", String(36), index=True),
    Column("type", String(40), nullable=False),
    Column("output", Text, nullable=False),
    Column("answer", JSON),  # of an answer: what was asked, answered and on screen
    Column("created_at", String(40), nullable=False),
    Column("data", JSON, nullable=False),
)

elements = Table(
    "elements",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step_id", String(36), index=True),
    Column("data", JSON, nullable=False),
    Column("content", LargeBinary),
    Column("created_at", String(40), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("step_id", String(36), nullable=False, unique=True),
    Column("value", Integer, nullable=False),
    Column("comment", Text),
    Column("wrong", Text),
    Column("right_answer", Text),
    Column("right_document", Text),
    Column("answer", JSON),  # a copy: a regenerated answer takes its step away
    Column("created_at", String(40), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("per_minute", Integer),
    Column("created_at", String(40), nullable=False),
    Column("revoked_at", String(40)),
)

Index("threads_by_user", threads.c.user_id, threads.c.updated_at)


def _create_all(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_api_keys(connection: Connection) -> None:
    api_keys.create(connection, checkfirst=True)


# Step n brings a database from version n to n + 1. Released steps are never edited.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_create_all, _add_api_keys)


def migrate(connection: Connection) -> None:
    """Bring the database to the newest version, in one transaction.

    Raises:
        ConfigurationError: a newer version of the program wrote it.
    """
    if connection.dialect.name == "postgresql":  # two processes may start at once
        connection.execute(text("SELECT pg_advisory_xact_lock(7281003)"))
    current = _version(connection)
    if current > len(MIGRATIONS):
        raise ConfigurationError(
            f"The database has schema version {current} and this program knows "
            f"{len(MIGRATIONS)}; update the program."
        )
    for step in MIGRATIONS[current:]:
        step(connection)
    if current == 0:
        connection.execute(insert(version).values(version=len(MIGRATIONS)))
    elif current < len(MIGRATIONS):
        connection.execute(update(version).values(version=len(MIGRATIONS)))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(version.name):
        return 0
    return int(connection.execute(select(version.c.version)).scalar_one_or_none() or 0)
