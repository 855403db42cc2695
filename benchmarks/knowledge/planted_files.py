# ruff: noqa: E501 -- a family a line
"""Files of every format and family with facts in them, as programs and people write them."""

import io
import json
import textwrap
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.knowledge.planted import Fact
from tests.support import old_files

File = tuple[str, bytes, list[Fact]]
Maker = Callable[[str, list[Fact]], list[File]]
_TALK = "Please read this page before you call us. It is checked twice a year by the support team."


def _one(suffix: str, write: Callable[[list[Fact]], bytes | str]) -> Maker:
    """A family whose facts stand in one file."""

    def make(family: str, facts: list[Fact]) -> list[File]:
        data = write(facts)
        name = family.replace(": ", "-").replace(" ", "-")
        return [(f"{name}{suffix}", data.encode() if isinstance(data, str) else data, facts)]

    return make


def _each(suffix: str, write: Callable[[Fact], bytes | str], name: str = "") -> Maker:
    """A family with a file for each fact."""

    def make(family: str, facts: list[Fact]) -> list[File]:
        files = []
        for number, fact in enumerate(facts):
            data = write(fact)
            folder = family.replace(": ", "-").replace(" ", "-")
            path = (
                name.format(fact.subject.replace(" ", "-").lower()) or f"{folder}/{number}{suffix}"
            )
            files.append((path, data.encode() if isinstance(data, str) else data, [fact]))
        return files

    return make


def _rows(facts: list[Fact]) -> list[list[str]]:
    return [["Product", facts[0].attribute.capitalize()], *([f.subject, f.value] for f in facts)]


def _html_table(facts: list[Fact], cell: str = "{}") -> str:
    rows = _rows(facts)
    lines = [
        "<tr>" + "".join(f"<td>{cell.format(c)}</td>\n" for c in row) + "</tr>" for row in rows
    ]
    return "<h1>Overview</h1>\n<table>\n" + "\n".join(lines) + "\n</table>"


def _html_rowspan(facts: list[Fact]) -> str:
    a = facts[0].attribute
    rows = "".join(
        f"<tr><td rowspan=2>{f.subject}</td><td>{a}</td><td>{f.value}</td></tr>"
        f"<tr><td>colour</td><td>white</td></tr>"
        for f in facts
    )
    return (
        f"<h1>Sheet</h1><table><tr><th>Product</th><th>What</th><th>Value</th></tr>{rows}</table>"
    )


def _markdown_table(facts: list[Fact]) -> str:
    rows = _rows(facts)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["# Overview", "", _TALK, "", lines[0], "|---|---|", *lines[1:], ""])


def _long_csv(facts: list[Fact], sign: str = ",") -> str:
    rows = [["Product", "Colour", facts[0].attribute.capitalize(), "Remark"]]
    for number in range(120):
        rows.append([f"Filler item {number}", "black", f"{number}", f"in box {number}"])
    for at, fact in enumerate(facts):
        rows.insert(2 + 19 * at, [fact.subject, "white", fact.value, "sold in shops"])
    return "".join(sign.join(row) + "\n" for row in rows)


def _mail(facts: list[Fact], body: Callable[[Any, str], None]) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"] = "ann@example.com", "desk@example.com"
    message["Subject"] = "What was asked this week"
    body(message, "\n\n".join(fact.sentence for fact in facts))
    return message.as_bytes()


def _mail_html(message: Any, text: str) -> None:
    message.set_content("This mail is in HTML; open it in a browser.")
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n\n"))
    message.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")


def _mail_forward(message: Any, text: str) -> None:
    from email.message import EmailMessage

    inner = EmailMessage()
    inner["From"], inner["Subject"] = "bob@example.com", "Figures"
    inner.set_content(text)
    message.set_content("FYI")
    message.add_attachment(inner)


def _mail_csv(facts: list[Fact]) -> bytes:
    def body(message: Any, text: str) -> None:
        rows = "\n".join(";".join(row) for row in _rows(facts))
        message.set_content("See the attachment.")
        message.add_attachment(rows.encode(), maintype="text", subtype="csv", filename="list.csv")

    return _mail(facts, body)


