"""The line that says how fresh the knowledge is."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import chainlit as cl
import httpx
import pytest
from chainlit.auth import create_jwt
from starlette.applications import Starlette

from chatbot.page.knowledge import knowledge_state
from chatbot.page.who import session_user
from chatbot.service import ChatService
from chatbot.store import Store
from tests.support.database import put_database


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "x" * 64)
    url = f"sqlite:///{tmp_path / 'peregrine.db'}"
    store = Store(put_database(url, ("ann", "agent")))
    yield store
    await store.close()


async def asked(app: Starlette, store: Store, name: str, language: str = "en") -> dict[str, str]:
    known = await store.users.get(name)
    user = session_user(known) if known else cl.User(identifier=name)
    cookies = {"access_token": create_jwt(user)}
    transport = httpx.ASGITransport(app)
    headers = {"accept-language": language}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies=cookies, headers=headers
    ) as client:
        return dict((await client.get("/desk/knowledge")).json())


async def test_people_who_are_signed_in_are_told_how_many_documents_and_as_of_when(
    service: ChatService, store: Store
) -> None:
    app = Starlette(routes=[knowledge_state(service, store, "password")])
    told = await asked(app, store, "ann")
    assert told["text"] == "It knows 2 documents as of {when}. scripted answers."
    assert datetime.fromisoformat(told["at"]).tzinfo is not None
    assert (await asked(app, store, "ann", "de"))["text"].startswith("Wissensstand: 2 Dokumente")
    assert await asked(app, store, "nobody") == {"text": "", "at": "", "console": ""}


async def test_the_console_is_named_to_those_who_may_enter_it_where_there_is_one(
    service: ChatService, store: Store
) -> None:
    await store.users.add("olga", "correct horse", "owner")
    beside = Starlette(routes=[knowledge_state(service, store, "password", has_console=True)])
    assert (await asked(beside, store, "olga", "de"))["console"] == "Konsole"
    for name in ("ann", "nobody"):
        assert not (await asked(beside, store, name))["console"]
    alone = Starlette(routes=[knowledge_state(service, store, "password")])
    assert not (await asked(alone, store, "olga"))["console"]
