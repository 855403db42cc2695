"""Fixtures: a small knowledge folder, and a service over it with scripted models."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings
from tests.support.documents import SHIPPING
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

# Whatever else is on this machine: services and commands that tests start answer with the small
# model, and none begins to fetch the large one.
os.environ.setdefault("CHATBOT_LLM", "bundled-small")
if "PYTEST_XDIST_WORKER" in os.environ:  # torch in several processes waits for itself otherwise
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with browsers and models first: they take longest, and small ones are left to fill
    the time of the process that is done first."""
    slow = {
        item.path for item in items if {"browser", "model"} & {m.name for m in item.iter_markers()}
    }
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """No test cuts the power, and a test that kills a process leaves what it wrote: so nobody has
    to wait until it is on the disk, which an index does for each of its files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "eu.md").write_text(
        "# EU returns\n\nCustomers in the EU can return a product within 30 days of delivery.\n"
    )
    (folder / "us.md").write_text(
        "# US returns\n\nCustomers in the US can return a product within 45 days of delivery.\n"
    )
    return folder


@pytest.fixture
def settings(knowledge: Path, tmp_path: Path) -> Settings:
    return load_settings(knowledge=knowledge, index=tmp_path / "index", refuse_below=0.3)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine("Customers in the US can return a product within 45 days of delivery.")


@pytest.fixture
def embeddings() -> HashedEmbeddings:
    return HashedEmbeddings()


@pytest.fixture
def service(
    settings: Settings, engine: ScriptedEngine, embeddings: HashedEmbeddings
) -> ChatService:
    service = ChatService(settings, llm=scripted_model(engine), embeddings=embeddings)
    service.warm_up()
    return service


@pytest.fixture
def shop(knowledge: Path, tmp_path: Path) -> ChatService:
    (knowledge / "shipping.md").write_text(SHIPPING)
    settings = load_settings(knowledge=knowledge, index=tmp_path / "index")
    model = scripted_model(ScriptedEngine())
    service = ChatService(settings, llm=model, embeddings=HashedEmbeddings())
    service.warm_up()
    return service