def _mbox(facts: list[Fact]) -> bytes:
    parts = [_mail([fact], lambda message, text: message.set_content(text)) for fact in facts]
    return b"".join(b"From ann@example.com Sat Jan  3 01:05:34 2026\n" + p + b"\n" for p in parts)


def _docx(write: Callable[[Any, list[Fact]], None]) -> Callable[[list[Fact]], bytes]:
    def make(facts: list[Fact]) -> bytes:
        import docx

        document = docx.Document()
        document.add_heading("Handbook", 1)
        document.add_paragraph(_TALK)
        write(document, facts)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return make


def _word(document: Any, inner: str) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    xml = f'<w:p {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml">{inner}</w:p>'
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _tracked(document: Any, facts: list[Fact]) -> None:
    for fact in facts:
        start, end = fact.sentence.split(fact.value)
        gone = '<w:del w:id="1" w:author="A"><w:r><w:delText>9999</w:delText></w:r></w:del>'
        new = f'<w:ins w:id="2" w:author="A">{_run(fact.value)}</w:ins>'
        _word(document, _run(start) + gone + new + _run(end))


def _boxes(document: Any, facts: list[Fact]) -> None:
    for fact in facts:
        box = f"<w:txbxContent><w:p>{_run(fact.sentence)}</w:p></w:txbxContent>"
        _word(
            document, f"<w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r>"
        )


def _controls(document: Any, facts: list[Fact]) -> None:
    for fact in facts:
        start, end = fact.sentence.split(fact.value)
        control = f"<w:sdt><w:sdtContent>{_run(fact.value)}</w:sdtContent></w:sdt>"
        _word(document, _run(start) + control + _run(end))


def _word_table(document: Any, facts: list[Fact], merged: bool = False) -> None:
    rows = _rows(facts)
    table = document.add_table(len(rows), 2 + merged)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column + merged).text = text
    if merged:
        table.cell(0, 0).text = "Series"
        table.cell(1, 0).merge(table.cell(len(rows) - 1, 0))
        table.cell(1, 0).text = "Home"


def _word_list(document: Any, facts: list[Fact]) -> None:
    for fact in facts:
        document.add_paragraph(fact.sentence, style="List Number")


def _xlsx(write: Callable[[Any, list[Fact]], None]) -> Callable[[list[Fact]], bytes]:
    def make(facts: list[Fact]) -> bytes:
        import openpyxl

        book = openpyxl.Workbook()
        write(book, facts)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make


def _sheet(book: Any, facts: list[Fact]) -> None:
    for row in _rows(facts):
        book.active.append(row)


def _merged_sheet(book: Any, facts: list[Fact]) -> None:
    sheet = book.active
    sheet.append(["Product", "Region", facts[0].attribute])
    for fact in facts:
        at = sheet.max_row + 1
        sheet.append([fact.subject, "EU", "as written on the box"])
        sheet.append([None, "World", fact.value])
        sheet.merge_cells(f"A{at}:A{at + 1}")


def _formats(book: Any, facts: list[Fact]) -> None:
    """The unit is in the format of the cell, as people set it."""
    book.active.append(["Product", facts[0].attribute])
    for fact in facts:
        before, number, behind = _number(fact.value)
        book.active.append([fact.subject, number])
        code = f'"{before}"0' if before else f'0" {behind}"'
        book.active.cell(book.active.max_row, 2).number_format = code


def _number(value: str) -> tuple[str, int, str]:
    digits = "".join(c for c in value if c.isdigit())
    before, _, behind = value.partition(digits)
    return before, int(digits), behind.strip()


def _below_title(book: Any, facts: list[Fact]) -> None:
    sheet = book.active
    sheet.append(["Figures of this year"])
    sheet.append([])
    for row in _rows(facts):
        sheet.append([None, *row])
    sheet.append([])
    sheet.append(["Source", "laboratory"])


