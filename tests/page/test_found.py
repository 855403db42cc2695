"""Search results: whole sentences with the wanted words marked, and nothing else as markup."""

from chatbot.grounding.words import content_words
from chatbot.page.found import result

TEXT = (
    "Lamps are sold in the shop. A lamp can be returned within 45 days of delivery. "
    "<b>Bold</b> words and [links](https://example.org) are plain."
)


def test_whole_sentences_with_the_words_marked() -> None:
    shown = result(f"# Lamps\n\n{TEXT}", content_words("When are lamps returned?"))
    assert "#" not in shown
    assert "A **lamp** can be **returned** within 45 days of delivery." in shown
    assert "<b>" not in shown.replace("\\<", "")
    assert "](https:" not in shown


def test_a_long_passage_is_cut_between_sentences() -> None:
    shown = result("Nothing here matters at all. " * 30 + TEXT, content_words("returned lamp"))
    assert "A **lamp** can be **returned** within 45 days of delivery." in shown
    assert len(shown) < 600
