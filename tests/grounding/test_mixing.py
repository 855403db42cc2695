"""Parts of a passage that a sentence mixes, and sentences that only say it in another way."""

import pytest
from langchain_core.documents import Document

from chatbot.grounding.citations import verify

TEXT = """# Rules

The station opens at 8:30 am and closes at 7 pm from April to October, and at 5 pm in winter.
A missed appointment is charged at £35, for hygienist visits at £20.
Helmets are included free of charge; child seats cost 3 EUR per day.
The gel must be stored below 8 °C and must not be frozen.
Firmware 2.4 supports USB-C; firmware 2.3 does not.
The red wire is positive and the black wire is negative; the yellow wire carries the signal.
Private patients are seen on Mondays, patients with public insurance from Tuesday to Friday.
The pool closes at 10 pm every day except Sunday.
Data of customers in the EU is stored in Finland, data of customers in the US in Ohio.
Boxes must not weigh more than 20 kg.
Controllers last two and a half years.

| Treatment | Plus plan | Without a plan |
|---|---|---|
| Filling | 70 | 140 |

A half day ends after 1, 2, 3 or 4 hours.
"""
GERMAN = """# Heizung

Die Wartung einer Therme kostet 129 Euro. Für Ölkessel berechnen wir 164 Euro.
Die Gewährleistung beträgt zwei Jahre, für den Brenner drei Jahre.
Der Notdienst ist samstags von 8 bis 14 Uhr erreichbar, sonntags ist er nicht besetzt.
Bei Frost darf die Anlage nicht abgeschaltet werden.
Der Sensor hat eine dreijährige Garantie und kostet zweihundertfünfzig Euro pro Saison.
"""


def unsupported(claim: str, text: str) -> list[str]:
    meta = {"path": "a.md", "start": 0, "title": "", "heading": "", "columns": ""}
    return [item.reason for item in verify(claim, [Document(text, metadata=meta)]).unsupported]


@pytest.mark.parametrize(
    "claim",
    [
        "From April to October the station closes at 5 pm.",
        "A missed appointment is charged at £20.",
        "Helmets cost 3 EUR per day.",
        "A child seat costs 3 EUR per week.",
        "The gel must be frozen.",
        "Firmware 2.3 supports USB-C.",
        "The black wire carries the signal.",
        "Private patients are seen on Tuesdays.",
        "On Sunday the pool closes at 10 pm.",
        "Data of customers in the EU is stored in Ohio.",
        "Boxes must weigh more than 20 kg.",
        "A filling costs 70 without a plan.",
        "Controllers last two years.",
        "A service of the pool is a filling.",
    ],
)
def test_what_is_mixed_is_unsupported(claim: str) -> None:
    assert unsupported(claim, TEXT)


@pytest.mark.parametrize(
    "claim",
    [
        "From April to October the station is open from 8:30 am to 7 pm.",
        "If you miss a hygienist visit you pay £20.",
        "Child seats are 3 EUR a day.",
        "Never freeze the gel.",
        "USB-C isn't supported by firmware 2.3.",
        "The yellow wire carries the signal.",
        "Patients with public insurance are seen Tuesday to Friday.",
        "Data of US customers is stored in Ohio.",
        "A box may weigh 20 kg at most.",
        "A filling is 140 without a plan.",
        "Controllers last 2½ years.",
        "A half day ends after 4 hours.",
    ],
)
def test_what_is_said_in_another_way_is_supported(claim: str) -> None:
    assert unsupported(claim, TEXT) == []


@pytest.mark.parametrize(
    ("claim", "good"),
    [
        ("Eine Wartung der Therme kostet 164 Euro.", False),
        ("Für einen Ölkessel kostet die Wartung 164 Euro.", True),
        ("Die Gewährleistung für den Brenner beträgt zwei Jahre.", False),
        ("Auf den Brenner haben Sie 3 Jahre Gewährleistung.", True),
        ("Samstags erreichen Sie den Notdienst von 8 bis 14 Uhr.", True),
        ("Der Notdienst ist sonntags von 8 bis 14 Uhr erreichbar.", False),
        ("Bei Frost dürfen Sie die Anlage nicht abschalten.", True),
        ("Bei Frost darf die Anlage abgeschaltet werden.", False),
        ("Der Sensor hat 3 Jahre Garantie.", True),
        ("Der Sensor hat 2 Jahre Garantie.", False),
        ("Der Sensor kostet 250 Euro pro Saison.", True),
        ("Der Sensor kostet 250 Euro pro Monat.", False),
    ],
)
def test_german_is_read_by_its_own_words(claim: str, good: bool) -> None:
    assert (unsupported(claim, GERMAN) == []) is good


def test_the_price_of_others_is_not_that_of_members() -> None:
    text = "An RX20 costs £149, or £119 for holders of a Gala or Crown ticket."
    page = Document(text, metadata={"path": "a.md", "start": 0, "title": "Prices"})
    assert verify("An RX20 costs £149 for holders of a Crown ticket.", [page]).unsupported
    assert not verify("An RX20 costs £119 for holders of a Crown ticket.", [page]).unsupported
    assert not verify("An RX20 costs £149.", [page]).unsupported
