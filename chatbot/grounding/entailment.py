"""Whether passages say what sentences say, as a trained model reads the two together.

Rules compare words and facts; "only half of it comes back" and "50% is refunded" share neither. So
where a model was trained to judge, it is asked about every sentence that is no copy of its source:
it frees one that the rules mark if it is sure, and marks one that they let pass if it is sure of
the contrary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatbot.grounding.copying import copies
from chatbot.grounding.evidence import NOT_SAID, Finding
from chatbot.grounding.overlap import coverage
from chatbot.grounding.reading import read
from chatbot.grounding.sources import Span
from chatbot.grounding.windows import Window, windows

_WINDOWS = 2
_UNCLEAR = "no passage clearly says it"


class Entailment(Protocol):
    """Scores texts as sources of sentences, by the logarithm of the odds that they say them.

    Where all are below ``denies`` no text says the sentence, though the rules find one. From
    ``says`` on one does, though they find none, and from ``overrules`` on, though they object.
    """

    denies: float
    says: float
    overrules: float

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """A score for each (sentence, text)."""


@dataclass(frozen=True)
class Doubt:
    """A sentence, what the rules ``found`` about it, and the sections that may say it; none where
    there is nothing to ask."""

    claim: str
    found: Finding
    likely: list[Window] = field(default_factory=list)


def doubt(claim: str, found: Finding, spans: Sequence[Span]) -> Doubt:
    """What is to be asked about ``claim`` after the rules."""
    said = read(claim)
    if any(copies(said, span.reading) for span in found.spans):
        return Doubt(claim, found)
    return Doubt(claim, found, windows(said, spans, _WINDOWS))


def settled(doubts: Sequence[Doubt], entailment: Entailment) -> list[Finding]:
    """What holds of each claim, all of which are read together."""
    pairs = [(one.claim, window.text) for one in doubts for window in one.likely]
    scores = iter(entailment.scores(pairs))
    return [_weighed(one, [next(scores) for _ in one.likely], entailment) for one in doubts]


def _weighed(one: Doubt, scores: Sequence[float], entailment: Entailment) -> Finding:
    if not scores:
        return one.found
    score, window = max(zip(scores, one.likely, strict=True), key=lambda pair: pair[0])
    if one.found.spans:
        doubted = score < entailment.denies
        return Finding((), _UNCLEAR, one.found.spans[0]) if doubted else one.found
    enough = entailment.says if one.found.reason == NOT_SAID else entailment.overrules
    if score < enough:
        return one.found
    said = read(one.claim)
    return Finding((max(window.spans, key=lambda span: coverage(said, span.reading, span.over)),))
