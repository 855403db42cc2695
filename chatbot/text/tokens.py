"""Words as the lexical index counts and searches them: stems, without stop words."""

import re
import unicodedata

from chatbot.text.unicode import normalise, without_accents
from chatbot.text.words import parted, segment

# Signs of vowels in Hindi and the other scripts of India are no letters to Python.
_VOWELS = "".join(
    sign for sign in map(chr, range(0x900, 0xE00)) if unicodedata.category(sign)[0] == "M"
)
_WORD = re.compile(rf"\w[\w{_VOWELS}]+")
# One character by itself: a step, a model ("Comet S"), a part of a code; not what is left of
# "don't" and not the article.
_SINGLE = re.compile(rf"(?<![\w'’{_VOWELS}])(?![ai_])\w(?![\w{_VOWELS}])")
# "E-3" is also "e3", as others write it; "3.2.1" and "E.7.12" are also one word, "v2.1" is "2.1".
_CODE = re.compile(
    r"(?<![\w-])(?=[\w-]{0,60}\d)(?=[^\W_]*-?\d|[\w-]{0,60}[^\W\d_])"
    r"[^\W_]{1,12}(?:-[^\W_]{1,12}){1,4}(?![\w-])"
)
_VERSION = re.compile(
    r"(?<![\w.])(?:v\.?(?=\d))?((?:[^\W\d_]{1,3}\.?)?\d+(?:\.\d+)+|[^\W\d_]\.\d+)(?!\w)"
)
_SIGNED = re.compile(r"(?<!\w)[a-z](?:\+\+|#)(?!\w)")  # languages: "c++", "c#"
_DIGIT = re.compile(r"\d")
# bm25s' English list; they are not counted at all.
_STOP = frozenset(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their
    then there these they this to was will with
    """.split()  # noqa: SIM905
)
# The talk around a question, left out of queries: such words are rare in help pages, so BM25
# would take "hello" or "wondering" for what the question is about.
_TALK = frozenset(
    """
    about all also am any been being can cant could day did do does doing done dont from get
    good got had has have having he hello help hey hi how im ive just know let like looking
    may me might mine more morning must my need ok okay our out please question really she
    should some so sure tell than thank thanks them think thinking thought trying uh um up
    us very want we well were what when where which who whom whose why wonder wondering
    would yeah yes you your
    """.split()  # noqa: SIM905
)

# "How much is the kettle?" means its price, in a word that price lists use; not "how much water",
# "combien de temps".
_PRICE = re.compile(
    r"\bho?w (?:much(?=(?:'?s| is| are| does| do| did| for| would| will| the| an?| to)\b|\W*$)"
    r"|expensive\b)|\bcosts?\b|\bkoste[tn]?\b|\bwie teuer\b|\bcombien\b(?! d(?:e\b|['’]))"
    r"|\bco[uû]te(?:nt)?\b|\bcu[aá]nto (?:cuestan?|valen?|es|son)\b",
    re.IGNORECASE,
)

_PRICES = ("price", "preis", "prix", "precio")

_stems: dict[str, str] = {}
_talk_stems: set[str] = set()


def talk() -> set[str]:
    """Stems of the words around a question, which a query leaves out."""
    if not _talk_stems:
        _talk_stems.update(stems(list(_TALK)))
    return _talk_stems


def meant(text: str) -> list[str]:
    """Stems that a question stands for beside its own words."""
    return stems(list(_PRICES)) if _PRICE.search(text) else []


def tokens(text: str) -> list[str]:
    """The stems of a text, and the codes and versions in it, without accents; words, not positions,
    are in order."""
    text = without_accents(normalise(text).lower())
    found = [word for word in _WORD.findall(text) if word not in _STOP]
    found += _SINGLE.findall(text)
    if _DIGIT.search(text):
        coded = parted(text)
        found += [code.replace("-", "") for code in _CODE.findall(coded)]
        found += _VERSION.findall(coded)
    if "++" in text or "#" in text:
        found += _SIGNED.findall(text)
    return stems_but_codes(found if text.isascii() else segment(found))


def stems_but_codes(words: list[str]) -> list[str]:
    """The stems of words, and codes as they are: "aero5s" is another model than "aero5"."""
    return [
        word if _DIGIT.search(word) else stem
        for word, stem in zip(words, stems(words), strict=True)
    ]


def snowball(words: list[str], language: str) -> list[str]:
    """The Snowball stems of words of a language, named in English as Snowball does."""
    import Stemmer

    return list(Stemmer.Stemmer(language).stemWords(words))


def stems(words: list[str]) -> list[str]:
    """The Snowball stems of English words."""
    missing = [word for word in words if word not in _stems]
    if missing:
        if len(_stems) > 500_000:
            _stems.clear()
            missing = words
        _stems.update(zip(missing, snowball(missing, "english"), strict=True))
    return [_stems[word] for word in words]
