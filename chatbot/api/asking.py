"""One question of a request: admitted, streamed or collected, measured, and stopped when the
client has gone."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi.requests import Request

from chatbot.answering.events import Answered, Event, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.api.parts import Parts, parts_of
from chatbot.errors import (
    BusyError,
    ChatbotError,
    GenerationError,
    QuestionError,
    StoppingError,
)
from chatbot.service.waiting import WaitingLine
from chatbot.text.unicode import require_unicode


class Asking:
    """The events of one answer, made by a task of their own."""

    def __init__(self, parts: Parts, events: AsyncGenerator[Event, None], note: dict[str, Any]):
        self._parts = parts
        self._note = note
        self._started = time.perf_counter()
        self._events: asyncio.Queue[Event | BaseException] = asyncio.Queue()
        self._outcome = "cancelled"
        self._task = asyncio.create_task(self._make(events))

    async def next(self) -> Event:
        """The next event.

        Raises:
            ChatbotError: as :meth:`chatbot.service.ChatService.answer`.
        """
        event = await self._events.get()
        if isinstance(event, BaseException):
            raise event
        return event

    async def tokens(self) -> AsyncIterator[Token | Answered]:
        """Pieces of the answer, and the whole answer at last."""
        while not isinstance(event := await self.next(), Answered):
            if isinstance(event, Rewritten):
                event = Token(event.continuation)
            if isinstance(event, Token):
                yield event
        yield event

    async def stop(self) -> None:
        """Stop the model, if it is still at it, and count how the question ended."""
        self._task.cancel()
        try:
            await asyncio.gather(self._task, return_exceptions=True)
        finally:  # a stream that is left is cancelled itself, and cannot wait
            self._parts.metrics.answers.labels(self._outcome).inc()
            self._note["outcome"] = self._outcome

    async def _make(self, events: AsyncGenerator[Event, None]) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    self._see(event)
                    self._events.put_nowait(event)
            self._events.put_nowait(GenerationError("The answer did not finish; ask again."))
        except Exception as exc:  # whoever waits for the next event gets it
            self._outcome = _outcome_of(exc)
            self._events.put_nowait(exc)

    def _see(self, event: Event) -> None:
        metrics = self._parts.metrics
        if isinstance(event, Token) and "first_token" not in self._note:
            seconds = time.perf_counter() - self._started
            metrics.first_token.observe(seconds)
            self._note["first_token"] = round(seconds, 4)
        elif isinstance(event, Answered):
            self._outcome = "abstained" if event.answer.abstained else "answered"
            timings, usage = event.answer.timings, event.answer.usage
            if "waited" in timings:  # else nobody waits for it: small talk, an approved answer
                metrics.count_answer(timings["total"] - timings["waited"])
            metrics.tokens.labels("prompt").inc(usage.prompt_tokens)
            metrics.tokens.labels("completion").inc(usage.completion_tokens)
            self._note |= {"model": event.answer.model, "tokens": usage.completion_tokens}
            if self._parts.settings.log_conversations:
                self._note["answer"] = event.answer.answer


def _outcome_of(exc: Exception) -> str:
    """How a question ended that has no answer; ``failed`` is what somebody has to look at."""
    if isinstance(exc, BusyError):
        return "busy"
    if isinstance(exc, QuestionError):
        return "unusable"
    return "cancelled" if isinstance(exc, StoppingError) else "failed"


@asynccontextmanager
async def asking(request: Request, question: Question) -> AsyncIterator[Asking]:
    """Ask the service; leaving stops the model."""
    asked = start(request, question)
    try:
        yield asked
    finally:
        await asked.stop()


def start(request: Request, question: Question, line: WaitingLine | None = None) -> Asking:
    """Ask the service; to be stopped by the caller. ``line`` has its turn first.

    Raises:
        QuestionError: a text of the question is not valid Unicode.
    """
    parts = parts_of(request)
    note = request.state.note
    turns = (turn["content"] for turn in question.history)
    require_unicode(question.text, *turns, *question.stop)
    if parts.settings.log_conversations:
        note["question"] = question.text
    events = parts.service.answer(question)
    return Asking(parts, events if line is None else _within(line, events), note)


class ClientLeftError(ChatbotError):
    """Nobody waits for the response any more."""


async def unless_gone(request: Request, work: Any) -> Any:
    """The result of the awaitable ``work``, which ends when the client goes.

    Raises:
        ClientLeftError: it went.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_wait_for_disconnect(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientLeftError("The client has gone.")
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _within(
    line: WaitingLine, events: AsyncGenerator[Event, None]
) -> AsyncGenerator[Event, None]:
    async with line.turn(), aclosing(events):
        async for event in events:
            yield event


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
