"""The tables, and how an older database becomes the newest.

A step and an element are kept as the page's own JSON beside the columns that are searched or
joined, so that a resumed thread gets back exactly what was sent.
"""

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
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
from chatbot.store.records import outcome_of

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
    Column("audiences", Text, nullable=False, server_default=""),  # groups, one a line
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
    Column("audiences", Text, nullable=False, server_default="internal"),  # one a line
)

# Public keys of the widget: a page of one of ``origins`` may show it.
widget_keys = Table(
    "widget_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("origins", JSON, nullable=False),
    Column("per_minute", Integer),
    Column("created_at", String(40), nullable=False),
    Column("revoked_at", String(40)),
    Column("used_at", String(40)),
)

# What visitors of a website handed to the team.
requests = Table(
    "requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(200), nullable=False),
    Column("packet", JSON, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("done_at", String(40), index=True),
    Column("done_by", String(200)),
)

# What is counted: an answer from the knowledge, a refusal, a hand-off. It goes with its thread.
outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(36), primary_key=True),  # of the step
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parent_id", String(36), index=True),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("question_key", String(64), nullable=False),
    Column("first_token", Float),  # seconds; none where the model was not asked
    Column("created_at", String(40), nullable=False),
)

cited = Table(
    "cited",
    metadata,
    Column("outcome_id", ForeignKey("outcomes.id", ondelete="CASCADE"), primary_key=True),
    Column("path", Text, primary_key=True),
)

# Decisions of owners. Each keeps all that it needs, so that a deleted thread does not take it away.
reviews = Table(
    "reviews",
    metadata,
    Column("id", String(36), primary_key=True),  # of the judgement, or of the refused step
    Column("status", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("seen", String(64), nullable=False),  # fingerprint of what was decided upon
    Column("wrong", Text, nullable=False),
    Column("right_answer", Text, nullable=False),
    Column("right_document", Text, nullable=False),
    Column("answer", JSON),  # the record; of accepted ones only
    Column("lead", String(36), index=True),  # settled together with that one
    Column("decided_by", String(200), nullable=False),
    Column("decided_at", String(40), nullable=False),
)

# Answers that owners wrote or accepted, for questions of one meaning. A withdrawn one stays.
approved = Table(
    "approved",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # of the question's words
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("document", Text, nullable=False),  # its source in the knowledge folder, or empty
    Column("document_hash", String(64), nullable=False),  # as it was when it was approved
    Column("expires_on", String(10)),  # the last day, in UTC
    Column("audience", Text, nullable=False),  # names, with commas between them
    Column("withdrawn", Boolean, nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("approved_at", String(40), nullable=False),
    Column("revision", Integer, nullable=False),  # from 1; one more with each change
)

# Findings about the documents that an owner put aside; the findings themselves are of the index.
dismissals = Table(
    "dismissals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("about", Text, nullable=False),
    Column("dismissed_by", String(200), nullable=False),
    Column("dismissed_at", String(40), nullable=False),
)

# Jobs of the console: tests and training. ``active`` is 1 for the one that runs, so that there is
# never a second one, whichever process begins it.
runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("active", Integer, unique=True),
    Column("cancelled", Integer, nullable=False),  # 1: somebody wants it to stop
    Column("beat", Float, nullable=False),  # seconds since the epoch: when its process last wrote
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("started_by", String(200), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("about", Text, nullable=False),  # which cases
    Column("model", Text, nullable=False),
    Column("adapter", Text, nullable=False),  # empty: none
    Column("generation", String(40), nullable=False),
    Column("problem", Text, nullable=False),
    Column("result", JSON, nullable=False),
)

case_results = Table(
    "case_results",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", String(300), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("correct", Integer, nullable=False),
    Column("row", JSON, nullable=False),
)

# Tries to sign in that were not right, by name and address; an empty name: of any from there.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("address", String(100), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("at", Float, nullable=False, index=True),  # seconds since the epoch
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

Index("threads_by_user", threads.c.user_id, threads.c.updated_at)
Index("outcomes_by_time", outcomes.c.created_at, outcomes.c.kind)
Index("feedback_by_time", feedback.c.created_at)

# The log of changes only grows, whoever writes to the database.
_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_keeps_{verb.lower()} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$",
        "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    ],
}
_AT_ONCE = 200  # answers in memory while an older database is counted


def _create_all(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_api_keys(connection: Connection) -> None:
    api_keys.create(connection, checkfirst=True)


def _add_console(connection: Connection) -> None:
    """The tables of the owner's console. Answers kept so far are counted; every correction saved
    so far waits for an owner's decision, since none was made."""
    for table in (outcomes, cited, reviews, audit):
        table.create(connection, checkfirst=True)
    known = {index["name"] for index in inspect(connection).get_indexes(feedback.name)}
    for index in feedback.indexes:
        if index.name not in known:
            index.create(connection)
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.execute(text(statement))
    kept = select(steps.c.id).where(steps.c.type == "assistant_message").order_by(steps.c.id)
    ids = connection.execute(kept).scalars().all()
    shown = ("id", "thread_id", "parent_id", "created_at", "answer")
    for first in range(0, len(ids), _AT_ONCE):
        batch = select(*(steps.c[name] for name in shown)).where(
            steps.c.id.in_(ids[first : first + _AT_ONCE])
        )
        for row in connection.execute(batch).mappings().all():
            if outcome := outcome_of(dict(row)):
                values, paths = outcome
                connection.execute(insert(outcomes).values(values))
                for path in paths:
                    connection.execute(insert(cited).values(outcome_id=values["id"], path=path))


def _add_audiences(connection: Connection) -> None:
    """Users without groups, and keys that see what is internal."""
    for table, default in ((users, ""), (api_keys, "internal")):
        known = {column["name"] for column in inspect(connection).get_columns(table.name)}
        if "audiences" not in known:
            added = f"ADD COLUMN audiences TEXT NOT NULL DEFAULT '{default}'"
            connection.execute(text(f"ALTER TABLE {table.name} {added}"))


def _add_approved(connection: Connection) -> None:
    approved.create(connection, checkfirst=True)


def _add_widget(connection: Connection) -> None:
    for table in (widget_keys, requests):
        table.create(connection, checkfirst=True)


def _add_dismissals(connection: Connection) -> None:
    dismissals.create(connection, checkfirst=True)


def _add_jobs(connection: Connection) -> None:
    for table in (runs, case_results, sign_in_tries):
        table.create(connection, checkfirst=True)


def _add_use_of_keys(connection: Connection) -> None:
    known = {column["name"] for column in inspect(connection).get_columns(widget_keys.name)}
    if "used_at" not in known:
        connection.execute(text("ALTER TABLE widget_keys ADD COLUMN used_at VARCHAR(40)"))


# Step n brings a database from version n to n + 1. Released steps are never edited.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _create_all,
    _add_api_keys,
    _add_console,
    _add_audiences,
    _add_approved,
    _add_widget,
    _add_dismissals,
    _add_jobs,
    _add_use_of_keys,
)


def migrate(connection: Connection) -> None:
    """Bring the database to the newest version, in one transaction that keeps other processes from
    writing. Migrations of SQLite were none once, so steps may find what a killed one left.

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


def is_newest(connection: Connection) -> bool:
    """Whether there is nothing to migrate."""
    return _version(connection) == len(MIGRATIONS)


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(version.name):
        return 0
    return int(connection.execute(select(version.c.version)).scalar_one_or_none() or 0)
