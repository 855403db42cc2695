"""A source that says a sentence in other words, by how alike an embedding model finds them.

"Kids" of "children" or "we pay back" of "refunded" share no word. Cosines tell whether two
sentences speak of the same, not whether they agree ("in the EU" and "in the US" are nearer than
many a paraphrase), so they only take the place of words in common: the source must be the nearest
of all that was found, and no rule may object (:mod:`chatbot.grounding.meaning`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.grounding.fact import missing
from chatbot.grounding.opposites import sides
from chatbot.grounding.overlap import LIGHT, coverage, has_stem
from chatbot.grounding.pieces import WORD, stems_of
from chatbot.grounding.reading import Reading
from chatbot.grounding.sources import Span

# Two are as near as one another within so much of a cosine.
_AS_NEAR = 0.03
# The share of a sentence's words and facts that its source holds all the same.
_SHARED = 0.3


@dataclass(frozen=True)
class Likeness:
    """``vectors`` gives texts their vectors of length 1, shape (texts, dimensions); ``least`` is
    the cosine from which two sentences of one model may say the same."""

    vectors: Callable[[Sequence[str]], NDArray[np.float32]]
    least: float

    def cosines(self, text: str, others: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of each of ``others`` with ``text``."""
        vectors = self.vectors([text, *others])
        return np.asarray(vectors[1:] @ vectors[0], dtype=np.float32)


def nearest(
    claim: Reading, agreeing: Sequence[Span], found: Sequence[Span], alike: Likeness
) -> Span | None:
    """The one of ``agreeing`` that says the claim in other words, if it is the nearest of all that
    were ``found``."""
    likely = [span for span in agreeing if _may_say(claim, span)]
    if not likely:
        return None
    cosines = alike.cosines(claim.text, [span.reading.text for span in found])
    by_span = {id(span): float(cosine) for span, cosine in zip(found, cosines, strict=True)}
    best = max(likely, key=lambda span: by_span[id(span)])
    least = max(alike.least, float(cosines.max()) - _AS_NEAR)
    return best if by_span[id(best)] >= least else None


def _may_say(claim: Reading, span: Span) -> bool:
    """Whether a source of few words in common has all else: facts, terms, names and denial."""
    source, over = span.reading, span.over
    return (
        coverage(claim, source, over) >= _SHARED
        and not missing(claim.facts, [*source.facts, *over.facts])
        and claim.denies == source.denies
        and ("free" not in _polar(claim) or "free" in _polar(source))
        and not _strange(claim, source.stems | over.stems)
    )


def _strange(claim: Reading, known: frozenset[str]) -> bool:
    """Whether the claim has a name, region, tier or the like that is not ``known``."""
    named = " ".join(word for word in WORD.findall(claim.text)[1:] if word[:1].isupper())
    names = stems_of(named, claim.language) if claim.language != "de" else frozenset[str]()
    terms = {stem for stem in claim.stems if stem[0] == "@" and not stem.startswith("@weekday")}
    return any(not has_stem(stem, known) for stem in (names | terms) - LIGHT)


def _polar(reading: Reading) -> set[str]:
    said = sides(reading.text, "polar").values()
    return {word.strip() for side in said for one in side for word in one.split(",")}
