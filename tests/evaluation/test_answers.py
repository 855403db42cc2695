"""Cases answered by the whole service, of which some fail."""

from typing import cast

import pytest

from chatbot.answering.answer import Answer
from chatbot.cases import Case, GivenPassage
from chatbot.cli import common
from chatbot.errors import BusyError, GenerationError
from chatbot.evaluation import answers
from chatbot.grounding.citations import Citation
from chatbot.service import ChatService
from chatbot.training.gate import is_right
from chatbot.training.rehearsal import rehearsal_rows
from tests.support.scripted import US

CASES = [Case(id=name, question=US, answers=["45 days"]) for name in ("busy", "fails", "full")]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of cases that fail; the first one finds the line full once."""
    asked: list[str] = []
    fails = ["fails"]
    answer_to = answers.answer_to

    async def answered(service: ChatService, case: Case) -> Answer:
        asked.append(case.id)
        if case.id == "busy" and asked.count("busy") == 1:
            raise BusyError("Too many are waiting.")
        if case.id in fails:
            raise GenerationError("The model did not answer in time.")
        return await answer_to(service, case)

    monkeypatch.setattr(answers, "answer_to", answered)
    monkeypatch.setattr(answers, "_AGAIN", 0.0)
    return fails


def test_a_failed_case_loses_no_other(
    service: ChatService, failing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = common.answer_with_progress(service, CASES)
    assert [is_right(row) for row in rows] == [True, False, True]
    assert rows[1]["failed"] == rows[1]["answer"] == "The model did not answer in time."
    summary = answers.summarise(rows, "scripted")
    assert (summary["n"], summary["failed"], summary["answerable"]["n"]) == (3, 1, 2)
    assert summary["answerable"]["contains_gold"] == 1.0
    assert "1 of 3 cases failed; the first one said: The model did not" in capsys.readouterr().err
    assert {row.id for row in rehearsal_rows(rows)} == {"busy", "full"}
    failing += ["busy", "full"]
    with pytest.raises(GenerationError, match="No case was answered: The model did not"):
        common.answer_with_progress(service, CASES)


def test_a_citation_may_point_into_any_given_passage_of_its_document() -> None:
    given = [
        GivenPassage(path="a.md", text="Returns take 30 days."),
        GivenPassage(path="a.md", text="Shipping is free."),
    ]
    case = Case(id="1", question="How long?", answers=["30 days"], passages=given)
    quotes = [(0, 20, "Returns take 30 days"), (0, 8, "Shipping"), (0, 8, "Elsewhere")]
    citations = [Citation("a.md", start, end, quote, 1) for start, end, quote in quotes]
    answer = Answer("In 30 days.", False, 0.9, citations, [], "m", {})
    row = answers._row(cast(ChatService, None), case, answer)
    assert row["verbatim"] == [True, True, False]


def test_a_case_that_expects_no_words_is_not_measured_by_them(service: ChatService) -> None:
    cases = [CASES[0], Case(id="bare", question=US)]
    summary = answers.summarise(common.answer_with_progress(service, cases), "scripted")
    assert summary["answerable"]["n"] == 2
    assert summary["answerable"]["contains_gold"] == 1.0
