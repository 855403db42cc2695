"""A larger model is made ready beside the small one: taken up, or a sentence says why not."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from chatbot.api.application import create_api
from chatbot.cli.doctor import run_checks
from chatbot.errors import ModelUnavailableError
from chatbot.llm import preparation as module
from chatbot.llm.preparation import NEEDED_MEMORY, State
from chatbot.page.model import sentence
from chatbot.service import ChatService
from chatbot.settings import Settings, load_settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

LARGE = "Qwen2.5-Coder-1.5B-Instruct"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The catalogue without any weights of the large model."""
    folder, shipped = tmp_path / "models", load_settings().models
    folder.mkdir()
    for name in ("catalogue.toml", "wheels", "adapters"):
        (folder / name).symlink_to(shipped / name)
    return folder


@pytest.fixture
def settings(
    knowledge: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.delenv("CHATBOT_LLM")
    return load_settings(
        knowledge=knowledge, index=tmp_path / "index", data=tmp_path / "data", models=models,
        refuse_below=0.0,
    )  # fmt: skip


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Scripted models in place of weights; the names of those that were loaded."""
    names: list[str] = []

    def load(entry: Any, settings: Any, adapter: Any = None) -> Any:
        names.append(entry.name)
        return scripted_model(ScriptedEngine(f"{entry.name} says 45 days of delivery."))

    monkeypatch.setattr("chatbot.service.models.load_chat_model", load)
    return names


class Work:
    """Fetching and converting that wait until they are let go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failing: str = "") -> None:
        self.fetched, self.converted = threading.Event(), threading.Event()
        self.failing = failing
        monkeypatch.setattr("chatbot.llm.wheels.fetch_wheels", self.fetch)
        monkeypatch.setattr(module, "prepare_graph", self.convert)

    def fetch(self, entry: Any, progress: Callable[[int, int], None], *_: Any, **__: Any) -> None:
        progress(300, 1000)
        assert self.fetched.wait(20)
        if self.failing:
            raise ModelUnavailableError(self.failing)

    def convert(self, *given: Any) -> None:
        *_, tell = given
        tell(600, 1000)
        assert self.converted.wait(20)


def prepared(settings: Settings) -> ChatService:
    service = ChatService(settings, embeddings=HashedEmbeddings(), prepare=True)
    service.warm_up()
    return service


def until(service: ChatService, phase: str) -> State:
    deadline = time.monotonic() + 20
    while (state := service.models.preparing) is None or state.phase != phase:
        assert time.monotonic() < deadline, state
        time.sleep(0.01)
    return state


