"""What a price or a number is for: "per day", "a month", "per person"."""

import re
from collections.abc import Iterable, Iterator

from chatbot.grounding.fact import TIMES, Fact
from chatbot.grounding.lexicon import Term, units
from chatbot.grounding.pieces import WORD

_RATE = re.compile(
    r"(?:\b(?:per|pro|par|por)\s|^Pro\s|/\s?)(?P<each>[^\W\d_]+)|"
    r"(?:(?<=[\d€$£] )|(?<=\btime )|(?<=\btimes ))(?:an?|each|every|le|la|im|al)\s"
    r"(?P<one>[^\W\d_]+)|"
    r"\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|Euro|€)\s(?:an?|each|every|le|la|im|al)\s"
    r"(?P<paid>[^\W\d_]+)"
)
_PRICED = re.compile(r"(?:[\d%€$£]|\b(?:EUR|USD|GBP|CHF|euros?|dollars?|pounds?|Euro|francs?))\s?$")
_REGULAR = {
    "hourly": "hour", "stündlich": "hour", "daily": "day", "täglich": "day", "weekly": "week",
    "wöchentlich": "week", "monthly": "month", "monatlich": "month", "mensuel": "month",
    "mensuelle": "month", "mensual": "month", "yearly": "year", "annual": "year",
    "annually": "year", "jährlich": "year", "annuel": "year", "annuelle": "year", "anual": "year",
}  # fmt: skip


_SHORT = re.compile(r"\bp\.?\s?[amwd]\b|/\s?(?:mo|yr|hr|wk)\b|\bpc?m\b|\bannum\b", re.IGNORECASE)


def _is_each(match: re.Match[str], unit: str | None) -> bool:
    """Whether it is a thing or a measure: "per person", "a foot", but not "a person"."""
    return unit is not None or bool(match["each"])


def speaks_of(unit: str, text: str) -> bool:
    """Whether a text names a unit of time in any way: "monthly", "Monatspreis", "p.m."."""
    said = text.lower()
    names = [form.lower() for form, name in units().items() if name == unit and len(form) > 2]
    names += [form for form, name in _REGULAR.items() if name == unit]
    return any(name in said for name in names) or bool(_SHORT.search(said))


def names_unit(unit: str, text: str, numbers: Iterable[Fact]) -> bool:
    """Whether a text names a unit of time apart from its ``numbers``: "monthly", "same day"."""
    for fact in numbers:
        end = fact.start + len(fact.full)
        text = f"{text[: fact.start]}{' ' * len(fact.full)}{text[end:]}"
    said = [match[0].lower() for match in WORD.finditer(text)]
    return any(unit in (units().get(word), _REGULAR.get(word)) for word in said)


def rates(text: str) -> Iterator[Term]:
    """Terms such as "per day": what a price or a number is for."""
    for match in _RATE.finditer(text):
        word = next(filter(None, match.groups()))
        unit = units().get(word) or units().get(word.lower())
        if unit in TIMES:
            yield Term("rate", unit, match.start(), match[0])
        elif _is_each(match, unit) and _PRICED.search(text, 0, match.start()):
            yield Term("each", unit or word.lower(), match.start(), match[0])
    for match in WORD.finditer(text):
        if (unit := _REGULAR.get(match[0].lower())) is not None:
            yield Term("rate", unit, match.start(), match[0])
