"""Every format becomes text with places; damaged and hostile files are named and stop nothing."""

import io
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.apart import extract_apart
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document, list_files, load_document

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path) -> Document:
    return load_document(path.parent, path.name, 20_000_000)


def test_slides_are_pages(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    for title in ("Returns", "Refunds"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"{title} take 14 days."
    deck.save(str(tmp_path / "deck.pptx"))
    chunks = split_document(load(tmp_path / "deck.pptx"), 900)
    assert [(c.page, c.heading or c.title) for c in chunks] == [
        ("slide 1", "Returns"),
        ("slide 2", "Refunds"),
    ]


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


def test_mail_has_its_subject_as_title(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Late parcel", "kim@example.com"
    message.set_content("The parcel is late.")
    message.add_attachment(b"x", maintype="a", subtype="b", filename="label.bin")
    (tmp_path / "m.eml").write_bytes(message.as_bytes())
    document = load(tmp_path / "m.eml")
    assert document.title == "Late parcel"
    assert "The parcel is late." in document.text and "label.bin" in document.text


def test_json_keeps_its_offsets(tmp_path: Path) -> None:
    (tmp_path / "faq.json").write_text('{"question": "Refunds?", "answer": "In 14 days."}')
    document = load(tmp_path / "faq.json")
    chunk = split_document(document, 900)[0]
    assert (tmp_path / "faq.json").read_text()[chunk.start : chunk.end] == chunk.text


def test_pdf_headings_are_found_by_their_size(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "Returns.pdf"))
    for heading in ("Returns", "Refunds"):
        canvas.setFont("Helvetica", 20)
        canvas.drawString(70, 760, heading)
        canvas.setFont("Helvetica", 11)
        for line in range(5):
            canvas.drawString(70, 700 - 15 * line, f"{heading} are explained in line {line}.")
        canvas.showPage()
    canvas.save()
    last = split_document(load(tmp_path / "Returns.pdf"), 900)[-1]
    assert (last.page, last.heading) == ("page 2", "Refunds")


def test_front_matter_is_the_title_and_no_passage(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: How to return\nid: 7\n---\nWithin 30 days.\n")
    document = load(path)
    chunk = split_document(document, 900)[0]
    assert document.title == "How to return"
    assert chunk.text == "Within 30 days."
    assert path.read_text()[chunk.start : chunk.end] == chunk.text


def test_comments_in_code_are_no_headings(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Top\n\n```\n# comment\n```\n\nWords.\n" + "More. " * 200)
    chunks = split_document(load(tmp_path / "a.md"), 400)
    assert {chunk.heading for chunk in chunks} == {""}


def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "dangling.md").symlink_to(tmp_path / "nothing.md")
    (folder / "circle.md").symlink_to(folder / "circle.md")
    (folder / "up").symlink_to(tmp_path)
    found = list_files(folder)
    assert set(found) == {"link.md", "dangling.md", "circle.md"}
    for path in found:
        with pytest.raises(DocumentError):
            load_document(folder, path, 1000)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"word/{number}.xml", b" " * 60_000_000)
    return out.getvalue()


def damaged(count: int) -> list[tuple[str, bytes]]:
    """Truncated and bit-flipped copies of real files of every format, by a fixed seed."""
    seeds = [p.read_bytes() for p in sorted(ROOT.glob("knowledge/*/*.*"))]
    suffixes = [p.suffix for p in sorted(ROOT.glob("knowledge/*/*.*"))]
    risky = [n for n, s in enumerate(suffixes) if s in {".pdf", ".docx", ".html"}]
    random.seed(0)
    files = []
    for number in range(count):
        which = risky[number % len(risky)]
        data = bytearray(seeds[which])
        if number % 2:
            del data[random.randrange(len(data)) :]
        for _ in range(random.randrange(1, 40)):
            if data:
                data[random.randrange(len(data))] = random.randrange(256)
        files.append((suffixes[which], bytes(data)))
    return files


def test_hostile_files_end_with_a_reason(tmp_path: Path) -> None:
    hostile = [
        (".docx", bomb()),
        (".html", b"<div>" * 5_000),
        (".json", b"[" * 200_000),
        (".xlsx", b"\xd0\xcf\x11\xe0" + b"0" * 600),
        (".pptx", b"PK\x03\x04"),
        (".eml", b"\xff" * 5000),
        (".pdf", b"%PDF-1.7\n" + b"1 0 obj\n<<" * 10_000),
        *damaged(24),
    ]
    outcomes = []
    for number, (suffix, data) in enumerate(hostile):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(data)
        try:
            outcomes.append(len(load(path).text))
        except DocumentError as exc:
            assert str(exc)
            outcomes.append(0)
    assert outcomes[0] == 0 and outcomes[2] == 0
    assert load(ROOT / "knowledge/company/contact.html").text  # the reader still works


def test_a_reader_that_hangs_is_ended(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.pdf")  # opening it waits for a writer for ever
    with pytest.raises(DocumentError, match="more than 1 seconds"):
        extract_apart(tmp_path / "pipe.pdf", seconds=1)


def test_a_reader_out_of_processor_time_says_so(tmp_path: Path) -> None:
    import os
    import signal
    import threading

    from chatbot.knowledge import apart

    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "a.html").write_text("<p>Words.</p>")
    assert extract_apart(tmp_path / "a.html").text == "Words.\n"  # so that there is a worker
    assert apart._worker is not None
    out_of_time = (apart._worker._process.pid, signal.SIGXCPU)
    threading.Timer(0.5, os.kill, out_of_time).start()
    with pytest.raises(DocumentError, match="more than 20 seconds"):
        extract_apart(tmp_path / "pipe.pdf")


@pytest.mark.parametrize(
    "text",
    [
        "# " + "long " * 100_000,
        "# a" + " " * 400_000 + "x\n\nWords.",
        "---\ntitle: " + "long " * 3000 + "\n---\nWords.",
        "---\na: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "title: *i\n---\nWords.",
        "a\n" * 1_500_000,
    ],
    ids=["heading", "blanks", "title", "aliases", "lines"],
)
def test_no_part_of_a_text_grows_in_the_index(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_text(text)
    chunks = split_document(load(tmp_path / "a.md"), 900)
    assert max(len(chunk.search_text) for chunk in chunks) <= 900 + 2 * 300 + 10


def test_a_line_without_an_end_is_split(tmp_path: Path) -> None:
    text = "word " * 600_000
    chunks = split_document(Document("a.txt", "a", text, False), 900)
    assert max(len(chunk.text) for chunk in chunks) <= 900
    assert sum(len(chunk.text.split()) for chunk in chunks) == 600_000
