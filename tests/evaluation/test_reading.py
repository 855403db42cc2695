"""Fitting of what the model's reading counts."""

import random
from dataclasses import replace

import pytest

from chatbot.errors import DataError
from chatbot.evaluation.reading import Read, fit_reading


def drawn(source: str, count: int, seed: int) -> list[Read]:
    chance = random.Random(seed)
    cases = []
    for n in range(count):
        covered = n % 2 == 0
        refuses = chance.betavariate(1, 6) if covered else chance.betavariate(6, 1)
        cases.append(Read(source, covered, chance.betavariate(3, 2), refuses))
    return cases


def test_what_is_fitted_holds_for_a_base_that_nobody_saw() -> None:
    reading, report = fit_reading([*drawn("a", 80, 1), *drawn("b", 80, 2), *drawn("c", 80, 3)])
    assert reading.refusal < 0
    for figures in report.values():
        assert figures["auc"] > 0.9
        assert figures["answered"] > 0.8
    unseen = drawn("d", 400, 4)
    least = reading.threshold(0.1)
    answered = [one for one in unseen if reading.confidence(one.refuses, one.retrieval) >= least]
    covered = sum(one.answerable for one in answered)
    assert covered > 0.9 * len(unseen) / 2
    # Where 30% of the questions are not covered, as fitting assumes, not half of them here.
    wrong = (len(answered) - covered) * 0.3 / 0.7
    assert wrong / (wrong + covered) < 0.13


def test_a_better_search_never_speaks_against_an_answer() -> None:
    found = [*drawn("a", 80, 1), *drawn("b", 80, 2)]
    odd = [replace(one, retrieval=0.2 if one.answerable else 0.8) for one in found]
    reading, _ = fit_reading(odd)
    assert reading.retrieval == 0
    assert reading.refusal < 0


def test_cases_that_bring_their_passages_do_not_weigh_reading_against_search() -> None:
    found = [*drawn("a", 80, 1), *drawn("b", 80, 2)]
    misread = [
        replace(one, source="c", refuses=1 - one.refuses, supplied=True)
        for one in drawn("c", 80, 3)
    ]
    alone, _ = fit_reading(found)
    with_them, report = fit_reading([*found, *misread])
    assert with_them.refusal == pytest.approx(alone.refusal, rel=0.05)
    assert with_them.threshold(0.1) > alone.threshold(0.1)
    assert set(report) == {"a", "b", "c"}


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(DataError, match="at least"):
        fit_reading(drawn("a", 20, 1))
