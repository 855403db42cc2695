"""What is kept of visits: masked, counted, and not for long."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from chatbot.api.application import _keep_ready
from chatbot.api.widget.keeping import Keeper
from chatbot.errors import StoreError
from chatbot.service import ChatService
from chatbot.store import Store
from chatbot.store.threads import VISIT
from tests.support.database import put_database

RECORD: dict[str, Any] = {
    "question": "I am at zoe@example.org, when do you open?",
    "history": [{"role": "user", "content": "My card is 4111 1111 1111 1111."}],
    "answer": "Write to help@shop.example, not to zoe@example.org.",
    "abstained": True,
    "passages": [{"path": "contact.md", "text": "Write to help@shop.example."}],
    "citations": [],
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(put_database(f"sqlite:///{tmp_path / 'peregrine.db'}"))


async def test_personal_data_is_masked(store: Store) -> None:
    keeper = Keeper(store, days=30)
    keeper.answered(f"{VISIT}1", RECORD)
    await keeper.close()
    (item,) = await store.reviews.waiting()
    kept = await store.reviews.record(item)
    assert item.question == kept["question"] == "I am at [email], when do you open?"
    assert kept["answer"] == "Write to help@shop.example, not to [email]."
    assert kept["history"][0]["content"] == "My card is [card]."
    assert "zoe@" not in str(await store.threads.get(f"{VISIT}1"))
    await store.close()


async def test_visits_are_forgotten_and_what_waits_is_not(store: Store) -> None:
    now = [0.0]
    keeper = Keeper(store, days=0, clock=lambda: now[0])
    thread = {"id": "s", "threadId": "staff", "type": "user_message", "output": "x"}
    await store.threads.save_step(thread, None)
    done, waits = [await store.requests.add("shop", {}) for _ in range(2)]
    await store.requests.finish(done.id, "olga")
    keeper.handed_off(f"{VISIT}1")
    await keeper.close()
    keeper.forget_old()
    await keeper.close()
    keeper.handed_off(f"{VISIT}1")
    keeper.forget_old()
    await keeper.close()
    assert await store.threads.get(f"{VISIT}1") is not None  # it is no hour since
    now[0] = 3600.0
    keeper.forget_old()
    await keeper.close()
    assert await store.threads.get(f"{VISIT}1") is None
    assert await store.threads.get("staff") is not None
    assert [kept.id for kept in await store.requests.waiting()] == [waits.id]
    assert await store.requests.done() == []
    await store.close()


async def test_visits_are_forgotten_though_nobody_asks_any_more(
    store: Store, service: ChatService
) -> None:
    step = {"id": "s", "threadId": f"{VISIT}1", "type": "assistant_message", "output": "x"}
    await store.threads.save_step(step, None)
    running = asyncio.create_task(_keep_ready(service, None, keeper := Keeper(store, days=0)))
    for _ in range(200):
        if await store.threads.get(f"{VISIT}1") is None:
            break
        await asyncio.sleep(0.05)
    running.cancel()
    await keeper.close()
    assert await store.threads.get(f"{VISIT}1") is None
    await store.close()


async def test_a_database_that_fails_is_told_in_the_log_only(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: Any) -> Any:
        raise StoreError("The database failed.")

    monkeypatch.setattr(store.threads, "save_step", fail)
    keeper = Keeper(store, days=30)
    keeper.handed_off(f"{VISIT}1")
    await keeper.close()
    assert "The database failed." in caplog.text
    await store.close()
