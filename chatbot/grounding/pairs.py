"""Two sentences of a passage that say something together: "Solo is a kettle. It costs 30 EUR"."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from chatbot.grounding.around import beside, elsewhere
from chatbot.grounding.fact import missing
from chatbot.grounding.families import other_sibling
from chatbot.grounding.lexicon import words
from chatbot.grounding.meaning import objection
from chatbot.grounding.naming import renamed
from chatbot.grounding.overlap import coverage, has_stem
from chatbot.grounding.pieces import WORD
from chatbot.grounding.reading import Reading
from chatbot.grounding.sources import Span, follow, join_spans

SAME_WORDS = 0.9  # of a sentence that says the very same, where it has no facts
_DEFINITE = frozenset("the such both also there then der die das dieser le la les el los".split())  # noqa: SIM905


def pairs(claim: Reading, spans: Sequence[Span], near: Sequence[Span]) -> Iterator[Span]:
    """Two sentences as one, unless the likeliest one says it of something else."""
    if near and _of_another(claim, near[0], spans):
        return
    wanted = {id(span) for span in near}
    for one, other in pairwise(spans):
        if not follow(one, other) or (id(one) not in wanted and id(other) not in wanted):
            continue
        both = join_spans(one, other)
        if any(other_sibling(claim, s.reading, both.reading, s.families) for s in (one, other)):
            continue  # "on every plan" of the one is not said by the other
        together = len(claim.clauses) > 1 or _goes_on(other)
        if together and all(_tells(claim, span) for span in (one, other)):
            yield both


def _of_another(claim: Reading, span: Span, spans: Sequence[Span]) -> bool:
    """Whether a sentence says it of something else."""
    source, over = span.reading, span.over
    if renamed(claim, source, over, elsewhere(span, spans)):
        return True
    whole = span.row < 0 and coverage(claim, source, over) >= SAME_WORDS
    if not whole or missing(claim.facts, source.facts):
        return False
    return bool(
        other_sibling(claim, source, over, span.families)
        or (claim.facts and objection(claim, source, over, beside(span, spans)))
    )


def _tells(claim: Reading, span: Span) -> bool:
    """Whether a sentence has any word or number of the claim."""
    if len(missing(claim.facts, span.reading.facts)) < len(claim.facts):
        return True
    return any(has_stem(stem, span.reading.stems) for stem in claim.stems)


def _goes_on(span: Span) -> bool:
    """Whether a sentence speaks of what the one before it is about: "It is ...", "For booklets 5
    mm."."""
    said = [word.lower() for word in WORD.findall(span.text)]
    if not said or said[0] in words("pronoun") | _DEFINITE:
        return True
    return not set(said) & words("goes_on")
