"""What is kept of merged files and graphs."""

import os
import time
from pathlib import Path

from chatbot.llm.converted import graph_folder, mark_used, merged_file
from chatbot.llm.half_made import LOCK

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
