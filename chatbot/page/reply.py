"""One answer on the page: streamed, then with its sources, and kept as it was on screen."""

import asyncio
from contextlib import aclosing

import chainlit as cl

from chatbot.answering.events import Answered, Queued, Rereading, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.page import answers
from chatbot.page.desk import Desk, document_text
from chatbot.page.session import language, offer_thumbs
from chatbot.page.texts import say


async def answer(desk: Desk, question_id: str, asked: str) -> None:
    """Stream the answer, then its sources and the model's name; keep what was on screen.

    Raises:
        ChatbotError: as :meth:`chatbot.service.ChatService.answer`.
    """
    history = desk.conversation.before(question_id)
    desk.conversation.add_question(question_id, asked)
    question = Question(asked, history, asker=desk.asker, documents=desk.conversation.index)
    notice = await _notice(None, "loading") if desk.service.status() == "starting" else None
    reply = cl.Message(content="")
    text, record, rewritten = "", None, ""
    try:
        async with aclosing(desk.service.answer(question)) as events:
            async for event in events:
                if isinstance(event, Queued):
                    notice = await _notice(notice, "queued", position=event.position)
                    continue
                if isinstance(event, Rereading):
                    notice = await _notice(notice, "rereading")
                    continue
                await _remove(notice)
                notice = None
                if isinstance(event, Rewritten):
                    rewritten = "turned" if event.turned else "rewritten"
                elif isinstance(event, Token):
                    text += event.text
                    await reply.stream_token(event.text)
                elif isinstance(event, Answered):
                    record = event.answer.record(question)
                    text = event.answer.answer
                    reply.content = answers.body(event.answer, desk.language)
                    if event.answer.is_from_knowledge:  # else it was small talk
                        below = answers.sources(
                            event.answer,
                            desk.language,
                            lambda path: document_text(desk, path),
                            rewritten,
                        )
                        reply.elements.append(below)
    except asyncio.CancelledError:
        reply.content = f"{answers.without_images(text)}\n\n*{desk.say('stopped')}*".strip()
        raise
    finally:
        # Also when Stop cancels this task: what was read so far belongs to the conversation.
        await _remove(notice)
        offer_thumbs(record is not None)
        if text:
            desk.conversation.add_answer(reply.id, text, record)
            reply.metadata = {"answer": record} if record else {"partial": text}
            choices = record["choices"] if record else []
            reply.actions = [*map(_choice, choices), again_button(question_id, reply.id)]
            await reply.send()
        else:
            desk.conversation.cut(question_id)


def again_button(question_id: str, answer_id: str) -> cl.Action:
    """The button that answers a question again."""
    return cl.Action(
        name="regenerate",
        payload={"question": question_id, "answer": answer_id},
        tooltip=say(language(), "regenerate"),
        icon="refresh-cw",
    )


def _choice(choice: str) -> cl.Action:
    """A button of a question back."""
    return cl.Action(name="choose", payload={"choice": choice}, label=choice)


async def _notice(shown: cl.Message | None, key: str, **values: object) -> cl.Message:
    notice = shown or cl.Message("")
    notice.content = say(language(), key, **values)
    await (notice.update() if shown else notice.send())
    return notice


async def _remove(notice: cl.Message | None) -> None:
    if notice:
        await notice.remove()
