"""Turns that want the answer before in another form."""

import pytest

from chatbot.answering.question import Question
from chatbot.answering.wishes import Wish, answered_again, wish_of
from chatbot.audience import EVERYTHING
from chatbot.memory import Turn
from chatbot.service import ChatService
from tests.support.answers import ask
from tests.support.scripted import US, ScriptedEngine

ANSWER = "Customers in the US can return a product within 45 days of delivery."
ANSWERED: list[Turn] = [
    {"role": "user", "content": US},
    {"role": "assistant", "content": ANSWER},
]


@pytest.mark.parametrize(
    ("turn", "wish"),
    [
        ("Shorter, please!", Wish()),
        ("can you make that shorter?", Wish()),
        ("TL;DR", Wish()),
        ("explain it more simply", Wish()),
        ("in plain English please", Wish()),
        ("Kannst du das einfacher erklären?", Wish()),
        ("plus simplement s'il vous plaît", Wish()),
        ("are you sure?", Wish()),
        ("Sind Sie da ganz sicher?", Wish()),
        ("¿estás seguro?", Wish()),
        ("where does it say that?", Wish()),
        ("source?", Wish()),
        ("Wo steht das?", Wish()),
        ("où est-ce écrit ?", Wish()),
        ("and what exactly does that mean?", Wish()),
        ("Was heißt das genau?", Wish()),
        ("in German, please", Wish("de")),
        ("auf Deutsch bitte", Wish("de")),
        ("German please", Wish("de")),
        ("can you say that in French?", Wish("fr")),
        ("Könnten Sie das bitte ins Englische übersetzen?", Wish("en")),
        ("¿Puedes decirlo en inglés?", Wish("en")),
        ("en allemand svp", Wish("de")),
        ("as bullet points", Wish(form="list")),
        ("als Liste bitte", Wish(form="list")),
        ("as an e-mail to the customer", Wish(form="letter")),
        ("als E-Mail an den Kunden, auf Englisch bitte", Wish("en", "letter")),
    ],
)
def test_a_turn_about_the_answer_is_a_wish(turn: str, wish: Wish) -> None:
    assert wish_of(turn, US) == wish


@pytest.mark.parametrize(
    ("turn", "about"),
    [
        ("shorter delivery time?", US),
        ("shorter?", "Do you have longer cables?"),
        ("can I make it shorter?", "How long is the strap?"),
        ("can I do this more simply?", US),
        ("in German: is the manual available?", US),
        ("in German?", "Do you offer phone support?"),
        ("in German please", "Is there a manual in English?"),
        ("Can I get it in German?", "Where is the manual?"),
        ("in Germany please", US),
        ("as an email, can I get my invoice?", US),
        ("as an email?", "How do I get my invoice?"),
        ("can you email it to the customer?", US),
        ("list all plans", US),
        ("summarize the returns policy", US),
        ("translate my manual into German", US),
        ("are you sure it ships to Norway?", US),
        ("is that correct for the US?", US),
        ("where is that?", US),
        ("Wo steht die Seriennummer?", US),
        ("ist das sicher?", US),
        ("what does E-14 mean?", US),
        ("source code?", US),
        ("the shorter one", US),
        ("and in the US?", US),
    ],
)
def test_a_turn_that_asks_anything_else_is_none(turn: str, about: str) -> None:
    assert wish_of(turn, about) is None


async def test_it_is_the_question_before_that_is_answered_and_kept(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = ANSWER
    first = await ask(service, US)
    prompt = engine.prompts[-1]
    for turn in ("shorter please", "are you sure?", "where does it say that?"):
        answer = await ask(service, turn, ANSWERED)
        assert (answer.answer, answer.citations) == (first.answer, first.citations)
        assert answer.citations and engine.prompts[-1] == prompt
        kept = answer.record(Question(turn, ANSWERED, asker=EVERYTHING))
        assert (kept["question"], kept["history"]) == (US, [])


async def test_a_question_of_similar_words_is_asked_as_it_is(
    service: ChatService, engine: ScriptedEngine
) -> None:
    await ask(service, "are you sure in the EU too?", ANSWERED)
    assert "are you sure in the EU too?" in engine.prompts[-1]


async def test_a_language_is_that_of_the_question_that_the_model_reads(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "Wie lange können Kunden in den USA ein Produkt zurückgeben?"
    answer = await ask(service, "in German please", ANSWERED)
    assert "from English into German" in engine.prompts[0] and US in engine.prompts[0]
    assert f"Question: {engine.reply}" in engine.prompts[-1]
    assert "us.md" in {passage.path for passage in answer.passages}


async def test_a_refusal_is_in_the_language_that_is_wanted(service: ChatService) -> None:
    turns: list[Turn] = [
        {"role": "user", "content": "Quantum chromodynamics lattice gauge simulation?"},
        {"role": "assistant", "content": "The knowledge base does not cover this."},
    ]
    answer = await ask(service, "auf Deutsch bitte", turns)
    assert answer.abstained and answer.answer.startswith("Die Wissensbasis")
    kept = answer.record(Question("auf Deutsch bitte", turns, asker=EVERYTHING))
    assert kept["question"] == turns[0]["content"]


async def test_a_letter_and_a_list_have_the_same_sentences_and_sources(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = f"{ANSWER} They can return it within 90 days."
    first = await ask(service, US)
    assert len(first.unsupported) == 1 and first.rests_on
    said = first.answer.split(". ", 1)
    for turn, text in (
        ("as an e-mail to the customer", f"Hello,\n\n{first.answer}\n\nKind regards"),
        ("as bullet points", f"- {said[0]}.\n- {said[1]}"),
    ):
        answer = await ask(service, turn, ANSWERED)
        assert answer.answer == text and answer.citations == first.citations
        (part,) = answer.unsupported
        assert text[part.start : part.end] == part.text == first.unsupported[0].text
        ends = [text[:end].endswith("of delivery.") for end in answer.rests_on]
        assert ends == [True]


def again(turns: list[str], last: str) -> Question:
    history: list[Turn] = []
    for turn in turns:
        history += [{"role": "user", "content": turn}, {"role": "assistant", "content": "So."}]
    return answered_again(
        Question(last, history, asker=EVERYTHING), lambda text, before: text == "thanks"
    )


def test_wishes_add_up_and_go_past_small_talk() -> None:
    question = again(
        ["How long?", "And in the US?", "in German please", "thanks"], "as a list please"
    )
    assert (question.text, question.wanted, question.form) == ("And in the US?", "de", "list")
    assert [turn["content"] for turn in question.history] == ["How long?", "So."]
    question = again(["And in the US?", "in German please"], "in French please")
    assert question.wanted == "fr"


def test_without_an_answer_before_it_is_a_question() -> None:
    for turns in ([], ["thanks"]):
        assert again(turns, "in German please").text == "in German please"
    unanswered: list[Turn] = [{"role": "user", "content": US}]
    asked = Question("shorter please", unanswered, asker=EVERYTHING)
    assert answered_again(asked, lambda text, before: False) is asked
