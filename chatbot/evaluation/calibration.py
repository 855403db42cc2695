"""Fitting: the confidence model, and the threshold that keeps the risk which the user accepts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chatbot.errors import DataError
from chatbot.evaluation.metrics import lowered, risk_area, risk_coverage
from chatbot.grounding.confidence import Calibration, Scorer, Tree, leaf

# Nobody knows how many questions of the next weeks are covered, and files of labelled cases hold
# too few that are not: at least this share is assumed when a threshold is chosen.
UNCOVERED = 0.3

_COSINES = "cosine"
_FOLDS = 5
# Weight of a case whose documents were taken away in a source without real unanswerable cases.
_UNSURE = 0.3
ENOUGH = 20
FEW = f"Fitting needs at least {ENOUGH} answerable and {ENOUGH} unanswerable cases."
_TREES: dict[str, Any] = {
    "n_estimators": 180,
    "max_depth": 3,
    "learning_rate": 0.04,
    "subsample": 0.6,
    "max_features": 0.3,
    "min_samples_leaf": 8,
    "random_state": 0,
}
_GIVEN = (
    "cosine", "cosine_first", "cosine_mean", "asked_best", "asked_all", "opening_best",
    "rarest_best", "phrases", "length",
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One question and what was found for it; those of one ``group`` are variants of each other
    and never part of both fitting and judging.

    ``kind`` is ``own`` as labelled, ``hidden`` with its documents taken away, ``crossed`` with
    the documents of something else, the last two unanswerable; or ``part`` where only so many
    ``documents`` of the knowledge base were searched.
    """

    group: str
    source: str
    features: dict[str, float]
    supplied: bool
    answerable: bool
    kind: Literal["own", "hidden", "crossed", "part"] = "own"
    documents: int = 0


def fit_threshold(
    decisions: Sequence[tuple[float, bool]], risk: float, uncovered: float = UNCOVERED
) -> dict[str, float]:
    """The lowest confidence at which at most ``risk`` of the answered cases are unanswerable,
    both among these cases and where a share ``uncovered`` of the questions is unanswerable.

    ``decisions`` are (confidence, answerable). Returns ``threshold``, ``coverage`` and ``risk``
    as reached on these cases (selective classification: Geifman and El-Yaniv, 2017,
    arXiv:1705.08500, without their bound).

    Raises:
        DataError: the cases are all of one kind, or no threshold keeps the risk.
    """
    right = sum(answerable for _, answerable in decisions)
    if right in (0, len(decisions)):
        raise DataError("Calibration needs answerable and unanswerable cases; give both.")
    wrong = len(decisions) - right
    # What one unanswerable case counts for beside an answerable one.
    weight = max(1.0, uncovered / (1 - uncovered) * right / wrong)

    def heavier(point: dict[str, float]) -> float:
        bad = point["risk"] * weight
        return bad / (bad + 1 - point["risk"])

    fitting = [point for point in risk_coverage(decisions) if heavier(point) <= risk]
    if not fitting:
        raise DataError(f"No threshold keeps the risk at {risk:.0%} on these cases; accept more.")
    best = max(fitting, key=lambda point: point["coverage"])
    return {key: best[key] for key in ("threshold", "coverage", "risk")}


def fit_calibration(
    examples: Sequence[Example], version: str, embeddings: str
) -> tuple[Calibration, dict[str, Any]]:
    """Fit a scorer for each kind of which there are examples, with and without cosines.

    The report holds, by kind and source, over the cases as labelled, and for each size of the
    parts of a knowledge base ("techqa, 5 documents"): ``n``, the area under the
    risk-coverage curve of the out-of-fold confidences (``aurc``; smaller is better), of the top
    cosine alone (``aurc_cosine``), and the shares of right decisions at a risk of 10%.

    Raises:
        DataError: no kind has at least 20 answerable and 20 unanswerable examples.
    """
    scorers: dict[str, Scorer] = {}
    report: dict[str, Any] = {}
    for supplied in (False, True):
        chosen = [example for example in examples if example.supplied == supplied]
        if min(sum(e.answerable for e in chosen), sum(not e.answerable for e in chosen)) < ENOUGH:
            continue
        names = list(_GIVEN) if supplied else list(chosen[0].features)
        for suffix in ("", "_other"):
            kept = [name for name in names if not suffix or not name.startswith(_COSINES)]
            kept = [name for name in kept if not suffix or name != "document_margin"]
            kind = ("given" if supplied else "retrieved") + suffix
            scorers[kind], sure = _fit(chosen, kept)
            report[kind] = _judge(chosen, sure, scorers[kind])
    if not scorers:
        raise DataError(FEW)
    return Calibration(version, embeddings, scorers), report


