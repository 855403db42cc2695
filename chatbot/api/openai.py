"""The part of OpenAI's API that its clients need to chat, over the same chain as the page.

Citations, passages, confidence and the model's name are in the extension field ``peregrine`` of
a completion, and of the last content chunk of a stream.
"""

import asyncio
import base64
import struct
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.requests import Request
from fastapi.responses import Response, StreamingResponse

from chatbot.answering.answer import Answer, Usage
from chatbot.answering.events import Answered, Token
from chatbot.answering.question import Question
from chatbot.api.access import Caller, require_caller
from chatbot.api.asking import Asking, asking, start, unless_gone
from chatbot.api.edge import sse
from chatbot.api.errors import ApiError, body_of, error_of
from chatbot.api.parts import Parts, parts_of
from chatbot.api.predict import last
from chatbot.api.schemas import (
    CHAT_MODEL,
    EMBEDDING_MODEL,
    ChatRequest,
    EmbeddingRequest,
    ErrorBody,
)
from chatbot.errors import ChatbotError
from chatbot.memory import Turn
from chatbot.text.unicode import require_unicode

_STATUSES = (400, 401, 404, 413, 429, 503)
router = APIRouter(
    prefix="/v1", tags=["openai"], responses={status: {"model": ErrorBody} for status in _STATUSES}
)
Who = Annotated[Caller, Depends(require_caller)]

# What is not used of a conversation, by its role, and what is said of that.
_SYSTEM_NOTE = "System messages are not used: the service has its own."
_TOOLS_NOTE = "What tools said is not used: answers come from the knowledge folder only."
_UNUSED = {
    "system": _SYSTEM_NOTE,
    "developer": _SYSTEM_NOTE,
    "tool": _TOOLS_NOTE,
    "function": _TOOLS_NOTE,
}


@router.get("/models")
async def models(request: Request, caller: Who) -> dict[str, Any]:
    """The models that requests can name."""
    parts = parts_of(request)
    return {"object": "list", "data": [_model(parts, name) for name in _names(parts)]}


@router.get("/models/{model}")
async def model(request: Request, model: str, caller: Who) -> dict[str, Any]:
    """One of them."""
    parts = parts_of(request)
    _require(model, tuple(_names(parts)))
    return _model(parts, model)


