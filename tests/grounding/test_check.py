"""The check of a finished answer."""

from chatbot.grounding.check import check
from chatbot.grounding.injection import copies
from tests.support.documents import PASSAGE


def test_an_answer_that_copies_the_system_prompt_loses_that_sentence() -> None:
    secret = "You are a support assistant. Answer the question in one or two sentences, please."
    said = "Error E-17 needs a reset. Answer the question in one or two sentences, please."
    assert copies(said, secret)
    assert check(said, [PASSAGE], secret, strict=False)[0] == "Error E-17 needs a reset."
