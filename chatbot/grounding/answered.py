"""Whether an answer is one to its question, and right, as a trained model reads it with passages.

Each sentence of an answer may have its source and still not say what was asked, or say it of
another thing: "Standard shipping is free" to "why is express shipping free?". Rules see words; a
judge that was trained on pairs of a question and an answer sees whether one fits the other.
"""

import math
from collections.abc import Sequence
from typing import Protocol

from chatbot.grounding.confidence import log_odds
from chatbot.grounding.reading import read
from chatbot.grounding.sources import Span
from chatbot.grounding.windows import windows
from chatbot.llm.judge import Worth

_WINDOWS = 2
_FARTHEST = 6.0  # beyond which a score says nothing more


class AnswerJudge(Protocol):
    """Scores texts as holding an answer, by the logarithm of the odds that they do; ``worth`` is
    ``None`` for one that was not shown questions."""

    worth: Worth | None

    def answer_scores(self, question: str, answer: str, texts: Sequence[str]) -> list[float]:
        """A score for each text."""


def score_of(question: str, answer: str, spans: Sequence[Span], judge: AnswerJudge) -> float | None:
    """The best score of the sections of ``spans`` that are nearest to question and answer together;
    ``None`` where there is no section."""
    found = windows(read(f"{question} {answer}"), spans, _WINDOWS)
    texts = [window.text for window in found]
    return max(judge.answer_scores(question, answer, texts)) if texts else None


def probability(worth: Worth, score: float, confidence: float, marked: bool) -> float:
    """That an answer is right, from 0 to 1; ``confidence`` is the gate's."""
    held = max(-_FARTHEST, min(_FARTHEST, score))
    odds = worth.score * held + worth.gate * log_odds(confidence) + worth.marked * marked
    return 1 / (1 + math.exp(-(odds + worth.offset)))
