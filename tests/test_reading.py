"""The gate that reads: what the model makes of the passages decides with the search."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ScriptedEngine
from langchain_core.runnables import RunnableLambda

from chatbot.answering.chain import build_chain
from chatbot.answering.question import Question
from chatbot.errors import DataError
from chatbot.evaluation.reading import Read, fit_reading
from chatbot.grounding.confidence import (
    CALIBRATION,
    Reading,
    load_calibration,
    save_calibration,
)
from chatbot.service import ChatService

ASKED = Question("How long do refunds take?")
READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})


def reading_chain(service: ChatService, gate_reading: Reading | None):  # type: ignore[no-untyped-def]
    gate = replace(service.gate(), reading=gate_reading)
    return build_chain(
        service.models.load_llm(), RunnableLambda(service.retriever(12).search), service._prompts,
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


def test_refuse_below_takes_the_place_of_the_fitted_threshold(service: ChatService) -> None:
    gate = replace(service.gate(), reading=READING, refuse_below=0.2)
    assert gate.weigh(0.5, 0.7).action == "answer"
    assert gate.weigh(0.5, 0.9).action == "refuse"


def test_a_reading_is_kept_with_the_calibration(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    calibration = replace(load_calibration(CALIBRATION), readings={"one": READING})
    save_calibration(calibration, path)
    assert load_calibration(path) == calibration


def drawn(source: str, count: int, seed: int) -> list[Read]:
    chance = random.Random(seed)
    cases = []
    for n in range(count):
        covered = n % 2 == 0
        refuses = chance.betavariate(1, 6) if covered else chance.betavariate(6, 1)
        cases.append(Read(source, covered, chance.betavariate(3, 2), refuses))
    return cases


def test_what_is_fitted_holds_for_a_base_that_nobody_saw() -> None:
    reading, report = fit_reading([*drawn("a", 80, 1), *drawn("b", 80, 2), *drawn("c", 80, 3)])
    assert reading.refusal < 0
    for figures in report.values():
        assert figures["auc"] > 0.9
        assert figures["answered"] > 0.8
    unseen = drawn("d", 400, 4)
    least = reading.threshold(0.1)
    answered = [one for one in unseen if reading.confidence(one.refuses, one.retrieval) >= least]
    covered = sum(one.answerable for one in answered)
    assert covered > 0.9 * len(unseen) / 2
    # Where 30% of the questions are not covered, as fitting assumes, not half of them here.
    wrong = (len(answered) - covered) * 0.3 / 0.7
    assert wrong / (wrong + covered) < 0.13


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(DataError, match="at least"):
        fit_reading(drawn("a", 20, 1))


def test_the_probability_is_asked_of_the_engine(engine: ScriptedEngine) -> None:
    from conftest import scripted_model
    from langchain_core.messages import HumanMessage

    engine.refuses = 0.25
    assert scripted_model(engine).probability([HumanMessage("hi")], "I don't know.") == 0.25


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
