"""Conditions that a sentence waves aside, and times that it calls any time."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify
from chatbot.grounding.concessions import conceded
from chatbot.grounding.reading import read
from chatbot.grounding.widening import widened


def is_marked(said: str, source: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "Help", "heading": ""}
    return bool(verify(said, [Document(source, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("You can swap the date for free, provided that the van has not left the depot.",
         "You can swap the date for free provided the van has not left the depot.",
         "You can swap the date for free even after the van has left the depot."),
        ("Guests may use the sauna as long as a lifeguard is on duty.",
         "Guests may use the sauna while a lifeguard is on duty.",
         "Guests may use the sauna even when no lifeguard is on duty."),
        ("A booking can be edited in the app, but not while the tour is running.",
         "You can edit a booking in the app unless the tour is running.",
         "You can edit a booking in the app at any time."),
        ("The plan can be changed at renewal only.", "You can change the plan at renewal.",
         "You can change the plan at any time."),
        ("The lift is included in zones A and B.", "In zones A and B the lift is included.",
         "The lift is included whichever zone you live in."),
        ("Only the account holder may add drivers; every driver may book vans.",
         "Every driver may book vans.", "Every driver may add drivers."),
        ("The owner and all translators get the reminder on Monday.",
         "The owner and the translators get the reminder on Monday.",
         "Only the owner gets the reminder on Monday."),
    ],
)  # fmt: skip
def test_a_condition_is_not_waved_aside(source: str, right: str, wrong: str) -> None:
    assert not is_marked(right, source)
    assert is_marked(wrong, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("You can cancel at any time until the end of the month.",
         "You can cancel until the end of the month."),
        ("It is free even if you move within the year.",
         "It is free, even if you move within the year, provided that you keep the plan."),
        ("It holds whichever zone you live in.", "It holds in all zones, A to C."),
        ("Only the owner can invite people.", "Only the owner can invite or remove people."),
    ],
)  # fmt: skip
def test_what_the_source_says_too_is_not_marked(said: str, source: str) -> None:
    assert conceded(read(said), read(source)) is None
    assert widened(read(said), read(source)) is None
