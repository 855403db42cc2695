"""Numbers that a sentence works out from its sources: "26 kg heavier", "so £33 in total"."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.overlap import COVERED, coverage
from chatbot.grounding.pieces import Piece
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span

_MORE = (
    "more|heavier|longer|higher|dearer|pricier|larger|bigger|faster|older|later|wider|extra|mehr|"
    "schwerer|länger|höher|teurer|größer|plus|más"
)
_LESS = (
    "less|fewer|lighter|shorter|cheaper|lower|smaller|slower|younger|earlier|weniger|leichter|"
    "kürzer|niedriger|billiger|günstiger|kleiner|moins|menos"
)
_COMPARED = re.compile(
    rf"\s*(?:\w+ ){{0,3}}?(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b(?=.*\b(?:than|als|que|de)\b)",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"\b(?:total|altogether|together|in all|sum|so|thus|that is|makes|zusammen|insgesamt|also|"
    r"somit|au total|donc|en total)\b",
    re.IGNORECASE,
)
_NEAR = 8  # spans that a number may be worked out from
_SAID = 0.5  # of the words beside a sum in the source of its second number


def without(claim: Reading, piece: Piece) -> str:
    """The rest of a claim, where it is more than the piece."""
    rest = claim.text.replace(piece.text, "", 1).strip(" ,;:.–-")
    return rest if len(claim.pieces) > 1 and rest != claim.text else ""


def worked_out(claim: Reading) -> Iterator[tuple[Piece, Fact]]:
    """The numbers of a claim that may be worked out, with their pieces."""
    for piece in claim.pieces:
        for fact in piece.facts:
            compares = _COMPARED.match(_behind(claim, fact)) or _ADDED.search(piece.text)
            if fact.unit and compares:
                yield piece, fact


def sources_of_sum(
    fact: Fact,
    piece: Piece,
    rest: Reading,
    found: Sequence[Span],
    near: Sequence[Span],
    asked: Reading,
) -> tuple[Span, ...]:
    """The spans that a number follows from, beside what the ``rest`` of its sentence says; none
    where it does not."""
    mine = _values(rest, fact)
    held = [value for span in found for value in _values(span.reading, fact)]
    others = [f for f in (*rest.facts, *piece.facts, *asked.facts) if f.unit != fact.unit]
    counts = [v for f in others for v in f.values if isinstance(v, Fraction)]
    wanted = {value for value in fact.values if isinstance(value, Fraction)}
    if _ADDED.search(piece.text):
        sums = {sum(mine, Fraction(0))} | {a * n for a in mine for n in counts}
        if wanted & sums:
            return tuple(found)
        about = read(piece.text.replace(fact.full, ""), rest.language)
        for span in near[:_NEAR]:
            told = coverage(about, span.reading, span.over) >= _SAID
            if told and wanted & {a + b for a in mine for b in _values(span.reading, fact)}:
                return (*found, *((span,) if span not in found else ()))
    elif wanted & {abs(a - b) for a in mine for b in held}:
        return tuple(found)
    return ()


def compared(claim: Reading, fact: Fact, near: Sequence[Span]) -> tuple[Span, ...]:
    """The sentence or the two rows of a table whose numbers differ by a ``fact``."""
    match = _COMPARED.match(_behind(claim, fact))
    sign = 1 if match and match["more"] else -1
    others = tuple(f for f in claim.facts if f is not fact)
    bare = read(claim.text.replace(fact.full, "").replace(fact.text, ""), claim.language)
    for one, other in product(near[:_NEAR], repeat=2):
        if one.passage is not other.passage or one.row != other.row:
            continue
        readings = [reading for span in (one, other) for reading in (span.reading, span.over)]
        held = [f for reading in readings for f in reading.facts]
        apart = one.row < 0 and one is not other
        if apart or coverage(bare, *readings) < COVERED or missing(others, held):
            continue
        order = _order(claim, one, other)
        for a, b in _pairs(one, other, fact, others):
            if abs(a - b) in fact.values and (a - b) * order * sign >= 0:
                return (one, other) if one is not other else (one,)
    return ()


def _behind(claim: Reading, fact: Fact) -> str:
    """What stands behind a number and its unit."""
    at = fact.start + len(fact.text)
    return claim.text[at:].removeprefix(fact.full.removeprefix(fact.text)).lstrip()


def _values(reading: Piece, fact: Fact) -> list[Fraction]:
    same = (f for f in reading.facts if (f.kind, f.unit) == (fact.kind, fact.unit))
    return [value for f in same for value in f.values if isinstance(value, Fraction)]


def _pairs(
    one: Span, other: Span, fact: Fact, others: Sequence[Fact]
) -> Iterator[tuple[Fraction, Fraction]]:
    """Numbers of one sentence, of one row, or of one column of two rows that the claim names."""
    if one.row < 0 or one is other:
        yield from product(_values(one.reading, fact), repeat=2)
        return
    for mine, theirs in zip(one.reading.pieces, other.reading.pieces, strict=False):
        named = any(not missing([f], mine.facts) for f in others if f.kind == "date")
        if named or not any(f.kind == "date" for f in others):
            yield from product(_values(mine, fact), _values(theirs, fact))


def _order(claim: Reading, one: Span, other: Span) -> int:
    """1 where a claim names the one row before the other, -1 where behind it, else 0."""
    if one is other or not (one.cells and other.cells):
        return 0
    first, second = (claim.text.find(span.cells[0][1]) for span in (one, other))
    return 0 if min(first, second) < 0 else 1 if first < second else -1
