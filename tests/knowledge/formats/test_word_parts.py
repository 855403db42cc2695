"""Fields, numbers, notes and parts of Word files."""

from typing import Any

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract
from tests.support.documents import saved

W = nsdecls("w") + " " + nsdecls("r")
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def word(*elements: str, document: Any = None) -> str:
    return read(*elements, document=document).text


def read(*elements: str, document: Any = None) -> Extracted:
    document = document or docx.Document()
    for element in elements:
        name, _, rest = element.partition(">")
        body = document.element.body
        body.insert(len(body) - 1, parse_xml(f"{name} {W}>{rest}"))
    return extract(".docx", saved(document))


def test_a_field_within_what_a_field_is_made_of_is_not_shown() -> None:
    country = (
        mark("begin") + code("MERGEFIELD Country") + mark("separate") + run("DE") + mark("end")
    )
    price = mark("begin") + code("IF") + country + code('= "DE" "5" "9"') + mark("separate")
    found = word(f"<w:p>{run('Fee: ')}{price}{run('5 euros')}{mark('end')}{run(' each')}</w:p>")
    assert found == "Fee: 5 euros each\n"


def test_a_field_without_an_end_hides_nothing() -> None:
    assert word(f"<w:p>{mark('begin')}{run('Kept')}</w:p>") == "Kept\n"


@pytest.mark.parametrize(
    ("field", "want"),
    [
        ('SYMBOL 252 \\f "Wingdings" \\s 10', "Take ✓ a day"),
        ("SYMBOL 55296 \\u", "Take a day"),  # half a letter
        ("EQ \\f(1;2)", "Take 1/2 a day"),
        ("EQ \\x(1)", "Take a day"),
    ],
)
def test_fields_that_only_word_works_out(field: str, want: str) -> None:
    found = word(
        f"<w:p>{run('Take ')}{mark('begin')}{code(field)}{mark('end')}{run(' a day')}</w:p>"
    )
    assert found == f"{want}\n"


def test_a_sign_of_which_the_file_has_the_result_is_shown_once() -> None:
    font = '<w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr>'
    result = mark("separate") + f"<w:r>{font}<w:t>ü</w:t></w:r>" + mark("end")
    sign = mark("begin") + code("SYMBOL 252 \\f Wingdings") + result
    found = word(f"<w:p>{sign}{run(' a')}</w:p>")
    assert found == "✓ a\n"


def level(text: str, kind: str = "decimal", more: str = "", at: int = 0) -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbered(levels: str, *items: str, over: str = "", document: Any = None) -> str:
    document = document or docx.Document()
    document.part.numbering_part._element = parse_xml(
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        f'<w:num w:numId="8"><w:abstractNumId w:val="7"/>{over}</w:num></w:numbering>'
    )
    return word(*items, document=document)


def item(text: str, at: int = 0, more: str = "") -> str:
    place = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="8"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr>{run(text)}{more}</w:p>"


@pytest.mark.parametrize("start", ["x", "1e9", "99999999999", ""])
def test_a_list_that_begins_at_no_number_begins_at_one(start: str) -> None:
    levels = level("%1.").replace('<w:start w:val="1"/>', f'<w:start w:val="{start}"/>')
    table = "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"
    assert "1. a" in numbered(levels, table.format(item("a")))


def test_numbers_of_cells_are_read() -> None:
    def row(first: str, second: str) -> str:
        return f"<w:tr><w:tc>{first}</w:tc><w:tc>{second}</w:tc></w:tr>"

    plain = "<w:p>" + run("{}") + "</w:p>"
    rows = row(plain.format("No"), plain.format("What"))
    rows += row(item(""), plain.format("Unplug")) + row(item(""), item("a") + item("b"))
    table = f"<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl>"
    found = numbered(level("%1."), table)
    assert found == "No | What\n1. | Unplug\n2. | 3. a 4. b\n"
    below = numbered(level("%1."), table, item("c"))
    assert below.endswith("2. | 3. a 4. b\n\n5. c\n")


def test_a_box_that_is_there_twice_is_counted_once() -> None:
    box = f"<w:txbxContent>{item('Boxed')}</w:txbxContent>"
    names = (
        'xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:s="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    drawn = (
        f"<w:p><w:r><m:AlternateContent {names}><m:Choice Requires='s'><w:drawing><s:wsp><s:txbx>"
        f"{box}</s:txbx></s:wsp></w:drawing></m:Choice><m:Fallback><w:pict><v:shape><v:textbox>"
        f"{box}</v:textbox></v:shape></w:pict></m:Fallback></m:AlternateContent></w:r></w:p>"
    )
    assert numbered(level("%1)"), drawn, item("After")).endswith("2) After\n")


