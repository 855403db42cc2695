"""The refusal threshold that keeps the risk which the user accepts."""

from collections.abc import Sequence

from chatbot.errors import DataError
from chatbot.evaluation.metrics import risk_coverage


def fit_threshold(decisions: Sequence[tuple[float, bool]], risk: float) -> dict[str, float]:
    """The lowest confidence at which at most ``risk`` of the answered cases are unanswerable.

    ``decisions`` are (confidence, answerable). Returns ``threshold``, ``coverage`` and ``risk``
    as reached on these cases (selective classification: Geifman and El-Yaniv, 2017,
    arXiv:1705.08500, without their bound).

    Raises:
        DataError: the cases are all of one kind, or no threshold keeps the risk.
    """
    if len({answerable for _, answerable in decisions}) < 2:
        raise DataError("Calibration needs answerable and unanswerable cases; give both.")
    fitting = [point for point in risk_coverage(decisions) if point["risk"] <= risk]
    if not fitting:
        raise DataError(f"No threshold keeps the risk at {risk:.0%} on these cases; accept more.")
    best = max(fitting, key=lambda point: point["coverage"])
    return {key: best[key] for key in ("threshold", "coverage", "risk")}
