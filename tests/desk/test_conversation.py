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


def test_small_talk_is_neither_the_last_question_nor_its_answer() -> None:
    said = {"answer": "I am a chatbot.", "abstained": False, "passages": [], "approved": None}
    answer = {"answer": "45 days.", "abstained": False, "passages": [{"path": "us.md"}]}
    conversation = Conversation()
    conversation.add_question("t1", "Hello")
    conversation.add_answer("t2", "Hello!", said)
    assert conversation.last_case() == ("Hello", None)
    assert conversation.last_record() is None
    conversation.add_question("q1", "How long?")
    conversation.add_answer("a1", "45 days.", answer)
    conversation.add_question("t3", "Can I talk to a human?")
    conversation.add_answer("t4", "I am a chatbot.", said)
    assert conversation.last_case() == ("How long?", answer)
    assert conversation.last_record() is answer
    conversation.add_question("q2", "And in the EU?")
    conversation.add_answer("a2", "", None)  # stopped
    assert conversation.last_case() == ("And in the EU?", None)


def test_what_follows_an_edited_command_is_forgotten_also_after_a_restart() -> None:
    answer = {"answer": "45 days.", "abstained": False, "passages": [1]}
    steps: list[dict[str, Any]] = []
    for name, command in (("q1", None), ("c1", "Draft reply"), ("q2", None)):
        steps.append({"id": name, "type": "user_message", "output": name, "command": command})
        if command is None:
            steps.append({"id": f"a{name}", "type": "assistant_message"})
            steps[-1]["metadata"] = {"answer": answer}
    conversation = Conversation.of_thread({"steps": steps})
    conversation.draft = "Dear customer, ..."
    conversation.go_on_from("c2", asks=False)
    assert len(conversation.entries) == 4 and conversation.draft
    conversation.go_on_from("c1", asks=False)
    assert [entry.id for entry in conversation.entries] == ["q1", "aq1"]
    assert not conversation.draft