@pytest.mark.parametrize(
    ("levels", "want"),
    [
        (level("Article %1", "upperRoman") + level("%1.%2", more="<w:isLgl/>", at=1), "1.1 Fees"),
        (level("A %1", "upperRoman") + level("%2 rule", "ordinal", at=1), "1st rule Fees"),
        (level("%1.") + level("Note:", "none", at=1), "Note: Fees"),
        (level("%1.") + level("", "none", at=1), "Fees"),
        (level("%1.") + level("%2.", "decimalZero", at=1), "01. Fees"),
    ],
)
def test_numbers_are_written_as_word_writes_them(levels: str, want: str) -> None:
    assert numbered(levels, item("Scope"), item("Fees", 1)).split("\n")[-2] == want


def test_a_list_can_have_a_level_of_its_own() -> None:
    over = f'<w:lvlOverride w:ilvl="0">{level("Q%1.")}</w:lvlOverride>'
    assert numbered(level("%1."), item("What?"), item("Why?"), over=over) == (
        "Q1. What?\n\nQ2. Why?\n"
    )


def test_letters_behind_the_last_one_and_roman_numbers_go_on() -> None:
    items = [item(str(n)) for n in range(1, 42)]
    assert "aa) 27" in numbered(level("%1)", "lowerLetter"), *items)
    assert "xli) 41" in numbered(level("%1)", "lowerRoman"), *items)


def with_notes(kind: str, *elements: str, levels: str = "") -> str:
    document = docx.Document()
    note = f'<w:{kind} w:id="{{}}"><w:p>{{}}</w:p></w:{kind}>'
    link = f'<w:hyperlink r:id="r1">{run("our page")}</w:hyperlink>'
    notes = note.format(2, run("Later 14 euros, see ") + link) + note.format(3, run("Nobody"))
    part = Part(
        PackURI(f"/word/{kind}s.xml"),
        f"{TYPE}{kind}s+xml",
        f"<w:{kind}s {W}>{notes}</w:{kind}s>".encode(),
        document.part.package,
    )
    part.rels.get_or_add_ext_rel(f"{RELATION}hyperlink", "https://x.example/")
    name = next(iter(part.rels))
    part._blob = part.blob.replace(b'"r1"', f'"{name}"'.encode())
    document.part.relate_to(part, f"{RELATION}{kind}s")
    return numbered(levels, *elements, document=document)


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_stand_behind_the_paragraph_that_they_belong_to(kind: str) -> None:
    sign = f'<w:r><w:{kind}Reference w:id="{{}}"/></w:r>'
    gone = f'<w:del w:id="9" w:author="A">{sign.format(3)}</w:del>'
    first = f"<w:p>{run('It costs 10')}{sign.format(2)}{run(' euros.')}{gone}</w:p>"
    assert with_notes(kind, first, f"<w:p>{run('Next.')}</w:p>") == (
        "It costs 10 euros.\n\nLater 14 euros, see our page (https://x.example/)\n\nNext.\n"
    )


def test_a_note_in_a_cell_stays_in_it() -> None:
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    sign = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    rows = "".join(
        f"<w:tr>{cell.format(run(a))}{cell.format(run(b) + more)}</w:tr>"
        for a, b, more in (("Plan", "Price", ""), ("Basic", "10", sign))
    )
    found = with_notes("footnote", f"<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl>")
    assert found == (
        "Plan | Price\nBasic | 10 (Later 14 euros, see our page (https://x.example/))\n"
    )


def test_a_note_of_an_item_leaves_the_list_whole() -> None:
    sign = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    items = item("Pay"), item("cash", 1), item("card", 1, sign), item("cheque", 1), item("Go")
    found = with_notes("footnote", *items, levels=level("%1.") + level("%2.", "lowerLetter", at=1))
    assert found == (
        "1. Pay\n  a. cash\n  b. card (Later 14 euros, see our page (https://x.example/))\n"
        "  c. cheque\n2. Go\n"
    )


def test_a_control_that_says_that_it_is_filled_keeps_its_words() -> None:
    control = (
        '<w:sdt><w:sdtPr><w:showingPlcHdr w:val="0"/></w:sdtPr>'
        f"<w:sdtContent>{run('5 May')}</w:sdtContent></w:sdt>"
    )
    assert word(f"<w:p>{run('Due: ')}{control}</w:p>") == "Due: 5 May\n"


MHT = (
    b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
    b'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n'
    b"<p style=3D'x'>Gr=C3=BC=\n=C3=9Fe</p>\n--b--\n"
)


def inner_word() -> bytes:
    document = docx.Document()
    document.add_paragraph("From another file.")
    return saved(document)


