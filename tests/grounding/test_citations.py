"""Citations, and sentences that rest on none."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import mark, verify
from tests.support.documents import PASSAGE, TEXT


@pytest.mark.parametrize(
    "claim",
    [
        "A product can be returned within 30 days of delivery.",
        "A product can be returned within thirty days of delivery.",
        "It costs EUR 4.90.",
        "See https://shop.example.com/returns for more.",
        "Error E-17 needs a reset.",
    ],
)
def test_a_supported_sentence_is_cited_verbatim(claim: str) -> None:
    verified = verify(claim, [PASSAGE])
    assert not verified.unsupported
    citation = verified.citations[0]
    assert TEXT[citation.start - 5 : citation.end - 5] == citation.quote


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("A product can be returned within 45 days of delivery.", "45"),
        ("A product can be returned within sixty days of delivery.", "sixty"),
        ("It costs $4.90.", "4.90 USD"),
        ("See https://shop.example.com/refunds for more.", "refunds"),
        ("Error F-17 needs a reset.", "F-17"),
        ("Customers in the EU can return a product by March within 30 days.", "March"),
        ("Bananas are yellow and grow in warm countries.", "no passage"),
    ],
)
def test_a_wrong_number_price_code_date_or_address_is_unsupported(claim: str, missing: str) -> None:
    verified = verify(f"Error E-17 needs a reset. {claim}", [PASSAGE])
    assert [item.text for item in verified.unsupported] == [claim]
    assert missing in verified.unsupported[0].reason
    assert mark(f"Error E-17 needs a reset. {claim}", verified.unsupported).endswith("\u26a0")


def test_a_sentence_that_goes_on_is_about_the_row_of_the_one_before() -> None:
    table = "| Tariff | Runs for | Notice | Fee |\n|---|---|---|---|\n"
    rows = "| Plus | 2 years | one month | £45 |\n| Complete | 2 years | one month | £75 |\n"
    page = Document(table + rows, metadata={"path": "a.md", "start": 0, "title": "Tariffs"})
    question = "complete tariff: notice and fee"
    answer = "The fee of Complete is £75. The notice is one month."
    found = verify(answer, [page], question)
    assert not found.unsupported
    assert [citation.quote for citation in found.citations] == [rows.split("\n")[1]]


def test_a_sentence_of_a_document_is_said_by_it_whatever_is_in_it() -> None:
    said = "For generation 2 a cover for two years costs £90 (Solo 5 and Solo 8) or £120 (Solo 12)."
    page = Document(
        f"Generation 1: three years.\n\n{said}",
        metadata={"path": "a.md", "start": 0, "title": "Solo"},
    )
    assert not verify(f"Yes, {said[0].lower()}{said[1:]}", [page]).unsupported
    assert verify(said.replace("£90", "£95"), [page]).unsupported


def pages(*texts: str) -> list[Document]:
    return [
        Document(text, metadata={"path": f"{at}.md", "start": 0, "title": f"Page {at}"})
        for at, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("Kayaks cost 9 EUR an hour; dogs may not come along.", True),
        ("Kayaks cost 9 EUR an hour, and helmets are free up to the age of 12.", True),
        ("No, dogs may not come along; kayaks cost 9 EUR an hour.", True),
        ("Kayaks cost 7 EUR an hour; dogs may not come along.", False),
        ("Kayaks cost 9 EUR an hour, and helmets are free up to the age of 14.", False),
        ("Kayaks cost 9 EUR an hour; dogs may come along.", False),
    ],
)
def test_each_main_clause_may_rest_on_a_document_of_its_own(answer: str, right: bool) -> None:
    found = verify(
        answer,
        pages(
            "Kayaks cost 9 EUR an hour.",
            "Dogs may not come along.",
            "Helmets are free up to the age of 12.",
        ),
    )
    assert bool(found.unsupported) is not right
    assert len(found.citations) == (2 if right else 0)


def test_a_price_that_goes_on_is_that_of_its_own_subject() -> None:
    found = verify(
        "Express takes 2 days, and costs 5 EUR.",
        pages("Express takes 2 days.", "Gift wrapping costs 5 EUR."),
    )
    assert found.unsupported


def test_only_says_not_for_the_others() -> None:
    page = pages("In Malta monthly payment is offered for Crew only.")
    said = "In Malta monthly payment is offered for Crew"
    assert not verify(f"{said} only, not for Fleet.", page).unsupported
    assert verify(f"{said}, not for Fleet.", page).unsupported


def test_the_firms_name_is_we() -> None:
    page = pages("Help with moving: on Fleet we do the packing for you.")
    assert not verify("On Fleet Moorhen does the packing for you.", page).unsupported
    page = pages("Walk round the boat with our colleague and sign the sheet.")
    said = "Walk round the boat with a Moorhen colleague"
    assert not verify(f"{said} and sign the sheet.", page).unsupported
    assert verify(f"{said} and a Peewit friend and sign the sheet.", page).unsupported


def test_that_documents_do_not_say_rests_on_none() -> None:
    page = pages("Ask the city: 555-0132 in Zurich.")
    answer = "Ask the city at 555-0132 in Zurich. The documents do not say what towing costs."
    assert not verify(answer, page).unsupported
    assert verify("Towing does not cost anything.", page).unsupported


def test_a_price_tells_its_country_by_the_currency() -> None:
    page = pages("Door delivery costs 45 CZK, 9 PLN or 2.20 EUR.")
    assert not verify("In Poland door delivery costs 9 PLN.", page).unsupported
    assert verify("In Poland door delivery costs 45 CZK.", page).unsupported
