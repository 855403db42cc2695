"""Values of cells, and what is drawn over them, as programs that are not Excel write them too."""

import io
import zipfile

import pytest

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract

MAIN = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DRAWN = (
    'xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def relations(*targets: str) -> str:
    found = "".join(f'<Relationship Id="r{n}" Target="{t}"/>' for n, t in enumerate(targets))
    return f"<Relationships>{found}</Relationships>"


def book(cells: str, before: str = "", settings: str = "", **parts: str) -> Extracted:
    """A workbook with one row of cells; ``parts`` are further ones of the archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        sheets = '<sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets>'
        archive.writestr("xl/workbook.xml", f"<workbook {MAIN}>{sheets}{settings}</workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels", relations("worksheets/sheet1.xml"))
        rows = f"<sheetData><row>{cells}</row></sheetData>"
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {MAIN}>{before}{rows}</worksheet>"
        )
        for name, text in parts.items():
            archive.writestr(name, text)
    return extract(".xlsx", data.getvalue())


def row(cells: str, before: str = "", settings: str = "") -> str:
    return book(cells, before, settings).text.removeprefix("## S\n\n").strip()


FIRST = "<c><v>7</v></c>"


def test_a_formula_that_answers_nothing_shows_nothing() -> None:
    empty = '<c t="str"><f>IF(A1=1,"x","")</f><v></v></c>'
    assert row(FIRST + empty + "<c><f>A1*2</f><v></v></c>") == "7 | =A1*2"


def test_what_a_program_that_cannot_calculate_stores_is_no_value() -> None:
    cells = "<c><f>2*3</f><v>0</v></c><c><f>2*4</f><v>8</v></c><c><v>0</v></c>"
    assert row(cells, settings='<calcPr fullCalcOnLoad="1"/>') == "=2*3 | 8 | 0"
    assert row(cells) == "0 | 8 | 0"
    known = '<c t="b"><f>A1=1</f><v>0</v></c>'
    assert row(FIRST + known, settings='<calcPr fullCalcOnLoad="1"/>') == "7 | FALSE"


def test_signs_that_xml_cannot_hold_are_read() -> None:
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    cells = text.format("one_x000D_two") + text.format("a_x005F_x000D_b")
    assert row(cells) == "one two | a_x000D_b"


def test_a_formula_that_is_a_link_has_its_address() -> None:
    link = '<c t="str"><f>HYPERLINK("{}","open")</f><v>open</v></c>'
    cells = link.format("https://x.example/m") + link.format("mailto:a@x.example")
    assert row(cells) == "open (https://x.example/m) | open (a@x.example)"


def test_zeros_that_a_sheet_does_not_show() -> None:
    cells = FIRST + "<c><v>0</v></c><c><v>10</v></c>"
    view = '<sheetViews><sheetView showZeros="0"/></sheetViews>'
    assert row(cells, before=view) == "7 | 10"


def test_what_stands_for_a_picture_in_a_cell_is_no_error() -> None:
    assert row(FIRST + '<c t="e" vm="1"><v>#VALUE!</v></c>') == "7"
    assert row(FIRST + '<c t="e"><v>#VALUE!</v></c>') == "7 | #VALUE!"


@pytest.mark.parametrize(
    ("number", "value", "want"),
    [
        (42, "1500", "$1,500"),
        (43, "-4.5", "(4.50)"),
        (8, "2", "$2.00"),
        (31, "46096", "2026-03-15"),
    ],
)
def test_formats_that_a_file_names_by_their_number_only(number: int, value: str, want: str) -> None:
    styles = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{number}"/></cellXfs>'
    parts = {"xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>"}
    assert book(f'<c s="1"><v>{value}</v></c>', **parts).text == f"## S\n\n{want}\n"


def drawn(shapes: str, chart: str = "", first: str = FIRST) -> str:
    whole = f"<c:chartSpace {DRAWN}><c:chart>{chart}</c:chart></c:chartSpace>"
    found = book(
        first,
        **{
            "xl/worksheets/_rels/sheet1.xml.rels": relations("../drawings/drawing1.xml"),
            "xl/drawings/drawing1.xml": f"<x:wsDr {DRAWN}>{shapes}</x:wsDr>",
            "xl/drawings/_rels/drawing1.xml.rels": relations("../charts/chart1.xml"),
            "xl/charts/chart1.xml": whole,
        },
    )
    return found.text.removeprefix("## S\n\n7\n\n")


def shape(text: str, hidden: str = "") -> str:
    return (
        f'<x:sp><x:nvSpPr><x:cNvPr id="1" name="a" {hidden}/></x:nvSpPr><x:txBody><a:p>'
        f"<a:r><a:t>{text}</a:t></a:r><a:br/><a:r><a:t>end</a:t></a:r></a:p></x:txBody></x:sp>"
    )


def test_what_stands_for_a_slicer_in_old_programs_is_not_read() -> None:
    slicer = (
        '<m:AlternateContent><m:Choice Requires="sle15"><x:graphicFrame/></m:Choice>'
        f"<m:Fallback>{shape('This shape represents a slicer.')}</m:Fallback></m:AlternateContent>"
    )
    assert drawn(slicer + shape("Seen") + shape("Unseen", 'hidden="1"')) == "Seen\nend\n"


@pytest.mark.parametrize(
    ("sheet", "want"),
    [
        ("S", "Sales 2026\n"),
        ("(S!$A$1,S", "Sales 2026\n"),
        ("'Old data'", "Sales 2026\n\n | Hubs\nEU | 50%\nUS |\n"),
    ],
)
def test_a_chart_of_figures_that_no_shown_sheet_has_is_a_table(sheet: str, want: str) -> None:
    frame = '<x:graphicFrame><a:graphic><c:chart r:id="r0"/></a:graphic></x:graphicFrame>'
    name = "<c:tx><c:strRef><c:strCache><c:pt><c:v>Hubs</c:v></c:pt></c:strCache></c:strRef></c:tx>"
    cache = '<c:{0}Cache><c:formatCode>0%</c:formatCode><c:ptCount val="2"/>{1}</c:{0}Cache>'
    points = '<c:pt idx="0"><c:v>EU</c:v></c:pt><c:pt idx="1"><c:v>US</c:v></c:pt>'
    names = f"<c:cat><c:strRef>{cache.format('str', points)}</c:strRef></c:cat>"
    half = cache.format("num", '<c:pt idx="0"><c:v>0.5</c:v></c:pt>')
    values = f"<c:val><c:numRef><c:f>{sheet}!$B$2:$B$3</c:f>{half}</c:numRef></c:val>"
    words = "<a:r><a:t>Sales </a:t></a:r><a:r><a:t>2026</a:t></a:r>"
    title = f"<c:title><c:tx><a:p>{words}</a:p></c:tx></c:title>"
    chart = f"{title}<c:plotArea><c:ser>{name}{names}{values}</c:ser></c:plotArea>"
    assert drawn(frame, chart) == want


def test_a_chart_without_a_title_makes_no_empty_sheet() -> None:
    frame = '<x:graphicFrame><a:graphic><c:chart r:id="r0"/></a:graphic></x:graphicFrame>'
    assert drawn(frame, first="") == ""


def test_lines_of_the_title_of_a_chart_are_parted() -> None:
    frame = '<x:graphicFrame><a:graphic><c:chart r:id="r0"/></a:graphic></x:graphicFrame>'
    title = "<a:p><a:r><a:t>Sales</a:t></a:r></a:p><a:p><a:r><a:t>in 2026</a:t></a:r></a:p>"
    assert drawn(frame, f"<c:title><c:tx>{title}</c:tx></c:title>") == "Sales in 2026\n"


@pytest.mark.parametrize(
    ("stored", "want"),
    [("45.0", "45"), ("19.50", "19.5"), ("0.0", "0"), ("19.989999999999998", "19.99"), ("7", "7")],
)
def test_a_number_has_no_zeros_that_only_its_program_stores(stored: str, want: str) -> None:
    assert row(f"<c><v>{stored}</v></c>") == want


@pytest.mark.parametrize(
    ("stored", "want"),
    [
        ("2026-05-04T00:00:00.000Z", "2026-05-04"),
        ("2026-05-04", "2026-05-04"),
        ("2026-05-04T14:30:00", "2026-05-04 14:30"),
        ("14:30", "14:30"),
        ("1850-01-01", "1850-01-01"),
        ("1900-02-28", "1900-02-28"),
        ("1900-03-01", "1900-03-01"),
        ("9999-12-31T23:59:59.999", "9999-12-31 23:59"),
    ],
)
def test_moments_that_are_stored_as_text_are_shown_as_others_are(stored: str, want: str) -> None:
    assert row(f'<c t="d"><v>{stored}</v></c>') == want