@pytest.mark.parametrize(
    ("ending", "part", "want"),
    [
        ("htm", b"<h2>Refunds</h2><p>Within 30 days.</p>", "## Refunds\n\nWithin 30 days."),
        ("mht", MHT, "Grüße"),
        ("docx", inner_word(), "From another file."),
        ("rtf", rb"{\rtf1\ansi{\fonttbl{\f0 A;}}\pard In \b 30\b0  days\par\par More\par}",
         "In 30 days\n\nMore"),
        ("txt", b"First.\r\n\r\nFees < 5 euros", "First.\n\nFees < 5 euros"),
    ],
)  # fmt: skip
def test_parts_of_other_formats_are_read_where_they_stand(
    ending: str, part: bytes, want: str
) -> None:
    assert with_part(ending, part, "{}") == f"Before.\n\n{want}\n"


def test_a_part_in_a_cell_is_read_there() -> None:
    table = f"<w:tbl><w:tr><w:tc>{{}}<w:p/></w:tc><w:tc><w:p>{run('x')}</w:p></w:tc></w:tr></w:tbl>"
    found = with_part("htm", b"<p>Within</p><p>30 days</p>", table)
    assert found == "Before.\n\nWithin 30 days | x\n"


def test_a_damaged_part_takes_no_other_text_with_it() -> None:
    found = read_part("docx", b"PK\x03\x04", "{}")
    assert found.text == "Before.\n"
    assert found.notes == ("a file in it was left out (File is not a zip file)",)


def with_part(ending: str, part: bytes, around: str) -> str:
    return read_part(ending, part, around).text


def read_part(ending: str, part: bytes, around: str) -> Extracted:
    document = docx.Document()
    document.add_paragraph("Before.")
    name = PackURI(f"/word/chunk.{ending}")
    held = Part(name, "application/octet-stream", part, document.part.package)
    relation = document.part.relate_to(held, f"{RELATION}aFChunk")
    chunk = f'<w:altChunk r:id="{relation}"></w:altChunk>'
    return read(around.format(chunk), document=document)


def test_a_part_that_is_missing_takes_no_other_text_with_it() -> None:
    assert word(f"<w:p>{run('Kept')}</w:p>", '<w:altChunk r:id="rId99"></w:altChunk>') == "Kept\n"


def picture(description: str, properties: str = "") -> str:
    drawn = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    found = f'<d:docPr xmlns:d="{drawn}" id="1" name="x" descr="{description}"/>'
    inline = f'<d:inline xmlns:d="{drawn}">{found}</d:inline>'
    return f"<w:r>{properties}<w:drawing>{inline}</w:drawing></w:r>"


@pytest.mark.parametrize(
    ("drawn", "want"),
    [
        (picture("The pin is below"), "The pin is below kept"),
        (picture("A device&#10;&#10;Description automatically generated"), "kept"),
        (picture("Ein Gerät&#10;&#10;KI-generierte Inhalte können fehlerhaft sein."), "kept"),
        (picture("Secret", "<w:rPr><w:vanish/></w:rPr>"), "kept"),
    ],
)
def test_pictures_are_told_as_their_makers_describe_them(drawn: str, want: str) -> None:
    assert word(f"<w:p>{drawn}{run('kept')}</w:p>") == f"{want}\n"


def test_an_item_that_was_moved_away_does_not_count() -> None:
    place = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="8"/></w:numPr>'
    gone = '<w:moveFrom w:id="1" w:author="A">'
    moved = (
        f"<w:p><w:pPr>{place}<w:rPr>{gone}</w:moveFrom></w:rPr></w:pPr>"
        f"{gone}{run('Gone')}</w:moveFrom></w:p>"
    )
    assert numbered(level("%1."), moved, item("Kept"), item("Also")) == "1. Kept\n2. Also\n"


def test_a_shaded_first_row_names_the_columns() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, texts in zip(
        table.rows, (("alpha", "beta"), ("one", "two"), ("six", "ten")), strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    assert [rows.columns for rows in extract(".docx", saved(document)).tables] == [""]
    for cell in table.rows[0].cells:
        shade = parse_xml(f'<w:shd {W} w:val="clear" w:fill="D9E2F3"/>')
        cell._tc.get_or_add_tcPr().append(shade)
    assert [rows.columns for rows in extract(".docx", saved(document)).tables] == ["alpha | beta"]


@pytest.mark.parametrize(
    ("styles", "want"),
    [
        ("Number, Number 2, Number 2, Number", "1. a\n\n1. b\n\n2. c\n\n2. d\n"),
        ("Number, Bullet 2, Number", "1. a\n- b\n2. c\n"),
        ("Bullet, Bullet 2, Bullet", "- a\n- b\n- c\n"),
    ],
)
def test_a_list_directly_below_another_one_has_numbers_of_its_own(styles: str, want: str) -> None:
    document = docx.Document()
    for text, style in zip("abcd", styles.split(", "), strict=False):
        document.add_paragraph(text, style=f"List {style}")
    assert word(document=document) == want
