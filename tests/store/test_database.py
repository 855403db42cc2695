"""A database under other processes, and under whoever removes its file."""

import asyncio
import multiprocessing
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from chatbot.errors import ChatbotError, ConfigurationError, StoreError, operator_sentence
from chatbot.store import Store
from chatbot.store.approved import ApprovedText
from chatbot.store.database import Database
from chatbot.store.migrations import MIGRATIONS

PROCESSES = 5


def open_and_write(url: str, ready: Any, said: Any) -> None:
    """In a process of its own: use a database that nobody made yet, when all are ready."""

    async def use() -> None:
        store = Store(url)
        ready.wait()
        try:
            await store.audit.add("somebody", "opened", "")
            said.put("")
        except StoreError as exc:
            said.put(str(exc))
        await store.close()

    asyncio.run(use())


@pytest.mark.parametrize("version", [0, 2])
def test_processes_that_open_a_new_or_old_database_at_once_all_write(
    tmp_path: Path, version: int
) -> None:
    file = tmp_path / "peregrine.db"
    if version:
        with create_engine(f"sqlite:///{file}").begin() as connection:
            for step in MIGRATIONS[:version]:
                step(connection)
            connection.execute(text(f"INSERT INTO schema_version VALUES ({version})"))
    forked = multiprocessing.get_context("fork")
    ready, said = forked.Barrier(PROCESSES), forked.Queue()
    started = [
        forked.Process(target=open_and_write, args=(f"sqlite:///{file}", ready, said))
        for _ in range(PROCESSES)
    ]
    for process in started:
        process.start()
    assert [said.get(timeout=60) for _ in started] == [""] * PROCESSES
    for process in started:
        process.join()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (PROCESSES,)
        found = connection.execute("SELECT version FROM schema_version").fetchall()
        assert found == [(len(MIGRATIONS),)]


async def test_what_a_killed_migration_left_is_finished(tmp_path: Path) -> None:
    """Before migrations of SQLite were transactions, tables and triggers stayed of half a one."""
    file = tmp_path / "peregrine.db"
    store = Store(f"sqlite:///{file}")
    await store.audit.add("somebody", "opened", "")
    await store.close()
    with create_engine(f"sqlite:///{file}").begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 2"))
        connection.execute(text("DROP TABLE runs"))
        connection.execute(text("DROP TRIGGER audit_keeps_delete"))
    store = Store(f"sqlite:///{file}")
    await store.audit.add("somebody", "opened again", "")
    assert await store.runs.running() is None
    await store.close()
    with sqlite3.connect(file) as plain, pytest.raises(sqlite3.IntegrityError, match="only grows"):
        plain.execute("DELETE FROM audit")


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> None:
        raise OSError("no space left on the device")

    monkeypatch.setattr("chatbot.store.migrations.MIGRATIONS", (*MIGRATIONS[:-1], fail))
    store = Store(f"sqlite:///{tmp_path / 'peregrine.db'}")
    with pytest.raises(StoreError, match="no space left"):
        await store.audit.add("somebody", "opened", "")
    await store.close()
    assert not inspect(create_engine(f"sqlite:///{tmp_path / 'peregrine.db'}")).get_table_names()


@pytest.mark.parametrize("replaced", [False, True])
async def test_nothing_is_said_to_be_saved_in_a_file_that_was_removed(
    tmp_path: Path, replaced: bool
) -> None:
    file = tmp_path / "peregrine.db"
    store = Store(f"sqlite:///{file}")
    await store.audit.add("somebody", "opened", "")
    kept = tmp_path / "kept.db"
    file.rename(kept)
    if replaced:
        file.write_bytes(kept.read_bytes())
    with pytest.raises(StoreError, match="removed or replaced"):
        await store.audit.add("somebody", "lost", "")
    with pytest.raises(StoreError, match="removed or replaced"):
        await store.audit.newest(1)
    kept.rename(file)
    assert [entry.action for entry in await store.audit.newest(9)] == ["opened"]
    await store.close()


def test_a_query_whose_asker_left_keeps_no_loop_from_ending(tmp_path: Path) -> None:
    """Whoever leaves a scope of anyio is cancelled at every step, not once."""

    async def leave(store: Store, steps: int) -> None:
        await store.keys.all()
        asking = asyncio.create_task(store.keys.all())
        for _ in range(steps):
            await asyncio.sleep(0)
        for _ in range(3):
            asking.cancel()
            await asyncio.sleep(0)

    for steps in range(12):
        loop = asyncio.new_event_loop()
        store = Store(f"sqlite:///{tmp_path}/{steps}.db")
        loop.run_until_complete(leave(store, steps))
        for task in asyncio.all_tasks(loop):  # as asyncio.run() does it in the end
            task.cancel()
        left = asyncio.all_tasks(loop)
        if left:
            _, left = loop.run_until_complete(asyncio.wait(left, timeout=5))
        assert not left, f"after {steps} steps"
        loop.run_until_complete(store.close())
        loop.close()


