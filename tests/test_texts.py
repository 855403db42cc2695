"""The page's own words."""

import re
import string

import pytest

from chatbot.answering.answer import Answer
from chatbot.console import words as console
from chatbot.grounding.citations import Citation, Unsupported
from chatbot.page.answers import support
from chatbot.page.commands import COMMANDS, TONES, find_command
from chatbot.page.texts import _TEXTS, LANGUAGES, about, say
from chatbot.settings import PROJECT_ROOT


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_says_everything_in_every_language(language: str) -> None:
    assert list(console.TEXTS[language]) == list(console.TEXTS["en"])
    for key, text in console.TEXTS[language].items():
        assert text.strip()
        assert fields(text) == fields(console.TEXTS["en"][key]), key
    assert all(named in console.TEXTS["en"] for named in templates_say()), "a template's word"


def templates_say() -> set[str]:
    """The words that the console's templates name whole."""
    folder = PROJECT_ROOT / "chatbot" / "console" / "templates"
    pages = "".join(path.read_text() for path in folder.glob("*.html"))
    return {key for _, key in re.findall(r"""\bt\((["'])(\w+)\1[,)]""", pages)}


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-CH,en", "de"), ("ru, fr;q=0.8", "fr"), ("", "en"), ("*", "en")]
)
def test_a_browsers_list_of_languages_is_understood(accepted: str, language: str) -> None:
    assert console.language_of(accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_values(language: str) -> None:
    assert list(_TEXTS[language]) == list(_TEXTS["en"])
    for key, text in _TEXTS[language].items():
        assert text.strip()
        assert fields(text) == fields(_TEXTS["en"][key]), key
    if language != "en":
        same = [key for key, text in _TEXTS[language].items() if text == _TEXTS["en"][key]]
        assert len(same) <= 3, same  # such as "formal" in Spanish


@pytest.mark.parametrize(
    ("code", "word"),
    [("de-CH", "Quellen"), ("FR", "Sources"), ("pt-BR", "Sources"), ("", "Sources")],
)
def test_a_browsers_language_is_understood(code: str, word: str) -> None:
    assert say(code, "sources") == word


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_and_tones_have_words_and_are_found_by_them(language: str) -> None:
    for key, (command, _) in COMMANDS.items():
        assert find_command(say(language, key)) is command
        assert say(language, f"{key}_about")
    assert len({say(language, tone) for tone in TONES}) == len(TONES)
    assert find_command("no such command") is None


def test_the_page_about_the_page_speaks_every_language() -> None:
    pages = {code: about(str(PROJECT_ROOT), f"{code}-XX") for code in LANGUAGES}
    assert len(set(pages.values())) == len(LANGUAGES)
    assert len({str(page).count("- **") for page in pages.values()}) == 1  # all say the same
    for code in ("pt-BR", "../x", ""):
        assert about(str(PROJECT_ROOT), code) == pages["en"]


@pytest.mark.parametrize(
    ("confidence", "unsupported", "abstained", "said"),
    [
        (0.95, False, False, "well"),
        (0.95, True, False, "partly"),
        (0.6, False, False, "partly"),
        (0.95, False, True, "not"),
    ],
)
def test_how_far_to_trust_an_answer_is_said_in_words(
    confidence: float, unsupported: bool, abstained: bool, said: str
) -> None:
    marked = [Unsupported(0, 5, "Never", "it is not said")] if unsupported else []
    cited = [Citation(path="a.md", start=0, end=4, quote="Ever", passage=1)]
    answer = Answer("Never", abstained, confidence, cited, [], "model", {}, unsupported=marked)
    assert support(answer) == said
