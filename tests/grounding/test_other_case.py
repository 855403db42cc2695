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


BERTHS = """# Berths

| Berth | 1–3 boats, each | 4 boats or more, each |
|---|---|---|
| Inner | £20 | £17 |
| Inner with power | £26 | £22 |

| Cancelled before | Races | Other stays |
|---|---|---|
| 8–30 days | 40 % | 25 % |

Masts up to 12 m high cost £45, over 12 m £72. Washing costs £95 per boat, or £78 with a season
ticket.

## Lower a gaff

1. Loosen the brown rope.
2. Fold it in thirds.

## Lower a lug

1. Loosen the white rope.
2. Roll it to the stern.
"""


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("inner berth x5 price each", "It costs £20 each.", False),
        ("inner berth x5 price each", "It costs £17 each.", True),
        ("5 boats of 3x8 whats the price each, inner berth", "It costs £20 each.", False),
        ("inner berth with power, price", "An inner berth costs £20 each.", False),
        ("inner berth, price", "An inner berth costs £20 each.", True),
        ("race cancelled 10 days before, what is due", "25 % is due then.", False),
        ("race cancelled 10 days before, what is due", "40 % is due then.", True),
        ("stay cancelled 10 days before, what is due", "25 % is due then.", True),
        ("mast of 15 m, price", "A mast of that height costs £45.", False),
        ("mast of 15 m, price", "Over 12 m it costs £72.", True),
        ("wash price, has a season ticket", "Washing costs £95 per boat.", False),
        ("wash price, has a season ticket", "Washing costs £78 with a season ticket.", True),
        ("wash price", "Washing costs £95 per boat.", True),
        ("how to lower a lug", "Loosen the brown rope.", False),
        ("how to lower a lug", "Loosen the white rope.", True),
        ("how to lower a sail", "Loosen the brown rope.", True),
    ],
)
def test_columns_clauses_and_headings_are_those_of_what_is_asked(
    question: str, answer: str, right: bool
) -> None:
    page = Passage(page_content=BERTHS, metadata={"path": "a.md", "title": "Berths", "start": 0})
    assert bool(verify(answer, [page], question).unsupported) is not right


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("confirmed tues 14:00, when do they come", "The crew comes on Thursday.", False),
        ("confirmed tues 14:00, when do they come", "The crew comes on Friday.", True),
        ("confirmed tues 9:30, when do they come", "The crew comes on Friday.", False),
        ("confirmed tues 9:30, when do they come", "The crew comes on Thursday.", True),
    ],
)
def test_each_branch_is_of_its_own_side_of_a_time(question: str, answer: str, right: bool) -> None:
    text = (
        "If it is confirmed before 11:00 on Tuesday, the crew comes on Thursday; otherwise it "
        "comes on Friday."
    )
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Crew", "start": 0})
    assert bool(verify(answer, [page], question).unsupported) is not right


def test_what_documents_do_not_say_may_stand_behind_a_semicolon() -> None:
    text = "A deposit of 25 % holds the date."
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Pay", "start": 0})
    answer = "A deposit of 25 % holds it; the documents do not say whether cards are taken."
    assert not verify(answer, [page], "deposit, and cards?").unsupported


def test_a_code_may_name_the_column_of_another_case() -> None:
    page = Passage(
        page_content="| Pass | Z1 | Z2 | Z3 |\n|---|---|---|---|\n| Ten rides | £40 | £55 | £70 |",
        metadata={"path": "a.md", "title": "Passes", "start": 0},
    )
    before = "ten rides price in z1"
    told = "the question asks about 'Z3', and it tells of 'Z1'"
    wrong = verify("Ten rides cost £40 in Z1.", [page], "and z3?", [before])
    assert [one.reason for one in wrong.unsupported] == [told]
    assert verify("Ten rides cost £70 in Z3.", [page], "and z3?", [before]).unsupported == []
