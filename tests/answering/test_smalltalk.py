"""Small talk and refusals in the language of the question, without searching or a model."""

from pathlib import Path

import pytest

from chatbot.answering.smalltalk import load_small_talk
from chatbot.desk.starters import read_starters
from chatbot.errors import PromptError
from chatbot.memory import Turn
from chatbot.prompts import load_prompts
from chatbot.service import ChatService
from chatbot.text.languages import language_of
from tests.support import ROOT
from tests.support.answers import ask
from tests.support.scripted import ScriptedEngine

SMALL_TALK = load_small_talk(ROOT / "prompts")


@pytest.mark.parametrize(
    ("message", "language", "kind"),
    [
        ("Hello", "en", "hello"),
        ("hi there!", "en", "hello"),
        ("helo", "en", "hello"),
        ("Hellooo 👋", "en", "hello"),
        ("good moring", "en", "hello"),
        ("thanks, that helped!", "en", "thanks"),
        ("thanks, you're great :)", "en", "thanks"),
        ("thx ur the best", "en", "thanks"),
        ("thnaks", "en", "thanks"),
        ("thank", "en", "thanks"),
        ("thaks", "en", "thanks"),
        ("hi ther", "en", "hello"),
        ("Dank", "de", "thanks"),
        ("ok thank you so much", "en", "thanks"),
        ("are you a bot?", "en", "bot"),
        ("Can I talk to a human please?", "en", "human"),
        ("I'd like to speak with a human agent", "en", "human"),
        ("Kann ich bitte mit einem Mitarbeiter sprechen?", "de", "human"),
        ("no thanks, that's all", "en", "thanks"),
        ("who am I talking to?", "en", "bot"),
        ("bye", "en", "bye"),
        ("Hallo", "de", "hello"),
        ("Guten Tag zusammen,", "de", "hello"),
        ("viele dank", "de", "thanks"),
        ("tschuess", "de", "bye"),
        ("goodby", "en", "bye"),
        ("Bist du ein Mensch?", "de", "bot"),
        ("bonjour", "fr", "hello"),
        ("Merci beaucoup !", "fr", "thanks"),
        ("êtes-vous un robot ?", "fr", "bot"),
        ("etes vous un robot", "fr", "bot"),
        ("buenos dias", "es", "hello"),
        ("¡muchas gracias!", "es", "thanks"),
        ("¿eres un robot?", "es", "bot"),
        ("that's great, thank you", "en", "thanks"),
        ("thanks for the info", "en", "thanks"),
        ("No, that's it. Thanks", "en", "thanks"),
        ("ok cool, thanks", "en", "thanks"),
        ("the bot is great", "en", "thanks"),
        ("all is great, thank you", "en", "thanks"),
        ("what can you do?", "en", "bot"),
        ("how are you? thanks", "en", "thanks"),
        ("Das ist super, danke", "de", "thanks"),
        ("ok danke", "de", "thanks"),
        ("Hi, vielen Dank!", "de", "thanks"),
        ("Danke für die schnelle Antwort", "de", "thanks"),
        ("Nein, das war alles, danke", "de", "thanks"),
        ("Ich wünsche Ihnen einen schönen Tag", "de", "bye"),
        ("Kann ich einen Mitarbeiter sprechen?", "de", "human"),
        ("d'accord merci", "fr", "thanks"),
        ("Merci pour votre réponse", "fr", "thanks"),
        ("non c'est tout, merci", "fr", "thanks"),
        ("vale gracias", "es", "thanks"),
        ("de acuerdo, muchas gracias por su respuesta", "es", "thanks"),
        ("no, eso es todo, gracias", "es", "thanks"),
        ("Good evening, I hope you are well", "en", "hello"),
        ("Great, that did the trick", "en", "thanks"),
        ("problem solved, thank you", "en", "thanks"),
        ("Are you a real human or a bot?", "en", "bot"),
        ("is this chatgpt", "en", "bot"),
        ("talk to human", "en", "human"),
        ("agent", "en", "human"),
        ("Operator!", "en", "human"),
        ("I want to talk to a real person now!!", "en", "human"),
        ("is there a real person I can talk to?", "en", "human"),
        ("this is ridiculous, let me speak to your manager", "en", "human"),
        ("hi, I have a question", "en", "help"),
        ("Can you help me?", "en", "help"),
        ("that did not help", "en", "sorry"),
        ("Thanks but that is not what I asked", "en", "sorry"),
        ("thanks for nothing", "en", "sorry"),
        ("this bot is really bad", "en", "sorry"),
        ("Hat funktioniert, danke", "de", "thanks"),
        ("Ich möchte mit einem echten Mitarbeiter sprechen", "de", "human"),
        ("Hallo, ich hätte da mal eine Frage", "de", "help"),
        ("nein, das hilft mir nicht", "de", "sorry"),
        ("Sprechen Sie Deutsch?", "de", "hello"),
        ("do you speak German?", "de", "hello"),
        ("Mit freundlichen Grüßen", "de", "bye"),
        ("problème résolu, merci", "fr", "thanks"),
        ("Je voudrais parler à un vrai humain", "fr", "human"),
        ("Vous êtes une IA ?", "fr", "bot"),
        ("ce n'est pas utile", "fr", "sorry"),
        ("ya funciona, gracias", "es", "thanks"),
        ("quiero hablar con un humano real", "es", "human"),
        ("no me ha ayudado", "es", "sorry"),
        ("👍🏽", "en", "thanks"),
        ("ok 👍", "en", "thanks"),
        ("👎", "en", "sorry"),
    ],
)
def test_small_talk_is_answered_in_its_language(message: str, language: str, kind: str) -> None:
    assert SMALL_TALK.reply(message) == SMALL_TALK.texts[language].reply[kind]


