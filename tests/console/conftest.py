"""The console over a scripted service, and who is signed in to it."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from chainlit.auth import create_jwt

from chatbot.console import create_console
from chatbot.page.access import provide_secret
from chatbot.page.who import session_user
from chatbot.service import ChatService
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.database import put_database

PEOPLE = (("ann", "agent"), ("olga", "owner"), ("adam", "admin"))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    kept = {name: os.environ.pop(name) for name in list(os.environ) if _signs_in(name)}
    desk = settings.model_copy(update={"data": tmp_path / "data", "max_file_mb": 1})
    provide_secret(desk)
    yield desk
    os.environ.pop("CHAINLIT_AUTH_SECRET", None)
    os.environ.update(kept)


def _signs_in(name: str) -> bool:
    return name.startswith(("OAUTH_", "CHAINLIT_AUTH"))


@pytest.fixture
async def store(desk: Settings) -> AsyncIterator[Store]:
    store = Store(put_database(desk.database_url))
    yield store
    await store.close()


@pytest.fixture
async def console(desk: Settings, service: ChatService, store: Store) -> Any:
    put_database(desk.database_url, *PEOPLE)  # before the store opens it
    return create_console(desk, service, store)


@asynccontextmanager
async def signed_in(
    console: Any, name: str = "", store: Store | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    user = await store.users.get(name) if store else None
    cookies = {"access_token": create_jwt(session_user(user))} if user else {}
    transport = httpx.ASGITransport(console, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies=cookies
    ) as client:
        yield client


@pytest.fixture
async def olga(console: Any, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(console, "olga", store) as client:
        yield client


@pytest.fixture
async def adam(console: Any, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(console, "adam", store) as client:
        yield client
