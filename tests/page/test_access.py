"""Who gets in, and from where."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from chatbot.errors import ConfigurationError, StoreError
from chatbot.page.access import (
    Guard,
    Mode,
    access_mode,
    check_host,
    is_local,
    may_enter,
    provide_secret,
)
from chatbot.settings import Settings, load_settings
from chatbot.store import Store


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    for name in list(os.environ):
        if name.startswith(("OAUTH_", "CHAINLIT_AUTH")):
            monkeypatch.delenv(name)
    yield load_settings(data=tmp_path / "data")
    os.environ.pop("CHAINLIT_AUTH_SECRET", None)


async def test_the_first_password_closes_the_page(desk: Settings) -> None:
    store = Store(desk.database_url)
    assert access_mode(desk) == "open"
    await store.users.add("sso", None)
    assert access_mode(desk) == "open"
    await store.users.add("ann", "correct horse")
    assert access_mode(desk) == "password"
    await store.close()


def test_single_sign_on_is_chosen_by_configuration(
    desk: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_ID", "id")
    assert access_mode(desk) == "open"  # half of it is not a configuration
    monkeypatch.setenv("OAUTH_GITHUB_CLIENT_SECRET", "secret")
    assert access_mode(desk) == "oauth"
    assert access_mode(desk.model_copy(update={"auth_header": "X-User"})) == "header"


def test_a_database_that_cannot_be_read_lets_nobody_in(desk: Settings, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(StoreError):
        access_mode(desk)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "desk.example.org", ""])
def test_an_open_page_does_not_listen_to_others(host: str) -> None:
    with pytest.raises(ConfigurationError, match="chatbot users add"):
        check_host(host, "open")
    for mode in ("password", "header", "oauth"):
        check_host(host, mode)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine_is_local(host: str) -> None:
    assert is_local(host)
    check_host(host, "open")


def test_serve_refuses_to_open_the_page_to_others(
    desk: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from chatbot.cli import main

    monkeypatch.setenv("CHATBOT_DATA", str(desk.data))
    assert main(["serve", "--host", "0.0.0.0", "--port", "0"]) == 1
    assert capsys.readouterr().err.startswith("No users are set up")


@pytest.mark.parametrize(
    ("name", "known", "domains", "enters"),
    [
        ("ann", True, (), True),
        ("ann", False, (), False),
        ("ann@example.org", False, ("Example.org",), True),
        ("ann@evil-example.org", False, ("example.org",), False),
        ("example.org", False, ("example.org",), False),
        ("ann@example.org@evil.org", False, ("example.org",), False),
        ("", False, ("example.org",), False),
    ],
)
def test_a_provider_alone_lets_nobody_in(
    name: str, known: bool, domains: tuple[str, ...], enters: bool
) -> None:
    assert may_enter(name, known, domains) == enters


def test_key_of_sessions_stays_and_is_private(desk: Settings) -> None:
    provide_secret(desk)
    key = os.environ.pop("CHAINLIT_AUTH_SECRET")
    file = desk.data / "session.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    provide_secret(desk)
    assert os.environ["CHAINLIT_AUTH_SECRET"] == key
    assert len(key) > 40


def client(settings: Settings, mode: Mode, address: str, host: str) -> TestClient:
    def name(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.headers.get("x-user", "nobody"))

    app = Guard(Starlette(routes=[Route("/", name)]), settings, mode)
    return TestClient(app, base_url=f"http://{host}", client=(address, 1234))


@pytest.mark.parametrize(
    ("address", "name"), [("10.0.0.1", "ann"), ("10.0.0.2", "nobody"), ("127.0.0.1", "nobody")]
)
def test_the_users_header_counts_from_a_trusted_proxy_only(
    desk: Settings, address: str, name: str
) -> None:
    settings = desk.model_copy(update={"auth_header": "X-User", "auth_proxies": ("10.0.0.1",)})
    page = client(settings, "header", address, "desk.example.org")
    assert page.get("/", headers={"x-USER": "ann"}).text == name


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:8000", 200), ("evil.example.org", 421)],
)
def test_an_open_page_answers_to_this_machines_names_only(
    desk: Settings, host: str, status: int
) -> None:
    assert client(desk, "open", "127.0.0.1", host).get("/").status_code == status
    assert client(desk, "password", "127.0.0.1", host).get("/").status_code == 200


def test_pages_load_nothing_from_other_hosts(desk: Settings) -> None:
    headers = client(desk, "open", "127.0.0.1", "localhost").get("/").headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
