"""Builds: only what changed is read, bad files stop nothing, kills leave a whole index."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from chatbot.consistency.compare import compare_documents
from chatbot.errors import IndexUnavailableError, KnowledgeError
from chatbot.index.builder import BuildReport, Kept, roll_back, update_index
from chatbot.index.generations import current_name, load_current
from chatbot.knowledge.documents import Document
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


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


def test_files_written_just_before_a_build_are_read_once_more_and_not_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.index.changes._TICK", 500_000_000)
    for path in settings.knowledge.iterdir():
        os.utime(path)
    first = build(settings)
    time.sleep(0.6)
    kept = Kept(load_current(settings.index, "bundled"))
    update_index(settings, "bundled", HashedEmbeddings, kept=kept)
    monkeypatch.setattr("chatbot.index.changes._hash", pytest.fail)
    assert build(settings).generation == first.generation
    update_index(settings, "bundled", HashedEmbeddings, kept=kept)
    assert kept.generation
    assert (
        kept.generation.manifest.listed == load_current(settings.index, "bundled").manifest.listed
    )


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


def test_an_index_folder_that_cannot_be_is_a_sentence(settings: Settings) -> None:
    settings.index.write_text("a file")
    with pytest.raises(IndexUnavailableError, match=r"cannot be written \(File exists\).*--index"):
        build(settings)


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
    compare_documents(settings.index, load_current(settings.index))
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


def test_only_changes_are_embedded(settings: Settings, embeddings: HashedEmbeddings) -> None:
    assert build(settings, embeddings).added == 2
    embeddings.embedded.clear()
    assert build(settings, embeddings).reused == 2
    assert not embeddings.embedded
    (settings.knowledge / "new.txt").write_text("A third document.")
    (settings.knowledge / "eu.md").unlink()
    report = build(settings, embeddings)
    assert (report.added, report.removed, report.reused, len(embeddings.embedded)) == (1, 1, 1, 1)


def test_bad_files_are_named_and_stop_nothing(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    (settings.knowledge / "binary.md").write_bytes(b"\x7fELF\0\0\0")
    (settings.knowledge / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    (settings.knowledge / "empty.md").write_text("")
    (settings.knowledge / "large.txt").write_bytes(b"a " * 25_000_000)
    report = build(settings, embeddings)
    reasons = {failure["path"]: failure["reason"] for failure in report.failed}
    assert report.documents == 2
    assert set(reasons) == {"binary.md", "broken.pdf", "empty.md", "large.txt"}
    assert "50 MB" in reasons["large.txt"]
    assert "binary" in reasons["binary.md"]


def test_what_is_not_read_is_told_again_without_reading(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Plus", 9])
    book.create_sheet("Old").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    (settings.knowledge / "prices.xlsx").write_bytes(out.getvalue())
    (settings.knowledge / "draft.md").write_text("---\ndraft: true\n---\nNo.\n")
    (settings.knowledge / "logo.png").write_bytes(b"x")
    for _ in range(2):
        report = build(settings, embeddings)
        assert report.documents == 3
        assert report.failed == [
            {"path": "draft.md", "reason": "its front matter says that it is a draft"},
            {"path": "prices.xlsx", "reason": "in part: 1 hidden sheet left out"},
        ]
        assert report.skipped == [
            {
                "suffix": ".png",
                "count": 1,
                "reason": ".png files are not read",
                "example": "logo.png",
            }
        ]


def test_empty_folder_is_a_sentence(settings: Settings, embeddings: HashedEmbeddings) -> None:
    for path in settings.knowledge.iterdir():
        path.unlink()
    with pytest.raises(KnowledgeError, match="holds no document"):
        build(settings, embeddings)


@pytest.mark.parametrize("kept", [True, False])
def test_pages_begin_and_end_on_their_days(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    (settings.knowledge / "new.md").write_text("---\npublishDate: 2031-05-02\n---\nNew.\n")
    (settings.knowledge / "old.md").write_text("---\nexpiryDate: 2031-05-02\n---\nOld.\n")
    held = Kept() if kept else None

    def on(day: str) -> tuple[set[str], int]:
        for module in ("knowledge.front_matter", "index.changes"):
            monkeypatch.setattr(f"chatbot.{module}.today", lambda: day)
        report = update_index(settings, "bundled", HashedEmbeddings, kept=held)
        return set(load_current(settings.index).texts) & {"new.md", "old.md"}, report.changed

    assert on("2031-05-01") == ({"old.md"}, 0)
    (settings.knowledge / "eu.md").write_text("Another build takes both over.")
    assert on("2031-05-01") == ({"old.md"}, 1)
    assert on("2031-05-02") == ({"old.md", "new.md"}, 1)
    assert on("2031-05-03") == ({"new.md"}, 1)
    assert on("2031-05-04") == ({"new.md"}, 0)
