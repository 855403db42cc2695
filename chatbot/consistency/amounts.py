"""Amounts that can be compared: of one unit, or of units that convert."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

from chatbot.grounding.fact import Fact

# How many of a smallest unit others are, at least and at most: units that can be compared.
_SCALES: tuple[dict[str, tuple[int, int]], ...] = (
    {"second": (1, 1), "minute": (60, 60), "hour": (3600, 3600), "day": (86400, 86400),
     "workday": (86400, 120960), "week": (604800, 604800), "month": (28 * 86400, 31 * 86400),
     "year": (365 * 86400, 366 * 86400)},
    {unit: (1000**power,) * 2 for power, unit in enumerate(("byte", "kb", "mb", "gb", "tb"))},
    {"mm": (1, 1), "cm": (10, 10), "m": (1000, 1000), "km": (10**6, 10**6)},
    {"mg": (1, 1), "g": (10**3, 10**3), "kg": (10**6, 10**6), "tonne": (10**9, 10**9)},
    {"ml": (1, 1), "cl": (10, 10), "litre": (1000, 1000)},
)  # fmt: skip
_WEEKEND = 2 * 86400  # that working days may have between them


def are_ranges(*pairs: Sequence[Fact]) -> bool:
    """Whether they are two of one unit, or the hours of "9 bis 17 Uhr"."""
    of = {(fact.kind, fact.unit) for pair in pairs for fact in pair}
    if of == {("quantity", None), ("time", None)}:
        return all(any(fact.kind == "time" for fact in pair) for pair in pairs)
    return len(of) == 1 and pairs[0][0].kind in ("quantity", "time")


def are_other_amounts(mine: Fact, theirs: Fact) -> bool:
    """Whether they are of one unit, or of units that convert, and another amount."""
    if mine.kind != theirs.kind or mine.kind in ("code", "address"):
        return False
    if mine.unit == theirs.unit:
        return True
    for scale in _SCALES:
        if mine.unit in scale and theirs.unit in scale:
            spans = product(_spans(mine, scale), _spans(theirs, scale))
            return all(one[1] < other[0] or other[1] < one[0] for one, other in spans)
    return False


def _spans(fact: Fact, scale: Mapping[str, tuple[int, int]]) -> list[tuple[Fraction, Fraction]]:
    """How much each value is at least and at most, in the smallest unit of ``scale``."""
    least, most = scale[str(fact.unit)]
    more = _WEEKEND if fact.unit == "workday" else 0
    values = (value for value in fact.values if isinstance(value, Fraction))
    return [(value * least, value * most + more) for value in values]
