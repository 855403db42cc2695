"""Lists of what is not so, items that others are set against, and states that a source denies."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

EXCLUSIONS = """# What is not covered

- Vaccination, neutering and worm treatment.
- Food, except for a special diet for up to 60 days.

## What we do for you

We do not carry:

- pianos and safes
- plants in pots

If the alarm does not stop:

- press the red button
"""


def is_marked(said: str, source: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "Help", "heading": ""}
    return bool(verify(said, [Document(source, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("Neutering and worm treatment aren't covered.", False),
        ("Neutering and worm treatment are covered.", True),
        ("We do not carry plants in pots.", False),
        ("We carry plants in pots.", True),
        ("If the alarm does not stop, press the red button.", False),
    ],
)
def test_an_item_is_denied_by_what_stands_over_its_list(said: str, marked: bool) -> None:
    assert is_marked(said, EXCLUSIONS) == marked


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("The rebate is taken off the fare only, not off the booking fee or luggage.",
         "The rebate is taken off the fare.", "The rebate is also taken off luggage."),
        ("If a delivery is late, you get the surcharge back, but not the price of the goods.",
         "If a delivery is late you get the surcharge back.",
         "If a delivery is late you get the price of the goods back."),
        ("You can overwrite the rates, apart from the Dutch one.",
         "The rates can be overwritten except for the Dutch one.",
         "You can overwrite the Dutch one."),
        ("Accidents are covered up to £5,000 for dogs.",
         "For dogs, accidents are covered up to £5,000.",
         "Your cat's accidents are covered up to £5,000."),
    ],
)  # fmt: skip
def test_what_is_left_out_is_not_affirmed(source: str, right: str, wrong: str) -> None:
    assert not is_marked(right, source)
    assert is_marked(wrong, source)
