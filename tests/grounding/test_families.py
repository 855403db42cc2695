"""Names beside each other, what stands behind a "not", and numbers that are worked out."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

PRICES = """| Boat | April to June | September | Weight |
|---|---|---|---|
| Kestrel | 40 EUR a day | 35 EUR a day | 120 kg |
| Heron | 65 EUR a day | 50 EUR a day | 310 kg |

We take bookings of at least 3 days for the Heron. Dogs may come on the Kestrel and the Heron.
"""
RULES = (
    "Covers are lent at the pier and not in the kiosk. You sail at your own risk: there is no "
    "lifeguard. Express is open to members, not to guests or pupils. The life vest costs nothing."
)
PAYING = "You pay a quarter of the price when you book. A booking can be moved twice."


def unsupported(claim: str, text: str, question: str = "") -> bool:
    source = Document(text, metadata={"path": "a.md", "start": 0, "title": "", "heading": ""})
    return bool(verify(claim, [source], question).unsupported)


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("We take bookings of at least 3 days for the Heron.", True),
        ("We take bookings of at least 3 days for the Kestrel.", False),
        ("The Heron costs 50 EUR a day in September.", True),
        ("The Heron costs 65 EUR a day in September.", False),
        ("The Heron costs 65 EUR a day in May.", True),
        ("The Heron is 190 kg heavier than the Kestrel.", True),
        ("The Kestrel is 190 kg heavier than the Heron.", False),
        ("The Heron is 180 kg heavier than the Kestrel.", False),
    ],
)
def test_names_of_a_table_are_told_apart_and_their_numbers_compared(claim: str, good: bool) -> None:
    assert unsupported(claim, PRICES) is not good


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("Covers are lent at the pier.", True),
        ("Covers are lent in the kiosk.", False),
        ("There is no lifeguard.", True),
        ("There is a lifeguard.", False),
        ("No, Express is not open to guests; it is open to members.", True),
        ("Express is open to pupils.", False),
        ("The life vest is free.", True),
        ("The life vest costs extra.", False),
    ],
)
def test_what_stands_behind_a_not_is_not_affirmed(claim: str, good: bool) -> None:
    assert unsupported(claim, RULES) is not good


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("When you book you pay 25% of the price.", True),
        ("When you book you pay half of the price.", False),
        ("A booking can be moved 2 times.", True),
        ("A booking can be moved once.", False),
    ],
)
def test_parts_and_times_in_words_are_numbers(claim: str, good: bool) -> None:
    assert unsupported(claim, PAYING) is not good


@pytest.mark.parametrize(("claim", "good"), [
    ("Cards cost 20 EUR, and rounded corners add 6 EUR, so 26 EUR in total.", True),
    ("Cards cost 20 EUR, and rounded corners add 6 EUR, so 28 EUR in total.", False),
])  # fmt: skip
def test_a_total_is_worked_out(claim: str, good: bool) -> None:
    assert unsupported(claim, "Cards cost 20 EUR. Rounded corners add 6 EUR.") is not good


def test_two_sentences_are_not_mixed_to_one() -> None:
    text = "Two people are 620 EUR for the whole day. Three people come on request."
    assert unsupported("Three people are 620 EUR for the whole day.", text)
    assert unsupported("Two people are 620 EUR for the whole day.", text) is False


PLANS = """# Plans

| Plan | Finch 3 | Heron 5 |
|---|---|---|
| Sip | £49 | £89 |
| Pour | £42 | £76 |
| Roast | £36 | £68 |

Addresses in the Highlands pay £8 on top, on every plan. Northern Ireland has no surcharge,
but only Pour and Roast are available there.
"""


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("Only Pour and Roast are available in Northern Ireland.", True),
        ("Sip is not available in Northern Ireland.", True),
        ("Sip and Pour are offered in Northern Ireland.", False),
        ("No, Roast is not offered in Northern Ireland; Sip and Pour are.", False),
        ("The Heron 5 costs £76 on Pour.", True),
        ("The Heron 5 costs £76 per month on Pour.", False),
        ("The Finch 3 costs £76 on Pour.", False),
    ],
)
def test_only_some_of_a_family_are_named(claim: str, good: bool) -> None:
    assert unsupported(claim, PLANS) is not good


TASKS = """# Cleaning

| Task | Finch 2 / Finch 3 | Heron 5 |
|---|---|---|
| Rinse cycle | at switch-off (automatic) | every 4 hours (automatic) |
| Descaling | every 2 months | engineer only |
"""


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("The Finch 3 is descaled every 2 months.", True),
        ("The Finch 3 is descaled once every 2 months.", True),
        ("The rinse cycle of a Finch 3 runs every 2 months.", False),
    ],
)
def test_how_often_is_no_every_and_the_name_of_a_column_no_number(claim: str, good: bool) -> None:
    assert unsupported(claim, TASKS) is not good


def test_a_claim_that_names_its_row_may_have_a_word_of_another_row() -> None:
    table = """| | Web test | Test at a desk |
|---|---|---|
| Valid for | 3 months | 6 months |
| Result after | 1 day | 3 days |
"""
    page = Document(table, metadata={"path": "a.md", "start": 0, "title": "Tests"})
    assert not verify("The result of the test at a desk is valid for 6 months.", [page]).unsupported
    assert verify("The result of the test at a desk is valid for 3 months.", [page]).unsupported
    assert verify("The result of the test at a desk comes after 6 months.", [page]).unsupported
