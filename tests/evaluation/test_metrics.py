"""Metrics against values worked out by hand."""

import math

import pytest

from chatbot.evaluation.metrics import (
    contains_gold,
    ranking_metrics,
    reliability,
    risk_area,
    risk_coverage,
    rouge_l,
    says_expected,
    token_f1,
)


def test_rankings() -> None:
    figures = ranking_metrics([False, True, False, True], 3)
    assert figures["hit@1"] == 0
    assert figures["hit@5"] == 1
    assert figures["mrr@10"] == 0.5
    assert figures["recall@10"] == pytest.approx(2 / 3)
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert figures["ndcg@10"] == pytest.approx(gain / ideal)


def test_what_one_result_has_together_is_found_together() -> None:
    assert set(ranking_metrics([2], 2).values()) == {1.0}
    figures = ranking_metrics([2, 0], 3)
    assert figures["recall@10"] == pytest.approx(2 / 3)
    assert figures["ndcg@10"] == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_texts() -> None:
    assert token_f1("The parcel is free", ["a free parcel"]) == pytest.approx(2 * 2 / (3 + 2))
    assert contains_gold("It takes thirty (30) days.", ["30 days"])
    assert not contains_gold("It takes 130 days.", ["30 days"])
    assert rouge_l("one two three four", ["one three four five"]) == pytest.approx(0.75)


def test_a_threshold_cannot_part_equal_confidences() -> None:
    points = risk_coverage([(0.9, True), (0.5, False), (0.5, True), (0.1, False)])
    assert [(p["coverage"], p["risk"]) for p in points] == [(0.25, 0.0), (0.75, 0.3333), (1.0, 0.5)]


def test_a_threshold_lets_through_what_it_was_read_from() -> None:
    points = risk_coverage([(0.91239, True), (0.81236, True), (0.99999, True), (0.57, False)])
    assert [p["threshold"] for p in points] == [0.9999, 0.9123, 0.8123, 0.57]


def test_the_area_does_not_hang_on_the_order_of_equal_confidences() -> None:
    cases = [(0.5, True), (0.5, False), (0.9, True)]
    assert risk_area(cases) == risk_area(cases[::-1]) == pytest.approx((0.25 + 1 / 3) / 3, abs=1e-4)


def test_area_and_reliability() -> None:
    assert risk_area([(0.9, True), (0.5, False)]) == 0.25
    bins = reliability([(0.95, True), (0.9, False), (0.1, False)])
    assert [(b["n"], b["right"]) for b in bins] == [(1, 0.0), (2, 0.5)]


@pytest.mark.parametrize(
    ("answer", "expected", "right"),
    [
        ("It costs €4.95.", "€4.95", True),
        ("It costs €495.", "€4.95", False),
        ("Parcels up to 15 kg.", "1.5 kg", False),
        ("It takes 35 days.", "3-5 days", False),
        ("It takes 3–5 days.", "3-5 days", True),
        ("It is kept at 18 °C.", "-18 °C", False),
        ("Das kostet 4,95 €.", "4.95 €", True),
        ("It costs $1,200.", "$1200", True),
        ("Open until 10.30.", "until 10:30", True),
        ("You can return it within 60 days.", "You can return it within 45 days", False),
        ("You can send it back within 45 days", "You can return it within 45 days", True),
        ("It costs €4.95.", "4.95 €", True),
        ("It costs 4.95 EUR.", "€4.95", True),
        ("There is a 30-day return.", "30 days", True),
        ("It holds 10GB.", "10 GB", True),
        ("It holds 10 MB.", "10GB", False),
        ("It opens at 9am.", "9 am", True),
        ("It opens at 9pm.", "9 am", False),
        ("Keep it at 5°C.", "5 °C", True),
        ("It takes 3 to 5 days.", "3-5 days", True),
        ("Es dauert 3 bis 5 Tage.", "3–5 Tage", True),
        ("You have fourteen days.", "14 days", True),
        ("You have forty days.", "14 days", False),
        ("A three-year warranty.", "3 years", True),
        ("It takes one business day.", "1 business day", True),
        ("Take the old one.", "old one", True),
        ("It shows F-17.", "F-17", True),
        ("It shows F-7.", "F-17", False),
        ("返品は三十日以内です。", "三十日", True),
        ("返品は13日以内です。", "3日", False),
        ("خلال ١٤ يوما.", "14 يوما", True),
        ("१४ दिन", "14 दिन", True),
        ("خلال ١٥ يوما.", "14 يوما", False),
        ("Don't return e-mail!", "dont return email", True),
    ],
)  # fmt: skip
def test_what_is_right_reads_numbers_and_words_without_blanks(
    answer: str, expected: str, right: bool
) -> None:
    assert says_expected(answer, [expected]) is right
