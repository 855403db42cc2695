"""What of a conversation is read within a budget of tokens, here words."""

import pytest

from chatbot.memory import Turn, newest_turns, to_messages

ASKED, REPLY = "How long is the warranty?", "Two years."
LETTER = "word " * 50 + "Can she return it?"


def kept(budget: int, *said: str) -> list[str]:
    """What is read of turns of the user and the assistant in turn."""
    history: list[Turn] = [
        {"role": "assistant" if number % 2 else "user", "content": text}
        for number, text in enumerate(said)
    ]
    found = newest_turns(to_messages(history), budget, lambda text: len(text.split()))
    return [str(message.text) for message in found]


@pytest.mark.parametrize(
    ("budget", "said", "read"),
    [
        (20, [ASKED, REPLY], [ASKED, REPLY]),
        (20, [LETTER, REPLY, ASKED, REPLY], [ASKED, REPLY]),
        (6, [ASKED, REPLY, LETTER, REPLY], ["Can she return it?", REPLY]),
        (8, [ASKED, LETTER], ["long is the warranty?", "word " * 4]),
        (4, [LETTER], ["Can she return it?"]),
        (0, [ASKED, REPLY], []),
        (8, [], []),
    ],
)
def test_the_newest_turns_are_read_and_of_a_long_one_its_end(
    budget: int, said: list[str], read: list[str]
) -> None:
    assert kept(budget, *said) == read
