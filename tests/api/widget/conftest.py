"""Fixtures: a key of the widget for one website, and what a page of it sends."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.api import client_of
from tests.support.widget import SITE, Site


@pytest.fixture
async def store(small: Settings) -> AsyncIterator[Store]:
    store = Store(small.database_url)
    yield store
    await store.close()


@pytest.fixture
async def key(store: Store) -> str:
    return (await store.widget_keys.add("shop", [SITE])).id


@pytest.fixture
async def site(api: Any, key: str) -> AsyncIterator[Site]:
    async with client_of(api, host="203.0.113.7") as client:
        yield Site(client, key)
        await api.state.parts.keeper.close()