def loading_the_small_one_only(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the models that are tried, as they are."""
    tried: list[str] = []

    def load(entry: Any, *_: Any) -> Any:
        tried.append(entry.name)
        if entry.name == "bundled":
            raise ModelUnavailableError("The weights do not load.")
        return scripted_model(ScriptedEngine("45 days"))

    monkeypatch.setattr("chatbot.service.models.load_chat_model", load)
    return tried


def test_the_small_one_answers_until_the_large_one_is_ready(
    settings: Settings, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    service = prepared(settings)
    state = until(service, "fetching")
    assert (state.model, state.done, state.total) == (LARGE, 300, 1000)
    assert sentence(state, "de-CH") == (
        f"Ein größeres Modell ({LARGE}) wird geholt: 30%. Bis es da ist, antwortet das kleine."
    )
    assert service.model_name.startswith("bundled-small")
    work.fetched.set()
    while not (state := until(service, "converting")).total:
        time.sleep(0.01)
    assert (state.done, state.total) == (600, 1000)
    assert "wird umgewandelt: 60%." in sentence(state, "de")
    with TestClient(create_api(settings, service)) as client:
        told = client.get("/healthz").json()["preparing"]
    assert (told["phase"], told["done"], told["total"]) == ("converting", 600, 1000)
    assert loaded == ["bundled-small"]
    work.converted.set()
    assert not until(service, "answers").under_way
    assert loaded == ["bundled-small", "bundled"]
    assert service.model_name.startswith("bundled (")
    assert service.status() == "ready"


def test_what_cannot_be_fetched_is_said_and_the_small_one_goes_on(
    settings: Settings, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch, failing="'bundled' could not be fetched: no index.")
    work.fetched.set()
    service = prepared(settings)
    assert until(service, "failed").reason == "'bundled' could not be fetched: no index."
    assert service.status() == "ready"
    with TestClient(create_api(settings, service)) as client:
        told = client.get("/healthz").json()["preparing"]
        assert told["phase"] == "failed"
    assert loaded == ["bundled-small"]


def test_a_large_model_that_does_not_load_leaves_the_small_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    work.fetched.set()
    work.converted.set()
    tried = loading_the_small_one_only(monkeypatch)
    service = prepared(settings)
    until(service, "failed")
    service.refresh()
    assert tried == ["bundled-small", "bundled"]
    assert service.status() == "ready"
    assert service.model_name.startswith("bundled-small")


def test_a_ready_model_that_does_not_load_leaves_the_answers_to_the_small_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is damaged, say: it is tried once more beside the small one, and then told."""
    monkeypatch.setattr(module.Preparation, "is_ready", lambda self: True)
    work = Work(monkeypatch)
    work.fetched.set()
    work.converted.set()
    tried = loading_the_small_one_only(monkeypatch)
    service = prepared(settings)
    assert service.status() == "ready"
    assert service.model_name.startswith("bundled-small")
    deadline = time.monotonic() + 20
    while tried != ["bundled", "bundled-small", "bundled"]:
        assert time.monotonic() < deadline, tried
        time.sleep(0.01)
    assert until(service, "failed").reason == "The weights do not load."
    service.refresh()
    assert tried == ["bundled", "bundled-small", "bundled"]


@pytest.mark.parametrize(
    ("switch", "value"), [("CHATBOT_OFFLINE", "true"), ("HF_HUB_OFFLINE", "1")]
)
def test_an_offline_switch_keeps_it_from_being_fetched(
    settings: Settings,
    loaded: list[str],
    monkeypatch: pytest.MonkeyPatch,
    switch: str,
    value: str,
) -> None:
    monkeypatch.setenv(switch, value)
    monkeypatch.delenv("PEREGRINE_HUB_LOCAL", raising=False)  # set where embeddings were loaded
    work = Work(monkeypatch)
    kept = load_settings(**settings.model_dump(exclude={"offline"}, exclude_none=True))
    service = prepared(kept)
    assert "an offline switch" in until(service, "failed").reason
    assert not work.fetched.is_set()
    said = {check.name: check for check in run_checks(kept, False)}["larger model"]
    assert said.ok
    assert said.detail.startswith(f"the small model answers: {LARGE} is not on this machine")


def test_too_little_memory_is_said(
    settings: Settings, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: NEEDED_MEMORY - 2_000_000_000)
    assert (
        "needs 5 GB of free memory and 3.0 GB are free"
        in until(prepared(settings), "failed").reason
    )


def test_a_model_that_is_named_is_not_waited_for(settings: Settings, loaded: list[str]) -> None:
    named = settings.model_copy(update={"llm": "bundled-small"})
    assert prepared(named).models.preparing is None


def test_closing_stops_the_conversion(
    settings: Settings, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def convert(*given: Any) -> None:
        cancelled: Callable[[], bool] = given[3]
        while not cancelled():
            time.sleep(0.01)
        stopped.set()
        raise ModelUnavailableError("The conversion was stopped.")

    Work(monkeypatch).fetched.set()
    monkeypatch.setattr(module, "prepare_graph", convert)
    service = prepared(settings)
    until(service, "converting")
    service.close()
    assert stopped.wait(5)


def test_nothing_is_fetched_by_a_command(settings: Settings) -> None:
    assert ChatService(settings, embeddings=HashedEmbeddings()).models.preparation is None
