"""Short codes that a question names: "E-3", "Error 7", "Plan B".

To an embedding such pages are all alike, and to BM25 a single character is one word of many, so a
passage that holds the very code comes before those that hold another one of its label.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.text.unicode import normalise
from chatbot.text.words import is_unparted, parted

# Not of a longer one ("CVE-2015-4000"), of a version ("V8.5"), or of an address ("www-01.example").
_CODE = re.compile(
    r"(?<![\w-])([^\W\d_]{1,6})[-– ]?(\d{1,5}[a-z]?)(?![\w-]|[.,:]\w)", re.IGNORECASE
)
_LABELLED = re.compile(
    # "Error 7", "Error: 7"; "Art. 5", but not "a kettle. 2 days ago".
    r"(?<![\w-])([^\W\d_]{3,20})(?:[ -]#?(?=\w)|: ?#?(?=\d)|(?<![^\W\d_]{4})\. ?#?(?=\d))"
    r"([^\W\d_]|\d{1,4}[a-z]?)(?![\w'’-]|[.,:]\w|\s?[%€$£°])",
    re.IGNORECASE,
)
_SIGN = r"(?:[^\W\d_]|[a-z]?\d{1,5}[a-z]?)"
_LIMITS = r"(?<![\w-]){label}{gap}#?{sign}(?![\w]|[.,]\d)"
_LONG = 3  # letters of a label
# What stands before a number or a letter and labels nothing.
_NO_LABEL = frozenset(
    re.findall(
        r"\w+",
        """a about after all an and any are as at be before between but by can der die das den dem
    does for from get gibt have how i in into is it less many max min more most much nach not of
    on only or order over per see so than that the then this to until up was what when where which
    with within you your und oder im am um ab bis
    les des une para por con los las pour dans avec mit von zum zur auf bei ein eine en de du""",
    )
)
# "A" and "I" are words; behind these they are letters.
_TAKES_LETTER = frozenset(
    re.findall(
        r"\w+",
        """plan type class option zone group level model vitamin hepatitis grade category section
    part appendix annex figure table tier terminal gate platform tariff code series version
    phase variant generation modell klasse stufe typ tarif zone gruppe anhang catégorie
    clase tipo grupo niveau nivel apéndice annexe bloc block building hall room form format
    schedule exhibit unit""",
    )
)
# "Step two", "Stufe zwei".
_COUNTED = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
    )
    for number, word in enumerate(words.split(), start=1)
}
_NUMBER_WORD = re.compile(rf"(?<=[^\W\d_] )(?:{'|'.join(_COUNTED)})\b", re.IGNORECASE)
# "The 3rd step", "im 3. Schritt": step 3.
_ORDINAL = re.compile(r"(?<![\w.,-])(\d{1,2})(?:st|nd|rd|th|\.) ([^\W\d_]{3,20})(?!\w)")


@dataclass(frozen=True)
class Code:
    """A code of a question: ``own`` finds it in a text as :func:`_spelled` has it, however it is
    written there, ``padded`` also with noughts in front, and ``others`` the codes of its label, its
    own among them."""

    own: re.Pattern[str]
    padded: re.Pattern[str]
    others: re.Pattern[str]


def codes(question: str) -> list[Code]:
    """The codes that a question names, each once."""
    said = parted(normalise(question))
    said = _NUMBER_WORD.sub(lambda match: _COUNTED[match[0].lower()], said)
    said = _ORDINAL.sub(r"\2 \1", said)
    found: dict[tuple[str, str], Code] = {}
    for match in (*_CODE.finditer(said), *_LABELLED.finditer(said)):
        label, sign = match[1].lower(), match[2].lower()
        if label in _NO_LABEL or (sign in "ai" and not _takes_letter(label)):
            continue
        if is_unparted(label) and sign.isdigit() and is_unparted(said[match.end() :].lstrip()):
            continue  # "30日" counts
        bare = sign.lstrip("0") or sign
        padded = rf"0*{re.escape(bare)}" if bare[0].isdigit() else re.escape(sign)
        signs = (re.escape(sign), padded, _SIGN)
        found.setdefault((label, sign), Code(*(_pattern(label, each) for each in signs)))
    return list(found.values())


def _takes_letter(label: str) -> bool:
    return label in _TAKES_LETTER or is_unparted(label)


def _spelled(text: str) -> str:
    return parted(normalise(text).lower())


def _pattern(label: str, sign: str) -> re.Pattern[str]:
    gap = "[-– ]?"  # not "i.e. 3" for "E-3"
    if len(label) >= _LONG:
        gap = rf"(?:[-– ]|{'[.:]' if len(label) == _LONG else ':'} ?(?=#?\d))?"
    return re.compile(_LIMITS.format(label=re.escape(label), gap=gap, sign=sign))


def named_first(
    ranked: Sequence[tuple[int, float]], question: str, text_of: Callable[[int], str]
) -> list[tuple[int, float]]:
    """``ranked`` (row, score) with the first row that holds most codes of the question before all
    that hold only other codes of the same labels; the scores stay in order.

    The others keep their order: what answers often names another code, or the rule for all."""
    wanted = codes(question)
    if not wanted:
        return list(ranked)
    texts = [_spelled(text_of(row)) for row, _ in ranked]
    held = [sum(code.own.search(text) is not None for code in wanted) for text in texts]
    if not any(held):  # "E-7" can be "E-07"
        held = [sum(code.padded.search(text) is not None for code in wanted) for text in texts]
    most = max(held, default=0)
    if not most:
        return list(ranked)
    at = held.index(most)
    labelled = (any(code.others.search(text) for code in wanted) for text in texts[:at])
    to = next((n for n, other in enumerate(labelled) if other and not held[n]), at)
    rows = [row for row, _ in ranked]
    rows.insert(to, rows.pop(at))
    return [(row, score) for row, (_, score) in zip(rows, ranked, strict=True)]
