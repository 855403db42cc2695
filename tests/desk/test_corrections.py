"""What becomes of judgements: rows to learn from, cases to pass, gaps to close."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chatbot.cases import AnswerRow, Case, read_cases, read_rows
from chatbot.desk.corrections import SHOULD_REFUSE, find_gaps, regression_cases, training_rows
from chatbot.store import Feedback
from tests.support.scripted import HashedEmbeddings

SHOWN = [
    {"path": "returns/us.md", "start": 0, "end": 8, "text": "45 days.", "score": 1.0},
    {"path": "returns/eu.md", "start": 4, "end": 12, "text": "30 days.", "score": 0.5},
]
PASSAGES = [{"path": p["path"], "text": p["text"]} for p in SHOWN]


def judged(value: int = 0, abstained: bool = False, **said: str) -> Feedback:
    answer = {
        "question": "How long in the US?",
        "history": [{"role": "user", "content": "Hello"}],
        "passages": SHOWN,
        "answer": "60 days.",
        "citations": [{"path": "returns/us.md", "start": 0, "end": 8, "quote": "45 days."}],
        "abstained": abstained,
    }
    given = {"comment": "", "wrong": "", "right_answer": "", "right_document": ""} | said
    return Feedback("f1", "t1", value, answer=answer, created_at="2026-01-01", **given)


def row(given: Feedback) -> AnswerRow | None:
    return next(iter(training_rows([given])), None)


def case(given: Feedback) -> Case | None:
    return next(iter(regression_cases([given])), None)


@pytest.mark.parametrize("document", ["returns/us.md", "US.md", " us.md ", ""])
def test_a_correction_teaches_and_tests_with_the_passages_that_were_shown(document: str) -> None:
    given = judged(wrong="the number", right_answer="45 days.", right_document=document)
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == ("45 days.", True)
    assert [p.model_dump() for p in learnt.passages] == PASSAGES
    assert [p.model_dump() for p in tested.passages or []] == PASSAGES
    assert learnt.history == tested.history == [{"role": "user", "content": "Hello"}]
    assert (tested.answers, tested.answerable) == (["45 days."], True)
    paths = ["returns/us.md"] if document else []
    assert [r.path for r in tested.relevant] == paths


def test_a_document_that_was_not_shown_teaches_to_refuse_and_tests_retrieval() -> None:
    given = judged(right_answer="45 days.", right_document="policy/us.md")
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == (None, False)
    assert [p.model_dump() for p in learnt.passages] == PASSAGES
    assert (tested.passages, tested.answerable) == (None, True)
    assert [r.path for r in tested.relevant] == ["policy/us.md"]


@pytest.mark.parametrize(
    "given", [judged(wrong=SHOULD_REFUSE), judged(value=1, abstained=True)], ids=["should", "did"]
)
def test_a_right_refusal_is_learnt(given: Feedback) -> None:
    learnt, tested = row(given), case(given)
    assert learnt is not None
    assert tested is not None
    assert (learnt.answer, learnt.answerable) == (None, False)
    assert (tested.answers, tested.answerable, tested.relevant) == ([], False, [])
    assert [p.model_dump() for p in tested.passages or []] == PASSAGES


def test_praise_keeps_the_answer_and_its_quotes() -> None:
    learnt, tested = row(judged(value=1)), case(judged(value=1))
    assert learnt is not None
    assert tested is not None
    assert learnt.answer == "60 days."
    assert [(r.path, r.quote) for r in tested.relevant] == [("returns/us.md", "45 days.")]


def test_thumbs_down_alone_teaches_nothing() -> None:
    assert row(judged(wrong="ugly")) is None
    assert case(judged(wrong="ugly")) is None


def test_exports_are_read_by_training_and_evaluation(tmp_path: Path) -> None:
    from chatbot.cli.desk import _write_lines

    judgements = [judged(right_answer="45 days."), judged(wrong=SHOULD_REFUSE)]
    _write_lines(tmp_path / "rows.jsonl", training_rows(judgements))
    _write_lines(tmp_path / "cases.jsonl", regression_cases(judgements))
    rows, problems = read_rows(tmp_path / "rows.jsonl")
    assert (rows, problems) == (training_rows(judgements), [])
    assert read_cases(tmp_path / "cases.jsonl", Case) == regression_cases(judgements)


@dataclass
class Found:
    path: str
    score: float


def refused(question: str) -> dict[str, Any]:
    return {"question": question, "abstained": True}


def test_gaps_are_questions_of_one_topic_the_largest_first() -> None:
    asked = [
        refused("Do you ship to Norway?"),
        refused("Is there a student discount?"),
        refused("Can you ship to Norway please?"),
    ]
    down = judged()
    down.answer["question"] = "Do you ship to Norway or not?"
    praised = judged(value=1)
    searched: list[str] = []

    def search(question: str) -> list[Found]:
        searched.append(question)
        return [Found("shipping.md", 0.4), Found("shipping.md", 0.3), Found("prices.md", 0.2)]

    first, second = find_gaps(asked, [down, praised], HashedEmbeddings(), search)
    assert (first.size, first.refused, first.thumbs_down) == (3, 2, 1)
    assert len(first.examples) == 3
    assert all("Norway" in question for question in first.examples)
    assert first.nearest == [
        {"path": "shipping.md", "score": 0.4},
        {"path": "prices.md", "score": 0.2},
    ]
    assert second.examples == ["Is there a student discount?"]
    assert len(searched) == 2


def test_one_question_is_a_gap_and_none_is_none() -> None:
    (gap,) = find_gaps([refused("Why?")], [], HashedEmbeddings(), lambda question: [])
    assert (gap.size, gap.nearest) == (1, [])
    assert find_gaps([], [judged(value=1)], HashedEmbeddings(), lambda question: []) == []
