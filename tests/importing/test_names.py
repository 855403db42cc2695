"""Names that no record of an export has, and postal addresses."""

import time

import pytest

from chatbot.importing.candidates import candidates_from
from chatbot.importing.conversations import Conversation, Message
from chatbot.importing.names import Names
from chatbot.importing.places import hide_addresses

# Enough conversations to tell what a word is: "Green Saver" is a product, "hold" a word.
EXPORT = [
    (f"How do I leave the Green Saver in town {n}?", "Hold on. Leave the Green Saver online.")
    for n in range(250)
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I write for Gundula Haverkamp, who is ill.", "I write for [name], who is ill."),
        ("our Fridolin found it", "our [name] found it"),
        ("My landlord Xbrzk says so.", "My landlord [name] says so."),
        ("Anmeldung bei Frau Yolanda van der Hoek bitte", "Anmeldung bei [name] bitte"),
        ("Qwertz, my husband, took it.", "[name], my husband, took it."),
        ("I spoke to Qxlorb Zwantek before.", "I spoke to [name] before."),
        ("write to Qxlorb Zwantek", "write to [name]"),
        ("it was Qxlorb [name]", "it was [name] [name]"),
        ("Qxlorb Zwantek from our lab wrote it.", "[name] from our lab wrote it."),
        ("As Qxlorb told you, it is fine.", "As [name] told you, it is fine."),
        ("Qxlorb and I tried it.", "[name] and I tried it."),
        ("this is gundula's ticket", "this is [name]'s ticket"),
        ("i spoke to qxlorb zwantek before", "i spoke to [name] before"),
        ("my friend gundula haverkamp has it", "my friend [name] has it"),
        ("gundula thinks otherwise", "[name] thinks otherwise"),
        ("mr zwantek has it", "mr [name] has it"),
        ("Wie am Telefon gesagt, ist es gut.", "Wie am Telefon gesagt, ist es gut."),
        ("The lid says open.", "The lid says open."),
        ("Qxlorb Zwantek, of the lab, wrote it.", "[name], of the lab, wrote it."),
        (
            "Leave the Green Saver in May, or in April.",
            "Leave the Green Saver in May, or in April.",
        ),
        ("Hold the key of a Marlin X5 sensor.", "Hold the key of a Marlin X5 sensor."),
        ("Es sind 3 Tage Geduld nötig", "Es sind 3 Tage Geduld nötig"),
    ],
)
def test_names_are_hidden(text: str, wanted: str) -> None:
    assert Names(EXPORT).hide(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Rose switched it off.", "[name] switched it off."),
        ("Will from facilities ran it twice.", "[name] from facilities ran it twice."),
        ("Joy from the depot did the repair.", "[name] from the depot did the repair."),
        ("Gene and Sue are arguing.", "[name] and [name] are arguing."),
        ("Both Hope and Faith would join.", "Both [name] and [name] would join."),
        ("Bea is going mad.", "[name] is going mad."),
        ("Reed could not read it.", "[name] could not read it."),
        ("It leaks. Cliff threw the box away.", "It leaks. [name] threw the box away."),
        ("Qxlorb, [phone], asks for it.", "[name], [phone], asks for it."),
        ("August aus der Technik baut es ab.", "[name] aus der Technik baut es ab."),
        ("It is dead according to Sterling.", "It is dead according to [name]."),
        ("I am writing for Mei Ling.", "I am writing for [name]."),
        ("Shu Fen replaced the seal.", "[name] replaced the seal."),
        ("Prof. Adeyemi-Clarke prefers it.", "Prof. [name] prefers it."),
        ("Our cleaner, Concepción, has it.", "Our cleaner, [name], has it."),
        ("Qxlorba's cup is full.", "[name] cup is full."),
        ("It is bent. Ruby stepped on it.", "It is bent. [name] stepped on it."),
        ("Rocky chewed the other.", "[name] chewed the other."),
        ("Dawn cant find the sheet.", "[name] cant find the sheet."),
        ("grace lost her phone", "[name] lost her phone"),
        ("nah Drew is my boyfriend, ok?", "nah [name] is my boyfriend, ok?"),
        ("Where does Robin set his hourly rate?", "Where does [name] set his hourly rate?"),
        ("dawn is our bookkeeper", "[name] is our bookkeeper"),
    ],
)
def test_whoever_does_something_is_somebody(text: str, wanted: str) -> None:
    assert Names(EXPORT).hide(text) == wanted
    assert Names(EXPORT[:3]).hide(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Will you send it?",
        "Mark it as read.",
        "Chase the invoice.",
        "Hope you can do it.",
        "May we end it in May?",
        "Bill shows the wrong sum.",
        "bill shows the wrong sum",
        "Page opens the wrong thing.",
        "Rose and olive are colours.",
        "Turn it with an Allen key.",
        "Do you deliver on St. Patrick's Day?",
        "The order is for Kerry Foods.",
        "Can two Victoria Arduino machines share one tap?",
        "Kann man die Farbe noch ändern?",
        "It is done by our partner in Poznan.",
        "Our build server reads it.",
        "Are you open on Easter Monday?",
        "Ruby coloured cups are sold out.",
        "Do you have offices in Florence or Adelaide?",
        "what is the tax in ireland",
        "Does Bill include the tax?",
        "the app doesnt start, mail dont come",
    ],
)
def test_a_word_that_does_nothing_of_people_stays(text: str) -> None:
    assert Names(EXPORT).hide(text) == text
    assert Names(EXPORT[:3]).hide(text) == text


