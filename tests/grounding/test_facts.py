"""Facts that are missing from a source."""

import pytest

from chatbot.grounding.facts import facts, missing_facts


def test_a_missing_fact_is_shown_with_its_unit_where_only_that_is_another() -> None:
    assert missing_facts("It takes 45 days.", "It takes 30 days.") == ["45"]
    assert missing_facts("It takes 30 weeks.", "It takes 30 days.") == ["30 weeks"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The current firmware for generation 2 is 4.2.", "quantity"),
        ("It runs on 4.2. Older ones do not.", "quantity"),
        ("Die Frist endet am 4.2.", "date"),
        ("The office closes on 04.02.", "date"),
        ("Vom 3.2. bis 4.2. ist geschlossen.", "date"),
    ],
)
def test_a_number_that_ends_a_sentence_is_no_date(text: str, kind: str) -> None:
    assert facts(text)[-1].kind == kind


@pytest.mark.parametrize(
    ("said", "source", "same"),
    [
        ("Once a refund is approved, it takes 5 days.", "It takes 5 days.", True),
        ("It runs once a day.", "It runs every day.", False),
        ("It arrives within 7 days.", "It arrives within a week.", True),
        ("It costs 24 cents.", "It costs €0.24.", True),
        ("It costs 24 cents.", "It costs €0.42.", False),
        ("It costs 75p.", "It costs £0.75.", True),
        ("It costs 49 kr.", "It costs NOK 49.", True),
        ("It costs kr 49.", "It costs 49 EUR.", False),
        ("It is exact to plus or minus 3 mm.", "It is exact to ±3 mm.", True),
        ("It is exact to 3 mm less.", "It is exact to ±3 mm.", False),
        ("It is half an inch thick.", "It is 0.5 inches thick.", True),
        ("It holds from the ninth year on.", "It holds from the 9th year on.", True),
        ("It holds from the eighth year on.", "It holds from the 9th year on.", False),
        ("A fourth of it is paid.", "A fourth of it is paid.", True),
        ("Cancel up to an hour before.", "Cancel up to 60 minutes before.", True),
        ("Cancel up to an hour before.", "Cancel up to 30 minutes before.", False),
        ("Come a day before.", "Come 24 hours before.", True),
        ("It takes one to two days.", "It takes 1–2 days.", True),
        ("It takes one to two days.", "It takes 2–4 days.", False),
        ("Le délai est de quinze jours.", "Le délai est de 15 jours.", True),
        ("Le délai est de quinze jours.", "Le délai est de deux semaines.", True),
        ("Le délai est de quinze jours.", "Le délai est de 10 jours.", False),
        ("It is open around the clock.", "It is open day and night.", True),
        ("It arrives within 8 days.", "It arrives within a week.", False),
        ("It costs 5 EUR for one week.", "It costs 5 EUR a week.", False),
        ("Le vélo coûte 1299,50 €.", "Le vélo coûte 1 299,50 €.", True),
        ("Le vélo coûte 1299 €.", "Le vélo coûte 1 299,50 €.", False),
        ("Fermé le 15/05/2026.", "Fermé le 15 mai 2026.", True),
        ("It ends on 15 May 2026.", "It ends on 15.05.26.", True),
        ("It ends on 15-05-2026.", "It ends on 15 May 2026.", True),
        ("Das Recht gilt 30 Wochen.", "30-tägiges Rückgaberecht.", False),
        ("The bag weighs 12 lb.", "The bag weighs 12 oz.", False),
        ("It holds 750 ml.", "It holds 75 cl.", True),
        ("It costs 15 CAD.", "It costs CA$15.", True),
        ("The set costs C$15.", "The set costs $15 in Canada.", True),
        ("It costs 15 dollars.", "It costs AU$15.", True),
        ("It costs US$15.", "It costs C$15.", False),
        ("It costs C$15.", "It costs 15 USD.", False),
        ("It costs C$16.", "It costs $15.", False),
    ],
)
def test_a_fact_is_the_same_however_it_is_written(said: str, source: str, same: bool) -> None:
    assert (missing_facts(said, source) == []) is same


def test_an_article_is_no_unit_of_time() -> None:
    assert "year" not in [fact.unit for fact in facts("For generation 2 an upgrade is sold.")]
    assert [fact.unit for fact in facts("La garantie dure 1 an.")] == ["year"]
    assert [fact.unit for fact in facts("La garantie dure 2 ans.")] == ["year"]


def test_a_number_of_things_is_no_day_of_the_month_before_it() -> None:
    found = facts("Repairs take 5 working days, in April and May 12 working days.")
    assert [fact.full for fact in found] == ["5 working days", "April", "May", "12 working days"]
    assert [fact.full for fact in facts("It opens on May 12.")] == ["May 12"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("An adviser costs 180 GBP once.", ["180 GBP", "1"]),
        ("It is 10 EUR 3 nights a week.", ["10 EUR", "3 nights"]),
        ("It costs SGD 5, not EUR 3.", ["5 SGD", "3 EUR"]),
    ],
)
def test_a_currency_is_that_of_the_number_before_it(text: str, told: list[str]) -> None:
    assert [fact.full for fact in facts(text)] == told
