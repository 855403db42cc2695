"""PDF pages in reading order, and mail with all its texts."""

import base64
import io
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract


def pdf(draw: Callable[[Any], None]) -> Extracted:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return extract(".pdf", out.getvalue())


def lines(canvas: Any, *texts: str, x: int = 60, y: int = 700) -> None:
    for at, text in enumerate(texts):
        canvas.drawString(x, y - 14 * at, text)


def test_columns_are_read_one_after_the_other() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "Returns of all products in both regions of the world", y=740)
        lines(canvas, "Returns in the EU are free of", "charge for 30 days after")
        lines(canvas, "Returns in the US cost 8", "dollars for 14 days after", x=330)

    text = pdf(draw).text
    assert "EU are free of charge for 30 days after" in text
    assert "US cost 8 dollars for 14 days after" in text


def test_words_broken_at_line_ends_are_whole() -> None:
    assert "battery costs" in pdf(lambda c: lines(c, "The spare bat-", "tery costs 12.")).text
    words = ("A well-known brand.", "It is the well-", "known one.")
    assert "the well-known one" in pdf(lambda c: lines(c, *words)).text


def test_a_sentence_goes_on_over_the_page_without_its_running_titles() -> None:
    def draw(canvas: Any) -> None:
        for page, text in enumerate(("The customer gets a", "full refund. Part two", "is short.")):
            canvas.drawString(60, 815, "Handbook")
            canvas.drawString(60, 500, text)
            canvas.drawString(280, 30, f"Page {page + 1} of 3")
            canvas.showPage()

    found = pdf(draw)
    assert found.text == "The customer gets a full refund. Part two is short.\n"


def test_tables_keep_empty_cells() -> None:
    out = io.BytesIO()
    rows = [["Region", "Standard", "Express"], ["EU", "4.90", "9.90"], ["US", "", "15.00"]]
    SimpleDocTemplate(out).build([Table(rows)])
    found = extract(".pdf", out.getvalue())
    assert found.text == "Region | Standard | Express\nEU | 4.90 | 9.90\nUS |  | 15.00\n"
    assert found.tables[0].columns == "Region | Standard | Express"


def test_cells_of_several_lines_are_in_one_row() -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph

    style = getSampleStyleSheet()["Normal"]
    long = (
        "Ten gigabytes of storage and mail support on working days",
        "Fifty gigabytes of storage, telephone support and a spare battery each year",
    )
    rows: list[list[Any]] = [["Plan", "What it holds"]]
    rows += [[n, Paragraph(t, style)] for n, t in zip(("Basic", "Plus"), long, strict=True)]
    out = io.BytesIO()
    SimpleDocTemplate(out).build([Table(rows, colWidths=[80, 150])])
    text = extract(".pdf", out.getvalue()).text
    assert text == f"Plan | What it holds\nBasic | {long[0]}\nPlus | {long[1]}\n"


def test_hyphens_that_are_meant_stay() -> None:
    parts = ("Der Innen-", "und Außendienst mit E-", "Mail und 24-", "Stunden-Hotline.")
    assert pdf(lambda c: lines(c, *parts)).text == (
        "Der Innen- und Außendienst mit E-Mail und 24-Stunden-Hotline.\n"
    )


def pages(*texts: str, foot: str = "") -> str:
    def draw(canvas: Any) -> None:
        for number, text in enumerate(texts, start=1):
            if number > 1:
                canvas.showPage()
            canvas.drawString(60, 500, text)
            canvas.drawString(60, 60, foot if number == 1 else "")
            canvas.drawString(60, 820, "Chapter 3: Power")
            canvas.drawString(280, 30, f"- {number} -")

    return pdf(draw).text


def test_sentences_go_on_over_two_pages_whatever_follows() -> None:
    assert pages("It is free from", "Monday on.") == "It is free from Monday on.\n"
    assert pages("A spare bat-", "tery costs 12.") == "A spare battery costs 12.\n"
    text = pages("If it was lost, we send a", "new one.", foot="1 Only in the EU.")
    assert text.startswith("If it was lost, we send a new one.\n")


