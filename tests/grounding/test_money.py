"""Amounts that lost their currency on the way from a cell to a sentence."""

import pytest

from chatbot.grounding.money import priced

SHOP = [
    "Box: Large; Van price (Upland): £24.70; Courier price: £27.40; Feeds: 4 people",
    "Half leather: 99.00 €; fee: CHF 12; lending: 20 EUR. It takes 25 days and £25.",
]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("A Large box costs 24.70 on Upland.", "A Large box costs £24.70 on Upland."),
        ("It costs 24.70.", "It costs £24.70."),
        ("It costs 24.70, or 27.40 by courier", "It costs £24.70, or £27.40 by courier"),
        ("Half leather costs 99.00 in Rome.", "Half leather costs 99.00 € in Rome."),
        ("The fee is 12 a year.", "The fee is CHF 12 a year."),
        ("Lending costs 20.", "Lending costs 20 EUR."),
        ("It costs £24.70 on Upland.", "It costs £24.70 on Upland."),
        ("It costs 24.70 pounds on Upland.", "It costs 24.70 pounds on Upland."),
        ("It costs 99.00 EUR in Rome.", "It costs 99.00 EUR in Rome."),
        ("It feeds 4.", "It feeds 4."),
        ("It takes 25 in all.", "It takes 25 in all."),
        ("It costs 24.7 now.", "It costs 24.7 now."),
        ("See page 20-12 of A.20.", "See page 20-12 of A.20."),
        ("It costs 31.", "It costs 31."),
    ],
)
def test_a_bare_amount_is_written_as_in_its_source(said: str, shown: str) -> None:
    assert priced(said, SHOP) == shown
