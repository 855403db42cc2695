"""Which pairs of sentences contradict each other, and which only look so."""

import pytest

from chatbot.consistency.rules import disagreement
from chatbot.grounding.reading import read

NONE = read("")

CONTRADICTIONS = [
    ("Parcels are kept at the depot for 14 days.", "Parcels are kept at the depot for 10 days.",
     "14 days", "10 days"),
    ("Parcels are kept at the depot for two weeks.",
     "Please note that parcels are always kept at the depot for 3 weeks.", "two weeks", "3 weeks"),
    ("The warranty on pumps ends on 1 May 2027.", "The warranty on pumps ends on 1 June 2027.",
     "1 May 2027", "1 June 2027"),
    ("The shop in Lyon is open until Friday.", "The shop in Lyon is open until Saturday.",
     "Friday", "Saturday"),
    ("The courier brings pallets to the kerb.", "The courier does not bring pallets to the kerb.",
     "", "not"),
    ("Assembly is included in the price of a wardrobe.",
     "Assembly is excluded in the price of a wardrobe.", "included", "excluded"),
    ("If a pump is returned, the deposit is refunded within 5 days.",
     "The deposit is refunded within 8 days if a pump is returned.", "5 days", "8 days"),
    ("Delivery takes 3 to 5 working days by pallet.",
     "Delivery takes 7 to 9 working days by pallet.", "3 – 5 working days", "7 – 9 working days"),
    ("Die Garantie auf Pumpen beträgt 24 Monate.", "Die Garantie auf Pumpen beträgt 36 Monate.",
     "24 Monate", "36 Monate"),
    # Denials and opposites of other languages, whose words have stems of their own.
    ("Wasserschäden an Pumpen sind abgedeckt.", "Wasserschäden an Pumpen sind nicht abgedeckt.",
     "", "nicht"),
    ("Der Laden ist sonntags geöffnet.", "Der Laden ist sonntags geschlossen.",
     "geöffnet", "geschlossen"),
    ("Le magasin est ouvert le dimanche.", "Le magasin est fermé le dimanche.",
     "ouvert", "fermé"),
    # Both ends of the hours, and units that convert.
    ("The yard is open from 9:00 to 17:00.", "The yard is open from 8:00 to 18:00.",
     "9:00 – 17:00", "8:00 – 18:00"),
    ("Die Werkstatt ist von 9 bis 17 Uhr offen.", "Die Werkstatt ist von 8 bis 18 Uhr offen.",
     "9 – 17 Uhr", "8 – 18 Uhr"),
    ("Pumps can be returned within one month.", "Pumps can be returned within 14 days.",
     "one month", "14 days"),
    ("Vouchers for boats are valid for 24 months.", "Vouchers for boats are valid for 3 years.",
     "24 months", "3 years"),
    ("The anchor of the boat weighs 500 g.", "The anchor of the boat weighs 1 kg.",
     "500 g", "1 kg"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "mine", "theirs"), CONTRADICTIONS)
def test_what_differs_of_the_same_is_named(one: str, other: str, mine: str, theirs: str) -> None:
    found = disagreement(read(one), read(other), (NONE, NONE))
    assert found is not None
    assert (found.one, found.other) == (mine, theirs)
    turned = disagreement(read(other), read(one), (NONE, NONE))
    assert turned is not None and (turned.one, turned.other) == (theirs, mine)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same in other words or units.
        ("The courier waits for 24 hours.", "The courier waits for 1 day."),
        ("Parcels are kept for thirty days.", "Parcels are kept for 30 days."),
        # Another region, plan, product, version or code.
        ("Returns in the EU take 30 days.", "Returns in the US take 45 days."),
        ("The Basic plan has 5 seats.", "The Enterprise plan has 50 seats."),
        ("The pump X-20 runs for 8 hours.", "The pump X-40 runs for 12 hours."),
        ("The limit for mailboxes is 50 GB.", "The limit for calendars is 10 GB."),
        ("In Exchange 2016 the limit is 50 GB.", "In Exchange 2019 the limit is 100 GB."),
        ("Since version 3 the limit is 5 files.", "Since version 4 the limit is 9 files."),
        # Another condition, or since another day.
        ("Boats rent for 40 EUR in low season.", "Boats rent for 70 EUR in high season."),
        ("From 1 May 2026 a bus pass is 40 EUR.", "From 1 May 2027 a bus pass is 45 EUR."),
        ("From 2 May to 5 May the bar is shut.", "From 7 June to 9 June the bar is shut."),
        ("Guests who smoke pay 80 EUR.", "Guests pay 50 EUR."),
        # Other days, or every day.
        ("Boats cost 50 EUR on Monday.", "Boats cost 40 EUR on Sunday."),
        ("Boats cost 50 EUR.", "Boats cost 40 EUR on Sunday."),
        ("The pool is closed on Monday.", "The pool is open on Tuesday."),
        # Which ones, and for whom.
        ("Nicht geöffnete Pakete werden erstattet.", "Geöffnete Pakete werden erstattet."),
        ("Ein Ausweis ist nicht nötig.", "Ein Ausweis ist für Kinder nötig."),
        ("Five users of the crane cost 50 EUR.", "Six users of the crane cost 60 EUR."),
        # Pairs of verbs.
        ("Check-in at the inn is at 15:00.", "Check-out at the inn is at 11:00."),
        ("Log in takes 5 seconds per boat.", "Log off takes 8 seconds per boat."),
        # As much, as people mean it.
        ("Parcels are kept for 3 months.", "Parcels are kept for 90 days."),
        ("Parcels are kept for 10 working days.", "Parcels are kept for two weeks."),
        # Two bounds.
        ("A password has at least 8 signs.", "A password has at most 64 signs."),
        # Conditions, orders and examples say nothing that could be wrong.
        ("If the lamp is not lit, press the knob.", "If the lamp is lit, press the knob."),
        ("To enable the alarm, press the knob.", "To disable the alarm, press the knob."),
        ("For example, a parcel of 5 kg costs more.", "For example, a parcel of 8 kg costs more."),
    ],
)
def test_another_condition_or_product_is_no_contradiction(one: str, other: str) -> None:
    assert disagreement(read(one), read(other), (NONE, NONE)) is None
    assert disagreement(read(other), read(one), (NONE, NONE)) is None


@pytest.mark.parametrize(
    ("over", "others"),
    [
        ("Returns in the EU", "Returns in the US"),
        ("Price list 2025", "Price list 2026"),
        ("Basic plan | Storage", "Enterprise plan | Storage"),
        ("News of 3 May 2026", "News of 9 May 2026"),
        ("Office Berlin | Hours", "Office Hamburg | Hours"),
        ("Boutique de Lyon", "Boutique de Bordeaux"),
    ],
)
def test_headings_say_for_what_a_sentence_holds(over: str, others: str) -> None:
    one = read("Parcels are kept at the depot for 14 days.")
    other = read("Parcels are kept at the depot for 10 days.")
    assert disagreement(one, other, (read(over), read(others))) is None
    assert disagreement(one, other, (read(over), read(over))) is not None


@pytest.mark.parametrize(
    ("over", "others"),
    [("Office Berlin", "Berlin | Depot"), ("Office Berlin", "Depot"), ("Mobile app", "Reading")],
)
def test_a_city_over_one_of_two_sentences_parts_nothing(over: str, others: str) -> None:
    one = read("Parcels are kept at the depot for 14 days.")
    other = read("Parcels are kept at the depot for 10 days.")
    assert disagreement(one, other, (read(over), read(others))) is not None
