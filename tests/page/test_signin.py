"""Signing in, being paused, and being removed while signed in."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import chainlit as cl
import httpx
import pytest
from chainlit.auth import create_jwt
from chainlit.config import config
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from chatbot.page.access import Guard, client_address, provide_secret
from chatbot.page.ended import EndedSessions
from chatbot.page.interface import interface_words, with_own_words
from chatbot.page.signin import SignIn
from chatbot.page.texts import TEXTS, about
from chatbot.page.who import session_user
from chatbot.settings import Settings, load_settings
from chatbot.store import Store
from tests.support import ROOT
from tests.support.database import put_database

PASSWORD = "correct horse"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Settings]:
    settings = load_settings(data=tmp_path / "data")
    provide_secret(settings)
    yield settings
    os.environ.pop("CHAINLIT_AUTH_SECRET", None)


@pytest.fixture
async def store(desk: Settings) -> AsyncIterator[Store]:
    store = Store(put_database(desk.database_url, ("ann", "agent")))
    yield store
    await store.close()


async def test_five_wrong_tries_are_logged_and_make_a_pause(desk: Settings, store: Store) -> None:
    signing_in = SignIn(store, desk, "password")
    client_address.set("192.0.2.1")
    for _ in range(5):
        assert await signing_in.by_password("ann", "wrong") is None
    with pytest.raises(HTTPException) as paused:
        await signing_in.by_password("ann", PASSWORD)
    assert paused.value.status_code == 429
    assert await signing_in.by_password("my secret words", "x") is None
    client_address.set("192.0.2.2")
    user = await signing_in.by_password("ann", PASSWORD)
    assert user is not None and user.identifier == "ann"
    said = [(e.who, e.action, e.target) for e in await store.audit.newest(7)]
    assert said[0] == ("192.0.2.1", "signin.failed", "?")  # it may be a password
    assert said[1] == ("192.0.2.1", "signin.paused", "192.0.2.1")
    assert said[2:] == [("192.0.2.1", "signin.failed", "ann")] * 5


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::7", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("x", "x"),
    ],
)
def test_tries_are_counted_by_network(desk: Settings, host: str, counted: str) -> None:
    async def address(_: Request) -> PlainTextResponse:
        return PlainTextResponse(client_address.get())

    app = Guard(Starlette(routes=[Route("/", address)]), desk, "password")
    assert TestClient(app, client=(host, 1)).get("/").text == counted


@pytest.fixture
async def page(desk: Settings, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    routes = [interface_words(), Route("/{path:path}", answer)]
    app = EndedSessions(Starlette(routes=routes), store, desk, "password")
    cookies = {"access_token": create_jwt(cl.User(identifier="max"))}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies=cookies
    ) as client:
        yield client


@pytest.mark.parametrize("path", ["/user", "/project/threads", "/desk/model", "/ws/socket.io/"])
async def test_a_removed_persons_session_ends_with_the_next_request(
    page: httpx.AsyncClient, path: str
) -> None:
    ended = await page.get(path, headers={"Accept-Language": "de-CH"})
    assert ended.status_code == 401
    assert "wurde entfernt" in ended.json()["detail"]
    cookies = ended.headers.get_list("set-cookie")
    assert any(cookie.startswith('access_token=""') for cookie in cookies)
    assert any(cookie.startswith("ended=removed") for cookie in cookies)  # the next page says why


async def test_a_session_goes_on_until_there_is_another_password(
    store: Store, page: httpx.AsyncClient
) -> None:
    session = create_jwt(session_user(await store.users.add("max", PASSWORD)))
    page.cookies.set("access_token", session)
    assert (await page.get("/user")).text == "here"
    await store.users.change("max", password=f"{PASSWORD} again")
    over = await page.get("/user")
    assert (over.status_code, over.cookies["ended"]) == (401, "reset")
    assert "password was changed" in over.json()["detail"]


@pytest.mark.parametrize(
    ("named", "status"), [({"X-User": "max"}, 200), ({"X-User": "ann"}, 401), ({}, 401)]
)
async def test_whom_the_proxy_does_not_name_any_more_is_out(
    desk: Settings, store: Store, named: dict[str, str], status: int
) -> None:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    settings = desk.model_copy(update={"auth_header": "X-User"})
    app = EndedSessions(Starlette(routes=[Route("/user", answer)]), store, settings, "header")
    page = TestClient(app, cookies={"access_token": create_jwt(cl.User(identifier="max"))})
    found = page.get("/user", headers=named)
    assert found.status_code == status
    if status == 401:
        assert "Somebody else" in found.json()["detail"]
        assert 'access_token=""' in found.headers["set-cookie"]  # the page asks who it is


async def test_signing_in_needs_no_user(page: httpx.AsyncClient) -> None:
    for path in ("/login", "/public/page.js", "/project/settings"):
        assert (await page.get(path)).text == "here"


@pytest.mark.parametrize("language", TEXTS.by_language)
async def test_the_sign_in_form_asks_for_a_name(page: httpx.AsyncClient, language: str) -> None:
    asked = await page.get("/project/translations", params={"language": f"{language}-XX"})
    login = asked.json()["translation"]["auth"]["login"]
    assert login["form"]["email"]["label"] == TEXTS.by_language[language]["sign_in_name"]
    assert login["errors"]["Unauthorized"] == TEXTS.by_language[language]["sign_in_wrong"]
    assert login["errors"]["Too Many Requests"] == TEXTS.by_language[language]["sign_in_paused"]
    assert login["form"]["password"]["label"]
    assert (
        asked.json()["translation"]["peregrine"]["edit"] == TEXTS.by_language[language]["name_edit"]
    )


@pytest.mark.parametrize("language", TEXTS.by_language)
async def test_the_page_calls_conversations_by_one_name(
    page: httpx.AsyncClient, language: str
) -> None:
    asked = await page.get("/project/translations", params={"language": f"{language}-XX"})
    shown = asked.json()["translation"]
    assert shown["chat"]["input"]["placeholder"] == TEXTS.by_language[language]["page_box"]
    # The help speaks of the tools as their button does.
    tools = shown["chat"]["commands"]["button"]
    assert f"**{tools}.**" in (about(str(ROOT), language) or "")
    history = shown["threadHistory"]
    assert history["sidebar"]["empty"] == TEXTS.by_language[language]["page_no_threads"]
    assert history["sidebar"]["filters"]["search"]  # Chainlit's own stay
    actions = [history["thread"]["actions"][name] for name in ("rename", "delete")]
    assert not re.search(r"\bthreads?\b", str(actions), re.IGNORECASE)


async def test_a_language_that_is_none_gets_english(page: httpx.AsyncClient) -> None:
    asked = await page.get("/project/translations", params={"language": "../../etc"})
    english = with_own_words(config.load_translation("en-US"), "en")
    assert asked.json()["translation"] == english
