"""Office files: what Word, Excel, PowerPoint and others show, and nothing that they hide."""

import datetime as dt
import io
import re
import zipfile
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx import Presentation

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.numbers import format_text, format_value

W = nsdecls("w")


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word(*paragraphs: str) -> Extracted:
    document = docx.Document()
    for inner in paragraphs:
        at = len(document.element.body) - 1
        document.element.body.insert(at, parse_xml(f"<w:p {W}>{inner}</w:p>"))
    return extract(".docx", saved(document))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def sheet(*rows: list[Any], change: Any = None) -> Extracted:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    return extract(".xlsx", saved(book))


def test_tracked_changes_are_taken() -> None:
    gone = '<w:del w:id="1" w:author="A"><w:r><w:delText>14</w:delText></w:r></w:del>'
    new = f'<w:ins w:id="2" w:author="A">{run("30")}</w:ins>'
    assert word(run("Within ") + gone + new + run(" days.")).text == "Within 30 days.\n"


def test_controls_fields_and_hidden_words() -> None:
    control = f"<w:sdt><w:sdtContent>{run('4.2')}</w:sdtContent></w:sdt>"
    simple = f'<w:fldSimple w:instr="DOCPROPERTY V">{run(" of May")}</w:fldSimple>'
    hidden = run(" Only for managers.", "<w:vanish/>")
    assert word(run("Version ") + control + simple + hidden).text == "Version 4.2 of May\n"


