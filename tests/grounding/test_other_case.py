"""Answers about another case than the one that their question gives."""

import pytest

from chatbot.grounding.citations import Verified, verify
from chatbot.passage import Passage

PAGES = {
    "Moorings": """The yard lifts boats all year.

| | 1–2 boats | 3–6 boats | 7 or more |
|---|---|---|---|
| Lift out, per boat | £240 | £215 | £190 |
| Winter cover | £60 | £60 | £45 |

| Length | Berth for a night |
|---|---|
| up to 8 m | £21 |
| over 8 m to 12 m | £29 |
| over 12 m | £41 |

| Berth card | Adults | Juniors (12–17) |
|---|---|---|
| 10 nights | £150 | £90 |
""",
    "Deliveries": """| Depot | Spare parts |
|---|---|
| Leith | same day if ordered before 10:30, otherwise the next morning |
| Oban | next morning |

Calls before 9:00 are answered at once.""",
    "Who can berth": """- Steel boats must be coated within the last two years.
- A hull older than 30 years needs a surveyor's letter for the Anchor tariff.
- Boats on trailers are kept in the field.""",
}


def checked(title: str, question: str, answer: str, *before: str) -> Verified:
    meta = {"path": "a.md", "title": title, "start": 0}
    page = Passage(page_content=f"# {title}\n\n{PAGES[title]}", metadata=meta)
    return verify(answer, [page], question, before)


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("i have 5 yachts to lift, price each", "The lift out costs £240 per boat.", "1–2 boats"),
        ("i have 5 yachts to lift, price each", "The lift out costs £190 per boat.", "7 or more"),
        ("i have 5 yachts to lift, price each", "The lift out costs £215 per boat.", ""),
        ("winter cover for 4 of them?", "The winter cover is £60.", ""),  # of both bands
        (
            "winter cover for 4 of them?",
            "The winter cover is £60 for 3–6 boats and £45 for 7 or more.",
            "",
        ),
        ("my boat is 9.5 m, what's a night", "A berth for a night costs £21.", "up to 8 m"),
        ("my boat is 950 cm, what's a night", "A berth for a night costs £29.", ""),
        ("what's a night", "A berth for a night costs £21 up to 8 m.", ""),
        ("10 nights for an adult", "A berth card for 10 nights costs £150 for adults.", ""),
    ],
)
def test_a_value_is_that_of_the_band_that_the_number_lies_in(
    question: str, answer: str, wrong: str
) -> None:
    found = checked("Moorings", question, answer).unsupported
    assert [item.reason.split("'")[-2] for item in found] == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("ordered at 11:20 in leith, when", "In Leith it comes the same day before 10:30.", False),
        ("ordered at 9:45 in leith, when", "In Leith it comes the same day before 10:30.", True),
        ("ordered at 11:20 in leith, when",
         "In Leith it comes the same day if ordered before 10:30, otherwise the next morning.",
         True),
        ("call at 11:20", "Calls before 9:00 are answered at once.", True),  # nothing else is said
    ],
)  # fmt: skip
def test_a_branch_is_that_of_the_time_that_is_given(
    question: str, answer: str, right: bool
) -> None:
    assert bool(checked("Deliveries", question, answer).unsupported) is not right


def test_the_time_may_be_given_earlier_in_the_conversation() -> None:
    answer = "In Leith it comes the same day before 10:30."
    assert checked("Deliveries", "and leith?", answer, "ordered at 11:20, oban").unsupported
    assert not checked("Deliveries", "and leith?", answer, "ordered at 9:00, oban").unsupported


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("hull is 41 yrs old, can it go on anchor", "No, boats on trailers are kept in the field.",
         False),
        ("hull is 41 yrs old, can it go on anchor",
         "Yes, a hull older than 30 years needs a surveyor's letter.", True),
        ("can a trailer be left there", "Yes, boats on trailers are kept in the field.", True),
    ],
)  # fmt: skip
def test_a_reason_has_something_of_its_question(question: str, answer: str, right: bool) -> None:
    assert bool(checked("Who can berth", question, answer).unsupported) is not right


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("fee for the c2 craft", "A C1 craft pays £12.", False),
        ("fee for the c2 craft", "It is £12 a week.", False),
        ("fee for the c2 craft", "A C2 craft pays £19.", True),
        ("fee for c1 and c2", "A C1 craft pays £12.", True),  # half of it
        ("may a c2 craft pay the fee of c1?", "No, C1 craft pay £12.", True),
        ("price of a gannet locker", "The Heron locker costs £7.", False),
        ("price of a gannet locker", "The Gannet locker costs £9.", True),
        ("price of a locker", "The Heron locker costs £7.", True),
        ("gannet or heron locker, which is cheaper", "The Heron locker costs £7.", True),
    ],
)
def test_a_row_is_that_of_the_code_or_name_that_is_asked_about(
    question: str, answer: str, right: bool
) -> None:
    text = "| Craft | Fee a week |\n|---|---|\n| C1 | £12 |\n| C2 | £19 |\n\n"
    text += "| Kind | Price |\n|---|---|\n| Gannet locker | £9 |\n| Heron locker (wet) | £7 |\n"
    text += "| Heron bench | £2 |"
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Fees", "start": 0})
    assert bool(verify(answer, [page], question).unsupported) is not right
