"""Times as people say them."""

import pytest

from chatbot.grounding.facts import missing_facts
from chatbot.grounding.reading import read


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("You get in from five in the morning til eleven at night.", "Plus plan: 05:00–23:00"),
        ("The lanes are open from half past six in the morning till five.", "6:30 am – 5 pm"),
        ("On Mondays it is open from ten to six.", "Monday: 10 am to 6 pm"),
        ("A scan is yours by three that afternoon.", "Scans are sent by 3 pm."),
        ("Drop it off between 8 and quarter to nine.", "Drop-off: 8:00 to 8:45"),
        ("Sign-up opens at eight o'clock in the evening.", "Sign-up opens at 20:00."),
        ("It closes at half past nine.", "It closes at 9:30 pm."),
        ("The course runs for a fortnight.", "The course takes 2 weeks."),
        ("You may stay for three quarters of an hour.", "The limit is 45 minutes."),
        ("Ab halb sieben abends ist zu.", "Geöffnet bis 18:30 Uhr"),
        ("Um 8 Uhr abends ist Schluss.", "Wir schließen um 20 Uhr."),
        ("Von 9:00 bis 17:30 Uhr.", "Von 9.00 bis 17.30 Uhr."),
        ("We answer 24 hours a day, 7 days a week.", "We answer 24/7."),
        ("On ferme à six heures et demie du soir.", "Fermeture : 18h30"),
        ("Cierra a las ocho y media de la noche.", "Cierre: 20:30"),
    ],
)
def test_a_time_is_the_same_however_it_is_said(said: str, source: str) -> None:
    assert missing_facts(said, source) == []


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("After eight in the evening nobody answers.", "Nobody answers from 8:00 on."),
        ("It is open till eleven at night.", "Plus plan: 05:00–22:00"),
        ("It opens at half past six in the morning.", "It opens at 6:30 pm."),
        ("It closes at half past nine.", "It closes at 8:30 pm."),
        ("On Mondays it is open from ten to six.", "Monday: 10 am to 5 pm"),
        ("The course runs for a fortnight.", "The course takes 3 weeks."),
        ("Um 8 Uhr abends ist Schluss.", "Wir schließen um 8 Uhr."),
    ],
)
def test_another_half_of_the_day_or_another_hour_is_another_time(said: str, source: str) -> None:
    assert missing_facts(said, source)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mo–Fr von 8 bis 18 Uhr", ("Monday", "Friday")),
        ("lun.-ven. de 9h à 18h", ("Monday", "Friday")),
        ("L-V de 9:00 a 18:00", ("Monday", "Friday")),
        ("Open M-F 9am-5pm", ("Monday", "Friday")),
        ("mar a dom: 10:00", ("Tuesday", "Sunday")),
    ],
)
def test_short_names_of_days_are_read_in_a_range(text: str, days: tuple[str, str]) -> None:
    assert read(text).days[1] == {days}


def test_a_short_name_of_a_day_stands_alone_before_its_hours_only() -> None:
    for text in (
        "So 10–16 Uhr",
        "So: 9.30 bis 12",
        "So 10-12, 14-18",
        "So. 9 Uhr",
        "So geschlossen",
    ):
        assert read(text).days[0] == {"Sunday"}
    for text in (
        "So it is closed.", "So 30 days is the limit.", "So 14 Tage haben Sie Zeit.",
        "Do 2 coats of paint.", "So 2-3 days are usual.", "Do 10-15 minutes of it.",
    ):  # fmt: skip
        assert not read(text).days[0]


def test_what_is_taken_in_the_evening_is_no_hour() -> None:
    said = "Take one in the morning and two in the evening."
    assert missing_facts(said, "Two are taken in the evening, one in the morning.") == []