@pytest.mark.parametrize(
    "message",
    [
        "hello, how do I reset my router",
        "Can I talk to customer service on Sundays?",
        "Kann ich das ändern?",
        "hi, is there a refund?",
        "thanks, and in the US?",
        "Danke, und in der Schweiz?",
        "bonjour, quel est le prix ?",
        "help",
        "are you open on Sunday?",
        "ok",
        "there",
        "?",
        "take card",
        "salat bitte",
        "is it excellent",
        "Is this a good service?",
        "was that all?",
        "Das ist perfekt?",
        "ça ne fonctionne pas",
        "ya no funciona",
        "das geht nicht",
        "für eine Person",
        "Is this wrong?",
        "my invoice is wrong",
        "I am disappointed with my order",
        "I need an agent for real estate",
        "I need help with login",
        "tengo una pregunta sobre envíos",
        "can you help me with returns",
        "how do I contact support?",
        "🚗",
        "yes 👍",
        "I want the best for my team",
        "hello " * 60,
    ],
)
def test_what_asks_something_is_a_question(message: str) -> None:
    assert SMALL_TALK.reply(message) is None


@pytest.mark.parametrize(
    "word",
    """tanks chat radios audios hold cola hole prime tool tolls poll roll supper classe coin hall
    main join moon salt salat merch meetings forfait""".split(),  # noqa: SIM905
)
def test_one_word_that_is_nearly_small_talk_is_a_question(word: str) -> None:
    assert SMALL_TALK.reply(word) is None


async def test_one_word_of_the_documents_is_a_question_unless_it_is_small_talk_in_their_language(
    service: ChatService, engine: ScriptedEngine
) -> None:
    hello = {language: texts.reply["hello"] for language, texts in SMALL_TALK.texts.items()}
    assert [(await ask(service, word)).answer for word in ("Tag", "halo")] == [hello["de"]] * 2
    bye, thanks = (SMALL_TALK.texts["en"].reply[kind] for kind in ("bye", "thanks"))
    assert (await ask(service, "good nigth")).answer == (await ask(service, "good light")).answer
    text = (
        "# Tags\n\nYou can put a tag on the box of a Halo lamp, and say hello to it. "
        "The light of one with two tanks is good.\n"
    )
    (service.settings.knowledge / "tags.md").write_text(text)
    service.update_index()
    service.refresh()
    for word in ("Tag", "halo", "Chat bot", "good light", "many tanks"):
        assert (await ask(service, word)).answer not in {*hello.values(), bye, thanks}
    assert (await ask(service, "Hello")).answer == hello["en"]
    assert (await ask(service, "good nigth")).answer == bye


