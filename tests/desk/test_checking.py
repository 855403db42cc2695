"""A person's reply against the folder, sentence by sentence."""

from collections.abc import Sequence

import pytest

from chatbot.audience import EVERYTHING
from chatbot.desk.checking import check_reply, statements
from chatbot.errors import ModelUnavailableError, QuestionError
from chatbot.grounding.lexicon import is_polite
from chatbot.index.retriever import HybridRetriever
from chatbot.passage import Passage
from chatbot.service import ChatService
from tests.support.documents import SHIPPING


def test_each_sentence_is_judged_by_itself(shop: ChatService) -> None:
    reply = (
        "Dear Ms Smith,\n\nStandard shipping takes 3 to 5 working days. "
        "Customers in the US can return a product within 30 days of delivery.\n\nKind regards"
    )
    found = check_reply(shop, reply, EVERYTHING)
    assert [sentence.supported for sentence in found] == [False, True, False, False]
    assert found[0].reason == found[3].reason == "a greeting or closing line, which needs no source"
    citation = found[1].citation
    assert citation is not None and citation.path == "shipping.md"
    assert SHIPPING[citation.start : citation.end] == citation.quote
    assert "30" in found[2].reason or "US" in found[2].reason
    assert found[2].near is not None and "return" in found[2].near.quote
    assert found[2].as_dict()["near"]["path"] == "eu.md"
    assert "near" not in found[1].as_dict() and "citation" not in found[2].as_dict()


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Standard shipping takes 1 working day.", False),
        ("Express shipping takes one working day.", True),
        ("Small parcels to the US cost 9.50 USD.", True),
        ("Small parcels to the EU cost 8.90 EUR.", False),
        ("Large parcels to the EU cost 8.90 EUR.", True),
        ("Customers in the EU cannot return a product within 30 days of delivery.", False),
        ("Bananas are yellow.", False),
    ],
)
def test_a_sentence_is_supported_only_where_a_passage_says_just_that(
    shop: ChatService, sentence: str, supported: bool
) -> None:
    (found,) = check_reply(shop, sentence, EVERYTHING)
    assert found.supported is supported
    assert bool(found.reason) is not supported


def test_what_is_too_long_for_a_sentence_is_not_checked_and_says_so(shop: ChatService) -> None:
    """All of its words and numbers would be compared with all spans, alone and in parts."""
    said = "Express shipping takes one working day"
    longest = f"{said}, {'and ' * 240}"[: 1000 - 1].rstrip() + "."
    (found,) = check_reply(shop, longest, EVERYTHING)
    assert "characters" not in found.reason
    parts = "; ".join(f"{said} for {n} EUR" for n in range(350))
    found, *more = check_reply(shop, f"{parts}.\n\n{said}.", EVERYTHING)
    assert (found.supported, found.near) == (False, None)
    assert found.reason == "a sentence of more than 1,000 characters is not checked; part it"
    assert more[-1].supported


def test_more_sentences_than_a_reply_has_are_refused_with_a_sentence(shop: ChatService) -> None:
    """Each one is searched for: lines of one letter would take minutes."""
    with pytest.raises(QuestionError, match="401 lines and sentences, and the limit is 400"):
        check_reply(shop, "a\n" * 401, EVERYTHING)
    assert len(check_reply(shop, "a\n" * 400, EVERYTHING)) == 400


def test_what_has_no_sentence_is_not_searched_for(
    shop: ChatService, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(_: object, query: str) -> list[Passage]:
        searched.append(query)
        return []

    monkeypatch.setattr(HybridRetriever, "search", search)
    assert check_reply(shop, "...\n\n" * 1000, EVERYTHING) == []
    assert searched == []


def test_a_leading_yes_or_no_is_compared_with_the_question(shop: ChatService) -> None:
    asked = "Does express shipping take 1 working day?"
    affirmed = "express shipping takes 1 working day."
    assert check_reply(shop, f"Yes, {affirmed}", EVERYTHING, asked)[0].supported
    wrong = check_reply(shop, f"No, {affirmed}", EVERYTHING, asked)[0]
    assert not wrong.supported and "'no'" in wrong.reason
    other = "Does express shipping take 3 working days?"
    assert check_reply(shop, f"No, {affirmed}", EVERYTHING, other)[0].supported
    assert not check_reply(shop, f"Yes, {affirmed}", EVERYTHING, other)[0].supported


def test_a_closing_line_is_no_sentence_that_lacks_a_source(shop: ChatService) -> None:
    said, closing = check_reply(shop, "Nobody knows this.\n\nKind regards, Ann", EVERYTHING)
    assert not said.supported and not said.is_polite
    assert not closing.supported and closing.is_polite


def test_a_judge_that_fails_leaves_the_word_to_the_rules(
    shop: ChatService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        denies = says = overrules = 0.0

        def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
            raise ModelUnavailableError("The judge failed (out of memory).")

        def reads(self, sentence: str) -> bool:
            return True

    reply = "You can return it within 90 days. Thanks!"
    by_rules = check_reply(shop, reply, EVERYTHING)
    monkeypatch.setattr(shop, "entailment", Broken)
    assert check_reply(shop, reply, EVERYTHING) == by_rules
    assert "by rules alone: The judge failed" in caplog.text


def test_blank_lines_part_statements() -> None:
    reply = "One.\n \nTwo\nlines.\r\n\r\nThree."
    assert list(statements(reply)) == ["One.", "Two\nlines.", "Three."]
    assert is_polite("Hello Anna,") and is_polite("Mit freundlichen Grüßen")
    assert not is_polite("Hello, returns take 30 days")
    assert is_polite("We hope this helps!") and is_polite("Thank you for your message.")
    assert is_polite("Please let us know if you have any more questions.")
    assert not is_polite("Thanks for your order of 3 lamps")
    assert is_polite("Sorry to hear the Pro isn't what you were hoping for.")
    assert is_polite("Thanks for getting in touch!") and is_polite("I'm sorry about that.")
    assert is_polite("Feel free to contact us if you have any questions.")
    assert is_polite("Ich hoffe, das hilft Ihnen weiter.") and is_polite("Gern geschehen!")
    assert is_polite("Wir entschuldigen uns für die Unannehmlichkeiten.")
    assert is_polite("I understand your frustration.") and is_polite("Quedo a su disposición.")
    assert not is_polite("Feel free to use the gym.")
    assert not is_polite("I understand your frustration, but the Pro is not waterproof.")
    assert not is_polite("Entschuldigung, das Gerät ist nicht wasserdicht.")
    assert not is_polite("Sorry about that, the Pro is not waterproof.")
    assert is_polite("Es tut uns leid zu hören, dass die Lampe flackert.")
    assert not is_polite("I'm sorry to hear that, but returns are not free.")
    assert is_polite("Kind regards, Ann Miller") and is_polite("Viele Grüße\nJörg")
    assert not is_polite("Thanks to free returns") and not is_polite("Thank you, returns are free")


@pytest.mark.parametrize("reply", ["", " \n ", "x" * 20_001])
def test_what_cannot_be_checked_gets_a_sentence(shop: ChatService, reply: str) -> None:
    with pytest.raises(QuestionError):
        check_reply(shop, reply, EVERYTHING)