def _wrong_dimension(facts: list[Fact]) -> bytes:
    import re

    data = _xlsx(_sheet)(facts)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            changed = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', old.read(name))
            new.writestr(name, changed)
    return out.getvalue()


def _pptx(write: Callable[[Any, list[Fact]], None]) -> Callable[[list[Fact]], bytes]:
    def make(facts: list[Fact]) -> bytes:
        from pptx import Presentation

        deck = Presentation()
        for at in range(0, len(facts), 3):
            slide = deck.slides.add_slide(deck.slide_layouts[1])
            slide.shapes.title.text = "Good to know"
            write(slide, facts[at : at + 3])
        out = io.BytesIO()
        deck.save(out)
        return out.getvalue()

    return make


def _bullets(slide: Any, facts: list[Fact]) -> None:
    slide.placeholders[1].text = "\n".join(fact.sentence for fact in facts)


def _notes(slide: Any, facts: list[Fact]) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(fact.sentence for fact in facts)


def _groups(slide: Any, facts: list[Fact]) -> None:
    group = slide.shapes.add_group_shape()
    for fact in facts:
        group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = fact.sentence


def _slide_table(slide: Any, facts: list[Fact]) -> None:
    rows = _rows(facts)
    table = slide.shapes.add_table(len(rows), 2, 0, 0, 9_000_000, 900_000).table
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text


def _canvas(draw: Callable[[Any, list[Fact]], None]) -> Callable[[list[Fact]], bytes]:
    def make(facts: list[Fact]) -> bytes:
        from reportlab.pdfgen.canvas import Canvas

        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(595, 842))
        draw(canvas, facts)
        canvas.save()
        return out.getvalue()

    return make


def _columns(canvas: Any, facts: list[Fact]) -> None:
    for side, part in enumerate((facts[:3], facts[3:])):
        lines = [line for fact in part for line in [*textwrap.wrap(fact.sentence, 34), ""]]
        for at, line in enumerate(lines):
            canvas.drawString(60 + 270 * side, 780 - 14 * at, line)
    canvas.showPage()


def _hyphens(canvas: Any, facts: list[Fact]) -> None:
    for at, fact in enumerate(facts):
        word = fact.subject.split()[1]
        start, end = fact.sentence.split(word)
        canvas.drawString(60, 780 - 60 * at, f"{start}{word[:3]}-")
        canvas.drawString(60, 766 - 60 * at, f"{word[3:]}{end}")
    canvas.showPage()


def _over_pages(canvas: Any, facts: list[Fact]) -> None:
    rest = ""
    for number, fact in enumerate([*facts, None], start=1):
        canvas.drawString(60, 815, "Handbook for the desk")
        canvas.drawString(60, 780, rest)
        canvas.drawString(60, 700, f"Chapter of page {number} begins here.")
        if fact:
            start, rest = fact.sentence.split(" is ")
            rest = f"is {rest}"
            canvas.drawString(60, 80, start)
        canvas.drawString(280, 30, f"Page {number} of {len(facts) + 1}")
        canvas.showPage()


def _form(canvas: Any, facts: list[Fact]) -> None:
    for at, fact in enumerate(facts):
        canvas.drawString(
            60, 760 - 40 * at, f"{fact.attribute.capitalize()} of the {fact.subject}:"
        )
        field = {"x": 330, "y": 752 - 40 * at, "width": 200, "height": 16}
        canvas.acroForm.textfield(name=f"field{at}", value=fact.value, **field)
    canvas.showPage()


def _pdf_table(facts: list[Fact]) -> bytes:
    from reportlab.platypus import SimpleDocTemplate, Table

    rows = [["Product", "Colour", facts[0].attribute.capitalize()]]
    rows += [[f.subject, "" if at % 2 else "white", f.value] for at, f in enumerate(facts)]
    out = io.BytesIO()
    SimpleDocTemplate(out).build([Table(rows)])
    return out.getvalue()


