"""Whether a question leaves the topic of the conversation, so that old turns would mislead."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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
# Words of requests about what was said: "write that as an e-mail to the customer". A question
# with other new words asks something.
_OF_FORM = {
    "en": """answer reply replies response text sentence paragraph word line version summary
    summarise summarize summarised shorten short shorter shortest brief briefly longer detail
    detailed list bullet point table step format draft write rewrite rephrase reword phrase repeat
    translate translation explain explanation simple simpler simply plain language english german
    french spanish polite politely formal informal friendly friendlier tone email e-mail mail
    letter message post slack teams customer client manager boss colleague team information info
    example turn convert put give make say said mean source sure one two three four five""",
    "de": """antwort antworten antworte text satz sätze absatz wort worten wörter zeile fassung
    version zusammenfassung zusammenfassen zusammen fasse fass kürze kürzen kurz kürzer knapp lang
    länger ausführlich ausführlicher detail details liste stichpunkte stichpunkten punkt tabelle
    schritt schritte format entwurf entwirf schreib schreibe schreiben umschreiben formulier
    formuliere formulieren umformulieren wiederhol wiederhole wiederholen übersetz übersetze
    übersetzen übersetzung erklär erkläre erklären einfach einfacher einfachen sprache deutsch
    englisch französisch spanisch höflich höfliche höflicher förmlich freundlich freundliche
    freundlicher ton email e-mail mail brief nachricht kunde kunden chef kollege kollegen
    information informationen beispiel mach mache gesagt gemeint meinst quelle sicher draus daraus
    gib zwei drei vier fünf""",
    "fr": """réponse texte phrase phrases paragraphe mot mots ligne version résumé résume résumer
    résumez court courte bref brève long longue détail détails détaillé liste point points tableau
    étape étapes format brouillon rédige rédigez rédiger écris écrivez écrire reformule reformulez
    reformuler répète répétez répéter traduis traduisez traduire traduction explique expliquez
    expliquer explication simple simplement langue français anglais allemand espagnol poli polie
    formel formelle amical ton courriel e-mail email mail lettre message client clients collègue
    information informations exemple dit source sûr plaît donne donnez deux trois quatre cinq""",
    "es": """respuesta texto frase frases oración párrafo palabra palabras línea versión resumen
    resume resumir resuma corto corta breve largo larga detalle detalles detallado lista punto
    puntos tabla paso pasos formato borrador redacta redacte redactar escribe escriba escribir
    reformula reformule reformular repite repita repetir traduce traduzca traducir traducción
    explica explique explicar explicación simple sencillo sencilla idioma español inglés alemán
    francés amable formal cortés tono correo e-mail email carta mensaje cliente clientes colega
    información ejemplo dicho fuente seguro segura favor da dame dos tres cuatro cinco""",
}


# Of the log-odds that a question stands by itself: where it points back, for each word of meaning
# that the last turns do not have, for the log-odds by which its own search is surer than that with
# the conversation, and for how well what that finds has its words. Fitted by
# benchmarks.grounding.topics.
_POINTS, _NEW, _SURER, _HELD, _OFFSET = -0.690, 0.674, 0.365, -1.785, -0.112
_MOST_NEW = 6
_LEAST_SURE = 0.001


@dataclass(frozen=True)
class Aside:
    """Two searches, for a question ``alone`` and ``behind`` the conversation: the confidence that
    each finds what answers it, 0 to 1, and how well the first passage of the second has the words
    of the question: ``held``, as a share of the best by words."""

    alone: float
    behind: float
    held: float


def stands_by_itself(turns: Sequence[str], question: str, found: Aside) -> float:
    """The probability, 0 to 1, that ``question`` is answered by what is found for it alone, and
    not by what is found for it behind ``turns``."""
    return 1 / (1 + math.exp(-_log_odds(signs(turns, question, found))))


def signs(turns: Sequence[str], question: str, found: Aside) -> tuple[float, float, float, float]:
    """What :func:`stands_by_itself` weighs: 1 where the question points back, how many of its words
    of meaning are new (none where all only say in which form an answer is wanted), how much surer
    its own search is in log-odds, and ``held``."""
    language = language_of(question)
    unsaid = _meant(question, language) - _meant_before(turns, language)
    new = 0 if unsaid <= _of_form(language) else len(unsaid)
    surer = _odds(found.alone) - _odds(found.behind)
    return float(_points(question, language)), float(min(new, _MOST_NEW)), surer, found.held


@cache
def _of_form(language: str) -> frozenset[str]:
    return frozenset(_meant(_OF_FORM[language], language))


def _log_odds(seen: tuple[float, float, float, float]) -> float:
    weights = (_POINTS, _NEW, _SURER, _HELD)
    return _OFFSET + sum(weight * sign for weight, sign in zip(weights, seen, strict=True))


def _odds(probability: float) -> float:
    sure = min(max(probability, _LEAST_SURE), 1 - _LEAST_SURE)
    return math.log(sure / (1 - sure))


def changes_topic(turns: Sequence[str], question: str) -> bool:
    """Whether ``question`` stands by itself and shares no word of meaning with the last turns.

    It must have at least four words with meaning, none that points back ("it", "those", "else"),
    and no opening that goes on ("and", "what about"). In doubt the topic is the same: a
    follow-up without its conversation is lost, a new question with old turns is only blurred.
    """
    if not stands_alone(question):
        return False
    language = language_of(question)
    return not _meant(question, language) & _meant_before(turns, language)


def stands_alone(question: str) -> bool:
    """Whether a question can be read without what was said before: at least four words with
    meaning, none that points back, and no opening that goes on."""
    language = language_of(question)
    if len(_meant(question, language)) < _ENOUGH:
        return False
    return not _points(question, language) and not goes_on(question)


def _points(question: str, language: str) -> bool:
    """Whether a word of the question points back at what was said before."""
    if _POINTERS[language].intersection(words(question)):
        return True
    in_place = _IN_PLACE.get(language)
    return bool(in_place and in_place.search(normalise(question).lower()))


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


def keeps_to(question: str, answer: str, other: str) -> bool:
    """Whether an ``other`` answer has as many words of the question as an ``answer``, but for
    numbers: what is said of the Harbor Pro's pipe is no answer about its warranty."""
    language = language_of(question)
    asked = {word for word in _meant(question, language) if word.isalpha()}
    held = [len(asked & _meant(text, language)) for text in (answer, other)]
    return held[0] <= held[1]


def _meant_before(turns: Sequence[str], language: str) -> set[str]:
    return set().union(*(_meant(turn, language) for turn in turns[-_TURNS:]), set())


def _meant(text: str, language: str) -> set[str]:
    empty = empty_words(language) | frozenset(_ASKING.get(language, "").split())
    return meaning_words(text, language, empty, {})
