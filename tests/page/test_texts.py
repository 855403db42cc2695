"""The page's own words."""

import re
import string

import pytest

from chatbot.console import words as console
from chatbot.page.texts import LANGUAGES, TEXTS, about, say
from chatbot.settings import PROJECT_ROOT

_TEXTS = TEXTS.by_language
_CONSOLE = console.TEXTS.by_language


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_says_everything_in_every_language(language: str) -> None:
    assert list(_CONSOLE[language]) == list(_CONSOLE["en"])
    for key, text in _CONSOLE[language].items():
        assert text.strip()
        assert fields(text) == fields(_CONSOLE["en"][key]), key
    assert all(named in _CONSOLE["en"] for named in templates_say()), "a template's word"


def templates_say() -> set[str]:
    """The words that the console's templates name whole."""
    folder = PROJECT_ROOT / "chatbot" / "console" / "templates"
    pages = "".join(path.read_text() for path in folder.glob("*.html"))
    return {key for _, key in re.findall(r"""\bt\((["'])(\w+)\1[,)]""", pages)}


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [("en", 1, "candidate from"), ("en", 0, "candidates from"), ("fr", 0, "candidat issu"),
     ("fr", 2, "candidats issus"), ("pt", 1, "candidate from")],
)  # fmt: skip
def test_one_thing_is_said_in_the_singular(language: str, count: int, said: str) -> None:
    assert console.say(language, "candidates_waiting", count=count).startswith(said)


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


def test_the_page_about_the_page_speaks_every_language() -> None:
    pages = {code: about(str(PROJECT_ROOT), f"{code}-XX") for code in LANGUAGES}
    assert len(set(pages.values())) == len(LANGUAGES)
    assert len({str(page).count("- **") for page in pages.values()}) == 1  # all say the same
    for code in ("pt-BR", "../x", ""):
        assert about(str(PROJECT_ROOT), code) == pages["en"]
