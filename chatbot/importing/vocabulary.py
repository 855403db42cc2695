"""The ordinary words of languages, from simplemma's lists of word forms.

A list is a dictionary of up to a million forms; kept are sorted hashes of them, 8 bytes each.
"""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from chatbot.text.languages import language_of

# Words that sentences of a language have which :func:`language_of` does not know.
_TELLING = {
    "it": "che gli della delle sono questo questa anche è ho mio mia quanto non di grazie perché"
    " dove vorrei buongiorno nel alla più",
    "nl": "het een niet voor wij ik zijn met van mijn naar bij ook hoe moet wordt maar deze"
    " heb kunnen hebben waar wanneer twee hoi",
    "pt": "não uma você são também com os é meu minha obrigado onde olá aqui tem",
}
_TOLD = {language: frozenset(words.split()) for language, words in _TELLING.items()}
# What people write and lists of words do not have.
_ALSO = frozenset(
    "thx tnx btw pls plz fyi asap imho faq iban bic vat pdf sms usb sim iphone wifi vpn app apps"  # noqa: SIM905
    " url http https www login ok okay mr mrs ms mme mlle mfg vg lg mvg svp cdt cdlt rgds beaucoup"
    " cant dont doesnt didnt isnt wasnt wont couldnt wouldnt shouldnt havent hasnt arent im"
    " ive youre whats theres thats lets bf gf lol haha nah yeah yep"
    " jeun dr prof dipl usw bzw evtl ggf inkl zzgl bspw nr tel fax dsgvo".split()
)
_WORDS = 2  # of a language, in a text that is in it
_LETTERS = re.compile(r"[^\W\d_]+")


def languages_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Those of seven languages that texts are in; English always."""
    found = {"en"}
    for text in texts:
        said = frozenset(_LETTERS.findall(text.lower()))
        found |= {language for language, told in _TOLD.items() if len(said & told) >= _WORDS}
        found.add(language_of(text))
    return tuple(sorted(found))


class Vocabulary:
    """What the words of some languages are; lists are read when the first word is asked for."""

    def __init__(self, languages: Iterable[str]) -> None:
        """``languages`` are codes of simplemma's lists."""
        self._languages = tuple(languages)

    def has(self, small: str) -> bool:
        """Whether a language, or what people write at all, has it in small letters."""
        return small in _ALSO or any(_there(small, _forms(each)[0]) for each in self._languages)

    def has_noun(self, small: str) -> bool:
        """Whether it is a noun of German, whose list has names, too."""
        return "de" in self._languages and _there(small.capitalize(), _forms("de")[1])


def _there(word: str, forms: npt.NDArray[np.int64]) -> bool:
    key = hash(word.encode())
    at = int(np.searchsorted(forms, key))
    return at < len(forms) and bool(forms[at] == key)


@cache
def _forms(language: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Hashes of a language's forms in small letters, and of those with capitals."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    small: list[int] = []
    large: list[int] = []
    for form in DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language):
        data = form if isinstance(form, bytes) else form.encode()
        (small if data.decode()[:1].islower() else large).append(hash(data))
    return np.sort(np.array(small, np.int64)), np.sort(np.array(large, np.int64))
