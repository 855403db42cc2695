"""Which of the retrieved passages count, and where."""

import math
from dataclasses import dataclass
from typing import Any

import pytest
from langchain_core.documents import Document

from chatbot.answering.conversation import search_query
from chatbot.cases import Case
from chatbot.evaluation.retrieval import evaluate_retrieval
from chatbot.evaluation.rewrites import bare
from chatbot.memory import Turn

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
        {"hybrid": Ranked(passages)}, [case], TEXTS.__getitem__, lambda done, total: None
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
            {"hybrid": Listening([])}, [case], TEXTS.__getitem__, lambda done, total: None, query
        )
    assert searched == ["Returns?\nAnd the cost?", "And the cost?"]


def test_a_passage_counts_when_it_overlaps_the_quote() -> None:
    group = measured([passage("c.md", 0, 9), passage("a.md", 10, 40)])
    assert group["passages"]["mrr@10"] == 0.5


def test_a_passage_with_all_quotes_has_found_them_all() -> None:
    quotes = [{"path": "a.md", "quote": quote} for quote in ("Shipping is fast.", QUOTE)]
    case = Case(id="1", question="Returns?", relevant=[*quotes, quotes[0]])
    report = evaluate_retrieval(
        {"hybrid": Ranked([passage("a.md", 0, 60)])}, [case], TEXTS.__getitem__, lambda *_: None
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
        {"dense": Ranked([])}, [case], TEXTS.__getitem__, lambda done, total: None
    )
    assert report["modes"]["dense"]["follow_up"] == {"n": 0}
    assert report["modes"]["dense"]["all"]["recall@10"] == 0
