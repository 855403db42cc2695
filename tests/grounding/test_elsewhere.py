"""Answers about another region than the question's."""

import pytest

from chatbot.grounding.citations import verify
from chatbot.grounding.elsewhere import elsewhere
from chatbot.passage import Passage

DUTCH = "In the Netherlands the delivery of up to 6 bottles costs 6.90 EUR."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("shipping costs for 6 bottles to belgium?", DUTCH),
        ("price in the us", "It costs 20 EUR in the EU."),
        ("was kostet das in Österreich", "In der Schweiz kostet es 20 CHF."),
    ],
)
def test_another_region_is_noticed(question: str, answer: str) -> None:
    assert "the question asks about" in (elsewhere(answer, question) or "")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("shipping for 6 bottles?", DUTCH),
        ("shipping to the netherlands", DUTCH),
        ("shipping to the eu", DUTCH),
        ("returns in belgium", "In the EU opened tins can be returned within 30 days."),
        ("returns in scotland", "In the UK opened tins can be returned within 30 days."),
        ("belgium or the netherlands, which is cheaper", DUTCH),
        ("bank transfer from scotland?", "No, it is possible in Denmark and Italy."),
        ("a week pass in ireland", "A week pass with 5 GB costs 16 EUR."),
        ("delivery to belgium", "It takes three days."),
        ("am i covered in canada", "There is no cover outside Europe."),
    ],
)
def test_the_same_region_and_none_are_no_reason(question: str, answer: str) -> None:
    assert elsewhere(answer, question) is None


def test_its_sentences_are_marked_and_cite_nothing() -> None:
    meta = {"path": "delivery.md", "title": "Delivery", "start": 0}
    passages = [Passage(page_content=DUTCH, metadata=meta)]
    assert not verify(DUTCH, passages, "shipping to the netherlands").unsupported
    found = verify(DUTCH, passages, "shipping to belgium")
    assert [part.text for part in found.unsupported] == [DUTCH]
    assert not found.citations
