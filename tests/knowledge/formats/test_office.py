"""Word and PowerPoint files: what is shown, and nothing that is hidden."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.zipped import rewrite_archive
from tests.support.documents import load, saved

W = nsdecls("w")


def word(*paragraphs: str) -> Extracted:
    document = docx.Document()
    for inner in paragraphs:
        at = len(document.element.body) - 1
        document.element.body.insert(at, parse_xml(f"<w:p {W}>{inner}</w:p>"))
    return extract(".docx", saved(document))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_tracked_changes_are_taken() -> None:
    gone = '<w:del w:id="1" w:author="A"><w:r><w:delText>14</w:delText></w:r></w:del>'
    new = f'<w:ins w:id="2" w:author="A">{run("30")}</w:ins>'
    assert word(run("Within ") + gone + new + run(" days.")).text == "Within 30 days.\n"


def test_a_paragraph_whose_end_was_removed_goes_on() -> None:
    mark = '<w:pPr><w:rPr><w:del w:id="3" w:author="A"/></w:rPr></w:pPr>'
    assert (
        word(mark + run("Payable within "), run("six weeks.")).text == "Payable within six weeks.\n"
    )


def test_the_style_title_has_other_ids_in_other_languages() -> None:
    document = docx.Document()
    style = document.styles["Title"]
    style.element.styleId = "Titel"
    document.add_paragraph("Rent rules", style=style)
    document.add_heading("Deposit", 1)
    assert extract(".docx", saved(document)).title == "Rent rules"


def test_controls_fields_and_hidden_words() -> None:
    control = f"<w:sdt><w:sdtContent>{run('4.2')}</w:sdtContent></w:sdt>"
    simple = f'<w:fldSimple w:instr="DOCPROPERTY V">{run(" of May")}</w:fldSimple>'
    hidden = run(" Only for managers.", "<w:vanish/>")
    assert word(run("Version ") + control + simple + hidden).text == "Version 4.2 of May\n"


def test_controls_that_nobody_filled_are_empty() -> None:
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    empty = control.format("<w:showingPlcHdr/>", run("Click here to enter text."))
    assert word(run("Paid by: ") + empty, control.format("", run("Bo"))).text == "Paid by:\n\nBo\n"


def inner(tag: str, *parts: str) -> str:
    return f"<m:{tag}>{''.join(parts)}</m:{tag}>"


def signs(text: str) -> str:
    return inner("r", inner("t", text))


HALF = inner("f", inner("num", signs("1")), inner("den", signs("2")))
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@pytest.mark.parametrize(
    ("equation", "want"),
    [
        (HALF, "1/2"),
        (inner("sSup", inner("e", signs("10")), inner("sup", signs("-6"))), "10^(-6)"),
        (signs("x=") + inner("rad", inner("deg"), inner("e", signs("a+1"))), "x=√(a+1)"),
        (inner("rad", inner("deg", signs("3")), inner("e", signs("8"))), "√[3]8"),
        (inner("sSubSup", inner("e", signs("c")), inner("sub", signs("1")),
               inner("sup", signs("2"))), "c_1^2"),
        (inner("f", inner("num", inner("d", inner("e", signs("a+b")))), inner("den", signs("2"))),
         "(a+b)/2"),
        (inner("d", '<m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>',
               inner("e", signs("x"))), "[x]"),
        (inner("nary", '<m:naryPr><m:chr m:val="∑"/></m:naryPr>', inner("sub", signs("i=1")),
               inner("sup", signs("n")), inner("e", signs("i"))), "∑_(i=1)^n i"),
        (inner("m", inner("mr", inner("e", signs("1")), inner("e", signs("0"))),
               inner("mr", inner("e", signs("0")), inner("e", signs("1")))), "[1, 0; 0, 1]"),
    ],
)  # fmt: skip
def test_equations_are_lines_that_say_the_same(equation: str, want: str) -> None:
    found = word(run("Take ") + f"<m:oMath {M}>{equation}</m:oMath>" + run(" a day."))
    assert found.text == f"Take {want} a day.\n"


def test_an_equation_does_not_join_the_number_before_it_and_may_have_a_line_of_its_own() -> None:
    alone = f"<m:oMathPara {M}><m:oMathParaPr/><m:oMath>{HALF}</m:oMath></m:oMathPara>"
    found = word(run("1") + f"<m:oMath {M}>{HALF}</m:oMath>" + run(" cups"), alone)
    assert found.text == "1 1/2 cups\n\n1/2\n"


@pytest.mark.parametrize("whole", [False, True])
def test_equations_of_slides_are_read_instead_of_their_pictures(whole: bool) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, 9, 9).text_frame
    frame.text = "Take "
    held = (
        '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">'
        f"<m:oMath {M}>{HALF}</m:oMath></a14:m>"
    )
    either = parse_xml(
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        '2006"><mc:Choice xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
        'Requires="a14"/><mc:Fallback/></mc:AlternateContent>'
    )
    last = frame.paragraphs[0].runs[0]._r
    if whole:  # the shape has another one for programs that know no equations
        last.addnext(parse_xml(held))
        shape = frame._txBody.getparent()
        shape.addprevious(either)
        either[0].append(shape)
    else:
        either[0].append(parse_xml(held))
        last.addnext(either)
    assert extract(".pptx", saved(deck)).text == "Take 1/2\n"


def test_signs_of_other_fonts_read_as_what_they_draw() -> None:
    tick = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    micro = run("m", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>')
    arrow = run("\uf0e0", '<w:rFonts w:ascii="Wingdings"/>')
    assert word(tick + run(" Open, 5 ") + micro + run("m ") + arrow).text == "☑ Open, 5 μm →\n"


def test_a_row_that_begins_beside_the_first_column_keeps_its_cells_in_theirs() -> None:
    def row(*cells: str, mark: str = "") -> str:
        inside = "".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in cells)
        return f"<w:tr><w:trPr>{mark}</w:trPr>{inside}</w:tr>"

    rows = row("Pier", "Low", "High") + row("North", "310", "455")
    rows += row("340", "505", mark='<w:gridBefore w:val="1"/>')
    rows += row("South", "275", mark='<w:gridAfter w:val="1"/>')
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:tbl {W}>{rows}</w:tbl>"))
    lines = extract(".docx", saved(document)).text.split("\n")
    assert lines[2] == "North | 340 | 505" and lines[3] == "South | 275 |"


def test_words_stand_without_the_guide_to_their_reading() -> None:
    guide = (
        f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('でんげん')}</w:rt>"
        f"<w:rubyBase>{run('電源')}</w:rubyBase></w:ruby></w:r>"
    )
    assert word(run("これは") + guide + run("です。")).text == "これは電源です。\n"


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


def test_rows_that_are_hidden_or_removed_are_left_out() -> None:
    document = docx.Document()
    table = document.add_table(4, 2)
    for at, text in enumerate(("Region", "Fee", "EU", "4.90", "Staff", "0", "US", "9.90")):
        table.cell(at // 2, at % 2).text = text
    gone = document.add_table(1, 1)
    gone.cell(0, 0).text = "Draft"
    marks = (table.rows[0], "hidden w:val='0'"), (table.rows[2], "hidden"), (gone.rows[0], "del")
    for row, mark in marks:
        row._tr.get_or_add_trPr().append(
            parse_xml(f"<w:{mark.split()[0]} {W} {mark.partition(' ')[2]}/>")
        )
    assert extract(".docx", saved(document)).text == "Region | Fee\nEU | 4.90\nUS | 9.90\n"


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


def test_the_number_of_a_slide_is_not_read() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Battery"
    box = slide.shapes.add_textbox(0, 0, 9, 9)
    box.text_frame.text = "7"
    namespace = box._element.nsmap["p"]
    box._element.nvSpPr[-1].append(parse_xml(f'<p:ph xmlns:p="{namespace}" type="sldNum"/>'))
    assert extract(".pptx", saved(deck)).text == "## Battery\n"


def test_what_a_program_says_of_a_picture_of_a_slide_is_not_read() -> None:
    from PIL import Image

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text in ("The pin is below", "A device\n\nDescription automatically generated"):
        picture = io.BytesIO()
        Image.new("RGB", (9, 9)).save(picture, "png")
        shape = slide.shapes.add_picture(picture, 0, 0)
        shape._element.nvPicPr.cNvPr.set("descr", text)
    assert extract(".pptx", saved(deck)).text == "The pin is below\n"


def test_old_formats_under_a_wrong_ending_say_so() -> None:
    with pytest.raises(DocumentError, match=r"no \.doc file"):
        extract(".doc", b"{\\rtf1 text}")
    with pytest.raises(DocumentError, match="password"):
        extract(".docx", b"\xd0\xcf\x11\xe0" + b"0" * 600)


def test_slides_are_pages(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    for title in ("Returns", "Refunds"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"{title} take 14 days."
    deck.save(str(tmp_path / "deck.pptx"))
    chunks = split_document(load(tmp_path / "deck.pptx"), 900)
    assert [(c.page, c.heading or c.title) for c in chunks] == [
        ("slide 1", "Returns"),
        ("slide 2", "Refunds"),
    ]


def test_tables_beside_each_other_in_word_and_a_caption_that_names_its_table() -> None:
    document = docx.Document()
    document.add_paragraph("Oil and belts")
    table = document.add_table(1, 2)
    name = f'<w:tblCaption {nsdecls("w")} w:val="Oil and belts"/>'
    table._tbl.tblPr.append(parse_xml(name))
    for cell, words in zip(
        table.rows[0].cells, (("Oil", "Litres"), ("Belt", "Tension")), strict=True
    ):
        inside = cell.add_table(2, 2)
        for place, word in enumerate([*words, words[0].lower(), "3.4"]):
            inside.cell(place // 2, place % 2).text = word
    found = extract(".docx", saved(document)).text
    want = "Oil and belts\n\nOil | Litres\noil | 3.4\n\nBelt | Tension\nbelt | 3.4\n"
    assert found == want


def test_charts_of_slides_are_tables_and_what_is_on_every_slide_is_no_title() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["Berlin", "Graz, Linz"]
    data.add_series("2024", (14, 9.5))
    data.add_series("2025", (None, 0.17), number_format="0%")
    places = (Inches(1), Inches(1), Inches(4), Inches(3))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *places, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Returns by town"
    found = extract(".pptx", saved(deck))
    rows = ("Returns by town", "", " | 2024 | 2025", "Berlin | 14 |", "Graz, Linz | 9.5 | 17%")
    assert "\n".join(rows) in found.text
    assert found.title != "Slide Master" and "Slide Master" not in found.text


def test_a_tab_to_the_margin_parts_words() -> None:
    tab = '<w:r><w:ptab w:relativeTo="margin" w:alignment="right" w:leader="dot"/></w:r>'
    assert "Beds 28" in word(run("Beds") + tab + run("28")).text


def test_categories_in_levels_are_told_as_they_are() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    for country, towns in (("Austria", ("Graz", "Linz")), ("Germany", ("Berlin", "Jena"))):
        group = data.add_category(country)
        for town in towns:
            group.add_sub_category(town)
    data.add_series("2024", (14, 9, 8, 7))
    places = (Inches(1), Inches(1), Inches(4), Inches(3))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *places, data)
    found = extract(".pptx", saved(deck)).text
    assert "Graz" in found and "Austria" in found and "2024: 14, 9, 8, 7" in found
    assert all(sign.isprintable() or sign == "\n" for sign in found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<c:ptCount val="2"/>', b'<c:ptCount val="two"/>'),
        (b'<c:pt idx="0">', b"<c:pt>"),
        (b'<c:pt idx="1">', b'<c:pt idx="-1.5">'),
        (b"<c:v>14</c:v>", b"<c:v>1e400</c:v>"),
        (b"<c:v>14</c:v>", b"<c:v>nan</c:v>"),
        (b"<c:plotArea>", b"<c:plotArea"),
    ],
)
def test_a_chart_that_is_damaged_takes_no_other_text_with_it(before: bytes, after: bytes) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Returns take 30 days"
    data = CategoryChartData()
    data.categories = ["Berlin", "Graz"]
    data.add_series("2024", (14, 9.5), number_format="0.0%")
    places = (Inches(1), Inches(1), Inches(4), Inches(3))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *places, data)
    archive = zipfile.ZipFile(io.BytesIO(saved(deck)))
    [chart] = [name for name in archive.namelist() if name.startswith("ppt/charts/chart")]
    damaged = archive.read(chart).replace(before, after)
    assert damaged != archive.read(chart)
    found = extract(".pptx", rewrite_archive(archive, {chart: damaged}))
    assert "Returns take 30 days" in found.text
