"""What a judge makes of a written answer: how probable it is that it is right."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.errors import ModelUnavailableError
from chatbot.grounding.answered import AnswerJudge, probability, score_of
from chatbot.grounding.sources import all_spans
from chatbot.passage import Passage

log = logging.getLogger(__name__)

# The judge that is ready, if there is one.
FindJudge = Callable[[], AnswerJudge | None]


@dataclass(frozen=True)
class Judged:
    """The ``probability`` that an answer is right, from 0 to 1; ``doubted`` where it is too low for
    the answer to be given."""

    probability: float
    doubted: bool


def judged(
    find: FindJudge,
    asked: str,
    answer: str,
    passages: list[Passage],
    confidence: float,
    marked: bool,
) -> Judged | None:
    """The judge's word on an ``answer`` from ``passages``; ``confidence`` is the gate's, and
    ``marked`` whether a sentence was not supported.

    ``asked`` is the question, behind the one that it goes on from. ``None`` where no judge is ready
    that was shown questions, and where it fails, which is logged. Blocks, for a second or more.
    """
    judge = find()
    if judge is None or judge.worth is None:
        return None
    try:
        score = score_of(asked, answer, all_spans(passages), judge)
    except ModelUnavailableError as exc:
        log.warning("%s", exc)
        return None
    if score is None:
        return None
    sure = probability(judge.worth, score, confidence, marked)
    return Judged(sure, sure < judge.worth.least)
