"""A model that quotes looks again, at what it has quoted, before it answers."""

import threading
from collections.abc import Iterator
from dataclasses import replace

from langchain_core.runnables import RunnableLambda

from chatbot.answering.answer import Answer, Stopwatch
from chatbot.answering.chain import build_chain
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import load_small_talk
from chatbot.answering.stream import stream_answer
from chatbot.audience import EVERYTHING
from chatbot.grounding.confidence import Reading
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.llm.quoting import quoted
from chatbot.passage import Passage
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine, scripted_model

READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})
SENTENCE = "Customers in the US can return a product within 45 days of delivery."
BEFORE = quoted([SENTENCE], "-")[:-1]
ASKED = Question("How long can customers in the US return a product?", asker=EVERYTHING)


class Twice(ScriptedEngine):
    """Quotes before it answers; refuses with one probability before, and with another behind."""

    def __init__(self, before: float, behind: float) -> None:
        super().__init__()
        self.before, self.behind = before, behind
        self.written: list[GenerationRequest] = []

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        self.written.append(request)
        begun = request.prompt.endswith(BEFORE)
        self.reply = SENTENCE if begun else BEFORE + "What is not read."
        try:
            yield from super().stream(request, cancel)
        finally:
            cancel.set()  # as engines do, for who leaves in the midst

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        return self.behind if request.prompt.endswith(BEFORE) else self.before


async def answered(
    service: ChatService,
    engine: Twice,
    question: str = ASKED.text,
    passages: list[Passage] | None = None,
) -> Answer:
    def found(query: str, asked: str = "") -> list[Passage]:
        return passages or []

    llm = scripted_model(engine)
    llm.quotes = True
    chain = build_chain(
        llm,
        RunnableLambda(found if passages else service.retriever(EVERYTHING, 12).search),
        service._prompts,
        history_tokens=100,
        gate=replace(service.gate(), reading=READING, risk=0.1),
        shown=4,
    )
    texts = load_small_talk(service.settings.prompts)
    asked = Question(question, asker=EVERYTHING)
    events = stream_answer(chain, asked, texts, "scripted", Stopwatch())
    *_, last = [event async for event in events]
    assert isinstance(last, Answered)
    return last.answer


async def test_the_answer_goes_on_behind_what_was_quoted(service: ChatService) -> None:
    engine = Twice(0.01, 0.02)
    answer = await answered(service, engine)
    assert answer.answer == SENTENCE
    quoting, answering = engine.written
    assert answering.prompt == quoting.prompt + BEFORE
    assert (quoting.avoid, answering.avoid) == ("", "")


async def test_what_was_quoted_may_not_answer_the_question(service: ChatService) -> None:
    engine = Twice(0.1, 0.9)
    answer = await answered(service, engine)
    assert answer.abstained
    (quoting,) = engine.written
    assert quoting.avoid == service._prompts.unknown
    assert round(answer.confidence, 3) == 0.09  # neither before nor behind: 0.9 x 0.1


async def test_nothing_is_quoted_for_a_question_that_is_refused_anyway(
    service: ChatService,
) -> None:
    engine = Twice(0.9, 0.0)
    assert (await answered(service, engine)).abstained
    assert not engine.written


async def test_what_is_said_of_several_things_is_asked_back_although_the_model_would_refuse(
    service: ChatService,
) -> None:
    prices = {"Comet 3": 210, "Comet S": 260, "Orbit": 180}
    cars = [
        Passage(
            page_content=f"The yearly service of the {name} costs {price} euros.",
            metadata={"path": f"{price}.md", "title": name, "start": 0},
        )
        for name, price in prices.items()
    ]
    answer = await answered(service, Twice(0.9, 0.0), "How much is a service?", cars)
    assert answer.choices == list(prices)
    assert (await answered(service, Twice(0.9, 0.0), "How long is the warranty?", cars)).refused
