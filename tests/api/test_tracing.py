"""Spans for a collector."""

import asyncio
import gzip

from chatbot.api import create_api
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.api import client_of
from tests.support.scripted import US, HashedEmbeddings, ScriptedEngine, scripted_model


async def test_spans_go_to_the_collector_without_conversations(small: Settings) -> None:
    received: list[bytes] = []

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        received.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    collector = await asyncio.start_server(collect, "127.0.0.1", 0)
    port = collector.sockets[0].getsockname()[1]
    chosen = small.model_copy(update={"otel_endpoint": f"http://127.0.0.1:{port}/v1/traces"})
    engine = ScriptedEngine("Customers in the US can return a product within 45 days.")
    service = ChatService(chosen, llm=scripted_model(engine), embeddings=HashedEmbeddings())
    api = create_api(chosen, service)
    async with collector, api.router.lifespan_context(api), client_of(api) as client:
        sent = {"X-Request-ID": "traced-1"}
        await client.post("/predict", json={"question": US}, headers=sent)
    spans = gzip.decompress(received[0]) if received[0][:2] == b"\x1f\x8b" else received[0]
    assert b"/predict" in spans
    assert b"traced-1" in spans
    assert b"return a product" not in spans
