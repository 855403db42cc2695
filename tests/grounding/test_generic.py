"""What holds for all devices holds for the one that is asked about, unless it is told apart."""

import pytest

from chatbot.grounding.citations import verify
from chatbot.passage import Passage

WARRANTY = (
    "Devices sold in the EU have a warranty of 3 years. The warranty in the EU covers defects of "
    "material and manufacture, and the battery for 2 years. Water damage is not covered, except "
    "for the Harbor Pro."
)
PRO = "The Harbor Pro measures the main pipe. It has a backup battery for 8 hours."


def unsupported(answer: str, question: str, *more: str, warranty: str = WARRANTY) -> bool:
    texts = {"Warranty in the EU": warranty, "Harbor Pro": PRO} | {
        f"More {number}": text for number, text in enumerate(more)
    }
    passages = [
        Passage(page_content=text, metadata={"path": f"{title}.md", "title": title, "start": 0})
        for title, text in texts.items()
    ]
    return bool(verify(answer, passages, question).unsupported)


@pytest.mark.parametrize(
    "answer",
    [
        "The Harbor Pro has a warranty of 3 years in the EU.",
        "The Harbor Pro in the EU has a warranty of 3 years, covering defects of material and "
        "manufacture and the battery for 2 years.",
    ],
)
def test_what_is_said_of_all_is_said_of_one(answer: str) -> None:
    assert not unsupported(answer, "how long is the warranty of the harbor pro in the eu?")


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("The Harbor Pro has a warranty of 5 years in the EU.", "warranty of the harbor pro, eu"),
        ("The Harbor Pro has a warranty of 3 years in the US.", "warranty of the harbor pro, us"),
        # Nobody asked about it, or the passages do not know it.
        ("The Harbor Pro has a warranty of 3 years in the EU.", "how long is the warranty?"),
        ("The Harbor Max has a warranty of 3 years in the EU.", "warranty of the harbor max, eu"),
    ],
)
def test_another_number_or_name_is_marked(answer: str, question: str) -> None:
    assert unsupported(answer, question)


@pytest.mark.parametrize(
    "apart",
    [
        "The warranty of the Harbor Pro is 5 years.",
        "The warranty does not apply to the Harbor Pro.",
        "All devices except the Harbor Pro have this warranty.",
    ],
)
def test_what_is_told_apart_is_not_one_of_all(apart: str) -> None:
    answer = "The Harbor Pro has a warranty of 3 years in the EU."
    assert unsupported(answer, "warranty of the harbor pro in the eu?", apart)


def test_what_is_said_of_its_siblings_is_not_said_of_all() -> None:
    own = "Harbor Mini devices sold in the EU have a warranty of 3 years."
    answer = "The Harbor Pro has a warranty of 3 years in the EU."
    assert unsupported(answer, "warranty of the harbor pro in the eu?", warranty=own)
