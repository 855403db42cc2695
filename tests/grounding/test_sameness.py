"""Which questions may be one, beside how alike they are."""

import pytest

from chatbot.grounding.sameness import adds, difference


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("how long can i send stuff back in the eu", "What is the return period in the EU?"),
        ("price for germany, pro plan", "What does the Pro plan cost in Germany?"),
        ("gibt es in münchen einen laden?", "Gibt es einen Laden in München?"),
        ("part no of the filter for the K2", "Which part number has the filter of the K2?"),
        ("till when are parts sold", "Until when are parts sold?"),
        ("can i cancel w/o a reason", "Can I cancel without a reason?"),
        ("hello, do you ship to norway", "Do you ship to Norway?"),
        ("how do i reset my password in the app", "How do I reset my password?"),
        ("how long does shipping usually take", "How long does shipping take?"),
        ("comment puis-je me connecter", "Comment me connecter ?"),
        ("how do i log on", "How do I log in?"),
        ("return within thirty days?", "Can it be returned within 30 days?"),
    ],
)
def test_other_words_are_no_other_question(asked: str, known: str) -> None:
    assert difference(asked, known) is None
    assert difference(known, asked) is None


@pytest.mark.parametrize(
    ("asked", "known", "what"),
    [
        ("how long to return in germany", "How long to return in Spain?", "region"),
        ("how long can i return it in the us", "How long can I return it in the EU?", "region"),
        ("how long can i return it", "How long can I return it in the EU?", "region"),
        ("opening hours leeds", "Opening hours in London?", "place"),
        ("what does Pro cost", "What does Basic cost?", "tier"),
        ("reset the K2", "How do I reset the K3?", "code"),
        ("cancel after 14 days?", "Can I cancel after 30 days?", "number"),
        ("fees from 3 May", "Fees from 4 May?", "date"),
        ("is it open on sundays", "Is it open on Saturdays?", "weekday"),
        ("can it not be returned", "Can it be returned?", "negation"),
        ("cancel within 14 days", "Cancel after 14 days?", "limit"),
        ("is the trial fee included", "Is the trial fee excluded?", "opposite"),
        ("can i return a lamp", "How long can I return a lamp?", "answer"),
        ("where can i buy tokens for my meter", "Where can I return tokens for my meter?", "word"),
        ("what does Brook cost a month", "What does River cost a month?", "name"),
        ("how do i uninstall the app", "How do I install the app?", "opposite"),
        ("is unpaid leave taxed", "Is paid leave taxed?", "opposite"),
        ("is it non-refundable", "Is it refundable?", "opposite"),
        ("comment me désabonner", "Comment m'abonner ?", "opposite"),
        ("cómo desactivo la alarma", "¿Cómo activo la alarma?", "opposite"),
        ("wie melde ich mich ab", "Wie melde ich mich an?", "opposite"),
        ("when can i check out", "When can I check in?", "opposite"),
        ("how much is return shipping", "How much is shipping?", "word"),
        ("how do i return a damaged item", "How do I return an item?", "word"),
    ],
)
def test_what_decides_an_answer_keeps_questions_apart(asked: str, known: str, what: str) -> None:
    names = {"brook", "river"}.__contains__
    assert difference(asked, known, names) == what
    assert difference(known, asked, names) is not None


def test_what_was_said_before_may_be_meant() -> None:
    question = "How long can customers return a product?"
    is_name = {"brook"}.__contains__
    assert adds("I am in the US", question, is_name)
    assert adds("it is for order 77", question, is_name)
    assert adds("we are in leeds", question, is_name)
    assert adds("they are on brook", question, is_name)
    assert not adds("How long may customers return products?", question, is_name)
