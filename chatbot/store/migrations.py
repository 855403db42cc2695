"""How an older database becomes the newest."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateColumn

from chatbot.errors import ConfigurationError
from chatbot.store.records import JUDGED, judgement_of, outcome_of
from chatbot.store.schema import (
    api_keys,
    approved,
    audit,
    case_results,
    cited,
    dismissals,
    feedback,
    metadata,
    outcomes,
    requests,
    reviews,
    runs,
    sign_in_tries,
    steps,
    users,
    version,
    widget_keys,
)
from chatbot.text.questions import question_key

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
_COUNTED = [steps.c[name] for name in ("id", "thread_id", "parent_id", "created_at", "answer")]


def _create_all(connection: Connection) -> None:
    metadata.create_all(connection)


def _add_api_keys(connection: Connection) -> None:
    api_keys.create(connection, checkfirst=True)


def _add_console(connection: Connection) -> None:
    """The tables of the owner's console. Answers kept so far are counted; every correction saved
    so far waits for an owner's decision, since none was made."""
    for table in (outcomes, cited, reviews, audit):
        table.create(connection, checkfirst=True)
    _create_indexes(connection, feedback, ("feedback_by_time",))
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.execute(text(statement))
    kept = select(*_COUNTED).where(steps.c.type == "assistant_message")
    for row in _in_batches(connection, kept, steps.c.id):
        if outcome := outcome_of(row):
            values, paths = outcome
            connection.execute(insert(outcomes).values(values))
            for path in paths:
                connection.execute(insert(cited).values(outcome_id=values["id"], path=path))


def _add_audiences(connection: Connection) -> None:
    """Users without groups, and keys that see what is internal."""
    for table in (users, api_keys):
        _add_columns(connection, table, ("audiences",))


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
    _add_columns(connection, widget_keys, ("used_at",))


def _add_columns_of_the_review(connection: Connection) -> None:
    """What the review reads of each judgement, in columns of its own."""
    _add_columns(connection, feedback, JUDGED)
    _add_columns(connection, approved, ("review_id",))
    _create_indexes(connection, feedback, ("feedback_by_question",))
    _create_indexes(connection, outcomes, ("outcomes_by_question",))
    _create_indexes(connection, cited, ("cited_by_path",))
    _create_indexes(connection, reviews, ("reviews_by_time",))
    _judge_again(connection)


def _tell_signs_apart(connection: Connection) -> None:
    """The keys of questions, which fell together where a sign alone was otherwise."""
    for number, question in connection.execute(select(approved.c.id, approved.c.question)).all():
        found = update(approved).where(approved.c.id == number)
        connection.execute(found.values(key=question_key(question)))
    _judge_again(connection)
    kept = select(*_COUNTED).join(outcomes, outcomes.c.id == steps.c.id)
    kept = kept.where(outcomes.c.question_key != "")  # none of a hand-off
    for row in _in_batches(connection, kept, steps.c.id):
        if outcome := outcome_of(row):
            found = update(outcomes).where(outcomes.c.id == row["id"])
            connection.execute(found.values(question_key=outcome[0]["question_key"]))


def _judge_again(connection: Connection) -> None:
    """Write the columns of the review of each judgement."""
    for row in _in_batches(connection, select(feedback), feedback.c.id):
        found = update(feedback).where(feedback.c.id == row["id"])
        connection.execute(found.values(judgement_of(row)))


def _in_batches(
    connection: Connection, query: Select[Any], key: Column[str]
) -> Iterator[dict[str, Any]]:
    """Rows of a query by their ids, some in memory at once: each holds an answer."""
    ids = connection.execute(query.with_only_columns(key).order_by(key)).scalars().all()
    for first in range(0, len(ids), _AT_ONCE):
        batch = query.where(key.in_(ids[first : first + _AT_ONCE]))
        yield from map(dict, connection.execute(batch).mappings().all())


def _add_columns(connection: Connection, table: Table, names: Collection[str]) -> None:
    """Those that the table has not; it may have been created as it is now."""
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for name in names:
        if name not in known:
            column = CreateColumn(table.c[name]).compile(dialect=connection.dialect)
            connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column}"))


def _create_indexes(connection: Connection, table: Table, names: Collection[str]) -> None:
    known = {index["name"] for index in inspect(connection).get_indexes(table.name)}
    for index in table.indexes:
        if str(index.name) in names and index.name not in known:
            index.create(connection)


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
    _add_columns_of_the_review,
    _tell_signs_apart,
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
