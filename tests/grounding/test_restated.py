"""Sentences with the numbers of their sources, as a judge reads them."""

import pytest

from chatbot.grounding.restated import restated


@pytest.mark.parametrize(
    ("claim", "source", "read"),
    [
        ("Tell us within two weeks of delivery.", "Tell us within 14 days of delivery.",
         "Tell us within 14 days of delivery."),
        ("You hear from us four weeks before.", "The price is told 28 days before.",
         "You hear from us 28 days before."),
        ("We are there until 3 pm.", "The desk is open until 15:00.", "We are there until 15:00"),
        ("It takes six working days.", "It takes 6 working days.", "It takes 6 working days."),
        ("Half of it is kept, after half an hour all.", "After 30 minutes 50% is kept.",
         "50% of it is kept, after 30 minutes all."),
        # what is another number, or written alike, or not there
        ("Tell us within three weeks of delivery.", "Tell us within 14 days of delivery.", None),
        ("It takes 6 working days.", "It takes 6 working days or 1 week.", None),
        ("Dogs aren’t allowed.", "Dogs may come along.", None),
    ],
)  # fmt: skip
def test_numbers_are_written_as_in_the_source(claim: str, source: str, read: str | None) -> None:
    assert restated(claim, source) == (read or claim)
