"""An answer that its passages contradict is written again from another reading of them."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.answer import Answer, Stopwatch
from chatbot.answering.chain import AnswerChain, build_chain
from chatbot.answering.events import Answered, Event, PassagesFound, Rereading, Rewritten, Token
from chatbot.answering.excerpts import Excerpts
from chatbot.answering.question import Question
from chatbot.answering.smalltalk import load_small_talk
from chatbot.answering.stream import stream_answer
from chatbot.api.asking import Asking
from chatbot.api.parts import make_parts
from chatbot.audience import EVERYTHING
from chatbot.errors import GenerationError
from chatbot.grounding.confidence import Reading
from chatbot.llm.engines.protocol import STOPPED, GenerationRequest, Piece
from chatbot.page.answers import support
from chatbot.passage import Passage
from chatbot.service import ChatService
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

RIGHT = "Customers in the US can return a product within 45 days of delivery."
WRONG = "Customers in the US can return a product within 30 days of delivery."
OTHER = "Customers in the US can return a product within 60 days of delivery."
READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})
ASKED = Question("How long can customers in the US return a product?", asker=EVERYTHING)
TABLE = "| Part | EUR |\n|---|---|\n" + "\n".join(
    f"| Return of P-{n} in the US | {n}.50 |" for n in range(100)
)
FILLER = "\n".join(f"Line {n} tells of gardens, rivers and hills." for n in range(60))
LONG = [
    Passage(
        page_content=f"# {path}\n\n{text}\n\n{FILLER}",
        metadata={"path": path, "title": path, "start": 0},
    )
    for path, text in (("us.md", RIGHT), ("parts.md", TABLE))
]


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
    service: ChatService,
    engine: ScriptedEngine,
    reads: bool,
    asked: Question = ASKED,
    found: Callable[..., list[Passage]] | None = None,
) -> list[Event]:
    chain = chain_of(service, engine, reads, found)
    small_talk = load_small_talk(service.settings.prompts)
    events = stream_answer(chain, asked, small_talk, "scripted", Stopwatch())
    return [event async for event in events]


def chain_of(
    service: ChatService,
    engine: ScriptedEngine,
    reads: bool,
    found: Callable[..., list[Passage]] | None = None,
) -> AnswerChain:
    return build_chain(
        scripted_model(engine),
        RunnableLambda(found or service.retriever(EVERYTHING, 12).search),
        service._prompts,
        history_tokens=100,
        gate=replace(service.gate(), reading=READING if reads else None, refuse_below=0.0),
        shown=4,
        excerpts=Excerpts(HashedEmbeddings()),
    )


def last(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answered)
    return events[-1].answer


def streamed(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token)).strip()


def long_ones(query: str, asked: str = "") -> list[Passage]:
    return LONG


class Slow(InTurn):
    """Reads its passages when ``gate`` opens."""

    gate = threading.Event()

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        assert self.gate.wait(20)
        return super().probability(request, text, cancel)


async def test_what_a_model_makes_of_the_right_passages_lowers_its_confidence(
    service: ChatService,
) -> None:
    chain = replace(chain_of(service, InTurn(RIGHT), reads=True), right=0.5)
    small_talk = load_small_talk(service.settings.prompts)
    events = stream_answer(chain, ASKED, small_talk, "scripted", Stopwatch())
    answer = last([event async for event in events])
    assert answer.citations and not answer.unsupported
    assert answer.confidence <= 0.5
    assert support(answer) == "partly"


async def test_the_passages_are_told_before_the_model_has_read_them(service: ChatService) -> None:
    engine, watch = Slow(RIGHT), Stopwatch()
    chain = chain_of(service, engine, reads=True)
    small_talk = load_small_talk(service.settings.prompts)
    events = stream_answer(chain, ASKED, small_talk, "scripted", watch)
    first = await asyncio.wait_for(anext(events), 10)
    assert isinstance(first, PassagesFound)
    assert "read" not in watch.seconds
    engine.gate.set()
    rest = [event async for event in events]
    assert list(last(rest).timings) == ["retrieved", "read", "first_token", "total"]


class Patient(InTurn):
    """Reads for long, until it is stopped; a thread that nobody stops is told by ``stopped``."""

    def __init__(self) -> None:
        super().__init__(RIGHT)
        self.begun, self.stopped = threading.Event(), threading.Event()

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        self.begun.set()
        for _ in range(500):
            if cancel.is_set():
                self.stopped.set()
                raise GenerationError(STOPPED)
            time.sleep(0.02)
        return super().probability(request, text, cancel)


async def test_a_model_stops_reading_for_who_leaves_before_the_first_word(
    service: ChatService,
) -> None:
    engine = Patient()
    asking = asyncio.create_task(events_of(service, engine, reads=True))
    assert await asyncio.to_thread(engine.begun.wait, 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(engine.stopped.wait, 5)


async def test_another_reading_takes_the_place_of_a_contradicted_answer(
    service: ChatService,
) -> None:
    engine = InTurn(WRONG, RIGHT)
    events = await events_of(service, engine, reads=True, found=long_ones)
    assert streamed(events) == WRONG
    assert events[-3:-1] == [Rereading(), Rewritten(RIGHT)]
    answer = last(events)
    assert answer.answer == RIGHT
    assert answer.citations
    assert not answer.unsupported
    assert support(answer) == "partly"  # two readings said two things
    first, second = engine.prompts[-2:]
    assert "Part: Return of P-1 in the US; EUR: 1.50" in first
    assert "| Return of P-1 in the US | 1.50 |" in second
    assert "| Part | EUR |" in second
    assert answer.usage.completion_tokens == len(WRONG.split()) + len(RIGHT.split())


async def test_the_last_reading_is_of_half_as_much(service: ChatService) -> None:
    engine = InTurn(WRONG, OTHER, RIGHT)
    events = await events_of(service, engine, reads=True, found=long_ones)
    assert last(events).answer == RIGHT
    assert events.count(Rereading()) == 1
    first, _, third = (len(prompt) for prompt in engine.prompts[-3:])
    assert third < first - 600


@pytest.mark.parametrize(
    ("again", "row"),
    [
        (0, "Part: Return of P-1 in the US; EUR: 1.50"),
        (1, "| Return of P-1 in the US | 1.50 |"),
        (3, "Part: Return of P-1 in the US; EUR: 1.50"),
    ],
)
async def test_a_question_that_is_answered_again_is_read_in_another_way_each_time(
    service: ChatService, again: int, row: str
) -> None:
    engine = InTurn(RIGHT)
    asked = replace(ASKED, again=again)
    events = await events_of(service, engine, reads=True, found=long_ones, asked=asked)
    assert row in engine.prompts[-1]
    assert last(events).answer == RIGHT
    assert (support(last(events)) == "partly") == (again == 1)  # counted: right in 55%


async def test_a_yes_does_not_take_the_place_of_a_no(service: ChatService) -> None:
    said = f"No, {WRONG[0].lower()}{WRONG[1:]}"
    others = [f"Yes, {RIGHT[0].lower()}{RIGHT[1:]}"] * 2
    events = await events_of(service, InTurn(said, *others), reads=True, found=long_ones)
    assert last(events).answer == said
    assert last(events).unsupported


async def test_a_no_takes_the_place_of_a_yes_where_the_question_decides_it(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, other = f"Yes, {OTHER[0].lower()}{OTHER[1:]}", f"No, {RIGHT[0].lower()}{RIGHT[1:]}"
    engine = InTurn(said, other)
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: 0.5)  # it cannot tell
    asked = replace(ASKED, text="can US customers return a product after 60 days?")
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=long_ones))
    assert (answer.answer, answer.unsupported) == (other, [])
    assert support(answer) == "partly"


@pytest.mark.parametrize("others", [(OTHER, OTHER), ("I don't know.", "Je ne sais pas."), ()])
async def test_where_no_other_is_better_the_first_stays_marked(
    service: ChatService, others: tuple[str, ...]
) -> None:
    engine = InTurn(WRONG, *others)
    events = await events_of(service, engine, reads=True, found=long_ones)
    assert not any(isinstance(event, Rewritten) for event in events)
    assert last(events).answer == WRONG
    assert last(events).unsupported
    assert not engine.replies


async def test_what_was_read_whole_is_not_read_again(service: ChatService) -> None:
    engine = InTurn(WRONG, RIGHT)
    events = await events_of(service, engine, reads=True)
    assert last(events).answer == WRONG
    assert Rereading() not in events
    assert engine.replies == [RIGHT]


async def test_a_supported_answer_is_written_once(service: ChatService) -> None:
    engine = InTurn(RIGHT, OTHER)
    assert last(await events_of(service, engine, reads=True, found=long_ones)).answer == RIGHT
    assert engine.replies == [OTHER]


async def test_a_model_that_does_not_read_is_not_asked_again(service: ChatService) -> None:
    engine = InTurn(WRONG, RIGHT)
    answer = last(await events_of(service, engine, reads=False, found=long_ones))
    assert answer.answer == WRONG
    assert engine.replies == [RIGHT]


async def test_a_stream_says_the_correction_behind_what_it_has_sent(service: ChatService) -> None:
    engine = InTurn(WRONG, RIGHT)
    events = await events_of(service, engine, reads=True, found=long_ones)

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


@pytest.mark.parametrize("reads", [True, False])
async def test_a_yes_gives_way_to_the_no_that_its_sentence_means(
    service: ChatService, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    said = "customers in the US can return a product within 45 days of delivery."
    engine = InTurn(f"Yes, {said}")
    wanted = {"Yes": 0.1, "No": 0.8}
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: wanted.get(text, 0.0))
    asked = Question("is day 60 still ok for a US return?", asker=EVERYTHING)
    events = await events_of(service, engine, reads=reads, asked=asked, found=long_ones)
    assert streamed(events) == f"Yes, {said}"
    answer = last(events)
    if not reads:  # a model that was not trained for it is not asked
        assert answer.answer == f"Yes, {said}"
        return
    assert events[-2] == Rewritten(f"No, {said}", turned=True)
    assert answer.answer == f"No, {said}"
    assert support(answer) == "partly"


async def test_a_yes_gives_way_where_its_own_bound_says_so(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "customers in the US can return a product within 45 days of delivery."
    engine = InTurn(f"Yes, {said}")
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: 0.5)  # it cannot tell
    asked = Question("can US customers return a product after 60 days?", asker=EVERYTHING)
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=long_ones))
    assert (answer.answer, answer.unsupported) == (f"No, {said}", [])
    assert support(answer) == "partly"


async def test_a_yes_gives_way_where_the_number_of_the_question_says_no(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "an agent may grant goodwill of up to 20 EUR per case without approval."
    engine = InTurn(f"Yes, {said}")
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: 0.5)  # it cannot tell

    def found(query: str, asked: str = "") -> list[Passage]:
        return [*LONG[:1], LONG[0].model_copy(update={"page_content": f"A{said[1:]}"})]

    asked = Question("goodwill 35 euro ok without asking?", asker=EVERYTHING)
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=found))
    assert (answer.answer, answer.unsupported) == (f"No, {said}", [])
    assert support(answer) == "partly"


@pytest.mark.parametrize(
    ("stop", "left"),
    [
        ("within", "Yes, customers in the US can return a product"),
        ("5", "Yes, customers in the US can return a product within 4"),
        ("0", "Yes, customers in the US can return a product within 45.5"),
    ],
)
async def test_a_sentence_that_a_client_cuts_does_not_turn_its_yes(
    service: ChatService, monkeypatch: pytest.MonkeyPatch, stop: str, left: str
) -> None:
    number = "45.50" if stop == "0" else "45"
    engine = InTurn(f"Yes, customers in the US can return a product within {number} days.")
    wanted = {"Yes": 0.1, "No": 0.8}
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: wanted.get(text, 0.0))
    asked = Question("is day 60 still ok for a US return?", asker=EVERYTHING, stop=[stop])
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=long_ones))
    assert answer.answer == left


async def test_a_whole_sentence_turns_its_yes_wherever_a_client_stops(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "customers in the US can return a product within 45 days of delivery."
    engine = InTurn(f"Yes, {said} However, not all of them.")
    wanted = {"Yes": 0.1, "No": 0.8}
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: wanted.get(text, 0.0))
    text = "is day 60 still ok for a US return?"
    asked = Question(text, asker=EVERYTHING, stop=["However"])
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=long_ones))
    assert answer.answer == f"No, {said}"


@pytest.mark.parametrize("limit", [{"stop": ["'"]}, {"stop": ["w"]}, {"max_tokens": 2}])
async def test_the_beginning_of_a_refusal_is_one(
    service: ChatService, limit: dict[str, Any]
) -> None:
    asked = Question("How long can customers in the US return a lamp?", asker=EVERYTHING, **limit)
    engine = InTurn(service._prompts.unknown)
    answer = last(await events_of(service, engine, reads=False, asked=asked))
    assert answer.abstained


async def test_a_yes_about_another_thing_gives_way_to_the_sentence_about_the_thing_itself(
    service: ChatService,
) -> None:
    own = "Devices sold in the EU have a warranty of 3 years."
    aside = "the warranty in the EU covers defects, and the battery for 2 years."
    page = Passage(
        page_content=f"# Warranty in the EU\n\n{own} T{aside[1:]}",
        metadata={"path": "eu.md", "title": "Warranty in the EU", "start": 0},
    )
    asked = Question("does the eu warranty run out after 2 yrs?", asker=EVERYTHING)
    events = await events_of(
        service, InTurn(f"Yes, {aside}"), True, asked, lambda query, asked="": [page]
    )
    answer = last(events)
    assert (answer.answer, answer.unsupported) == (f"No: {own}", [])
    assert [citation.quote for citation in answer.citations] == [own]
    assert support(answer) == "partly"


async def test_what_an_answer_leaves_out_is_said_and_it_is_not_well_supported(
    service: ChatService,
) -> None:
    asked = Question(
        "How long can customers in the US return a product and what does it cost?",
        asker=EVERYTHING,
    )
    answer = last(await events_of(service, InTurn(RIGHT), True, asked, long_ones))
    assert (answer.answer, answer.unsupported) == (RIGHT, [])
    assert answer.notes == ["Not answered: what does it cost."]
    assert support(answer) == "partly"


async def test_the_fact_of_a_neighbour_gives_way_to_the_refusal(service: ChatService) -> None:
    said = "Shipping in the US costs 6 USD."
    page = Passage(
        page_content=f"# Shipping\n\n{said}",
        metadata={"path": "ship.md", "title": "Shipping", "start": 0},
    )
    asked = Question("what does shipping to canada cost", asker=EVERYTHING)
    events = await events_of(service, InTurn(said), True, asked, lambda query, asked="": [page])
    answer = last(events)
    assert answer.refused and "“Shipping”" in answer.answer
    assert not (answer.citations or answer.unsupported)
    assert answer.passages == [page]
    assert events[-2] == Rewritten(answer.answer)


async def test_the_yes_of_another_reading_gives_way_where_its_own_bound_says_so(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "customers in the US can return a product within 45 days of delivery."
    engine = InTurn("Yes, customers in the US can return a product within 90 days.", f"Yes, {said}")
    monkeypatch.setattr(engine, "probability", lambda request, text, cancel: 0.5)  # it cannot tell
    asked = Question("can US customers return a product after 60 days?", asker=EVERYTHING)
    answer = last(await events_of(service, engine, reads=True, asked=asked, found=long_ones))
    assert (answer.answer, answer.unsupported) == (f"No, {said}", [])
    assert support(answer) == "partly"
