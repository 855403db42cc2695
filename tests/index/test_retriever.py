"""What the retriever finds, within a folder, beside twins and on short questions."""

import pytest

from chatbot.index.generations import load_current
from chatbot.index.retriever import build_retriever
from chatbot.settings import Settings
from tests.support.index import build
from tests.support.scripted import HashedEmbeddings


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


@pytest.mark.parametrize("values", [("14 days", "30 days"), ("plan b", "plan c")])
def test_pages_that_differ_in_a_value_are_no_twins(
    settings: Settings, values: tuple[str, str]
) -> None:
    text = (
        "Goods bought online may be sent back, by {}, from the day on which the customer "
        "received the parcel, if they are unused and in their own box with the bill.\n"
    )
    for name, value in zip(("old.md", "new.md"), values, strict=True):
        (settings.knowledge / name).write_text(text.format(value))
    build(settings)
    retriever = build_retriever(load_current(settings.index), HashedEmbeddings(), 4, 50)
    found = retriever.invoke("sent back goods bought online")
    assert {d.metadata["path"] for d in found[:2]} == {"old.md", "new.md"}
    assert not any(d.metadata["also"] for d in found[:2])


def test_a_short_question_finds_the_document_that_is_like_the_others_found(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    for path in settings.knowledge.iterdir():
        path.unlink()
    for name, words in {
        "d": "Parking tulips roses lilies daisies.",
        "e": "Parking garages spaces barriers tickets.",
        "f": "Tickets barriers spaces garages lifts.",
    }.items():
        (settings.knowledge / f"{name}.txt").write_text(words)
    build(settings, embeddings)
    generation = load_current(settings.index)

    def first(question: str) -> str:
        found = build_retriever(generation, embeddings, k=3, candidates=3).invoke(question)
        return str(found[0].metadata["path"])

    assert first("Parking?") == "e.txt"
    # One that says more is taken at its word: nothing tells the two apart, and "d" comes first.
    assert first("Parking alpha beta gamma delta epsilon zeta eta theta iota?") == "d.txt"


def test_behind_a_conversation_the_last_question_chooses_the_passage(settings: Settings) -> None:
    filler = "Nothing of this page is said in the others, or asked for by anybody at all. " * 12
    parts = {
        "Delivery": "The Comet lamp is delivered by parcel, in a carton for lamps.",
        "Repair": "A cracked shade is replaced.",
    }
    page = "".join(f"## {name}\n\n{text}\n\n{filler}\n\n" for name, text in parts.items())
    (settings.knowledge / "lamp.md").write_text(f"# Lamps\n\n{page}")
    build(settings)
    retriever = build_retriever(
        load_current(settings.index), HashedEmbeddings(), k=4, candidates=50
    )
    asked = "and a cracked one?"
    query = f"How is the Comet lamp delivered?\nThe lamp is delivered in a carton.\n{asked}"
    assert "carton" in retriever.invoke(query)[0].page_content
    assert "cracked" in retriever.invoke(query, asked=asked)[0].page_content
    # A query that was written anew says all that was meant.
    assert "carton" in retriever.invoke(query, asked="Is a cracked one replaced?")[0].page_content


@pytest.mark.parametrize("before", ["", "What is error E-1 in e1.md?\nThe lid is open.\n"])
@pytest.mark.parametrize(
    "asked", ["What does error E-3 mean?\nThanks, Anna", "Hi,\nis it in e3.md?\n\nAnna"]
)
def test_what_a_question_names_counts_on_each_of_its_lines(
    settings: Settings, before: str, asked: str
) -> None:
    causes = ("the lid is open, so shut it and thank Anna", "it is hot", "the pump is blocked")
    for number, cause in enumerate(causes, start=1):
        (settings.knowledge / f"e{number}.md").write_text(f"# E-{number}\n\nError: {cause}.\n")
    build(settings)
    retriever = build_retriever(load_current(settings.index), HashedEmbeddings(), 4, 50)
    found = retriever.invoke(before + asked, asked=asked)
    assert found[0].metadata["path"] == "e3.md"
