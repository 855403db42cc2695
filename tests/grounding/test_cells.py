"""Rows and columns of tables, whose columns a rule or only their place names."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

RULED = """# Prices

| Ride | Adults | Juniors (13-17) | Halbtax/GA |
|---|---|---|---|
| Single to the summit | 26 EUR | 19 EUR | 17 EUR |
| Return to the summit | 42 EUR | 31 EUR | 27 EUR |
"""
# As a page of a PDF is read: no rule, and no name over the first column.
PLAIN = """## Boats

 | Half day (4 h) | Full day (8 h) | Deposit | Night
Jon boat | $75 | $120 | $100 | –
Pontoon 20 | $210 | $340 | $500 | –
Kayak | $28 | $45 | none | $60
"""

# Times in other units, ranges that share a number, and a name that is a row here and a cell there.
TIMES = """| Country | Standard takes | Express takes |
|---|---|---|
| Norway | 2–4 days | 1–2 days |
| Sweden | 3–5 days | 2 days |

| Cover | Dogs | Cats | Rabbits |
|---|---|---|---|
| Accidents | 48 hours | 48 hours | 5 days |
| Illness | 14 days | 14 days | 21 days |
"""
FINISH = """# Finishing

| Finish | For | Adds |
|---|---|---|
| Smoothing | Nylon | 2 days |
| Polishing | Steel | 3 days |
"""
RUSH = """# Rush service

| Material | Rush time |
|---|---|
| Nylon | 4 days |
| Steel | 9 days |
"""


def is_marked(claim: str, text: str) -> bool:
    meta = {"path": "a.md", "start": 0, "title": "", "heading": "", "columns": ""}
    return bool(verify(claim, [Document(text, metadata=meta)]).unsupported)


@pytest.mark.parametrize(
    ("claim", "text", "marked"),
    [
        ("A return to the summit costs adults 42 EUR.", RULED, False),
        ("A return to the summit costs adults 26 EUR.", RULED, True),
        ("A return to the summit costs juniors 31 EUR.", RULED, False),
        ("A return to the summit costs juniors 42 EUR.", RULED, True),
        ("With the Halbtax a single to the summit costs 17 EUR.", RULED, False),
        ("With the Halbtax a single to the summit costs 19 EUR.", RULED, True),
        ("A full day with the Pontoon 20 costs $340.", PLAIN, False),
        ("A full day with the Pontoon 20 costs $210.", PLAIN, True),
        ("The Pontoon 20 costs $210 for half a day of four hours.", PLAIN, False),
        ("One night with the kayak costs $60.", PLAIN, False),
        ("No, there is no deposit for kayaks.", PLAIN, False),
        ("The deposit for a Jon boat is $500.", PLAIN, True),
        ("Standard delivery to Norway takes one to two days.", TIMES, True),
        ("Standard delivery to Norway takes two to four days.", TIMES, False),
        ("Express delivery to Norway takes one to two days.", TIMES, False),
        ("Accidents to your rabbit are covered after 48 hours.", TIMES, True),
        ("Accidents to your rabbit are covered after five days.", TIMES, False),
    ],
)
def test_a_cell_belongs_to_its_row_and_column(claim: str, text: str, marked: bool) -> None:
    assert is_marked(claim, text) == marked


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("Winter draining is included in Care Light.", False),
        ("Winter draining is included in Care Full.", True),
        ("Winter draining is not included in Care Full.", False),
        ("Care Light includes a flow sensor.", True),
        ("A flow sensor is not part of Care Light.", False),
    ],
)
@pytest.mark.parametrize(("tick", "cross"), [("✓", "✗"), ("✔️", "✘"), ("☑", "☐"), ("✅", "❌")])
def test_ticks_and_crosses_say_yes_and_no(claim: str, marked: bool, tick: str, cross: str) -> None:
    table = (
        "# Services\n\n| Service | Care Light | Care Full |\n|---|---|---|\n"
        f"| Winter draining | {tick} | {cross} |\n| Flow sensor | {cross} | {tick} |\n"
    )
    assert is_marked(claim, table) is marked


WAYS = """# Boats to the island

| Day | From Leith | From Tarn |
|---|---|---|
| Sunday | 14:00 | 15:45 |
| Monday | 8:10, 17:00 | 9:30 |
"""


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("On Sunday the boat from Leith to Tarn goes at 14:00.", False),
        ("On Sunday the boat from Leith to Tarn goes at 15:45.", True),
        ("On Sunday the boat goes from Tarn to Leith at 14:00.", True),
        ("Am Sonntag fährt das Schiff von Tarn nach Leith um 14:00.", True),
        ("Am Sonntag fährt das Schiff von Tarn nach Leith um 15:45.", False),
    ],
)
def test_the_way_that_a_column_names_is_not_the_way_back(claim: str, marked: bool) -> None:
    assert is_marked(claim, WAYS) is marked


@pytest.mark.parametrize(
    ("claim", "marked"),
    [
        ("Rush for nylon is done in two days.", True),
        ("Rush for nylon is done in four days.", False),
        ("Smoothing for nylon is done in two days.", False),
    ],
)
def test_a_row_of_another_table_is_not_what_is_meant(claim: str, marked: bool) -> None:
    meta = {"start": 0, "title": "", "heading": "", "columns": ""}
    pages = [Document(t, metadata=meta | {"path": f"{n}.md"}) for n, t in enumerate((FINISH, RUSH))]
    assert bool(verify(claim, pages).unsupported) == marked
