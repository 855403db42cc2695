"""What stands around a span, which tells how it is meant."""

from collections.abc import Sequence
from dataclasses import replace

from chatbot.grounding.fact import missing
from chatbot.grounding.reading import Reading, read
from chatbot.grounding.sources import Span


def told(over: Reading, span: Span, spans: Sequence[Span]) -> list[Reading]:
    """The span, what stands over it, and the rest of its passage."""
    rest = (other.reading for other in spans if other.passage is span.passage)
    return [over, span.reading, *rest]


def elsewhere(span: Span, spans: Sequence[Span]) -> frozenset[str]:
    """What else the passages are about: the words of other rows' first cells and the subjects of
    other sentences."""
    found: set[str] = set()
    for other in spans:
        first = other.reading.pieces[:1] if other is not span else ()
        found.update(*(piece.stems if other.row >= 0 else piece.subject for piece in first))
    return frozenset(found)


def with_names(claim: Reading, span: Span, spans: Sequence[Span]) -> Reading:
    """What stands over a span, and the names that tables give to the codes of the claim."""
    codes = [fact for fact in (*claim.facts, *claim.inherited) if fact.kind == "code"]
    rows = (other for other in spans if codes and other.row >= 0 and other is not span)
    named = [
        row.reading.pieces[:2]
        for row in rows
        if any(not missing([code], row.reading.pieces[0].facts) for code in codes)
    ]
    if not named:
        return span.over
    texts = [piece.text for pieces in named for piece in pieces]
    return replace(
        read(" | ".join([span.over.text, *texts]), span.over.language), facts=span.over.facts
    )


def beside(span: Span, spans: Sequence[Span]) -> list[Reading]:
    """Other sentences, and where it is a row, other rows."""
    return [
        other.reading
        for other in spans
        if other is not span
        and (other.row >= 0) == (span.row >= 0)
        and not (other.passage is span.passage and other.start >= span.start
                 and other.start < span.start + len(span.text))
    ]  # fmt: skip
