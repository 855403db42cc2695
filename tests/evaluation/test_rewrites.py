"""Follow-ups rewritten, of which some fail."""

from collections.abc import Sequence
from typing import Any

import pytest

from chatbot.cases import RewriteCase
from chatbot.errors import GenerationError
from chatbot.evaluation.rewrites import bare, rewrite_cases, summarise_rewrites
from chatbot.reports.evaluation import rewrites_report

CASES = [RewriteCase(id=n, question=f"and {n}?", standalone=f"And {n}") for n in ("one", "two")]


def failing(history: Sequence[Any], question: str) -> str:
    if "one" in question:
        raise GenerationError("The model did not answer in time.")
    return bare(history, question)


def test_a_case_that_fails_loses_no_other() -> None:
    rows = rewrite_cases(CASES, failing, lambda *_: None)
    assert [row["failed"] for row in rows] == ["The model did not answer in time.", ""]
    summary = summarise_rewrites(rows)
    assert (summary["n"], summary["failed"], summary["exact"]) == (2, 1, 1.0)
    page = rewrites_report(rows, summary)
    assert "and two?" in page
    assert "and one?" not in page
    with pytest.raises(GenerationError, match="No case was rewritten: The model did not"):
        rewrite_cases(CASES[:1], failing, lambda *_: None)
