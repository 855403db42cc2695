"""The waiting line: bounded, in order, freed at once, and never lost."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from chatbot.answering.events import Answered, Event, Queued
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import BusyError, ChatbotError, GenerationError
from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.service import ChatService
from chatbot.service.waiting import Place, WaitingLine
from chatbot.settings import Settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

QUESTION = "How long can customers in the US return a product?"


class GatedEngine(ScriptedEngine):
    """Holds every answer at its first word until the gate opens; fails for marked questions."""

    def __init__(self) -> None:
        super().__init__("Customers in the US can return a product within 45 days.")
        self.gate = threading.Event()
        self.running = threading.Semaphore(0)

    def stream(self, request: GenerationRequest, cancel: threading.Event):  # type: ignore[no-untyped-def]
        self.running.release()
        while not self.gate.wait(0.005):
            if cancel.is_set():
                break
        if "please fail" in request.prompt:
            raise GenerationError("The model failed while answering (scripted); ask again.")
        yield from super().stream(request, cancel)


@pytest.fixture
def engine() -> GatedEngine:
    return GatedEngine()


def line_service(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings, **limits: int
) -> ChatService:
    service = ChatService(
        settings.model_copy(update=limits), llm=scripted_model(engine), embeddings=embeddings
    )
    service.warm_up()
    return service


async def collect(service: ChatService, events: list[Event], question: str = QUESTION) -> None:
    async for event in service.answer(Question(question, asker=EVERYTHING)):
        events.append(event)


async def started(engine: GatedEngine, count: int = 1) -> None:
    for _ in range(count):
        assert await asyncio.to_thread(engine.running.acquire, timeout=60)


async def waiting(service: ChatService, count: int) -> None:
    async with asyncio.timeout(60):
        while len(service.line) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_people_see_their_position_move_up_to_their_turn(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings
) -> None:
    service = line_service(settings, engine, embeddings, answers_at_once=1)
    seen: list[list[Event]] = [[], [], []]
    tasks = []
    for number, events in enumerate(seen):
        tasks.append(asyncio.create_task(collect(service, events)))
        await (started(engine) if number == 0 else waiting(service, number))
    engine.gate.set()
    await asyncio.gather(*tasks)
    positions = [[e.position for e in events if isinstance(e, Queued)] for events in seen]
    assert positions == [[], [1], [2, 1]]
    assert all(isinstance(events[-1], Answered) for events in seen)


async def test_a_full_line_turns_further_questions_away(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings
) -> None:
    service = line_service(settings, engine, embeddings, answers_at_once=1, answers_waiting=1)
    first = asyncio.create_task(collect(service, []))
    await started(engine)
    second = asyncio.create_task(collect(service, []))
    await waiting(service, 1)
    with pytest.raises(BusyError, match="ask again in a moment"):
        await collect(service, [])
    engine.gate.set()
    await asyncio.gather(first, second)
    await collect(service, [])


async def test_stop_frees_the_place_at_once(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings
) -> None:
    service = line_service(settings, engine, embeddings, answers_at_once=1)
    stopped = asyncio.create_task(collect(service, []))
    await started(engine)
    events: list[Event] = []
    left = asyncio.create_task(collect(service, []))
    await waiting(service, 1)
    left.cancel()  # someone who leaves while waiting is in nobody's way
    last = asyncio.create_task(collect(service, events))
    await waiting(service, 1)
    stopped.cancel()
    await started(engine)  # the next one's answer begins although the gate is still closed
    engine.gate.set()
    await last
    assert isinstance(events[-1], Answered)
    await asyncio.gather(stopped, left, return_exceptions=True)


async def test_closing_the_events_frees_the_place(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings
) -> None:
    service = line_service(settings, engine, embeddings, answers_at_once=1, answers_waiting=0)
    engine.gate.set()
    async with aclosing(service.answer(Question(QUESTION, asker=EVERYTHING))) as events:
        await anext(events)
    await collect(service, [])


async def test_a_failing_request_takes_no_other_with_it(
    settings: Settings, engine: GatedEngine, embeddings: HashedEmbeddings
) -> None:
    service = line_service(settings, engine, embeddings, answers_at_once=4)
    engine.gate.set()
    asked = [QUESTION, QUESTION + " please fail", QUESTION, QUESTION + " please fail"]
    seen: list[list[Event]] = [[] for _ in asked]
    results = await asyncio.gather(
        *(collect(service, events, q) for events, q in zip(seen, asked, strict=True)),
        return_exceptions=True,
    )
    assert [isinstance(result, ChatbotError) for result in results] == [False, True, False, True]
    assert isinstance(seen[0][-1], Answered)
    assert isinstance(seen[2][-1], Answered)
    await collect(service, [])


def test_the_line_serves_several_event_loops() -> None:
    line = WaitingLine(1, 5)
    order: list[int] = []

    async def hold(release: threading.Event, joined: threading.Event) -> None:
        place = line.join()
        joined.set()
        await asyncio.to_thread(release.wait, 60)
        order.append(1)
        place.leave()

    async def queue() -> None:
        place = line.join()
        async for _ in place.positions():
            release.set()
        order.append(2)
        place.leave()

    release, joined = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(hold(release, joined)))
    thread.start()
    assert joined.wait(60)
    asyncio.run(queue())
    thread.join()
    assert order == [1, 2]


async def test_leaving_twice_frees_one_place() -> None:
    async def first_position(place: Place) -> int | None:
        positions: AsyncGenerator[int, None] = place.positions()  # type: ignore[assignment]
        async with aclosing(positions):
            return await anext(positions, None)

    line = WaitingLine(1, 5)
    first, second, third = line.join(), line.join(), line.join()
    first.leave()
    first.leave()
    assert await first_position(second) is None
    assert await first_position(third) == 1
