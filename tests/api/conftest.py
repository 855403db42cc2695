"""Fixtures: the API over a small service, and a client of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.api import create_api
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.api import GatedEngine, client_of
from tests.support.database import put_database
from tests.support.scripted import HashedEmbeddings, scripted_model


@pytest.fixture
def gated() -> GatedEngine:
    return GatedEngine("Customers in the US can return a product within 45 days of delivery.")


@pytest.fixture
def small(settings: Settings, tmp_path: Path) -> Settings:
    small = settings.model_copy(
        update={"data": tmp_path / "data", "answers_at_once": 1, "answers_waiting": 1}
    )
    put_database(small.database_url)
    return small


@pytest.fixture
def api(small: Settings, gated: GatedEngine) -> Any:
    service = ChatService(small, llm=scripted_model(gated), embeddings=HashedEmbeddings())
    service.warm_up()
    return create_api(small, service)


@pytest.fixture
async def client(api: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(api) as client:
        yield client
