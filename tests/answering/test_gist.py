"""What is searched for of long texts."""

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from chatbot.answering.conversation import search_query
from chatbot.answering.gist import gist

STORY = "We used the lamp every day, also in the rain and in winter, and took good care of it. "
LETTER = (
    f"Dear team,\n\nI bought a Harbor Pro.\n\n{STORY * 30}\n\nIs it covered?\n\nKind regards\nZoe"
)


def test_a_short_text_is_its_own_gist() -> None:
    assert gist("Hello,\n\nhow long\nis it?", 100) == "Hello, how long is it?"


def test_the_gist_of_a_letter_is_what_it_asks_and_how_it_begins() -> None:
    found = gist(LETTER, 120)
    assert found == "I bought a Harbor Pro. Is it covered?"


def test_a_text_without_sentences_is_cut() -> None:
    assert gist("warranty " * 100, 50) == "warranty warranty warranty warranty warranty"
    assert gist("\u4fdd" * 100, 50) == "\u4fdd" * 50
    assert gist("?" * 100, 50) == "?" * 50


def test_the_gist_of_a_letter_has_the_code_that_it_names() -> None:
    letter = f"Hello,\n\nWe are on holiday.\n\n{STORY * 9}It shows E37. {STORY * 9}Please help."
    assert "It shows E37." in gist(letter, 120)


def test_a_follow_up_to_a_letter_is_searched_for_near_the_beginning_of_its_query() -> None:
    turns: list[BaseMessage] = [HumanMessage(LETTER), AIMessage("Yes, for two years. " * 5)]
    query = search_query(turns, "And in the EU?")
    assert len(query) < 650
    assert "I bought a Harbor Pro." in query and "Is it covered?" in query
    assert query.endswith("Yes, for two years. \nAnd in the EU?")
    long = search_query([*turns, HumanMessage("And?"), AIMessage("Within " * 200)], "Where?")
    assert len(long) < 650 and long.endswith("Within Within\nWhere?") and "lamp" not in long


def test_turns_of_usual_length_are_searched_for_as_they_are() -> None:
    turns: list[BaseMessage] = [HumanMessage("How long?\nIn the US."), AIMessage("45 days.")]
    assert (
        search_query(turns, "And in the EU?") == "How long?\nIn the US.\n45 days.\nAnd in the EU?"
    )
