"""Answers about another region than the question's."""

import pytest

from chatbot.grounding.asked import Asked
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
    assert "the question asks about" in (elsewhere(answer, Asked(question)) or "")


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
        ("delivery to norway", "Delivery within Europe costs 9 EUR."),
        ("delivery to scotland", "Delivery within Europe costs 9 EUR."),
    ],
)
def test_the_same_region_and_none_are_no_reason(question: str, answer: str) -> None:
    assert elsewhere(answer, Asked(question)) is None


def test_its_sentences_are_marked_and_cite_nothing() -> None:
    meta = {"path": "delivery.md", "title": "Delivery", "start": 0}
    passages = [Passage(page_content=DUTCH, metadata=meta)]
    assert not verify(DUTCH, passages, "shipping to the netherlands").unsupported
    found = verify(DUTCH, passages, "shipping to belgium")
    assert [part.text for part in found.unsupported] == [DUTCH]
    assert not found.citations


def _passage(text: str, title: str, **more: str) -> Passage:
    meta = {"path": "a.md", "title": title, "start": 0, **more}
    return Passage(page_content=text, metadata=meta)


NORTH = "Loans in the UK run for 4 weeks and cost 3 GBP. Loans in the US run for 3 weeks."
BOOKS = [
    _passage(NORTH, "Loans"),
    _passage("A reminder costs 2 USD. It is sent by letter.", "Reminders in the US"),
    _passage(
        "part,gbp,usd\nLamp L-10,4.00,5.00\nLamp L-20,6.00,7.50",
        "Parts",
        columns="part | gbp | usd",
    ),
    _passage("A bus on the River line runs hourly. A bus on the Harbour line runs at 9.", "Bus"),
    _passage("The Gold card costs 20 GBP. The Silver card costs 10 GBP.", "Cards"),
    _passage("Parcels leave our warehouse in France within 2 days.", "Dispatch"),
]


@pytest.mark.parametrize(
    ("question", "answer", "before"),
    [
        ("how long is a loan for a us customer", "Loans run for 4 weeks.", ""),
        ("what does a loan cost in texas, in the us?", "Loans cost 3 GBP.", ""),
        ("cost of a reminder in the uk", "A reminder costs 2 USD.", ""),
        ("reminder for a customer in leeds", "It is sent by letter.", ""),
        ("price of the lamp L-20 in the us", "It costs 6.00 GBP.", ""),
        ("what is the lamp L-20 in gbp", "The lamp costs 4.00 GBP.", ""),
        ("when does the river line run", "A bus runs at 9.", ""),
        ("how much is gold", "The card costs 10 GBP.", ""),
        ("and a reminder?", "A reminder costs 2 USD.", "how long is a loan in the uk"),
    ],
)
def test_what_is_said_of_another_than_the_question_names_is_marked(
    question: str, answer: str, before: str
) -> None:
    passages = [*BOOKS, _passage("In the UK we are open daily.", "Hours")]
    assert verify(answer, passages, question, [before] if before else []).unsupported


@pytest.mark.parametrize(
    ("question", "answer", "before"),
    [
        ("how long is a loan", "Loans run for 4 weeks.", ""),
        ("how long is a loan in the uk", "Loans run for 4 weeks.", ""),
        ("reminder for a us customer", "A reminder costs 2 USD.", ""),
        ("price of the lamp L-20 in the us", "The lamp L-20 costs 7.50 USD.", ""),
        ("price of the lamp L-20 in the us", "It costs 6.00 GBP or 7.50 USD.", ""),
        ("when does the harbour line run", "A bus runs at 9.", ""),
        ("how much is gold", "The card costs 20 GBP.", ""),
        ("how fast are parcels sent to germany", "Parcels leave within 2 days.", ""),
        ("and a reminder in the us?", "A reminder costs 2 USD.", "how long is a loan in the uk"),
    ],
)
def test_what_is_said_of_the_same_is_no_reason(question: str, answer: str, before: str) -> None:
    assert not verify(answer, BOOKS, question, [before] if before else []).unsupported


REFUNDS = (
    "Customers in the EU get their refund within 14 days. "
    "Customers in the US get it within 10 business days. "
    "Diners Club is accepted in the US only."
)


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("American customers get their refund within 14 days.", True),
        ("In the States the refund is paid within 14 days.", True),
        ("Europeans get their refund within 10 business days.", True),
        ("Dutch customers get their refund within 10 business days.", True),
        ("American customers get their refund within 10 business days.", False),
        ("Europeans get their refund within 14 days.", False),
        ("Amazon Pay is accepted in the US only.", True),
        ("In the US we accept Amazon Pay only.", True),
        ("Diners Club is accepted in the US only.", False),
    ],
)
def test_inhabitants_stand_for_their_region_and_no_name_for_another(
    claim: str, marked: bool
) -> None:
    meta = {"path": "a.md", "title": "", "start": 0}
    assert bool(verify(claim, [Passage(page_content=REFUNDS, metadata=meta)]).unsupported) is marked
