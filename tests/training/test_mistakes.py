"""Wrong answers made from right ones, and the rows that teach to mend them."""

import random

from chatbot.cases import AnswerRow, GivenPassage
from chatbot.training.mistakes import mended, mistakes
from tests.support.training import PROMPTS

TEXT = "Customers in the EU can return a lamp within 30 days. Lamps cost 45 EUR in all shops."
RIGHT = "Customers in the EU can return a lamp within 30 days."


def row(answer: str | None, text: str = TEXT) -> AnswerRow:
    passages = [GivenPassage(path="returns.md", text=text)]
    return AnswerRow(
        id="one", question="how long", passages=passages, answer=answer, retrieved=True
    )


def test_a_mistake_changes_one_thing() -> None:
    made = dict(mistakes(RIGHT, TEXT, random.Random(1)))
    assert made["region"] in {RIGHT.replace("EU", other) for other in ("US", "UK")}
    assert made["row"] == RIGHT.replace("30", "45")
    assert made["negation"] == RIGHT.replace("can return", "can not return")
    assert RIGHT not in made.values()


def test_a_marked_mistake_is_mended_with_the_rows_own_answer() -> None:
    (made,) = mended([row(RIGHT)], PROMPTS, seed=1)
    asked, draft = made.history
    assert (asked["content"], asked["role"], draft["role"]) == ("how long", "user", "assistant")
    assert draft["content"] != RIGHT
    assert made.question.startswith(f'"{draft["content"]}" is not right: ')
    assert made.question.endswith(". how long")
    assert made.answer == RIGHT


def test_a_right_answer_that_is_marked_is_said_again() -> None:
    said = "Shops open on Sundays after Easter."
    (made,) = mended([row(said)], PROMPTS, seed=1)
    assert made.history[-1]["content"] == made.answer == said


def test_refusals_teach_no_mending() -> None:
    assert mended([row(None)], PROMPTS, seed=1) == []
