"""Examples that a calibration is fitted on."""

from pathlib import Path

from chatbot.cases import Case, Relevant
from chatbot.evaluation.examples import _label, write_fit
from chatbot.grounding.confidence import load_calibration
from chatbot.memory import Turn
from chatbot.service import ChatService


def test_a_fit_sees_parts_of_the_knowledge_base_too(service: ChatService, tmp_path: Path) -> None:
    """People begin with few documents, where nothing stands out among others."""

    def case(number: int) -> Case:
        region = ("us", "eu")[number % 2]
        if number % 3 == 0:
            return Case(id=str(number), question=f"Who sings aria {number}?", answerable=False)
        return Case(
            id=str(number),
            question=f"Customers in the {region} return a product, case {number}?",
            relevant=[Relevant(path=f"{region}.md")],
        )

    cases = [case(number) for number in range(90)]
    out = tmp_path / "c.json"
    report = write_fit([("shop", service, cases)], out, "1", 0.1, lambda done, total: None)
    part = report["fit"]["retrieved"]["shop, 1 documents"]
    assert 0 < part["unanswerable"] < part["n"]
    assert "shop, 2 documents" not in report["fit"]["retrieved"]  # that would be the whole
    assert "passages" in load_calibration(out).scorer(False, "bundled").features


def test_a_follow_up_is_searched_for_as_answers_are(service: ChatService) -> None:
    turns: list[Turn] = [
        {"role": "user", "content": "Which musicians sing the aria of the opera in Verona?"},
        {"role": "assistant", "content": "Nobody knows which musicians sing the aria there."},
    ]
    case = Case(
        id="1",
        question="How many days do customers in the US have to return a product?",
        relevant=[Relevant(path="us.md")],
    )
    alone, behind = (
        _label([("shop", service, [case.model_copy(update={"history": history})])], lambda: None)
        for history in ([], turns)
    )
    assert [(one.kind, one.features) for one in alone] == [
        (one.kind, one.features) for one in behind
    ]
