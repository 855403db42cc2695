"""Sheets: what Excel shows, and nothing that it hides."""

import datetime as dt
import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.sheet_grid import Grid, grid_blocks
from chatbot.knowledge.formats.sheet_styles import text_of
from tests.support.documents import load, saved


def test_sheets_are_pages_and_rows_stay_together(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Prices"
    book.active.append(["Harbor One", 129, None])
    book.create_sheet("Empty")
    book.save(tmp_path / "book.xlsx")
    document = load(tmp_path / "book.xlsx")
    assert "Harbor One | 129" in document.text
    assert [c.page for c in split_document(document, 900)] == ["sheet Prices"]


def sheet(*rows: list[Any], change: Any = None) -> Extracted:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    return extract(".xlsx", saved(book))


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


def test_what_is_written_over_a_sheet_is_read() -> None:
    space = "http://schemas.openxmlformats.org/drawingml/2006/"
    drawing = (
        f'<d:wsDr xmlns:d="{space}spreadsheetDrawing" xmlns:a="{space}main"><d:sp><d:txBody>'
        "<a:p><a:r><a:t>35 USD</a:t></a:r><a:r><a:t> more</a:t></a:r></a:p></d:txBody></d:sp>"
        "</d:wsDr>"
    )
    relation = (
        '<Relationships><Relationship Id="r" Target="../drawings/drawing1.xml"/></Relationships>'
    )
    book = openpyxl.Workbook()
    book.active.append(["Port", "Small"])
    data = io.BytesIO(saved(book))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/drawings/drawing1.xml", drawing)
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", relation)
    assert extract(".xlsx", data.getvalue()).text.endswith("Port | Small\n\n35 USD more\n")


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


def with_sheet(inner: bytes, before: bytes = b"", prefix: bytes = b"") -> Extracted:
    """A workbook whose only sheet is this XML."""
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    at = b":" + prefix.rstrip(b":") if prefix else b""
    start, end = b"<%bworksheet xmlns%b='%b'>" % (prefix, at, name), b"</%bworksheet>" % prefix

    def change(part: bytes) -> bytes:
        return before + start + inner + end if b"<sheetData" in part else part

    return rewritten(saved(openpyxl.Workbook()), change)


def test_texts_of_cells_are_whole_without_their_guides() -> None:
    rows = b"""<sheetData>
      <row r="1"><c r="B1" t="inlineStr"><is>
        <r><t xml:space="preserve">two </t></r> <r><rPr/><t>parts &amp; more</t></r>
        <rPh sb="0" eb="1"><t>aloud</t></rPh></is></c>
        <c r="C1" t="str"><f>1&lt;2</f><v>&#233;t&#233;</v></c></row>
      <row><c><v>7</v></c><c r="C2"><f t="shared" si="0"/></c></row></sheetData>"""
    want = "## Sheet\n\n | two parts & more | été\n7 |  | =(a formula without a stored value)\n"
    assert with_sheet(rows).text == want
    prefixed = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", rows)
    prefixed = prefixed.replace(b"</x:row>", b"<c><v>of another kind</v></c></x:row>")
    assert with_sheet(prefixed, prefix=b"x:").text == want


@pytest.mark.parametrize(
    ("inner", "before", "reason"),
    [
        (b"<row>" + b"<c><v>1</v></c>" * 40_000, b"", "more than 16,384 cells"),
        (b"", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", "declares a document type"),
        (b"<row><c><v>" + b"1" * 21_000_000, b"", "million characters"),
    ],
)
def test_a_sheet_that_is_none_is_refused_while_it_is_read(
    inner: bytes, before: bytes, reason: str
) -> None:
    with pytest.raises(DocumentError, match=reason):
        with_sheet(inner, before)


def test_what_is_struck_out_is_left_out() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.styles import Font

    def change(book: Any) -> None:
        book.active["A2"] = CellRichText(
            "Dogs ", TextBlock(InlineFont(b=True), "are"),
            TextBlock(InlineFont(strike=True), " no"), " welcome",
        )  # fmt: skip
        book.active["B3"].font = Font(strike=True)

    found = sheet(["Tour", "Price"], [None, 18], ["Canals", 22], change=change)
    assert found.text.endswith("\nDogs are welcome | 18\nCanals |\n")


def test_runs_of_a_shared_text_that_are_struck_out() -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    run = "<r><rPr><strike{}/></rPr><t>{}</t></r>"
    runs = run.format("", "12 ") + run.format(' val="0"', "9 EUR")
    assert text_of(etree.fromstring(f'<si xmlns="{space}">{runs}</si>')) == "9 EUR"


def test_tables_beside_each_other_are_read_one_after_the_other() -> None:
    found = sheet(
        ["Day rates", None, None, None, "Mileage"],
        ["Role", "Junior", "Senior", None, "Vehicle", "Per km"],
        ["Mason", 310, 420, None, "Van", 0.58],
        ["Roofer", 335, 445, None, "Crane truck", 2.15],
    )
    assert "Day rates\n\nRole | Junior | Senior\nMason | 310 | 420\n" in found.text
    assert "Mileage\n\nVehicle | Per km\nVan | 0.58\nCrane truck | 2.15\n" in found.text
    assert [rows.columns for rows in found.tables] == ["Role | Junior | Senior", "Vehicle | Per km"]


def test_tables_that_a_sheet_says_to_be_two_are_two() -> None:
    rows = (
        ["Item", "Price", None, "City", "Zip"],
        ["Hub", 1, None, "Ulm", 89073],
        ["Plug", 2, None, "Bonn", 53111],
    )

    def change(book: openpyxl.Workbook) -> None:
        for name, place in (("A", "A1:B3"), ("B", "D1:E3")):
            book.active.add_table(openpyxl.worksheet.table.Table(displayName=name, ref=place))

    found = sheet(*rows, change=change)
    assert [table.columns for table in found.tables] == ["Item | Price", "City | Zip"]
    assert len(sheet(*rows).tables) == 1


def test_a_table_of_groups_stands_beside_another_one() -> None:
    found = sheet(
        ["Crew", "Person", "Desk", None, "Port", "Berths"],
        ["East", "Ida", 511, None, "Gdynia", 40],
        [None, "Knut", 512, None, "Malmö", 25],
        ["West", "Lea", 513, None, "Turku", 12],
        [None, "Moa", 514],
    )
    assert "East | Knut | 512\n" in found.text and "Malmö | 25\n" in found.text
    assert "Knut | 512 | Malm" not in found.text


def test_a_table_with_an_empty_column_stays_one() -> None:
    found = sheet(
        ["Model", "Price", None, "Remark", "Contact"],
        ["K-40", 1290, None, "from May", "Ann"],
        ["K-75", 1840, None, None, "Bo"],
        ["K-90", 2100, None, "sold out", None],
    )
    assert "K-90 | 2100 | sold out" in found.text


def test_rows_behind_an_empty_one_keep_the_names_of_their_columns() -> None:
    found = sheet(["Item", "Net", "Gross"], ["Saw", 10, 12], [], ["Axe", 20, 24], [], ["VAT", 20])
    assert [rows.columns for rows in found.tables] == ["Item | Net | Gross"] * 2 + [""]


def test_all_rows_of_names_of_a_pivot_table_name_its_columns() -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("C1:D1")

    found = sheet(
        [None, None, "Spring", None],
        [None, None, "Adults", "Kids"],
        ["Area", "Boat", None, None],
        ["Coast", "Heron", 12, 7],
        ["Lake", "Gannet", 18, 9],
        change=merge,
    )
    assert found.tables[0].columns == "Area | Boat | Spring Adults | Spring Kids"


def test_a_second_row_names_parts_of_a_name_over_several_columns() -> None:
    rows = [["Plan", "Rate", None, "Fee"], [None, "Day", "Night", None], ["Basic", 31, 27, 9]]
    found = sheet(*rows, change=lambda book: book.active.merge_cells("B1:C1"))
    assert found.tables[0].columns == "Plan | Rate Day | Rate Night | Fee"


def test_a_sheet_of_one_column_is_read_in_no_time() -> None:
    grid = Grid({row: {0: f"Line {row}"} for row in range(60_000)})
    began = time.process_time()
    assert sum(1 for _ in grid_blocks(grid)) == 60_000
    assert time.process_time() - began < 3


def test_letters_of_fonts_that_draw_signs_are_those_signs() -> None:
    def change(book: Any) -> None:
        book.active["B2"].font = openpyxl.styles.Font(name="Wingdings")

    assert "Fan | ✓ | ü" in sheet(["Part", "Ok", "Row"], ["Fan", "ü", "ü"], change=change).text


def test_raised_figures_of_texts_make_no_other_number() -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    run = "<r><rPr><vertAlign val='{}script'/></rPr><t>{}</t></r>"
    high, low = run.format("super", "{}"), run.format("sub", "2")
    runs = (
        f"<r><t>10</t></r>{high.format(6)}<r><t xml:space='preserve'> W, CO</t></r>{low}"
        f"<r><t>, $9</t></r>{high.format(2)}"
    )
    assert text_of(etree.fromstring(f'<si xmlns="{space}">{runs}</si>')) == "10^6 W, CO2, $9 [2]"
    cell = f"<sheetData><row><c t='inlineStr'><is>{runs}</is></c><c><v>7</v></c></row></sheetData>"
    assert "10^6 W, CO2, $9 [2] | 7" in with_sheet(cell.encode()).text


def test_hidden_rows_and_columns_are_no_gaps() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.row_dimensions[3].hidden = True
        book.active.row_dimensions[4].hidden = True
        book.active.column_dimensions["B"].hidden = True

    rows = [["Plan", "Old", "Price"], *([name, "x", n] for n, name in enumerate("ABCDEF", start=1))]
    found = sheet(*rows, change=hide)
    (table,) = found.tables
    assert (table.columns, len(table.at)) == ("Plan | Price", 4)
    assert "A | 1\nD | 4\n" in found.text


@pytest.mark.parametrize(("hidden", "merged"), [("row", "A2:A4"), ("column", "A2:B2")])
def test_a_merged_cell_keeps_its_text_where_its_first_one_is_hidden(
    hidden: str, merged: str
) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.merge_cells(merged)
        if hidden == "row":
            book.active.row_dimensions[2].hidden = True
        else:
            book.active.column_dimensions["A"].hidden = True

    rows = [["Group", "Item", "Price"], ["Cables", "old", 1], [None, "USB", 2], [None, "HDMI", 3]]
    text = sheet(*rows, change=hide).text
    assert ("Cables | USB | 2\nCables | HDMI | 3" if hidden == "row" else "Cables | 1") in text
    assert "old" not in text
