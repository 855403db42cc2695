"""Signing in with OAuth: a whole server and a provider that the test plays."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.browser.driving import SCRIPTED, running
from tests.support.serving import free_port


class Provider(HTTPServer):
    """Gives a token for any code, and says that it is ``person``'s."""

    def __init__(self) -> None:
        self.person = ""
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        self.answer({"access_token": "token"})

    def do_GET(self) -> None:
        self.answer({"email": self.server.person})

    def answer(self, value: dict[str, str]) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def address(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("oauth")
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "us.md").write_text("# US\n\nWithin 45 days.\n")
    port = free_port()
    environment = {
        "CHATBOT_DATA": str(folder),
        "CHATBOT_KNOWLEDGE": str(Path(folder) / "knowledge"),
        "CHATBOT_INDEX": str(folder / "index"),
        "CHATBOT_OAUTH_DOMAINS": '["example.org"]',
        "OAUTH_GENERIC_CLIENT_ID": "id",
        "OAUTH_GENERIC_CLIENT_SECRET": "secret",
        "OAUTH_GENERIC_AUTH_URL": f"{provider.url}/authorize",
        "OAUTH_GENERIC_TOKEN_URL": f"{provider.url}/token",
        "OAUTH_GENERIC_USER_INFO_URL": f"{provider.url}/user",
        "OAUTH_GENERIC_SCOPES": "email",
    }
    with running([*SCRIPTED, str(port)], port, environment) as url:
        yield url


def sign_in(address: str, provider: Provider, person: str) -> httpx.Client:
    provider.person = person
    client = httpx.Client(base_url=address)
    to_provider = client.get("/auth/oauth/generic").headers["location"]
    assert to_provider.startswith(f"{provider.url}/authorize?")
    state = parse_qs(urlsplit(to_provider).query)["state"][0]
    client.get("/auth/oauth/generic/callback", params={"code": "code", "state": state})
    return client


def test_a_person_of_the_domain_comes_in(address: str, provider: Provider) -> None:
    client = sign_in(address, provider, "ann@example.org")
    user = client.get("/user").json()
    assert (user["identifier"], user["metadata"]) == (
        "ann@example.org",
        {"role": "agent", "groups": [], "mark": ""},
    )


@pytest.mark.parametrize("person", ["eve@example.com", "eve@evil-example.org", ""])
def test_others_stay_outside_though_the_provider_knows_them(
    address: str, provider: Provider, person: str
) -> None:
    assert sign_in(address, provider, person).get("/user").status_code == 401


def test_nobody_comes_in_without_the_provider(address: str, provider: Provider) -> None:
    with httpx.Client(base_url=address) as client:
        assert client.get("/user").status_code == 401
        forged = {"code": "code", "state": "made up"}
        client.get("/auth/oauth/generic/callback", params=forged)
        assert client.get("/user").status_code == 401
        login = {"username": "ann@example.org", "password": "correct horse"}
        assert client.post("/login", data=login).status_code == 400
