"""When a service has a judge: made in the background or waited for, left out where it cannot be."""

import logging
import shutil
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from chatbot.llm.catalogue import LLMEntry, Source
from chatbot.llm.judge import Judge
from chatbot.llm.matrices import Matrices
from chatbot.service import judging as module
from chatbot.service.judging import Judging
from chatbot.settings import Settings, load_settings
from chatbot.training.judge_model import JudgeModel
from tests.support.gguf_files import LAYERS, short_vocabulary, write_random

PAIR = ("It is open on Sundays.", "The shop is closed on Sunday.")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models: weights, and what a judge of them learned."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "weights" / "tiny").mkdir(parents=True)
    weights = folder / "weights" / "tiny" / "tiny.gguf"
    write_random(weights, "qwen2", "qwen2", short_vocabulary())
    (folder / "judge").mkdir()
    JudgeModel(Matrices(weights), LAYERS, 1).save(folder / "judge")
    return folder


@pytest.fixture
def settings(models: Path) -> Settings:
    shutil.rmtree(models / "converted", ignore_errors=True)
    return load_settings(models=models)


def entry_of(models: Path, judge: str | None = "judge") -> LLMEntry:
    source = Source(path=models / "weights" / "tiny" / "tiny.gguf")
    return LLMEntry(
        name="tiny", title="Tiny", source=source, licence="none", context=512,
        engines=("openvino",), rewrites=False, judge=judge,
    )  # fmt: skip


def test_who_waits_has_it_at_once_and_it_is_made_once(models: Path, settings: Settings) -> None:
    judge = Judging(settings, patient=True).of(entry_of(models))
    assert isinstance(judge, Judge) and len(judge.scores([PAIR])) == 1
    (made,) = (models / "converted" / "tiny-judge").glob("*graph*")
    written = (made / "judge.xml").stat().st_mtime_ns
    again = Judging(settings, patient=False)
    assert again.of(entry_of(models)) is again.of(entry_of(models)) is not None
    assert (made / "judge.xml").stat().st_mtime_ns == written


def test_a_service_goes_on_without_it_while_it_is_made(
    models: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = threading.Event()
    made = module.prepare_judge

    def slowly(*args: object) -> Path:
        begin.wait(60)
        return made(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "prepare_judge", slowly)
    judging, entry = Judging(settings, patient=False), entry_of(models)
    assert judging.of(entry) is None
    assert judging.of(entry) is None
    assert judging.being_made
    begin.set()
    ends = time.monotonic() + 120
    while (judging.of(entry) is None or judging.being_made) and time.monotonic() < ends:
        time.sleep(0.2)
    assert isinstance(judging.of(entry), Judge)
    assert not judging.being_made


def test_there_is_none_where_the_setting_or_the_model_has_none(models: Path) -> None:
    assert Judging(load_settings(models=models, judge=False), patient=True).of(
        entry_of(models)
    ) is None  # fmt: skip
    assert Judging(load_settings(models=models), patient=True).of(entry_of(models, None)) is None


@pytest.mark.parametrize("patient", [True, False])
def test_what_is_missing_is_told_once_and_nothing_stops(
    models: Path, settings: Settings, caplog: pytest.LogCaptureFixture, patient: bool
) -> None:
    judging, entry = Judging(settings, patient), entry_of(models, "elsewhere")
    with caplog.at_level(logging.WARNING):
        ends = time.monotonic() + 20
        while not caplog.records and time.monotonic() < ends:
            assert judging.of(entry) is None
            time.sleep(0.05)
        assert judging.of(entry) is None
    (told,) = {record.getMessage() for record in caplog.records}
    assert "judge is left out" in told and "elsewhere" in told and "restore it" in told


def test_without_memory_it_is_left_out(
    models: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "available_memory", lambda: 1_000_000_000)
    assert Judging(settings, patient=True).of(entry_of(models)) is None


def test_memory_is_looked_at_again(
    models: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    free = iter([1_000_000_000, 1_500_000_000, 8_000_000_000])
    monkeypatch.setattr(module, "available_memory", lambda: next(free))
    monkeypatch.setattr(module, "prepare_judge", lambda *_: models)
    monkeypatch.setattr(module, "Judge", lambda *_: "judge")
    judging, entry = Judging(settings, patient=True), entry_of(models)
    assert judging.of(entry) is judging.of(entry) is None  # the second does not look
    for found in (None, "judge", "judge"):
        if judging._short_until:
            judging._short_until = 0.1  # a minute ago
        assert judging.of(entry) == found
    assert caplog.text.count("for now") == 1


@pytest.mark.parametrize("patient", [True, False])
def test_whatever_fails_answers_go_on_without_it(
    models: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, patient: bool
) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("Infer failed")

    monkeypatch.setattr(module, "prepare_judge", fail)
    judging, ends = Judging(settings, patient), time.monotonic() + 20
    while judging._of is None and time.monotonic() < ends:
        assert judging.of(entry_of(models)) is None
        time.sleep(0.05)
    assert judging.of(entry_of(models)) is None and judging._making is None


@pytest.mark.parametrize("patient", [True, False])
def test_a_folder_that_cannot_be_written_stops_nothing(
    models: Path, settings: Settings, caplog: pytest.LogCaptureFixture, patient: bool
) -> None:
    blocked = models / "converted"
    blocked.write_text("a file, where a folder has to be")
    judging = Judging(settings, patient)
    try:
        with caplog.at_level(logging.WARNING):
            ends = time.monotonic() + 20
            while "left out" not in caplog.text and time.monotonic() < ends:
                assert judging.of(entry_of(models)) is None
                time.sleep(0.05)
        assert judging.of(entry_of(models)) is None
    finally:
        blocked.unlink()
    assert "judge is left out" in caplog.text and str(blocked) in caplog.text


def test_none_is_made_where_another_engine_runs_the_model(
    models: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(module, "choose_engine", lambda *_: "transformers")
    monkeypatch.setattr(module, "prepare_judge", lambda *given: asked.append(given))
    judging, ends = Judging(settings, patient=False), time.monotonic() + 20
    while judging._of is None and time.monotonic() < ends:
        assert judging.of(entry_of(models)) is None
        time.sleep(0.05)
    assert judging.of(entry_of(models)) is None and not asked
