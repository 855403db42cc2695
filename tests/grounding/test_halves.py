"""Answers that leave out a part of their question."""

import time
import tomllib

import pytest

from chatbot.grounding.citations import verify
from chatbot.grounding.halves import unanswered
from chatbot.grounding.sources import all_spans
from chatbot.passage import Passage
from chatbot.settings import PROJECT_ROOT

CASES = tomllib.loads(
    (PROJECT_ROOT / "tests" / "cases" / "answers" / "halves.toml").read_text(encoding="utf-8")
)
PAGES = [
    Passage(
        page_content=f"# {title}\n\n{text}",
        metadata={"path": f"{title}.md", "title": title, "start": 0},
    )
    for title, text in CASES["pages"].items()
]
SPANS = all_spans(PAGES)


@pytest.mark.parametrize(("question", "answer", "missed"), CASES["answers"]["cases"])
def test_what_is_left_out_is_told_and_a_whole_answer_is_left(
    question: str, answer: str, missed: str
) -> None:
    assert unanswered(question, answer, SPANS) == ([missed] if missed else [])


@pytest.mark.parametrize(
    "answer",
    [
        "A day ticket costs 14 EUR. The documents do not say who carries it.",
        "No, day tickets are not sold.",
        "A day ticket costs 14 EUR, and customers carry it themselves.",
    ],
)
def test_an_answer_that_says_so_itself_or_denies_is_no_half(answer: str) -> None:
    assert unanswered("what does a day ticket cost and who carries it", answer) == []


def test_it_is_told_beside_what_was_verified() -> None:
    found = verify(
        "A vaccination costs 38 GBP.", PAGES, "what is a vaccination and how long does it last"
    )
    assert (found.unsupported, found.unanswered) == ([], ["how long does it last"])


def test_two_sentences_about_one_part_are_a_half_too() -> None:
    answer = (
        "Express shipping in the US costs 19.95 USD. Express shipping in the US takes 2 business "
        "days."
    )
    question = "what does express shipping to the us cost and who carries it?"
    assert unanswered(question, answer) == ["who carries it"]


def test_a_long_word_takes_no_square_of_its_length() -> None:
    began = time.process_time()
    assert unanswered("A" * 20_000, "It costs 5 EUR.") == []
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("question", "answer", "missed"),
    [
        ("she wants to cancel, whats the notice period?",
         "Who leaves an old plan cannot come back.", ["whats the notice period"]),
        ("how long is the warranty?", "The warranty covers faults.", ["how long is the warranty"]),
        ("how long is the warranty on lamps?", "Lamps are not covered by the warranty.", []),
        ("how long is the warranty?", "It is a lifetime warranty.", []),
        ("how much is shipping", "Shipping is free.", []),
        ("how much is shipping", "Shipping is by courier.", ["how much is shipping"]),
        ("how many users on the plan", "As many as you like.", []),
        ("what is the warranty period of the Pro", "3 years.", []),
        ("what is the plan called", "It is called Gale.", []),
    ],
)  # fmt: skip
def test_the_only_part_may_be_missed_too(question: str, answer: str, missed: list[str]) -> None:
    assert unanswered(question, answer) == missed
