"""What answers now: a newer index is taken up whole, or not at all."""

import asyncio
import threading
from typing import NoReturn

import pytest

from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.errors import IndexUnavailableError, ModelUnavailableError
from chatbot.service import ChatService
from chatbot.service.live import Live
from tests.support.answers import ask


async def test_new_generation_is_used_without_a_restart(service: ChatService) -> None:
    path = service.settings.knowledge / "us.md"
    path.write_text(path.read_text().replace("45 days", "60 days"))
    service.update_index()
    answer = await ask(service, "How long can customers in the US return a product?")
    assert any("60 days" in passage.text for passage in answer.passages)
    assert not any("45 days" in passage.text for passage in answer.passages)


async def test_a_search_leaves_no_answer_on_an_older_index(service: ChatService) -> None:
    path = service.settings.knowledge / "us.md"
    path.write_text(path.read_text().replace("45 days", "60 days"))
    service.update_index()
    question = "How long can customers in the US return a product?"
    found = await asyncio.to_thread(service.search, question, asker=EVERYTHING)
    answer = await ask(service, question)
    for passages in (found, answer.passages):
        assert any("60 days" in passage.text for passage in passages)
    assert service.generation == "g00000002"
    assert "60 days" in service.document_text("us.md", EVERYTHING)


async def test_where_a_newer_index_cannot_be_used_nothing_moves(service: ChatService) -> None:
    path = service.settings.knowledge / "us.md"
    path.write_text(path.read_text().replace("45 days", "60 days"))
    service.update_index()
    # The gate comes after the index, and this is no file for one.
    service._search._settings = service.settings.model_copy(update={"calibration": path})
    question = "How long can customers in the US return a product?"
    found = await asyncio.to_thread(service.search, question, asker=EVERYTHING)
    answer = await ask(service, question)
    for passages in (found, answer.passages):
        assert any("45 days" in passage.text for passage in passages)
    assert service.generation == "g00000001"
    assert "45 days" in service.document_text("us.md", EVERYTHING)
    assert str(path) in service.status()


@pytest.mark.parametrize("failure", [OSError(28, "No space left"), RuntimeError("Infer failed")])
async def test_whatever_keeps_something_newer_from_loading_the_last_answers(
    service: ChatService, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def load() -> NoReturn:
        raise failure

    path = service.settings.knowledge / "us.md"
    path.write_text(path.read_text().replace("45 days", "60 days"))
    service.update_index()
    with monkeypatch.context() as patched:
        patched.setattr(service._loader, "_load", load)
        service.refresh()
        answer = await ask(service, "How long can customers in the US return a product?")
        assert any("45 days" in passage.text for passage in answer.passages)
        assert "could not be loaded" in service.status()
        service._loader.live = None
        with pytest.raises(ModelUnavailableError, match="could not be loaded"):
            service._loader.ready()
    service.refresh()
    assert service.status() == "ready"


def test_a_first_build_that_fails_ends_no_start(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def update(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    (service.settings.index / "CURRENT").unlink()
    monkeypatch.setattr(service, "update_index", update)
    service.warm_up()


def test_a_chain_is_of_the_model_that_answers_not_of_the_next(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, made = service._loader.ready(), list[str]()
    monkeypatch.setattr(
        "chatbot.service.search.build_chain", lambda *_, **given: made.append(given["condense"])
    )
    following = live.entry.model_copy(update={"rewrites": not live.entry.rewrites})
    service.models.llm_entry = following
    uploaded = Question("And in the US?", asker=EVERYTHING, documents=live.generation)
    service._loader.chain(live, uploaded)
    assert made == ["model" if live.entry.rewrites else "history"]


async def test_the_last_generation_answers_while_a_large_one_loads(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, load = threading.Event(), service._loader._load

    def slowly() -> Live:
        loaded.wait(30)
        return load()

    monkeypatch.setattr("chatbot.service.live.TAKE_UP", 0.1)
    monkeypatch.setattr(service._loader, "_load", slowly)
    path = service.settings.knowledge / "us.md"
    path.write_text(path.read_text().replace("45 days", "60 days"))
    service.update_index()
    question = "How long can customers in the US return a product?"
    meanwhile = await ask(service, question)
    loaded.set()
    await asyncio.to_thread(service.refresh)
    after = await ask(service, question)
    assert any("45 days" in passage.text for passage in meanwhile.passages)
    assert any("60 days" in passage.text for passage in after.passages)


async def test_deleted_index_leaves_a_working_service(service: ChatService) -> None:
    (service.settings.index / "CURRENT").unlink()
    answer = await ask(service, "How long can customers in the US return a product?")
    assert answer.citations
    assert "chatbot index" in service.status()


async def test_without_an_index_the_sentence_says_what_to_run(service: ChatService) -> None:
    fresh = ChatService(
        service.settings, llm=service.models.llm, embeddings=service.models.embeddings()
    )
    (service.settings.index / "CURRENT").unlink()
    with pytest.raises(IndexUnavailableError, match="run 'chatbot index'"):
        await ask(fresh, "How long can customers in the US return a product?")
