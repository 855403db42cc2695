"""Text that would keep the rules busy, or stop them: each of these took from ten seconds to hours,
or ended in a traceback."""

import time
from collections.abc import Callable

import pytest

from chatbot.grounding.asked import Asked
from chatbot.grounding.astray import beside_code
from chatbot.grounding.bounds import bounds_of
from chatbot.grounding.citations import verify
from chatbot.grounding.conclusions import lead_verdict, without_asked
from chatbot.grounding.facts import facts
from chatbot.grounding.halves import unanswered
from chatbot.grounding.reading import read
from chatbot.grounding.sources import all_spans, spans_of
from chatbot.passage import Passage

PLAIN = "The Finch One costs 5 EUR. Customers in the EU can return a product within 30 days."


def passage(text: str) -> Passage:
    return Passage(page_content=text, metadata={"path": "a.md", "title": "a", "start": 0})


def _excepted(count: int) -> None:
    asked = Asked("Do you ship to Norway?").reading
    lead_verdict(read(f"Yes, we ship everywhere except{' ' * count}(", "en"), asked, [])


def _beside_code(count: int) -> None:
    beside = all_spans([passage(PLAIN), passage("Code E40 means heat.")])
    asked = Asked("E40 " * count)
    beside_code(read("The Finch One costs 5 EUR."), beside[:1], beside, asked)


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(lambda: read("," * 20_000), id="signs without words"),
        pytest.param(lambda: read("a-" * 20_000), id="half a mail address"),
        pytest.param(lambda: read("A.B." * 5_000), id="half a host"),
        pytest.param(lambda: read("5, " * 6_000), id="numbers in a row"),
        pytest.param(lambda: bounds_of(read("twenty-: " * 400)), id="pieces with numbers"),
        pytest.param(lambda: bounds_of(read("a" * 20_000 + " 5")), id="a word before a number"),
        pytest.param(
            lambda: without_asked(read("twenty-: " * 100), read("in 20 days?")),
            id="and asked about",
        ),
        pytest.param(
            lambda: unanswered(" " * 20_000, "It costs 5 EUR."), id="blanks in a question"
        ),
        pytest.param(lambda: _excepted(900), id="blanks behind except"),
        pytest.param(lambda: _beside_code(1_000), id="a code said again and again"),
        pytest.param(
            lambda: spans_of(passage(f"| a | b\n| {'-' * 800}x |"), 1), id="a rule that is none"
        ),
        pytest.param(lambda: all_spans([passage("a" + "\n" * 8_000)]), id="empty lines"),
        pytest.param(
            lambda: verify(f"| a | b\n| {'twenty-: ' * 110}", [passage(PLAIN)], "in 20 days?"),
            id="a whole answer",
        ),
    ],
)
def test_no_text_takes_long(check: Callable[[], object]) -> None:
    verify("It is in Berlin.", [passage(PLAIN)])  # lists are loaded once
    began = time.process_time()
    check()
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("half past sıx in the evening", "18:30"),
        ("HALF PAST FİVE IN THE EVENING", "17:30"),
        ("eine zweıjährıge Garantie", "2 years"),
        ("at nıne in the evening", "21:00"),
    ],
)
def test_letters_that_are_taken_for_an_i_are_one(written: str, plain: str) -> None:
    [found], [wanted] = facts(written), facts(plain)
    assert found == wanted


def test_a_question_with_such_letters_is_answered() -> None:
    verify("Yes, half past FİVE.", [passage("We open at half past fıve.")], "Half past sıx?")
