"""``POST /check``: a person's reply against the folder."""

import asyncio
import json
import threading
from typing import Any

import httpx
import pytest

from chatbot.api import create_api
from chatbot.service import ChatService

JSON = {"Content-Type": "application/json"}


async def test_the_api_answers_with_the_sentences(shop: ChatService) -> None:
    api = create_api(shop.settings, shop)
    transport = httpx.ASGITransport(api, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        text = "Standard shipping takes 3 to 5 working days. Bananas are yellow."
        response = await client.post("/check", json={"text": text})
        assert response.status_code == 200
        good, bad = response.json()["sentences"]
        assert good["supported"] and good["citation"]["path"] == "shipping.md"
        assert not bad["supported"] and bad["reason"] and "citation" not in bad
        assert (await client.post("/check", json={"text": " "})).status_code == 422
        half = await client.post("/check", content='{"text": "half \\ud800"}', headers=JSON)
        assert half.status_code == 422


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (b'{"text": "\xff\xfe"}', JSON, "UTF-8"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", JSON, "within each other"),
        (b'{"text": ' + b"9" * 100_000 + b"}", JSON, "digits"),
        (b'{"text": "a"}', {}, "Content-Type: application/json"),
        (b'{"text": "a"}', {"Content-Type": "text/plain"}, "Content-Type: application/json"),
        (b'["a"]', JSON, "JSON object"),
    ],
)
async def test_what_is_wrong_with_a_body_is_told(
    shop: ChatService, body: bytes, headers: dict[str, str], told: str
) -> None:
    transport = httpx.ASGITransport(create_api(shop.settings, shop), client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        response = await client.post("/check", content=body, headers=headers)
    assert response.status_code in (400, 422)
    assert told in response.json()["detail"]


async def test_a_check_ends_when_its_client_goes(
    shop: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the sentence that it is at: the next client's check need not wait for the others."""
    embeddings = shop.models.embeddings()
    at_work, go_on, asked = threading.Event(), threading.Event(), list[str]()

    def embed(text: str) -> list[float]:
        asked.append(text)
        at_work.set()
        assert go_on.wait(60)
        return [1.0] + [0.0] * 255

    monkeypatch.setattr(embeddings, "embed_query", embed)
    api = create_api(shop.settings, shop)
    body = json.dumps({"text": "\n\n".join(f"It costs {n} EUR." for n in range(50))}).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.to_thread(at_work.wait, 60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None: ...

    scope = {
        "type": "http", "method": "POST", "path": "/check", "raw_path": b"/check",
        "query_string": b"", "client": ("127.0.0.1", 1234), "server": ("127.0.0.1", 80),
        "scheme": "http", "http_version": "1.1",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
    }  # fmt: skip
    await asyncio.wait_for(api(scope, receive, send), 60)  # though the thread is at a sentence
    assert api.state.parts.embedding.serving == 0
    go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert len(set(asked)) <= 2  # the statement and its sentence
