"""Products whose names begin alike are told apart by what a page is about."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

PRO = Document(
    "Mount the Harbor Pro at least 30 cm from the meter.\n\n"
    "The pipe diameter must be between 15 and 28 mm.\n\nIt is lighter than the Harbor Max.",
    metadata={
        "path": "harbor-pro-installation.pdf",
        "start": 0,
        "title": "harbor pro installation",
    },
)
ONE = Document(
    "The Harbor One connects at 2.4 GHz. The button is on its left side.",
    metadata={"path": "harbor-one.md", "start": 0, "title": "Harbor One"},
)
BOTH = Document(
    "The Harbor One and Pro come with a charger. Returns are free within 30 days.",
    metadata={"path": "box.md", "start": 0, "title": "In the box"},
)


@pytest.mark.parametrize(
    ("question", "claim", "right"),
    [
        ("", "The pipe diameter must be between 15 and 28 mm for the Harbor Pro.", True),
        ("", "The pipe diameter must be between 15 and 28 mm for the Harbor One.", False),
        ("max pipe diameter for the harbor one?", "The pipe diameter must be between 15 and 28 mm.",
         False),
        ("max pipe diameter for the harbor pro?", "The pipe diameter must be between 15 and 28 mm.",
         True),
        ("which pipe diameter?", "The pipe diameter must be between 15 and 28 mm.", True),
        ("where is the harbor pro's button?", "The button is on its left side.", False),
        ("", "The Harbor One's button is on its left side.", True),
        ("does the harbor pro come with a charger?", "The Harbor Pro comes with a charger.", True),
        ("can i return a harbor one?", "Returns are free within 30 days.", True),
        ("is the harbor pro lighter than the harbor max?",
         "The Harbor Pro is lighter than the Harbor Max.", True),
    ],
)  # fmt: skip
def test_what_a_page_says_of_one_product_is_not_said_of_another(
    question: str, claim: str, right: bool
) -> None:
    assert (not verify(claim, [PRO, ONE, BOTH], question).unsupported) is right


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("The Harbor One connects by Bluetooth.", False),
        ("The Harbor One connects by Wi-Fi at 2.4 GHz only.", True),
        ("The Harbor Pro is waterproof (IP67).", True),
        ("The Harbor One is waterproof (IP67).", False),
        ("Hi Sven, the Harbor Pro is waterproof (IP67).", True),
    ],
)
def test_a_name_that_no_source_has_is_no_paraphrase(claim: str, right: bool) -> None:
    pages = [
        Document(
            "It connects by Wi-Fi at 2.4 GHz only. It is splash-proof. The Harbor One is small.",
            metadata={"path": "one.md", "start": 0, "title": "Harbor One"},
        ),
        Document(
            "The Harbor Pro is waterproof (IP67). The Harbor Pro is large.",
            metadata={"path": "pro.md", "start": 0, "title": "Harbor Pro"},
        ),
    ]
    assert (not verify(claim, pages, "").unsupported) is right


def test_a_yes_to_keeping_what_is_lost_is_wrong() -> None:
    page = Document(
        "Generation 1 devices lose their history when they are reset.",
        metadata={"path": "reset.md", "start": 0, "title": "Reset"},
    )
    question = "does a gen 1 device keep its history after a reset?"
    said = "generation 1 devices lose their history when they are reset."
    assert verify(f"Yes, {said}", [page], question).unsupported
    assert not verify(f"No, {said}", [page], question).unsupported
    assert not verify(f"Yes, {said}", [page], "do gen 1 devices lose their history?").unsupported
