"""What is free, what holds of some only, and columns that name a time or a day."""

import time

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify
from chatbot.grounding.opposites import with_free
from chatbot.grounding.reading import read

TEXT = """A dog costs 5 EUR; cats in a carrier travel free.

Tickets paid in cash are refunded at the Haven terminal only.

For orders above 400 EUR we ask for a deposit of 25%.

A rabies vaccination must be given at least 21 days before travel.

Cars may not be charged on board, except on the Freja.

## Rates in EUR

| Device | Day | Week |
|---|---|---|
| Drill | 45 | 190 |

| Shop | Weekdays | Sunday |
|---|---|---|
| Skipton | 9:00-17:30 | closed |
"""


def _marked(claim: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "Pets"}
    return bool(verify(claim, [Document(TEXT, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("A dog travels free of charge.", True),
        ("A dog doesn't cost anything.", True),
        ("A cat in a carrier travels free.", False),
        ("A cat in a carrier doesn't cost anything.", False),
        ("Tickets paid in cash are refunded at every terminal.", True),
        ("Every ticket paid in cash is refunded at the Haven terminal.", False),
        ("Cars may be charged on board only on the Freja.", False),
        ("Cars may be charged on board.", True),
        ("A deposit of 25% is asked for every order.", True),
        ("A deposit of 25% is asked for every order above 400 EUR.", False),
        ("A rabies vaccination must be given within 21 days before travel.", True),
        ("The Skipton shop opens at 9:00 on weekdays.", False),
        ("The Skipton shop opens at 9:00 on Sunday.", True),
        ("The drill is 190 EUR a week.", False),
        ("The drill is 190 EUR a day.", True),
    ],
)
def test_free_only_and_times(claim: str, marked: bool) -> None:
    assert _marked(claim) is marked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You don't pay for delivery.", "You free for delivery."),
        ("You don't have to pay anything.", "You free."),
        ("You don't pay a deposit.", "You don't pay a deposit."),
        ("You do not pay until May.", "You do not pay until May."),
    ],
)
def test_not_paying_is_free(text: str, said: str) -> None:
    assert with_free(text) == said


def test_a_long_claim_of_many_clauses_is_compared_in_little_time() -> None:
    claim, told = "A dog travels free, " * 100, "A dog costs 5 EUR; cats travel free; " * 25
    begun = time.process_time()
    verify(f"{claim}.", [Document(told, metadata={"path": "a.md", "start": 0})])
    assert time.process_time() - begun < 10


def test_a_long_list_in_a_question_is_read_in_little_time() -> None:
    begun = time.process_time()
    read("in Cork, in Lyon, in Munich, in Leeds, " * 100 + "?")
    assert time.process_time() - begun < 2
