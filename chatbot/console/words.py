"""The console's own words in the languages of its readers."""

from pathlib import Path

from chatbot.text.texts import Texts

TEXTS = Texts(Path(__file__).with_name("words.toml"))
say = TEXTS.say


def language_of(accepted: str) -> str:
    """The first language of a header ``Accept-Language`` that is spoken here; else English."""
    codes = (part.strip()[:2].lower() for part in accepted.split(","))
    return next((code for code in codes if code in TEXTS.by_language), "en")