async def test_what_a_question_back_offers_is_no_small_talk(
    service: ChatService, engine: ScriptedEngine
) -> None:
    thanks = SMALL_TALK.texts["de"].reply["thanks"]
    for said, answered in (("Basis, Prima oder Super?", False), ("Super kostet 5 EUR.", True)):
        turns: list[Turn] = [
            {"role": "user", "content": "Was kostet der Tarif?"},
            {"role": "assistant", "content": said},
        ]
        answer = await ask(service, "Super!", turns)
        assert (answer.answer == thanks) == answered
        assert (await ask(service, "Danke!", turns)).answer == thanks


def test_what_is_of_several_languages_is_answered_in_that_of_the_conversation() -> None:
    said = {"fr": "Les retours sont possibles.", "de": "Das ist bis zu 30 Tage lang möglich."}
    for message in ("super", "👍"):
        for language, before in said.items():
            thanks = SMALL_TALK.texts[language].reply["thanks"]
            assert SMALL_TALK.reply(message, said_before=before) == thanks


async def test_a_person_of_the_documents_is_a_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    human = SMALL_TALK.texts["en"].reply["human"]
    assert (await ask(service, "human")).answer == human
    (service.settings.knowledge / "agents.md").write_text("# Agents\n\nA human reads the mail.\n")
    service.update_index()
    service.refresh()
    assert (await ask(service, "human")).answer != human
    assert (await ask(service, "talk to a human")).answer == human


async def test_a_complaint_of_one_word_of_the_documents_is_a_question(
    service: ChatService, engine: ScriptedEngine
) -> None:
    sorry = SMALL_TALK.texts["en"].reply["sorry"]
    assert (await ask(service, "rubbish")).answer == sorry
    (service.settings.knowledge / "waste.md").write_text(
        "# Waste\n\nRubbish goes out on Mondays.\n"
    )
    service.update_index()
    service.refresh()
    assert (await ask(service, "rubbish")).answer != sorry


def test_texts_from_before_complaints_were_answered_do_without(tmp_path: Path) -> None:
    whole = (ROOT / "prompts" / "smalltalk.toml").read_text(encoding="utf-8")
    lines = [line for line in whole.splitlines() if not line.startswith(("sorry =", "help ="))]
    (tmp_path / "smalltalk.toml").write_text("\n".join(lines), encoding="utf-8")
    older = load_small_talk(tmp_path)
    assert older.reply("that did not help") is None
    assert older.reply("Hello") == SMALL_TALK.reply("Hello")
    some = whole.replace('sorry = "I am sorry', '#sorry = "I am sorry')
    (tmp_path / "smalltalk.toml").write_text(some, encoding="utf-8")
    with pytest.raises(PromptError, match="missing or unknown: sorry"):
        load_small_talk(tmp_path)


async def test_a_greeting_costs_no_model_call_and_is_no_refusal(
    service: ChatService, engine: ScriptedEngine
) -> None:
    answer = await ask(service, "Hello!")
    assert answer.answer == SMALL_TALK.texts["en"].reply["hello"]
    assert not answer.abstained and not answer.citations and not answer.unsupported
    assert not engine.prompts


async def test_a_refusal_is_in_the_language_of_the_question_and_names_what_is_closest(
    service: ChatService, engine: ScriptedEngine
) -> None:
    answer = await ask(service, "Wie wird das Wetter morgen in Timbuktu?")
    assert answer.abstained
    assert answer.answer.startswith(SMALL_TALK.texts["de"].refusal)
    if answer.passages:
        assert "EU returns" in answer.closest or "US returns" in answer.closest
    assert answer.answer.endswith(answer.closest)
    english = await ask(service, "What will the weather be like in Timbuktu?")
    assert english.abstained and english.answer.startswith("I found no sure answer")
    assert not engine.prompts