def test_whoever_did_something_in_french_is_somebody() -> None:
    names = Names([("Où est la lettre ? Je n'ai pas reçu la lettre.", "Elle est chez vous.")])
    said = "Marguerite n'a pas reçu la lettre."
    assert names.hide(said) == said.replace("Marguerite", "[name]")


def test_the_words_of_a_text_in_dutch_are_known() -> None:
    asked, said = "Hoe vaak moet het filter vervangen worden?", "Na twee maanden of 400 koppen."
    names = Names([(asked, said)])
    assert (names.hide(asked), names.hide(said)) == (asked, said)


def test_a_few_conversations_do_not_tell_what_a_word_is() -> None:
    few = Names(EXPORT[:3])
    text = "Open Qxlorb Zwantek. Frank advice is given. The Orange tariff ends in November."
    assert few.hide(text) == text


def test_where_nouns_have_capitals_what_stands_around_a_name_tells() -> None:
    said = "Am Montag hat im Keller unser Helfer die Pumpe geprüft."
    names = Names([*EXPORT, (said, said)])
    named = said.replace("Helfer", "Helfer Qxlorb Zwantek")
    assert names.hide(named) == said.replace("Helfer", "Helfer [name]")
    apposed = said.replace("unser Helfer", "der Helfer, Qxlorb Zwantek,")
    assert names.hide(apposed) == said.replace("unser Helfer", "der Helfer, [name],")


def test_a_name_that_one_writes_small_stays_a_name() -> None:
    export = [*EXPORT, ("It was qxlorb.", "Hold on."), ("I saw Qxlorb Zwantek.", "Hold on.")]
    assert Names(export).hide("I saw Qxlorb Zwantek.") == "I saw [name]."


def test_what_both_sides_say_is_no_name() -> None:
    told = [*EXPORT, ("Where is the Qxlorb Zwantek?", "The Qxlorb Zwantek is in the cellar.")]
    assert "Qxlorb Zwantek" in Names(told).hide("Turn the Qxlorb Zwantek on.")


def test_what_may_be_a_name_is_told() -> None:
    names = Names(EXPORT)
    assert names.possible("It was fixed by Qxlorb in the end.") == ["Qxlorb"]
    assert names.possible("Qxlorb on nights was there. Ask for zwantek.") == ["Qxlorb", "zwantek"]
    assert names.possible("Leave the Green Saver online.") == []
    text = "My Wilma asked. Can I ask Can? Legen Sie es hin. It is an Orrin 60."
    german = "Legen Sie es bitte wieder hin, wir brauchen es nicht."
    assert Names([(german, text)]).possible(text) == ["My Wilma", "Can"]


@pytest.mark.parametrize(
    "address",
    [
        "Lindenstraße 14, 50674 Auental",
        "Am Alten Markt 66a, 11870 Bremberg",
        "Goethestr. 7",
        "98 Elm Grove, Norby LS3 2PQ",
        "Flat 3, 89 Harbour Road, Holmfirth HD9 1AB",
        "1593 Maple Avenue, Springfield, IL 62704",
        "8 bis, avenue Jean-Moulin, 78813 Rivalta",
        "Oude Gracht 26-2, 3526 XK Wijkdam",
        "Piazza Garibaldi 4, 20122 Rivalta",
        "Avda. de la Paz 3, 2º B, 28001 Rivalta",
    ],
)
def test_addresses_are_hidden(address: str) -> None:
    assert hide_addresses(f"It is at {address}.") == "It is at [address]."


@pytest.mark.parametrize(
    "text",
    [
        "Press F4 on page 3, then Setup 5.",
        "5 Google Drive folders and 64 GB RAM",
        "am 12. März 2026 um 9 Uhr, nach 30 Tagen",
        "Error 12345 in Version 2024 LTS",
    ],
)
def test_numbers_that_are_no_addresses_stay(text: str) -> None:
    assert hide_addresses(text) == text


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "A'a" * 30_000, "Aa-" * 2_600, "Aa B " * 1_600, "A.a " * 2_000]
)
def test_text_of_no_sense_takes_no_time(text: str) -> None:
    talk = (Message("customer", text), Message("staff", text))
    candidates_from([Conversation("ticket 0", "Hello", ())])  # which loads the lists of names
    began = time.process_time()
    candidates_from([Conversation("ticket 1", text * 2, talk)])
    assert time.process_time() - began < 5


def test_a_letter_that_was_passed_on_is_the_question() -> None:
    head = "---------- Forwarded message ---------\nFrom: Ann Lee <ann@post.example>\nTo: Desk\n\n"
    asked = "How do I drain the meter before frost?"
    told = "Shut the stopcock and let two litres run out."
    talk = (Message("customer", head + asked), Message("staff", told))
    (found,) = candidates_from([Conversation("ticket 1", "", talk)])
    assert (found.question, found.answer) == (asked, told)
    own = "Does that go for gas meters, too?"
    quoted = f"{own}\n\n-----Original Message-----\nFrom: Desk\nSent: today\n\n{told}"
    talk = (Message("customer", quoted), Message("staff", told))
    assert candidates_from([Conversation("ticket 1", "", talk)])[0].question == own


def test_an_address_that_robots_shall_not_read_is_hidden() -> None:
    asked = "Where is it? Write to jo.doe (at) post.example or jo [at] post [dot] example."
    talk = (Message("customer", asked), Message("staff", "It is in the cellar behind the door."))
    (found,) = candidates_from([Conversation("ticket 1", "", talk)])
    assert found.question == "Where is it? Write to [email] or [email]."
