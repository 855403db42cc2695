"""One spelling of a text for search and matching; what is shown and cited stays as it is.

The same word is written in many ways: a letter and its accent as one character or two, ligatures
from a PDF, soft hyphens and zero-width spaces from a web page, wide Latin letters in Japanese.
"""

import re
import unicodedata
from functools import cache

from chatbot.errors import QuestionError

# Stands where markup was taken out, so that a text keeps its length: the word joiner, which has no
# width and no meaning.
FILLER = "\u2060"
# Soft hyphen, zero-width space, (non-)joiners, marks of direction, word joiner, byte order mark.
# A non-joiner within a word of Arabic script, as Persian has them, is one of its letters.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    "|(?<![\u0620-\u06d3])\u200c|\u200c(?![\u0620-\u06d3])"
)
# Where words are not parted by spaces, a zero-width space parts them; a non-joiner parts those of
# Arabic script, whose parts people write with a space, too.
_PARTED = re.compile(
    "(?<=[\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f])\u200b"
    "|(?<=[\u0620-\u06d3])\u200c(?=[\u0620-\u06d3])"
)
# Ends of lines besides the usual ones: a client that cuts an answer's stream into lines, as httpx
# does, ends one at each, and finds half a JSON object where a model copied such a sign.
_ENDS = re.compile("[\x85\u2028\u2029]")
_GAPS = re.compile(
    r"(?<=\S) {2,}(?=\S)|(?<=\S)[ \t]+(?=\n)|(?<=\n) {9,}(?=\S)|(?<=\n)\n[ \t\n]*(?=\n)"
)
# NFKC would make "$101" of "$10¹".
_RAISED = re.compile(r"(?<=\d)(?=[⁰¹²³⁴-⁹₀-₉])")


# Hyphens that are none of a keyboard: Word writes the second one where no line is to end.
_HYPHENS = {0x2010: "-", 0x2011: "-"}
_PLAIN = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ς": "σ",
    "ё": "е",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
}
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_GREEK = frozenset(map(chr, range(0x3B1, 0x3CA)))
# Cyrillic letters whose capitals look like Latin ones, and codes that are made of such alone.
_LOOK_ALIKES = str.maketrans("авсенікмортху", "abcehikmoptxy")
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[а-і])[a-z\d_авсенікмортху-]+(?![\w-])")


def normalise(text: str) -> str:
    """``text`` in NFKC without invisible characters, with one kind of hyphen; its length may
    change."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", _PARTED.sub(" ", text)).translate(_HYPHENS)
    return unicodedata.normalize("NFKC", _RAISED.sub(" ", text))


def is_blank(text: str) -> bool:
    """Whether nothing of a text is seen: blanks, NULs and other control characters, and signs
    without width."""
    return all(unicodedata.category(sign) in _UNSEEN for sign in text)


def folded(text: str) -> str:
    """``text`` as names and what people look for are compared: in one case, with each letter and
    its accent as one character (the names of files from a Mac have two), and single blanks."""
    return " ".join(unicodedata.normalize("NFC", text.casefold()).split())


def without_accents(text: str) -> str:
    """``text``, which is normalised and in lower case, as people type it who leave out what their
    keys make hard: accents of Latin and Greek, points of Hebrew and Arabic, other scripts' figures;
    marks that are letters, as those of Hindi, stay. A code in Cyrillic letters that look like Latin
    ones is in those."""
    if text.isascii():
        return text
    text = text.translate(_unaccented())
    return _CODE.sub(lambda match: match[0].translate(_LOOK_ALIKES), text)


@cache
def _unaccented() -> dict[int, str | None]:
    accented = map(chr, (*range(0xC0, 0x250), *range(0x370, 0x400), *range(0x1E00, 0x2000)))
    bases = {ord(sign): unicodedata.normalize("NFD", sign)[0] for sign in accented}
    found: dict[int, str | None] = {
        sign: base for sign, base in bases.items() if base.isascii() or base in _GREEK
    }
    digits = (sign for sign in range(0x660, 0x10000) if chr(sign).isdecimal())
    found |= {sign: str(unicodedata.decimal(chr(sign))) for sign in digits}
    # Marks that no letter took up, points of Hebrew, vowels and lengthening of Arabic.
    marks = (*range(0x300, 0x370), *range(0x591, 0x5C8), *range(0x64B, 0x656), 0x640, 0x670)
    return found | dict.fromkeys(marks) | {ord(sign): plain for sign, plain in _PLAIN.items()}


def without_marks(text: str) -> str:
    """``text`` without the accents and other marks on its letters."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def readable(text: str) -> str:
    """``text`` for models: without invisible characters, and without the blanks that stand where
    markup was taken out; indents and line ends stay, each as ``\\n``."""
    return _GAPS.sub(" ", text if text.isascii() else _INVISIBLE.sub("", _ENDS.sub("\n", text)))


def require_unicode(*texts: str) -> None:
    """Refuse half a character, which JSON and a command line can hold and no tokenizer reads.

    Raises:
        QuestionError: there is one.
    """
    try:
        "".join(texts).encode("utf-8")
    except UnicodeEncodeError as exc:
        raise QuestionError("The text is not valid Unicode: it holds half a character.") from exc
