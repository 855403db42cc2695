"""A "yes" or "no" before "only in the US", for a question from there and from elsewhere."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import Verified, verify

SOURCE = (
    "Cheques are taken in the UK only. Gift wrapping is offered only on the Gold plan. "
    "Payment by invoice is possible only for business customers. "
    "A lesson costs only 5 EUR in Spain."
)


def _verified(question: str, answer: str) -> Verified:
    meta = {"path": "a.md", "title": "Ways to pay", "start": 0}
    return verify(answer, [Document(SOURCE, metadata=meta)], question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("uk customer wants to pay by cheque, ok?", "No, cheques are taken in the UK only."),
        ("customer from scotland with a check", "No, cheques are taken in the UK only."),
        ("can a us customer pay by cheque?", "Yes, cheques are taken."),
        ("gold member, can he get gift wrapping", "No, it is offered only on the Gold plan."),
        ("gift wrapping on silver?", "Yes, gift wrapping is offered only on the Gold plan."),
        (
            "can a business customer get an invoice",
            "No, payment by invoice is possible only for business customers.",
        ),
    ],
)
def test_the_other_word_before_what_is_limited_is_marked(question: str, answer: str) -> None:
    assert _verified(question, answer).unsupported


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("can a uk customer pay by cheque?", "Yes, cheques are taken in the UK only."),
        ("can a us customer pay by cheque?", "No, cheques are taken in the UK only."),
        ("can cheques be used in england", "Yes, cheques are taken in the UK only."),
        ("gift wrapping on silver?", "No, gift wrapping is offered only on the Gold plan."),
        (
            "can private customers pay by invoice?",
            "No, payment by invoice is possible only for business customers.",
        ),
    ],
)
def test_the_word_that_follows_from_it_agrees(question: str, answer: str) -> None:
    verified = _verified(question, answer)
    assert not verified.unsupported
    assert verified.lead_agrees


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("are cheques taken only in the uk?", "Yes, cheques are taken in the UK only."),
        ("do you take cheques?", "Yes, cheques are taken in the UK only."),
        ("a lesson in spain for 9 EUR?", "No, a lesson costs only 5 EUR in Spain."),
    ],
)
def test_what_it_does_not_decide_is_left(question: str, answer: str) -> None:
    assert not _verified(question, answer).unsupported
