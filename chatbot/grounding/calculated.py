"""A sentence that works a number out: "Half of £9.40, so they pay £4.70", "£38.50 + £3.90 = £42.40"
(of two rows), "we keep 60 euros of your 450, so 390 come back"."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from chatbot.grounding.denial import opposite
from chatbot.grounding.fact import Fact, missing
from chatbot.grounding.overlap import LIGHT, coverage, has_stem, plain_stems
from chatbot.grounding.pieces import codes_of, stems_of
from chatbot.grounding.places import regions
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span, table_of

_WORD = re.compile(r"[^\W\d_]+")
_PERCENT = "percent"
_MOST = 8  # numbers of a sentence
_WORDS = 0.5  # of the sentence's words that its sources and the question have together


def calculated(claim: Reading, spans: Sequence[Span], asked: Reading) -> tuple[Span, ...]:
    """The spans of a claim's numbers, where one of them follows from the others, or from one of
    the question's, and each other one is in a span or in the question; none where that is not so,
    or a row is not the one of its table that the claim and the question name."""
    numbers = [f for f in claim.facts if f.kind == "quantity" and _value(f) is not None]
    if not 2 <= len(numbers) <= _MOST or claim.inherited:
        return ()
    given = [f for f in asked.facts if f.kind == "quantity" and _value(f) is not None]
    for result in reversed(numbers):
        if result.unit is None or result.unit == _PERCENT or not missing([result], asked.facts):
            continue
        steps = [f for f in numbers if f is not result]
        if _follows(result, steps, given):
            others = [f for f in claim.facts if f is not result]
            found = _sources(claim, others, steps, given, spans, asked)
            if found and _are_about(claim, found, asked):
                return found
    return ()


def _value(fact: Fact) -> Fraction | None:
    [value] = fact.values if len(fact.values) == 1 else (None,)
    return value if isinstance(value, Fraction) else None


def _follows(result: Fact, numbers: Sequence[Fact], given: Sequence[Fact]) -> bool:
    """Whether a number is what one step makes of two others, one of them in the same sentence, or
    the sum of some that follow each other there."""
    wanted = _value(result)
    same = [v for f in numbers if f.unit == result.unit and (v := _value(f)) is not None]
    if any(sum(same[a:b]) == wanted for a in range(len(same)) for b in range(a + 2, len(same) + 1)):
        return True
    pairs = [(a, b) for a in numbers for b in (*numbers, *given) if a is not b]
    return any(wanted in set(_made(result.unit, a, b)) for a, b in [*pairs, *map(_turned, pairs)])


def _turned(pair: tuple[Fact, Fact]) -> tuple[Fact, Fact]:
    return pair[1], pair[0]


def _made(unit: str | None, one: Fact, other: Fact) -> Iterator[Fraction]:
    """What the second number makes of the first, which has the ``unit``, or none beside one that
    has it."""
    a, b = _value(one), _value(other)
    if a is None or b is None or unit not in (one.unit, other.unit):
        return
    if one.unit == unit and other.unit == _PERCENT:
        yield from (a * b / 100, a * (1 - b / 100), a * (1 + b / 100))
    elif {one.unit, other.unit} <= {unit, None}:
        yield from (a + b, a - b)
        if other.unit is None or one.unit is None:
            yield a * b
    elif one.unit == unit:
        yield a * b  # four nights at 31 euros


def _sources(
    claim: Reading,
    others: Sequence[Fact],
    steps: Sequence[Fact],
    given: Sequence[Fact],
    spans: Sequence[Span],
    asked: Reading,
) -> tuple[Span, ...]:
    """A span for each other fact of the claim that is neither the question's nor follows from
    others; none where one has none."""
    found: list[Span] = []
    for fact in others:
        if not missing([fact], asked.facts) or any(_holds(span, fact) for span in found):
            continue
        holding = [span for span in spans if not span.heading and _holds(span, fact)]
        best = max(holding, key=lambda span: _about(span, claim, asked), default=None)
        if best is not None and not (
            _is_other_row(best, claim, asked, spans) or _is_other_cell(best, fact, claim, asked)
        ):
            found.append(best)
            continue
        rest = [f for f in steps if f is not fact]
        if fact.unit is None or not (fact in steps and _follows(fact, rest, given)):
            return ()
    return tuple(found)


def _holds(span: Span, fact: Fact) -> bool:
    return not missing([fact], span.reading.facts)


def _about(span: Span, claim: Reading, asked: Reading) -> float:
    return coverage(claim, span.reading, span.over) + coverage(asked, span.reading, span.over)


def _is_other_row(span: Span, claim: Reading, asked: Reading, spans: Sequence[Span]) -> bool:
    """Whether it has nothing of claim and question, or another row of its table has more."""
    words = (claim.stems | asked.stems) - LIGHT
    codes = codes_of([claim, asked])
    own = stems_of(span.text, span.reading.language)
    if not (codes & codes_of([span.reading]) or any(has_stem(word, own) for word in words)):
        return True

    def held(row: Span) -> int:
        return sum(has_stem(word, row.reading.stems) for word in words)

    return any(held(row) > held(span) for row in table_of(span, spans))


def _is_other_cell(span: Span, fact: Fact, claim: Reading, asked: Reading) -> bool:
    """Whether claim and question name the column of another cell of its row than the one that has
    the fact."""
    said = _words(f"{claim.text} {asked.text}")
    mine = _words(" ".join(name for name, cell in span.cells if _in(cell, fact)))
    others = [_words(name) - mine for name, cell in span.cells if not _in(cell, fact)]
    alone = mine.difference(*(_words(name) for name, cell in span.cells if not _in(cell, fact)))
    return any(own and own <= said for own in others) and not alone & said


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _in(cell: str, fact: Fact) -> bool:
    return not missing([fact], read(cell).facts)


def _are_about(claim: Reading, found: Sequence[Span], asked: Reading) -> bool:
    """Whether the spans have enough of the claim's words, and none of them says otherwise."""
    held = asked.stems.union(*(span.reading.stems | span.over.stems for span in found))
    words = claim.stems - LIGHT - plain_stems()
    told = [stem for stem in words if has_stem(stem, held)]
    if len(told) < _WORDS * len(words):
        return False
    places = set(regions(claim.text)) - set(regions(asked.text))
    known = {place for span in found for place in regions(f"{span.over.text} {span.text}")}
    return places <= known and not any(opposite(claim, s.reading, s.over) for s in found)
