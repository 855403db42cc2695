"""Bounds of a sentence ("from 150 EUR", "more than 7 days", "40 to 60%"), and whether a quantity
lies within one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from chatbot.grounding.fact import TIMES, Fact
from chatbot.grounding.facts import month_names
from chatbot.grounding.lexicon import words
from chatbot.grounding.pieces import Piece
from chatbot.grounding.reading import Reading

_HOW = {
    "least": "opens? (?:at|from)|opening at|öffnet um|at least|"
    "(?:a )?minimum(?: of)?|min\\.?|from|start(?:s|ing)? (?:at|from)|"
    "begin(?:s|ning)? (?:at|from)|no less than|not less than|"
    "no earlier than|not earlier than|not under|not below|mindestens|ab|frühestens|au moins|"
    "à partir de|dès|al menos|desde|a partir de",
    "over": "more than|over|above|longer than|older than|heavier than|larger than|greater than|"
    "higher than|exceed(?:s|ing)?|beyond|after|since|mehr als|über|länger als|älter als|nach|"
    "plus de|après|más de|después de",
    "most": "(?:closes?|closed|closing|shuts?|ends?) at|schlie(?:ß|ss)t um|"
    "up to(?: and including)?|at most|no more than|not more than|no later than|"
    "not later than|no longer than|no older than|(?:not|cannot|can't) exceed|"
    "(?:a )?maximum(?: of)?|"
    "max\\.?|within|until|till|by|as many as|as much as|limited to|limit (?:is|of)|capped at|"
    "valid for|kept for|"
    "(?:covers?|covered|keeps?|kept|stored|guaranteed|valid)(?:\\s[^\\s,.;]+){1,6} for|"
    "(?:warranty|guarantee|garantie|garantía) (?:of|von|de)|"
    "(?:accepted|returned|exchanged|refunded|redeemed) for|"
    "(?:return|refund|exchange|cancellation|withdrawal)s? (?:window|period|policy|deadline) "
    "(?:is|of|lasts)|(?:Rückgabe|Rücksende|Umtausch|Widerrufs)(?:frist|recht)"
    "(?:\\s[^\\s,.;]+){0,3} (?:beträgt|ist|von)|"
    "délai de (?:retour|rétractation|remboursement) (?:est de|de)|sous|dans les|dans un délai de|"
    "plazo de (?:devolución|desistimiento|reembolso) (?:es de|de)|dentro de|en un plazo de|"
    "bis(?: zu)?|höchstens|maximal|spätestens|nicht mehr als|"
    "innerhalb(?: von)?|jusqu'à|au plus|hasta|como máximo",
    "under": "under|below|less than|fewer than|younger than|lighter than|lower than|smaller than|"
    "shorter than|before|unter|weniger als|jünger als|vor|moins de|avant|menos de|antes de",
}  # fmt: skip
_BETWEEN = (
    r"(?:\s+(?:the|an?|of|age|ages|aged|order|orders|value|total|about|zu|von|de|der|dem|den|die|"
    r"einem|einer|l'âge|edad)){0,3}\s*"
)
_NAME = r"(?:[A-ZÀ-Þ][\w-]*\s+){0,2}(?:US\$|[$€£¥]|EUR|USD|GBP|CHF)?\s*"
_BEFORE = re.compile(
    r"\b(?:" + "|".join(f"(?P<{how}>{said})" for how, said in _HOW.items()) + ")"
    + _BETWEEN + _NAME + "$",
    re.IGNORECASE,
)  # fmt: skip
_AFTER = re.compile(
    r"\s*(?:(?:or|and|oder|und|ou|et|o|y)\s+(?:(?P<least>more|later|newer|above|over|older|longer|"
    r"higher|up|upwards|heavier|mehr|älter|höher|später|neuer|plus|más)|"
    r"(?P<most>less|fewer|younger|earlier|below|lower|under|shorter|lighter|weniger|jünger|früher|"
    r"moins|menos))|(?P<more>\+)|(?P<first>minimum|at least)|(?P<last>maximum|at most))",
    re.IGNORECASE,
)
# What so many things are the most of: "the plan covers 3 devices".
_CAPACITY = re.compile(
    r"\b(?:covers?|includes?|holds?|seats|fits|umfasst|enthält|comprend|couvre|incluye|cubre)\s$",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"\b(?:further|additional|extra|more|each|every|weitere\w*|zusätzlich\w*|jede\w*|mehr|"
    r"supplémentaires?|chaque|plus|adicional\w*|cada|más)\b",
    re.IGNORECASE,
)
# "You have 30 days to return it", "a 30-day return policy".
_GIVEN = re.compile(
    r"\b(?:you|we|they|customers?|sie|kunden|vous|clients?|clientes?|usted\w*)?\s?"
    r"(?:have|has|get|haben|hat|avez|ont|disposez de|tiene[ns]?|dispone[ns]? de)\s$",
    re.IGNORECASE,
)
_GIVEN_FOR = re.compile(
    r"\s*(?:to|in which|Zeit|um|pour|para)\b(?! (?:day|week)s?\b)", re.IGNORECASE
)
_POLICY = re.compile(
    r"[ -](?:(?:free|full) )?(?:returns?|refund|exchange|cancellation|withdrawal|money-back)"
    r"(?: \w+)? (?:policy|window|period|right|guarantee|deadline)\b|"
    r"\s(?:Rückgabe|Widerrufs|Umtausch)\w*",
    re.IGNORECASE,
)
# "Up to 7 days before" is at least 7 days before.
_AHEAD = re.compile(
    r"\s*(?:before|prior|ahead|in advance|earlier|vor|vorher|avant|à l'avance|antes)\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:[-–—]|to|and|bis|und|à|et|a|y)\s*(?:the\s|den\s|dem\s)?", re.IGNORECASE)
_BETWEEN_TWO = re.compile(
    r"\b(?:between|from|zwischen|von|vom|entre|de|du|desde|del)\s+(?:the\s|dem\s|den\s)?"
    r"(?:US\$|[$€£¥])?$",
    re.IGNORECASE,
)
_EXTREME = re.compile(r"\b(?:(?P<most>max(?:imum|\.|imal)?)|(?P<least>min(?:imum|\.)?))\b", re.I)
_YEAR = re.compile(r"\s(\d{4})\b")
_SCALES: Sequence[Mapping[str, Fraction]] = (
    {
        "second": Fraction(1), "minute": Fraction(60), "hour": Fraction(3600),
        "day": Fraction(86400), "week": Fraction(604800), "month": Fraction(2629746),
        "year": Fraction(31556952),
    },
    {"mm": Fraction(1), "cm": Fraction(10), "m": Fraction(1000), "km": Fraction(10**6)},
    {"mg": Fraction(1), "g": Fraction(1000), "kg": Fraction(10**6), "tonne": Fraction(10**9)},
    {"ml": Fraction(1), "cl": Fraction(10), "litre": Fraction(1000)},
    {"kb": Fraction(1), "mb": Fraction(1000), "gb": Fraction(10**6), "tb": Fraction(10**9)},
)  # fmt: skip
_NEAR = 60  # characters before a number that may say what it is
# Behind it stands what holds beyond a bound.
OTHERWISE = re.compile(
    r"\b(?:otherwise|(?:or )?else|if not|sonst|andernfalls|sinon|autrement|si no|"
    r"de lo contrario)\b",
    re.IGNORECASE,
)
_NAME_LETTERS = 2  # of a name behind which a version stands, at least one more
_CLOSE = Fraction(1, 20)  # a month is 28 to 31 days
_AGE = re.compile(
    r"\b(?:aged?|older|younger|Alter|älter|jünger|âgée?s?|âge|plus|edad|mayor(?:es)?|más)\b",
    re.IGNORECASE,
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)\s*$")
_YEARS_OLD = re.compile(r"[ -]?years?[ -]olds?\b| Jahren? alt\b|[ -]jährige?\w*", re.IGNORECASE)
_WORD_AFTER = re.compile(r"\s*([^\W\d_]{3,})")


@dataclass(frozen=True)
class Bound:
    """What lies from ``low`` to ``high``, in the clause ``piece``; ``open`` where the bound itself
    is not within. ``fact`` is the one that stands for it."""

    fact: Fact
    piece: Piece
    low: Fraction | None
    high: Fraction | None
    open: bool
    text: str  # that the places of ``fact`` count in


def bounds_of(reading: Reading) -> list[Bound]:
    """The bounds of a sentence or of a row's cells."""
    if reading.row:
        return [bound for piece in reading.pieces for bound in _bounds(piece.text, piece, piece)]
    return [bound for p in reading.pieces for bound in _bounds(reading.text, p, reading)]


