"""Hosted models over real HTTP, against a llama.cpp server that runs the small bundled model."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from chatbot.errors import ConfigurationError, GenerationError, ModelUnavailableError
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.engines.hosted import Failure, HostedChatModel
from chatbot.llm.factory import load_chat_model
from chatbot.settings import load_settings
from tests.support import ROOT
from tests.support.serving import LLAMA_SERVER, free_port

KEY = "a-key-of-this-test"
# Only "did not answer in time" is about time; elsewhere a loaded machine may take its own.
pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]
PATIENT = {"server_retries": 0, "server_timeout": 240}


def start_server(port: int) -> "subprocess.Popen[bytes]":
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, *LLAMA_SERVER, str(port), KEY], cwd=ROOT, **quiet)  # type: ignore[call-overload, no-any-return]


def healthy(port: int) -> bool:
    try:
        return bool(urlopen(f"http://127.0.0.1:{port}/health", timeout=5).status == 200)
    except (HTTPError, OSError):
        return False


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    process = start_server(port)
    deadline = time.monotonic() + 300
    while not healthy(port):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.2)
    yield port
    process.kill()
    process.wait()


def hosted(name: str, url: str, key: str = KEY, **options: object) -> HostedChatModel:
    given: dict[str, object] = {"openai_base_url": url, "openai_model": "any"}
    if name == "hf":
        given = {"hf_model": url}
    secret = {"openai": "openai_api_key", "hf": "hf_token"}[name]
    settings = load_settings(**given, **{secret: key}, **(PATIENT | options))
    model = load_chat_model(load_catalogue(settings.models).llm[name], settings)
    assert isinstance(model, HostedChatModel)
    model.pause = 0.05
    return model


@pytest.mark.parametrize("name", ["openai", "hf"])
async def test_streams_with_usage(port: int, name: str) -> None:
    model = hosted(name, f"http://127.0.0.1:{port}/v1", answer_tokens=12)
    chunks = [chunk async for chunk in model.astream("Count from one to ten.")]
    assert sum(bool(chunk.text) for chunk in chunks) > 3
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.usage_metadata is not None
    assert 0 < whole.usage_metadata["output_tokens"] <= 12
    assert model.invoke("Count from one to ten.").text == whole.text


@pytest.mark.parametrize("name", ["openai", "hf"])
def test_honours_stop_strings(port: int, name: str) -> None:
    model = hosted(name, f"http://127.0.0.1:{port}/v1", answer_tokens=12)
    whole = model.invoke("Count from one to ten.").text
    word = whole.split()[2]
    assert word not in model.invoke("Count from one to ten.", stop=[word]).text


class Server(BaseChatModel):
    """Writes ``pieces``, whatever it is told to stop at."""

    pieces: list[str]
    told: list[list[str] | None]

    @property
    def _llm_type(self) -> str:
        return "server"

    def _stream(
        self, messages: Any, stop: Any = None, run_manager: Any = None, **_: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.told.append(stop)
        for piece in self.pieces:
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))

    def _generate(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("pieces", "stop", "text"),
    [
        (["One", "\n", "[1", "] two"], ["1.", "2.", "3.", "4.", "\n[1]", "\n#"], "One"),
        (["One", "\n", "two\n"], ["1.", "2.", "3.", "4.", "\n[1]", "\n#"], "One\ntwo\n"),
        (["One", " EN", "D"], ["END"], "One "),  # some leave what they stopped at
        (["One"], None, "One"),
    ],
)
async def test_a_server_is_told_of_four_stop_strings_and_the_others_are_cut(
    pieces: list[str], stop: list[str] | None, text: str
) -> None:
    server = Server(pieces=pieces, told=[])
    model = HostedChatModel(
        inner=server, failure_of=lambda _: Failure(), model_name="m", place="here", context=100
    )
    assert model.invoke("Count.", stop=stop).text == text
    chunks = [chunk async for chunk in model.astream("Count.", stop=stop)]
    assert "".join(str(chunk.text) for chunk in chunks) == text
    assert server.told == [stop and stop[:4]] * 2


@pytest.mark.parametrize("name", ["openai", "hf"])
def test_a_wrong_key_gets_a_sentence(port: int, name: str) -> None:
    model = hosted(name, f"http://127.0.0.1:{port}/v1", key="wrong")
    with pytest.raises(ModelUnavailableError, match="refuses the key"):
        model.invoke("Hello")


@pytest.mark.parametrize("name", ["openai", "hf"])
def test_a_wrong_address_gets_a_sentence(port: int, name: str) -> None:
    model = hosted(name, f"http://127.0.0.1:{port}/nowhere/v1")
    with pytest.raises(ModelUnavailableError, match="check its name and the address"):
        model.invoke("Hello")


@pytest.mark.parametrize("name", ["openai", "hf"])
async def test_a_server_that_is_gone_gets_a_sentence_after_the_retries(name: str) -> None:
    model = hosted(name, f"http://127.0.0.1:{free_port()}/v1", server_retries=2)
    with pytest.raises(GenerationError, match="check that the server is running"):
        await model.ainvoke("Hello")


@pytest.mark.parametrize("name", ["openai", "hf"])
async def test_a_server_that_says_nothing_gets_a_sentence(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(GenerationError, match="did not answer in time"):
            await hosted(name, url, server_timeout=1).ainvoke("Hello")


async def test_a_server_that_starts_late_is_waited_for_and_its_end_is_told() -> None:
    port = free_port()
    model = hosted("openai", f"http://127.0.0.1:{port}/v1", server_retries=10, answer_tokens=400)
    model.pause = 0.5
    process = start_server(port)
    try:
        with pytest.raises(GenerationError, match=r"running|failed"):
            async with aclosing(model.astream("Tell me a very long story.")) as chunks:  # type: ignore[type-var]
                count = 0
                async for chunk in chunks:
                    count += bool(chunk.text)
                    if count == 3:
                        process.kill()
        assert count >= 3
    finally:
        process.kill()
        process.wait()


async def test_leaving_the_answer_closes_the_connection(port: int) -> None:
    """The server stops writing for a reader who left; both of its slots are free again."""
    model = hosted("openai", f"http://127.0.0.1:{port}/v1", answer_tokens=3000)
    for _ in range(4):
        async with aclosing(model.astream("Tell me a very long story.")) as chunks:  # type: ignore[type-var]
            await anext(chunks)
    model.max_tokens = 3
    async with asyncio.timeout(240):
        await model.ainvoke("Hello")


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("openai", {}, "CHATBOT_OPENAI_MODEL"),
        ("openai", {"openai_model": "gpt"}, "no key for OpenAI"),
        ("hf", {}, "CHATBOT_HF_MODEL"),
        ("hf", {"hf_model": "org/model"}, "CHATBOT_HF_TOKEN"),
    ],
)
def test_what_is_missing_is_named(name: str, given: dict[str, str], says: str) -> None:
    settings = load_settings(**given)
    with pytest.raises(ConfigurationError, match=says):
        load_chat_model(load_catalogue(settings.models).llm[name], settings)
