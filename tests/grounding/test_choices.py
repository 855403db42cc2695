"""What a question leaves open among passages that say the same of several things."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.choices import choices_passed_over, open_choices
from chatbot.grounding.sources import all_spans

CARS = [
    Document(f"# {model}: yearly service\n\nThe yearly service of the {model} costs {price} euros.")
    for model, price in (("Comet 3", 210), ("Comet S", 260), ("Orbit", 180))
]
REGIONS = [
    Document(f"Parcels to {place} take {days} working days from our warehouse in Lyon.")
    for place, days in (("Norway", 6), ("Iceland", 9), ("Malta", 7), ("the Azores", 12))
]


def test_a_question_that_names_none_of_them_is_asked_back() -> None:
    assert open_choices("How much is a service?", [], CARS) == ["Comet 3", "Comet S", "Orbit"]
    assert open_choices("how long do parcels take", [], REGIONS)[:2] == ["Norway", "Iceland"]


def test_what_the_question_or_the_conversation_names_is_not_asked() -> None:
    assert not open_choices("How much is a service for the Orbit?", [], CARS)
    assert not open_choices("How much is a service?", ["I drive a Comet 3", "Noted."], CARS)


def test_two_are_answered_together() -> None:
    assert not open_choices("How much is a service?", [], CARS[:2])


def test_the_same_value_for_all_leaves_nothing_open() -> None:
    same = [
        Document(f"The yearly service of the {model} costs 200 euros.")
        for model in ("Comet 3", "Comet S", "Orbit")
    ]
    assert not open_choices("How much is a service?", [], same)


def test_another_topic_is_no_choice() -> None:
    others = [
        *CARS[:1],
        Document("A new windscreen costs 340 euros, and its service takes 3 hours."),
        Document("The workshop offers a yearly service with 24 checks."),
    ]
    assert not open_choices("How much is a service?", [], others)


def test_a_question_about_something_else_is_not_asked_back() -> None:
    assert not open_choices("How much is a service at the weekend?", [], CARS)
    assert not open_choices("", [], CARS)


def passed_over(question: str, answer: str, *said: str) -> list[str]:
    lines = [
        "Members in the north may borrow a ladder for 6 days.",
        "Members in the south may borrow a ladder for 9 days.",
        "Ladders are lent at the counter until 18:00.",
    ]
    spans = all_spans([Document(line, metadata={"path": "a.md"}) for line in lines])
    quotes = [line for line in lines if line in answer]
    return choices_passed_over(question, said, answer, quotes, spans)


NORTH = "Members in the north may borrow a ladder for 6 days."
SOUTH = "Members in the south may borrow a ladder for 9 days."


def test_an_answer_for_one_of_two_has_chosen_where_nobody_named_it() -> None:
    assert passed_over("how long can she keep the ladder", NORTH) == ["north", "south"]
    assert passed_over("how long can she keep the ladder", SOUTH) == ["south", "north"]


def test_an_answer_has_not_chosen_where_one_was_named_or_it_tells_both() -> None:
    assert not passed_over("how long can she keep it in the north", NORTH)
    assert not passed_over("the other one?", SOUTH, "And in the north?", NORTH)
    assert not passed_over("how long can she keep the ladder", f"{NORTH} {SOUTH}")
    assert not passed_over("until when", "Ladders are lent at the counter until 18:00.")


@pytest.mark.parametrize(
    "question",
    [
        "how long can a customer in america return it",
        "customer in the usa, return?",
        "bought in germany, how long to send back",
        "she lives in leeds, how long to send back",
    ],
)
def test_a_region_by_another_name_is_a_region(question: str) -> None:
    lines = ["Customers in the US can return a product within 45 days of delivery."]
    lines.append(lines[0].replace("US", "EU").replace("45", "30"))
    spans = all_spans([Document(line, metadata={"path": "a.md"}) for line in lines])
    assert not choices_passed_over(question, [], lines[0], lines[:1], spans)
    assert choices_passed_over("how long to send back", [], lines[0], lines[:1], spans)


def test_a_row_of_a_table_is_not_asked_about() -> None:
    rows = "| Size | Ladder |\n|---|---|\n| Small | 6 EUR |\n| Large | 9 EUR |"
    spans = all_spans([Document(rows, metadata={"path": "a.md"})])
    assert not choices_passed_over("price", [], "| Small | 6 EUR |", ["| Small | 6 EUR |"], spans)


def test_a_number_may_be_part_of_a_name() -> None:
    tents = [
        Document(f"The {name} tent has a warranty of {months} months.")
        for name, months in (("Alpine 200", 12), ("Alpine 300", 18), ("Ridge X", 24))
    ]
    asked = open_choices("How long is the warranty?", [], tents)
    assert asked == ["Alpine 200", "Alpine 300", "Ridge X"]
