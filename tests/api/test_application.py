"""The API with a scripted model: bad requests, a full line, failures, draining, a newer index."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatbot.api import create_api
from chatbot.api.application import _Beside
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.api import ASK, GatedEngine, client_of, leave
from tests.support.scripted import US, HashedEmbeddings, ScriptedEngine, scripted_model


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"question": 1}',
        b'{"question": "\\ud800"}',
        b"[" * 9000,
        b'{"question": "a", "history": [{"role": "root", "content": "x"}]}',
        b'{"\\udfff": 1}',
    ],
)
async def test_malformed_bodies_are_refused(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/predict", "/v1/chat/completions", "/v1/embeddings"):
        response = await client.post(path, content=body, headers=headers)
        assert response.status_code in (400, 422)
        assert response.json()


async def test_a_body_that_is_no_json_is_told_where_it_ends(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    for body, why in ((b'{"question": "hi', "Unterminated"), (b"{} x", "Extra data")):
        for path in ("/predict", "/v1/chat/completions"):
            told = (await client.post(path, content=body, headers=headers)).json()
            said = told["error"]["message"] if "error" in told else told["detail"]
            assert said.startswith(f"The body is no JSON: {why}")


async def test_unknown_addresses_and_methods_are_errors(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/nothing")).json()["error"]["code"] == "not_found"
    assert (await client.get("/predict")).status_code == 405


@pytest.mark.parametrize(
    ("path", "whose"),
    [
        *((path, "api") for path in ("/readyz", "/readyz/", "/metrics/", "/predict/", "/mcp/")),
        *((path, "api") for path in ("/v1", "/v1/models", "/widget/peregrine.js", "/docs/")),
        *((path, "console") for path in ("/console", "/console/", "/console/review")),
        *((path, "page") for path in ("/", "/thread/1", "/readyzz", "/v1x", "/consoles")),
    ],
)
def test_an_address_with_a_slash_more_is_the_same(path: str, whose: str) -> None:
    """The page answers 200 to whatever it does not know: a probe would never fail."""
    apps: dict[str, Any] = {"page": object(), "api": object(), "console": object()}
    beside = _Beside(apps["page"], apps["api"], apps["console"])
    assert beside._of({"type": "http", "path": path}) is apps[whose]
    assert beside._of({"type": "websocket", "path": path}) is apps["page"]


async def test_answers_that_hold_threads_leave_others_theirs(service: ChatService) -> None:
    api, ends = create_api(service.settings, service), threading.Event()
    async with api.router.lifespan_context(api):
        held = [asyncio.create_task(asyncio.to_thread(ends.wait, 20)) for _ in range(40)]
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "here"), 10) == "here"
        ends.set()
        await asyncio.gather(*held)


async def test_above_the_line_is_429_with_retry_after(
    client: httpx.AsyncClient, gated: GatedEngine
) -> None:
    gated.gate.clear()
    first = asyncio.create_task(client.post("/predict", json={"question": US}))
    await asyncio.to_thread(gated.asked.acquire)
    second = asyncio.create_task(client.post("/v1/chat/completions", json=ASK))
    await asyncio.sleep(0.1)
    for path, body in (("/predict", {"question": US}), ("/v1/chat/completions", ASK)):
        refused = await client.post(path, json=body)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
    ready = (await client.get("/readyz")).json()
    assert (ready["serving"], ready["waiting"]) == (1, 1)
    gated.gate.set()
    assert [(await task).status_code for task in (first, second)] == [200, 200]


async def test_a_failing_model_is_503_and_recovers(
    client: httpx.AsyncClient, gated: GatedEngine
) -> None:
    gated.broken = True
    for body in (ASK, ASK | {"stream": True}):
        failed = await client.post("/v1/chat/completions", json=body)
        assert failed.status_code == 503
        assert failed.headers["Retry-After"]
        assert "cannot be reached" in failed.json()["error"]["message"]
    gated.broken = False
    assert (await client.post("/v1/chat/completions", json=ASK)).status_code == 200


async def test_a_client_that_leaves_stops_the_model(api: Any, gated: GatedEngine) -> None:
    """Before the first piece and for a whole answer; a stream's end is tested over TCP."""
    gated.gate.clear()
    for path, value in (
        ("/predict", {"question": US}),
        ("/v1/chat/completions", ASK | {"stream": True}),
    ):
        gated.cancelled.clear()
        await leave(api, path, value, asyncio.to_thread(gated.asked.acquire))
        assert await asyncio.to_thread(gated.cancelled.wait, 5)
        assert api.state.parts.service.line.serving == 0


async def test_a_client_that_leaves_gives_its_place_before_the_embeddings_up(api: Any) -> None:
    line = api.state.parts.embedding

    def wait() -> None:
        while not len(line):
            time.sleep(0.01)

    async with line.turn():
        body = {"model": "peregrine-embeddings", "input": "a"}
        await leave(api, "/v1/embeddings", body, asyncio.to_thread(wait))
        assert len(line) == 0


