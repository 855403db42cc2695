"""Short codes that a question names: "E-3", "Error 7", "Plan B".

To an embedding such pages are all alike, and to BM25 a single character is one word of many, so a
passage that holds the very code comes before those that hold another one.
"""

import re
from collections.abc import Callable, Sequence

from chatbot.text.unicode import normalise

_CODE = re.compile(r"(?<![\w-])([^\W\d_]{1,6})[- ]?(\d{1,5}[a-z]?)(?![\w-])", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?<![\w-])([^\W\d_]{3,20})[ -]#?([^\W\d_]|\d{1,4}[a-z]?)(?![\w'’]|[.,:]\d|\s?[%€$£°])",
    re.IGNORECASE,
)
# What stands before a number or a letter and labels nothing.
_NO_LABEL = frozenset(
    re.findall(
        r"\w+",
        """about after all and any are at before between but can der die das den dem does for from
    get gibt have how ist less many max min more most much nach not only order over per see
    than that the then this until up was what when where which with within you your und oder
    les des une para por con los las pour dans avec les mit von zum zur auf bei ein eine der""",
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


def codes(question: str) -> list[re.Pattern[str]]:
    """Patterns that find the codes of a question in a text, however they are written there."""
    said = normalise(question)
    found: dict[str, re.Pattern[str]] = {}
    for match in (*_CODE.finditer(said), *_LABELLED.finditer(said)):
        label, sign = match[1].lower(), match[2].lower()
        if label in _NO_LABEL or (sign in "ai" and label not in _TAKES_LETTER):
            continue
        pattern = rf"(?<![\w-]){re.escape(label)}[- ]?#?{re.escape(sign)}(?![\w]|[.,]\d)"
        found.setdefault(pattern, re.compile(pattern))
    return list(found.values())


def named_first(
    ranked: Sequence[tuple[int, float]], query: str, text_of: Callable[[int], str]
) -> list[tuple[int, float]]:
    """``ranked`` (row, score) with the rows first that hold most codes of the query's last line;
    the scores stay in order."""
    wanted = codes(query.rstrip().rsplit("\n", 1)[-1])
    if not wanted:
        return list(ranked)
    held = {
        row: sum(code.search(text) is not None for code in wanted)
        for row, _ in ranked
        for text in (text_of(row).lower(),)
    }
    order = sorted(ranked, key=lambda found: -held[found[0]])
    return [(row, score) for (row, _), (_, score) in zip(order, ranked, strict=True)]
