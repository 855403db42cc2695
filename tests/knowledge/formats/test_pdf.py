"""PDF pages in reading order."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.layout import lines_in_order
from chatbot.knowledge.formats.pdf import shown_in_field
from chatbot.knowledge.formats.placed import Span
from tests.support.documents import load


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


def test_a_column_can_begin_higher_than_the_other() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "Prices of all our products for this year", y=760)
        lines(canvas, "The dome opens at dusk and all", "of the groups have a guide.", y=688)
        lines(
            canvas,
            "Station twelve shows the sky",
            "of the month of December and",
            "of no other one.",
            x=330,
        )

    text = pdf(draw).text
    assert "a guide.\n\nStation twelve shows the sky of the month of December and of no" in text


def test_a_small_figure_behind_a_word_is_no_part_of_it() -> None:
    def draw(canvas: Any) -> None:
        for word, y in (("Groups of persons", 700), ("It has 12 km", 650)):
            canvas.setFont("Helvetica", 12)
            canvas.drawString(60, y, word)
            end = 60 + canvas.stringWidth(word)
            canvas.setFont("Helvetica", 7)
            canvas.drawString(end, y + 4, "2")

    text = pdf(draw).text
    assert "persons 2" in text and "km2" in text


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


def test_the_number_of_an_only_page_is_left_out() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "One page.", "2 / 3")
        canvas.drawString(280, 30, "Page 1 of 1")

    assert "Page" not in pdf(draw).text and "2 / 3" in pdf(draw).text


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


def test_hyphens_behind_figures_abbreviations_and_single_letters_stay() -> None:
    parts = (
        "A 24-",
        "hour service, a USB-",
        "port, a T-",
        "shirt in A4-",
        "size and a well-",
        "ness.",
    )
    assert pdf(lambda c: lines(c, *parts)).text == (
        "A 24-hour service, a USB-port, a T-shirt in A4-size and a wellness.\n"
    )


def test_words_of_a_text_in_capitals_are_whole() -> None:
    parts = ("IN NO EVENT SHALL ACME BE LIABLE FOR ANY LIABIL-", "ITY OF ANY KIND BY USB-", "C.")
    assert pdf(lambda c: lines(c, *parts)).text == (
        "IN NO EVENT SHALL ACME BE LIABLE FOR ANY LIABILITY OF ANY KIND BY USB-C.\n"
    )


def test_hyphens_in_a_text_in_capitals_stay_behind_figures_and_letters() -> None:
    parts = ("THE LIMITED WARRANTY COMES WITH A 24-", "HOUR SERVICE THAT IS REACHED BY E-", "MAIL.")
    assert pdf(lambda c: lines(c, *parts)).text == (
        "THE LIMITED WARRANTY COMES WITH A 24-HOUR SERVICE THAT IS REACHED BY E-MAIL.\n"
    )


def test_parts_of_a_clause_are_items_and_what_refers_to_one_is_not() -> None:
    parts = ("It is free (a) for you; and", "(b) for firms under section 3 or", "(c) of the terms.")
    assert pdf(lambda c: lines(c, *parts)).text == (
        "It is free (a) for you; and\n\n(b) for firms under section 3 or (c) of the terms.\n"
    )


def test_a_link_over_two_lines_has_its_address_once() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "See our guide to", "returns in the EU.", "Or ours.")
        for y, left, address in ((697, 86, "a"), (683, 60, "a"), (669, 60, "b")):
            canvas.linkURL(f"https://x.example/{address}", (left, y, 150, y + 14))

    text = pdf(draw).text.replace("\n\n", " ")
    assert text.startswith(
        "See our guide to returns in the EU (https://x.example/a). Or ours (http"
    )


def test_rows_with_one_link_have_its_address_each() -> None:
    def draw(canvas: Any) -> None:
        for at, plan in enumerate(("Basic", "Family")):
            canvas.drawString(60, 700 - 14 * at, plan)
            canvas.drawString(150, 700 - 14 * at, "Details")
            canvas.linkURL("https://x.example/a", (150, 697 - 14 * at, 190, 709 - 14 * at))

    assert pdf(draw).text.count("Details (https://x.example/a)") == 2


def test_lines_of_chinese_are_joined_without_a_blank() -> None:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont

    registerFont(UnicodeCIDFont("STSong-Light"))

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 12)
        lines(canvas, "退货须在三十天内", "提出，运费由买方承担。")

    assert pdf(draw).text == "退货须在三十天内提出，运费由买方承担。\n"


def test_a_bullet_in_the_encoding_of_standard_fonts_begins_an_item() -> None:
    def draw(canvas: Any) -> None:
        for at, text in enumerate(("Open the cover.", "Wait.")):
            canvas.drawString(60, 700 - 14 * at, "\u2022")
            canvas.drawString(76, 700 - 14 * at, text)

    assert pdf(draw).text == "- Open the cover.\n- Wait.\n"


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


def test_forms_show_what_was_chosen() -> None:
    def draw(canvas: Any) -> None:
        form = canvas.acroForm
        lines(canvas, "Pay by card", "Pay in cash", "Express", "Standard")
        for at, way in enumerate(("card", "cash")):
            form.radio(name="p", value=way, selected=not at, x=200, y=697 - 14 * at, size=10)
        for at, way in enumerate(("express", "standard")):
            form.checkbox(name=way, checked=not at, x=200, y=669 - 14 * at, size=10)

    words = pdf(draw).text.replace("|", "").split()
    assert " ".join(words) == "Pay by card [x] Pay in cash Express [x] Standard"


@pytest.mark.parametrize(
    ("entries", "want"),
    [
        ({"/FT": "/Ch", "/V": "e1", "/Opt": [["e1", "Express"], ["s", "Standard"]]}, "Express"),
        ({"/FT": "/Ch", "/V": ["EU", "US"], "/Opt": ["EU", "US", "UK"]}, "EU, US"),
        ({"/FT": "/Tx", "/V": "secret", "/Ff": 1 << 13}, ""),
        ({"/FT": "/Tx", "/V": "unseen", "/F": 2}, ""),
        ({"/FT": "/Tx", "/V": "/usr/local"}, "/usr/local"),
        ({"/FT": "/Sig", "/V": {"/Type": "/Sig"}}, ""),
        ({"/FT": "/Tx", "/V": {"/Type": "/Annot"}}, ""),  # damaged
        ({"/FT": "/Ch", "/V": [["EU"], "US"]}, "US"),
        ({"/Parent": {"/FT": "/Tx", "/V": "3 months"}}, "3 months"),
        ({"/FT": "/Btn", "/V": "/card", "/AS": "/Off"}, ""),
    ],
)
def test_a_field_shows_what_its_reader_sees(entries: dict[str, Any], want: str) -> None:
    assert shown_in_field(entries) == want


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
    printed = "about:blank"
    for title in (made_up, "PowerPoint Presentation", "Document1", "unbenannt", printed):
        assert pdf(lambda c, t=title: (c.setTitle(t), lines(c, "Text."))).title == ""


def test_pdf_headings_are_found_by_their_size(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "Returns.pdf"))
    for heading in ("Returns", "Refunds"):
        canvas.setFont("Helvetica", 20)
        canvas.drawString(70, 760, heading)
        canvas.setFont("Helvetica", 11)
        for line in range(5):
            canvas.drawString(70, 700 - 15 * line, f"{heading} are explained in line {line}.")
        canvas.showPage()
    canvas.save()
    last = split_document(load(tmp_path / "Returns.pdf"), 900)[-1]
    assert (last.page, last.heading) == ("page 2", "Refunds")


def test_raised_figures_make_no_other_number() -> None:
    def written(number: str, sign: str, up: float, in_place: bool) -> str:
        def draw(canvas: Any) -> None:
            text = canvas.beginText(60, 700)
            text.setFont("Helvetica", 10)
            text.textOut(f"A bag of {number}")
            text.setFont("Helvetica", 6.5)
            if in_place:  # as reportlab and TeX write it; pdf_oxide does not tell the rise
                text.setRise(up)
                text.textOut(sign)
                text.setRise(0)
            else:  # as Word and LibreOffice do
                x, y = text.getX(), text.getY()
                text.setTextOrigin(x, y + up)
                text.textOut(sign)
                text.setTextOrigin(text.getX(), y)
            text.setFont("Helvetica", 10)
            text.textOut(" seeds is sold here,")
            text.textLine()
            text.setTextOrigin(60, 686)
            text.textOut("as always.")
            canvas.drawText(text)

        return pdf(draw).text.strip()

    for in_place in (True, False):
        got = [written(number, "6", 4, in_place) for number in ("10", "$10", "12", "m")]
        assert got == [
            f"A bag of {what} seeds is sold here, as always."
            for what in ("10^6", "$10 6", "12 6", "m6")
        ]


def sideways(canvas: Any, angle: int) -> None:
    canvas.translate(*{90: (595, 0), -90: (0, 842), 180: (595, 842)}[angle])
    canvas.rotate(angle)
    for at, row in enumerate((("Crane", "Load"), ("K1", "12.5 t"), ("K2", "3.8 t"))):
        canvas.drawString(60, 480 - 20 * at, row[0])
        canvas.drawString(180, 480 - 20 * at, row[1])
        canvas.line(56, 300 - 20 * at, 296, 300 - 20 * at)
        canvas.drawString(60, 285 - 20 * at, f"Rope {row[0]}")
        canvas.drawString(180, 285 - 20 * at, f"class {row[1]}")
    canvas.line(56, 240, 296, 240)
    for x in (56, 176, 296):
        canvas.line(x, 300, x, 240)
    lines(canvas, "Wind above 17 m/s: stop the crane and", "tell the foreman.", y=400)
    canvas.linkURL("https://example.com/crane", (60, 380, 160, 396), relative=1)


@pytest.mark.parametrize("angle", [90, -90, 180])
def test_a_page_of_which_the_text_stands_sideways_or_on_its_head_is_turned(angle: int) -> None:
    text = pdf(lambda canvas: sideways(canvas, angle)).text
    assert "Crane | Load\nK1 | 12.5 t\nK2 | 3.8 t\n" in text
    assert "stop the crane and tell the foreman (https://example.com/crane)." in text
    assert "Rope K1 | class 12.5 t\nRope K2 | class 3.8 t" in text


def test_text_that_runs_up_beside_others_is_no_part_of_their_lines() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, *[f"Line {number} of the text that goes on and" for number in range(9)], x=90)
        canvas.translate(80, 600)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Form 77-B edition 3")

    text = pdf(draw).text
    assert "goes on and Line 8 of the text" in text and "\n\nForm 77-B edition 3\n" in text


def test_close_columns_without_lines_are_columns() -> None:
    rows = (
        ("Job", "Time", "Price", "Code"),
        ("Replace both brake cables", "45 min", "18.50", "B2"),
        ("True a wheel", "20 min", "9.00", "W1"),
        ("Fit a dynamo hub", "90 min", "64.00", "H7"),
    )

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for at, row in enumerate(rows):
            for x, cell in zip((60, 182, 222, 256), row, strict=True):
                canvas.drawString(x, 700 - 15 * at, cell)

    assert "\n".join(" | ".join(row) for row in rows) in pdf(draw).text


def test_words_of_prose_are_no_columns() -> None:
    def draw(canvas: Any) -> None:
        for at, words in enumerate(("We print all", "It costs two", "The shop has")):
            canvas.setFont("Helvetica", 10)
            canvas.drawString(60, 700 - 12 * at, words)
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(63 + canvas.stringWidth(words), 700 - 12 * at, "things here")

    assert "|" not in pdf(draw).text


def test_other_cells_can_stand_at_half_the_height_of_a_row() -> None:
    def draw(canvas: Any) -> None:
        cells = (("Tour", 60, 0), ("Price", 300, 0), ("Cellar of the", 60, 20), ("4.00", 300, 26))
        below = (("museum", 60, 32), ("Tower", 60, 52), ("6.20", 300, 52))
        for text, x, down in (*cells, *below):
            canvas.drawString(x, 700 - down, text)

    assert "Tour | Price\nCellar of the museum | 4.00\nTower | 6.20" in pdf(draw).text


def test_a_column_goes_on_below_a_gap_though_the_other_one_ended() -> None:
    def draw(canvas: Any) -> None:
        lines(canvas, "The pier is built in spring and", "its light shines far to the sea.")
        lines(canvas, "The crane lifts eight tonnes at", "noon.", x=330)
        lines(canvas, "A berth costs money and is paid", "at the office by the pier now.", y=650)

    text = pdf(draw).text
    assert text.index("A berth costs") < text.index("The crane lifts")


def book(*heads: str, size: int = 8, foot: tuple[str, ...] = ()) -> str:
    """Pages with these heads, and with feet; the text of page 3 is "This is page c."."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for number, head in enumerate(heads):
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, 810, head)
        canvas.setFont("Helvetica", 10)
        letter = "abcdefghijklmnop"[number]
        lines(canvas, f"This is page {letter} and nothing else, as it was said before.")
        canvas.drawString(290, 30, foot[number] if foot else "")
        canvas.showPage()
    canvas.save()
    return extract(".pdf", out.getvalue()).text


