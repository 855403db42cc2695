"""Examples that a calibration is fitted on."""

from pathlib import Path

from chatbot.cases import Case, Relevant
from chatbot.evaluation.examples import write_fit
from chatbot.grounding.confidence import load_calibration
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
