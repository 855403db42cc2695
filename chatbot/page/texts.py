"""The page's own words in the languages of its readers; English where one is missing."""

from collections.abc import Mapping
from pathlib import Path

from chatbot.text.texts import Texts

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
TEXTS = Texts(Path(__file__).with_name("texts.toml"))
say = TEXTS.say


def about(root: str, language: str) -> str | None:
    """The page about the page, in a browser's language where ``root`` has it; else English."""
    own = Path(root) / f"chainlit_{language[:2].lower()}.md"
    page = own if language[:2].lower() in LANGUAGES and own.is_file() else Path(root, "chainlit.md")
    return page.read_text(encoding="utf-8") if page.is_file() else None
