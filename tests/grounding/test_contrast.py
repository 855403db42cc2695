"""What one sentence sets against each other is not taken for one another."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

TEXT = """# Rules

A bed costs 46 EUR in the dormitory, 84 EUR in a room.
Children pay half in the dormitory, in a room the full price.
Pump-out is $10, free for season customers.
No boats leave from 9 pm to 9 am.
After 1 May we charge 1.5% a month on what is open.
White prints cost $0.10 a page, colour $0.45.
Sawdust goes into the grey bins, metal into the blue ones.
Returns go into the box at any hour, except tools and instruments, which are handed in at the desk.
Paying yearly costs 6% less than paying monthly.
We pay the surgery directly from £400.
Pets are covered for 60 days in the EU; outside Europe there is no cover.
The Hem 22 needs a main fuse of 35 A, the Hem 11 of 20 A.
Cold storage costs $52 a foot.
The fair is open daily from 23 May to 1 November.
The class lasts 90 minutes. Members pay nothing. The run is 1'850 m long.
The Oak Room seats 40; others pay $25 an hour for it.
Cats that hunt, rabbits and hamsters are not insured.
"""


def is_marked(claim: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "", "heading": "", "columns": ""}
    return bool(verify(claim, [Document(TEXT, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    "claim",
    [
        "Children pay half in a room.",
        "Pump-out is $10 for season customers.",
        "No boats leave from 9 am to 9 pm.",
        "After 1 May you get 1.5% off a month on what is open.",
        "Colour prints cost $0.10 a page.",
        "Metal goes into the grey bins.",
        "Instruments go into the box at any hour.",
        "Paying monthly costs 6% less than paying yearly.",
        "We pay the surgery directly below £400.",
        "Outside Europe pets are covered for 60 days.",
        "The Hem 11 needs a main fuse of 35 A.",
        "Cold storage costs $52 a yard.",
        "Rabbits are insured.",
    ],
)
def test_the_other_of_two_is_marked(claim: str) -> None:
    assert is_marked(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "Children pay half in the dormitory.",
        "Pump-out is free for season customers.",
        "Colour prints cost $0.45 a page.",
        "White prints cost $0.10 a page.",
        "Metal goes into the blue bins.",
        "Instruments are handed in at the desk.",
        "Paying yearly is 6% cheaper than paying monthly.",
        "In the EU pets are covered for 60 days.",
        "The Hem 11 needs a main fuse of 20 A.",
        "The fair is open daily in August.",
        "The class lasts an hour and a half.",
        "Members pay no fee.",
        "The run is 1850 metres long.",
        "Other groups pay $25 an hour for the Oak Room.",
        "Rabbits are not insured.",
    ],
)
def test_what_its_own_clause_says_is_not(claim: str) -> None:
    assert not is_marked(claim)