def _pdf_prose(facts: list[Fact]) -> bytes:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    story = [Paragraph("Manual", styles["Heading1"])]
    story += [Paragraph(f"{_TALK} {f.sentence} {_TALK}", styles["Normal"]) for f in facts]
    out = io.BytesIO()
    SimpleDocTemplate(out).build(story)
    return out.getvalue()


_NS = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
    )
)


def _open_document(body: str) -> bytes:
    content = f"<office:document-content {_NS}><office:body>{body}</office:body></office:document-content>"
    return _zip({"content.xml": content})


def _zip(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _open_table(facts: list[Fact]) -> str:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in _rows(facts)
    )
    return f'<table:table table:name="Figures">{rows}</table:table>'


def _joined(facts: Iterable[Fact], form: str = "{}", between: str = "\n") -> str:
    return between.join(form.format(fact.sentence) for fact in facts)


def _epub(facts: list[Fact]) -> bytes:
    chapters = {f"c{n}.xhtml": f"<h1>Part {n}</h1><p>{f.sentence}</p>" for n, f in enumerate(facts)}
    items = "".join(f'<item id="{name}" href="{name}"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    ocf = "urn:oasis:names:tc:opendocument:xmlns:container"
    return _zip(
        {
            "META-INF/container.xml": f'<container xmlns="{ocf}"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf">'
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        }
        | {f"OEBPS/{name}": text for name, text in chapters.items()}
    )


def _rtf(facts: list[Fact]) -> str:
    return r"{\rtf1\ansi\deff0 " + "".join(rf"{f.sentence}\par " for f in facts) + "}"


def _notebook(facts: list[Fact]) -> str:
    cells = [{"cell_type": "markdown", "source": [f"## Note\n\n{f.sentence}"]} for f in facts]
    return json.dumps({"cells": cells, "nbformat": 4})


def _captions(facts: list[Fact]) -> str:
    cues = []
    for at, fact in enumerate(facts):
        words = fact.sentence.split()
        half = len(words) // 2
        for part, text in enumerate((words[:half], words[half:])):
            second = 6 * at + 3 * part
            cues.append(f"00:00:{second:02}.000 --> 00:00:{second + 2:02}.500\n{' '.join(text)}")
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def _json_html(facts: list[Fact]) -> str:
    rows = [{"id": n, "title": f"Übersicht {n}", "body": f"<p>Gerät – {f.sentence}</p>"}
            for n, f in enumerate(facts)]  # fmt: skip
    return json.dumps({"articles": rows})


def _umlauts(text: str) -> str:
    return f"Größe, Zubehör und Maße.\n\n{text}\n\nÄnderungen möglich, für Fehler keine Gewähr.\n"


def _confluence(facts: list[Fact]) -> str:
    macro = (
        '<ac:structured-macro ac:name="info"><ac:parameter ac:name="title">Note</ac:parameter>'
        "<ac:rich-text-body><p>{}</p></ac:rich-text-body></ac:structured-macro>"
    )
    code = (
        '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[{}]]>'
        "</ac:plain-text-body></ac:structured-macro>"
    )
    return "<h1>Wiki</h1>" + _joined(facts[:3], macro) + _joined(facts[3:], code)


def _asciidoc_table(facts: list[Fact]) -> str:
    rows = "\n".join("|" + " |".join(row) for row in _rows(facts))
    return f"= Overview\n\n{_TALK}\n\n|===\n{rows}\n|===\n"


def _list_table(facts: list[Fact]) -> str:
    rows = "".join(f"   * - {a}\n     - {b}\n" for a, b in _rows(facts))
    return f"Overview\n========\n\n.. list-table::\n   :header-rows: 1\n\n{rows}"


def _drawn(facts: list[Fact], border: str) -> str:
    """A table of characters: bordered where ``border`` is "+", else under lines of it."""
    rows = _rows(facts)
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [
        "  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip()
        for row in rows
    ]
    if border == "+":
        rule = "+" + "+".join("-" * (size + 2) for size in wide) + "+"
        lines = [
            "| " + " | ".join(c.ljust(size) for c, size in zip(row, wide, strict=True)) + " |"
            for row in rows
        ]
        lines = [rule, *(part for line in lines for part in (line, rule))]
        lines[2] = rule.replace("-", "=")
    elif border:
        rule = "  ".join(border * size for size in wide)
        lines = [rule, lines[0], rule, *lines[1:], rule]
    return f"{_TALK}\n\n" + "\n".join(lines) + "\n\nAsk us.\n"


def _outlook(facts: list[Fact]) -> bytes:
    body = "\r\n\r\n".join(fact.sentence for fact in facts[:3])
    inner = {0x37: "Figures", 0x1000: "\r\n\r\n".join(fact.sentence for fact in facts[3:])}
    return old_files.message({0x37: "What was asked", 0x1000: body}, within=inner)


def _old_sheet(facts: list[Fact]) -> bytes:
    before, _, behind = _number(facts[0].value)
    code = f'"{before}"0' if before else f'0" {behind}"'
    rows: list[list[Any]] = [["Product", facts[0].attribute]]
    rows += [[fact.subject, (_number(fact.value)[1], 0)] for fact in facts]
    return old_files.workbook({"Figures": rows, "Old": [["gone", "x"]]}, [code], hidden=["Old"])


def _old_deck(facts: list[Fact]) -> bytes:
    return old_files.deck([(fact.subject, fact.sentence) for fact in facts])


def _scan(facts: list[Fact]) -> bytes:
    """A picture of a page: read where text recognition is installed."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    page = Image.new("L", (1240, 1754), 255)
    for number, fact in enumerate(facts):
        place = (120, 160 + 110 * number)
        ImageDraw.Draw(page).text(place, fact.sentence, 0, ImageFont.load_default(26))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    canvas.drawImage(ImageReader(page.rotate(0.4, fillcolor=255)), 0, 0, 595, 842)
    canvas.save()
    return out.getvalue()


FAMILIES: dict[str, Maker] = {
    "html: paragraphs": _one(".html", lambda f: "<h1>Facts</h1>" + _joined(f, "<p>{}</p>")),
    "html: divs": _one(".html", lambda f: "<h1>Facts</h1><div>" + _joined(f, "<div>{}</div>", "") + "</div>"),
    "html: list": _one(".htm", lambda f: "<h1>Facts</h1><ul><li>All<ul>" + _joined(f, "<li>{}</li>", "") + "</ul></li></ul>"),
    "html: definitions": _one(".html", lambda f: "<h1>Figures</h1><dl>" + "".join(f"<dt>{x.attribute} of the {x.subject}</dt><dd>{x.value}</dd>" for x in f) + "</dl>"),
    "html: table": _one(".html", _html_table),
    "html: table with paragraphs": _one(".html", lambda f: _html_table(f, "<p>{}</p>")),
    "html: rowspan": _one(".html", _html_rowspan),
    "html: details": _one(".html", lambda f: "<h1>FAQ</h1>" + "".join(f"<details><summary>{x.question}</summary>{x.value}</details>" for x in f)),
    "html: numbered file": _each(".html", lambda f: f"<html><head><title>{f.subject}: {f.attribute}</title></head><body><p>It is {f.value}.</p></body></html>"),
    "html: struck out": _one(".html", lambda f: "<h1>New</h1>" + "".join(f"<p>{x.attribute} of the {x.subject}: <del>9999</del> {x.value}<sup><a href='#n'>1</a></sup></p>" for x in f)),
    "html: confluence": _one(".html", _confluence),
    "html: latin-1": _one(".html", lambda f: ("<meta charset='iso-8859-1'><h1>Größe</h1>" + _joined(f, "<p>Für alle: {}</p>")).encode("latin-1")),
    "markdown: paragraphs": _one(".md", lambda f: "# Facts\n\n" + _joined(f, "{}\n")),
    "markdown: wrapped": _one(".md", lambda f: "# Facts\n\n" + textwrap.fill(" ".join(f"{x.sentence} {_TALK}" for x in f), 72)),
    "markdown: table": _one(".md", _markdown_table),
    "markdown: html table": _one(".md", lambda f: "# Facts\n\n" + _html_table(f)),
    "markdown: underlined headings": _one(".md", lambda f: "Facts\n=====\n\n" + "".join(f"{x.subject}\n-------\n\nThe {x.attribute} is {x.value}.\n\n" for x in f)),
    "markdown: anchors": _one(".md", lambda f: "# Facts {#facts}\n\n" + "".join(f"## {x.subject} {{#s{n}}}\n\n{x.attribute}: {x.value}\n\n" for n, x in enumerate(f))),
    "markdown: admonitions": _one(".md", lambda f: "# Facts\n\n" + _joined(f, "!!! note\n    {}\n")),
    "markdown: description": _each(".md", lambda f: f"---\ntitle: Page\ndescription: {f.sentence}\n---\n\n{_TALK}\n"),
    "markdown: steps": _one(".md", lambda f: "# Steps\n\n" + "".join(f"{n}. {x.sentence}\n" for n, x in enumerate(f, 1))),
    "markdown: components": _one(".mdx", lambda f: "import Tabs from '@theme/Tabs'\n\n# Facts\n\n<Tabs>\n" + _joined(f, '<TabItem value="x" label="Tab">\n\n{}\n\n</TabItem>') + "\n</Tabs>\n"),
    "markdown: decomposed": _one(".md", lambda f: unicodedata.normalize("NFD", "# Über\n\n" + _joined(f, "Für Geräte: {}\n"))),
    "text: plain": _one(".txt", lambda f: _joined(f, "{}\n")),
    "text: utf-16": _one(".txt", lambda f: _joined(f, "{}\n").encode("utf-16")),
    "text: byte order mark": _one(".txt", lambda f: b"\xef\xbb\xbf" + _joined(f, "{}\n").encode()),
    "text: windows-1252": _one(".txt", lambda f: _umlauts(_joined(f, "{}\n")).encode("cp1252")),
    "text: soft hyphens": _one(".txt", lambda f: _joined(f, "{}\n").replace("e", "e\u00ad")),
    "csv: commas": _one(".csv", _long_csv),
    "csv: german": _one(".csv", lambda f: ("Straße;Größe;;\n" + _long_csv(f, ";")).encode("cp1252")),
    "csv: tabs": _one(".tsv", lambda f: _long_csv(f, "\t")),
    "csv: lines in cells": _one(".csv", lambda f: "Product,Text\n" + "".join(f'{x.subject},"{x.attribute}:\n{x.value}"\n' for x in f)),
    "json: records": _one(".json", lambda f: json.dumps([{"question": x.question, "answer": f"It is {x.value}."} for x in f])),
    "json: html inside": _one(".json", _json_html),
    "json: lines": _one(".jsonl", lambda f: "".join(json.dumps({"title": x.subject, "text": x.sentence}) + "\n" for x in f)),
    "yaml": _one(".yaml", lambda f: "products:\n" + "".join(f"  {x.subject}:\n    {x.attribute}: {x.value}\n" for x in f)),
    "docx: paragraphs": _one(".docx", _docx(lambda d, f: [d.add_paragraph(x.sentence) for x in f] and None)),
    "docx: table": _one(".docx", _docx(_word_table)),
    "docx: merged table": _one(".docx", _docx(lambda d, f: _word_table(d, f, merged=True))),
    "docx: tracked": _one(".docx", _docx(_tracked)),
    "docx: boxes": _one(".docx", _docx(_boxes)),
    "docx: controls": _one(".docx", _docx(_controls)),
    "docx: list": _one(".docx", _docx(_word_list)),
    "xlsx: sheet": _one(".xlsx", _xlsx(_sheet)),
    "xlsx: merged": _one(".xlsx", _xlsx(_merged_sheet)),
    "xlsx: units in formats": _one(".xlsx", _xlsx(_formats)),
    "xlsx: below a title": _one(".xlsx", _xlsx(_below_title)),
    "xlsx: wrong dimension": _one(".xlsx", _wrong_dimension),
    "pptx: bullets": _one(".pptx", _pptx(_bullets)),
    "pptx: notes": _one(".pptx", _pptx(_notes)),
    "pptx: groups": _one(".pptx", _pptx(_groups)),
    "pptx: table": _one(".pptx", _pptx(_slide_table)),
    "pdf: prose": _one(".pdf", _pdf_prose),
    "pdf: table": _one(".pdf", _pdf_table),
    "pdf: columns": _one(".pdf", _canvas(_columns)),
    "pdf: hyphens": _one(".pdf", _canvas(_hyphens)),
    "pdf: over pages": _one(".pdf", _canvas(_over_pages)),
    "pdf: form": _one(".pdf", _canvas(_form)),
    "mail: plain": _one(".eml", lambda f: _mail(f, lambda m, t: m.set_content(t))),
    "mail: html": _one(".eml", lambda f: _mail(f, _mail_html)),
    "mail: forwarded": _one(".eml", lambda f: _mail(f, _mail_forward)),
    "mail: attached": _one(".eml", _mail_csv),
    "mail: box": _one(".mbox", _mbox),
    "odt": _one(".odt", lambda f: _open_document("<office:text>" + _joined(f, "<text:p>{}</text:p>", "") + "</office:text>")),
    "odt: table": _one(".odt", lambda f: _open_document(f"<office:text>{_open_table(f)}</office:text>")),
    "ods": _one(".ods", lambda f: _open_document(f"<office:spreadsheet>{_open_table(f)}</office:spreadsheet>")),
    "odp": _one(".odp", lambda f: _open_document("<office:presentation>" + _joined(f, "<draw:page><draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame></draw:page>", "") + "</office:presentation>")),
    "rtf": _one(".rtf", _rtf),
    "epub": _one(".epub", _epub),
    "notebook": _one(".ipynb", _notebook),
    "captions": _one(".vtt", _captions),
    "rst: paragraphs": _one(".rst", lambda f: "Facts\n=====\n\n" + _joined(f, ".. note::\n\n   {}\n")),
    "rst: list table": _one(".rst", _list_table),
    "asciidoc: paragraphs": _one(".adoc", lambda f: "= Facts\n\n" + _joined(f, "NOTE: {}\n")),
    "asciidoc: table": _one(".adoc", _asciidoc_table),
    "folders": _each(".md", lambda f: f"# {f.attribute.capitalize()}\n\nIt is {f.value}.\n", "{}/figures.md"),
    "text: bordered table": _one(".txt", lambda f: _drawn(f, "+")),
    "text: ruled table": _one(".txt", lambda f: _drawn(f, "=")),
    "text: aligned table": _one(".txt", lambda f: _drawn(f, "")),
    "markdown: bordered table": _one(".md", lambda f: "# Facts\n\n" + _drawn(f, "+")),
    "rst: ruled table": _one(".rst", lambda f: "Facts\n=====\n\n" + _drawn(f, "=")),
    "mail: aligned table": _one(".eml", lambda f: _mail(f, lambda m, t: m.set_content(_drawn(f, "")))),
    "mail: outlook": _one(".msg", _outlook),
    "doc": _one(".doc", lambda f: old_files.letter("Handbook\r" + _joined(f, "{}\r", ""))),
    "xls: units in formats": _one(".xls", _old_sheet),
    "ppt": _one(".ppt", _old_deck),
    "srt": _one(".srt", lambda f: "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{x.sentence}\n\n" for n, x in enumerate(f, 1))),
    "file names": _each(".md", lambda f: f"# {f.attribute.capitalize()}\n\nIt is {f.value}.\n", "names/{}.md"),
}  # fmt: skip
SCANS: dict[str, Maker] = {"pdf: scanned": _one(".pdf", _scan)}