def test_titles_of_chapters_and_of_one_side_of_a_book_are_no_text() -> None:
    chapters = [f"{name} {11 + at}" for at, name in enumerate(["Setup"] * 4 + ["Care"] * 8)]
    assert "Setup" not in book(*chapters) and "Care" not in book(*chapters)
    sides = [("Warranty", "Harbor")[at % 2] for at in range(7)]
    assert "Harbor" not in book(*sides)
    roman = book(*"abcd", foot=("- i -", "- ii -", "- iii -", "- iv -"))
    assert "- i" not in roman and "page d" in roman


def test_a_letterhead_of_two_lines_with_two_pieces_each_is_no_text() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in range(3):
        for at, texts in enumerate((("Example Ltd", "Phone 1"), ("Harbour Lane", "Fax 2"))):
            for left, text in zip((60, 400), texts, strict=True):
                canvas.drawString(left, 815 - 12 * at, text)
        lines(canvas, f"This is page {'abc'[page]}, and it has one sentence.")
        canvas.showPage()
    canvas.save()
    text = extract(".pdf", out.getvalue()).text
    assert "Lane" not in text and "Fax" not in text and "page c" in text


def test_large_headings_that_count_are_kept() -> None:
    text = book(*(f"Step {at}" for at in range(1, 6)), size=20)
    assert all(f"# Step {at}\n" in text for at in range(1, 6))


