"""Exports that the disk refuses."""

from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import TrainingError
from chatbot.llm.catalogue import LLMEntry
from chatbot.training import export
from tests.support.training import PROMPTS, entry_of


class Model:
    """Writes some of itself, then there is no room."""

    def merge_and_unload(self) -> "Model":
        return self

    def save_pretrained(self, out: str) -> None:
        from safetensors import SafetensorError

        Path(out).mkdir()
        (Path(out) / "model.safetensors").write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")


class Peft:
    """As far as it is used."""

    class PeftModel:
        @staticmethod
        def from_pretrained(*_: Any) -> Model:
            return Model()


def test_a_full_disk_is_told_and_no_half_export_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry: LLMEntry = entry_of(tmp_path, "LlamaForCausalLM")
    monkeypatch.setattr(export, "read_adapter", lambda *_: None)
    monkeypatch.setattr(export, "require_peft", Peft)
    monkeypatch.setattr(export, "load_base", lambda _: (None, None))
    out = tmp_path / "merged"
    with pytest.raises(TrainingError, match="merged' cannot be written: the disk is full"):
        export.export(tmp_path, entry, PROMPTS, "safetensors", out)
    assert not out.exists()
    out.mkdir()  # somebody's own folder stays
    with pytest.raises(TrainingError, match="File exists"):
        export.export(tmp_path, entry, PROMPTS, "safetensors", out)
    assert out.is_dir()


def test_the_disk_that_is_asked_for_room_is_that_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def fails(*_: Any) -> None:
        raise ValueError("of another kind")

    monkeypatch.setattr(export, "read_adapter", lambda *_: None)
    monkeypatch.setattr(export, "require_peft", Peft)
    monkeypatch.setattr(export, "load_base", fails)
    monkeypatch.setattr(export, "means_full_disk", lambda _, folder: asked.append(folder))
    entry = entry_of(tmp_path, "LlamaForCausalLM")
    with pytest.raises(ValueError, match="another kind"):
        export.export(Path("elsewhere"), entry, PROMPTS, "safetensors", tmp_path / "a" / "b")
    assert asked == [tmp_path]
