"""Databases from before there were API keys, groups, columns of the review and signs in keys."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, select, text, update

from chatbot.audience import staff
from chatbot.store import ApiKey, Store, User
from chatbot.store.approved import ApprovedText
from chatbot.store.reviews import Waiting
from chatbot.store.schema import api_keys, approved, feedback, metadata, outcomes, version
from tests.support.postgres import find_binaries, running_server


def test_an_older_database_gets_the_table(tmp_path: Path) -> None:
    file = tmp_path / "peregrine.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        older = [table for table in metadata.sorted_tables if table is not api_keys]
        metadata.create_all(connection, tables=older)
        connection.execute(insert(version).values(version=1))

    async def use() -> None:
        store = Store(f"sqlite:///{file}")
        await store.keys.add("shop")
        await store.close()

    asyncio.run(use())
    assert inspect(engine).has_table("api_keys")
    with engine.connect() as connection:
        assert connection.execute(select(version.c.version)).scalar_one() >= 2


def test_people_and_keys_of_an_older_database_see_what_is_internal(tmp_path: Path) -> None:
    file = tmp_path / "peregrine.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(version).values(version=3))
        for table in ("users", "api_keys"):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN audiences"))
        added = "('u', 'ann', 'agent', '2026'), ('v', 'bob', 'agent', '2026')"
        connection.execute(
            text(f"INSERT INTO users (id, name, role, created_at) VALUES {added}"),
        )
        key = "('k', 'shop', 'x', '2026')"
        connection.execute(
            text(f"INSERT INTO api_keys (id, name, hash, created_at) VALUES {key}"),
        )

    async def use() -> tuple[User | None, list[ApiKey]]:
        store = Store(f"sqlite:///{file}")
        await store.users.change("bob", groups=["legal"])
        found = await store.users.get("ann"), await store.keys.all()
        await store.close()
        return found

    ann, keys = asyncio.run(use())
    assert ann is not None and ann.asker == keys[0].asker == staff()


def test_judgements_of_an_older_database_get_their_columns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'peregrine.db'}"

    async def use() -> list[Waiting]:
        store = Store(url)
        ann = await store.users.ensure("ann", "agent")
        record = {"question": "How long?", "history": [], "passages": [], "answer": "60 days."}
        step = {"id": "s", "threadId": "t", "type": "assistant_message"}
        await store.threads.save_step(step | {"metadata": {"answer": record}}, ann.id)
        await store.feedback.rate("s", 0, "no")
        said = {"wrong": "", "right_answer": "45 days.", "right_document": ""}
        await store.feedback.correct("s", "t", **said)
        before = await store.reviews.waiting()
        await store.close()
        engine = create_engine(url)
        with engine.begin() as connection:
            for index in ("feedback_by_question", "outcomes_by_question", "cited_by_path"):
                connection.execute(text(f"DROP INDEX {index}"))
            for column in ("kind", "question", "question_key", "seen"):
                connection.execute(text(f"ALTER TABLE feedback DROP COLUMN {column}"))
            connection.execute(text("ALTER TABLE approved DROP COLUMN review_id"))
            connection.execute(update(version).values(version=9))
        store = Store(url)
        assert await store.reviews.waiting() == before
        await store.close()
        return before

    (item,) = asyncio.run(use())
    assert (item.kind, item.right_answer, item.asked_by) == ("correction", "45 days.", "ann")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_questions_of_an_older_database_get_new_keys(tmp_path: Path, kind: str) -> None:
    asked = "Is it free over €50?"
    keys = (approved.c.key, feedback.c.question_key, outcomes.c.question_key)

    async def use(url: str) -> None:
        store = Store(url)
        ann = await store.users.ensure("ann", "agent")
        turn = {"role": "user", "content": "What does delivery cost?"}
        record = {"question": asked, "history": [turn], "passages": [{"path": "a.md"}]}
        step = {"id": "s", "threadId": "t", "type": "assistant_message"}
        kept = {"answer": record | {"answer": "Yes."}}
        await store.threads.save_step(step | {"metadata": kept}, ann.id)
        handed = step | {"id": "h", "metadata": kept | {"handoff": {"to": "team"}}}
        await store.threads.save_step(handed, ann.id)
        await store.feedback.rate("s", 0, "no")
        await store.approved.add(ApprovedText(asked, "Yes."), "olga")
        before = await read(store)
        assert all(len(set(found)) == len(found) for found in before)
        async with store.database.write() as connection:
            for key in keys:
                await connection.execute(update(key.table).where(key != "").values({key: "old"}))
            await connection.execute(update(version).values(version=10))
        await store.close()
        store = Store(url)
        assert await read(store) == before
        await store.close()

    async def read(store: Store) -> list[list[str]]:
        async with store.database.read() as connection:
            return [sorted((await connection.execute(select(key))).scalars()) for key in keys]

    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'peregrine.db'}"
        if kind == "postgresql":
            if not (binaries := find_binaries()):
                pytest.skip("needs PostgreSQL")
            url = stack.enter_context(running_server(binaries)).url
        asyncio.run(use(url))