def _no_database(file: Path) -> None:
    file.write_bytes(b"nothing of a database" * 99)


def _folder(file: Path) -> None:
    file.mkdir()


def _below_a_file(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("")


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        (_no_database, "put a copy of a database there"),
        (_folder, "its folder are there and may be written"),
        (_below_a_file, "its folder are there and may be written"),
    ],
)
async def test_who_runs_it_is_told_of_the_file_and_nobody_else(
    tmp_path: Path, made: Callable[[Path], None], advice: str
) -> None:
    file = tmp_path / "data" / "peregrine.db"
    file.parent.mkdir()
    made(file)
    store = Store(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="database failed") as told:
        await store.users.all()
    await store.close()
    assert str(file) not in str(told.value)
    sentence = operator_sentence(told.value)
    assert f"'{file}'" in sentence and advice in sentence and "CHATBOT_DATABASE" in sentence


@pytest.mark.parametrize(
    ("pragma", "advice"),
    [("query_only=1", "may be written"), ("max_page_count=1", "make room on its disk")],
)
async def test_a_database_that_takes_nothing_is_named(
    tmp_path: Path, pragma: str, advice: str
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    async with store.database.write() as connection:
        await connection.execute(text(f"PRAGMA {pragma}"))
    with pytest.raises(StoreError, match="was not saved") as told:
        await store.audit.add("somebody", "x" * 100_000, "")
    await store.close()
    assert f"{tmp_path / 'a.db'}'; " in told.value.advice and advice in told.value.advice


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    database = Database("postgresql://ann:secret@127.0.0.1:9/desk")
    with pytest.raises(StoreError) as told:
        async with database.read():
            pass
    await database.close()
    sentence = operator_sentence(told.value)
    assert "'desk' of the PostgreSQL server 127.0.0.1:9" in sentence and "secret" not in sentence


@pytest.mark.parametrize("url", ["postgresql://[::", "sqlite:///a\0b", "mysql://x", "nothing"])
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(ConfigurationError, match="CHATBOT_DATABASE takes"):
        Store(url)


async def test_an_address_as_providers_give_it_is_taken() -> None:
    """With the name of the scheme, and of the option for encryption, of PostgreSQL's own tools."""
    database = Database("postgres://ann:x@127.0.0.1:9/db?sslmode=disable")
    assert database.kind == "postgresql"
    with pytest.raises(StoreError, match="database failed"):  # nothing listens there
        async with database.read():
            pass
    await database.close()


async def test_an_option_that_the_driver_does_not_know_is_named() -> None:
    database = Database("postgresql://ann@127.0.0.1:9/db?sslmode=require&channel_binding=require")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="'channel_binding'"):
            async with database.read():
                pass


@pytest.mark.parametrize("option", ["statement_cache_size=0", "timeout=1", "command_timeout=2.5"])
async def test_numbers_in_an_address_are_numbers(option: str) -> None:
    """The first one is what PgBouncer needs."""
    database = Database(f"postgresql://ann@127.0.0.1:9/db?{option}")
    with pytest.raises(StoreError, match="database failed"):  # nothing listens there
        async with database.read():
            pass
    await database.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ann@127.0.0.1:9/db?timeout=soon", "'timeout=soon'"),
        ("postgresql://ann@127.0.0.1:9/db?command_timeout=0", "'command_timeout=0'"),
        ("postgresql://ann@127.0.0.1:9/db?prepared_statement_cache_size=x", "cache_size=x'"),
        ("postgresql://ann@127.0.0.1:9/db?loop=x", "'loop'"),
        ("postgresql://ann@127.0.0.1:99999/db", "0-65535"),
        ("sqlite:////tmp/none/a.db?timeout=x", "not usable"),
    ],
)
async def test_what_an_address_cannot_have_is_said(address: str, said: str, tmp_path: Path) -> None:
    database = Database(address.replace("/tmp/none", str(tmp_path)))
    with pytest.raises(ChatbotError, match=said):
        async with database.read():
            pass


async def test_a_text_with_a_nul_is_kept_without_it(tmp_path: Path) -> None:
    """PostgreSQL refuses the whole row for one; both databases keep the same."""
    store = Store(f"sqlite:///{tmp_path}/peregrine.db")
    texts = [ApprovedText(f"What is {n}?", "A\0 card.", "", "", None, "internal") for n in range(3)]
    await store.approved.put_all(texts, "ann\0")
    assert {(one.answer, one.approved_by) for one in await store.approved.all()} == {
        ("A\ufffd card.", "ann\ufffd")
    }
    await store.close()
