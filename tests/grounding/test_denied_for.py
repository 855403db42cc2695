"""A yes that another sentence denies of what the question names."""

import pytest

from chatbot.grounding.citations import verify
from chatbot.passage import Passage

TEXT = """# Moorings

Late booking is possible up to three days after the closing date, for £35. For the Regatta there
is no late booking. Visitors' boats may stay overnight at Quay and Basin. Wharfside does not take
visitors' boats overnight. Late booking for the Gala costs £50.

# Conditions

Wharfside takes no rented trailers.

- A rented trailer at Quay or Basin has a plate.
"""


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("closing date of the regatta was missed, late booking ok?",
         "Yes, late booking is possible up to three days after the closing date, for £35.",
         "of 'Regatta' its source says: 'For the Regatta there is no late booking.'"),
        ("closing date was missed, late booking ok?",
         "Yes, late booking is possible up to three days after the closing date, for £35.", ""),
        ("closing date of the gala was missed, late booking ok?",
         "Yes, late booking is possible up to three days after the closing date, for £35.", ""),
        ("may a visitors boat lie at wharfside overnight",
         "Yes, visitors' boats may stay overnight at Quay and Basin.",
         "of 'Wharfside' its source says: "
         "'Wharfside does not take visitors' boats overnight.'"),
        ("is a rented trailer taken at wharfside",
         "Yes, a rented trailer at Quay or Basin has a plate.",
         "of 'Wharfside' its source says: 'Wharfside takes no rented trailers.'"),
        ("may a visitors boat lie at quay overnight",
         "Yes, visitors' boats may stay overnight at Quay and Basin.", ""),
    ],
)  # fmt: skip
def test_a_yes_is_that_of_what_is_named(question: str, answer: str, reason: str) -> None:
    page = Passage(page_content=TEXT, metadata={"path": "a.md", "title": "Moorings", "start": 0})
    found = verify(answer, [page], question)
    assert [item.reason for item in found.unsupported] == ([reason] if reason else [])
    assert bool(found.decided_by) is bool(reason)


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        ("varnished hull, washing at 40 bar ok?", "Yes, up to 60 bar can be used.", False),
        ("steel hull, washing at 40 bar ok?", "Yes, up to 60 bar can be used.", True),
        ("varnished hull, washing at 40 bar ok?", "No, not on varnished hulls.", True),
        ("when is a dinghy launched", "It is launched 6 weeks after the order.", False),
        ("when is a yacht launched", "It is launched 6 weeks after the order.", True),
    ],
)
def test_a_clause_beside_denies_it_for_what_is_named(
    question: str, answer: str, right: bool
) -> None:
    text = (
        "A washer of up to 60 bar can be used on hulls of steel, but not on varnished hulls. "
        "A boat is launched 6 weeks after the order; for dinghies there is no waiting time."
    )
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Hulls", "start": 0})
    assert bool(verify(answer, [page], question).unsupported) is not right


def test_a_word_that_begins_a_sentence_is_no_name() -> None:
    text = (
        "Students get 10 % off Oar in Kent. There is no student discount on Mast, and none in Fife."
    )
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Oar", "start": 0})
    answer = "Yes, students get 10 % off Oar."
    assert not verify(answer, [page], "kent student on oar - is there a discount").unsupported


@pytest.mark.parametrize(
    ("question", "answer", "marked"),
    [
        ("are storm damages on the Lark covered?", "Yes, the cover is for hull and rig.", True),
        ("are storm damages on the Heron covered?", "Yes, the cover is for hull and rig.", False),
        ("are the hull and rig of the Lark covered?", "Yes, the cover is for hull and rig.", False),
    ],
)
def test_a_yes_is_that_of_the_things_that_are_asked_about(
    question: str, answer: str, marked: bool
) -> None:
    text = (
        "# Cover\n\nThe cover is for hull and rig. Storm damage is not covered, except for the "
        "Heron. A storm is told by the harbour."
    )
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Cover", "start": 0})
    found = verify(answer, [page], question)
    assert bool(found.unsupported) is marked


@pytest.mark.parametrize("alone", ["No.", "Yes.", "...", "***"])
def test_a_sentence_without_a_clause_denies_nothing(alone: str) -> None:
    text = f"Does the cover pay for storms? {alone} Storm damage on the Lark is not covered."
    page = Passage(page_content=text, metadata={"path": "a.md", "title": "Cover", "start": 0})
    answer = "Yes, the cover is for hull and rig."
    assert verify(answer, [page], "are storm damages on the Lark covered?").unsupported
