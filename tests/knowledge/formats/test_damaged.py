"""Parts that are damaged: they cost nothing that stands in others, and it is said."""

import io
import zipfile
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.worksheet.table import Table
from pptx import Presentation

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.zipped import rewrite_archive
from tests.support.documents import saved


def word() -> Any:
    document = docx.Document()
    document.add_paragraph("Returns take 30 days.")
    document.add_paragraph("Print the label", style="List Number")
    document.sections[0].header.paragraphs[0].text = "Shop manual"
    return document


def workbook() -> Any:
    book = openpyxl.Workbook()
    for row in (["Code", "Fix"], ["E5", "Restart"]):
        book.active.append(row)
    book.active.add_table(Table(displayName="Fixes", ref="A1:B2"))
    book.create_sheet("Other").append(["Kept"])
    return book


def deck() -> Any:
    found = Presentation()
    for title in ("First", "Returns take 30 days."):
        found.slides.add_slide(found.slide_layouts[5]).shapes.title.text = title
    return found


def damaged(suffix: str, document: Any, part: str) -> Extracted:
    archive = zipfile.ZipFile(io.BytesIO(saved(document)))
    assert part in archive.NameToInfo
    return extract(suffix, rewrite_archive(archive, {part: archive.read(part)[:-60] + b"<"}))


@pytest.mark.parametrize("part", ["styles", "numbering", "header1"])
def test_what_stands_beside_the_text_of_word(part: str) -> None:
    found = damaged(".docx", word(), f"word/{part}.xml")
    assert "Returns take 30 days." in found.text
    assert found.notes == (f"its part 'word/{part}.xml' is damaged and was left out",)


@pytest.mark.parametrize("part", ["docProps/core.xml", "xl/styles.xml", "xl/tables/table1.xml"])
def test_what_stands_beside_the_cells_of_a_workbook(part: str) -> None:
    found = damaged(".xlsx", workbook(), part)
    assert "E5 | Restart" in found.text
    named = f"its part '{part}' is damaged and was left out"
    assert found.notes == (() if part.startswith("docProps") else (named,))


def test_a_sheet_costs_no_other_one_and_is_read_up_to_the_damage() -> None:
    found = damaged(".xlsx", workbook(), "xl/worksheets/sheet1.xml")
    assert "Kept" in found.text
    assert "Code | Fix" in found.text
    assert found.notes[0].startswith("sheet Sheet is damaged and read in part only")


def test_a_slide_costs_no_other_one() -> None:
    found = damaged(".pptx", deck(), "ppt/slides/slide1.xml")
    assert found.text == "## Returns take 30 days.\n"
    assert found.notes == ("its part 'ppt/slides/slide1.xml' is damaged and was left out",)


def test_a_picture_whose_bytes_are_others_costs_no_text() -> None:
    archive = zipfile.ZipFile(io.BytesIO(saved(word())))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in archive.namelist():
            new.writestr(name, archive.read(name))
        new.writestr("word/media/image1.png", b"PICTURE")
        new.writestr("word/comments.xml", b"<w:comments/>")  # what makes the file written anew
    found = extract(".docx", out.getvalue().replace(b"PICTURE", b"PICTURF"))
    assert "Returns take 30 days." in found.text


@pytest.mark.parametrize(
    ("suffix", "part"),
    [(".docx", "word/header1.xml"), (".pptx", "ppt/slides/slide1.xml")],
)
def test_a_part_whose_bytes_are_others_is_named(suffix: str, part: str) -> None:
    data = saved(word() if suffix == ".docx" else deck())
    whole = zipfile.ZipFile(io.BytesIO(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name in whole.namelist():
            new.writestr(name, whole.read(name))
    changed = bytearray(out.getvalue())
    changed[changed.index(whole.read(part)) + len(whole.read(part)) // 2] ^= 1
    found = extract(suffix, bytes(changed))
    assert "Returns take 30 days." in found.text
    assert "Shop manual" not in found.text
    assert "First" not in found.text
    assert found.notes == (f"its part '{part}' is damaged and was left out",)


def test_styles_of_open_documents_cost_no_text() -> None:
    out = io.BytesIO()
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = "<o:body><o:text><t:p>Kept</t:p></o:text></o:body>"
    with zipfile.ZipFile(out, "w") as archive:
        content = f'<o:document-content xmlns:o="{office}" xmlns:t="{text}">{body}'
        archive.writestr("content.xml", f"{content}</o:document-content>")
        archive.writestr("styles.xml", "<o:styles")
        archive.writestr("meta.xml", "<o:meta")
    found = extract(".odt", out.getvalue())
    assert found.text == "Kept\n"
    assert found.notes == ("its part 'styles.xml' is damaged and was left out",)