def test_the_title_style_and_styles_based_on_headings_are_headings() -> None:
    document = docx.Document()
    document.add_paragraph("Refunds", style="Title")
    style = document.styles.add_style("Section", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("Cards", style="Section")
    document.add_paragraph("Unplug it.", style="List Number")
    document.add_paragraph("Wait.", style="List Number")
    found = extract(".docx", saved(document))
    assert found.text.startswith("# Refunds\n\n## Cards\n\n1. Unplug it.\n2. Wait.\n")
    assert found.title == "Refunds"


def test_comments_are_not_read_and_pictures_are_by_their_text() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("It costs 10 euros.")
    document.add_comment(paragraph.runs, text="Internal: 8 would do.", author="A")
    at = len(document.element.body) - 1
    name = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    picture = f'<wp:docPr xmlns:wp="{name}" id="1" name="P" descr="The pin is left"/>'
    document.element.body.insert(
        at, parse_xml(f"<w:p {W}><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>")
    )
    assert extract(".docx", saved(document)).text == "It costs 10 euros.\n\nThe pin is left\n"


NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""


def test_numbers_of_headings_and_of_inner_items_are_those_of_word() -> None:
    document = docx.Document()
    style = document.styles.add_style("Section", 1)
    style.base_style = document.styles["Heading 2"]
    paragraphs = [
        ("Scope", 0, "Heading 1"), ("Fees", 0, "Heading 1"), ("Cards", 1, "Section"),
        ("Visa", 2, None), ("Others", 2, None),
    ]  # fmt: skip
    for text, level, name in paragraphs:
        properties = document.add_paragraph(text, style=name)._p.get_or_add_pPr()
        place = f'<w:ilvl w:val="{level}"/><w:numId w:val="1"/>'
        properties.append(parse_xml(f"<w:numPr {W}>{place}</w:numPr>"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, NUMBERING if part == "word/numbering.xml" else old.read(part))
    text = extract(".docx", out.getvalue()).text
    assert text == "# 1. Scope\n\n# 2. Fees\n\n## 2.1 Cards\n\na) Visa\n\nb) Others\n"


def test_merged_cells_of_word_are_filled_in() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for at, text in enumerate(("Region", "Fee", "EU", "4.90", "", "9.90")):
        table.cell(at // 2, at % 2).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "EU"
    assert "Region | Fee\nEU | 4.90\nEU | 9.90\n" in extract(".docx", saved(document)).text


@pytest.mark.parametrize(
    ("value", "code", "want"),
    [
        (0.15, "0%", "15%"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (4.9, "#,##0.00 [$€-407]", "4.90 €"),
        (-5.5, "#,##0.00_);(#,##0.00)", "(5.50)"),
        (123, "00000", "00123"),
        (12_500_000, '#,##0,,"M"', "13M"),
        (5, '0 "GB"', "5 GB"),
        (46096, "DD.MM.YYYY", "15.03.2026"),
        (46096.5, "yyyy-mm-dd hh:mm", "2026-03-15 12:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (0, '0;-0;"none"', "none"),
        (1.5, "# ?/?", "1 1/2"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (2.5, "General", "2.5"),
        (1e-7, "General", "1E-07"),
        (-0.25, "0%", "-25%"),
        (0, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "- €"),
        (0, '[=1]"Yes";[=0]"No";0', "No"),
        (50, '[>100]"high";[<=100]"low"', "low"),
        (1500, '[>=1000]0.0," km";0" m"', "1.5 km"),
        (500, '[>=1000]0.0," km";0" m"', "500 m"),
        (55, ";;;", ""),
        (0, "#,##0;-#,##0;", ""),
        (1234567.5, "# ##0.00", "1 234 567.50"),
        (0.333, "# ?/?", "1/3"),
        (0.5, "0/8", "4/8"),
        (46086, "[$-407]D. MMMM YYYY", "5. März 2026"),
        (46086, "[$-40C]dddd d mmmm", "jeudi 5 mars"),
    ],
)
def test_numbers_are_as_the_sheet_shows_them(value: float, code: str, want: str) -> None:
    assert format_value(value, code) == want


def test_texts_have_formats_too() -> None:
    assert format_text("7", '"Art. "@') == "Art. 7"
    assert format_text("secret", ";;;") == ""
    assert format_text("Plan", "#,##0.00") == "Plan"


def rewritten(data: bytes, change: Any) -> Extracted:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)))
    return extract(".xlsx", out.getvalue())


def test_strict_files_and_rows_of_no_height() -> None:
    book = openpyxl.Workbook()
    for row in (["Code", "Meaning"], ["E-12", "Filter"], ["E-13", "Pump"]):
        book.active.append(row)
    usual, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"

    def change(part: bytes) -> bytes:
        part = part.replace(usual + b"spreadsheetml/2006/main", strict + b"spreadsheetml/main")
        part = part.replace(b'<row r="3"', b'<row r="3" ht="0"')
        return part.replace(usual + b"officeDocument/2006/", strict + b"officeDocument/")

    found = rewritten(saved(book), change)
    assert found.text == "## Sheet\n\nCode | Meaning\nE-12 | Filter\n"


def test_two_rows_of_names_and_titles_between_rows() -> None:
    def change(book: Any) -> None:
        for area in ("A1:A2", "B1:C1", "A3:C3"):
            book.active.merge_cells(area)

    rows = [["Region", "Price", None], [None, "Post", "Air"], ["Europe", None, None], ["FR", 5, 9]]
    found = sheet(*rows, change=change)
    assert found.tables[0].columns == "Region | Price Post | Price Air"
    assert found.text.endswith("\nEurope |  |\nFR | 5 | 9\n")


def test_a_filter_or_a_table_tells_the_names_of_columns() -> None:
    from openpyxl.worksheet.table import Table

    def filtered(book: Any) -> None:
        book.active.auto_filter.ref = "A1:B3"

    def table(book: Any) -> None:
        book.active.add_table(Table(displayName="T", ref="A1:B3"))

    for change in (filtered, table):
        found = sheet(["Code 1", "Code 2"], ["A", "B"], ["C", "D"], change=change)
        assert found.tables[0].columns == "Code 1 | Code 2"


def test_links_of_cells_have_their_address() -> None:
    def change(book: Any) -> None:
        book.active["A2"].hyperlink = "https://a.example/c7"

    found = sheet(["Form", "Use"], ["Claim", "refund"], change=change)
    assert "Claim (https://a.example/c7) | refund" in found.text


def test_a_sheet_keeps_rows_beyond_a_wrong_dimension() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Code", "Meaning"])
    book.active.append(["E-12", "Filter blocked"])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(book))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            part = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', old.read(name))
            new.writestr(name, part)
    assert "E-12 | Filter blocked" in extract(".xlsx", out.getvalue()).text


def test_merged_cells_dates_and_formulas_of_a_sheet() -> None:
    def change(book: Any) -> None:
        book.active.merge_cells("A2:A3")
        book.active["C3"] = "=B3*12"

    rows = [["Region", "From", "Yearly"], ["EU", dt.date(2026, 3, 15), 4.9], [None, 2, None]]
    found = sheet(*rows, change=change).text
    assert "Region | From | Yearly\nEU | 2026-03-15 | 4.9\nEU | 2 | =B3*12\n" in found


def test_hidden_sheets_rows_and_columns_are_left_out_and_said() -> None:
    def change(book: Any) -> None:
        book.create_sheet("Old").append(["EU", 3.9])
        book["Old"].sheet_state = "hidden"
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True

    found = sheet(["Plan", "Cost", "Price"], ["Plus", 2, 9], ["Gone", 1, 5], change=change)
    assert found.text == "## Sheet\n\nPlan | Price\nPlus | 9\n"
    assert found.notes == ("1 hidden sheet left out", "1 hidden rows left out")


def test_a_title_above_a_table_is_none_of_its_columns() -> None:
    found = sheet(["Prices of 2026"], ["Plan", "Price"], ["Plus", 9])
    assert found.text == "## Sheet\n\nPrices of 2026\n\nPlan | Price\nPlus | 9\n"
    assert found.tables[0].columns == "Plan | Price"


def test_slides_without_the_hidden_one_with_notes() -> None:
    deck = Presentation()
    for title in ("Old", "New"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = f"{title} in a group"
        slide.notes_slide.notes_text_frame.text = f"Say {title}"
        secret = slide.shapes.add_textbox(0, 0, 9, 9)
        secret.text_frame.text = "Not shown"
        secret._element.nvSpPr.cNvPr.set("hidden", "1")
    deck.slides[0]._element.set("show", "0")
    found = extract(".pptx", saved(deck))
    assert found.text == "## New\n\nNew in a group\n\nSay New\n"
    assert found.pages == ((0, "slide 2"),)


NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table")
)


def open_document(suffix: str, body: str) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        content = f"<office:document-content {NAMES}><office:body>{body}</office:body>"
        archive.writestr("content.xml", f"{content}</office:document-content>")
    return extract(suffix, out.getvalue()).text


def test_open_documents() -> None:
    text = "<office:text><text:h text:outline-level='2'>Pay</text:h><text:p>In <text:span>30"
    note = "<text:note><text:note-body><text:p>or 45</text:p></text:note-body></text:note>"
    found = open_document(".odt", f"{text}</text:span> days{note}.</text:p></office:text>")
    assert found == "## Pay\n\nIn 30 days (or 45).\n"
    cells = "<table:table-cell table:number-rows-spanned='2'><text:p>EU</text:p></table:table-cell>"
    rows = (
        f"<table:table-row>{cells}<table:table-cell><text:p>4.90</text:p></table:table-cell>"
        "</table:table-row><table:table-row><table:covered-table-cell/>"
        "<table:table-cell><text:p>9.90</text:p></table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell/>"
        "</table:table-row>"
    )
    table = f"<table:table table:name='Fees'>{rows}</table:table>"
    found = open_document(".ods", f"<office:spreadsheet>{table}</office:spreadsheet>")
    assert found == "## Fees\n\nEU | 4.90\nEU | 9.90\n"


def test_old_formats_under_a_wrong_ending_say_so() -> None:
    with pytest.raises(DocumentError, match=r"no \.doc file"):
        extract(".doc", b"{\\rtf1 text}")
    with pytest.raises(DocumentError, match="password"):
        extract(".docx", b"\xd0\xcf\x11\xe0" + b"0" * 600)
