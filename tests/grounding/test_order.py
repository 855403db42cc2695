"""What comes first, in sentences, in lists within them and in numbered lists."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify


def _reasons(said: str, source: str) -> list[str]:
    meta = {"path": "a.md", "start": 0, "title": "Help", "heading": ""}
    found = verify(said, [Document(source, metadata=meta)]).unsupported
    return [one.reason for one in found]


def is_marked(said: str, source: str) -> bool:
    return bool(_reasons(said, source))


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("The order of work is: strip the wood, oil it, wax it.",
         "We wax the wood after we oil it.", "We oil the wood after we wax it."),
        ("First the walls are painted, then the floor is laid.",
         "The walls are painted first, then the floor is laid.",
         "First the floor is laid, then the walls are painted."),
        ("The written test comes first, then the interview.",
         "First comes the written test, then the interview.",
         "First comes the interview, then the written test."),
        ("The furniture is wrapped after it has been taken apart.",
         "The furniture is taken apart before it is wrapped.",
         "The furniture is wrapped before it is taken apart."),
    ],
)  # fmt: skip
def test_what_comes_first_does_not_come_last(source: str, right: str, wrong: str) -> None:
    assert not is_marked(right, source)
    assert is_marked(wrong, source)


def test_steps_of_a_numbered_list_are_not_turned_round() -> None:
    steps = "1. Drain the boiler.\n2. Close the red valve.\n3. Unscrew the cover.\n"
    turned = "its source has these steps in another order"
    assert _reasons("Unscrew the cover before you close the red valve.", steps) == [turned]
    assert turned not in _reasons("Close the red valve before you unscrew the cover.", steps)
    another = f"{steps}\n## Afterwards\n\n1. Screw the cover on.\n2. Fill the boiler.\n"
    assert turned not in _reasons("Drain the boiler before you fill the boiler.", another)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("You get it after 14 days.", "You get it after 14 days."),
        ("Call us before 6 pm, then we come the same day.",
         "If you call us before 6 pm, we come the same day."),
    ],
)  # fmt: skip
def test_times_are_no_order(said: str, source: str) -> None:
    assert not is_marked(said, source)
