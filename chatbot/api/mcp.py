"""The Model Context Protocol: the knowledge for other assistants, over stdio and at ``/mcp``.

Four tools: ``search``, ``ask``, ``check`` and ``get_document``. Over HTTP each message stands alone
(no sessions), so any replica answers it, behind the same keys as the rest of the API.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

from fastapi.requests import Request
from starlette.types import Message, Receive, Scope, Send

from chatbot import __version__
from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.api.access import require_caller
from chatbot.api.asking import asking, unless_gone
from chatbot.api.errors import ApiError
from chatbot.api.parts import Parts
from chatbot.api.predict import last
from chatbot.audience import EVERYTHING, Asker
from chatbot.desk.checking import LONGEST, check_reply
from chatbot.errors import ConfigurationError, QuestionError, reason_of
from chatbot.files import parse_json
from chatbot.llm.stopping import stopped_when_left
from chatbot.service import ChatService
from chatbot.service.waiting import WaitingLine
from chatbot.text.unicode import require_unicode

_ABOUT = (
    "Answers from an organisation's own knowledge base, with citations. 'search' finds passages, "
    "'ask' answers and says when the knowledge base does not, 'check' tells which sentences of a "
    "text it supports, 'get_document' reads a document that the others name. Cite by 'address' "
    "where there is one, else by 'path'."
)
_MOST = 20  # passages
_PART = 20_000  # characters of a document at once

Handler = Callable[[dict[str, Any], Asker], Awaitable[dict[str, Any]]]


def _schema(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "minLength": 1}
_TURN = _schema(
    ["role", "content"],
    role={"type": "string", "enum": ["user", "assistant"]},
    content={"type": "string"},
)
_TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "search": (
        "The passages of the knowledge base for a query, best first, with the place of each.",
        _schema(["query"], query=_TEXT, k={"type": "integer", "minimum": 1, "maximum": _MOST}),
    ),
    "ask": (
        "An answer from the knowledge base with citations; 'abstained' where it does not say, and "
        "'unsupported' for what no passage supports.",
        _schema(["question"], question=_TEXT, history={"type": "array", "items": _TURN}),
    ),
    "check": (
        "Which sentences of a text the knowledge base supports, and why not the others.",
        _schema(["text"], text=_TEXT, question={"type": "string"}),
    ),
    "get_document": (
        f"A document's text from 'start' on, {_PART} characters at most; 'next' is where it goes "
        "on, if it does.",
        _schema(["path"], path=_TEXT, start={"type": "integer", "minimum": 0}),
    ),
}


class _Tools:
    """The tools over a service; ``line`` bounds what is embedded at once, and ``answer`` asks the
    service."""

    def __init__(
        self,
        service: ChatService,
        line: WaitingLine,
        answer: Callable[[Question], Awaitable[Answer]],
    ) -> None:
        self._service, self._line, self._answer = service, line, answer

    async def call(self, name: str, arguments: dict[str, Any], asker: Asker) -> dict[str, Any]:
        """The result of a tool, of what the asker may see.

        Raises:
            ChatbotError: see its sentence.
        """
        tools: dict[str, Handler] = {
            "search": self._search,
            "ask": self._ask,
            "check": self._check,
            "get_document": self._document,
        }
        if name not in tools:
            raise QuestionError(f"There is no tool '{name}'.")
        require_unicode(*(value for value in arguments.values() if isinstance(value, str)))
        return await tools[name](arguments, asker)

    async def _search(self, arguments: dict[str, Any], asker: Asker) -> dict[str, Any]:
        settings = self._service.settings
        query = Question(arguments["query"], asker=asker).within_limits(
            settings.max_question_chars, settings.answer_tokens
        )
        count = int(arguments.get("k") or settings.passages)  # 5.0 is an integer in JSON
        async with self._line.turn():
            found = await asyncio.to_thread(self._service.search, query.text, asker, count)
        return {"passages": [passage.as_fields() for passage in found]}

    async def _ask(self, arguments: dict[str, Any], asker: Asker) -> dict[str, Any]:
        history = arguments.get("history") or []
        require_unicode(*(turn["content"] for turn in history))
        answer = await self._answer(Question(arguments["question"], history, asker=asker))
        return answer.as_dict()

    async def _check(self, arguments: dict[str, Any], asker: Asker) -> dict[str, Any]:
        text, question = arguments["text"], arguments.get("question", "")
        if len(question) > LONGEST:
            raise QuestionError(f"The question has more than {LONGEST:,} characters.")
        async with self._line.turn():
            work = asyncio.to_thread(check_reply, self._service, text, asker, question)
            found = await stopped_when_left(work)
        return {"sentences": [sentence.as_dict() for sentence in found]}

    async def _document(self, arguments: dict[str, Any], asker: Asker) -> dict[str, Any]:
        path, start = arguments["path"], int(arguments.get("start", 0))
        generation = await asyncio.to_thread(self._service.current_generation)
        if not generation.may_see(asker, path):  # that it is there is not told either
            raise QuestionError(f"There is no document '{path}' in the knowledge base.")
        text = generation.texts[path]
        end = min(start + _PART, len(text))
        result = {
            "path": path,
            "address": generation.manifest.addresses.get(path, ""),
            "text": text[start:end],
            "start": start,
            "length": len(text),
        }
        return result | ({"next": end} if end < len(text) else {})


def is_installed() -> bool:
    """Whether the library of the protocol is there."""
    return find_spec("mcp") is not None


def build_server(service: ChatService, line: WaitingLine) -> Any:
    """The protocol's server over ``service``.

    Raises:
        ConfigurationError: its library is not installed.
    """
    try:
        from mcp import types
        from mcp.server.lowlevel import Server
    except ImportError as exc:
        raise ConfigurationError(
            "MCP needs a library that is not installed; run: pip install 'peregrine-chatbot[mcp]'"
        ) from exc

    server: Any = Server("peregrine", version=__version__, instructions=_ABOUT)

    @server.list_tools()  # type: ignore[untyped-decorator, unused-ignore]
    async def list_tools() -> list[types.Tool]:
        reads = types.ToolAnnotations(readOnlyHint=True, openWorldHint=False)
        return [
            types.Tool(name=name, description=about, inputSchema=schema, annotations=reads)
            for name, (about, schema) in _TOOLS.items()
        ]

    @server.call_tool()  # type: ignore[untyped-decorator, unused-ignore]
    async def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        request = server.request_context.request
        if request is None:  # over stdio: who started this sees all
            return await _Tools(service, line, partial(_asked, service)).call(
                name, arguments, EVERYTHING
            )
        tools = _Tools(service, line, partial(_asked_over_http, request))
        work = tools.call(name, arguments, request.state.asker)
        result: dict[str, Any] = await unless_gone(request, work)
        return result

    return server


async def _asked(service: ChatService, question: Question) -> Answer:
    async with aclosing(service.answer(question)) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.answer
    raise AssertionError("an answer ends with Answered, or raises")


async def _asked_over_http(request: Request, question: Question) -> Answer:
    """The same, in the log and the numbers as every question of a program."""
    async with asking(request, question) as asked:
        return await last(asked)


async def serve_stdio(service: ChatService) -> None:
    """Serve one client over stdin and stdout until it closes them; from the main thread. Nothing
    else may write to stdout, so whatever does goes to stderr.

    Raises:
        ConfigurationError: the library is not installed.
    """
    server = build_server(service, WaitingLine(1, service.settings.answers_waiting))
    import anyio
    from mcp.server.stdio import stdio_server

    # Python would wait for the thread that reads stdin, which ends with a line or with stdin only.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        async with stdio_server(stdout=anyio.wrap_file(out)) as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    except* (anyio.ClosedResourceError, anyio.BrokenResourceError):
        pass  # the client left while what it sent was being answered


class McpEndpoint:
    """``/mcp``: an ASGI application that lets in who may use the API."""

    path = "/mcp"

    def __init__(self, parts: Parts) -> None:
        """Nothing runs before :meth:`running`."""
        self._parts = parts
        self._manager: Any = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests meanwhile."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        server = build_server(self._parts.service, self._parts.embedding)
        self._manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message.

        Raises:
            ApiError: 401 and 429 as for the rest of the API; 405 for a stream that nothing
                would be sent on; 400 where the body is no JSON.
            QuestionError: it holds half a character.
        """
        scope["route"] = self  # where the log and the numbers look for its path
        request = Request(scope, receive, send)
        request.state.asker = (await require_caller(request)).asker
        if scope["method"] != "POST":
            raise ApiError(
                405, "Messages are sent by POST; there are no sessions.", headers={"Allow": "POST"}
            )
        body = await request.body()
        try:
            require_unicode(json.dumps(parse_json(body), ensure_ascii=False))
        except ValueError as exc:
            raise ApiError(400, f"The body is no JSON: {reason_of(exc)}.") from exc
        await self._manager.handle_request(scope, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """``receive`` that begins with a body that was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return messages.pop() if messages else await receive()

    return next_message
