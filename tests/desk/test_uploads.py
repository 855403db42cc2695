"""Files that a person hands in with a question."""

from email.message import EmailMessage
from pathlib import Path

import docx
import pytest

from chatbot.answering.events import Answered
from chatbot.answering.question import Question
from chatbot.audience import EVERYTHING
from chatbot.desk.uploads import ACCEPTED, index_documents, read_upload
from chatbot.errors import DocumentError
from chatbot.service import ChatService
from tests.support.scripted import HashedEmbeddings

LIMIT = 1_000_000


def stored(folder: Path, content: bytes) -> Path:
    """A file as the page stores it: under a name that says nothing."""
    path = folder / "5f0c"
    path.write_bytes(content)
    return path


def mail(body: str, subtype: str = "plain") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "customer@example.org", "Broken lamp"
    message.set_content(body, subtype=subtype)
    message.add_attachment(b"MZ\0", maintype="application", subtype="exe", filename="virus.exe")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.txt", b"The lamp is broken."),
        ("note.MD", b"# Note\n\nThe lamp is broken."),
        ("list.csv", b"item,state\nlamp,The lamp is broken.\n"),
        ("mail.eml", mail("The lamp is broken.")),
        ("mail.eml", mail("<p>The <b>lamp</b> is broken.</p><script>run()</script>", "html")),
    ],
)
def test_kinds_that_are_read(tmp_path: Path, name: str, content: bytes) -> None:
    document = read_upload(name, stored(tmp_path, content), LIMIT)
    assert document.path == f"upload/{name}"
    assert "lamp" in document.text
    assert "broken" in document.text
    assert "run()" not in document.text
    if name.endswith("eml"):
        assert "Subject: Broken lamp" in document.text
        assert "Attachment: virus.exe" in document.text


def test_docx_and_pdf_are_read(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    word = docx.Document()
    word.add_paragraph("The lamp is broken.")
    word.save(str(tmp_path / "a"))
    pdf = Canvas(str(tmp_path / "b"))
    pdf.drawString(100, 700, "The lamp is broken.")
    pdf.save()
    for file, name in (("a", "note.docx"), ("b", "note.pdf")):
        assert "lamp is broken" in read_upload(name, tmp_path / file, LIMIT).text


def test_rows_of_a_file_keep_the_names_of_their_columns(tmp_path: Path) -> None:
    rows = [["Item", "Price", "Delivery"], *([f"P-{n}", f"{n}.50", "next week"] for n in range(60))]
    text = "\n".join(",".join(row) for row in rows)
    word = docx.Document()
    word.add_heading("Offer", 1)
    table = word.add_table(rows=len(rows), cols=3)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, said in zip(cells.cells, row, strict=True):
            cell.text = said
    word.save(str(tmp_path / "a"))
    for name, file in (
        ("prices.csv", stored(tmp_path, text.encode())),
        ("a.docx", tmp_path / "a"),
    ):
        document = read_upload(name, file, LIMIT)
        chunks = index_documents([document], HashedEmbeddings(), 400).chunks
        assert {chunk.columns for chunk in chunks[1:]} == {"Item | Price | Delivery"}
        assert {(chunk.title, chunk.name, chunk.folders) for chunk in chunks} == {(name, "", "")}


@pytest.mark.parametrize(
    "name",
    ["page.html", "run.exe", "run.sh", "a.js", "macro.docm", "pack.zip", "photo.svg", "note", ""],
)
def test_what_runs_or_hides_something_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError, match=r"^only \.pdf, "):
        read_upload(name, stored(tmp_path, b"#!/bin/sh\n"), LIMIT)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.txt", b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"),
        ("run.pdf", b"#!/bin/sh\n"),
        ("run.docx", b"PK\3\4 no document"),
        ("run.eml", b"\x7fELF\2\1\1\0"),
    ],
)
def test_a_program_under_another_name_is_not_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(DocumentError):
        read_upload(name, stored(tmp_path, content), LIMIT)


@pytest.mark.parametrize("suffix", ACCEPTED)
def test_large_files_are_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(DocumentError, match="MB"):
        read_upload(f"big{suffix}", stored(tmp_path, b"a" * (LIMIT + 1)), LIMIT)


def test_a_name_leads_nowhere(tmp_path: Path) -> None:
    for name in ("../../etc/passwd.txt", "C:\\x\\passwd.txt", "/etc/passwd.txt"):
        document = read_upload(name, stored(tmp_path, b"Words."), LIMIT)
        assert document.path == "upload/passwd.txt"


def test_a_name_that_is_no_text_and_a_file_that_is_gone_are_said(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("The code is 4711.")
    read = read_upload("\ud800.txt", file, 1000)
    index_documents([read], HashedEmbeddings(), 900)
    assert read.path == "upload/?.txt"
    with pytest.raises(DocumentError, match="cannot be read"):
        read_upload("a.txt", tmp_path / "gone", 1000)


async def test_an_upload_answers_in_its_conversation_only(
    service: ChatService, tmp_path: Path
) -> None:
    document = read_upload("note.txt", stored(tmp_path, b"The kraken code is ZEBRA-77."), LIMIT)
    index = index_documents([document], HashedEmbeddings(), 900)
    found = service.search("kraken code", EVERYTHING, documents=index)
    assert found[0].path == "upload/note.txt"
    assert found[0].text == document.text[found[0].start : found[0].end]
    without = service.search("kraken code", EVERYTHING)
    assert all("upload" not in passage.path for passage in without)
    for documents, expected in ((index, True), (None, False)):
        question = Question("What is the kraken code?", documents=documents, asker=EVERYTHING)
        async for event in service.answer(question):
            if isinstance(event, Answered):
                paths = [passage.path for passage in event.answer.passages]
                assert ("upload/note.txt" in paths) == expected
