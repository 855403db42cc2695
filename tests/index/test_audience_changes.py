"""A change of whom documents are for is taken up without embedding anything."""

import json

from chatbot.audience import FOR_NOBODY, VISITOR
from chatbot.index.generations import load_current
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


def audiences(settings: Settings) -> dict[str, set[str]]:
    return {path: set(names) for path, names in load_current(settings.index).audiences.items()}


def test_only_who_may_see_it_changes(settings: Settings, embeddings: HashedEmbeddings) -> None:
    first = build(settings, embeddings)
    assert audiences(settings) == {"eu.md": {"internal"}, "us.md": {"internal"}}
    embedded = len(embeddings.embedded)
    (settings.knowledge / ".audience").write_text("legal")
    second = build(settings, embeddings)
    assert second.generation > first.generation and second.reused == second.chunks
    assert audiences(settings) == {"eu.md": {"legal"}, "us.md": {"legal"}}
    assert build(settings, embeddings).generation == second.generation
    eu = settings.knowledge / "eu.md"
    eu.write_text(f"---\naudience: public\n---\n{eu.read_text()}")
    third = build(settings, embeddings)
    assert (third.changed, third.reused) == (1, third.chunks)
    assert audiences(settings) == {"eu.md": {"public"}, "us.md": {"legal"}}
    (settings.knowledge / ".audience").unlink()
    build(settings, embeddings)
    assert audiences(settings) == {"eu.md": {"public"}, "us.md": {"internal"}}
    assert len(embeddings.embedded) == embedded


def test_what_is_unclear_is_named_by_every_run_and_for_nobody(settings: Settings) -> None:
    us = settings.knowledge / "us.md"
    us.write_text(f"---\naudience: every body\n---\n{us.read_text()}")
    (settings.knowledge / ".audience").write_text("public")
    for _ in range(2):
        (slip,) = build(settings).unclear
        assert slip["path"] == "us.md" and "'every body'" in slip["reason"]
    generation = load_current(settings.index)
    assert generation.audiences["us.md"] == FOR_NOBODY
    assert generation.may_see(VISITOR, "eu.md") and not generation.may_see(VISITOR, "us.md")
    assert not generation.may_see(VISITOR, "gone.md")


def test_documents_of_an_index_of_an_earlier_version_are_read_again(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    first = build(settings, embeddings)
    manifest = settings.index / first.generation / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 5}))
    second = build(settings, embeddings)
    assert second.generation > first.generation and second.reused == second.chunks
    assert build(settings, embeddings).generation == second.generation


def test_an_index_from_before_there_were_audiences_is_built_upon(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    us = settings.knowledge / "us.md"
    us.write_text(f"---\naudience: legal\n---\n{us.read_text()}")
    first = build(settings, embeddings)
    manifest = settings.index / first.generation / "manifest.json"
    older = json.loads(manifest.read_text())
    del older["audiences"], older["unclear"]
    manifest.write_text(json.dumps(older | {"format": 4}))
    embedded = len(embeddings.embedded)
    second = build(settings, embeddings)
    assert second.generation > first.generation and second.reused == second.chunks
    assert audiences(settings)["us.md"] == {"legal"}
    assert len(embeddings.embedded) == embedded
