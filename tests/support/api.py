"""The API without a socket: its clients, keys, and a model that answers when it is let."""

import threading
from collections.abc import AsyncIterator, Iterator, Sequence
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
