"""A "yes" that its own sentence denies."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify


def is_marked(source: str, question: str, answer: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "", "heading": "", "columns": ""}
    return bool(verify(answer, [Document(source, metadata=meta)], question).unsupported)


@pytest.mark.parametrize(
    ("source", "question", "answer", "marked"),
    [
        ("Gift cards cannot be paid in parts.", "can he pay a gift card in parts?",
         "Yes, gift cards cannot be paid in parts.", True),
        ("Gift cards cannot be paid in parts.", "is it impossible to pay gift cards in parts?",
         "Yes, gift cards cannot be paid in parts.", False),
        ("Schools get 25% off. For choirs there is no discount.", "choir wants the discount, ok?",
         "Yes, for choirs there is no discount.", True),
        # The answer stands by what is said behind it.
        ("The desk is closed on Sunday.", "is the desk open on sunday?",
         "No. The desk is closed on Sunday.", False),
        ("No deposit is needed for lockers.", "do i pay a deposit for lockers",
         "Yes, no deposit is needed for lockers.", True),
        ("No deposit is needed for lockers.", "can i get a locker without deposit",
         "Yes, no deposit is needed for lockers.", False),
        ("Unused hours do not carry over.", "do i lose unused hours",
         "Yes, unused hours do not carry over.", False),
        ("Repairs are free within the warranty.", "do i pay for a repair under warranty",
         "Yes, repairs are free within the warranty.", True),
        ("The pool closes at 8 pm.", "is the pool open at 9 pm", "Yes, the pool closes at 8 pm.",
         True),
        ("The desk is closed on Sunday.", "is the desk open on sunday?",
         "Yes, the desk is closed on Sunday.", True),
        ("The desk is closed on Sunday.", "is the desk closed on sunday?",
         "Yes, the desk is closed on Sunday.", False),
        ("Only the kiosk is closed on Sunday.", "are you open on sunday?",
         "Yes, only the kiosk is closed on Sunday.", False),
        ("The first visit costs 20 EUR.", "is the first visit free?",
         "Yes, the first visit costs 20 EUR.", True),
        ("The first visit is free, each further one costs 20 EUR.", "is the first visit free?",
         "Yes, the first visit is free, each further one costs 20 EUR.", False),
        ("The lockers cost 2 EUR.", "do the lockers cost anything?",
         "Yes, the lockers cost 2 EUR.", False),
        ("Without power the doors open by phone.", "no power. can i open the doors",
         "Yes, without power the doors open by phone.", False),
    ],
)  # fmt: skip
def test_a_yes_agrees_with_its_sentence(
    source: str, question: str, answer: str, marked: bool
) -> None:
    assert is_marked(source, question, answer) == marked
