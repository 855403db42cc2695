"""Generations over time: rollback, removal, following a folder, and builds that are killed."""

import os
import random
import signal
import time

import numpy as np
import pytest
from conftest import HashedEmbeddings

from chatbot.errors import IndexUnavailableError
from chatbot.index.builder import BuildReport, forget_old, roll_back, update_index
from chatbot.index.generations import current_name, load_current
from chatbot.index.lexical import LexicalIndex
from chatbot.index.retriever import build_retriever
from chatbot.index.vectors import VectorIndex
from chatbot.index.watch import watch
from chatbot.settings import Settings


def build(settings: Settings) -> BuildReport:
    return update_index(settings, "bundled", HashedEmbeddings)


def test_nothing_is_read_or_loaded_where_nothing_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in settings.knowledge.iterdir():
        os.utime(path, ns=(1, 1))
    monkeypatch.setattr("chatbot.index.builder._TICK", -(10**12))  # as if some time had passed
    first = build(settings)
    monkeypatch.setattr("chatbot.index.builder._hash", pytest.fail)
    monkeypatch.setattr("chatbot.index.generations.load_generation", pytest.fail)
    assert build(settings).generation == first.generation


def test_same_size_and_time_do_not_hide_a_change(settings: Settings) -> None:
    path = settings.knowledge / "eu.md"
    state = path.stat()
    build(settings)
    path.write_text(path.read_text().replace("30", "60"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert build(settings).changed == 1


def test_going_back_and_forgetting(settings: Settings) -> None:
    first = build(settings).generation
    (settings.knowledge / "eu.md").unlink()
    second = build(settings).generation
    assert roll_back(settings) == first
    assert "eu.md" in load_current(settings.index).texts
    with pytest.raises(IndexUnavailableError, match="no earlier"):
        roll_back(settings)
    third = build(settings).generation
    assert third not in (first, second)
    assert forget_old(settings) == 1
    files = [path for path in settings.index.rglob("*") if path.is_file()]
    assert not any(b"30 days" in path.read_bytes() for path in files)


def test_an_updated_word_index_equals_a_new_one() -> None:
    old_texts = ["Title\nReturns within 30 days.", "Title\nShipping to France.", "Other\nRefunds."]
    new_texts = ["Other\nRefunds.", "New\nReturns of shoes, again.", old_texts[0]]
    old = LexicalIndex.build(old_texts)
    updated = LexicalIndex.build(new_texts, old, [2, -1, 0])
    fresh = LexicalIndex.build(new_texts)
    for query in ("returns", "refunds in france", "shoes within days"):
        assert updated.scores(query) == pytest.approx(fresh.scores(query), abs=1e-6)


def test_lists_of_vectors_find_nearly_what_exact_search_finds() -> None:
    random_ = np.random.default_rng(0)
    centres = random_.standard_normal((50, 32))
    vectors = centres[random_.integers(0, 50, 6000)] + random_.standard_normal((6000, 32)) * 0.3
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    exact, lists = VectorIndex.build(vectors), VectorIndex.build(vectors, exact_up_to=100)
    assert (exact.kind, lists.kind.startswith("ivf")) == ("flat", True)
    same = [
        len({row for row, _ in exact.search(v, 10)} & {row for row, _ in lists.search(v, 10)})
        for v in vectors[:50]
    ]
    assert sum(same) > 0.9 * 500


def test_search_within_a_folder(settings: Settings) -> None:
    (settings.knowledge / "old").mkdir()
    (settings.knowledge / "old" / "eu.md").write_text("# Old\n\nOnce it was 14 days of delivery.\n")
    build(settings)
    generation = load_current(settings.index)
    retriever = build_retriever(generation, HashedEmbeddings(), k=4, candidates=50, within="old/")
    found = retriever.invoke("days of delivery")
    assert [document.metadata["path"] for document in found] == ["old/eu.md"]
    assert {"dense_rank", "lexical_rank", "lexical_score", "similarity"} <= set(found[0].metadata)


def test_twins_are_shown_once_and_named(settings: Settings) -> None:
    text = (settings.knowledge / "eu.md").read_text()
    (settings.knowledge / "eu-copy.md").write_text(text)
    build(settings)
    generation = load_current(settings.index)
    found = build_retriever(generation, HashedEmbeddings(), 4, 50).invoke("EU returns in 30 days")
    assert found[0].metadata["path"] == "eu-copy.md"
    assert found[0].metadata["also"] == ["eu.md"]
    assert "eu.md" not in [d.metadata["path"] for d in found]


def test_a_changed_folder_is_followed(settings: Settings) -> None:
    looks = 0
    builds: list[BuildReport] = []

    def going() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            (settings.knowledge / "new.md").write_text("# New\n\nA new one.\n")
        return looks < 8

    watch(settings.knowledge, lambda: builds.append(build(settings)), going, every=0.01)
    assert [report.added for report in builds] == [2, 1]


def test_killed_builds_leave_a_whole_index(settings: Settings) -> None:
    """SIGKILL at random moments; benchmarks/knowledge/kill.py does it 200 times."""
    build(settings)
    random.seed(4)
    for _ in range(8):
        child = os.fork()
        if child == 0:
            for turn in range(10_000):
                (settings.knowledge / "turn.md").write_text(f"Turn {turn} of many.")
                build(settings)
            os._exit(0)
        time.sleep(random.uniform(0.0, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert load_current(settings.index).texts.keys() >= {"eu.md", "us.md"}
    (settings.knowledge / "turn.md").write_text("The last turn.")
    assert build(settings).generation == current_name(settings.index)
    assert load_current(settings.index).texts["turn.md"] == "The last turn."
    assert not list(settings.index.glob(".building-*"))
