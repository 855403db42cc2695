"""The page's own words in the languages of its readers; English where one is missing."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}

_FILE = Path(__file__).with_name("texts.toml")


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by language and key."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def say(language: str, key: str, /, **values: object) -> str:
    """The words of ``key`` in a browser's language such as ``de-CH``."""
    own = texts().get(language[:2].lower(), texts()["en"])
    return own[key].format(**values)


def about(root: str, language: str) -> str | None:
    """The page about the page, in a browser's language where ``root`` has it; else English."""
    own = Path(root) / f"chainlit_{language[:2].lower()}.md"
    page = own if language[:2].lower() in LANGUAGES and own.is_file() else Path(root, "chainlit.md")
    return page.read_text(encoding="utf-8") if page.is_file() else None
