"""What the page says about an answer."""

from dataclasses import replace

import pytest

from chatbot.answering.answer import Answer
from chatbot.grounding.citations import Citation, Unsupported
from chatbot.page.answers import body, notes, shown_passages, source, support
from chatbot.passage import Passage


@pytest.mark.parametrize(
    ("text", "confidence", "unsupported", "abstained", "said"),
    [
        ("Never", 0.95, False, False, "well"),
        ("Never", 0.95, True, False, "marked"),
        ("Never", 0.6, False, False, "partly"),
        ("Never", 0.95, False, True, "not"),
        ("Yes, opened boxes are taken back.", 0.95, False, False, "lead"),
        ("Nein, das ist nicht möglich.", 0.95, False, False, "lead"),
        ("No, they are not.", 0.95, True, False, "marked"),
        ("No return is free.", 0.95, False, False, "well"),
    ],
)
def test_how_far_to_trust_an_answer_is_said_in_words(
    text: str, confidence: float, unsupported: bool, abstained: bool, said: str
) -> None:
    marked = [Unsupported(0, 5, "Never", "it is not said")] if unsupported else []
    cited = [Citation(path="a.md", start=0, end=4, quote="Ever", passage=1)]
    answer = Answer(text, abstained, confidence, cited, [], "model", {}, unsupported=marked)
    assert support(answer) == said


def test_a_yes_behind_a_greeting_is_one_to_check() -> None:
    text = "Hello,\n\nYes, opened boxes are taken back.\n\nKind regards"
    cited = [Citation(path="a.md", start=0, end=4, quote="Ever", passage=1)]
    letter = Answer(text, False, 0.95, cited, [], "model", {}, begins=text.index("Yes"))
    assert support(letter) == "lead"


def test_a_question_back_is_no_refusal() -> None:
    asked = Answer("Which?", True, 0.9, [], [], "model", {}, choices=["US", "EU"])
    assert support(asked) == "asked"


def test_a_reader_learns_that_the_first_text_was_withdrawn() -> None:
    refused = Answer("It is not covered.", True, 0.4, [], [], "model", {})
    assert "something else" in notes(refused, "en", rewritten="rewritten")[1]


def test_a_refusal_was_answered_by_nobody_and_says_where_to_hand_off() -> None:
    refused = Answer("It is not covered.", True, 0.4, [], [], "model", {})
    where, by = notes(refused, "en")
    assert "Hand off" in where
    assert "Tools" in where
    assert by == "Looked for by model."


def test_of_an_answer_without_citations_the_four_closest_passages_are_listed() -> None:
    passages = [Passage(page_content=str(n), metadata={"path": f"{n}.md"}) for n in range(8)]
    refused = Answer("It is not covered.", True, 0.4, [], passages, "model", {})
    assert shown_passages(refused) == [1, 2, 3, 4]
    assert shown_passages(replace(refused, passages=passages[:2])) == [1, 2]
    cited = replace(refused, citations=[Citation("7.md", 0, 1, "7", 7)])
    assert shown_passages(cited) == [7]


def test_a_refusal_names_the_closest_documents_once() -> None:
    """They are listed below it; other programs read them in the text."""
    closest = "Closest: “EU returns”."
    refused = Answer(f"No sure answer. {closest}", True, 0.4, [], [], "model", {}, closest=closest)
    assert body(refused, "en") == "No sure answer."


def test_each_thing_is_said_once_and_the_weightiest_first() -> None:
    marked = [Unsupported(0, 9, "For ever.", "it is not said")]
    answer = Answer(
        "For ever.", False, 0.4, [], [], "bundled-small (SmolLM2, openvino)", {},
        notes=["Not answered: why."], unsupported=marked,
    )  # fmt: skip
    assert body(answer, "en").count("⚠") == 1
    half = replace(answer, answer="For ever. It is 3 EUR.", rests_on={22: 1})
    assert body(half, "en").startswith("For ever. ⚠ It is 3 EUR. [1]")
    by = "Answered by bundled-small."
    assert notes(answer, "en") == ["Not answered: why.", by]
    unmarked = replace(answer, unsupported=[], notes=[])
    assert notes(unmarked, "en") == ["Check the source before you use it.", by]


@pytest.mark.parametrize(("choices", "said"), [([], "second reading"), (["US", "EU"], "only one")])
def test_a_reader_learns_why_the_first_text_is_gone(choices: list[str], said: str) -> None:
    answer = Answer("45 days.", bool(choices), 0.9, [], [], "model", {}, choices=choices)
    assert len(notes(answer, "en", rewritten="")) == 2
    assert said in notes(answer, "en", rewritten="rewritten")[1]


@pytest.mark.parametrize(
    "now", ["# New\n\nA chapter before it. A lamp costs 4 EUR. It is blue.", ""]
)
@pytest.mark.parametrize("path", ["lamps.md", "lamps.csv"])
def test_a_quote_of_a_document_that_was_changed_since_is_marked_in_what_was_read(
    now: str, path: str
) -> None:
    text, quote = "It is red. A lamp costs 3 EUR.", "A lamp costs 3 EUR."
    passage = Passage(page_content=text, metadata={"path": path, "start": 5, "end": 5 + len(text)})
    start = 5 + text.index(quote)
    shown = source(passage, 1, [(start, start + len(quote))], now, "Open")["parts"]
    assert [part["text"] for part in shown] == ["It is red. ", quote]
    assert [part["quote"] for part in shown] == [False, True]
