"""Prompts longer than a model's context: what is dropped, in which order, and what is said."""

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from chatbot.answering.events import Answered
from chatbot.answering.fitting import Fitted, fit
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import QuestionError
from chatbot.llm.local import LocalChatModel
from chatbot.memory import Turn
from chatbot.service import ChatService
from tests.support.scripted import ScriptedEngine

QUESTION = "How long can customers in the US return a product?"
HISTORY: list[BaseMessage] = [
    HumanMessage("old question " * 10),
    AIMessage("old answer " * 10),
    HumanMessage("new question " * 10),
    AIMessage("new answer " * 10),
]
PASSAGES = [Document(f"word{n} " * 100, metadata={"start": 0, "end": 600 + n}) for n in range(3)]


def fitted(room: int) -> Fitted:
    def render(history: object, passages: object) -> str:
        texts = [str(m.text) for m in history] + [d.page_content for d in passages]  # type: ignore[attr-defined]
        return " ".join([*texts, "the question itself"])

    return fit(render, lambda text: len(text.split()), room, HISTORY, PASSAGES)


def test_what_fits_is_kept_whole() -> None:
    assert fitted(10_000) == Fitted(HISTORY, PASSAGES, "")


def test_the_oldest_turns_go_first() -> None:
    left = fitted(360)
    assert left.history == HISTORY[2:]
    assert left.passages == PASSAGES
    assert "older part of the conversation" in left.note


def test_then_the_last_passages_go_and_the_newest_turn_stays() -> None:
    left = fitted(160)
    assert left.history == HISTORY[2:]
    assert left.passages == PASSAGES[:1]
    assert "2 of 3 passages" in left.note


def test_then_the_first_passage_is_shortened_with_right_offsets() -> None:
    left = fitted(60)
    assert left.history == []
    text = left.passages[0].page_content
    assert PASSAGES[0].page_content.startswith(text)
    assert left.passages[0].metadata["end"] == len(text)


def test_a_question_too_long_by_itself_gets_a_sentence() -> None:
    with pytest.raises(QuestionError, match="question alone does not fit"):
        fitted(2)


async def ask(service: ChatService, question: str, history: list[Turn]) -> Answered:
    events = [
        event async for event in service.answer(Question(question, history, asker=EVERYTHING))
    ]
    assert isinstance(events[-1], Answered)
    return events[-1]


def small(service: ChatService, context: int) -> LocalChatModel:
    model = service.models.llm
    assert isinstance(model, LocalChatModel)
    model.context, model.max_tokens = context, 20
    return model


async def test_a_small_model_answers_a_long_conversation_and_says_so(
    service: ChatService, engine: ScriptedEngine
) -> None:
    small(service, 130)
    history: list[Turn] = []
    for number in range(8):
        history.append({"role": "user", "content": f"question {number}: {QUESTION}"})
        history.append({"role": "assistant", "content": f"answer {number}: 45 days in the US"})
    answer = (await ask(service, QUESTION, history)).answer
    assert answer.notes
    assert "older part" in answer.notes[0]
    assert "answer 0" not in engine.prompts[-1]
    assert len(engine.prompts[-1].split()) <= 130
    assert (await ask(service, QUESTION, [])).answer.notes == []


async def test_a_small_model_refuses_a_question_longer_than_its_context(
    service: ChatService,
) -> None:
    small(service, 130)
    with pytest.raises(QuestionError, match="question alone"):
        await ask(service, QUESTION + " US return" * 200, [])
