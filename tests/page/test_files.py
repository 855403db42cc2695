"""Kept files of a reopened conversation, over HTTP: for their owner only."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from chainlit.auth import create_jwt
from chainlit.user import User
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chatbot.page.data_layer import element_address
from chatbot.page.files import kept_files
from chatbot.store import Store
from tests.support.database import put_database

ADDRESS = element_address("t", "e")


async def fill(url: str) -> None:
    store = Store(put_database(url))
    for name in ("ann", "olga"):
        await store.users.add(name, None)
    owner = await store.users.get("ann")
    assert owner
    element = {"id": "e", "threadId": "t", "name": "handoff.md"}
    await store.threads.save_element(element, b"Packet", owner.id)
    await store.close()


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("CHAINLIT_AUTH_SECRET", "s" * 48)
    monkeypatch.setenv("CHAINLIT_CUSTOM_AUTH", "true")  # somebody has to sign in
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    asyncio.run(fill(url))
    with TestClient(Starlette(routes=[kept_files(Store(url))])) as client:
        yield client


def sign_in(client: TestClient, name: str) -> None:
    client.cookies.set("access_token", create_jwt(User(identifier=name)))


def test_the_owner_gets_a_download(client: TestClient) -> None:
    sign_in(client, "ann")
    response = client.get(ADDRESS)
    assert (response.status_code, response.content) == (200, b"Packet")
    assert response.headers["content-disposition"] == "attachment"
    assert "sandbox" in response.headers["content-security-policy"]


def test_nobody_else_gets_it(client: TestClient) -> None:
    assert client.get(ADDRESS).status_code == 401
    sign_in(client, "olga")
    assert client.get(ADDRESS).status_code == 404
    sign_in(client, "ann")
    assert client.get(element_address("t", "other")).status_code == 404
