"""The gate: answer, ask back, or refuse, from what was retrieved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from langchain_core.documents import Document

from chatbot.grounding.confidence import Calibration, Reading
from chatbot.grounding.features import PlainVocabulary, Vocabulary, as_retrieved, features
from chatbot.grounding.words import content_words

Action = Literal["answer", "clarify", "refuse"]

# The risk that is accepted where none is set. A model that reads tells what stands beside an answer
# from the answer: half the risk costs hardly any of its answers (docs/experiments.md).
_RISK, _READ_RISK = 0.1, 0.05
# Sureness that is enough to answer although two documents compete: that of a third of the risk.
_SURE = 1 / 3
# Competing passages are so near to each other in cosine; their headings part by so many words.
_NEAR = 0.04
_WORDS = 2


@dataclass(frozen=True)
class Decision:
    """``choices`` are the headings among which a question in the middle band has to choose."""

    confidence: float
    action: Action
    choices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Gate:
    """Decides at an accepted ``risk``; ``refuse_below`` takes the place of its threshold.

    ``risk``, from 0.01 to 0.5, is the accepted share of answers to questions that the documents do
    not cover, among all answers, and :attr:`accepted` what that is where it is not set;
    ``refuse_below`` is a confidence from 0 to 1.

    With a ``reading`` the last word is :meth:`weigh`'s, after the model has read the passages;
    :meth:`decide` then refuses only where nothing was found.
    """

    calibration: Calibration
    embeddings: str
    vocabulary: Vocabulary
    risk: float | None = None
    refuse_below: float | None = None
    reading: Reading | None = None

    @property
    def accepted(self) -> float:
        """The accepted risk: 0.1, or 0.05 of a model that reads, where none is set."""
        if self.risk is not None:
            return self.risk
        return _RISK if self.reading is None else _READ_RISK

    def features(
        self, question: str, query: str, passages: Sequence[Document], supplied: bool
    ) -> dict[str, float]:
        """The features of a search, or of passages that came with the question (``supplied``)."""
        passages = as_retrieved(passages)
        return features(
            question, query, passages, PlainVocabulary() if supplied else self.vocabulary
        )

    def threshold(self, supplied: bool = False, risk: float | None = None) -> float:
        """The confidence below which it refuses."""
        if self.refuse_below is not None:
            return self.refuse_below
        accepted = self.accepted if risk is None else risk
        return self.calibration.scorer(supplied, self.embeddings).threshold(accepted)

    def decide(
        self, question: str, query: str, passages: Sequence[Document], supplied: bool
    ) -> Decision:
        """What to do about ``question``; ``query`` is what was searched for."""
        if not passages:
            return Decision(0.0, "refuse")
        scorer = self.calibration.scorer(supplied, self.embeddings)
        sure = scorer.confidence(self.features(question, query, passages, supplied))
        if self.reading is not None:
            return Decision(sure, "answer")
        if sure < self.threshold(supplied):
            return Decision(sure, "refuse")
        if not supplied and sure < scorer.threshold(self.accepted * _SURE):
            names = competing(query, as_retrieved(passages))
            if names:
                return Decision(sure, "clarify", names)
        return Decision(sure, "answer")

    def weigh(self, retrieval: float, refuses: float) -> Decision:
        """Answer or refuse, from the confidence of retrieval and the probability with which the
        model refuses; only with a ``reading``."""
        assert self.reading is not None
        sure = self.reading.confidence(refuses, retrieval)
        least = self.refuse_below
        if least is None:
            least = self.reading.threshold(self.accepted)
        return Decision(sure, "refuse" if sure < least else "answer")


def competing(query: str, passages: Sequence[Document]) -> list[str]:
    """Headings of two passages that answer about equally well and differ in a way that the
    question does not settle, such as EU returns and US returns; else nothing.

    The first passage is one of them; their documents differ, and their cosines by 0.04 at most;
    each heading has one word or two that the other has not, none of which is in the question, and
    the question names at least half of the words that they share.
    """
    asked = content_words(query)
    first = passages[0]
    for other in passages[1:3]:
        if first.metadata["path"] == other.metadata["path"] or _apart(first, other) > _NEAR:
            continue
        a, b = content_words(name_of(first)), content_words(name_of(other))
        parted = 0 < len(a - b) <= _WORDS and 0 < len(b - a) <= _WORDS and not (a ^ b) & asked
        if parted and a & b and len(a & b & asked) >= len(a & b) / 2:
            return [name_of(first), name_of(other)]
    return []


def name_of(passage: Document) -> str:
    """A passage's topic as people read it: its title, and the headings over it."""
    parts = (passage.metadata.get("title"), passage.metadata.get("heading"))
    return " > ".join(str(part) for part in parts if part)


def _apart(one: Document, other: Document) -> float:
    return abs(
        float(one.metadata.get("similarity", 0.0)) - float(other.metadata.get("similarity", 0.0))
    )
