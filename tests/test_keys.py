"""API keys: the command, what is kept, and a database from before there were any."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, select

from chatbot.cli import main
from chatbot.store import Store
from chatbot.store.schema import api_keys, metadata, version


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "peregrine.db"
    monkeypatch.setenv("CHATBOT_DATABASE", f"sqlite:///{file}")
    return file


def test_keys_are_added_listed_and_revoked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "shop", "--per-minute", "5", "--json"]) == 0
    key = json.loads(capsys.readouterr().out)["key"]
    assert key.encode() not in file.read_bytes() + b"".join(
        each.read_bytes() for each in file.parent.glob("*.db-*")
    )
    assert main(["keys", "add", "shop"]) == 1
    assert "revoke it first" in capsys.readouterr().err
    assert main(["keys", "revoke", "shop"]) == 0
    assert main(["keys", "revoke", "shop"]) == 1
    capsys.readouterr()
    assert main(["keys", "list", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["keys"][0]
    assert (row["name"], row["per_minute"]) == ("shop", 5)
    assert row["revoked_at"]
    assert "hash" not in row


def test_an_older_database_gets_the_table(file: Path) -> None:
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
