"""The ordinary words of languages, from simplemma's lists of word forms.

A list is a dictionary of up to a million forms; kept are sorted hashes of them, 8 bytes each.
"""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

# Words that sentences of a language have, and hardly any of another one.
_TELLING = {
    "de": "und nicht der das ist ich wir bitte",
    "fr": "les vous est pas pour dans nous avec",
    "es": "los las usted está cómo hay muy con puede",
    "it": "che gli della sono questo anche è",
    "nl": "het een niet voor wij ik zijn met",
    "pt": "não uma você são também com os",
}
_TOLD = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_FEWEST, _SHARE = 2, 0.005  # texts that a language stands in: so many, and this share
_WORDS = 2  # of a language, in a text that is in it


def languages_in(texts: Sequence[Iterable[str]]) -> tuple[str, ...]:
    """Those of seven languages that texts, given by their words in small letters, are in; English
    always."""
    times = dict.fromkeys(_TOLD, 0)
    for text in texts:
        said = frozenset(text)
        for language, telling in _TOLD.items():
            times[language] += len(said & telling) >= _WORDS
    least = max(_FEWEST, _SHARE * len(texts))
    return ("en", *(language for language, count in times.items() if count >= least))


class Vocabulary:
    """What the words of some languages are; lists are read when the first word is asked for."""

    def __init__(self, languages: Iterable[str]) -> None:
        """``languages`` are codes of simplemma's lists."""
        self._languages = tuple(languages)

    def has(self, small: str) -> bool:
        """Whether a language has it in small letters."""
        return any(_there(small, _forms(language)[0]) for language in self._languages)

    def has_noun(self, small: str) -> bool:
        """Whether it is a noun of German, whose list has names, too."""
        return "de" in self._languages and _there(small.capitalize(), _forms("de")[1])


def _there(word: str, forms: np.ndarray) -> bool:
    key = hash(word.encode())
    at = int(np.searchsorted(forms, key))
    return at < len(forms) and bool(forms[at] == key)


@cache
def _forms(language: str) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of a language's forms in small letters, and of those with capitals."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    small, large = [], []
    for form in DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language):
        data = form if isinstance(form, bytes) else form.encode()
        (small if data.decode()[:1].islower() else large).append(hash(data))
    return np.sort(np.array(small, np.int64)), np.sort(np.array(large, np.int64))
