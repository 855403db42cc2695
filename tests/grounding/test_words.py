"""Words in one spelling."""

from chatbot.grounding.words import words


def test_one_spelling_for_matching() -> None:
    assert words("Sto\u0308rung \ufb01rm Kün\u00addigung") == ["störung", "firm", "kündigung"]
    assert words("返品は") == ["返品", "品は"]
