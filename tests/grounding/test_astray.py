"""Answers that are certainly about something else than their question."""

import tomllib

import pytest

from chatbot.grounding.citations import Verified, verify
from chatbot.passage import Passage
from chatbot.settings import PROJECT_ROOT

CASES = tomllib.loads(
    (PROJECT_ROOT / "tests" / "cases" / "answers" / "neighbours.toml").read_text(encoding="utf-8")
)


def checked(text: str, question: str, answer: str, title: str = "Page") -> Verified:
    meta = {"path": "a.md", "title": title, "start": 0}
    page = Passage(page_content=f"# {title}\n\n{text}", metadata=meta)
    return verify(answer, [page], question)


@pytest.mark.parametrize(("page", "question", "answer", "wanted"), CASES["answers"]["cases"])
def test_a_neighbours_fact_is_withdrawn_and_what_may_be_right_is_left(
    page: str, question: str, answer: str, wanted: str
) -> None:
    title, text = CASES["pages"][page]
    found = checked(text, question, answer, title)
    assert found.astray is (wanted == "withdrawn")
    assert bool(found.unsupported) is (wanted != "right")


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("Our servers are in Germany.", "is the server in switzerland",
         "Our servers are in Germany."),
        ("Our workshop is in Poland.", "norwegian customer: where do we send it",
         "Our workshop is in Poland."),
        ("It costs 25 CHF in Switzerland.", "how much is it in switzerland", "It costs 25 CHF."),
        ("Dogs cost 20 EUR. Other pets are asked for by mail.", "was kostet es mit hund",
         "Dogs cost 20 EUR."),
        ("Fault F12 means low pressure.", "F1 and F19, what are they",
         "Fault F12 means low pressure."),
    ],
)  # fmt: skip
def test_what_may_be_an_answer_is_not_withdrawn(text: str, question: str, answer: str) -> None:
    assert not checked(text, question, answer).astray


def test_another_code_of_the_series_is_another_thing_whatever_codes_its_row_has() -> None:
    page = (
        "| Code | Test | Price |\n|---|---|---|\n"
        "| G06 | PSSM1 gene test | 52 EUR |\n| G07 | WFFS1 gene test | 49 EUR |"
    )
    answer = "The PSSM1 gene test (G06) costs 52 EUR."
    assert checked(page, "PSSM2 gene test cost", answer).astray
    assert not checked(page, "PSSM1 gene test cost", answer).unsupported
    assert not checked(page, "G06 cost", answer).astray


def test_a_shown_code_is_answered_from_the_passage_that_has_it() -> None:
    pages = [
        Passage(page_content=text, metadata={"path": path, "title": "Help", "start": 0})
        for path, text in (
            ("drinks.md", "The Lark 3 can make two espressos at once."),
            ("codes.md", "| Code | Lark |\n|---|---|\n| E40 | Drinks still work |"),
        )
    ]
    question = "lark 3 shows E40 - can they still make coffee?"
    [wrong] = verify("Yes, the Lark 3 can make two espressos at once.", pages, question).unsupported
    assert wrong.reason == "the question asks about 'E40', of which its source does not speak"
    assert not verify("Yes, drinks still work.", pages, question).unsupported
    # A page for all products need not name the one that somebody has.
    assert not verify(
        "Yes, the Lark 3 can make two espressos at once.", pages, "does the E40 make two at once"
    ).unsupported


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("1. Press both keys for 4 seconds.\n2. Wait for two tones.", False),
        ("1. Turn the dial to S.\n2. Wait for one tone.", True),
    ],
)
def test_steps_are_those_beneath_the_heading_of_what_is_asked_about(
    answer: str, right: bool
) -> None:
    text = """## Link an RX20

1. Turn the dial to S.
2. Wait for one tone.

## Link an RX30

1. Press both keys for 4 seconds.
2. Wait for two tones."""
    assert bool(checked(text, "link rx20 how", answer).unsupported) is not right
    assert bool(checked(text, "link rx30 how", answer).unsupported) is right