async def test_a_refusal_of_a_name_alone_is_in_the_language_of_the_conversation(
    service: ChatService,
) -> None:
    history: list[Turn] = [
        {"role": "user", "content": "Wie wird das Wetter morgen in Timbuktu?"},
        {"role": "assistant", "content": "Das weiß ich nicht."},
    ]
    answer = await ask(service, "Zanzibar?", history)
    assert answer.answer.startswith(SMALL_TALK.texts["de"].refusal)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What will the weather be like?", "\u201cRain\u201d"),
        ("Wie wird das Wetter?", "\u201eRain\u201c"),
        ("Quel temps fera-t-il ici demain ?", "\u00ab\u00a0Rain\u00a0\u00bb"),
        ("¿Qué tiempo hará mañana aquí?", "\u00abRain\u00bb"),
    ],
)
def test_what_is_closest_is_quoted_as_the_language_does(question: str, quoted: str) -> None:
    assert quoted in SMALL_TALK.closest(language_of(question), ["Rain"])


def test_a_damaged_file_gets_a_sentence_and_a_missing_one_is_the_shipped_one(
    tmp_path: Path,
) -> None:
    assert load_small_talk(tmp_path).texts == SMALL_TALK.texts
    file = tmp_path / "smalltalk.toml"
    for text, wrong in (("[en", "cannot be used"), ("", r"no section \[en\]")):
        file.write_text(text)
        with pytest.raises(PromptError, match=wrong):
            load_small_talk(tmp_path)
    whole = (ROOT / "prompts" / "smalltalk.toml").read_text(encoding="utf-8")
    file.write_text(whole.replace("Closest: {titles}", "Closest: {title}"), encoding="utf-8")
    with pytest.raises(PromptError, match="closest"):
        load_small_talk(tmp_path)
    for letter in ("{body}{body}", "{body!r}"):
        file.write_text(whole.replace("{body}", letter), encoding="utf-8")
        with pytest.raises(PromptError, match="letter"):
            load_small_talk(tmp_path)
    file.write_text(whole.replace("{choices}", "{choice}"), encoding="utf-8")
    with pytest.raises(PromptError, match="clarification"):
        load_small_talk(tmp_path)


def test_files_may_begin_with_the_mark_that_windows_writes(tmp_path: Path) -> None:
    for file in (ROOT / "prompts").iterdir():
        (tmp_path / file.name).write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    (tmp_path / ".starters").write_bytes(b"\xef\xbb\xbfReturns|How long?\n")
    assert load_small_talk(tmp_path).texts == SMALL_TALK.texts
    assert load_prompts(tmp_path) == load_prompts(ROOT / "prompts")
    assert read_starters(tmp_path) == [("Returns", "How long?")]
    (tmp_path / ".starters").write_bytes(b"R\xfcckgabe|How long?\n")
    assert read_starters(tmp_path) == [("R\ufffdckgabe", "How long?")]
    (tmp_path / ".starters").write_bytes(b"Returns |\n| How long?\nnothing\nReturns|How long?\n")
    assert read_starters(tmp_path) == [("Returns", "How long?")]
    (tmp_path / "draft.md").write_bytes(b"---\nname: dr\xe4ft\n---\n")
    with pytest.raises(PromptError, match="is not UTF-8"):
        load_prompts(tmp_path)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how much is a service", "The answer depends on which you mean: A, B or C?"),
        ("Was kostet die Inspektion?", "Das hängt davon ab, was gemeint ist: A, B oder C?"),
        ("Combien coûte la révision ?", "La réponse dépend de ce dont il s'agit : A, B ou C ?"),
        ("¿Cuánto cuesta la revisión?", "La respuesta depende de a qué se refiere: ¿A, B o C?"),
    ],
)
def test_a_question_back_is_in_the_language_of_the_question(question: str, said: str) -> None:
    english = load_prompts(ROOT / "prompts").clarification
    assert SMALL_TALK.clarification(language_of(question), english, ["A", "B", "C"]) == said


def test_a_greeting_alone_stays_for_its_language() -> None:
    greeted: list[Turn] = [
        {"role": "user", "content": "Hola"},
        {"role": "assistant", "content": "¡Hola!"},
    ]
    assert SMALL_TALK.left_out(greeted) == greeted
    asked: list[Turn] = [{"role": "user", "content": "¿Cuál es el plazo de devolución?"}]
    assert SMALL_TALK.left_out([*asked, *greeted]) == asked
