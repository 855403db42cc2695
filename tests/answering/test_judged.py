"""What a judge makes of an answer reaches its confidence, or the refusal takes its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.answer import Answer
from chatbot.answering.chain import build_chain
from chatbot.answering.events import Answered, Event, Rewritten, Token
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import ModelUnavailableError
from chatbot.grounding.confidence import Reading
from chatbot.llm.judge import Worth
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine

ASKED = "How long can customers in the US return a product?"
RIGHT = "Customers in the US can return a product within 45 days of delivery."
READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})
WORTH = Worth(score=1.0, gate=0.0, marked=0.0, offset=0.0, least=0.3)


@dataclass
class Scores:
    """Scores every text alike; keeps what it was asked."""

    score: float = 0.0
    fails: bool = False
    worth: Worth | None = WORTH
    asked: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def answer_scores(self, question: str, answer: str, texts: Sequence[str]) -> list[float]:
        if self.fails:
            raise ModelUnavailableError("The judge failed.")
        self.asked.append((question, answer, list(texts)))
        return [self.score - place for place in range(len(texts))]


async def events(
    service: ChatService,
    judge: Scores | None,
    question: Question,
    refuse_below: float | None = None,
) -> list[Event]:
    gate = replace(service.gate(), reading=READING, refuse_below=refuse_below)
    chain = build_chain(
        service.models.load_llm(), RunnableLambda(service.retriever(EVERYTHING, 12).search),
        service._prompts, history_tokens=100, gate=gate, shown=4, find_judge=lambda: judge,
    )  # fmt: skip
    service._loader.live = replace(service._loader.ready(), chain=chain)
    return [event async for event in service.answer(question)]


def answer_of(told: list[Event]) -> Answer:
    (only,) = [event.answer for event in told if isinstance(event, Answered)]
    return only


async def test_the_confidence_is_what_the_judge_finds_probable(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    judge = Scores(score=1.0)
    answer = answer_of(await events(service, judge, Question(ASKED, asker=EVERYTHING)))
    assert answer.answer == RIGHT
    assert answer.confidence == pytest.approx(0.7311, abs=1e-3)  # by the best of the sections
    ((question, said, texts),) = judge.asked
    assert (question, said) == (ASKED, RIGHT)
    assert any("45 days" in text for text in texts)


async def test_the_refusal_takes_the_place_of_an_answer_that_the_judge_doubts(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    told = await events(service, Scores(score=-2.0), Question(ASKED, asker=EVERYTHING))
    answer = answer_of(told)
    assert answer.abstained and answer.refused
    assert answer.confidence == pytest.approx(0.1192, abs=1e-3)
    assert any(isinstance(event, Token) for event in told)
    assert [event.text for event in told if isinstance(event, Rewritten)] == [answer.answer]
    assert not answer.citations


@pytest.mark.parametrize(
    "judge", [None, Scores(worth=None), Scores(fails=True)], ids=["none", "no questions", "fails"]
)
async def test_without_its_word_the_gate_and_the_rules_decide(
    service: ChatService, engine: ScriptedEngine, judge: Scores | None
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    answer = answer_of(await events(service, judge, Question(ASKED, asker=EVERYTHING)))
    assert answer.answer == RIGHT
    assert answer.confidence == pytest.approx(0.8)


async def test_who_sets_the_confidence_to_refuse_below_is_obeyed(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    question = Question(ASKED, asker=EVERYTHING)
    answer = answer_of(await events(service, Scores(score=-2.0), question, refuse_below=0.0))
    assert answer.answer == RIGHT
    assert answer.confidence == pytest.approx(0.1192, abs=1e-3)


async def test_a_follow_up_is_judged_with_the_question_before(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    before = [
        {"role": "user", "content": "How long can customers in the EU return a product?"},
        {"role": "assistant", "content": "Within 30 days."},
    ]
    judge = Scores(score=1.0)
    await events(service, judge, Question("And in the US?", before, asker=EVERYTHING))
    assert judge.asked[0][0] == f"{before[0]['content']} And in the US?"


async def test_passages_that_come_with_a_question_are_not_judged(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply, engine.refuses = RIGHT, 0.2
    judge = Scores(score=-5.0)
    passages = service.search(ASKED, EVERYTHING)
    given = Question(ASKED, passages=passages, asker=EVERYTHING)
    assert answer_of(await events(service, judge, given)).answer == RIGHT
    assert not judge.asked
