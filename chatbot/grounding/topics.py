"""Whether a question leaves the topic of the conversation, so that old turns would mislead."""

import re
from collections.abc import Sequence

from chatbot.grounding.lexicon import empty_words
from chatbot.grounding.words import meaning_words, words
from chatbot.text.languages import language_of
from chatbot.text.unicode import normalise

_TURNS = 4
# A question of fewer words with meaning leans on what was said before.
_ENOUGH = 4
# Words that point back at something said before.
_POINTERS = {
    language: frozenset(said.split())
    for language, said in {
        "en": """it its that this these those they them their theirs there he she his her him one
        ones also too else same other another more then instead both either neither again so
        yes no yeah nope okay ok""",
        "de": """es er ihn ihm dies diese diesem diesen dieser dieses jene jenem jenen jener jenes
        dafür dabei damit davon dazu daran darauf darin daraus dagegen darüber darum dadurch danach
        daneben deswegen dort dorthin auch ebenso ebenfalls genauso dann dessen deren derselbe
        dieselbe dasselbe denselben gleiche gleichen selbe selben andere anderem anderen anderer
        anderes sonst stattdessen beide beiden beides noch wieder mehr so ja nein okay ok""",
        "fr": """cela ça ceci celui celle ceux celles cet cette ces aussi également pareil autre
        autres même mêmes encore alors sinon plutôt là eux lui oui okay ok""",
        "es": """eso esto ello ese esa esos esas este esta estos estas él ella ellos ellas también
        tambien tampoco otro otra otros otras mismo misma mismos mismas entonces todavía aún ahí
        allí allá ambos ambas sí okay ok""",
    }.items()
}
# The same of words that point back only where they stand so: "Gilt das für ...", "das Paket".
_IN_PLACE = {
    "de": re.compile(
        r"\bdas\b(?=\W*$|\s+(?:für|in|im|nach|bei|beim|mit|nicht|immer|alles|von|vom|ab|bis|pro|zu|"
        r"zum|zur|am|an|aus|auf|ohne|ist|sind|wird|gilt|geht|kostet|heißt|kann|muss|eigentlich)\b)"
    ),
    "fr": re.compile(
        r"(?<![-'’\w])(?:(?:ils?|elles?)\b(?!\s+(?:y\s+a|faut)\b)|y\b(?!\s+a\b)|c['’](?:est|était)\b|"
        r"ce\b(?!\s+qu))"
    ),
    "es": re.compile(r"\blo\b(?!\s+(?:que|antes|más|mas|siguiente)\b)|\b\w{3,40}[aei]rl[oae]s?\b"),
}
_OPENERS = {
    "en": ("and", "but", "or", "what about", "how about", "what if", "then", "because"),
    "de": ("und", "aber", "oder", "sondern", "was ist mit", "wie ist es mit", "wie sieht es mit",
           "wie steht es mit", "was wenn", "dann", "weil"),
    "fr": ("et", "mais", "ou bien", "ou alors", "ou si", "ou pour", "ou avec", "ou sans", "ou en",
           "ou un", "ou une", "qu en est il", "alors", "donc", "parce que"),
    "es": ("y", "e", "pero", "o", "u", "qué pasa con", "que pasa con", "qué pasa si",
           "que pasa si", "qué hay de", "que hay de", "entonces", "porque"),
}  # fmt: skip
# What asks and helps to ask, beside the words without meaning.
_ASKING = {
    "de": """welche welchem welchen welcher welches wann warum wieso weshalb wer wen wem wohin woher
    habe habt hast""",
    "fr": "combien pourquoi comment où est ce puis peux avons",
    "es": """cuál cuáles cual cuales cuánto cuánta cuántos cuántas cuanto cuanta cuantos cuantas
    cuándo dónde cómo quién quiénes puedo podemos tengo""",
}


def changes_topic(turns: Sequence[str], question: str) -> bool:
    """Whether ``question`` stands by itself and shares no word of meaning with the last turns.

    It must have at least four words with meaning, none that points back ("it", "those", "else"),
    and no opening that goes on ("and", "what about"). In doubt the topic is the same: a
    follow-up without its conversation is lost, a new question with old turns is only blurred.
    """
    if not stands_alone(question):
        return False
    language = language_of(question)
    before = set().union(*(_meant(turn, language) for turn in turns[-_TURNS:]), set())
    return not _meant(question, language) & before


def stands_alone(question: str) -> bool:
    """Whether a question can be read without what was said before: at least four words with
    meaning, none that points back, and no opening that goes on."""
    language = language_of(question)
    if len(_meant(question, language)) < _ENOUGH:
        return False
    if _POINTERS[language].intersection(words(question)):
        return False
    in_place = _IN_PLACE.get(language)
    if in_place and in_place.search(normalise(question).lower()):
        return False
    return not goes_on(question)


def goes_on(question: str) -> bool:
    """Whether a question begins as one that goes on: "and", "what about"."""
    said = f"{' '.join(words(question))} "
    return any(said.startswith(f"{start} ") for start in _OPENERS[language_of(question)])


def points_back(sentence: str) -> bool:
    """Whether a sentence begins with a word that points at what was said before."""
    language = language_of(sentence)
    if _POINTERS[language].intersection(words(sentence)[:1]):
        return True
    said = normalise(sentence).lower()
    first = re.search(r"\w", said)
    in_place = _IN_PLACE.get(language)
    return bool(first and in_place and in_place.match(said, first.start()))


def _meant(text: str, language: str) -> set[str]:
    empty = empty_words(language) | frozenset(_ASKING.get(language, "").split())
    return meaning_words(text, language, empty, {})
