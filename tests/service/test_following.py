"""A service that follows its folder, and answers while the index has not followed yet."""

import asyncio
import time
from collections.abc import Callable
from typing import NoReturn

import pytest

from chatbot.answering.answer import Answer
from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.index.generations import generation_names
from chatbot.service import ChatService
from chatbot.service.following import Follower
from chatbot.settings import Settings
from tests.support.scripted import US, HashedEmbeddings, ScriptedEngine, scripted_model


def soon(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 20
    while not holds() and time.monotonic() < ends:
        time.sleep(0.02)
    return holds()


def put(settings: Settings, name: str, text: str) -> None:
    """In one step: a file that is seen half written is built twice."""
    beside = settings.knowledge.with_name(name)
    beside.write_text(text)
    beside.rename(settings.knowledge / name)


async def answer(service: ChatService, question: str) -> Answer:
    events = [event async for event in service.answer(Question(question, asker=EVERYTHING))]
    last = events[-1]
    assert isinstance(last, Answered)
    return last.answer


async def test_a_deleted_file_is_never_cited_even_before_the_index_follows(
    service: ChatService, settings: Settings
) -> None:
    before = await answer(service, US)
    assert [citation.path for citation in before.citations] == ["us.md"]
    (settings.knowledge / "us.md").unlink()
    after = await answer(service, US)
    assert service.generation == "g00000001"
    assert "us.md" not in [citation.path for citation in after.citations]
    assert "us.md" not in [passage.path for passage in after.passages]
    assert [passage.path for passage in service.search(US, EVERYTHING)] == ["eu.md"]


async def test_of_an_emptied_folder_nothing_is_cited(
    service: ChatService, settings: Settings
) -> None:
    for path in settings.knowledge.iterdir():
        path.unlink()
    assert not service.search(US, EVERYTHING)
    assert Follower(service)._update()
    assert (await answer(service, US)).abstained
    assert service.generation == "g00000002" and service.status() == "ready"


async def test_where_the_whole_folder_is_away_or_empty_the_index_still_answers(
    service: ChatService, settings: Settings
) -> None:
    settings.knowledge.rename(settings.knowledge.with_name("elsewhere"))
    assert [citation.path for citation in (await answer(service, US)).citations] == ["us.md"]
    settings.knowledge.mkdir()
    assert [citation.path for citation in (await answer(service, US)).citations] == ["us.md"]


def test_the_service_answers_from_what_is_put_into_the_folder(
    service: ChatService, settings: Settings
) -> None:
    follower = Follower(service, every=0.05)
    was = service.current_generation().manifest.listed
    follower.start()
    try:
        (settings.knowledge / "norway.md").write_text("# Norway\n\nWe ship there in nine days.\n")
        assert soon(lambda: "norway.md" in service.document_paths(EVERYTHING))
        assert service.current_generation().manifest.listed > was
        (settings.knowledge / "norway.md").unlink()
        assert soon(lambda: "norway.md" not in service.document_paths(EVERYTHING))
    finally:
        follower.close()


def test_what_cannot_be_taken_up_does_not_end_the_following(
    service: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refresh() -> NoReturn:
        raise RuntimeError("Infer failed")

    monkeypatch.setattr(service, "refresh", refresh)
    assert Follower(service)._update()


def test_replicas_on_one_index_build_each_change_once(
    service: ChatService, settings: Settings, engine: ScriptedEngine
) -> None:
    other = ChatService(settings, llm=scripted_model(engine), embeddings=HashedEmbeddings())
    other.warm_up()
    followers = [Follower(each, every=0.05) for each in (service, other)]
    for follower in followers:
        follower.start()
    try:
        written = settings.knowledge.parent / "norway.md"  # seen half written it changes twice
        written.write_text("# Norway\n\nWe ship there in nine days.\n")
        written.rename(settings.knowledge / "norway.md")
        replicas = (service, other)
        assert soon(
            lambda: all("norway.md" in each.document_paths(EVERYTHING) for each in replicas)
        )
        time.sleep(0.3)
    finally:
        for follower in followers:
            follower.close()
    assert sorted(generation_names(settings.index)) == ["g00000001", "g00000002"]
    assert asyncio.run(answer(other, "Do you ship to Norway?")).passages
