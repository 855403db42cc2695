"""Calibrations: the shipped one, damaged ones, and their file."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.errors import ConfigurationError
from chatbot.grounding.confidence import (
    CALIBRATION,
    Reading,
    load_calibration,
    save_calibration,
)


def test_the_shipped_calibration_gives_a_stricter_threshold_for_less_risk() -> None:
    calibration = load_calibration(CALIBRATION)
    for given in (False, True):
        for embeddings in (calibration.embeddings, "others"):
            scorer = calibration.scorer(given, embeddings)
            assert scorer.threshold(0.05) >= scorer.threshold(0.1) >= scorer.threshold(0.3)
    assert not any("cosine" in name for name in calibration.scorer(False, "others").features)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 9}', "[1]"])
def test_a_damaged_calibration_gets_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(ConfigurationError, match="chatbot calibrate"):
        load_calibration(tmp_path / "c.json")


READING = Reading(refusal=-1.0, retrieval=0.0, offset=0.0, thresholds={"10": 0.5})


def test_a_reading_is_kept_with_the_calibration(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    calibration = replace(load_calibration(CALIBRATION), readings={"one": READING})
    save_calibration(calibration, path)
    assert load_calibration(path) == calibration
