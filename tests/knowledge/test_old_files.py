"""Files of before 2007 and of LibreOffice: Outlook, Word, Excel, PowerPoint, OpenDocument."""

import io
import shutil
import subprocess
from pathlib import Path

import docx
import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from chatbot.errors import DocumentError
from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.documents import load_document
from chatbot.knowledge.formats import extract
from tests.support import old_files

SUBJECT, BODY, NAME, ADDRESS = 0x37, 0x1000, 0xC1A, 0xC1F


def test_a_message_of_outlook_with_its_attachment() -> None:
    found = extract(
        ".msg",
        old_files.message(
            {SUBJECT: "Refunds", BODY: "It is 30 days.\r\n\r\n-- \r\nAnn", NAME: "Ann Lee",
             ADDRESS: "ann@example.com"},
            to=["bob@example.com"],
            attached={"fees.csv": b"Plan;Price\nPlus;9 EUR\n", "logo.png": b"\x89PNG"},
        ),
    )  # fmt: skip
    assert found.title == "Refunds"
    assert found.text == (
        'From: "Ann Lee" <ann@example.com>\nTo: bob@example.com\nSubject: Refunds\n\n'
        "It is 30 days.\n\n### Signature\n\n--\nAnn\n\n"
        "Attachment: fees.csv\n\nPlan;Price\nPlus;9 EUR\n\nAttachment: logo.png\n"
    )
    assert found.tables[0].columns == "Plan | Price"


def test_the_page_of_a_message_of_outlook_is_read_where_it_says_more() -> None:
    page = "<p>See:</p><table><tr><th>Plan</th><th>Fee</th></tr><tr><td>Plus</td><td>9</td></tr>"
    for plain in ("", "This message is in HTML."):
        found = extract(".msg", old_files.message({SUBJECT: "Fees", BODY: plain}, page))
        assert found.text == "Subject: Fees\n\nSee:\n\nPlan | Fee\nPlus | 9\n"


def test_a_message_that_hangs_on_one_of_outlook_is_read() -> None:
    inner = {SUBJECT: "Order 7", BODY: "It ships on 3 May.", NAME: "Eve", ADDRESS: "e@example.com"}
    outer = {SUBJECT: "FW: Order 7", BODY: "Please answer."}
    found = extract(".msg", old_files.message(outer, within=inner))
    assert found.text == (
        "Subject: FW: Order 7\n\nPlease answer.\n\n## Forwarded message: Order 7\n\n"
        'From: "Eve" <e@example.com>\nSubject: Order 7\n\nIt ships on 3 May.\n'
    )


def test_a_document_of_word_97() -> None:
    found = extract(".doc", old_files.letter("Return policy\rA return of size Ü is free.\r"))
    assert found.text == "# Return policy\n\nA return of size Ü is free.\n"


def test_sheets_of_excel_97_are_as_shown() -> None:
    rows = [
        ["Plan", "Discount", "From", "Code"],
        ["Basic", (0.15, 0), (46082, 1), (123, 2)],
        ["", (0.2, 0), (46113, 1), (456, 2)],
        ["Gone", 1, 2, 3],
    ]
    found = extract(
        ".xls",
        old_files.workbook(
            {"Prices": rows, "Secret": [["no", "x"]]},
            ["0%", "DD.MM.YYYY", "00000"],
            hidden=["Secret"],
            hidden_rows=[3],
            merged=[(1, 2, 0, 0)],
        ),
    )
    assert found.text == (
        "## Prices\n\nPlan | Discount | From | Code\n"
        "Basic | 15% | 01.03.2026 | 00123\nBasic | 20% | 01.04.2026 | 00456\n"
    )
    assert found.pages == ((0, "sheet Prices"),)
    assert found.tables[0].columns == "Plan | Discount | From | Code"
    assert found.notes == ("1 hidden sheet left out", "1 hidden rows left out")


@pytest.mark.parametrize(("bold", "columns"), [([0], "Berlin | Graz"), ([], ""), ([0, 1, 2], "")])
def test_bold_names_of_a_sheet_of_excel_97(bold: list[int], columns: str) -> None:
    rows = [["Berlin", "Graz"], ["Anna", "Bo"], ["Cy", "Di"]]
    found = extract(".xls", old_files.workbook({"Rota": rows}, bold_rows=bold))
    assert found.tables[0].columns == columns


def test_slides_of_powerpoint_97() -> None:
    deck = old_files.deck([("Returns", "30 days\rFree"), ("Shipping", "5 days")])
    found = extract(".ppt", deck)
    assert found.text == "# Returns\n\n30 days\n\nFree\n\n# Shipping\n\n5 days\n"
    assert [label for _, label in found.pages] == ["slide 1", "slide 2"]


