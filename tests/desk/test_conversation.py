"""The conversation of a session."""

from typing import Any

import pytest

from chatbot.desk.conversation import Conversation
from chatbot.desk.summaries import what_happened


def test_a_question_stopped_before_a_word_is_told_to_people_and_not_to_the_model() -> None:
    conversation = Conversation()
    conversation.add_question("q1", "How long?")
    conversation.add_answer("a1", "45 days.", {"abstained": False, "answer": "45 days."})
    conversation.add_question("q2", "And in the EU?")
    conversation.add_answer("a2", "", None)
    assert [turn["content"] for turn in conversation.history] == ["How long?", "45 days."]
    assert [event.outcome for event in what_happened(conversation.entries)][1] == "stopped"
    assert conversation.last_question == "And in the EU?"
    assert conversation.before("q2") == conversation.history
    assert conversation.question("q2") is None  # it is asked again


@pytest.mark.parametrize("more", [{}, {"metadata": {"partial": ""}}])
def test_a_file_without_words_is_no_question(more: dict[str, Any]) -> None:
    steps = [
        {"id": "q1", "type": "user_message", "output": "How long?"},
        {"id": "a1", "type": "assistant_message", "metadata": {"answer": {"answer": "45 days."}}},
        {"id": "f1", "type": "user_message", "output": " "},
        {"id": "a2", "type": "assistant_message", "output": "Read.", **more},
    ]
    conversation = Conversation.of_thread({"steps": steps})
    assert not conversation.unanswered
    assert [turn["content"] for turn in conversation.history] == ["How long?", "45 days."]


def test_a_draft_belongs_to_the_question_that_it_answers() -> None:
    conversation = Conversation()
    conversation.add_question("q1", "How long?")
    conversation.draft = "Dear customer, ..."
    conversation.cut("q1")
    assert conversation.draft == ""
    conversation.draft = "Dear customer, ..."
    conversation.add_question("q2", "And in the EU?")
    assert conversation.draft == ""
