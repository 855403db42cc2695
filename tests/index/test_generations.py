"""Generations on disk: the way back, and what is refused."""

import pytest

from chatbot.errors import IndexUnavailableError
from chatbot.index.builder import forget_old, roll_back
from chatbot.index.generations import load_current
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


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


@pytest.mark.parametrize("said", [b"", b"\xff\xfe", b"\0" * 9, b"nothing", b"[" * 99])
def test_a_name_that_is_no_generation_is_refused_and_rebuilt(
    settings: Settings, embeddings: HashedEmbeddings, said: bytes
) -> None:
    build(settings, embeddings)
    (settings.index / "CURRENT").write_bytes(said)
    with pytest.raises(IndexUnavailableError, match="chatbot index"):
        load_current(settings.index)
    build(settings, embeddings)
    assert len(load_current(settings.index).chunks) == 2


@pytest.mark.parametrize("damage", ["vectors.npy", "chunks.jsonl", "manifest.json"])
def test_half_written_index_is_refused_and_rebuilt(
    settings: Settings, embeddings: HashedEmbeddings, damage: str
) -> None:
    name = build(settings, embeddings).generation
    path = settings.index / name / damage
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(IndexUnavailableError, match="chatbot index"):
        load_current(settings.index)
    assert build(settings, embeddings).generation != name
    assert len(load_current(settings.index).chunks) == 2


def test_index_of_another_embedding_model_is_refused(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    build(settings, embeddings)
    with pytest.raises(IndexUnavailableError, match="'bge' is in use"):
        load_current(settings.index, "bge")
