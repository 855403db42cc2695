"""The Chainlit page: thin handlers over :class:`chatbot.service.ChatService`."""

import asyncio
import html
import logging
from contextlib import aclosing
from typing import Any

import chainlit as cl
from chainlit.server import app as chainlit_app
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.errors import ChatbotError
from chatbot.service import Answer, Answered, Token, process_service

log = logging.getLogger(__name__)

_CONTEXT_CHARS = 1500


class _OwnHostOnly:
    """Tells the browser to load nothing from other hosts: Chainlit's page names a style sheet
    on a public CDN, and this page works, and stays, on this machine."""

    _POLICY = (
        b"default-src 'self' data: blob: ws: wss: 'unsafe-inline' 'unsafe-eval'; "
        b"frame-ancestors 'self'"
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"content-security-policy", self._POLICY))
            await send(message)

        await self._app(scope, receive, send_with_policy)


chainlit_app.add_middleware(_OwnHostOnly)


@cl.on_app_startup
async def start() -> None:
    """Load models beside the event loop: the page is there first, answers follow."""
    asyncio.get_running_loop().run_in_executor(None, process_service().warm_up)


@cl.set_starters
async def starters(user: cl.User | None) -> list[cl.Starter]:
    """Questions to begin with, from the knowledge base."""
    return [cl.Starter(label=label, message=text) for label, text in process_service().starters()]


@cl.on_chat_start
async def begin() -> None:
    """A new conversation without history."""
    cl.user_session.set("history", [])


@cl.on_message
async def answer(message: cl.Message) -> None:
    """Stream the answer, then its sources and the model's name."""
    history = cl.user_session.get("history") or []
    notice = await _loading_notice()
    reply = cl.Message(content="")
    text = ""
    try:
        async with aclosing(process_service().answer(message.content, history)) as events:
            async for event in events:
                if notice:
                    await notice.remove()
                    notice = None
                if isinstance(event, Token):
                    text += event.text
                    await reply.stream_token(event.text)
                elif isinstance(event, Answered):
                    text = event.answer.answer
                    reply.content = text + footer(event.answer)
                    reply.elements.extend(sources(event.answer))
    except ChatbotError as exc:
        reply.content = f"{text}\n\n{exc}".strip()
    except Exception:
        log.exception("A question could not be answered")
        reply.content = "Something went wrong while answering; ask again or tell your admin."
    finally:
        # Also when Stop cancels this task: what was read so far belongs to the conversation.
        if text:
            _remember(history, message.content, text)
    if notice:
        await notice.remove()
    await reply.send()


async def _loading_notice() -> cl.Message | None:
    if process_service().status() != "starting":
        return None
    notice = cl.Message(content="The model is still loading; your answer follows in some seconds.")
    await notice.send()
    return notice


def _remember(history: list[dict[str, str]], question: str, text: str) -> None:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": text}]
    cl.user_session.set("history", [*history, *turns])


def shown_passages(answer: Answer) -> list[int]:
    """Numbers (from 1) of the passages to list: the cited ones, or all where it abstained."""
    cited = sorted({citation.passage for citation in answer.citations})
    return cited or list(range(1, len(answer.passages) + 1))


def source_name(answer: Answer, number: int) -> str:
    """The name that links a source in the text to its side view."""
    return f"[{number}] {answer.passages[number - 1].path}"


def footer(answer: Answer) -> str:
    """What stands below an answer: its sources, and which model answered."""
    numbers = shown_passages(answer)
    label = "Sources" if answer.citations else "Closest passages"
    names = ", ".join(source_name(answer, number) for number in numbers)
    listed = f"\n\n{label}: {names}" if numbers else ""
    return f"{listed}\n\n*Answered by {answer.model}*"


def sources(answer: Answer) -> list[Any]:
    """A side view for each listed passage."""
    return [
        cl.Text(name=source_name(answer, n), content=side_view(answer, n), display="side")
        for n in shown_passages(answer)
    ]


def side_view(answer: Answer, number: int) -> str:
    """The passage in its document: quoted as a block, with the text around it."""
    passage = answer.passages[number - 1]
    document = process_service().document_text(passage.path) or passage.text
    quotes = [c for c in answer.citations if c.passage == number]
    spans = [(c.start, c.end) for c in quotes] or [(passage.start, passage.end)]
    return f"**{inert(passage.path)}**\n\n" + marked(document, spans)


def marked(document: str, spans: list[tuple[int, int]]) -> str:
    """The document around ``spans``, each of which becomes a block quote."""
    spans = sorted(spans)
    position = max(0, spans[0][0] - _CONTEXT_CHARS)
    parts = ["..."] if position else []
    for start, end in spans:
        if start < position:
            continue
        parts.append(inert(document[position:start]))
        parts.append("> " + inert(document[start:end]).replace("\n", "\n> "))
        position = end
    stop = min(len(document), position + _CONTEXT_CHARS)
    parts.append(inert(document[position:stop]))
    if stop < len(document):
        parts.append("...")
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def inert(text: str) -> str:
    """Text of a document that cannot become markup that runs, a link or an image."""
    return html.escape(text, quote=False).replace("](", "]\u200b(")