async def test_texts_that_are_embedded_keep_their_place_when_the_client_leaves(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their thread cannot be stopped: clients that give up and ask again would pile them up."""
    line, models = api.state.parts.embedding, api.state.parts.service.models
    begun, gate, served = threading.Event(), threading.Event(), list[int]()

    def embed(texts: list[str], as_queries: bool) -> tuple[list[list[float]], int]:
        begun.set()
        gate.wait(10)
        served.append(line.serving)
        return [[1.0]], 1

    monkeypatch.setattr(type(models), "embed", lambda _, *given: embed(*given))
    body = {"model": "peregrine-embeddings", "input": "a"}
    gone = asyncio.create_task(leave(api, "/v1/embeddings", body, asyncio.to_thread(begun.wait)))
    await asyncio.to_thread(begun.wait, 10)
    assert not (await asyncio.wait([gone], timeout=0.2))[0]
    gate.set()
    await gone
    assert (served, line.serving) == ([1], 0)


async def test_a_large_body_is_413_with_or_without_a_length(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    for content in (b" " * 2_000_000, pieces()):
        headers = {"Content-Type": "application/json"}
        response = await client.post("/v1/chat/completions", content=content, headers=headers)
        assert response.status_code == 413
        assert response.json()["error"]["code"] == "request_too_large"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_monitors_may_ask_without_a_body(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.head(path)).status_code == (await client.get(path)).status_code != 405


async def test_request_ids_come_back(client: httpx.AsyncClient) -> None:
    given = await client.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert given.headers["X-Request-ID"] == "abc-1"
    made = await client.get("/healthz", headers={"X-Request-ID": "no spaces please\x7f"})
    assert len(made.headers["X-Request-ID"]) == 32


async def test_while_draining_answers_end_and_new_requests_are_refused(
    api: Any, client: httpx.AsyncClient, gated: GatedEngine
) -> None:
    drain = api.state.parts.drain
    gated.gate.clear()
    under_way = asyncio.create_task(client.post("/predict", json={"question": US}))
    await asyncio.to_thread(gated.asked.acquire)
    finishing = asyncio.create_task(drain.finish(0, 30, lambda: False))
    await asyncio.sleep(0.05)
    assert (await client.get("/readyz")).status_code == 503
    refused = await client.post("/v1/chat/completions", json=ASK)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "stopping"
    assert not finishing.done()
    gated.gate.set()
    assert (await under_way).status_code == 200
    assert await asyncio.wait_for(finishing, 5)


async def test_a_new_index_generation_is_taken_up(
    api: Any, client: httpx.AsyncClient, small: Settings, knowledge: Path
) -> None:
    assert (await client.get("/readyz")).json()["index"] == "g00000001"
    (knowledge / "uk.md").write_text("# UK returns\n\nCustomers in the UK have 60 days.\n")
    other = ChatService(small, llm=scripted_model(ScriptedEngine()), embeddings=HashedEmbeddings())
    await asyncio.to_thread(other.update_index)  # as another process does
    await client.post("/predict", json={"question": US})
    assert (await client.get("/readyz")).json()["index"] == "g00000002"
    hidden = small.index.rename(small.index.with_name("hidden"))
    assert (await client.post("/predict", json={"question": US})).status_code == 200
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert "is gone" in ready.json()["status"]
    hidden.rename(small.index)
    api.state.parts.service.refresh()
    assert (await client.get("/readyz")).json()["status"] == "ready"


async def test_questions_wait_for_the_first_index_and_are_told_so_where_it_takes_long(
    small: Settings, gated: GatedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SlowEmbeddings(HashedEmbeddings):
        gate, begun = threading.Event(), threading.Event()

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            self.begun.set()
            self.gate.wait(10)
            return super().embed_documents(texts)

    service = ChatService(small, llm=scripted_model(gated), embeddings=SlowEmbeddings())
    api = create_api(small, service)
    async with client_of(api) as client:
        starting = asyncio.create_task(asyncio.to_thread(service.warm_up))
        await asyncio.to_thread(SlowEmbeddings.begun.wait, 10)
        with monkeypatch.context() as patched:
            patched.setattr("chatbot.service.live.FIRST_BUILD", 0.01)
            early = await client.post("/predict", json={"question": US})
        assert early.status_code == 503
        assert "being built for the first time" in early.json()["detail"]
        assert (await client.get("/readyz")).status_code == 503
        waiting = asyncio.create_task(client.post("/predict", json={"question": US}))
        assert not (await asyncio.wait([waiting], timeout=0.2))[0]
        SlowEmbeddings.gate.set()
        await starting
        assert (await waiting).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions/", ASK),
        ("/v1/embeddings/", {"model": "peregrine-embeddings", "input": "a"}),
        ("/predict/", {"question": US, "history": None}),
        ("/check//", {"text": "Customers in the US have 45 days.", "question": None}),
    ],
)
async def test_a_slash_more_sends_nobody_elsewhere(
    client: httpx.AsyncClient, path: str, body: Any
) -> None:
    """Programs that are sent elsewhere ask without a body, or not at all."""
    assert (await client.post(path, json=body)).status_code == 200
    assert (await client.get("/v1/models/")).status_code == 200
    assert (await client.get("/docs/assets")).status_code == 404
