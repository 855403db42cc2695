"""Turns that want the answer before in another form."""

import pytest

from chatbot.answering.forms import in_form
from chatbot.answering.question import Question
from chatbot.answering.wishes import Wish, answered_again, wish_of
from chatbot.audience import EVERYTHING
from chatbot.grounding.citations import Verified
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
        ("Shorter, please!", Wish(form="short")),
        ("can you make that shorter?", Wish(form="short")),
        ("TL;DR", Wish(form="short")),
        ("explain it more simply", Wish(reworded=True)),
        ("in plain English please", Wish(reworded=True)),
        ("Kannst du das einfacher erklären?", Wish(reworded=True)),
        ("plus simplement s'il vous plaît", Wish(reworded=True)),
        ("are you sure?", Wish()),
        ("Sind Sie da ganz sicher?", Wish()),
        ("¿estás seguro?", Wish()),
        ("Really? Are you sure about that?", Wish()),
        ("¿De verdad? ¿Estás seguro?", Wish()),
        ("where does it say that?", Wish()),
        ("source?", Wish()),
        ("Wo steht das?", Wish()),
        ("où est-ce écrit ?", Wish()),
        ("and what exactly does that mean?", Wish(reworded=True)),
        ("Was heißt das genau?", Wish(reworded=True)),
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
    for turn in ("are you sure?", "where does it say that?"):
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
    kept = answer.record(Question("in German please", ANSWERED, asker=EVERYTHING))
    assert kept["question"] == engine.reply


async def test_of_a_follow_up_only_its_own_words_are_translated(
    service: ChatService, engine: ScriptedEngine
) -> None:
    turns: list[Turn] = [
        {"role": "user", "content": "How long can customers in the EU return a product?"},
        {"role": "assistant", "content": "Within 30 days of delivery."},
        {"role": "user", "content": "And in the US?"},
        {"role": "assistant", "content": ANSWER},
    ]
    engine.reply = "Und in den USA?"
    await ask(service, "auf Deutsch bitte", turns)
    assert engine.prompts[0].rstrip().rpartition("into German: ")[2].startswith("And in the US?")
    assert "in the EU return" in engine.prompts[-1]
    assert "Question: Und in den USA?" in engine.prompts[-1]


async def test_a_refusal_is_in_the_language_that_is_wanted(service: ChatService) -> None:
    turns: list[Turn] = [
        {"role": "user", "content": "Quantum chromodynamics lattice gauge simulation?"},
        {"role": "assistant", "content": "The knowledge base does not cover this."},
    ]
    answer = await ask(service, "auf Deutsch bitte", turns)
    assert answer.abstained and answer.answer.startswith("Eine sichere Antwort")
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


async def test_shorter_is_the_first_sentence_with_its_sources(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = f"{ANSWER} They can return it within 90 days."
    first = await ask(service, US)
    answer = await ask(service, "shorter please", ANSWERED)
    assert answer.answer == ANSWER and not answer.unsupported
    assert answer.citations == first.citations and answer.rests_on == first.rests_on


async def test_simpler_is_asked_of_the_model_behind_the_conversation(
    service: ChatService, engine: ScriptedEngine
) -> None:
    await ask(service, "explain it more simply", ANSWERED)
    assert engine.prompts[-1].index(ANSWER) < engine.prompts[-1].index("more simply")


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
    question = again(["And in the US?", "in German please"], "shorter please")
    assert (question.text, question.wanted) == ("And in the US?", "de")
    question = again(["And in the US?", "shorter please"], "in German please")
    assert (question.text, question.wanted) == ("And in the US?", "de")


def test_without_an_answer_before_it_is_a_question() -> None:
    for turns in ([], ["thanks"]):
        assert again(turns, "in German please").text == "in German please"
    unanswered: list[Turn] = [{"role": "user", "content": US}]
    asked = Question("shorter please", unanswered, asker=EVERYTHING)
    assert answered_again(asked, lambda text, before: False) is asked


async def test_a_turn_about_the_answer_keeps_it_before_the_model(
    service: ChatService, engine: ScriptedEngine
) -> None:
    """Whatever the documents say of its own words."""
    page = "# Hilfe\n\nWer etwas nicht versteht: Ich verstehe das nicht, ist schnell gesagt.\n"
    (service.settings.knowledge / "hilfe.md").write_text(page)
    service.update_index()
    service.refresh()
    await ask(service, "Das verstehe ich nicht", ANSWERED)
    assert engine.prompts[-1].index(ANSWER) < engine.prompts[-1].index("Das verstehe ich nicht")


def test_no_wish_is_about_a_turn_without_words() -> None:
    question = again(["And in the US?", " "], "in German please")
    assert (question.text, question.wanted) == ("And in the US?", "de")


async def test_a_letter_begins_behind_its_greeting(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = f"Yes. {ANSWER}"
    answer = await ask(service, "as an e-mail to the customer", ANSWERED)
    assert answer.answer[answer.begins :].startswith("Yes. ")
    assert (await ask(service, US)).begins == 0


def test_a_step_has_its_number_in_a_list() -> None:
    text = "First, open it. 1. Press Reset. 2) Wait 5 min."
    listed, _ = in_form(text, Verified(), "list", "")
    assert listed == "- First, open it.\n1. Press Reset.\n2) Wait 5 min."
