"""What is under way ends with the service, and nothing begins after that."""

import asyncio
import threading

import pytest

from chatbot.answering.events import Event
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import StoppingError
from chatbot.service import ChatService
from chatbot.service.ending import Ending
from tests.support.scripted import US, ScriptedEngine, scripted_model


async def test_what_waits_ends_with_a_sentence_and_nothing_else_is_cancelled() -> None:
    ending = Ending()

    async def wait() -> str:
        try:
            async with ending.under_way():
                await asyncio.sleep(60)
        except StoppingError as exc:
            await asyncio.sleep(0)  # the task goes on
            return str(exc)
        return ""

    waiting = [asyncio.create_task(wait()) for _ in range(3)]
    await asyncio.sleep(0.01)
    await asyncio.to_thread(ending.end)
    assert all("is stopping" in said for said in await asyncio.gather(*waiting))
    with pytest.raises(StoppingError):
        async with ending.under_way():
            pass


async def test_a_time_limit_of_its_own_stays_one() -> None:
    with pytest.raises(TimeoutError):
        async with Ending().under_way(), asyncio.timeout(0):
            await asyncio.sleep(60)


async def test_a_stopped_service_answers_nobody(service: ChatService) -> None:
    async def ask() -> list[Event]:
        return [event async for event in service.answer(Question(US, asker=EVERYTHING))]

    assert await ask()
    service.stop()
    with pytest.raises(StoppingError):
        await ask()
    with pytest.raises(StoppingError):
        async for _ in service.writer.draft(US, "Within 45 days.", "friendly", "English"):
            pass


async def test_the_model_stops_reading_for_threads_that_nobody_waits_for(
    service: ChatService,
) -> None:
    """Reading a prompt takes up to a minute, and cannot be cancelled from outside."""
    engine = Reading()
    service.models.llm, service.models.scripted = scripted_model(engine), False
    reading = asyncio.create_task(asyncio.to_thread(engine.probability))
    await asyncio.to_thread(engine.begun.wait, 10)
    service.stop()
    assert await asyncio.wait_for(reading, 10) == "closed"


class Reading(ScriptedEngine):
    """Reads until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.closed = threading.Event(), threading.Event()

    def probability(self, *_: object) -> str:  # type: ignore[override]
        self.begun.set()
        return "closed" if self.closed.wait(20) else "read"

    def close(self) -> None:
        self.closed.set()
