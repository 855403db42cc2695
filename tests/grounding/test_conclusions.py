"""What follows from a source that does not say it, and a leading yes or no that it decides."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.bounds import bounds_of, contains
from chatbot.grounding.citations import Verified, verify
from chatbot.grounding.reading import read


def checked(question: str, answer: str, source: str) -> Verified:
    meta = {"path": "a.md", "start": 0, "title": "", "heading": "", "columns": ""}
    return verify(answer, [Document(source, metadata=meta)], question)


@pytest.mark.parametrize(
    ("source", "said", "inside"),
    [
        ("Shipping is free from 150 EUR.", "139 EUR", False),
        ("A fee is added after more than 7 days.", "7 days", False),
        ("Refurbished devices are taken back within 14 days.", "3 weeks", False),
        ("Keep it between 40 and 60 per cent.", "55%", True),
        ("Wer bis sieben Tage vor Beginn absagt, zahlt nichts.", "10 Tage", True),
        ("Terms B hold for contracts signed from 1 April 2025.", "in June 2025", True),
        ("Up to 8 tyres are accepted.", "12 boxes", None),
        ("It runs on iOS 15 or later.", "it has iOS 14", False),
        ("You have 30 days to return an item.", "45 days", False),
        ("We offer a 30-day return policy.", "after 45 days", False),
        ("Our return window is 30 days.", "20 days", True),
        ("Shoes can be returned for 30 days.", "45 days", False),
        ("Die Rückgabefrist für Schuhe beträgt 30 Tage.", "45 Tage", False),
        ("Sie haben 30 Tage Zeit für die Rückgabe.", "45 Tage", False),
        ("Vous avez 30 jours pour retourner un article.", "45 jours", False),
        ("Dispone de 14 días para devolverlo.", "20 días", False),
        ("You must be 18 or older.", "at 17", False),
        ("You must be 18 or older.", "my 17-year-old son", False),
    ],
)
def test_a_quantity_lies_within_a_bound(source: str, said: str, inside: bool | None) -> None:
    [bound, *_] = bounds_of(read(source))
    claim = read(said)
    assert contains(bound, claim.facts[0], claim.text) is inside


@pytest.mark.parametrize(
    ("question", "answer", "source", "right"),
    [
        ("my order is 139 eur, is shipping free", "No, 139 EUR does not ship free.",
         "Orders ship free from 150 EUR.", True),
        ("my order is 139 eur, is shipping free", "Yes, 139 EUR ships free.",
         "Orders ship free from 150 EUR.", False),
        ("my order is 160 eur, is shipping free", "Yes, 160 EUR ships free.",
         "Orders ship free from 150 EUR.", True),
        ("Can I return it after 45 days?", "Yes, items can be returned within 30 days.",
         "Items can be returned within 30 days.", False),
        ("can i keep 10 tyres", "Yes, tyres are accepted.",
         "Tyres are accepted, up to 8 per unit.", False),
        ("may hire cars go to norway", "No, hire cars may not be taken to Norway.",
         "Hire cars may be taken to Denmark and Sweden.", True),
        ("may hire cars go to denmark", "No, hire cars may not be taken to Denmark.",
         "Hire cars may be taken to Denmark and Sweden.", False),
        ("is the desk open on sunday", "Yes, the desk is open from 9:00.",
         "The desk is open on weekdays from 9:00.", False),
    ],
)  # fmt: skip
def test_a_conclusion_is_supported_if_it_follows(
    question: str, answer: str, source: str, right: bool
) -> None:
    assert (not checked(question, answer, source).unsupported) is right


@pytest.mark.parametrize(
    ("question", "answer", "agrees"),
    [
        ("we have 12 seats, do we pay less", "Yes, it is less for more than ten seats.", True),
        ("can we get it cheaper", "Yes, companies with more than ten seats pay less.", False),
    ],
)
def test_a_leading_yes_is_right_where_a_bound_decides_it(
    question: str, answer: str, agrees: bool
) -> None:
    source = "Companies with more than ten seats pay less."
    assert checked(question, answer, source).lead_agrees is agrees


@pytest.mark.parametrize(
    ("question", "right", "said"),
    [
        ("does breeze cover 4 devices?", False, "The Breeze plan covers 3 devices."),
        ("does breeze cover 2 devices?", True, "The Breeze plan covers 3 devices."),
        ("may a home have 7 users?", None,
         "A home includes 5 users, and each further user costs 2 EUR."),
        ("battery died after 8 months, is it covered?", False,
         "The battery is covered by the warranty in the US for 6 months."),
        ("is it under warranty after 2 years", True, "It has a warranty of 3 years."),
        ("may i give 25 eur goodwill without asking?", False,
         "Goodwill above 20 EUR needs approval."),
        ("may i give 15 eur goodwill without asking?", True,
         "Goodwill above 20 EUR needs approval."),
        ("do i need approval for 25 eur goodwill?", True,
         "Goodwill above 20 EUR needs approval."),
    ],
)  # fmt: skip
def test_what_is_covered_kept_or_needed_decides_a_yes(
    question: str, right: bool | None, said: str
) -> None:
    rest = said[0].lower() + said[1:]
    yes, no = (checked(question, f"{lead}, {rest}", said) for lead in ("Yes", "No"))
    assert (yes.lead_agrees, no.lead_agrees) == (right is True, right is False)
    assert bool(yes.unsupported) is (right is False)


@pytest.mark.parametrize(
    ("question", "lead", "marked", "agrees"),
    [
        ("is water damage covered for a harbor pro?", "No", True, False),
        ("is water damage covered for a harbor pro?", "Yes", False, True),
        ("is water damage covered for a harbor one?", "No", False, True),
        ("is the harbor pro warranty transferable?", "No", False, False),
    ],
)
def test_an_exception_that_was_asked_about_decides(
    question: str, lead: str, marked: bool, agrees: bool
) -> None:
    said = "Water damage is not covered, except for the Harbor Pro."
    found = checked(question, f"{lead}, w{said[1:]}", said)
    assert bool(found.unsupported) is marked
    assert found.lead_agrees is agrees


@pytest.mark.parametrize(
    "said",
    [
        "The battery is covered for 2 years, and water damage is not covered, except for the Pro.",
        "Water damage, except on the Pro, is not covered.",
    ],
)
def test_an_exception_is_from_what_stands_before_it(said: str) -> None:
    asked = "is water damage covered for a pro?"
    yes, no = (
        checked(asked, f"{lead}, {said[0].lower()}{said[1:]}", said) for lead in ("Yes", "No")
    )
    assert (yes.lead_agrees, no.lead_agrees, yes.unsupported) == (True, False, [])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Gas bottles may be stored.", "You may not store food, plants, gas bottles or animals."),
        ("Payment by card is possible.", "Payment by card or in cash is not possible."),
        ("If it is off, all users of the desk get a new prompt instead of an old prompt.",
         "If it is off, all users of the desk get an old prompt instead of a new prompt."),
        ("Clarinets cost EUR 45.", "It is EUR 27 for flutes and clarinets, EUR 45 for horns."),
        ("Cover up to £5,000 costs £7.", "Cover up to £5,000 costs £4 and up to £10,000 £7."),
    ],
)  # fmt: skip
def test_lists_and_copies_are_read_to_their_end(claim: str, source: str) -> None:
    assert checked("", claim, source).unsupported


BANDS = """| Distance | Hand tools | Compactors |
|---|---|---|
| up to 5 miles | £10 | £18 |
| 5–15 miles | £16 | £26 |
| 15–30 miles | £28 | £40 |

