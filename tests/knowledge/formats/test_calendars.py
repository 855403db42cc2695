"""Calendars and address cards, read as their programs show them."""

import time

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.formats import extract

DEPOT = """BEGIN:VCALENDAR
PRODID:-//x//
X-WR-CALNAME:Depot calendar
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:7@x
DTSTART;VALUE=DATE:20260605
DTEND;VALUE=DATE:20260608
SUMMARY:Stock take\\, closed
DESCRIPTION:Returns by po
 st.\\n\\nHotline until 13:30\\; then voicemail.
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260914T104500
DTEND;TZID=Europe/Berlin:20260914T111500
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20261231T000000Z
LOCATION:Hall B
STATUS:CANCELLED
SUMMARY:Fire drill
DESCRIPTION:<p>Use <b>exit 4</b>.</p>
no line at all
END:VEVENT
END:VCALENDAR
"""


def test_events_stand_under_their_names_with_day_and_place() -> None:
    found = extract(".ics", DEPOT.replace("\n", "\r\n").encode())
    assert found.title == "Depot calendar"
    assert found.text == (
        "# Depot calendar\n\n## Stock take, closed\n\nWhen: 2026-06-05 to 2026-06-07\n\n"
        "Returns by post.\n\nHotline until 13:30; then voicemail.\n\n## Fire drill\n\n"
        "When: 2026-09-14 10:45 to 11:15 (Europe/Berlin); "
        "Repeats: every 2 weeks on MO, WE until 2026-12-31 00:00 UTC; "
        "Where: Hall B; Status: cancelled\n\nUse exit 4.\n"
    )


@pytest.mark.parametrize(
    ("start", "lasts", "want"),
    [
        (":20260914T104500Z", "PT1H30M", "2026-09-14 10:45 UTC to 12:15 UTC"),
        (";TZID=Europe/Berlin:20260914T233000", "PT45M",
         "2026-09-14 23:30 to 2026-09-15 00:15 (Europe/Berlin)"),
        (";VALUE=DATE:20260605", "P3D", "2026-06-05 to 2026-06-07"),
        (";VALUE=DATE:20260605", "P1W", "2026-06-05 to 2026-06-11"),
        (";VALUE=DATE:20260605", "soon", "2026-06-05"),
        (":20260914T104500", "P9999999999W", "2026-09-14 10:45"),
    ],
)  # fmt: skip
def test_an_event_ends_when_its_time_is_over(start: str, lasts: str, want: str) -> None:
    event = f"BEGIN:VEVENT\nDTSTART{start}\nDURATION:{lasts}\nSUMMARY:Drill\nEND:VEVENT"
    found = extract(".ics", f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n".encode())
    assert found.text == f"## Drill\n\nWhen: {want}\n"


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        ("VERSION:3.0\nFN:Tove Aalto\nORG:Quay Works;Dock 3\nitem1.TEL;TYPE=WORK,VOICE:+358 9\n"
         "NOTE:9 to 5\\; not Sundays\nPHOTO;ENCODING=b:/9j/4AAQ",
         "Organisation: Quay Works, Dock 3; Telephone (work): +358 9; Note: 9 to 5; not Sundays"),
        ("VERSION:2.1\nN:Aalto;Tove\nTEL;CELL:+1\nADR;HOME:;;Kade 5;Bonn;;53111;\n"
         "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=\n=C3=9Fe",
         "Telephone (cell): +1; Address (home): Kade 5, Bonn, 53111; Note: Grüße"),
    ],
)  # fmt: skip
def test_cards_say_who_it_is_and_how_to_reach_them(lines: str, want: str) -> None:
    found = extract(".vcf", f"BEGIN:VCARD\n{lines}\nEND:VCARD\n".encode())
    assert found.text == f"## Tove Aalto\n\n{want}\n"


def test_a_picture_that_ends_with_a_sign_for_more_takes_no_line_with_it() -> None:
    cards = (
        "BEGIN:VCARD\nFN:Ada\nNOTE;ENCODING=QUOTED-PRINTABLE:open =\nlate\n"
        "PHOTO;ENCODING=BASE64;JPEG:/9j/4AA=\nEND:VCARD\nBEGIN:VCARD\nFN:Bo\nTEL:1\nEND:VCARD\n"
    )
    found = extract(".vcf", cards.encode())
    assert found.text == "## Ada\n\nNote: open late\n\n## Bo\n\nTelephone: 1\n"


def test_entries_that_nothing_ends_are_read() -> None:
    half = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:One\nBEGIN:VALARM\nEND:VEVENT\n"
        "BEGIN:VEVENT\nSUMMARY:Two\nLOCATION:A\nBEGIN:VEVENT\nSUMMARY:Three\nLOCATION:B\n"
    )
    text = extract(".ics", half.encode()).text
    assert text == "## One\n\n## Two\n\nWhere: A\n\n## Three\n\nWhere: B\n"


def test_other_files_under_these_endings_say_so() -> None:
    for suffix in (".ics", ".vcf"):
        with pytest.raises(DocumentError, match="holds no V"):
            extract(suffix, b"Dear all")


def test_damaged_calendars_are_read_in_no_time() -> None:
    for part in ("BEGIN:VEVENT\n", "BEGIN:A\n", 'A;b="', "END:VEVENT\n", ";X:", "=\n"):
        began = time.process_time()
        extract(".ics", f"BEGIN:VCALENDAR\nN;ENCODING=QUOTED-PRINTABLE:{part * 20_000}".encode())
        assert time.process_time() - began < 5
