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
from chatbot.grounding.restated import restated
from chatbot.grounding.sources import Span
from chatbot.grounding.windows import Window, windows

_WINDOWS = 2
_MOST = 60  # sentences of a reply: a minute or two on a slow processor
# So much less is needed where the rules found all numbers, dates and codes of a sentence in its
# source: on seven help centres a judge that denied between -1.5 and -.5 was wrong there 28 times of
# 39, and 12 times of 29 elsewhere.
_TRUSTED = 1.0
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

    def reads(self, sentence: str) -> bool:
        """Whether it reads a sentence to its end."""


@dataclass(frozen=True)
class Doubt:
    """A sentence, what the rules ``found`` about it, and the sections that may say it; none where
    there is nothing to ask."""

    claim: str
    found: Finding
    likely: list[Window] = field(default_factory=list)

    def pair(self, turn: int) -> tuple[str, str]:
        """The sentence, its numbers written as there, and what is to be read of its likely section
        number ``turn``."""
        text = self.likely[turn].about(read(self.claim))
        return restated(self.claim, text), text


def doubt(claim: str, found: Finding, spans: Sequence[Span]) -> Doubt:
    """What is to be asked about ``claim`` after the rules."""
    said = read(claim)
    if any(copies(said, span.reading) for span in found.spans):
        return Doubt(claim, found)
    return Doubt(claim, found, windows(said, spans, _WINDOWS))


def settled(doubts: Sequence[Doubt], entailment: Entailment) -> list[Finding]:
    """What holds of each claim. Those of a reply are read together, the next section only with
    those that the one before has not decided; of more than ``_MOST``, what the rules mark comes
    first and for the last ones the rules' word stands, as for one that is not read to its end."""
    findings = [one.found for one in doubts]
    waiting = sorted(
        (place for place, one in enumerate(doubts) if one.likely and entailment.reads(one.claim)),
        key=lambda place: bool(doubts[place].found.spans),
    )[:_MOST]
    for turn in range(_WINDOWS):
        waiting = [place for place in waiting if len(doubts[place].likely) > turn]
        pairs = [doubts[place].pair(turn) for place in waiting]
        undecided = []
        for place, score in zip(waiting, entailment.scores(pairs), strict=True):
            one = doubts[place]
            if score >= _needed(one, entailment):
                findings[place] = one.found if one.found.spans else _freed(one, one.likely[turn])
                continue
            undecided.append(place)
            if one.found.spans:
                findings[place] = Finding((), _UNCLEAR, one.found.spans[0])
        waiting = undecided
    return findings


def _needed(one: Doubt, entailment: Entailment) -> float:
    """From which score on a text says the sentence."""
    if one.found.spans:
        return entailment.denies - (_TRUSTED if read(one.claim).facts else 0.0)
    return entailment.says if one.found.reason == NOT_SAID else entailment.overrules


def _freed(one: Doubt, window: Window) -> Finding:
    said = read(one.claim)
    return Finding((max(window.spans, key=lambda span: coverage(said, span.reading, span.over)),))