@pytest.mark.parametrize("suffix", [".msg", ".doc", ".xls", ".ppt"])
def test_damaged_files_of_before_2007_end_with_a_reason(suffix: str, tmp_path: Path) -> None:
    makers = {
        ".msg": old_files.message({SUBJECT: "S", BODY: "Text."}),
        ".doc": old_files.letter("Text of a letter.\r"),
        ".xls": old_files.workbook({"A": [["Plan", "Fee"], ["Plus", 9]]}),
        ".ppt": old_files.deck([("Title", "Text")]),
    }
    whole = makers[suffix]
    for name, data in {
        "cut": whole[: len(whole) // 3],
        "zeros": whole[:512] + bytes(len(whole) - 512),
        "text": b"This is no such file.",
    }.items():
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(data)
        with pytest.raises(DocumentError):
            load_document(tmp_path, path.name, 1_000_000)


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, Extracted]":
    """What is read of files that LibreOffice saved in its own and in old formats."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice ('soffice') is not installed")
    folder = tmp_path_factory.mktemp("office")
    for name, data in {"a.docx": _letter(), "a.xlsx": _book(), "a.pptx": _deck()}.items():
        (folder / name).write_bytes(data)
    found = {}
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for suffix, source in {
        "doc": "docx", "odt": "docx", "rtf": "docx", "xls": "xlsx", "ods": "xlsx", "ppt": "pptx",
        "odp": "pptx",
    }.items():  # fmt: skip
        command = [program, profile, "--headless", "--convert-to", suffix, f"a.{source}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        found[suffix] = extract(f".{suffix}", (folder / f"a.{suffix}").read_bytes())
    return found


def _saved(document: "object") -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _letter() -> bytes:
    document = docx.Document()
    document.add_heading("Returns", 1)
    document.add_paragraph("A return is free for 30 days.")
    document.add_paragraph("Pack it", style="List Number")
    document.add_paragraph("Send it", style="List Number")
    table = document.add_table(2, 2)
    for at, text in enumerate(("Plan", "Fee", "Plus", "9 €")):
        table.cell(at // 2, at % 2).text = text
    return _saved(document)


def _book() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    book.active.append(["Plan", "Discount", "Code"])
    book.active.append(["Basic", 0.15, 123])
    book.active["B2"].number_format, book.active["C2"].number_format = "0%", "00000"
    book.create_sheet("Secret").append(["no", "x"])
    book["Secret"].sheet_state = "hidden"
    return _saved(book)


def _deck() -> bytes:
    deck = Presentation()
    for number in (1, 2):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Topic {number}"
        slide.placeholders[1].text = f"First {number}\nSecond {number}"
        slide.notes_slide.notes_text_frame.text = f"Say {number}"
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Fees"
    size = [Inches(n) for n in (1, 2, 4, 1)]
    table = slide.shapes.add_table(2, 2, *size).table
    for at, text in enumerate(("Plan", "Fee", "Plus", "9")):
        table.cell(at // 2, at % 2).text = text
    return _saved(deck)


@pytest.mark.parametrize("suffix", ["doc", "odt", "rtf"])
def test_letters_that_libreoffice_saved(converted: dict[str, Extracted], suffix: str) -> None:
    text = converted[suffix].text
    parts = ("Returns", "A return is free for 30 days.", "Pack it", "Send it")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "Plus | 9 €" in text
    if suffix != "rtf":
        assert text.startswith("# Returns\n")
        assert converted[suffix].tables[0].columns == "Plan | Fee"


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_sheets_that_libreoffice_saved(converted: dict[str, Extracted], suffix: str) -> None:
    assert converted[suffix].text == "## Prices\n\nPlan | Discount | Code\nBasic | 15% | 00123\n"
    assert "hidden" in converted[suffix].notes[0]


def test_slides_that_libreoffice_saved(converted: dict[str, Extracted]) -> None:
    assert converted["odp"].text == (
        "## Topic 1\n\n- First 1\n- Second 1\n\nSay 1\n\n## Topic 2\n\n- First 2\n- Second 2\n\n"
        "Say 2\n\n## Fees\n\nPlan | Fee\nPlus | 9\n"
    )
    assert [label for _, label in converted["odp"].pages] == ["slide 1", "slide 2", "slide 3"]
    text = converted["ppt"].text
    parts = ("Topic 1", "First 1", "Second 1", "Say 1", "Topic 2", "Fees", "Plan", "Plus")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
