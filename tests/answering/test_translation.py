"""A question in another language is searched for in that of the documents."""

from dataclasses import replace

import pytest
from langchain_core.runnables import RunnableLambda

from chatbot.answering.chain import AnswerChain, build_chain
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.memory import Turn
from chatbot.passage import Passage
from chatbot.service import ChatService
from chatbot.text.languages import NAMES, language_of, languages_of
from tests.support.answers import ask
from tests.support.scripted import ScriptedEngine

GERMAN = "Wie lange kann man in den USA etwas zurückgeben?"
ENGLISH = "How long can something be returned in the US?"


class Searched(list[str]):
    """What was searched for."""

    def __call__(self, query: str, asked: str = "") -> list[Passage]:
        self.append(query)
        return []


def chain_over(service: ChatService, languages: list[str]) -> tuple[AnswerChain, Searched]:
    searched = Searched()
    chain = build_chain(
        service.models.load_llm(),
        RunnableLambda(searched.__call__),
        service._prompts,
        history_tokens=100,
        gate=replace(service.gate(), refuse_below=0.0),
        shown=4,
        languages=languages,
    )
    return chain, searched


def test_the_translation_is_searched_for_and_the_question_is_answered(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = f"{ENGLISH}\nIt is about returns."
    chain, searched = chain_over(service, ["en"])
    prepared = chain.prepare.invoke(Question(GERMAN, asker=EVERYTHING))
    assert searched == [ENGLISH]
    assert "English" in engine.prompts[0]
    assert (prepared.wording, prepared.query, prepared.terms) == (GERMAN, ENGLISH, ENGLISH)


@pytest.mark.parametrize(
    ("question", "languages"),
    [
        (ENGLISH, ["en"]),
        (GERMAN, ["en", "de"]),
        (GERMAN, []),
        ("Harbor Pro", ["de"]),  # nothing tells that it is English
    ],
)
def test_a_question_in_a_language_of_the_documents_stays_as_it_is(
    service: ChatService, engine: ScriptedEngine, question: str, languages: list[str]
) -> None:
    chain, searched = chain_over(service, languages)
    chain.prepare.invoke(Question(question, asker=EVERYTHING))
    assert searched == [question]
    assert not engine.prompts


def test_a_follow_up_is_translated_with_the_question_before(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = "How long is the warranty, and in the US?"
    chain, searched = chain_over(service, ["en"])
    history: list[Turn] = [
        {"role": "user", "content": "Wie lange ist die Garantie?"},
        {"role": "assistant", "content": "Zwei Jahre."},
    ]
    chain.prepare.invoke(Question("Und in den USA?", history, asker=EVERYTHING))
    assert searched == [engine.reply]
    assert "Wie lange ist die Garantie? Und in den USA?" in engine.prompts[0]
    assert "Zwei Jahre" not in engine.prompts[0]


@pytest.mark.parametrize("question", ["Comet S", "Wien?", "Und Comet S?"])
def test_a_name_alone_is_in_the_language_of_the_question_before(
    service: ChatService, engine: ScriptedEngine, question: str
) -> None:
    engine.reply = "What does the service of the Comet S cost?"
    chain, searched = chain_over(service, ["en"])
    history: list[Turn] = [
        {"role": "user", "content": "Was kostet die Inspektion?"},
        {"role": "assistant", "content": "The answer depends on which you mean: Comet S or Orbit?"},
    ]
    asked = Question(question, history, asker=EVERYTHING)
    chain.prepare.invoke(asked)
    assert searched == [engine.reply]
    assert f"Was kostet die Inspektion? {question}" in engine.prompts[0]
    assert asked.language() == "de"
    assert Question("Comet S", history[1:], asker=EVERYTHING).language() == "en"


HELD = frozenset({"courier", "days", "weight", "parcel"})
IN_FRENCH: Turn = {"role": "user", "content": "Quel est le numéro du coursier ?"}
IN_ENGLISH: Turn = {"role": "user", "content": "When does the courier come?"}


@pytest.mark.parametrize(
    ("question", "turns", "language"),
    [
        ("courier days parcel", [IN_FRENCH], "en"),
        ("courier weight hungary", [IN_FRENCH], "fr"),  # two words of three: who knows
        ("courier weight hungary", [IN_ENGLISH, IN_FRENCH], "en"),
        ("courier days hungary", [IN_FRENCH], "en"),
        ("Comet courier", [IN_ENGLISH, IN_FRENCH], "fr"),
        ("poids colis courier weight", [IN_ENGLISH, IN_FRENCH], "fr"),
        ("pour courier weight parcel", [IN_ENGLISH, IN_FRENCH], "fr"),
        ("courier days parcel", [], "en"),
    ],
)
def test_words_of_the_documents_tell_their_language(
    question: str, turns: list[Turn], language: str
) -> None:
    asked = Question(question, turns, asker=EVERYTHING)
    assert asked.language("en", HELD.__contains__) == language


async def test_a_refusal_is_in_the_language_that_the_documents_words_tell(
    service: ChatService,
) -> None:
    reply: Turn = {"role": "assistant", "content": "La base de connaissances n'en parle pas."}
    answers = [
        (await ask(service, asked, [IN_FRENCH, reply])).answer
        for asked in ("customers return delivery password", "comet")
    ]
    assert [language_of(answer) for answer in answers] == ["en", "fr"]


LETTER = """Guten Tag,

ich habe bei Ihnen eine Harbor Pro gekauft und war bisher sehr zufrieden mit ihr.

{story}

{asked}

Mit freundlichen Grüßen
Max Mustermann
Hauptstraße 5"""


@pytest.mark.parametrize(
    "asked",
    [
        "Wie lange ist die Garantie?",
        "Bitte schreiben Sie mir, wie lange die Garantie ist.",
        "Wie lange\nist die Garantie? Ich warte auf Ihre Antwort.",
    ],
)
def test_of_a_letter_is_translated_what_it_asks(
    service: ChatService, engine: ScriptedEngine, asked: str
) -> None:
    engine.reply = "How long is the warranty of the Harbor Pro?"
    chain, searched = chain_over(service, ["en"])
    story = "Wir haben sie jeden Tag benutzt, auch bei Regen und im Winter, und gut gepflegt. " * 9
    chain.prepare.invoke(Question(LETTER.format(story=story, asked=asked), asker=EVERYTHING))
    assert searched == [engine.reply]
    given = engine.prompts[0].rpartition("into English: ")[2]
    assert " ".join(asked.split()) in given
    assert "Harbor Pro" in given and "Mustermann" not in given
    assert len(given) < 400


def test_of_a_letter_is_searched_for_what_it_asks_and_the_model_reads_all(
    service: ChatService, engine: ScriptedEngine
) -> None:
    story = "We used it every day, also in the rain and in winter, and took good care of it. " * 9
    letter = f"Dear team,\n\nI have a Harbor Pro.\n\n{story}\n\nIs it covered?\n\nRegards\nZoe"
    chain, searched = chain_over(service, ["en"])
    prepared = chain.prepare.invoke(Question(letter, asker=EVERYTHING))
    assert len(searched[0]) <= 600
    assert "I have a Harbor Pro." in searched[0] and "Is it covered?" in searched[0]
    assert (prepared.wording, prepared.terms) == (letter, searched[0])


def test_a_model_that_writes_nothing_leaves_the_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = ""
    chain, searched = chain_over(service, ["en"])
    chain.prepare.invoke(Question(GERMAN, asker=EVERYTHING))
    assert searched == [GERMAN]


def test_a_model_that_answers_instead_leaves_the_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    engine.reply = 'I don\'t know what you mean by "zurückgeben".'
    chain, searched = chain_over(service, ["en"])
    chain.prepare.invoke(Question(GERMAN, asker=EVERYTHING))
    assert searched == [GERMAN]


@pytest.mark.parametrize("language", sorted(NAMES))
def test_examples_are_turns_into_the_language_that_is_wanted(
    service: ChatService, language: str
) -> None:
    source = "fr" if language == "de" else "de"
    turns = service._prompts.render_translation(GERMAN, source, language).to_messages()
    wanted = [example[language] for example in service._prompts.translate.examples]
    assert len(wanted) == 4 and [turn.text for turn in turns if turn.type == "ai"] == wanted
    users = [turn.text for turn in turns if turn.type == "human"]
    assert all(f"into {NAMES[language]}: " in text for text in users)
    assert users[-1].endswith(GERMAN) and f"from {NAMES[source]} " in users[-1]


def test_languages_of_a_folder_are_those_of_a_tenth_of_it() -> None:
    english, german = "The price is in the list.", "Der Preis steht in der Liste."
    assert languages_of([english] * 8 + [german] * 2) == ["en", "de"]
    assert languages_of([english] * 19 + [german]) == ["en"]
    assert languages_of([]) == []
    assert language_of("Harbor Pro 3", "de") == "de"