def comparable(one: Fact, other: Fact) -> bool:
    """Whether two facts are values of one unit, or of units that are so many of each other."""
    if one.kind != other.kind or one.kind == "code":
        return False
    same = one.unit == other.unit and (one.unit is not None or one.kind != "quantity")
    return same or any(one.unit in scale and other.unit in scale for scale in _SCALES)


def contains(bound: Bound, fact: Fact, text: str) -> bool | None:
    """Whether a quantity of ``text`` lies within a bound; ``None`` if they cannot be compared."""
    if not _of_one_kind(bound, fact, text):
        return None
    found = {_within(bound, low, high) for low, high in _spread(fact, text, bound.fact.unit)}
    return found.pop() if len(found) == 1 else None


def holds(bound: Bound, value: Fraction) -> bool:
    """Whether a number of the bound's own unit lies within it."""
    return _within(bound, value, value) is True


def _bounds(text: str, piece: Piece, whole: Piece) -> Iterator[Bound]:
    facts = [f for f in whole.facts if not f.implied and f.kind in ("quantity", "time", "date")]
    own = {(fact.start, fact.text) for fact in piece.facts}
    second: set[int] = set()
    for one, other in pairwise(facts):
        if (one.start, one.text) not in own:
            continue
        between = text[one.start + len(one.full) : other.start]
        joined = re.fullmatch(_TO.pattern + r"(?:US\$|[$€£¥])?", between, re.IGNORECASE)
        listed = re.fullmatch(r"\s*(?:and|und|et|y)\s*", between, re.IGNORECASE)
        near = max(0, one.start - _NEAR)
        if not joined or (listed and not _BETWEEN_TWO.search(text, near, one.start)):
            continue
        if one.kind != other.kind or one.unit not in (None, other.unit):
            continue
        ends = [*_spread(one, text, other.unit)[:1], *_spread(other, text, other.unit)[:1]]
        if len(ends) == 2:  # "between 10 and 3 days before"
            second |= {one.start, other.start}
            yield Bound(other, piece, min(ends)[0], max(ends)[1], False, text)
    for fact in facts:
        if fact.start in second or (fact.start, fact.text) not in own:
            continue
        how, values = _how(text, fact), _spread(fact, text, fact.unit)
        if not how or not values:
            continue
        low = values[0][0] if how in ("least", "over") else None
        high = values[0][1] if how in ("most", "under") else None
        if how == "over":
            low = values[0][1]
        if how == "under":
            high = values[0][0]
        yield Bound(fact, piece, low, high, how in ("over", "under"), text)


