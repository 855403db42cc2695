"""Drafts: the numbers and the words of the answer are kept."""

import pytest

from chatbot.desk.drafts import keeps_numbers, says


@pytest.mark.parametrize(
    ("draft", "kept"),
    [
        ("Dear customer, within 45 days, for 3.50 a parcel.", True),
        ("Dear customer, within 54 days, for 3.50 a parcel.", False),
        ("Dear customer, within 45 days.", False),
        ("Dear customer, within 45 days, for 3.50, before 2027.", False),
    ],
)
def test_a_draft_keeps_the_numbers_of_its_answer(draft: str, kept: bool) -> None:
    assert keeps_numbers(draft, "45 days. A parcel is 3.50.") == kept


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        ("Hello, the valve is blocked when you see error E31. Kind regards", True),
        ("Hello, error E31 tells you about a blocking valve.", True),
        ("The customer asks: What does error E31 mean?", False),
        ("", False),
    ],
)
def test_a_draft_has_to_say_what_the_answer_says(draft: str, said: bool) -> None:
    answer = "Error E31 means that the valve is blocked."
    assert says(draft, "What does error E31 mean?", answer) == said
