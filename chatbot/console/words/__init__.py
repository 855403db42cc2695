"""The console's own words in the languages of its readers."""

from collections.abc import Mapping

from chatbot.console.words.de import GERMAN
from chatbot.console.words.en import ENGLISH
from chatbot.console.words.es import SPANISH
from chatbot.console.words.fr import FRENCH

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
}


def say(language: str, key: str, /, **values: object) -> str:
    """The words of ``key`` in one of the languages of :data:`TEXTS`."""
    return TEXTS[language][key].format(**values)


def language_of(accepted: str) -> str:
    """The first language of a header ``Accept-Language`` that is spoken here; else English."""
    for part in accepted.split(","):
        code = part.strip()[:2].lower()
        if code in TEXTS:
            return code
    return "en"
