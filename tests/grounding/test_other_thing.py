"""A yes or no by the number or day of another thing than the question's."""

import tomllib

import pytest

from chatbot.grounding.citations import Verified, verify
from chatbot.passage import Passage
from chatbot.settings import PROJECT_ROOT

CASES = tomllib.loads(
    (PROJECT_ROOT / "tests" / "cases" / "answers" / "other_thing.toml").read_text(encoding="utf-8")
)


def checked(page: str, question: str, answer: str) -> Verified:
    passages = [
        Passage(
            page_content=f"# {title}\n\n{text}",
            metadata={"path": f"{page}.md", "title": title, "start": 0},
        )
        for title, text in CASES["pages"][page].items()
    ]
    return verify(answer, passages, question)


@pytest.mark.parametrize(("page", "question", "answer", "wanted"), CASES["answers"]["cases"])
def test_a_yes_by_another_thing_is_noticed_and_a_right_one_is_left(
    page: str, question: str, answer: str, wanted: str
) -> None:
    found = checked(page, question, answer)
    assert bool(found.unsupported) is (wanted != "right")
    assert bool(found.decided_by) is (wanted == "turned")


SAMPLE = (
    "Devices sold in the EU have a warranty of 3 years. The warranty in the EU covers defects of "
    "material and manufacture, and the battery for 2 years."
)


@pytest.mark.parametrize(
    ("question", "answer", "decides"),
    [
        ("does the eu warranty run out after 2 yrs?",
         "Yes, the warranty in the EU covers defects of material and manufacture, and the battery "
         "for 2 years.", "Devices sold in the EU have a warranty of 3 years."),
        ("does the eu warranty run out after 3 yrs?",
         "No, the battery is covered for 2 years.",
         "Devices sold in the EU have a warranty of 3 years."),
        ("is the battery covered for 2 years",
         "Yes, the warranty in the EU covers the battery for 2 years.", ""),
    ],
)  # fmt: skip
def test_the_sentence_about_the_thing_itself_decides(
    question: str, answer: str, decides: str
) -> None:
    meta = {"path": "a.md", "title": "Warranty in the EU", "start": 0}
    text = f"# Warranty in the EU\n\n{SAMPLE}"
    assert verify(answer, [Passage(page_content=text, metadata=meta)], question).decided_by == (
        decides
    )
