"""The small bundled models, end to end, with every outgoing connection refused."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.cli.doctor import refused_connections
from chatbot.service import ChatService, build_service
from chatbot.settings import load_settings
from tests.support import ROOT

CASES = [json.loads(line) for line in (ROOT / "tests/cases/sample.jsonl").open()]
TEN = [case for case in CASES if case["answerable"] and not case["history"]][::3][:10]
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> ChatService:
    index = tmp_path_factory.mktemp("index")
    return build_service(load_settings(index=index, llm="bundled-small", embeddings="bundled"))


def test_ten_cases_offline(real: ChatService) -> None:
    """The right document is among the sources, and every citation is verbatim at its offsets."""

    async def ask(question: str) -> Answered:
        events = [event async for event in real.answer(Question(question, asker=EVERYTHING))]
        assert isinstance(events[-1], Answered)
        return events[-1]

    with refused_connections() as tried:
        real.update_index()
        for case in TEN:
            answer = asyncio.run(ask(case["question"])).answer
            assert case["relevant"][0]["path"] in [p.path for p in answer.passages]
            assert "bundled-small" in answer.model
            assert answer.abstained or answer.confidence <= 0.49  # half of its answers are right
            for citation in answer.citations:
                text = real.document_text(citation.path, EVERYTHING)
                assert text[citation.start : citation.end] == citation.quote
    assert not tried


def test_one_document_is_enough_to_answer_from(tmp_path: Path) -> None:
    """With a single page there is nothing that it could stand out among."""
    (tmp_path / "k").mkdir()
    shutil.copy(ROOT / "knowledge/returns/returns-eu.md", tmp_path / "k")
    settings = load_settings(
        knowledge=tmp_path / "k", index=tmp_path / "i", llm="bundled-small", embeddings="bundled",
        refuse_below=None,
    )  # fmt: skip
    service = build_service(settings)
    service.update_index()

    def action(question: str) -> str:
        found = service.retriever(EVERYTHING, 12).invoke(question)
        return service.gate().decide(question, question, found, False).action

    covered = ("How long can a customer in the EU return a product?", "When is the refund paid?")
    others = ("How do I reset my password?", "What does error E31 mean?", "Is there a gift card?")
    assert [action(question) for question in covered] == ["answer", "answer"]
    assert [action(question) for question in others] == ["refuse", "refuse", "refuse"]
