"""OpenDocument files."""

import io
import zipfile

from chatbot.knowledge.formats import extract

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