def _how(text: str, fact: Fact) -> str:
    """``least``, ``over``, ``most`` or ``under``; empty where a fact is no bound."""
    end = max(fact.end, fact.start + len(fact.full))
    before = _BEFORE.search(text, max(0, fact.start - _NEAR), fact.start)
    after = _AFTER.match(text, end)
    how = ""
    if after:
        how = "least" if after["least"] or after["more"] or after["first"] else "most"
    elif before:
        how = next(name for name in _HOW if before[name])
    elif (fact.counts and _is_capacity(text, fact)) or _is_given(text, fact, end):
        how = "most"
    elif extreme := list(_EXTREME.finditer(text, max(0, fact.start - 40), fact.start)):
        how = "most" if extreme[-1]["most"] else "least"
    if how == "most" and _AHEAD.match(text, end) and not (before and before[0][:6] == "within"):
        return "least"
    return how


def _is_given(text: str, fact: Fact, end: int) -> bool:
    """Whether it is how long something may be done: "you have 30 days to return it"."""
    given = _GIVEN.search(text, max(0, fact.start - _NEAR), fact.start)
    return fact.unit in TIMES and bool(
        (given and _GIVEN_FOR.match(text, end)) or _POLICY.match(text, end)
    )


def _is_capacity(text: str, fact: Fact) -> bool:
    holds = _CAPACITY.search(text, max(0, fact.start - _NEAR), fact.start)
    return holds is not None and not _FURTHER.search(text)


