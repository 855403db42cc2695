"""Cities of a question stand for the country or state that the passages tell of."""

import time

import pytest

from chatbot.grounding.citations import verify
from chatbot.grounding.places import areas_of
from chatbot.passage import Passage

TOLD = [
    "In Ireland delivery costs 5 EUR, in the UK 7 GBP, in Northern Ireland 9 GBP.",
    "Germany and other countries of the EU: 12 EUR. Oregon, Maryland and New Mexico have no tax.",
]


@pytest.mark.parametrize(
    ("question", "areas"),
    [
        ("practice in cork wants it tmrw", ["Ireland", "EU"]),
        ("dublin?", ["Ireland", "EU"]),
        ("Belfast bookkeeper: does he get it", ["UK", "Northern Ireland"]),
        ("santa fe house w/ clay tiles", ["US", "New Mexico"]),
        ("Was kostet es nach Genf, und nach München?", ["Germany", "EU"]),
        ("from lyon to leeds", ["France", "EU", "UK", "England"]),
    ],
)
def test_a_city_lies_in_what_the_passages_tell_of(question: str, areas: list[str]) -> None:
    assert areas_of(question, TOLD) == areas


@pytest.mark.parametrize(
    "question",
    [
        "how to cork a bottle",  # no city, though there is one of that name
        "nice, bath mat in orange for reading",
        "Kann ich das Essen mitnehmen?",
        "Cambridge customer",  # in England, and in Massachusetts
        "what does it cost in kyoto",  # of Japan the passages say nothing
        "and in Ireland?",
    ],
)
def test_nothing_is_told_where_it_is_no_city_or_not_clear(question: str) -> None:
    assert areas_of(question, [*TOLD, "In the US it is another price."]) == []


def test_a_city_that_the_passages_name_stands_for_itself() -> None:
    assert areas_of("open in cork on sunday?", [*TOLD, "The shop in Cork is open daily."]) == []


def test_an_answer_about_another_country_than_that_of_the_city_is_marked() -> None:
    text = "In the UK parcels cost 7 GBP. In Ireland parcels cost 5 EUR."
    passages = [Passage(page_content=text, metadata={"path": "a.md", "start": 0})]
    wrong, right = "In the UK parcels cost 7 GBP.", "In Ireland parcels cost 5 EUR."
    [marked] = verify(wrong, passages, "parcel to a customer in cork?").unsupported
    assert "'Ireland'" in marked.reason
    assert verify(right, passages, "parcel to a customer in cork?").unsupported == []
    assert verify(wrong, passages, "parcel to a customer in leeds?").unsupported == []


def test_a_question_full_of_cities_is_read_in_time() -> None:
    began = time.process_time()
    found = areas_of("In Springfield or in Cork? " * 2000, TOLD * 20)
    assert found == ["US", "Oregon", "Ireland", "EU"]
    assert time.process_time() - began < 3  # reading the passages for each took minutes
