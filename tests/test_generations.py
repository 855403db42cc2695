"""Generations over time: rollback, removal, following a folder, and builds that are killed."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import HashedEmbeddings

from chatbot.errors import IndexUnavailableError
from chatbot.index.builder import BuildReport, Kept, forget_old, roll_back, update_index
from chatbot.index.generations import current_name, load_current
from chatbot.index.lexical import LexicalIndex
from chatbot.index.retriever import build_retriever
from chatbot.index.stores.vectors import VectorIndex
from chatbot.index.watch import watch
from chatbot.knowledge.documents import Document
from chatbot.settings import Settings


def build(settings: Settings) -> BuildReport:
    return update_index(settings, "bundled", HashedEmbeddings)


def test_nothing_is_read_or_loaded_where_nothing_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in settings.knowledge.iterdir():
        os.utime(path, ns=(1, 1))
    monkeypatch.setattr("chatbot.index.changes._TICK", -(10**12))  # as if some time had passed
    first = build(settings)
    monkeypatch.setattr("chatbot.index.changes._hash", pytest.fail)
    monkeypatch.setattr("chatbot.index.generations.load_generation", pytest.fail)
    assert build(settings).generation == first.generation


def test_same_size_and_time_do_not_hide_a_change(settings: Settings) -> None:
    path = settings.knowledge / "eu.md"
    state = path.stat()
    build(settings)
    path.write_text(path.read_text().replace("30", "60"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert build(settings).changed == 1


def test_what_is_kept_of_the_last_build_is_not_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept()

    def again() -> BuildReport:
        return update_index(settings, "bundled", HashedEmbeddings, kept=kept)

    first = again()
    text = (settings.knowledge / "eu.md").read_text()
    with monkeypatch.context() as patch:
        patch.setattr("chatbot.index.generations.read_current", pytest.fail)
        patch.setattr("chatbot.index.generations.load_generation", pytest.fail)
        (settings.knowledge / "eu.md").write_text(text.replace("30", "60"))
        second = again()
    assert (second.changed, second.reused) == (1, first.chunks - 1)
    assert "60" in load_current(settings.index).texts["eu.md"]
    # What another process did in between counts.
    (settings.knowledge / "new.md").write_text("# New\n\nA new page of another process.\n")
    build(settings)
    (settings.knowledge / "eu.md").write_text(text)
    third = again()
    assert (third.added, third.changed) == (0, 1)
    now = load_current(settings.index)
    assert "30" in now.texts["eu.md"]
    assert "new.md" in now.texts
    assert np.array_equal(now.vectors, kept.generation.vectors)  # type: ignore[union-attr]


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


def test_candidates_of_a_large_index_have_their_exact_scores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random_ = random.Random(0)
    words = [f"word{number}" for number in range(300)]
    weights = [1 / rank for rank in range(1, 301)]
    texts = [
        "Title\n" + ". ".join(" ".join(random_.choices(words, weights, k=30)) for _ in range(4))
        for _ in range(400)
    ]
    index = LexicalIndex.build(texts)
    queries = [" ".join(random_.choices(words, k=6)) for _ in range(20)]
    exact = [index.scores(query) for query in queries]
    monkeypatch.setattr("chatbot.index.lexical._MANY", 100)
    monkeypatch.setattr("chatbot.index.lexical._CANDIDATES", 60)
    monkeypatch.setattr("chatbot.index.lexical._ENTRIES", 200)
    same = 0
    for query, full in zip(queries, exact, strict=True):
        quick = index.scores(query, also=[5, 7])
        scored = np.flatnonzero(quick)
        assert quick[[5, 7]] == pytest.approx(full[[5, 7]], abs=1e-5)
        assert quick[scored] == pytest.approx(full[scored], abs=1e-5)
        assert len(scored) <= 62
        same += len({*np.argsort(-quick)[:10]} & {*np.argsort(-full)[:10]})
    assert same > 0.9 * 200
    allowed = np.arange(400) < 30
    assert not index.scores(queries[0], allowed=allowed)[30:].any()


def test_words_of_removed_texts_are_gone(settings: Settings) -> None:
    (settings.knowledge / "staff.md").write_text("# Staff\n\nAsk Zebulon about returns.\n")
    build(settings)
    (settings.knowledge / "staff.md").unlink()
    name = build(settings).generation
    assert "zebulon" not in (settings.index / name / "lexical" / "words.txt").read_text()
    generation = load_current(settings.index)
    assert generation.lexical.search("return in the EU", 1)[0][0] == 0


def test_two_builders_across_processes(settings: Settings) -> None:
    """One is told, or waits where it may; the index is whole after both."""
    build(settings)
    begun, release = os.pipe(), os.pipe()
    (settings.knowledge / "new.md").write_text("# New\n\nA new one.\n")
    child = os.fork()
    if child == 0:

        def load() -> HashedEmbeddings:
            os.write(begun[1], b"x")
            os.read(release[0], 1)
            return HashedEmbeddings()

        update_index(settings, "bundled", load)
        os._exit(0)
    os.read(begun[0], 1)  # it holds the lock and embeds
    with pytest.raises(IndexUnavailableError, match="Another 'chatbot index' is building"):
        build(settings)
    with pytest.raises(IndexUnavailableError, match="Another"):
        roll_back(settings)
    assert "new.md" not in load_current(settings.index).texts
    os.write(release[1], b"x")
    report = update_index(settings, "bundled", HashedEmbeddings, wait=60)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (report.added, report.documents) == (0, 3)  # the other one had done it
    assert "new.md" in load_current(settings.index).texts


def test_odd_names_and_files_are_listed(settings: Settings) -> None:
    folder = settings.knowledge
    (folder / "new\nline \u202e.md").write_text("# Odd\n\nA text with an odd name.\n")
    (folder / os.fsdecode(b"\xff.md")).write_text("# Bytes\n\nWords.\n")
    (folder / "empty.md").touch()
    (folder / "kernel.md").symlink_to("/proc/kmsg")  # reading it would wait for ever
    (folder / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.md")
    report = build(settings)
    reasons = {failure["path"]: failure["reason"] for failure in report.failed}
    assert set(reasons) == {"\\udcff.md", "empty.md", "kernel.md", "zero.txt", "pipe.md"}
    assert all(reasons.values()) and "UTF-8" in reasons["\\udcff.md"]
    assert report.documents == 3 and str(report.as_dict()).encode()
    assert build(settings).generation == report.generation


def test_what_failed_is_not_read_again_until_it_or_the_limit_changes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import chatbot.index.contents as contents

    read: list[str] = []
    load = contents.load_document

    def counted(folder: Path, relative: str, max_bytes: int) -> Document:
        read.append(relative)
        return load(folder, relative, max_bytes)

    monkeypatch.setattr(contents, "load_document", counted)
    (settings.knowledge / "bad.json").write_text("{")
    (settings.knowledge / "large.md").write_text("word " * 300_000)
    small = settings.model_copy(update={"max_file_mb": 1})
    assert [f["path"] for f in build(small).failed] == ["bad.json", "large.md"]
    read.clear()
    (settings.knowledge / "eu.md").write_text("# EU\n\nChanged.\n")
    assert len(build(small).failed) == 2 and read == ["eu.md"]
    report = build(settings)
    assert (report.changed, [f["path"] for f in report.failed]) == (1, ["bad.json"])


def test_nothing_heavy_is_imported_where_nothing_changed(settings: Settings) -> None:
    build(settings)
    code = (
        "import sys; from chatbot.cli import main; main(sys.argv[1:]); "
        "sys.exit(sorted({'torch', 'faiss', 'transformers', 'scipy', 'langchain_core'} "
        "& set(sys.modules)) or 0)"
    )
    folders = ["--knowledge", str(settings.knowledge), "--index", str(settings.index)]
    line = [sys.executable, "-c", code, "index", "--json", *folders]
    environment = os.environ | {"CHATBOT_EMBEDDINGS": "bundled"}
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert '"changed": 0' in done.stdout


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
    # The one whose name says nothing beside the question is nearer.
    assert found[0].metadata["path"] == "eu.md"
    assert found[0].metadata["also"] == ["eu-copy.md"]
    assert "eu-copy.md" not in [d.metadata["path"] for d in found]


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


def test_a_change_is_noticed_before_the_next_look(settings: Settings) -> None:
    class Noticed(Exception):
        pass

    def update() -> None:
        if build(settings).added == 1:
            raise Noticed
        new = settings.knowledge / "new.md"
        threading.Timer(0.2, new.write_text, ["# New\n\nA new one.\n"]).start()

    began = time.monotonic()
    with pytest.raises(Noticed):
        watch(settings.knowledge, update, every=60)
    assert time.monotonic() - began < 30


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