def _of_one_kind(bound: Bound, fact: Fact, text: str) -> bool:
    held = bound.fact
    if held.kind != fact.kind:
        return False
    if fact.kind != "quantity":
        return True
    if fact.unit is None or held.unit is None:
        return _of_one_thing(bound, fact, text)
    return fact.unit == held.unit or any(fact.unit in s and held.unit in s for s in _SCALES)


def _of_one_thing(bound: Bound, fact: Fact, text: str) -> bool:
    """Whether bare numbers count the same, are versions of the same, or are ages."""
    held = bound.fact
    thing, other = _WORD_AFTER.match(text, fact.end), _word_before(text, fact)
    if held.unit is None:
        counted = thing and fact.counts and thing[1].lower()[:4] in bound.text.lower()
        named = _word_before(bound.text, held)
        same = (
            named is not None
            and other is not None
            and len(named[1]) > _NAME_LETTERS
            and named[1].lower() == other[1].lower()
            and not fact.counts
        )
        age = _AGE.search(bound.text) and not (named and _is_name(named[1]))
        return bool(counted or same or (age and not fact.counts and _says_age(text, fact)))
    return fact.unit is None and held.unit == "year" and not fact.counts and _says_age(text, fact)


def _word_before(text: str, fact: Fact) -> re.Match[str] | None:
    return _WORD_BEFORE.search(text, max(0, fact.start - _NEAR), fact.start)


def _is_name(word: str) -> bool:
    """Whether a number behind it is a version: "iOS 15 or older"."""
    return not word.islower() or word in words("versioned")


def _says_age(text: str, fact: Fact) -> bool:
    """ "My son is 8", "mit 11", "Sohn (14)", "17-year-old"."""
    return _YEARS_OLD.match(text, fact.end) is not None or bool(
        re.search(
            r"(?:'m|\b(?:is|are|was|am|aged?|at|with|mit|ist|sind|bin|a|tiene|est)|[(,])\s*$",
            text[max(0, fact.start - _NEAR) : fact.start],
            re.IGNORECASE,
        )
    )


def _within(bound: Bound, low: Fraction, high: Fraction) -> bool | None:
    """Whether all from ``low`` to ``high`` lies within the bound; ``None`` where a part does."""
    first = _beyond(bound.low, low, high, bound.open)
    last = _beyond(None if bound.high is None else -bound.high, -high, -low, bound.open)
    if first is None or last is None:
        return None if first is not False and last is not False else False
    return first and last


def _beyond(limit: Fraction | None, low: Fraction, high: Fraction, is_open: bool) -> bool | None:
    if limit is None:
        return True
    if low > limit or (low == limit and not is_open):
        return True
    return False if high < limit or (high == limit and is_open) else None


def _spread(fact: Fact, text: str, unit: str | None) -> list[tuple[Fraction, Fraction]]:
    """(lowest, highest) of what each reading of a fact stands for, in ``unit``."""
    if fact.kind == "date":
        return [s for value in fact.values if (s := _days(fact, value, text))]
    values = [value for value in fact.values if isinstance(value, Fraction)]
    factor = Fraction(1)
    if fact.kind == "quantity" and unit is not None and fact.unit not in (None, unit):
        scale = next((s for s in _SCALES if fact.unit in s and unit in s), None)
        if scale is None:
            return []
        factor = scale[str(fact.unit)] / scale[unit]
        if "month" in (fact.unit, unit) and "year" not in (fact.unit, unit):
            return [(v * factor * (1 - _CLOSE), v * factor * (1 + _CLOSE)) for v in values]
    return [(value * factor, value * factor) for value in values]


def _days(fact: Fact, value: object, text: str) -> tuple[Fraction, Fraction] | None:
    """First and last day of a date, as numbers; a month by itself is all its days."""
    assert isinstance(value, tuple)
    day, month, year = value
    if year is None and (behind := _YEAR.match(text, fact.start + len(fact.text))):
        year = int(behind[1])
    if year is None or month not in month_names():
        return None
    number = month_names().index(month) + 1
    try:
        first = date(year, number, day or 1)
        after = date(year + number // 12, number % 12 + 1, 1).toordinal() - 1
    except ValueError:
        return None
    return Fraction(first.toordinal()), Fraction(first.toordinal() if day else after)
