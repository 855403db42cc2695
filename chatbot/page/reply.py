"""One answer on the page: streamed, then with its sources, and kept as it was on screen."""

import asyncio
import re
from contextlib import aclosing
from functools import partial
from typing import Any

import chainlit as cl

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered, Event, Queued, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.page import answers
from chatbot.page.desk import Desk, document_text, stopped
from chatbot.page.session import language, offer_thumbs
from chatbot.page.texts import say
from chatbot.page.waiting import Notice

# What was being written when Stop was pressed: half a word, or half a number with its point.
_BEGUN = re.compile(r"\s*(?:\S*\d\S*|\S*[^\s.!?…])$")


async def answer(desk: Desk, question_id: str, asked: str, again: int = 0) -> None:
    """Stream the answer, then its sources and the model's name; keep what was on screen. ``again``
    is how often the question was answered before: that answer and what followed go when the work
    on this one begins, and stay where it does not.

    Raises:
        ChatbotError: as :meth:`chatbot.service.ChatService.answer`.
    """
    conversation, begun = desk.conversation, not again
    later, kept = conversation.after(question_id), (conversation.entries[:], conversation.draft)
    history = conversation.before(question_id)
    conversation.add_question(question_id, asked)
    uploads = conversation.index
    question = Question(asked, history, asker=desk.asker, documents=uploads, again=again)
    reply, notice = _Reply(desk, question), Notice()
    try:
        await notice.show("loading" if desk.service.status() == "starting" else "searching")
        async with aclosing(desk.service.answer(question)) as events:
            async for event in events:
                if not (begun or isinstance(event, Queued)):
                    begun = True
                    await _remove(later)
                if not await notice.tell(event):
                    await notice.remove()
                    await reply.take(event)
    except asyncio.CancelledError:
        reply.stop()
        raise
    finally:
        # Also when Stop cancels this task: what was read so far belongs to the conversation.
        await notice.remove()
        offer_thumbs(reply.record is not None)
        if not begun:
            conversation.entries, conversation.draft = kept
        elif reply.said:
            await reply.keep(question_id)
        else:
            conversation.cut(question_id)


async def _remove(ids: set[str]) -> None:
    for message in cl.chat_context.get():
        if message.id in ids:
            await message.remove()


class _Reply:
    """The message of an answer, and what is kept of it: its ``record``, once it is whole."""

    def __init__(self, desk: Desk, question: Question) -> None:
        self._desk = desk
        self._question = question
        self._message = cl.Message(content="")
        self._text, self._rewritten = "", ""
        self.record: dict[str, Any] | None = None
        self.said = False

    async def take(self, event: Event) -> None:
        """Show what the event brings."""
        if isinstance(event, Rewritten):
            self._rewritten = "turned" if event.turned else "rewritten"
            self._text = event.text  # what is kept if it is stopped now
        elif isinstance(event, Token):
            self._text += event.text
            self.said = self.said or bool(self._text)
            await self._message.stream_token(event.text)
        elif isinstance(event, Answered):
            self._take_whole(event.answer)

    def _take_whole(self, whole: Answer) -> None:
        self.record, self._text, self.said = whole.record(self._question), whole.answer, True
        self._message.content = answers.body(whole, self._desk.language)
        if whole.is_from_knowledge:  # else it was small talk
            texts = partial(document_text, self._desk)
            below = answers.sources(whole, self._desk.language, texts, self._rewritten)
            self._message.elements.append(below)

    def stop(self) -> None:
        """It ends here, also before its first word; a word that was begun is not shown."""
        self._text = whole_words(self._text)
        self._message.content, self.said = stopped(self._desk, self._text), True

    async def keep(self, question_id: str) -> None:
        """It belongs to the conversation, and can be asked for again."""
        message, record = self._message, self.record
        self._desk.conversation.add_answer(message.id, self._text, record)
        message.metadata = {"answer": record} if record else {"partial": self._text}
        again = self._question.again
        message.actions = buttons_under(question_id, message.id, record, again)
        await message.send()


def whole_words(text: str) -> str:
    """``text`` without the word at its end, which may be the half of one: "costs 4" of "45"."""
    return _BEGUN.sub("", text)


def buttons_under(
    question_id: str, answer_id: str, record: dict[str, Any] | None, again: int = 0
) -> list[cl.Action]:
    """What a question back offers, and the button that answers a question again, as it was
    ``again`` times before. They have the same ids each time, so that a page can be told to take
    those away that it has."""
    choices = (record or {}).get("choices") or []
    offered = [_choice(choice, f"{answer_id}-{n}") for n, choice in enumerate(choices)]
    return [*offered, _again(question_id, answer_id, again + 1)]


def _again(question_id: str, answer_id: str, times: int) -> cl.Action:
    return cl.Action(
        id=f"{answer_id}-again",
        name="regenerate",
        payload={"question": question_id, "answer": answer_id, "again": times},
        tooltip=say(language(), "regenerate"),
        icon="refresh-cw",
    )


def _choice(choice: str, button_id: str) -> cl.Action:
    return cl.Action(name="choose", payload={"choice": choice}, label=choice, id=button_id)
