"""Mail with all its texts."""

import base64
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.mail import is_stub
from chatbot.knowledge.formats.quotes import own_words, page_text, quoted_words
from tests.support.documents import load


def test_mail_has_its_subject_as_title(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Late parcel", "kim@example.com"
    message.set_content("The parcel is late.")
    message.add_attachment(b"x", maintype="a", subtype="b", filename="label.bin")
    (tmp_path / "m.eml").write_bytes(message.as_bytes())
    document = load(tmp_path / "m.eml")
    assert document.title == "Late parcel"
    assert "The parcel is late." in document.text and "label.bin" in document.text


def mail(body: str = "FYI", **heads: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", heads.get("subject", "Hub")
    message.set_content(body)
    return message


def read(message: Any) -> str:
    return extract(".eml", message.as_bytes()).text


def test_every_text_of_a_message_is_read() -> None:
    message = MIMEMultipart("mixed")
    message["From"], message["Subject"] = "a@example.com", "Light"
    picture = MIMEBase("image", "png")
    picture.set_payload("aGk=")
    for part in (MIMEText("Look:\n"), picture, MIMEText("Hold the pin for 12 seconds.\n")):
        message.attach(part)
    text = read(message)
    assert "Look:" in text and "12 seconds" in text and "None" not in text


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_subject_in_no_encoding_that_it_names_is_read(encoding: str) -> None:
    head = f"Subject: Rückgabe\nContent-Type: text/plain; charset={encoding}\n\nZurück.\n"
    found = extract(".eml", head.encode(encoding))
    assert found.title == "Rückgabe" and found.text == "Subject: Rückgabe\n\nZurück.\n"


def test_a_subject_of_which_a_part_names_its_encoding_is_read() -> None:
    head = "From: a@example.com\nSubject: Größe =?utf-8?q?=C3=BCber?=\n\nFYI\n"
    assert extract(".eml", head.encode()).title == "Größe über"


def test_a_message_without_the_parts_that_it_says_it_has_is_read() -> None:
    head = "From: a@example.com\nContent-Type: multipart/mixed\n\nGrüße aus Köln\n"
    assert extract(".eml", head.encode()).text.endswith("\n\nGrüße aus Köln\n")


def test_a_page_that_has_a_name_is_read() -> None:
    message = mail("Your program shows no pages.")
    message.add_alternative("<p>The lamp is 20 euros, and comes with two more.</p>", subtype="html")
    message.get_payload()[1].add_header("Content-Disposition", "inline", filename="body.html")
    assert read(message).endswith("\n\nThe lamp is 20 euros, and comes with two more.\n")


def test_a_message_on_a_page_is_a_message_of_its_own() -> None:
    inner = mail(subject="Inner")
    inner.set_content("<p>The inner page.</p>", subtype="html")
    beside = MIMEMultipart("mixed")
    beside.attach(MIMEText("<p>The outer page says more than that.</p>", "html"))
    beside.attach(MIMEBase("message", "rfc822"))
    beside.get_payload()[1].set_payload([inner])
    message = MIMEMultipart("alternative")
    message["From"] = "a@example.com"
    message.attach(MIMEText("See the page.", "plain"))
    message.attach(beside)
    found = read(message)
    assert "says more than that.\n\n## Forwarded message: Inner\n" in found
    assert found.count("The inner page.") == 1


def test_a_page_in_several_parts_is_read_whole() -> None:
    message = MIMEMultipart("alternative")
    message["Subject"] = "Light"
    inner = MIMEMultipart("mixed")
    file = MIMEBase("application", "pdf")
    file.set_payload("x")
    file.add_header("Content-Disposition", "inline", filename="m.pdf")
    for part in (MIMEText("<p>Look:</p>", "html"), file, MIMEText("<p>Code 77.</p>", "html")):
        inner.attach(part)
    for part in (MIMEText(" "), inner):
        message.attach(part)
    assert read(message) == "Subject: Light\n\nLook:\n\nCode 77.\n\nAttachment: m.pdf\n"


def test_lines_that_the_writers_program_broke_are_joined() -> None:
    message = mail()
    message.replace_header("Content-Type", "text/plain; charset=utf-8; format=flowed; delsp=yes")
    message.set_payload(
        "It is at pier  \n14, and all brin \ngen it.\n> Where \n>  is it?\n-- \nKim\n"
    )
    text = read(message)
    assert "It is at pier 14, and all bringen it." in text and "Where is it?" in text
    message.set_param("delsp", "no")
    message.set_payload("It is at pier \n14.\n")
    assert "It is at pier 14." in read(message)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\xef\xbb\xbf \n"])
def test_what_stands_before_the_first_header_is_passed_over(before: bytes) -> None:
    found = extract(".eml", before + mail("Full.").as_bytes())
    assert found.title == "Hub" and "Full." in found.text


def test_an_attached_text_is_read_in_the_encoding_that_it_names() -> None:
    message = mail()
    key = "Ключ от ворот: код 5538.\n".encode("koi8-r")
    part = MIMEText("", _charset=None)
    part.set_payload(key)
    part.set_param("charset", "koi8-r")
    part.add_header("Content-Disposition", "attachment", filename="key.txt")
    message.add_attachment(b"a", maintype="a", subtype="b", filename="x")
    message.attach(part)
    assert "код 5538" in read(message)


def test_a_report_says_to_whom_a_message_did_not_come() -> None:
    report = (
        "Subject: Undelivered\nContent-Type: multipart/report; boundary=x\n\n--x\n\nFull.\n--x\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; kim@example.com\nStatus: 5.2.2\n\n--x--\n"
    )
    text = extract(".eml", report.encode()).text
    assert "Full." in text and "kim@example.com\nStatus: 5.2.2" in text


def test_forwarded_messages_and_attachments_are_read() -> None:
    message = mail()
    message.add_attachment(mail("It fixes E-77.", subject="Firmware"))
    message.add_attachment(b"Hub;129\n", maintype="text", subtype="csv", filename="p.csv")
    page = b"<p>From <b>May</b>.</p>"
    message.add_attachment(page, maintype="text", subtype="html", filename="p.html")
    text = read(message)
    assert "## Forwarded message: Firmware" in text and "It fixes E-77." in text
    assert "Attachment: p.csv" in text and "Hub;129" in text and "From May." in text


@pytest.mark.parametrize("plain", ["", "Your mail program cannot show this."])
def test_the_page_is_read_where_the_plain_text_says_nothing(plain: str) -> None:
    message = mail(plain)
    message.add_alternative("<p>The hotline is open on Saturdays.</p>", subtype="html")
    assert "open on Saturdays" in read(message)


def test_the_plain_text_is_read_where_it_says_the_same() -> None:
    message = mail("The hotline is\nopen on Saturdays.")
    message.add_alternative("<p>The hotline is <b>open</b> on Saturdays.</p>", subtype="html")
    assert read(message).count("hotline") == 1


def test_quotes_and_signatures_stand_under_headings_of_their_own() -> None:
    body = "Yes, 30 days.\n\n-- \nKim, 555-0100\n\nOn Monday, 3 May 2026 Ann wrote:\n> How long?\n"
    text = read(mail(body))
    assert text.index("30 days") < text.index("### Signature") < text.index("555-0100")
    assert text.index("### Earlier message") < text.index("How long?")


def test_the_page_is_read_where_it_says_more() -> None:
    message = mail("Dear Kim,\nour new prices are in the table of this message.\n")
    page = "<p>Dear Kim,</p><p>our new prices are in the table of this message.</p>"
    page += "<table><tr><th>Plan<th>Price<tr><td>Plus<td>9 euros</table>"
    message.add_alternative(page, subtype="html")
    assert "Plus | 9 euros" in read(message)


def test_questions_stand_above_their_answers() -> None:
    body = "See below.\n\n> How long?\n\n30 days.\n\n> And in the US?\n\n45 days.\n"
    text = read(mail(body))
    assert text.index("> How long?") < text.index("30 days.") < text.index("> And in the US?")
    assert "Earlier" not in text


@pytest.mark.parametrize(
    "head",
    ["Von: Ann <a@b.c>\nGesendet: Montag, 3. Mai 2026\nAn: Bob\nBetreff: Frist",
     "*From:* Ann\n*Sent:* Monday, May 3, 2026\n*To:* Bob\n*Subject:* Returns",
     "________________________________\nFrom: Ann\nSent: Monday\nTo: Bob",
     "De: Ann\nEnviada em: segunda-feira, 4 de maio de 2026\nPara: Bob\nAssunto: Prazo",
     "Od: Ann\nWysłano: poniedziałek, 4 maja 2026\nDo: Bob\nTemat: Termin",
     "Från: Ann\nSkickat: den 4 maj 2026\nTill: Bob\nÄmne: Frist",
     "От: Ann\nОтправлено: 4 мая 2026 г.\nКому: Bob\nТема: Срок",
     "差出人: Ann\n送信日時: 2026年5月4日\n宛先: Bob\n件名: 期限"],
)  # fmt: skip
def test_what_outlook_quotes_is_an_earlier_message(head: str) -> None:
    text = read(mail(f"Yes.\n\n{head}\n\nHow long?\n"))
    assert text.index("Yes.") < text.index("### Earlier message") < text.index("How long?")


HEAD = "From: Acme <help@acme.example>\nSent: Monday\nTo: Ann;\n Bob;\n Cy\nSubject: RE: Hub"
DE = "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Acme Kundendienst Nord <"
EN = "On Mon, Jan 5, 2026 at 10:00 AM Acme <help@acme.example>\nwrote:"
LETTERS = {
    "below": ("On 1/5/26 10:00, Acme wrote:\n> Which?\n\nK2. How long?", "K2. How long?", "Which?"),
    "between": (
        "Hi,\n\nOn 1/5/26, Acme wrote:\n> Which?\nK2.\n> When?\nIn May.",
        "Hi,\n\n> Which?\n\nK2.\n\n> When?\n\nIn May.",
        "",
    ),
    "closed": (
        "How long?\n\nOn 1/5/26, Acme wrote:\n> Which?\n\nCheers,\nAnn",
        "How long?",
        "Which?",
    ),
    "day": ("K2?\n\nOn Monday, Acme wrote:\nWhich?", "K2?", "Which?"),
    "wrapped": (f"How long?\n\n{EN}\n\n> Which?\n>\n> > A hub.", "How long?", "Which?\n\n> A hub."),
    "address": (f"How long?\n\n{DE}\nhelp@acme.example>:\n\n> Which?", "How long?", "Which?"),
    "unmarked": (f"How long?\n\n{EN}\n\nWhich?\n\nAcme", "How long?", "Which?\n\nAcme"),
    "outlook": (
        f"How long?\n\n{HEAD}\n\nWhich?\n\n{HEAD}\n\nHub.",
        "How long?",
        f"Which?\n\n{HEAD}\n\nHub.",
    ),
    "sentence": ("On 5 May I rang.\nOn 6 May Ann wrote:\n> Which?", "On 5 May I rang.", "Which?"),
    "no date": ("On your page somebody wrote:\nin 30 days. Is it so?",) * 2 + ("",),
}


@pytest.mark.parametrize("name", LETTERS)
def test_what_is_quoted_is_told_from_what_is_written(name: str) -> None:
    text, own, quoted = LETTERS[name]
    assert (own_words(text), quoted_words(text).strip()) == (own, quoted)


NOTICE = "This e-mail and its attachments\nare confidential."


@pytest.mark.parametrize(
    ("below", "own"),
    [
        ("Ann Miller\nCustomer Ltd.", "Ann Miller\nCustomer Ltd."),
        ("Gesendet von Outlook für Android", ""),
        ("Sent from Yahoo Mail on Android", ""),
        ("Envoyé depuis mon téléphone Orange", ""),
        (NOTICE, ""),
        (f"Ann\n\n{NOTICE}", "Ann"),
    ],
)
def test_what_stands_below_a_quote_makes_it_no_part_of_a_letter(below: str, own: str) -> None:
    text = f"How long?\n\nOn 1/5/26, Acme wrote:\n> Which?\n\n{below}"
    assert own_words(text) == f"How long?\n\n{own}".strip()
    assert quoted_words(text).strip() == "Which?"


@pytest.mark.parametrize(
    "line",
    [
        "This message is about the hub.",
        "This order is confidential.",
        "Sent from Bonn. Not here yet.",
        "Vertraulichkeit: wie lange?",
    ],
)
def test_a_sentence_is_no_notice(line: str) -> None:
    assert own_words(f"Hello,\n\n{line}") == f"Hello,\n\n{line}"


@pytest.mark.parametrize(
    ("line", "closes"),
    [
        ("Bien cordialement,", True),
        ("Je vous prie d'agréer, Madame, mes salutations distinguées.", True),
        ("Un cordial saludo,", True),
        ("Schöne Grüße aus Kiel", True),
        ("Mit freundlichem Gruß", True),
        ("Thanks and regards,", True),
        ("Best,", True),
        ("Best of all,", False),
        ("Grüß Gott,", False),
        ("Veuillez patienter,", False),
        ("Regards the second step:", False),
    ],
)
def test_what_stands_below_a_closing_is_a_signature(line: str, closes: bool) -> None:
    signature = "Ann Miller\nService\nAcme Ltd. – 12 Port Street – 44000 Nantes\nTel. 02 40 55"
    assert (own_words(f"Press it.\n\n{line}\n\n{signature}") == "Press it.") == closes


@pytest.mark.parametrize(
    "said",
    [
        "Salutations,\n\nComment changer mon mot de passe ?\n\nMerci",
        "Grüße Sie,\n\nwie ändere ich mein Passwort?\n\nHans",
        "Veuillez recevoir ci-joint la facture.\nElle a une erreur.",
        "Veuillez agréer ma demande.\nMon numéro est 12.",
        "Thanks for it.\nGrüßen Sie bitte Ann.\nThe lamp blinks.",
        "I write to you with\nregards to my order.\nWhere is it?",
        "Je cherche une\nbonne journée de ski\npour dix personnes.",
        "I have:\n\nLG\nKappa\nOmega",
        "Kappa\nLG\nOmega",
        "Good\nBetter\nBest\nThe manual says nothing of it.",
    ],
)
def test_what_begins_as_a_closing_does_is_no_signature(said: str) -> None:
    assert own_words(said).split() == said.split()


@pytest.mark.parametrize("above", ["Press it.", "Press it\n\nDanke", "Press it!"])
@pytest.mark.parametrize("line", ["LG", "lg,", "VG", "regards", "Best,"])
def test_short_closings_above_a_name(above: str, line: str) -> None:
    assert own_words(f"{above}\n{line}\nAnn Miller") == above


def test_what_a_quoted_message_quotes_is_the_one_before() -> None:
    text = f"How long?\n\n{HEAD}\n\nWhich?\n\n{HEAD}\n\nHub."
    assert quoted_words(quoted_words(text)) == "Hub."
    apple = "How long?\n\n> On 5 Jan 2026, at 10:00, Acme wrote:\n>\n> Which?"
    assert quoted_words(apple) == "Which?"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("On 1/5/26, A wrote:<blockquote>Which?<p>When?</blockquote><p>K2.",
         "On 1/5/26, A wrote:\n\n> Which?\n>\n> When?\n\nK2."),
        ("Hi<blockquote>One<blockquote>Two</blockquote></blockquote>", "Hi\n\n> One\n>\n> > Two"),
        ("Mine:<blockquote style='margin:0 0 0 40px;border:none'>Two</blockquote>", "Mine:\n\nTwo"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_a_page_quotes_is_marked(page: str, text: str) -> None:
    assert page_text(page) == text


@pytest.mark.parametrize(
    "line",
    [
        "04.05.2026 09:12 (Europe/Berlin) - Ann Lee schrieb:",
        "2026-05-04 10:00 GMT+02:00 Ann Lee <ann@example.com>:",
        "Ann wrote on 5/4/26 10:00 AM:",
        "Em seg., 4 de mai. de 2026 às 10:00, Ann <ann@example.com> escreveu:",
        "Den mån 4 maj 2026 kl 10:00 skrev Ann <ann@example.com>:",
        "pon., 4 maj 2026 o 10:00 Ann <ann@example.com> napisał(a):",
        "пн, 4 мая 2026 г. в 10:00, Ann <ann@example.com>:",
    ],
)
def test_who_wrote_what_is_quoted_is_no_part_of_a_letter(line: str) -> None:
    assert own_words(f"Hold it.\n\n{line}\n\n> Which?\n") == "Hold it."


def test_a_sentence_above_a_quote_is_part_of_a_letter() -> None:
    said = "We meet on 4 May 2026 at 10:00, please read:"
    assert own_words(f"{said}\n\n> The rules.\n") == said


@pytest.mark.parametrize(
    "greeting",
    [
        "Best regards",
        "Mit freundlichen Grüßen,",
        "Cordialement",
        "Beste Grüße / Best regards",
        "Atentamente,",
        "Atenciosamente,",
        "Pozdrawiam",
        "Med vänliga hälsningar",
        "С уважением,",
        "Many thanks,",
    ],
)
def test_a_signature_begins_with_a_greeting(greeting: str) -> None:
    text = read(mail(f"Hold it.\n\n{greeting}\n\nKim Lee\nTel. 555-0100\n"))
    assert text.index("Hold it.") < text.index("### Signature") < text.index("Kim Lee")


def test_thanks_above_a_sentence_begin_no_signature() -> None:
    for text in ("Thanks!\n\nHow long is it?", "Got it.\n\nThanks,\nthe parcel came today."):
        assert own_words(text) == text


def test_a_text_signed_by_openpgp_is_read_without_its_armour() -> None:
    key = "-----BEGIN PGP {0}-----\n\nmQENBFabc\n=xyz\n-----END PGP {0}-----\n"
    body = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHold it.\n- -- \nKim\n"
    text = read(mail(body + key.format("SIGNATURE")))
    assert "Hold it." in text and "PGP" not in text and "mQEN" not in text and "- --" not in text
    assert "mQEN" not in read(mail("Hold it.\n\n" + key.format("PUBLIC KEY BLOCK")))
    told = "Look for -----BEGIN PGP MESSAGE----- in the file."
    assert told in read(mail(told))


def test_messages_are_read_however_they_hang_on_another() -> None:
    inner = mail("It fixes E-77.", subject="Firmware")
    inner.add_attachment(b"log E-80\n", maintype="text", subtype="plain", filename="device")
    file = mail()
    file.add_attachment(
        inner.as_bytes(), maintype="application", subtype="octet-stream", filename="a.eml"
    )
    encoded = MIMEMultipart("mixed")
    encoded["Subject"] = "FYI"
    part = MIMEBase("message", "rfc822")
    part.set_payload(base64.encodebytes(inner.as_bytes()).decode())
    part["Content-Transfer-Encoding"] = "base64"
    encoded.attach(part)
    for message in (file, encoded):
        text = read(message)
        assert "It fixes E-77." in text and "log E-80" in text


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.log", "a.txt"])
def test_attachments_of_text_are_shown(name: str) -> None:
    message = mail()
    message.add_attachment(
        b'{"code": "E-79"}', maintype="application", subtype="octet-stream", filename=name
    )
    assert '{"code": "E-79"}' in read(message)


def test_mail_in_encodings_of_seven_bits() -> None:
    for charset, body in (("utf-7", "Für alle."), ("iso-2022-jp", "返品は30日以内に")):
        head = f"From: a@b.c\nSubject: x\nContent-Type: text/plain; charset={charset}\n\n"
        assert body in extract(".eml", head.encode() + body.encode(charset)).text


def test_japanese_mail_with_signs_of_windows() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
    body = "㈱山田 ①".encode("iso2022_jp_2004").replace(b"\x1b$(Q", b"\x1b$B")
    assert "㈱山田 ①" in extract(".eml", head + body).text


def test_a_charset_with_a_hyphen_too_many() -> None:
    head = b"Subject: x\nContent-Type: text/plain; charset=cp-850\n\n"
    assert "Türöffner" in extract(".eml", head + "Türöffner".encode("cp850")).text


@pytest.mark.parametrize("said", ["iso-8859-1", "us-ascii"])
def test_signs_of_windows_in_mail_that_says_latin_1(said: str) -> None:
    head = f"Subject: x\nContent-Type: text/plain; charset={said}\n\n".encode()
    found = extract(".eml", head + "It’s €5 – “now”".encode("cp1252"))
    assert found.text == "Subject: x\n\nIt’s €5 – “now”\n"


def test_a_message_whose_parts_are_not_where_it_says_is_read() -> None:
    head = b'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="z"\n\n'
    text = extract(".eml", head + b"--b\n\nWithin 30 days.\n--b--\n").text
    assert "Within 30 days." in text


def test_a_charset_that_nobody_knows() -> None:
    data = b'From: a@b.c\nSubject: x\nContent-Type: text/plain; charset="x-none"\n\nF\xfcr alle.\n'
    assert "Für alle." in extract(".eml", data).text


def test_a_mailbox_is_read_message_by_message() -> None:
    parts = [mail(f"Answer {n}.", subject=f"Case {n}").as_bytes() for n in (1, 2)]
    data = b"".join(b"From a@b.c Sat Jan 3 01:05:34 2026\n" + part + b"\n" for part in parts)
    found = extract(".mbox", data)
    assert [label for _, label in found.pages] == ["message 1", "message 2"]
    assert "# Case 2" in found.text and "Answer 2." in found.text


def test_an_invitation_is_read_as_a_calendar() -> None:
    message = EmailMessage()
    message["Subject"] = "Hangar"
    message.set_content("See you.")
    event = "BEGIN:VEVENT\nSUMMARY:Inspection\nDTSTART:20260319T083500\nEND:VEVENT"
    message.add_attachment(f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n", subtype="calendar")
    found = extract(".eml", message.as_bytes()).text
    assert "calendar.ics" in found and "When: 2026-03-19 08:35" in found and "VEVENT" not in found


CALENDAR = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Review\nLOCATION:Room 7\n"
    "DTSTART:20260319T133000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


def test_a_page_beside_an_appointment_is_read() -> None:
    message = MIMEMultipart("alternative")
    message["From"], message["Subject"] = "a@example.com", "Review"
    message.attach(MIMEText("<p>We meet for 45 minutes.</p>", "html"))
    message.attach(MIMEText(CALENDAR, "calendar"))
    found = read(message)
    assert found.index("We meet for 45 minutes.") < found.index("Where: Room 7")


def test_an_appointment_that_is_not_attached_is_read_behind_the_plain_text() -> None:
    message = MIMEMultipart("alternative")
    message["From"], message["Subject"] = "a@example.com", "Review"
    for text, kind in (("Please come.", "plain"), ("<p>Please come.</p>", "html")):
        message.attach(MIMEText(text, kind))
    message.attach(MIMEText(CALENDAR, "calendar"))
    found = read(message)
    assert found.count("Please come.") == 1 and "Where: Room 7" in found


def test_a_letter_without_a_blank_is_compared_with_its_page() -> None:
    """From each of its characters to its end, that took a quarter of an hour."""
    assert is_stub("a" * 600_000, "<p>Hello</p>")


def test_a_message_of_a_mail_box_begins_with_a_sender_and_a_date() -> None:
    box = (
        "From ann@a.example Sat Jan  3 01:05:34 2026\nSubject: Fees\n\nHello.\n\n"
        "From Berlin we ship free.\nFrom 9:30 on 3 May 2026.\n>From Bonn, too.\n\n"
        "From - Sun Jan 04 10:00:00 2026\nSubject: Hours\n\nNine.\n"
    )
    found = extract(".mbox", box.encode())
    assert [label for _, label in found.pages] == ["message 1", "message 2"]
    assert "From Berlin we ship free. From 9:30 on 3 May 2026. From Bonn, too." in " ".join(
        found.text.split()
    )
