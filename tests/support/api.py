"""The API without a socket: its clients, keys, and a model that answers when it is let."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chatbot.errors import GenerationError
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support.scripted import US, ScriptedEngine

ASK = {"model": "peregrine", "messages": [{"role": "user", "content": US}]}


class GatedEngine(ScriptedEngine):
    """Answers once ``gate`` is open; says so by ``asked``; fails while ``broken``."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.gate, self.asked = threading.Event(), threading.Semaphore(0)
        self.gate.set()
        self.broken = False

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.asked.release()
        if self.broken:
            raise GenerationError("The model cannot be reached; check that the server is running.")
        for piece in super().stream(request, cancel):
            while not self.gate.wait(0.01) and not cancel.is_set():
                pass
            yield piece


@asynccontextmanager
async def client_of(api: Any, host: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(api, client=(host, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
    await api.state.parts.store.close()


async def leave(api: Any, path: str, body: Any, begun: Awaitable[Any]) -> None:
    """Send ``body`` as JSON, go away once ``begun`` is, and wait until the request has ended."""
    left = asyncio.Event()
    sent = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None: ...

    accept = (b"accept", b"application/json, text/event-stream")
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), accept],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    task = asyncio.create_task(api(scope, receive, send))
    await begun
    left.set()
    await asyncio.wait_for(task, 5)


async def add_key(
    settings: Settings,
    name: str,
    per_minute: int | None = None,
    groups: Sequence[str] | None = None,
) -> dict[str, str]:
    store = Store(settings.database_url)
    given = {} if groups is None else {"groups": groups}
    _, text = await store.keys.add(name, per_minute, **given)
    await store.close()
    return {"Authorization": f"Bearer {text}"}
