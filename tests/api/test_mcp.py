"""MCP with the official client: over stdio and over HTTP, with a scripted model."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.memory import create_connected_server_and_client_session

from chatbot.api.application import create_api
from chatbot.api.mcp import build_server
from chatbot.service import ChatService
from chatbot.service.waiting import WaitingLine
from chatbot.settings import Settings
from chatbot.store import Store
from tests.support import ROOT
from tests.support.api import GatedEngine, leave

TOOLS = ["search", "ask", "check", "get_document"]
US = "Customers in the US can return a product within 45 days of delivery."
ADDRESS = "https://help.acme.example/returns/us"


@pytest.fixture
def addressed(knowledge: Path) -> Path:
    """The knowledge folder, where a document says where its original is."""
    us = knowledge / "us.md"
    us.write_text(f"---\naddress: {ADDRESS}\n---\n{us.read_text()}")
    return knowledge


@asynccontextmanager
async def session(service: ChatService) -> AsyncIterator[ClientSession]:
    server = build_server(service, WaitingLine(1, 4))
    async with create_connected_server_and_client_session(server) as client:
        yield client


async def test_the_tools_are_listed_with_their_schemas(service: ChatService) -> None:
    async with session(service) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == TOOLS
    assert tools[0].inputSchema["required"] == ["query"]
    assert all(tool.annotations and tool.annotations.readOnlyHint for tool in tools)


async def test_answers_come_with_citations_that_lead_to_the_original(
    addressed: Path, service: ChatService
) -> None:
    async with session(service) as client:
        said = await client.call_tool("ask", {"question": "How long can US customers return?"})
    answer = said.structuredContent
    assert answer and not said.isError and answer["answer"] == US
    (citation,) = answer["citations"]
    assert (citation["path"], citation["address"]) == ("us.md", ADDRESS)
    assert answer["passages"][0]["address"] in (ADDRESS, "")


async def test_search_check_and_documents(addressed: Path, service: ChatService) -> None:
    async with session(service) as client:
        found = await client.call_tool("search", {"query": "US returns", "k": 1})
        checked = await client.call_tool("check", {"text": US.replace("45", "90")})
        document = await client.call_tool("get_document", {"path": "us.md"})
        rest = await client.call_tool("get_document", {"path": "us.md", "start": 10**6})
    (passage,) = found.structuredContent["passages"]
    assert (passage["path"], passage["address"]) == ("us.md", ADDRESS)
    (sentence,) = checked.structuredContent["sentences"]
    assert not sentence["supported"] and sentence["reason"] and "citation" not in sentence
    assert US in document.structuredContent["text"] and "next" not in document.structuredContent
    assert document.structuredContent["address"] == ADDRESS
    assert rest.structuredContent["text"] == ""


async def test_a_whole_number_may_have_a_point(service: ChatService) -> None:
    """JSON knows no other numbers, and some clients write all of them so."""
    async with session(service) as client:
        found = await client.call_tool("search", {"query": "US returns", "k": 1.0})
        document = await client.call_tool("get_document", {"path": "us.md", "start": 3.0})
    assert len(found.structuredContent["passages"]) == 1
    assert document.structuredContent["start"] == 3


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_document", {"path": "../../etc/passwd"}, "There is no document"),
        ("ask", {"question": "  "}, "empty"),
        ("search", {"query": "x", "k": 0}, "validation error"),
        ("search", {"query": "x", "other": 1}, "validation error"),
        ("forget", {}, "There is no tool 'forget'"),
        ("ask", {"question": "x" * 5000}, "characters"),
    ],
)
async def test_what_cannot_be_answered_is_said(
    service: ChatService, tool: str, arguments: dict[str, object], said: str
) -> None:
    async with session(service) as client:
        result = await client.call_tool(tool, arguments)
    assert result.isError and said in result.content[0].text.replace("Input", "input")


async def test_over_stdio(addressed: Path, tmp_path: Path) -> None:
    """The process writes nothing but messages to stdout, or the client would fail."""
    environment = {
        "CHATBOT_KNOWLEDGE": str(addressed),
        "CHATBOT_INDEX": str(tmp_path / "i"),
        "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
    }
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "tests.support.mcp_server"],
        env=environment,
        cwd=str(ROOT),
    )
    async with (
        stdio_client(parameters) as (reading, writing),
        ClientSession(reading, writing) as client,
    ):
        about = await client.initialize()
        assert about.serverInfo.name == "peregrine"
        said = await client.call_tool("ask", {"question": "How long can US customers return?"})
    assert said.structuredContent["answer"] == US


def test_a_client_that_sends_no_message_and_leaves_is_no_failure(
    knowledge: Path, tmp_path: Path
) -> None:
    environment = {"CHATBOT_KNOWLEDGE": str(knowledge), "CHATBOT_INDEX": str(tmp_path / "i")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.mcp_server"],
        env=os.environ | environment,
        cwd=ROOT,
        input=b"[]\n{}\nnull\n",
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0 and b"ExceptionGroup" not in done.stderr


def test_it_starts_without_the_page() -> None:
    """Clients of stdio wait for the first answer, and Chainlit alone takes seconds to import."""
    code = "import chatbot.cli.mcp, chatbot.api.mcp, sys; print('chainlit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120)
    assert done.stdout.strip() == b"False"


def test_ctrl_c_ends_it_whatever_stdin_does(knowledge: Path, tmp_path: Path) -> None:
    environment = {"CHATBOT_KNOWLEDGE": str(knowledge), "CHATBOT_INDEX": str(tmp_path / "i")}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.mcp_server"],
        env=os.environ | environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdin and process.stdout
            process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
            process.stdin.flush()
            assert process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == -signal.SIGINT
        finally:
            process.kill()


@asynccontextmanager
async def over_http(
    settings: Settings, service: ChatService, key: str = "", api: Any = None
) -> AsyncIterator[ClientSession]:
    api = api or create_api(settings, service)
    transport = httpx.ASGITransport(api, client=("127.0.0.1", 5000))

    def make(headers: object = None, timeout: object = None, auth: object = None) -> object:
        return httpx.AsyncClient(transport=transport, headers=headers)

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        api.router.lifespan_context(api),
        streamablehttp_client(
            "http://127.0.0.1:8000/mcp", headers=headers, httpx_client_factory=make
        ) as (reading, writing, _),
        ClientSession(reading, writing) as client,
    ):
        await client.initialize()
        yield client


async def test_over_http_on_this_machine(service: ChatService, tmp_path: Path) -> None:
    settings = service.settings.model_copy(update={"data": tmp_path / "data"})
    async with over_http(settings, service) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS
        said = await client.call_tool("search", {"query": "US returns"})
    assert said.structuredContent["passages"]


async def test_over_http_with_keys(service: ChatService, tmp_path: Path) -> None:
    settings = service.settings.model_copy(update={"data": tmp_path / "data"})
    store = Store(settings.database_url)
    _, key = await store.keys.add("assistant")
    await store.close()
    async with over_http(settings, service, key) as client:
        said = await client.call_tool("ask", {"question": "How long can US customers return?"})
    assert said.structuredContent["answer"] == US


async def test_without_a_key_nobody_is_let_in(service: ChatService, tmp_path: Path) -> None:
    settings = service.settings.model_copy(update={"data": tmp_path / "data"})
    store = Store(settings.database_url)
    await store.keys.add("assistant")
    await store.close()
    api = create_api(settings, service)
    transport = httpx.ASGITransport(api, client=("127.0.0.1", 5000))
    async with (
        api.router.lifespan_context(api),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"Accept": "application/json, text/event-stream"}
        refused = await client.post("/mcp", json=body, headers=accept)
        wrong = await client.post("/mcp", json=body, headers=accept | {"Authorization": "Bearer x"})
    assert (refused.status_code, wrong.status_code) == (401, 401)
    assert "This needs a key" in refused.json()["detail"]


async def test_a_client_that_leaves_stops_its_answer(api: Any, gated: GatedEngine) -> None:
    gated.gate.clear()
    asked = {"name": "ask", "arguments": {"question": US}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    async with api.router.lifespan_context(api):
        await leave(api, "/mcp", call, asyncio.to_thread(gated.asked.acquire))
        assert await asyncio.to_thread(gated.cancelled.wait, 5)
        assert api.state.parts.service.line.serving == 0


async def test_what_is_asked_over_http_is_counted(service: ChatService, settings: Settings) -> None:
    api = create_api(settings, service)
    async with over_http(settings, service, api=api) as client:
        await client.call_tool("ask", {"question": "How long can US customers return?"})
    numbers = api.state.parts.metrics.text().decode()
    assert 'peregrine_answers_total{outcome="answered"} 1.0' in numbers
    assert 'peregrine_requests_total{path="/mcp",status="200"}' in numbers


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"{", b"[" * 100_000, b'{"id": "\\ud800"}', b'{"id": ' + b"9" * 5000 + b"}"],
)
async def test_a_body_that_is_no_json_is_said(
    service: ChatService, settings: Settings, body: bytes
) -> None:
    api = create_api(settings, service)
    async with api.router.lifespan_context(api):
        transport = httpx.ASGITransport(api, client=("127.0.0.1", 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            refused = await client.post("/mcp", content=body)
    assert refused.status_code in (400, 422)
    assert "no JSON" in refused.text or "half a character" in refused.text
