"""What the page says about an answer."""

import pytest

from chatbot.answering.answer import Answer
from chatbot.grounding.citations import Citation, Unsupported
from chatbot.page.answers import support


@pytest.mark.parametrize(
    ("confidence", "unsupported", "abstained", "said"),
    [
        (0.95, False, False, "well"),
        (0.95, True, False, "partly"),
        (0.6, False, False, "partly"),
        (0.95, False, True, "not"),
    ],
)
def test_how_far_to_trust_an_answer_is_said_in_words(
    confidence: float, unsupported: bool, abstained: bool, said: str
) -> None:
    marked = [Unsupported(0, 5, "Never", "it is not said")] if unsupported else []
    cited = [Citation(path="a.md", start=0, end=4, quote="Ever", passage=1)]
    answer = Answer("Never", abstained, confidence, cited, [], "model", {}, unsupported=marked)
    assert support(answer) == said
