"""A folder whose last documents are gone, and one that only is away."""

import pytest

from chatbot.consistency.compare import compare_documents
from chatbot.errors import KnowledgeError
from chatbot.index.generations import load_current
from chatbot.index.retriever import build_retriever
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


@pytest.mark.parametrize("left", [None, "", "---\nexpires: 2020-01-01\n---\nOld.\n"])
@pytest.mark.parametrize("below", ["", "shop/"])
def test_the_index_follows_to_nothing(
    settings: Settings, embeddings: HashedEmbeddings, left: str | None, below: str
) -> None:
    (settings.knowledge / "shop").mkdir()
    (settings.knowledge / "us.md").unlink()
    path = (settings.knowledge / "eu.md").rename(settings.knowledge / below / "eu.md")
    text = path.read_text()
    build(settings, embeddings)
    if left is None:
        path.unlink()
    else:
        path.write_text(left)
    report = build(settings, embeddings)
    assert (report.chunks, report.documents) == (0, 0)
    generation = load_current(settings.index)
    generation.lexical.warm_up()
    assert build_retriever(generation, embeddings, 4, 50).invoke("EU returns") == []
    assert not compare_documents(settings.index, generation).found
    path.write_text(text)
    assert build(settings, embeddings).chunks == 1


@pytest.mark.parametrize("away", [".", "shop"])
def test_a_share_that_is_not_mounted_empties_no_index(
    settings: Settings, embeddings: HashedEmbeddings, away: str
) -> None:
    (settings.knowledge / "shop").mkdir()
    for name in ("eu.md", "us.md"):
        (settings.knowledge / name).rename(settings.knowledge / "shop" / name)
    build(settings, embeddings)
    folder = settings.knowledge / away
    folder.rename(settings.knowledge.with_name("elsewhere"))
    folder.mkdir()  # the place where it was mounted
    with pytest.raises(KnowledgeError, match="holds no document"):
        build(settings, embeddings)
    assert len(load_current(settings.index).chunks) == 2
