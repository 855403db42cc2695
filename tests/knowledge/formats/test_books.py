"""Books."""

import io
import zipfile

from chatbot.knowledge.formats import extract


def test_books_are_read_in_the_order_of_their_spine() -> None:
    package = """<package xmlns="http://www.idpf.org/2007/opf"><metadata>
    <dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Hub handbook</dc:title></metadata>
    <manifest><item id="b" href="text/b%20two.xhtml"/><item id="a" href="text/a.xhtml"/></manifest>
    <spine><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    container = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"""
    page = "<?xml version='1.0' encoding='utf-8'?><html><body><h1>{}</h1><p>{}</p></body></html>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OEBPS/content.opf", package)
        archive.writestr("OEBPS/text/b two.xhtml", page.format("Care", "Wipe it dry."))
        archive.writestr("OEBPS/text/a.xhtml", page.format("Start", "Plug it in."))
    found = extract(".epub", out.getvalue())
    assert found.title == "Hub handbook"
    assert found.text == "# Start\n\nPlug it in.\n\n# Care\n\nWipe it dry.\n"
