"""Reasons in the words of who reads them."""

import pytest

from chatbot.grounding.citations import verify
from chatbot.grounding.wording import as_written
from chatbot.passage import Passage


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("it says 'recoveri', which its source does not",
         "it says 'recovery', which its source does not"),
        ("the question asks about 'complet', and its source tells of '@tier:Plus'",
         "the question asks about 'complete', and its source tells of 'Plus'"),
        ("it says '45 days', which its source does not",
         "it says '45 days', which its source does not"),
        ("it says '8', which its source does not", "it says '8', which its source does not"),
        ("it says 'code K-204', of which its source does not speak",
         "it says 'code K-204', of which its source does not speak"),
        ("it says 'p', of which its source does not speak",
         "it says 'p', of which its source does not speak"),
    ],
)  # fmt: skip
def test_a_stem_is_told_as_it_is_written(reason: str, wanted: str) -> None:
    texts = ["The complete plan for 18 recovery codes, see page 4.", "Plus has none."]
    assert as_written(reason, texts) == wanted


def test_a_marked_sentence_tells_words_that_stand_somewhere() -> None:
    text = "An RX20 costs £149, or £119 for holders of a Gala or Complete ticket."
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Prices", "start": 0})
    [found] = verify("An RX20 costs £149 for holders of a Complete ticket.", [page]).unsupported
    assert found.reason == "it says 'Complete', of which its source says something else"
