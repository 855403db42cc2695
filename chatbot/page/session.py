"""What Chainlit keeps of one browser's session: the conversation, the language, the role."""

from typing import Any

import chainlit as cl
from chainlit.chat_context import chat_contexts
from chainlit.session import ws_sessions_id

from chatbot.desk.conversation import Conversation


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


def offer_thumbs(whole_answer: bool) -> None:
    """Thumbs stand under the last message of a run, whatever it says, but for the run of this
    other name. Chainlit sends and keeps the name when the run ends."""
    if run := cl.context.current_run:
        run.name = "on_message" if whole_answer else "on_chat_start"
