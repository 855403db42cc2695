"""Opposites and bounds of a text: "open" or "closed", "at most" or "at least"."""

import re

from chatbot.grounding.lexicon import opposites

# What says "free" with a word of denial.
_FREE = re.compile(
    r"\b(?:(?:(?:at|for|with) )?no (?:\w+ )?(?:costs?|charges?|fees?)|"
    r"without (?:an? |any )?(?:\w+ )?(?:costs?|charges?|fees?|payment)|"
    r"for nothing|costs? (?:you )?nothing(?: extra| more)?|free of (?:all )?(?:cost|charge)s?|"
    r"(?:do|does|did|will|would)(?: not|n't) cost (?:you |them )?(?:anything|a thing|a penny)|"
    r"(?:(?:do|does|did|will|would)(?: not|n't)(?: (?:have|need) to)?|need not|needn't) pay"
    r"(?: (?:anything|a thing|a penny|extra))?"
    r"(?= (?:for|on|in|at|to|if|when)\b|\s*(?:[.,;:!?)]|$))|"
    r"umsonst|gratis|kosten(?:los|frei)(?:e[nmrs]?)?|gratuit(?:e?s?|ement)|"
    r"ohne (?:\w+ )?(?:Kosten|Aufpreis|Gebühr)|kostet nichts(?: extra)?|"
    r"sans (?:frais|supplément)|sin (?:coste|cargo)s?|"
    r"(?:pay|pays|paying|paid)(?: (?:you|us|them))? nothing(?: extra)?"
    r"(?! (?:but|except|more|until|before))|"
    r"(?:be)?zahl(?:en|t|st)(?P<between> [^.;:,]{0,80}?)?\bnichts(?! (?:mehr|weiter)))\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(r"\b(?:not only|nicht nur)\b", re.IGNORECASE)
# "Must not weigh more than" and "no later than" say at most.
_BOUND = re.compile(
    r"\b(?:not|no|nicht|ne|cannot|must not|may not)(?: pas)?(?: [^\W\d_]+){0,2}? "
    r"(?P<how>more|later|longer|older|bigger|larger|heavier|less|fewer|earlier|sooner|younger|mehr|"
    r"später|länger|älter|weniger|früher|plus|moins|más|menos)(?: [^\W\d_]+)? "
    r"(?:than|als|que|de)\b|\b(?:not|never) exceed(?:ing)?\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\bwithin(?= \d)", re.IGNORECASE)
_LEAST = frozenset("less fewer earlier sooner younger weniger früher moins menos".split())  # noqa: SIM905


def undenied(text: str) -> str:
    """A text without words such as "no" that deny nothing: "at no cost", "no later than"."""
    return _NO_DENIAL.sub(" ", plain_bounds(with_free(text)))


def with_free(text: str) -> str:
    """ "At no cost" and "costs nothing" as "free"; "zahlen Kinder nichts" as "free Kinder"."""
    return _FREE.sub(lambda match: f"free{(match['between'] or '').rstrip()}", text)


def plain_bounds(text: str) -> str:
    """ "Not more than" and "within 3" as "at most", and "not less than" as "at least"."""

    def plain(match: re.Match[str]) -> str:
        least = (match["how"] or "").lower() in _LEAST
        return "at least, more than" if least else "at most, less than"

    return _WITHIN.sub("at most", _BOUND.sub(plain, text))


def sides(text: str, section: str) -> dict[str, set[str]]:
    """The pairs of ``opposites`` or ``polar`` that a text has words of, with those sides."""
    found: dict[str, set[str]] = {}
    for term in opposites(section).find(plain_bounds(with_free(text))):
        found.setdefault(term.kind, set()).add(term.value)
    return found
