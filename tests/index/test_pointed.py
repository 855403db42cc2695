"""A document that a question names by its address or file comes first."""

import pytest

from chatbot.index.generations import load_current
from chatbot.index.pointed import pointed_at
from chatbot.index.retriever import build_retriever
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings

DECOMPOSED = "web/U\u0308ber (alt).pdf"
PATHS = ["shop/returns.md", "old/returns.md", "prices 2026.xlsx", "web/faq.md", DECOMPOSED]
ADDRESSES = {"web/faq.md": "https://help.example.org/en/faq/"}


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("what does https://help.example.org/en/faq say about sales?", ["web/faq.md"]),
        ("see (https://www.help.example.org/en/faq/#late). ok?", ["web/faq.md"]),
        ("https://help.example.org/en/faq?page=2", []),
        ("is that in returns.md", ["shop/returns.md", "old/returns.md"]),
        ("is that in Old/Returns.md?", ["old/returns.md"]),
        ("what does Prices 2026.xlsx say", ["prices 2026.xlsx"]),
        ("old\\returns.md", ["old/returns.md"]),
        ("in 2026.xlsx, or my-prices 2026.xlsx", []),
        ("steht das in \u00fcber (alt).pdf?", [DECOMPOSED]),
        ("mail to returns@shop.example or 3.5 days, e.g. on Monday", []),
        ("how do returns work", []),
    ],
)
def test_documents_are_named_by_address_or_file(question: str, paths: list[str]) -> None:
    assert pointed_at(question, PATHS, ADDRESSES) == paths


def test_what_is_named_comes_first_within_what_may_be_seen(settings: Settings) -> None:
    for folder in ("a", "b"):
        (settings.knowledge / folder).mkdir()
        (settings.knowledge / folder / "note.md").write_text("# Note\n\nLions sleep at noon.\n")
    build(settings)
    generation = load_current(settings.index)

    def found(question: str, within: str = "") -> list[str]:
        retriever = build_retriever(generation, HashedEmbeddings(), 4, 50, within=within)
        return [d.metadata["path"] for d in retriever.invoke(question)]

    assert found("EU returns in 30 days")[0] == "eu.md"
    assert found("does note.md say EU returns in 30 days")[0] == "a/note.md"
    assert found("does b/note.md say EU returns in 30 days")[0] == "b/note.md"
    assert "a/note.md" not in found("does note.md say so", within="b/")
