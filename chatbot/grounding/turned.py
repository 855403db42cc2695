"""What a claim turns round: "from 9 p.m. to 9 a.m.", "below 400 EUR" of "from 400 EUR", two things
that are compared, and "outside Europe"."""

import re
from collections.abc import Iterator
from itertools import pairwise

from chatbot.grounding.bounds import Bound, bounds_of
from chatbot.grounding.fact import TIMES, Fact, missing
from chatbot.grounding.reading import Reading, read

_TO = re.compile(r"\s?(?:[-–—]|to|until|till|bis|au|à|a|al)(?: (?:the|zum))?\s?", re.IGNORECASE)
_OUT = re.compile(r"\b(?:outside|außerhalb|ausserhalb|hors|fuera)\b", re.IGNORECASE)
_THAN = re.compile(
    r"\b(?P<how>more|less|cheaper|dearer|longer|shorter|faster|slower|heavier|lighter|higher|lower|"
    r"larger|smaller|mehr|weniger|günstiger|teurer|länger|kürzer|schneller|schwerer|leichter) "
    r"(?:\w+ )?(?:than|als) (?!\d)",
    re.IGNORECASE,
)


def turned(claim: Reading, source: Reading) -> str | None:
    """What the claim says the other way round than its source."""
    return (
        _turned_range(claim, source)
        or _other_bound(claim, source)
        or _swapped(claim, source)
        or _outside(claim, source)
    )


def _turned_range(claim: Reading, source: Reading) -> str | None:
    held = list(_ranges(source))
    for first, last in _ranges(claim):
        same = any(first.held_by(a) and last.held_by(b) for a, b in held)
        if not same and any(first.held_by(b) and last.held_by(a) for a, b in held):
            return f"it says '{first.full}' to '{last.full}', and its source the other way round"
    return None


def _ranges(reading: Reading) -> Iterator[tuple[Fact, Fact]]:
    facts = [fact for fact in reading.facts if not fact.implied]
    for one, other in pairwise(facts):
        between = reading.text[one.start + len(one.full) : other.start]
        if one.kind == other.kind and _TO.fullmatch(between):
            yield one, other


def _other_bound(claim: Reading, source: Reading) -> str | None:
    """ "Below 400 EUR" of "from 400 EUR"."""
    if any(clause.negative for clause in (*claim.clauses, *source.clauses)):
        return None
    theirs = bounds_of(source)
    for bound in bounds_of(claim):
        held = [_way(other) for other in theirs if bound.fact.held_by(other.fact)]
        ways = {"under", "over"} - {_way(bound)}
        if held and bound.fact.unit not in TIMES and len(ways) == 1 and set(held) == ways:
            return f"it says '{bound.fact.full}' as a bound the other way round"
    return None


def _way(bound: Bound) -> str:
    """``under`` for "below", ``over`` for "from" and "above"; empty for "up to" and the like."""
    if bound.fact.kind != "quantity" or (bound.low is not None and bound.high is not None):
        return ""
    return "over" if bound.low is not None else "under" if bound.open else ""


def _swapped(claim: Reading, source: Reading) -> str | None:
    """ "Monthly is cheaper than yearly" of "yearly is cheaper than monthly"."""
    mine, theirs = _compared(claim), _compared(source)
    if not mine or not theirs or mine[2] != theirs[2]:
        return None
    left, right = mine[0] - mine[1], mine[1] - mine[0]
    first, last = theirs[0] - theirs[1], theirs[1] - theirs[0]
    if left & last and right & first:
        return "it says the comparison the other way round"
    return None


def _compared(reading: Reading) -> tuple[frozenset[str], frozenset[str], str] | None:
    match = _THAN.search(reading.text)
    if match is None:
        return None
    before, behind = reading.text[: match.start()], reading.text[match.end() :]
    parts = (read(part, reading.language).stems for part in (before, behind))
    left, right = parts
    return left, right, match["how"].lower()


def _outside(claim: Reading, source: Reading) -> str | None:
    """ "Outside Europe it is covered for 60 days" of "in the EU it is covered for 60 days"."""
    for piece in claim.pieces if not source.row else ():
        values = {term.value for term in piece.terms if term.kind == "region"}
        facts = [fact for fact in piece.facts if fact.kind != "code"]
        holding = [c for c in source.clauses if facts and not missing(facts, c.facts)]
        naming = [c for c in holding if values & {term.value for term in c.terms}]
        out = bool(_OUT.search(piece.text))
        if values and naming and all(bool(_OUT.search(c.text)) != out for c in naming):
            return f"it says '{min(values)}' where its source says otherwise"
    return None
