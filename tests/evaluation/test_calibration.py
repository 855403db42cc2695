"""Fitting of the calibration and of its threshold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chatbot.errors import DataError
from chatbot.evaluation.calibration import (
    Example,
    fit_calibration,
    fit_threshold,
    thresholds_by_risk,
)
from chatbot.grounding.confidence import load_calibration, save_calibration


def examples(kind: str) -> list[Example]:
    made = []
    for number in range(60):
        good = number % 2 == 0
        values = {"cosine": 0.5 + 0.3 * good + number / 1000, "noise": float(number % 7)}
        made.append(Example(f"{kind}:{number}", kind, values, False, good))
    return made


def test_a_calibration_survives_its_file_and_parts_answerable_from_not(tmp_path: Path) -> None:
    fitted, report = fit_calibration(examples("one"), "7", "bundled")
    save_calibration(fitted, tmp_path / "c.json")
    read = load_calibration(tmp_path / "c.json")
    assert read == fitted
    scorer = read.scorer(False, "bundled")
    high, low = ({"cosine": cosine, "noise": 1.0} for cosine in (0.82, 0.52))
    assert scorer.confidence(high) > 0.8 > 0.3 > scorer.confidence(low)
    assert report["retrieved"]["one"]["aurc"] <= 0.3


def test_one_case_put_to_many_documents_is_too_few(tmp_path: Path) -> None:
    for groups in (1, 2):
        few = [replace(e, group=str(n % groups)) for n, e in enumerate(examples("one"))]
        with pytest.raises(DataError, match="at least 20"):
            fit_calibration(few, "7", "bundled")


def test_the_threshold_keeps_the_risk_in_the_file_and_where_more_is_uncovered() -> None:
    decisions = [(n / 100, n % 10 != 0 or n > 90) for n in range(1, 100)]
    fitted = fit_threshold(decisions, 0.1)
    answered = [right for sure, right in decisions if sure >= fitted["threshold"]]
    assert 1 - sum(answered) / len(answered) == pytest.approx(fitted["risk"], abs=1e-3)
    assert fitted["risk"] <= 0.1
    with pytest.raises(DataError, match="give both"):
        fit_threshold([(0.5, True)], 0.1)


def test_a_threshold_by_risk_parts_no_equal_confidences_and_lets_its_own_through() -> None:
    sure, labels = np.array([0.81236, 0.5, 0.5]), np.array([True, True, False])
    found = thresholds_by_risk(sure, labels, np.ones(3))
    assert (found["1"], found["33"], found["34"]) == (0.8123, 0.8123, 0.5)
