"""Summaries: what happened, from the records, and a model's words only where they add nothing."""

from typing import Any

from chatbot.desk.conversation import Conversation
from chatbot.desk.summaries import Event, is_told, what_happened

CITED = {"path": "us.md", "start": 0, "end": 1, "quote": "x"}


def record(**more: Any) -> dict[str, Any]:
    return {"abstained": False, "choices": [], "citations": []} | more


def test_each_question_is_told_with_what_became_of_it() -> None:
    talk = Conversation()
    turns = [
        ("How long?", "Within 45 days. More is written there.", record(citations=[CITED])),
        ("And on Mars?", "I do not know.", record(abstained=True)),
        ("Which plan?", "Which one do you mean?", record(choices=["A", "B"])),
        ("Tell me all", "It begins", None),
    ]
    for number, (question, answer, kept) in enumerate(turns):
        talk.add_question(f"q{number}", question)
        talk.add_answer(f"a{number}", answer, kept)
    talk.add_question("last", "Are you there?")
    assert what_happened(talk.entries) == [
        Event("How long?", "answered", "Within 45 days.", ("us.md",)),
        Event("And on Mars?", "refused"),
        Event("Which plan?", "asked_back", "Which one do you mean?"),
        Event("Tell me all", "stopped", "It begins"),
        Event("Are you there?", "open"),
    ]


def test_a_summary_adds_no_number_and_hardly_a_word() -> None:
    said = [
        {"role": "user", "content": "How long can I return a lamp?"},
        {"role": "assistant", "content": "You can return it within 45 days."},
    ]
    assert is_told("The customer can return the lamp within 45 days.", said)  # type: ignore[arg-type]
    assert not is_told("The customer can return the lamp within 54 days.", said)  # type: ignore[arg-type]
    assert not is_told("A colleague repaired three broken kettles in Norway.", said)  # type: ignore[arg-type]
    assert not is_told("", said)  # type: ignore[arg-type]
