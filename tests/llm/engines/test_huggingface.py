"""The client of Hugging Face's API over real HTTP, against a server that says the same words."""

import asyncio
import gc
import json
import threading
from collections.abc import Iterator
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.engines.hosted import HostedChatModel
from chatbot.llm.factory import load_chat_model
from chatbot.settings import load_settings

WORDS = ["It ", "takes ", "5 ", "days."]


class Endpoint(BaseHTTPRequestHandler):
    """Streams ``WORDS``, as an OpenAI-compatible server does."""

    disable_nagle_algorithm = True  # a delayed answer takes 40 ms

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in WORDS:
            choice = {"index": 0, "delta": {"role": "assistant", "content": word}}
            chunk = {"id": "1", "created": 1, "model": "any", "choices": [choice]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def model() -> Iterator[HostedChatModel]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = load_settings(hf_model=f"http://127.0.0.1:{server.server_port}", hf_token="any")
    loaded = load_chat_model(load_catalogue(settings.models).llm["hf"], settings)
    assert isinstance(loaded, HostedChatModel)
    yield loaded
    server.shutdown()
    server.server_close()


def kept_responses() -> int:
    gc.collect()
    return sum(isinstance(each, httpx.Response) for each in gc.get_objects())


def test_no_response_is_kept_once_it_was_read(model: HostedChatModel) -> None:
    async def ask() -> None:
        for _ in range(3):
            assert "".join([str(chunk.text) async for chunk in model.astream("How long?")]) == (
                "It takes 5 days."
            )
        async with aclosing(model.astream("How long?")) as chunks:  # type: ignore[type-var]
            async for chunk in chunks:
                assert chunk.text == "It "
                break

    before = kept_responses()
    asyncio.run(ask())
    for _ in range(3):
        assert "".join(str(chunk.text) for chunk in model.stream("How long?")) == "It takes 5 days."
    assert kept_responses() == before