Bills from £300 to £5,000 can be spread over 6 months. Parcels up to 20 kg go by courier.
Goods can be returned within 30 days."""


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("Taking a compactor to you 12 miles from the depot would be £26.", True),
        ("Taking a compactor to you 12 miles from the depot would be £40.", False),
        ("A compactor 20 miles away costs £40.", True),
        ("Compactors cost £26 for 16 miles.", False),
        ("A £900 bill can be spread over 6 months.", True),
        ("A £200 bill can be spread over 6 months.", False),
        ("A 12 kg parcel goes by courier.", True),
        ("A 25 kg parcel goes by courier.", False),
        ("Goods can be returned within 20 days.", False),
        ("There is a 20-day return window.", False),
    ],
)
def test_a_case_lies_within_the_bounds_of_its_row_or_sentence(claim: str, right: bool) -> None:
    assert bool(checked("", claim, BANDS).unsupported) is not right


def test_a_bound_in_pounds_decides_a_question_in_pounds() -> None:
    source = "Orders ship free from £150."
    assert not checked("order of £180, free?", "Yes, £180 ships free.", source).unsupported
    assert checked("order of £120, free?", "Yes, £120 ships free.", source).unsupported


PARTY = "The booking needs 50 GBP, which is not paid back if you cancel less than 14 days before."
HOURS = "Off-peak members may enter on weekdays before 16:00 and must leave by 17:00."


@pytest.mark.parametrize(
    ("question", "answer", "source", "marked", "agrees"),
    [
        ("cancels 10 days before, is the 50 GBP paid back?",
         "Yes, if you cancel less than 14 days before, the 50 GBP is not paid back.",
         PARTY, True, False),
        ("cancels 10 days before, is the 50 GBP paid back?",
         "No, the 50 GBP is not paid back if you cancel less than 14 days before.",
         PARTY, False, True),
        ("can an off-peak member come in at 5pm on a tuesday?", f"Yes, {HOURS}", HOURS,
         False, False),
        ("can an off-peak member come in on a tuesday?", f"Yes, {HOURS}", HOURS, False, True),
    ],
)  # fmt: skip
def test_a_bound_of_a_condition_decides_with_what_is_said_of_it(
    question: str, answer: str, source: str, marked: bool, agrees: bool
) -> None:
    found = checked(question, answer, source)
    assert (bool(found.unsupported), found.lead_agrees) == (marked, agrees)


@pytest.mark.parametrize(
    ("question", "said", "lead"),
    [
        ("is there a lift too?", "the annexe has no lift.", "No"),
        (
            "signed in march 2025, can we pause the account?",
            "accounts signed before 1 May 2025 have the old terms, and these cannot be paused.",
            "",
        ),
        ("is a goodwill of 35 euro ok?", "agents may grant goodwill of up to 20 EUR.", "No"),
        ("is a goodwill of 15 euro ok?", "agents may grant goodwill of up to 20 EUR.", "Yes"),
    ],
)
def test_a_yes_or_no_agrees_by_what_is_asked_only(question: str, said: str, lead: str) -> None:
    source = said[0].upper() + said[1:]
    agrees = [
        one for one in ("Yes", "No") if checked(question, f"{one}, {said}", source).lead_agrees
    ]
    assert agrees == ([lead] if lead else [])


def test_a_denial_in_another_clause_than_only_turns_nothing() -> None:
    said = "Amber is not sold to members in Asia; it can be bought only in Europe."
    found = checked("may a member in Asia buy Amber?", f"Yes, {said}", said)
    assert not found.lead_agrees
