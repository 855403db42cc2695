"""Which of the retrieved passages count, and where."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.documents import Document

from chatbot.answering.conversation import search_query
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.cases import Case
from chatbot.cli.measure import _searches
from chatbot.evaluation.retrieval import evaluate_retrieval, find_by
from chatbot.evaluation.rewrites import bare
from chatbot.memory import Turn, to_messages
from chatbot.service import ChatService
from chatbot.settings import Settings
from tests.support.scripted import HashedEmbeddings, ScriptedEngine, scripted_model

QUOTE = "Returns are free of charge within thirty days."
TEXTS = {
    "a.md": f"Shipping is fast. {QUOTE}",
    "twin.md": f"{QUOTE.replace(' free', chr(10) + 'free')} So says this page too.",
    "c.md": "Something else altogether.",
}


@dataclass
class Ranked:
    """Answers every query with the same passages."""

    passages: list[Document]

    def invoke(self, query: str, asked: str = "") -> list[Document]:
        return self.passages


def passage(path: str, start: int, end: int, also: tuple[str, ...] = ()) -> Document:
    text = TEXTS[path][start:end]
    return Document(text, metadata={"path": path, "start": start, "end": end, "also": also})


def measured(passages: list[Document], quote: str = QUOTE, path: str = "a.md") -> dict[str, Any]:
    case = Case(id="1", question="Returns?", relevant=[{"path": path, "quote": quote}])
    report = evaluate_retrieval(
        {"hybrid": find_by(bare, Ranked(passages))}, [case], TEXTS.__getitem__, lambda *_: None
    )
    group: dict[str, Any] = report["modes"]["hybrid"]["first_turn"]
    return group


def test_a_document_counts_at_its_best_passage() -> None:
    group = measured([passage("c.md", 0, 9), passage("c.md", 9, 26), passage("a.md", 0, 17)])
    assert group["n"] == 1
    assert group["mrr@10"] == 0.5
    assert group["ndcg@10"] == pytest.approx(1 / math.log2(3), abs=1e-4)
    assert group["passages"]["mrr@10"] == 0, "the passage does not reach the quote"


def test_follow_ups_are_searched_as_asked_for() -> None:
    class Listening(Ranked):
        def invoke(self, query: str, asked: str = "") -> list[Document]:
            searched.append(query)
            return self.passages

    searched: list[str] = []
    history: list[Turn] = [{"role": "user", "content": "Returns?"}]
    case = Case(id="1", question="And the cost?", history=history, relevant=[{"path": "a.md"}])
    for query in (search_query, bare):
        evaluate_retrieval(
            {"hybrid": find_by(query, Listening([]))}, [case], TEXTS.__getitem__, lambda *_: None
        )
    assert searched == ["Returns?\nAnd the cost?", "And the cost?"]


TALK: list[Turn] = [
    {"role": "user", "content": "How long can customers in the EU return a product?"},
    {"role": "assistant", "content": "Customers in the EU return a product within 30 days."},
]


@pytest.fixture
def opening(service: ChatService) -> ChatService:
    page = service.settings.knowledge / "opening.md"
    page.write_text("# Opening hours\n\nThe shop in Leeds opens at nine on weekdays.\n")
    service.update_index()
    service.refresh()
    return service


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_follow_ups_are_searched_as_answers_search_for_them(
    opening: ChatService, mode: str
) -> None:
    found = _searches(opening, [mode], "served")[mode]
    asked = "which weekdays does the Leeds shop open?"
    before = to_messages(TALK)
    chain = opening._loader.ready().chain
    served = chain.search.invoke(Question(asked, history=TALK, asker=EVERYTHING)).ranked
    assert [p.id for p in opening.conversation(50).find(before, asked).ranked] == [
        p.id for p in served
    ]
    alone = opening.retriever(EVERYTHING, k=50, mode=mode).invoke(asked, asked=asked)
    assert [p.id for p in found([], asked)] == [p.id for p in alone]
    assert found(before, asked)[0].id == alone[0].id
    behind = _searches(opening, [mode], "turns")[mode](before, "And in the US?")
    assert found(before, "And in the US?")[0].id == behind[0].id


def test_what_answers_search_for_is_rewritten_where_the_model_does_that(
    settings: Settings, embeddings: HashedEmbeddings
) -> None:
    model = scripted_model(ScriptedEngine("How long can customers in the US return a product?"))
    rewriting = settings.model_copy(update={"condense": "model"})
    service = ChatService(rewriting, llm=model, embeddings=embeddings)
    service.warm_up()
    find = _searches(service, ["hybrid"], "served")["hybrid"]
    assert find(to_messages(TALK), "And in the US?")[0].metadata["path"] == "us.md"
    query = "How long can customers in the US return a product?"
    wanted = service.retriever(EVERYTHING, k=50).invoke(query, asked="And in the US?")
    assert [p.id for p in find(to_messages(TALK), "And in the US?")] == [p.id for p in wanted]
    alone = "Which musicians sing the aria in Verona tonight?"
    assert [p.metadata["score"] for p in find(to_messages(TALK), alone)] == [
        p.metadata["score"] for p in service.retriever(EVERYTHING, k=50).invoke(alone, asked=alone)
    ]


def test_a_passage_counts_when_it_overlaps_the_quote() -> None:
    group = measured([passage("c.md", 0, 9), passage("a.md", 10, 40)])
    assert group["passages"]["mrr@10"] == 0.5


def test_a_passage_with_all_quotes_has_found_them_all() -> None:
    quotes = [{"path": "a.md", "quote": quote} for quote in ("Shipping is fast.", QUOTE)]
    case = Case(id="1", question="Returns?", relevant=[*quotes, quotes[0]])
    report = evaluate_retrieval(
        {"hybrid": find_by(bare, Ranked([passage("a.md", 0, 60)]))},
        [case],
        TEXTS.__getitem__,
        lambda *_: None,
    )
    figures = report["modes"]["hybrid"]["all"]["passages"]
    assert figures["recall@10"] == figures["ndcg@10"] == 1


def test_a_page_that_repeats_the_quote_counts_apart() -> None:
    """Only under ``verbatim``, once, and not for a few words that may stand anywhere."""
    found = [passage("twin.md", 0, 20), passage("c.md", 0, 9), passage("a.md", 0, 17)]
    group = measured(found)
    assert group["mrr@10"] == pytest.approx(1 / 3, abs=1e-4)
    assert group["verbatim"]["mrr@10"] == 1
    assert group["verbatim"]["recall@10"] == 1
    assert measured(found, "Returns are free")["verbatim"]["mrr@10"] < 1


def test_documents_that_say_the_same_follow_their_passage() -> None:
    group = measured([passage("twin.md", 0, 20, also=("a.md",)), passage("c.md", 0, 9)])
    assert group["mrr@10"] == 0.5


def test_no_case_of_a_kind_gives_no_metrics() -> None:
    case = Case(id="1", question="Returns?", relevant=[{"path": "a.md", "quote": QUOTE}])
    report = evaluate_retrieval(
        {"dense": find_by(bare, Ranked([]))}, [case], TEXTS.__getitem__, lambda *_: None
    )
    assert report["modes"]["dense"]["follow_up"] == {"n": 0}
    assert report["modes"]["dense"]["all"]["recall@10"] == 0
