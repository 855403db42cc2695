"""Which of four languages a text is in: a question, a sentence of an answer, a document."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import islice

_LETTERS = re.compile(r"[^\W\d_]+")
_SAID = re.compile(r"\S+")
# Words of one of the languages only, or nearly so.
_WORDS = {
    "en": """the and is are was of to for you your with that this be it not can how what when
    where which who do does my i a an on at by or if no yes have has will from there
    they we please thanks hello he she them his her our us me am been were did done had
    should would could any but so than then about after before over more much many long
    get got need want still out up its as also only per cant don day days hour hours week weeks
    month months year years""",
    "de": """der die das den dem und ist sind nicht mit für von zu zum zur im am bei ein eine
    einen einer kann können wie was wann wo welche welcher wer ich sie wir ihr auf wird
    werden oder wenn ja nein kein keine bitte danke hallo jede jeder jedes kostet nach
    aus gibt haben man mein meine meinen meinem ihre ihren du dich mir mich uns unser
    habe hat hatte war sein bin bis beim vom ab noch schon auch nur mehr viel viele
    lange diese dieser dieses darf muss soll will gilt geht warum wieso wofür über unter
    es dass tag tage tagen stunde stunden woche wochen monat monate monaten jahr jahre jahren""",
    "fr": """le la les des du et est sont pas pour vous votre avec que qui ce cette une un dans
    sur au aux comment quand où quel quelle je nous mon ma ou si oui non ne il elle plus
    merci bonjour par peut sans coûte y a-t-il chaque en on ont a ai avez avons être
    été fait faire dois doit peux peut-on puis me te se sa son ses mes leur leurs notre
    nos ces combien pourquoi dont aussi très après avant sous encore jusqu chez qu de jour jours
    heure heures semaine semaines mois année années""",
    "es": """el los las del y es son no para usted su con que este esta una un en por cómo qué
    cuándo dónde cuál yo mi se o si sí lo la hay más gracias hola puede sin cuesta cada
    al como cuanto cuantos cuantas cuánto cuántos cuántas cuando donde cual cuales
    porque quien quién me te nos le les mis sus esto ese esa he ha han tengo tiene
    tienen puedo pueden podemos debo hace hacer desde hasta entre muy pero también ya de
    después antes de día días hora horas semana semanas meses año años""",
}
_SIGNS = {"de": "äöüß", "fr": "àâçèêëîïôûùœ", "es": "ñ¿¡íóúá"}
# How words of a language alone end or go on, nearly: they tell where no such word does.
_ENDINGS = {
    "de": re.compile(
        r"\w{3,}(?:[^s]ung(?:en|s\w{3,})?|keit(?:en)?|heit|schaft|zeit(?:en)?|kosten|nummer|fehler"
        r"|ieren|lich|isch)|ver(?:gessen|loren|schicken|senden)"
    ),
    "es": re.compile(r"\w{3,}(?:[acou]ci[oó]n(?:es)?|idad(?:es)?|iento|aje)"),
}
# How they end more often than those of another one, where both have the same words ("de", "que").
_OFTEN = {
    "fr": re.compile(r"\w+(?:[^aio]e|es|eur|ent|ion|ier|er|ez|oir|eau|eux)"),
    "es": re.compile(r"\w+(?:[ao]s?|[aei]r|ci[oó]n|dad)"),
}
_KNOWN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
# A folder is also in a language that so many of its documents are in.
_SHARE = 0.1
_SAMPLE = 600
_DOCUMENTS = 400  # of a larger folder so many are looked at, all over it
NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


@lru_cache(maxsize=8192)
def language_of(text: str, default: str = "en") -> str:
    """``en``, ``de``, ``fr`` or ``es``; ``default``, one of them, where nothing tells."""
    scores = _scores(text)
    if not any(scores.values()):
        scores = _ending(text, _ENDINGS)
    high = max(scores.values())
    if high == scores[default]:
        return default
    best = [language for language, score in scores.items() if score == high]
    often = _ending(text, _OFTEN)
    return max(best, key=lambda language: often[language])


def is_in(text: str, language: str) -> bool:
    """Whether a text's own words tell that it is in ``language``."""
    return all(language_of(text, default) == language for default in _KNOWN)


def _ending(text: str, endings: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """How many words end as those of each of the languages, but for common ones."""
    said = [word.lower() for word in _LETTERS.findall(text) if not is_common(word)]
    return {
        language: sum(endings[language].fullmatch(word) is not None for word in said)
        if language in endings
        else 0
        for language in _KNOWN
    }


def _scores(text: str) -> dict[str, int]:
    """How many words tell each of the languages."""
    said = [word.lower() for word in _LETTERS.findall(text)]
    return {
        language: sum(word in known for word in said)
        + sum(any(sign in word for sign in _SIGNS.get(language, "")) for word in said)
        for language, known in _KNOWN.items()
    }


def is_common(word: str) -> bool:
    """Whether it is one of the words that a language's sentences are held together by."""
    return any(word.lower() in known for known in _KNOWN.values())


def languages_of(texts: Collection[str]) -> list[str]:
    """The languages of a collection of documents, the one of most of them first; those in which
    nothing tells do not count, unless nothing tells in any."""
    step = -(-len(texts) // _DOCUMENTS) or 1
    samples = [_sample(text) for text in islice(texts, 0, None, step)]
    telling = [sample for sample in samples if any(_scores(sample).values())]
    counts = Counter(map(language_of, telling or samples))
    return [name for name, count in counts.most_common() if count >= _SHARE * counts.total()]


def _sample(text: str) -> str:
    """The first words of a document, wherever they stand: what its readers do not see is blank."""
    said = islice(_SAID.finditer(text), _SAMPLE // 2)
    return " ".join(word[0] for word in said)[:_SAMPLE]
