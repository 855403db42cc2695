"""A document that a question names by its address or file comes first."""

import time

import pytest

from chatbot.audience import staff
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
        ("https://help.example.org/en/faq?utm_source=mail&utm_id=3#late", ["web/faq.md"]),
        ("is it on help.example.org/en/faq, too?", ["web/faq.md"]),
        ("jo@help.example.org/en/faq or /help.example.org/en/faq", []),
        ("is that in returns.md", ["shop/returns.md", "old/returns.md"]),
        ("is that in Old/Returns.md?", ["old/returns.md"]),
        ("what does Prices 2026.xlsx say", ["prices 2026.xlsx"]),
        ("old\\returns.md", ["old/returns.md"]),
        ("in 2026.xlsx, or my-prices 2026.xlsx", []),
        ("steht das in \u00fcber (alt).pdf?", [DECOMPOSED]),
        ("mail to returns@shop.example or 3.5 days, e.g. on Monday", []),
        ("how do returns work", []),
        (
            "http://[::1]/en or https://[2001:db8, https://exa\u2100ple.org, https:///, http://a:b/",
            [],
        ),
        (
            "is it in returns.md or http://[::1]:80/returns.md?",
            ["shop/returns.md", "old/returns.md"],
        ),
        ("(?:[a-z.md *.* ..//../returns.md %s.md \\.md é.md", []),
    ],
)
def test_documents_are_named_by_address_or_file(question: str, paths: list[str]) -> None:
    assert pointed_at(question, PATHS, ADDRESSES) == paths


def test_an_address_of_origin_that_is_none_fails_no_question() -> None:
    addresses = {"shop/returns.md": "https://[2001:db8", **ADDRESSES}
    assert pointed_at("https://help.example.org/en/faq", PATHS, addresses) == ["web/faq.md"]


def test_many_names_are_looked_for_in_many_documents_at_once() -> None:
    paths = [f"manuals/{n}/page-{n}.md" for n in range(20_000)]
    question = " ".join(f"a{n}.md" for n in range(600)) + " page-7.md"
    began = time.process_time()
    assert pointed_at(question, paths, {}) == ["manuals/7/page-7.md"]
    assert time.process_time() - began < 3  # each name with each document took a minute


def test_a_document_that_may_not_be_seen_changes_nothing(settings: Settings) -> None:
    def found() -> list[tuple[str, float]]:
        build(settings)
        generation = load_current(settings.index)
        view = generation.views.of(staff())
        retriever = build_retriever(generation, HashedEmbeddings(), 4, 50, view=view)
        passages = retriever.invoke("does b/note.md or note.md say EU returns in 30 days")
        return [(d.metadata["path"], d.metadata["score"]) for d in passages]

    for folder, audience in (("a", "internal"), ("b", "owners")):
        (settings.knowledge / folder).mkdir()
        (settings.knowledge / folder / ".audience").write_text(audience)
    (settings.knowledge / "a" / "note.md").write_text("# Note\n\nLions sleep at noon.\n")
    before = found()
    assert before[0][0] == "a/note.md"
    (settings.knowledge / "b" / "note.md").write_text("# Note\n\nEU returns in 30 days.\n")
    assert found() == before


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
