"""What a question leaves open among passages that say the same of several things."""

from langchain_core.documents import Document

from chatbot.grounding.choices import open_choices

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