def _fit(examples: Sequence[Example], names: list[str]) -> tuple[Scorer, np.ndarray]:
    """A scorer, and the out-of-fold confidences (n,) that its thresholds are read from.

    Raises:
        DataError: without some of the cases there is none of a kind.
    """
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    rows = np.array([[example.features[name] for name in names] for example in examples])
    labels = np.array([example.answerable for example in examples])
    groups = np.array([example.group for example in examples])
    weights = _weights(examples)
    folds = min(_FOLDS, len(set(groups)))
    if folds < 2:
        raise DataError(FEW)
    raw = np.zeros(len(labels))
    for train, test in GroupKFold(folds).split(rows, labels, groups):
        if len(set(labels[train])) < 2:
            raise DataError(FEW)
        model = GradientBoostingClassifier(**_TREES)
        model.fit(rows[train], labels[train], sample_weight=weights[train])
        raw[test] = model.decision_function(rows[test])
    platt = LogisticRegression(C=1e6).fit(raw[:, None], labels, sample_weight=weights)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    sure = 1 / (1 + np.exp(-(slope * raw + offset)))
    final = GradientBoostingClassifier(**_TREES).fit(rows, labels, sample_weight=weights)
    rate = float(_TREES["learning_rate"])
    trees = [_tree(stage[0].tree_, 0, rate) for stage in final.estimators_]
    base = float(final.decision_function(rows[:1])[0]) - sum(leaf(tree, rows[0]) for tree in trees)
    judged = _answerable(examples)
    weighed = _weights([e for e, use in zip(examples, judged, strict=True) if use])
    thresholds = thresholds_by_risk(sure[judged], labels[judged], weighed)
    scorer = Scorer(names, round(base, 6), trees, round(slope, 6), round(offset, 6), thresholds)
    return scorer, sure


def _answerable(examples: Sequence[Example]) -> np.ndarray:
    """Which examples the thresholds are read from; (n,) bool.

    Questions that other knowledge bases answer are too easy, and where a question's document is
    hidden another one often answers it, so those count only beside real unanswerable ones.
    Passages that came with a question are the model's to judge: the gate refuses only what is off
    their topic.
    """
    real = {e.source for e in examples if e.kind == "own" and not e.answerable}
    judged = np.array(
        [
            e.answerable or e.kind == "crossed"
            if e.supplied
            else e.source in real and e.kind in ("own", "hidden")
            for e in examples
        ]
    )
    kinds = {e.answerable for e, use in zip(examples, judged, strict=True) if use}
    return judged if len(kinds) > 1 else np.ones(len(examples), dtype=bool)


def _weights(examples: Sequence[Example]) -> np.ndarray:
    """Every source counts the same, its whole as much as its parts, and within them the uncovered
    share of the weight is on unanswerables; less where all of those were made by hiding documents,
    which others repeat."""
    keys = [(example.source, example.kind == "part", example.answerable) for example in examples]
    counts = Counter(keys)
    shares = {True: 1 - UNCOVERED, False: UNCOVERED}
    weights = np.array([shares[key[-1]] / counts[key] for key in keys], dtype=float)
    real = {e.source for e in examples if e.kind == "own" and not e.answerable}
    made = np.array([e.kind in ("hidden", "part") and not e.answerable for e in examples])
    unsure = made & np.array([e.source not in real for e in examples])
    weights[unsure] *= _UNSURE
    return np.asarray(weights * len(examples) / weights.sum())


def thresholds_by_risk(
    sure: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> dict[str, float]:
    """The lowest confidence that keeps each risk in hundredths, up to a half."""
    sure = np.array([lowered(float(value)) for value in sure])
    order = np.argsort(-sure, kind="stable")
    ranked = sure[order]
    last = np.append(ranked[1:] < ranked[:-1], True)  # a threshold cannot part equal confidences
    wrong = np.cumsum(weights[order] * ~labels[order])
    risks = wrong / np.cumsum(weights[order])
    found: dict[str, float] = {}
    for percent in range(1, 51):
        kept = np.flatnonzero((risks <= percent / 100) & last)
        if len(kept):
            found[str(percent)] = float(ranked[kept[-1]])
    return found


def _tree(tree: Any, node: int, rate: float) -> Tree:
    if tree.children_left[node] < 0:
        return round(float(tree.value[node, 0, 0]) * rate, 5)
    low = _tree(tree, int(tree.children_left[node]), rate)
    high = _tree(tree, int(tree.children_right[node]), rate)
    return [int(tree.feature[node]), float(f"{tree.threshold[node]:.6g}"), low, high]


def _judge(
    examples: Sequence[Example], sure: np.ndarray, scorer: Scorer
) -> dict[str, dict[str, float]]:
    """By source as labelled, and by source and number of documents for its parts."""
    threshold = scorer.threshold(0.1)
    report = {}
    names = [
        f"{e.source}, {e.documents} documents" if e.kind == "part" else e.source for e in examples
    ]
    for name in dict.fromkeys(names):
        at = [
            n
            for n, example in enumerate(examples)
            if names[n] == name and example.kind in ("own", "part")
        ]
        if not at:
            continue
        labels = np.array([examples[n].answerable for n in at])
        cosines = np.array([examples[n].features["cosine"] for n in at])
        report[name] = {
            "n": len(at),
            "unanswerable": int((~labels).sum()),
            "aurc": risk_area(list(zip(sure[at], labels, strict=True))),
            "aurc_cosine": risk_area(list(zip(cosines, labels, strict=True))),
            "answered": share(sure[at][labels] >= threshold),
            "refused": share(sure[at][~labels] < threshold),
        }
    return report


def share(flags: np.ndarray) -> float:
    """The share of true ones, 0 of none."""
    return round(float(flags.mean()), 4) if len(flags) else 0.0
