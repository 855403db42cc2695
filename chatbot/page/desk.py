"""What a command works with, and the parts of its messages."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import chainlit as cl

from chatbot.audience import Asker
from chatbot.desk.conversation import Conversation
from chatbot.page.answers import without_images
from chatbot.page.texts import say
from chatbot.page.waiting import Notice
from chatbot.service import ChatService
from chatbot.store import Store


@dataclass(frozen=True)
class Desk:
    """What a command works with; ``language`` is the browser's, ``asker`` what the person may see
    now."""

    service: ChatService
    store: Store
    conversation: Conversation
    language: str
    role: str
    user: str
    asker: Asker

    def say(self, key: str, /, **values: object) -> str:
        """The page's words in the reader's language."""
        return say(self.language, key, **values)


def document_text(desk: Desk, path: str) -> str:
    """The text of a document of the conversation or of the knowledge folder."""
    index = desk.conversation.index
    if index is not None and path in index.texts:
        return index.texts[path]
    return desk.service.document_text(path, desk.asker)


async def stream(message: Any, pieces: AsyncGenerator[str, None]) -> str:
    """Show what is being written as it comes; returns the whole."""
    text, notice = "", Notice()
    try:
        await notice.show_before_reading("reading_back")
        async with aclosing(pieces) as opened:
            async for piece in opened:
                await notice.remove()
                text += piece
                await message.stream_token(piece)
    finally:
        await notice.remove()
    return text.strip()


@asynccontextmanager
async def stop_is_told(desk: Desk, command: str | None = None) -> AsyncIterator[None]:
    """Say that what is done in here was stopped, where it was: a command, or what comes before an
    answer, which says so itself."""
    try:
        yield
    except asyncio.CancelledError:
        kept = None if command else {"partial": ""}  # the question has this for an answer
        await cl.Message(stopped(desk), metadata=kept).send()
        raise


def stopped(desk: Desk, text: str = "") -> str:
    """What had been written when Stop was pressed, and that it was."""
    return f"{without_images(text)}\n\n*{desk.say('stopped')}*".strip()


def copy_button(desk: Desk, text: str) -> Any:
    """A button that copies ``text``."""
    props = {"text": text, "label": desk.say("copy"), "done": desk.say("copied")}
    return cl.CustomElement(name="Copy", props=props, display="inline")


def file_element(name: str, content: bytes, mime: str) -> Any:
    """A file to download."""
    return cl.File(name=name, content=content, mime=mime, display="inline")
