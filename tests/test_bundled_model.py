"""The small bundled models, end to end, with every outgoing connection refused."""

import asyncio
import json
import shutil
import threading
from pathlib import Path

import pytest

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.cli.doctor import refused_connections
from chatbot.llm.catalogue import load_catalogue
from chatbot.llm.engines.protocol import GenerationRequest
from chatbot.llm.factory import load_chat_model
from chatbot.service import ChatService, build_service
from chatbot.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
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
        events = [event async for event in real.answer(Question(question))]
        assert isinstance(events[-1], Answered)
        return events[-1]

    with refused_connections() as tried:
        real.update_index()
        for case in TEN:
            answer = asyncio.run(ask(case["question"])).answer
            assert case["relevant"][0]["path"] in [p.path for p in answer.passages]
            assert "bundled-small" in answer.model
            for citation in answer.citations:
                text = real.document_text(citation.path)
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
        found = service.retriever(12).invoke(question)
        return service.gate().decide(question, question, found, False).action

    covered = ("How long can a customer in the EU return a product?", "When is the refund paid?")
    others = ("How do I reset my password?", "What does error E31 mean?", "Is there a gift card?")
    assert [action(question) for question in covered] == ["answer", "answer"]
    assert [action(question) for question in others] == ["refuse", "refuse", "refuse"]


@pytest.mark.parametrize("engine", ["openvino", "transformers"])
def test_both_engines_stream_stop_and_cancel(engine: str) -> None:
    settings = load_settings(engine=engine, answer_tokens=40)
    entry = load_catalogue(settings.models).llm["bundled-small"]
    model = load_chat_model(entry, settings)
    chunks = list(model.stream("Count from one to ten."))
    assert len(chunks) > 3
    usage = chunks[-1].usage_metadata or chunks[-2].usage_metadata
    assert usage is not None
    assert 0 < usage["output_tokens"] <= 40

    cancel = threading.Event()
    pieces = []
    for piece in model.engine.stream(GenerationRequest("Once upon a time", 2000), cancel):
        pieces.append(piece)
        if len(pieces) == 3:
            cancel.set()
    assert pieces[-1].finish_reason == "cancelled"
    assert pieces[-1].tokens < 100
    model.engine.close()