def test_names_of_columns_at_the_top_of_all_pages_are_kept() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in range(4):
        for at, text in enumerate(("Code", "Meaning", "Fee")):
            canvas.drawString(60 + 150 * at, 800, text)
            for row in range(20):
                value = 20 * page + row
                shown = (f"E{value}", f"Meaning of {value}", f"{value}.50")[at]
                canvas.drawString(60 + 150 * at, 780 - 17 * row, shown)
        canvas.showPage()
    canvas.save()
    found = extract(".pdf", out.getvalue())
    assert "Code | Meaning | Fee" in found.text
    assert {table.columns for table in found.tables} == {"Code | Meaning | Fee"}


def test_labels_hang_over_cells_of_several_lines() -> None:
    rows = [
        (
            "E1",
            ["The water inlet is closed or the", "hose has a kink"],
            ["Open the tap and", "start"],
        ),
        ("E2", ["The pump is blocked by a thing"], ["Clean the filter behind the", "flap"]),
        ("E3", ["The door is not locked because", "of a thing in the way"], ["Press the door"]),
    ]

    def draw(canvas: Any, top: int = 700) -> None:
        for label, *cells in rows:
            canvas.drawString(60, top, label)
            for left, cell in zip((110, 330), cells, strict=True):
                for at, line in enumerate(cell):
                    canvas.drawString(left, top - 12 * at, line)
            top -= 12 * max(map(len, cells)) + 8

    assert pdf(draw).text.split("\n")[:3] == [
        "E1 | The water inlet is closed or the hose has a kink | Open the tap and start",
        "E2 | The pump is blocked by a thing | Clean the filter behind the flap",
        "E3 | The door is not locked because of a thing in the way | Press the door",
    ]


