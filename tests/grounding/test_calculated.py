"""Sentences that work a number out from others."""

import pytest

from chatbot.grounding.citations import verify
from chatbot.passage import Passage

PRICES = """# Kennel prices

| Guest | Low season | High season |
|---|---|---|
| One dog | €22.00 | €27.00 |
| Two dogs sharing | €36.00 | €44.00 |
| Rabbit | €9.00 | €11.00 |

A groomed coat costs €30. Nail trimming costs €8."""
RULES = """# Kennel rules

Members have half off the daily price. From the second dog of a household on, the price
is 5 % lower.
A cancelled stay is paid back, and we keep €40 of the deposit if less than 3 days are left."""


def is_marked(question: str, answer: str) -> bool:
    pages = [
        Passage(page_content=text, metadata={"path": f"{n}.md", "title": "", "start": 0})
        for n, text in enumerate((PRICES, RULES))
    ]
    return bool(verify(answer, pages, question).unsupported)


@pytest.mark.parametrize(
    ("question", "answer", "marked"),
    [
        ("member, one dog, low season", "Half of €22.00, so they pay €11.00.", False),
        ("member, one dog, low season", "Half of €22.00, so they pay €12.00.", True),
        ("member, one dog, low season", "Half of €27.00, so they pay €13.50.", True),  # column
        ("member, one dog, low season", "Half of €9.00, so they pay €4.50.", True),  # row
        ("two dogs, 4 nights in high season", "4 nights at €44.00 make €176.00.", False),
        ("two dogs, 4 nights in high season", "4 nights at €44.00 make €167.00.", True),
        ("two dogs, 4 nights in high season", "4 nights at €36.00 make €144.00.", True),
        ("groomed coat and nail trimming", "€30 + €8 = €38 for the coat and the nails.", False),
        ("groomed coat and nail trimming", "€30 + €9 = €39 for the coat and the nails.", True),
        (
            "300 deposit paid, cancelled 2 days before, what is paid back?",
            "They get €260 back, because we keep €40 if less than 3 days are left.",
            False,
        ),
        (
            "300 deposit paid, cancelled 2 days before, what is paid back?",
            "They get €250 back, because we keep €50 if less than 3 days are left.",
            True,
        ),
    ],
)
def test_a_number_may_follow_from_others(question: str, answer: str, marked: bool) -> None:
    assert is_marked(question, answer) is marked