def test_text_at_the_edges_of_all_pages_is_kept_where_there_is_no_other() -> None:
    def draw(canvas: Any) -> None:
        for number in range(3):
            canvas.drawString(60, 800, f"Rule {number}.")
            canvas.showPage()

    assert "Rule 2." in pdf(draw).text


def test_links_of_pages_have_their_address() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "Fill in this form.")
        canvas.linkURL("https://a.example/c7", (60, 695, 160, 712))

    assert pdf(draw).text == "Fill in this form (https://a.example/c7).\n"


def test_form_values_stand_beside_their_labels() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "Notice period:")
        canvas.acroForm.textfield(name="n", value="3 months", x=200, y=692, width=99, height=16)

    assert "Notice period: 3 months" in pdf(draw).text.replace("|", "").replace("  ", " ")


def test_pages_that_are_pictures_are_named() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Any) -> None:
        lines(canvas, "See the next page.")
        canvas.showPage()
        canvas.drawImage(ImageReader(Image.new("RGB", (90, 30), "white")), 60, 400)

    assert pdf(draw).notes[0].startswith("page 2 of it: a picture without text")

    def titled(canvas: Any) -> None:
        for number in range(3):
            canvas.drawString(60, 825, "Handbook")
            if number == 1:
                canvas.drawImage(ImageReader(Image.new("RGB", (90, 30), "white")), 60, 400)
            else:
                lines(canvas, f"Text of page {number}.")
            canvas.showPage()

    assert pdf(titled).notes[0].startswith("page 2 of it: a picture without text")
    with pytest.raises(DocumentError, match="OCR"):
        pdf(lambda c: c.drawImage(ImageReader(Image.new("RGB", (90, 30))), 60, 400))


def test_the_title_comes_from_the_properties_unless_a_program_made_it_up() -> None:
    assert pdf(lambda c: (c.setTitle("Data"), lines(c, "Text."))).title == "Data"
    made_up = "Microsoft Word - final_v3.docx"
    for title in (made_up, "PowerPoint Presentation", "Document1", "unbenannt"):
        assert pdf(lambda c, t=title: (c.setTitle(t), lines(c, "Text."))).title == ""


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
     "________________________________\nFrom: Ann\nSent: Monday\nTo: Bob"],
)  # fmt: skip
def test_what_outlook_quotes_is_an_earlier_message(head: str) -> None:
    text = read(mail(f"Yes.\n\n{head}\n\nHow long?\n"))
    assert text.index("Yes.") < text.index("### Earlier message") < text.index("How long?")


@pytest.mark.parametrize("greeting", ["Best regards", "Mit freundlichen Grüßen,", "Cordialement"])
def test_a_signature_begins_with_a_greeting(greeting: str) -> None:
    text = read(mail(f"Hold it.\n\n{greeting}\n\nKim Lee\nTel. 555-0100\n"))
    assert text.index("Hold it.") < text.index("### Signature") < text.index("Kim Lee")


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


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.log", "a.vcf", "a.txt"])
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


def test_a_charset_that_nobody_knows() -> None:
    data = b'From: a@b.c\nSubject: x\nContent-Type: text/plain; charset="x-none"\n\nF\xfcr alle.\n'
    assert "Für alle." in extract(".eml", data).text


def test_a_mailbox_is_read_message_by_message() -> None:
    parts = [mail(f"Answer {n}.", subject=f"Case {n}").as_bytes() for n in (1, 2)]
    data = b"".join(b"From a@b.c Sat Jan 3 01:05:34 2026\n" + part + b"\n" for part in parts)
    found = extract(".mbox", data)
    assert [label for _, label in found.pages] == ["message 1", "message 2"]
    assert "# Case 2" in found.text and "Answer 2." in found.text