def test_questions_stand_with_answers_of_several_lines() -> None:
    def draw(canvas: Any) -> None:
        for at in range(3):
            canvas.drawString(60, 700 - 36 * at, f"How long is the warranty of hub {at}?")
            canvas.drawString(310, 700 - 36 * at, "It lasts for 24 months from the day")
            canvas.drawString(310, 688 - 36 * at, f"of delivery {at}.")

    want = "How long is the warranty of hub 2? | It lasts for 24 months from the day of delivery 2."
    assert want in pdf(draw).text


def test_hanging_paragraphs_in_two_columns_are_no_rows() -> None:
    def draw(canvas: Any) -> None:
        for at in range(4):
            canvas.drawString(60, 700 - 30 * at, f"Left words of line {at} which are")
            canvas.drawString(66, 688 - 30 * at, "indented and go on and on here")
            canvas.drawString(320, 700 - 30 * at, f"Right words of line {at} that are")
            canvas.drawString(320, 688 - 30 * at, "not indented, as is usual")

    text = pdf(draw).text
    assert text.index("Left words of line 3") < text.index("Right words of line 0")


def test_items_in_two_columns_are_no_rows() -> None:
    def draw(canvas: Any) -> None:
        for at, mark in enumerate("•••"):
            for left in (60, 320):
                canvas.drawString(left, 700 - 36 * at, mark)
                canvas.drawString(left + 14, 700 - 36 * at, f"Open the flap {at} and wait until")
                canvas.drawString(left + 14, 688 - 36 * at, f"the light {left} goes out")

    text = pdf(draw).text
    assert "- Open the flap 0 and wait until the light 60 goes out" in text
    assert text.index("flap 2 and wait until the light 60") < text.index("the light 320")


@pytest.mark.parametrize("leader", ["_" * 20, "· " * 12, "…" * 8, "." * 20])
def test_whatever_leads_to_a_price_is_left_out(leader: str) -> None:
    text = pdf(lambda canvas: lines(canvas, f"Grinder {leader} 89.50")).text
    assert text == "Grinder 89.50\n"


def test_dots_that_lead_to_a_page_are_left_out() -> None:
    found = pdf(lambda canvas: lines(canvas, "Returns ............. 7")).text
    assert found == "Returns 7\n"


@pytest.mark.parametrize(
    "words", ["cell", "a line of a column of text that goes on"], ids=["a table", "text"]
)
@pytest.mark.parametrize("columns", [(0, 1), (0,)], ids=["both", "one longer"])
def test_a_page_as_long_as_a_web_site_takes_no_square_of_its_lines(
    words: str, columns: tuple[int, ...]
) -> None:
    places = [(row, column) for row in range(2_000) for column in (columns if row > 9 else (0, 1))]
    spans = [
        Span(50 + 260 * column, -12.0 * row, 280 + 260 * column, 10.0, words, False)
        for row, column in places
    ]
    began = time.process_time()
    assert len(lines_in_order(spans)) >= 2_000
    assert time.process_time() - began < 8