@router.post(
    "/chat/completions",
    response_model=None,
    responses={
        200: {
            "description": "A completion, or with ``stream`` its chunks as server-sent events.",
            "content": {"application/json": {}, "text/event-stream": {}},
        }
    },
)
async def chat(request: Request, body: ChatRequest, caller: Who) -> Response | dict[str, Any]:
    """Answer the last message from the knowledge folder."""
    parts = parts_of(request)
    _require(body.model, (CHAT_MODEL, parts.service.models.llm_entry.name))
    _refuse_unsupported(body)
    question, notes = _question(body, caller)
    head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": body.model}
    if not body.stream:
        async with asking(request, question) as asked:
            answer: Answer = await unless_gone(request, last(asked))
        return _completion(head, answer, notes)

    asked = start(request, question)
    pieces = asked.tokens()
    try:
        # The status is right, because the model has begun to answer before it is sent.
        first: Token | Answered = await unless_gone(request, anext(pieces))
    except BaseException:
        await asked.stop()
        raise
    with_usage = bool(body.stream_options and body.stream_options.include_usage)
    chunks = _chunks(asked, first, pieces, head, notes, with_usage, parts)
    return StreamingResponse(
        chunks, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.post("/embeddings")
async def embeddings(request: Request, body: EmbeddingRequest, caller: Who) -> dict[str, Any]:
    """Vectors of length 1 by the embedding model of the index, one for each text."""
    parts = parts_of(request)
    _require(body.model, (EMBEDDING_MODEL, parts.service.models.embeddings_entry.name))
    if not all(text.strip() for text in body.input):
        raise ApiError(400, "A text to embed is empty.", param="input")
    require_unicode(*body.input)
    vectors, tokens = await unless_gone(request, _embedded(parts, body))
    if vectors and body.dimensions not in (None, len(vectors[0])):
        raise ApiError(400, f"Vectors have {len(vectors[0])} dimensions.", param="dimensions")
    plain = body.encoding_format != "base64"
    return {
        "object": "list",
        "model": body.model,
        "data": [
            {"object": "embedding", "index": i, "embedding": v if plain else _pack(v)}
            for i, v in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


async def _embedded(parts: Parts, body: EmbeddingRequest) -> tuple[list[list[float]], int]:
    """The vectors, and how many tokens the texts have."""
    as_queries = body.input_type == "query"
    async with parts.embedding.turn():
        work = asyncio.ensure_future(
            asyncio.to_thread(parts.service.models.embed, body.input, as_queries)
        )
        try:
            return await asyncio.shield(work)
        finally:  # the thread works on when the client leaves, so its place is taken until it ends
            await asyncio.gather(work, return_exceptions=True)


def _question(body: ChatRequest, caller: Caller) -> tuple[Question, list[str]]:
    """The question of a request, and notes about what is not used of it."""
    notes = dict.fromkeys(_UNUSED[m.role] for m in body.messages if m.role in _UNUSED)
    turns: list[Turn] = [
        {"role": message.role, "content": message.content or ""}
        for message in body.messages
        if message.role in ("user", "assistant")
    ]
    if not turns or turns[-1]["role"] != "user":
        raise ApiError(400, "The last message must be the user's question.", param="messages")
    question = Question(
        turns[-1]["content"],
        turns[:-1],
        asker=caller.asker,
        max_tokens=body.max_completion_tokens or body.max_tokens,
        stop=body.stop or (),
    )
    return question, list(notes)


def _refuse_unsupported(body: ChatRequest) -> None:
    given = {
        "n": body.n not in (None, 1),
        "tools": bool(body.tools) and body.tool_choice != "none",
        "functions": bool(body.functions),
        "logprobs": bool(body.logprobs),
        "response_format": (body.response_format or {}).get("type", "text") != "text",
    }
    for name, unsupported in given.items():
        if unsupported:
            raise ApiError(
                400,
                f"'{name}' is not supported: an answer is one text from the knowledge folder.",
                code="unsupported_parameter",
                param=name,
            )


def _completion(head: dict[str, Any], answer: Answer, notes: list[str]) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.answer, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(answer)}
    return {
        **head,
        "object": "chat.completion",
        "choices": [choice],
        "usage": _counts(answer.usage),
        "peregrine": _extension(answer, notes),
    }


async def _chunks(
    asked: Asking,
    first: Token | Answered,
    rest: AsyncIterator[Token | Answered],
    head: dict[str, Any],
    notes: list[str],
    with_usage: bool,
    parts: Parts,
) -> AsyncIterator[str]:
    """The events of a stream; leaving it stops the model."""

    def chunk(delta: dict[str, str], reason: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        usage = {"usage": None} if with_usage else {}
        return sse({**head, **kind, "choices": [choice], **usage, **more})

    kind = {"object": "chat.completion.chunk"}
    try:
        yield chunk({"role": "assistant", "content": ""})
        event = first
        while isinstance(event, Token):
            yield chunk({"content": event.text})
            event = await anext(rest)
        answer = event.answer
        yield chunk({}, _reason(answer), peregrine=_extension(answer, notes))
        if with_usage:
            yield sse({**head, **kind, "choices": [], "usage": _counts(answer.usage)})
        yield "data: [DONE]\n\n"
    except ChatbotError as exc:  # the status is sent already; clients know this form, too
        yield sse(body_of(error_of(exc, parts.metrics.retry_after(), "/v1/"), "/v1/"))
    finally:
        await asked.stop()


def _reason(answer: Answer) -> str:
    return "length" if answer.cut else "stop"


def _counts(usage: Usage) -> dict[str, int]:
    read, written = usage.prompt_tokens, usage.completion_tokens
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def _extension(answer: Answer, notes: list[str]) -> dict[str, Any]:
    values = answer.as_dict()
    return values | {"notes": [*values["notes"], *notes]}


def _names(parts: Parts) -> dict[str, str]:
    """The names that requests can use, with what is behind each."""
    entries = parts.service.models.entries
    return {CHAT_MODEL: parts.service.model_name, EMBEDDING_MODEL: entries["embeddings"].title}


def _model(parts: Parts, name: str) -> dict[str, Any]:
    title = {"peregrine": {"model": _names(parts)[name]}}
    return {"id": name, "object": "model", "created": 0, "owned_by": "peregrine"} | title


def _require(name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ApiError(
            404,
            f"There is no model '{name[:100]}' here; use '{known[0]}'.",
            code="model_not_found",
            param="model",
        )


def _pack(vector: list[float]) -> str:
    """Little-endian float32 in base64, as OpenAI's client asks for by default."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
