"""An answer that its passages contradict is written once more."""

import threading
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.answer import Answer, Stopwatch
from chatbot.answering.chain import build_chain
from chatbot.answering.events import Answered, Event, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import load_small_talk
from chatbot.answering.stream import stream_answer
from chatbot.api.asking import Asking
from chatbot.api.parts import make_parts
from chatbot.audience import EVERYTHING
from chatbot.errors import GenerationError
from chatbot.grounding.confidence import Reading
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine, scripted_model

RIGHT = "Customers in the US can return a product within 45 days of delivery."
WRONG = "Customers in the US can return a product within 30 days of delivery."
OTHER = "Customers in the US can return a product within 60 days of delivery."
READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})
ASKED = Question("How long can customers in the US return a product?", asker=EVERYTHING)


class InTurn(ScriptedEngine):
    """Says each of ``replies`` once; fails when they are used up."""

    def __init__(self, *replies: str) -> None:
        super().__init__()
        self.replies = list(replies)

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        if not self.replies:
            raise GenerationError("The model failed.")
        self.reply = self.replies.pop(0)
        yield from super().stream(request, cancel)


async def events_of(
    service: ChatService, engine: ScriptedEngine, reads: bool, asked: Question = ASKED
) -> list[Event]:
    chain = build_chain(
        scripted_model(engine),
        RunnableLambda(service.retriever(EVERYTHING, 12).search),
        service._prompts,
        history_tokens=100,
        gate=replace(service.gate(), reading=READING if reads else None, refuse_below=0.0),
        shown=4,
    )
    small_talk = load_small_talk(service.settings.prompts)
    events = stream_answer(chain, asked, small_talk, "scripted", Stopwatch())
    return [event async for event in events]


def last(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answered)
    return events[-1].answer


def streamed(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token)).strip()


async def test_the_second_answer_takes_the_place_of_a_contradicted_one(
    service: ChatService,
) -> None:
    engine = InTurn(WRONG, RIGHT)
    events = await events_of(service, engine, reads=True)
    assert streamed(events) == WRONG
    assert [event.text for event in events if isinstance(event, Rewritten)] == [RIGHT]
    answer = last(events)
    assert answer.answer == RIGHT
    assert answer.citations
    assert not answer.unsupported
    assert "30 days" in engine.prompts[-1].split("is not right")[0]
    assert answer.usage.completion_tokens == len(WRONG.split()) + len(RIGHT.split())


@pytest.mark.parametrize("second", [OTHER, "I don't know.", "Je ne sais pas.", None])
async def test_where_the_second_is_no_better_the_first_stays_marked(
    service: ChatService, second: str | None
) -> None:
    engine = InTurn(WRONG, *([second] if second else []))
    events = await events_of(service, engine, reads=True)
    assert not any(isinstance(event, Rewritten) for event in events)
    assert last(events).answer == WRONG
    assert last(events).unsupported
    assert not engine.replies


async def test_a_supported_answer_is_written_once(service: ChatService) -> None:
    engine = InTurn(RIGHT, OTHER)
    assert last(await events_of(service, engine, reads=True)).answer == RIGHT
    assert engine.replies == [OTHER]


async def test_a_model_that_does_not_read_is_not_asked_again(service: ChatService) -> None:
    engine = InTurn(WRONG, RIGHT)
    assert last(await events_of(service, engine, reads=False)).answer == WRONG
    assert engine.replies == [RIGHT]


async def test_a_stream_says_the_correction_behind_what_it_has_sent(service: ChatService) -> None:
    events = await events_of(service, InTurn(WRONG, RIGHT), reads=True)

    async def again() -> AsyncGenerator[Event, None]:
        for event in events:
            yield event

    asking = Asking(make_parts(service.settings, service), again(), {})
    sent = [event async for event in asking.tokens()]
    await asking.stop()
    said = "".join(event.text for event in sent if isinstance(event, Token))
    assert said.split("\n\n") == [f"{WRONG} ", f"Corrected: {RIGHT}"]  # it ends with a space
    assert isinstance(sent[-1], Answered)


async def test_an_answer_that_chose_between_two_is_asked_back_in_its_place(
    service: ChatService,
) -> None:
    events = await events_of(
        service, InTurn(RIGHT), reads=True, asked=replace(ASKED, text="how long to send it back")
    )
    answer = last(events)
    assert answer.choices == ["US", "EU"]
    assert answer.abstained
    assert not answer.refused
    assert [event.text for event in events if isinstance(event, Rewritten)] == [answer.answer]


async def test_a_question_that_names_one_is_answered(service: ChatService) -> None:
    answer = last(await events_of(service, InTurn(RIGHT), reads=True))
    assert (answer.answer, answer.choices) == (RIGHT, [])
