"""The model reads the prompt, and its refusal counts."""

import asyncio
from dataclasses import replace

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.chain import build_chain
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.grounding.confidence import (
    Reading,
)
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine

ASKED = Question("How long do refunds take?", asker=EVERYTHING)
READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})


def reading_chain(service: ChatService, gate_reading: Reading | None):  # type: ignore[no-untyped-def]
    gate = replace(service.gate(), reading=gate_reading)
    return build_chain(
        service.models.load_llm(), RunnableLambda(service.retriever(EVERYTHING, 12).search),
        service._prompts,
        history_tokens=100, gate=gate, shown=4,
    )  # fmt: skip


@pytest.mark.parametrize(("refuses", "abstains"), [(0.9, True), (0.05, False)])
def test_the_models_refusal_decides(
    service: ChatService, engine: ScriptedEngine, refuses: float, abstains: bool
) -> None:
    engine.refuses = refuses
    chain = reading_chain(service, READING)
    prepared = chain.prepare.invoke(ASKED)
    assert prepared.abstain is abstains
    assert prepared.refuses == refuses
    assert prepared.confidence == pytest.approx(1 - refuses)


def test_it_reads_the_very_prompt_that_it_answers(
    service: ChatService, engine: ScriptedEngine
) -> None:
    chain = reading_chain(service, READING)
    prepared = chain.prepare.invoke(ASKED)
    chain.respond(prepared).invoke(prepared)
    read, answered = engine.prompts[-2:]
    assert read == answered


def test_without_a_fit_nothing_is_read(service: ChatService, engine: ScriptedEngine) -> None:
    chain = reading_chain(service, None)
    prepared = chain.prepare.invoke(ASKED)
    assert prepared.refuses is None
    assert not engine.prompts


def test_a_refusal_by_reading_is_shown_as_any_other(
    service: ChatService, engine: ScriptedEngine
) -> None:
    from chatbot.answering.events import Answered

    engine.refuses = 0.95
    live = service._loader.ready()
    chain = reading_chain(service, READING)
    service._loader.live = replace(live, chain=chain)

    async def ask() -> Answered:
        async for event in service.answer(ASKED):
            if isinstance(event, Answered):
                return event
        raise AssertionError

    answer = asyncio.run(ask()).answer
    assert answer.abstained
    assert answer.answer.startswith(service._prompts.refusal)
    assert answer.passages


@pytest.mark.parametrize(("refuses", "avoided"), [(0.4, "I don't know."), (0.01, "")])
def test_what_the_gate_answers_the_model_does_not_refuse(
    service: ChatService, engine: ScriptedEngine, refuses: float, avoided: str
) -> None:
    engine.refuses = refuses
    chain = reading_chain(service, READING)
    prepared = chain.prepare.invoke(ASKED)
    chain.respond(prepared).invoke(prepared)
    assert engine.requests[-1].avoid == avoided
