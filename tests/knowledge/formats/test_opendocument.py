"""OpenDocument files."""

import io
import zipfile
from collections.abc import Mapping

from chatbot.knowledge.formats import extract

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "svg")
)
NAMES += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
NAMES += ' xmlns:xlink="http://www.w3.org/1999/xlink"'


def open_document(suffix: str, body: str, parts: Mapping[str, str] = {}) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        content = f"<office:document-content {NAMES}><office:body>{body}</office:body>"
        archive.writestr("content.xml", f"{content}</office:document-content>")
        for name, part in parts.items():
            archive.writestr(name, part)
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


def test_a_level_that_is_no_number_is_the_first() -> None:
    heading = "<office:text><text:h text:outline-level='²'>Pay</text:h></office:text>"
    assert open_document(".odt", heading) == "# Pay\n"


def test_equations_are_lines_and_hidden_sections_are_left_out() -> None:
    power = "<msup><mn>10</mn><mn>6</mn></msup><annotation>ten</annotation>"
    equation = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{power}</math>'

    def frame(inner: str) -> str:
        image = "<draw:image xlink:href='./ObjectReplacements/1'/><svg:desc>formula</svg:desc>"
        return f"<draw:frame>{inner}{image}</draw:frame>"

    inside = frame(f"<draw:object>{equation}</draw:object>")
    beside = frame("<draw:object xlink:href='./Object 1'/>")
    chart = frame("<draw:object xlink:href='./Object 2'/>")
    body = (
        f"<office:text><text:p>It is {inside} cells, 2{beside} pages {chart}.</text:p>"
        "<text:section text:display='none'><text:p>Staff.</text:p></text:section></office:text>"
    )
    parts = {"Object 1/content.xml": equation, "Object 2/content.xml": "<chart/>"}
    found = open_document(".odt", body, parts)
    assert found == "It is 10^6 cells, 2 10^6 pages formula.\n"


def test_hidden_words_are_left_out_and_links_have_their_address() -> None:
    style = (
        "<style:style style:name='T1' style:family='text'><style:text-properties "
        "text:display='none'/></style:style>"
    )
    link = "<text:a xlink:href='mailto:a@b.example'>us</text:a>"
    body = f"<text:p>Write <text:span text:style-name='T1'>secret </text:span>to {link}.</text:p>"
    found = open_document(
        ".odt",
        f"<office:text xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'>{style}{body}"
        "</office:text>",
    )
    assert found == "Write to us (a@b.example).\n"


def test_raised_figures_stand_apart_and_struck_words_are_left_out() -> None:
    style = "<style:style style:name='%s'><style:text-properties style:%s/></style:style>"
    styles = (
        style % ("T1", "text-position='super 58%'")
        + style % ("T2", "text-position='-33% 58%'")
        + style % ("T3", "text-line-through-style='solid'")
        + style % ("T4", "text-position='0% 100%'")
    )

    def span(name: str, words: str) -> str:
        return f"<text:span text:style-name='{name}'>{words}</text:span>"

    items = "".join(
        f"<text:list-item><text:p>{name}</text:p></text:list-item>" for name in ("Phone", "Mail")
    )
    cell = f"<table:table-cell><text:list>{items}</text:list></table:table-cell>"
    note = "<text:note><text:note-body><text:p>Or</text:p><text:p>not.</text:p></text:note-body>"
    found = open_document(
        ".odt",
        "<office:text xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'>"
        f"{styles}<text:p>10{span('T1', '6')} W, $9{span('T1', '2')}, H{span('T2', '2')}O, "
        f"10{span('T4', '6')}, Price {span('T3', '$12 ')}$9{note}</text:note></text:p>"
        f"<table:table><table:table-row>{cell}{cell}</table:table-row></table:table></office:text>",
    )
    assert found == "10^6 W, $9 [2], H2O, 106, Price $9 (Or not.)\n\nPhone Mail | Phone Mail\n"


def test_numbers_of_lists_go_on() -> None:
    style = (
        "<office:automatic-styles xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'>"
        "<text:list-style style:name='L1'><text:list-level-style-number text:level='1' "
        "style:num-format='1'/></text:list-style></office:automatic-styles>"
    )
    item = "<text:list-item><text:p>%s</text:p>%s</text:list-item>"
    first = item % ("Rinse", "") + item % ("Dry", "<text:p>In the shade</text:p>")
    again = "<text:list text:style-name='L1' text:continue-numbering='true'>"
    found = open_document(
        ".odt",
        f"{style}<office:text><text:list text:style-name='L1'>{first}</text:list>"
        f"{again}{item % ('Store', '')}</text:list></office:text>",
    )
    assert found == "1. Rinse\n2. Dry\n  In the shade\n3. Store\n"
