"""Words of answers, questions and passages."""

import re
from collections.abc import Mapping
from functools import lru_cache

from chatbot.text.tokens import snowball, stems
from chatbot.text.unicode import normalise
from chatbot.text.words import segment

_SNOWBALL = {"de": "german", "fr": "french", "es": "spanish"}
# "abgeschaltet" is "abschalten", "gewartet" is "Wartung".
_PARTICIPLE = re.compile(
    r"^((?:ab|an|auf|aus|bei|ein|fest|her|hin|los|mit|nach|um|vor|weg|zurück|zu)?)ge"
    r"(?=[^\W\d_]{3,}(?:t|en)$)"
)
_GERMAN_ENDING = re.compile(r"(?<=\w{4})(?:ung|et|bar|t|en)$")
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)*")

# Words that say how, not what; negations and numbers are not among them.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """a about after all also am an and any are as at be because been before being but by can
    could did do does doing for from had has have having he her here him his how i if in into is
    it its just let me more most my of on or our out over own please she should so some such than
    that the their them then there these they this those to too under until up very was we
    were what when where which while who whom whose why will with would you your""",
    )
)


def words(text: str) -> list[str]:
    """Lower-case words and numbers in one spelling, in order; ``4.90`` is one."""
    return segment([word.lower() for word in _TOKEN.findall(normalise(text))])


def content_words(text: str) -> set[str]:
    """The stems of the words that carry meaning: "returned" and "returns" are one."""
    return {stem(word) for word in words(text) if word not in _EMPTY}


def meaning_words(
    text: str, language: str, empty: frozenset[str], irregular: Mapping[str, str]
) -> set[str]:
    """The same in one of the four languages: without ``empty`` words in others than English, and
    with the forms of a verb and its noun as one ("lost", "lose"; "gewartet", "Wartung")."""
    if language not in _SNOWBALL:
        return {stem(irregular.get(word, word)) for word in words(text) if word not in _EMPTY}
    return {_stem_in(word, language) for word in words(text) if word not in empty}


@lru_cache(maxsize=65536)
def _stem_in(word: str, language: str) -> str:
    if any(character.isdigit() for character in word):
        return word
    if language != "de":
        return snowball([word], _SNOWBALL[language])[0]
    [found] = snowball([_PARTICIPLE.sub(r"\1", word)], _SNOWBALL[language])
    return _GERMAN_ENDING.sub("", found)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball stem of an English word; numbers and codes stay as they are."""
    if any(character.isdigit() for character in word):
        return word
    return stems([word])[0]
