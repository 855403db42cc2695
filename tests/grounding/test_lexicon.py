"""Number words."""

from fractions import Fraction

from chatbot.grounding.facts import facts
from chatbot.grounding.lexicon import numbers


def test_numbers_are_read_in_four_languages() -> None:
    for word, value in {
        "twenty-five": 25, "fünfundzwanzig": 25, "vingt-cinq": 25, "veinticinco": 25,
        "zwölf": 12, "quatre-vingts": 80, "sechzehn": 16, "treinta y dos": 32,
    }.items():  # fmt: skip
        assert numbers()[word] == value
    assert facts("one of them") == []
    assert facts("one day")[0].values == {Fraction(1)}
