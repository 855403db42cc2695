"""Fitting what the model's reading adds to the search, see
:class:`chatbot.grounding.confidence.Reading`."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from chatbot.cases import Case
from chatbot.errors import DataError
from chatbot.evaluation.answers import question_of
from chatbot.evaluation.calibration import ENOUGH, FEW, UNCOVERED, share, thresholds_by_risk
from chatbot.grounding.confidence import Reading, log_odds
from chatbot.service import ChatService

_BINS = 10
_AT_ONCE = 4


@dataclass(frozen=True)
class Read:
    """What a search and the model's reading said about one case of ``source``: the confidence of
    the search, and the probability of a refusal. ``supplied`` says that the passages came with the
    question and that nothing was searched for."""

    source: str
    answerable: bool
    retrieval: float
    refuses: float
    supplied: bool = False


def fit_reading(examples: Sequence[Read]) -> tuple[Reading, dict[str, Any]]:
    """How the two are weighed, and a report by source.

    Thresholds and report rest on confidences that were fitted on the other sources: what they
    promise is to hold for a knowledge base that nobody saw. Cases with supplied passages say
    nothing of the search, so the two are weighed by the others, where those are enough; thresholds
    rest on all. The report holds ``n``, the area under ROC of the confidence, of the refusal and of
    retrieval alone, the shares of right decisions at a risk of 10%, and the expected calibration
    error in ten bins (``ece``).

    Raises:
        DataError: there are too few answerable or unanswerable cases.
    """
    labels = np.array([e.answerable for e in examples], dtype=bool)
    if min(labels.sum(), (~labels).sum()) < ENOUGH:
        raise DataError(FEW)
    rows = np.array([[log_odds(e.refuses), log_odds(e.retrieval)] for e in examples])
    sources = np.array([e.source for e in examples])
    keys = [(e.source, e.answerable) for e in examples]
    counts = Counter(keys)
    weights = np.array([(1 - UNCOVERED if key[1] else UNCOVERED) / counts[key] for key in keys])
    weights *= len(keys) / weights.sum()
    searched = ~np.array([e.supplied for e in examples])
    if len(set(labels[searched])) < 2:
        searched[:] = True
    sure = np.zeros(len(labels))
    for source in dict.fromkeys(sources):
        inside = sources == source
        others = searched & ~inside
        train = others if len(set(labels[others])) > 1 else searched
        refusal, retrieval, offset = _weighed(rows[train], labels[train], weights[train])
        sure[inside] = 1 / (1 + np.exp(-(rows[inside] @ (refusal, retrieval) + offset)))
    weighed = _weighed(rows[searched], labels[searched], weights[searched])
    refusal, retrieval, offset = (round(value, 6) for value in weighed)
    reading = Reading(refusal, retrieval, offset, thresholds_by_risk(sure, labels, weights))
    report = {}
    for source in dict.fromkeys(sources):
        at = sources == source
        report[str(source)] = _judge_reading(
            sure[at], labels[at], rows[at], reading.threshold(0.1), weights[at]
        )
    return reading, report


def _weighed(
    rows: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[float, float, float]:
    """The weights of the two log-odds in ``rows`` (n, 2) and the offset. Where a better search
    would speak against an answer, which a few cases may say, it says nothing."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(rows, labels, sample_weight=weights)
    refusal, retrieval = (float(value) for value in model.coef_[0])
    if retrieval < 0:
        model = LogisticRegression().fit(rows[:, :1], labels, sample_weight=weights)
        refusal, retrieval = float(model.coef_[0][0]), 0.0
    return refusal, retrieval, float(model.intercept_[0])


def _judge_reading(
    sure: np.ndarray, labels: np.ndarray, rows: np.ndarray, least: float, weights: np.ndarray
) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    both = 0 < labels.sum() < len(labels)
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(np.average(sure[bins == n] - labels[bins == n], weights=weights[bins == n]))
        * weights[bins == n].sum()
        for n in set(bins)
    ]
    areas = (sure, -rows[:, 0], rows[:, 1])
    names = ("auc", "auc_refusal", "auc_retrieval")
    return {
        "n": len(labels),
        "unanswerable": int((~labels).sum()),
        **{
            name: round(float(roc_auc_score(labels, area)), 4) if both else None
            for name, area in zip(names, areas, strict=True)
        },
        "answered": share(sure[labels] >= least),
        "refused": share(sure[~labels] < least),
        "ece": round(float(sum(gaps) / weights.sum()), 4),
    }


def read_cases(
    source: str, service: ChatService, cases: Sequence[Case], step: Callable[[], None]
) -> list[Read]:
    """Each case read by the service's model, some at once; none where the model does not read."""
    found = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        read = pool.map(service.reading, map(question_of, cases))
        for case, told in zip(cases, read, strict=True):
            if told is not None:
                found.append(Read(source, case.answerable, *told, supplied=bool(case.passages)))
            step()
    return found
