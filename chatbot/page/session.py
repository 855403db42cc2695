"""What Chainlit keeps of one browser's session: the conversation, the language, the role."""

import uuid
from typing import Any, cast

import chainlit as cl
from chainlit.chat_context import chat_contexts
from chainlit.session import ws_sessions_id
from chainlit.step import StepDict

from chatbot.desk.conversation import Conversation
from chatbot.page.texts import say
from chatbot.page.who import Ending
from chatbot.store.database import now


def current() -> Conversation:
    """The conversation of this session."""
    conversation = cl.user_session.get("conversation")
    if not isinstance(conversation, Conversation):
        conversation = Conversation()
        cl.user_session.set("conversation", conversation)
    return conversation


def restore(thread: dict[str, Any]) -> Conversation:
    """The conversation of a kept thread becomes this session's; uploads are not read yet."""
    conversation = Conversation.of_thread(thread)
    cl.user_session.set("conversation", conversation)
    return conversation


def forget_ended() -> None:
    """Free what Chainlit keeps of sessions that have ended: their messages, for ever."""
    for session in set(chat_contexts) - set(ws_sessions_id):
        del chat_contexts[session]


def language() -> str:
    """The browser's language, such as ``de-CH``."""
    return str(getattr(cl.context.session, "language", "en"))


def role() -> str:
    """The user's role; it was read from the database when the page connected."""
    user = cl.context.session.user
    return str(user.metadata.get("role", "agent")) if user else "agent"


def groups() -> tuple[str, ...]:
    """The user's groups, read as :func:`role`."""
    user = cl.context.session.user
    return tuple(user.metadata.get("groups", ())) if user else ()


async def tell_ended(name: str, why: Ending) -> None:
    """End what is being answered on the open pages of a user whose sessions are over, and say why.

    Those of other processes say it with the next question.
    """
    for session in list(ws_sessions_id.values()):
        if session.user and session.user.identifier == name:
            if session.current_task:
                session.current_task.cancel()
            sentence = say(getattr(session, "language", "en"), why)
            send: Any = session.emit  # Chainlit's annotation says that it is not awaited
            await send("new_message", unsaved_step(sentence, session.thread_id))


def unsaved_step(sentence: str, thread_id: str) -> StepDict:
    """A message of the page about a conversation, that is shown and not kept."""
    shown = {
        "id": str(uuid.uuid4()),
        "threadId": thread_id,
        "type": "assistant_message",
        "name": "Peregrine",
        "output": sentence,
        "isError": True,
        "createdAt": now(),
        "metadata": {},
    }
    return cast(StepDict, shown)


def offer_thumbs(whole_answer: bool) -> None:
    """Thumbs stand under the last message of a run, whatever it says, but for the run of this
    other name. Chainlit sends and keeps the name when the run ends."""
    if run := cl.context.current_run:
        run.name = "on_message" if whole_answer else "on_chat_start"
