"""What is kept of merged files and graphs."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from chatbot.errors import ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, Source
from chatbot.llm.converted import graph_folder, mark_used, merged_file, merged_weights
from chatbot.llm.half_made import LOCK
from chatbot.settings import load_settings

DAY = 86400


def aged(path: Path, days: float) -> Path:
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def made(folder: Path, base: Path, adapter: int, days: float) -> Path:
    """A graph, used ``days`` ago."""
    graph = graph_folder(folder, base, f"{adapter}" * 64, 8)
    graph.mkdir()
    (graph / "openvino_model.xml").touch()
    return aged(graph, days)


def test_the_graphs_used_last_stay(tmp_path: Path) -> None:
    folder = tmp_path / "converted"
    folder.mkdir()
    base = tmp_path / "base.gguf"
    base.touch()
    old = [made(folder, base, adapter, days=10 - adapter) for adapter in range(1, 6)]
    left = folder / "tmpkilled"
    left.mkdir()
    aged(left, 2)
    young = folder / ".half-written"
    young.touch()
    merged = merged_file(folder, base, "1" * 64)
    merged.touch()
    aged(merged, 2)
    lock = folder / LOCK
    lock.touch()
    aged(lock, 2)
    mark_used(old[0])
    assert set(folder.iterdir()) == {old[0], old[3], old[4], young, lock}


def test_a_copy_of_the_weights_meets_what_was_made_of_them(tmp_path: Path) -> None:
    """As in a checkout that was copied: with the note of the first, and without one."""
    first, copy, bare = (tmp_path / name / "base.gguf" for name in ("first", "copy", "bare"))
    for file in (first, copy, bare):
        file.parent.mkdir()
        file.write_bytes(b"weights")
    graph = graph_folder(tmp_path, first, None, 8)
    shutil.copy(note_of(first), note_of(copy))
    aged(copy, 3)
    aged(bare, 5)
    assert graph_folder(tmp_path, copy, None, 8) == graph
    assert graph_folder(tmp_path, bare, None, 8) == graph
    assert merged_file(tmp_path, bare, "1" * 64) == merged_file(tmp_path, first, "1" * 64)


def test_weights_that_changed_do_not(tmp_path: Path) -> None:
    weights = aged(put(tmp_path / "base.gguf", b"weights"), 3)
    graph = graph_folder(tmp_path, weights, None, 8)
    put(weights, b"weightz")
    assert graph_folder(tmp_path, weights, None, 8) != graph


def test_weights_are_read_once(tmp_path: Path) -> None:
    """While their size and time stay, what they are is known from the note beside them."""
    weights = aged(put(tmp_path / "base.gguf", b"weights"), 3)
    graph = graph_folder(tmp_path, weights, None, 8)
    aged(put(weights, b"unread."), 3)
    then = json.loads(note_of(weights).read_text())["mtime_ns"]
    os.utime(weights, ns=(then, then))
    assert graph_folder(tmp_path, weights, None, 8) == graph


def test_weights_that_cannot_be_read_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        graph_folder(tmp_path, tmp_path / "gone.gguf", None, 8)


def test_a_merged_file_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "converted").write_text("a file, where a folder has to be")
    weights = put(tmp_path / "base.gguf", b"weights")
    source = Source(path=weights)
    entry = LLMEntry(
        name="tiny", title="Tiny", source=source, licence="none", context=512,
        engines=("transformers",), rewrites=False,
    )  # fmt: skip
    adapter = Adapter(tmp_path, "first", "1" * 64)
    with pytest.raises(ModelUnavailableError, match="converted"):
        merged_weights(entry, load_settings(models=tmp_path), weights, adapter)


def put(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def note_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.checked")
