"""Documents that could not be read, and can later."""

import json
import time
from pathlib import Path
from typing import NoReturn

import pytest

from chatbot.errors import DocumentError, KnowledgeError
from chatbot.files import file_hash
from chatbot.index.generations import load_current
from chatbot.knowledge.documents import Document, load_document
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


def test_what_could_not_be_read_once_is_tried_again_ever_more_rarely(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tries = [time.time_ns()], list[str]()

    def load(folder: Path, path: str, most: int) -> Document:
        tries.append(path)
        if path == "us.md" and len(tries) < 6:
            raise DocumentError("it cannot be read (Input/output error)", may_pass=True)
        return load_document(folder, path, most)

    monkeypatch.setattr("chatbot.index.contents.load_document", load)
    monkeypatch.setattr("chatbot.index.changes.time.time_ns", lambda: now[0])
    for seconds, tried in ((0, 2), (30, 2), (31, 3), (200, 3), (41, 4), (960, 5), (3841, 6)):
        now[0] += seconds * 10**9
        report = build(settings)
        assert len(tries) == tried
        assert [one["path"] for one in report.failed] == (["us.md"] if tried < 6 else [])
    assert not load_current(settings.index).manifest.again


def test_an_index_stays_whose_folder_only_cannot_be_read_for_now(
    settings: Settings, embeddings: HashedEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, embeddings)
    for path in settings.knowledge.iterdir():
        path.write_text(f"{path.read_text()}\nMore.\n")

    def read(*_: object) -> NoReturn:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(KnowledgeError, match="Input/output error"):
        build(settings, embeddings)
    assert len(load_current(settings.index).chunks) == 2


def test_words_that_another_version_counted_are_counted_anew(settings: Settings) -> None:
    before = build(settings)
    folder = settings.index / before.generation
    words = folder / "lexical" / "words.txt"
    words.write_text("\n".join(f"x{word}" for word in words.read_text().split("\n")))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["format"] = 10
    manifest["checksums"]["lexical/words.txt"] = file_hash(words)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    report = build(settings)
    assert report.reused == report.chunks == before.chunks
    assert load_current(settings.index).lexical.search("return in the EU", 1)
