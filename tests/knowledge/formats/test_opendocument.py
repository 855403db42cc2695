"""OpenDocument files."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "presentation")
)
NAMES += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
NAMES += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
NAMES += ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
NAMES += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
NAMES += ' xmlns:l="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'


def open_document(suffix: str, body: str, parts: Mapping[str, str] = {}) -> str:
    return extracted(suffix, body, parts).text


def extracted(suffix: str, body: str, parts: Mapping[str, str]) -> Extracted:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        content = f"<office:document-content {NAMES}><office:body>{body}</office:body>"
        archive.writestr("content.xml", f"{content}</office:document-content>")
        for name, part in parts.items():
            archive.writestr(name, part)
    return extract(suffix, out.getvalue())


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


def test_a_box_on_a_heading_stands_below_it() -> None:
    box = "<draw:custom-shape><text:p>Boxed</text:p></draw:custom-shape>"
    body = f"<office:text><text:h>Pay{box}</text:h><text:p>In cash.</text:p></office:text>"
    assert open_document(".odt", body) == "# Pay\n\nBoxed\n\nIn cash.\n"


def test_what_a_program_says_of_a_picture_is_left_out() -> None:
    said = "<svg:desc>A device\n\nDescription automatically generated</svg:desc>"
    frame = f"<draw:frame><draw:image/>{said}</draw:frame>"
    assert open_document(".odt", f"<office:text><text:p>Kept{frame}</text:p></office:text>") == (
        "Kept\n"
    )


@pytest.mark.parametrize(
    ("box", "want"),
    [
        (
            "<draw:frame><draw:text-box><table:table><table:table-row><table:table-cell>"
            "<text:p>10</text:p></table:table-cell></table:table-row></table:table>"
            "</draw:text-box></draw:frame>",
            "10",
        ),
        (
            "<draw:custom-shape><text:list><text:list-item><text:p>Open</text:p></text:list-item>"
            "<text:list-item><text:p>Close</text:p></text:list-item></text:list>"
            "</draw:custom-shape>",
            "- Open\n- Close",
        ),
    ],
)
def test_what_a_box_holds_is_read_once(box: str, want: str) -> None:
    body = f"<office:text><text:p>Kept{box}</text:p></office:text>"
    assert open_document(".odt", body) == f"Kept\n\n{want}\n"


def styled(own: str, body: str, named: str) -> str:
    """A text with styles of its own and ``named`` ones, which are those of its margins too."""
    parts = f"<office:automatic-styles>{own}</office:automatic-styles>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        content = f"{parts}<office:body><office:text>{body}</office:text></office:body>"
        for name, root, inner in (("content", "content", content), ("styles", "styles", named)):
            document = f"<office:document-{root} {NAMES}>{inner}</office:document-{root}>"
            archive.writestr(f"{name}.xml", document)
    return extract(".odt", data.getvalue()).text


def test_a_style_of_the_text_is_not_one_of_its_margins() -> None:
    style = "<style:style style:name='P1'><style:text-properties {}/></style:style>"
    struck = style.format("style:text-line-through-style='solid'")
    body = "<text:p text:style-name='P1'>Seen</text:p>"
    assert styled(style.format("fo:font-weight='bold'"), body, struck) == "Seen\n"


def test_a_heading_whose_style_takes_its_number_away_has_none() -> None:
    level = "<text:outline-level-style text:level='1' style:num-format='1'/>"
    own = "<style:style style:name='P1' style:list-style-name=''/>"
    body = "<text:h text:style-name='P1'>Preface</text:h><text:h>First</text:h>"
    found = styled(own, body, f"<text:outline-style>{level}</text:outline-style>")
    assert found == "# Preface\n\n# 1 First\n"


def test_what_stands_above_a_list_has_none_of_its_numbers() -> None:
    level = "<text:list-level-style-number text:level='1' style:num-format='1'/>"
    own = f"<text:list-style style:name='L1'>{level}</text:list-style>"
    body = (
        "<text:list text:style-name='L1'><text:list-header><text:p>Steps</text:p>"
        "</text:list-header><text:list-item><text:p>Open</text:p></text:list-item></text:list>"
    )
    assert styled(own, body, "").endswith("1. Open\n")


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


NUMBERED = (
    "<text:list-style style:name='L'>"
    "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.'/>"
    "<text:list-level-style-number text:level='2' style:num-format='a' style:num-suffix=')'/>"
    "</text:list-style><text:list-style style:name='Steps'><text:list-level-style-number "
    "text:level='1' style:num-format='1' style:num-prefix='Step ' style:num-suffix=':' "
    "text:start-value='3'/></text:list-style>"
)
STYLES = (
    "<style:style style:name='Secret'><style:text-properties text:display='none'/></style:style>"
    "<style:style style:name='Inner' style:parent-style-name='Secret'/>"
    "<style:style style:name='Open' style:parent-style-name='Secret'>"
    "<style:text-properties text:display='true'/></style:style>"
    "<style:style style:name='Old'>"
    "<style:text-properties style:text-line-through-style='solid'/></style:style>"
    "<style:style style:name='High'>"
    "<style:text-properties style:text-position='super 58%'/></style:style>"
)


def with_styles(body: str, styles: str, kind: str = ".odt") -> str:
    """A text, or another document, with named styles of its own."""
    named = f"<office:document-styles {NAMES}>{styles}</office:document-styles>"
    return open_document(kind, body, {"styles.xml": named})


def text_of(*paragraphs: str, styles: str = NUMBERED) -> str:
    return with_styles(f"<office:text>{''.join(paragraphs)}</office:text>", styles)


def test_named_styles_hide_strike_and_raise() -> None:
    styled = "<text:p text:style-name='{}'>{}</text:p>"
    span = "<text:span text:style-name='{}'>{}</text:span>"
    found = text_of(
        styled.format("Secret", "a"),
        styled.format("Inner", "b"),
        styled.format("Open", "c"),
        f"<text:p>Now {span.format('Old', '5')}7, 10{span.format('High', '6')}</text:p>",
        styles=STYLES,
    )
    assert found == "c\n\nNow 7, 10^6\n"


def test_items_have_the_numbers_that_their_list_gives_them() -> None:
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('b', '')}{item.format('c', '')}</text:list>"
    named = f"<text:list text:style-name='L'>{item.format('a', inner)}</text:list>"
    steps = f"<text:list text:style-name='Steps'>{item.format('d', '')}</text:list>"
    assert text_of(named, "<text:p/>", steps) == "1. a\n  a) b\n  b) c\nStep 3: d\n"


def test_an_item_without_words_of_its_own_has_no_number() -> None:
    levels = (
        "<text:list-style style:name='D'><text:list-level-style-number text:level='1' "
        "style:num-format='1' style:num-suffix='.'/><text:list-level-style-number text:level='2' "
        "style:num-format='1' text:display-levels='2'/></text:list-style>"
    )
    item = "<text:list-item>{}</text:list-item>"
    inner = item.format(f"<text:list>{item.format('<text:p>b</text:p>')}</text:list>")
    again = "<text:list text:style-name='D' text:continue-numbering='true'>"
    found = text_of(
        f"<text:list text:style-name='D'>{item.format('<text:p>a</text:p>')}</text:list>",
        f"{again}{inner}{item.format('<text:p>c</text:p>')}</text:list>",
        styles=levels,
    )
    assert found == "1. a\n  1.1 b\n2. c\n"


def test_items_hold_tables_and_headings() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = f"<table:table-row>{cell.format('x')}{cell.format('y')}</table:table-row>"
    heading = "<text:list-item><text:h text:outline-level='2'>Scope</text:h></text:list-item>"
    table = f"<text:list-item><text:p>a</text:p><table:table>{row}</table:table></text:list-item>"
    found = text_of(f"<text:list text:style-name='L'>{heading}{table}</text:list>")
    assert found == "## 1. Scope\n\n2. a\n\nx | y\n"


def test_headings_have_their_numbers() -> None:
    outline = (
        "<text:outline-style><text:outline-level-style text:level='1' style:num-format='1' "
        "style:num-suffix='.'/><text:outline-level-style text:level='2' style:num-format='1' "
        "text:display-levels='2'/></text:outline-style>"
    )
    heading = "<text:h text:outline-level='{}'>{}</text:h>"
    told = "<text:number>2.2</text:number>Prices"
    headings = ((1, "Scope"), (2, "Terms"), (1, "Fees"), (2, "Plans"), (2, told))
    found = text_of(*(heading.format(*each) for each in headings), styles=outline)
    assert found.split("\n\n") == [
        "# 1. Scope", "## 1.1 Terms", "# 2. Fees", "## 2.1 Plans", "## 2.2 Prices\n"
    ]  # fmt: skip


def test_what_stands_above_and_below_the_pages_of_a_text_is_read() -> None:
    number = "<text:p>Page <text:page-number>1</text:page-number></text:p>"
    styles = (
        "<office:master-styles><style:master-page style:name='Standard'>"
        "<style:header><text:p>Harbor Pro only</text:p></style:header>"
        f"<style:footer><text:p>Hotline 555</text:p>{number}</style:footer></style:master-page>"
        "<style:master-page style:name='Unused'><style:header><text:p>x</text:p></style:header>"
        "</style:master-page></office:master-styles>"
    )
    assert text_of("<text:p>Body</text:p>", styles=styles) == (
        "Harbor Pro only\n\nBody\n\nHotline 555\n"
    )


def test_shapes_pictures_and_readings_are_no_part_of_other_words() -> None:
    shape = "<draw:custom-shape><text:p>Boxed</text:p></draw:custom-shape>"
    picture = (
        "<draw:frame><draw:image/><svg:title>Hub</svg:title><svg:desc>Pin below</svg:desc>"
        "</draw:frame>"
    )
    base = "<text:ruby-base>東京</text:ruby-base>"
    ruby = f"<text:ruby>{base}<text:ruby-text>x</text:ruby-text></text:ruby>"
    empty = "<l:content-control l:showing-place-holder='true'>Choose</l:content-control>"
    found = text_of(f"<text:p>In {ruby}{shape}, see{picture}there{empty}.</text:p>")
    assert found == "In 東京, see Hub: Pin below there.\n\nBoxed\n"


def test_sections_that_a_condition_hides_are_left_out() -> None:
    hidden = "<text:section text:is-hidden='true'><text:p>Staff</text:p></text:section>"
    paragraph = "<text:p>Staff too<text:hidden-paragraph text:is-hidden='true'/></text:p>"
    assert text_of(hidden, paragraph, "<text:p>Open</text:p>") == "Open\n"


def cells(*texts: str, style: str = "", more: str = "") -> str:
    found = "".join(
        f"<table:table-cell table:style-name='{style}' {more}><text:p>{text}</text:p>"
        "</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row>{found}</table:table-row>"


def sheet_of(*rows: str) -> str:
    table = f"<table:table table:name='S'>{''.join(rows)}</table:table>"
    found = with_styles(f"<office:spreadsheet>{table}</office:spreadsheet>", "", ".ods")
    return found.removeprefix("## S\n\n")


def test_boxes_over_cells_and_links_of_formulas_are_read() -> None:
    box = "<draw:frame><draw:text-box><text:p>A note</text:p></draw:text-box></draw:frame>"
    formula = 'table:formula="of:=HYPERLINK(&quot;https://x.example/m&quot;;&quot;open&quot;)"'
    found = sheet_of(f"<table:shapes>{box}</table:shapes>", cells("a"), cells("open", more=formula))
    assert found == "a\n\nopen (https://x.example/m)\n\nA note\n"


@pytest.mark.parametrize("by", ["style", "rows"])
def test_a_row_that_is_set_apart_names_the_columns(by: str) -> None:
    heavy = "<style:text-properties fo:font-weight='bold'/>"
    bold = f"<style:style style:name='B'>{heavy}</style:style>"
    rows = [cells("alpha", "beta", style="B"), cells("one", "two"), cells("three", "four")]
    if by == "rows":
        rows[0] = f"<table:table-header-rows>{cells('alpha', 'beta')}</table:table-header-rows>"
    named = f"<office:document-styles {NAMES}>{bold}</office:document-styles>"
    table = f"<table:table table:name='S'>{''.join(rows)}</table:table>"
    body = f"<office:spreadsheet>{table}</office:spreadsheet>"
    found = extracted(".ods", body, {"styles.xml": named})
    assert [rows.columns for rows in found.tables] == ["alpha | beta"]


def test_the_title_of_a_slide_stands_first_and_pictures_are_told() -> None:
    frame = "<draw:frame {}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    picture = "<draw:frame><draw:image/><svg:desc>Pin below</svg:desc></draw:frame>"
    title = frame.format("presentation:class='title'", "Refunds")
    page = f"<draw:page>{frame.format('', 'Body')}{picture}{title}</draw:page>"
    found = with_styles(f"<office:presentation>{page}</office:presentation>", "", ".odp")
    assert found == "## Refunds\n\nBody\n\nPin below\n"


def valued(*cells: str) -> str:
    row = "".join(
        f"<table:table-cell office:value-type={cell}</table:table-cell>" for cell in cells
    )
    table = f"<table:table table:name='S'><table:table-row>{row}</table:table-row></table:table>"
    body = f"<office:spreadsheet>{table}</office:spreadsheet>"
    return open_document(".ods", body).removeprefix("## S\n\n")


def test_values_that_a_program_writes_without_their_text() -> None:
    cells = [
        "'float' office:value='5.50'>",
        "'percentage' office:value='0.15'>",
        "'currency' office:currency='EUR' office:value='9'>",
        "'date' office:date-value='2026-05-01T00:00:00'>",
        "'time' office:time-value='PT36H05M00S'>",
        "'boolean' office:boolean-value='true'>",
        "'string' office:string-value='Basic'>",
    ]
    assert valued(*cells) == "5.5 | 15% | 9 EUR | 2026-05-01 | 36:05 | TRUE | Basic\n"


def test_a_value_that_is_shown_as_nothing_stays_so() -> None:
    shown = "'float' office:value='7'><text:p>7</text:p>"
    assert valued(shown, "'float' office:value='0'>") == "7\n"
