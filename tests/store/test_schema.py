"""A database from before there were API keys."""

import asyncio
from pathlib import Path

from sqlalchemy import create_engine, insert, inspect, select

from chatbot.store import Store
from chatbot.store.schema import api_keys, metadata, version


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
