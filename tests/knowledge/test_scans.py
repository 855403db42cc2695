"""Scanned pages: read where something is installed that recognises text, else named."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.apart import extract_apart
from chatbot.knowledge.formats import extract, recognition

HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is installed that recognises text."""
    recognition.recogniser.cache_clear()
    monkeypatch.setattr(recognition, "_MODELS", ())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    yield
    recognition.recogniser.cache_clear()


@pytest.fixture
def needed() -> None:
    if recognition.recogniser() is None:
        pytest.skip("neither the extra 'ocr' nor tesseract-ocr is installed")


def picture(*lines: str, size: tuple[int, int] = (1240, 1754)) -> Any:
    """A page of these lines at 150 dots an inch."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        for at, cell in enumerate(line.split("\t")):
            draw.text((120 + 420 * at, 160 + 44 * number), cell, 0, ImageFont.load_default(26))
    return page


def scanned(*pages: Any) -> bytes:
    """A PDF whose pages are pictures."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(60, 600, page)
        else:
            canvas.drawImage(ImageReader(page), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


RETURNS = ("The return of a kettle is free for 45 days.", "Bring the receipt to any shop of ours.")
TABLE = ("Plan\tPrice", "Basic\t5 euros", "Plus\t9 euros", "Max\t20 euros")


@pytest.mark.usefixtures("needed")
def test_scanned_pages_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(scanned("A page with text.", picture(*RETURNS)))
    found = extract_apart(tmp_path / "a.pdf")
    assert found.text.startswith("A page with text.\n")
    assert "The return of a kettle is free for 45 days." in found.text
    assert [label for _, label in found.pages] == ["page 1", "page 2"]
    assert found.notes == ()


@pytest.mark.usefixtures("needed")
def test_tables_of_scanned_pages_are_rows_though_the_paper_lay_askew() -> None:
    page = picture(*TABLE).rotate(0.8, fillcolor=255)
    found = extract(".pdf", scanned(page), lambda: None)
    assert "Plus | 9 euros" in found.text
    assert found.tables[0].columns == "Plan | Price"


@pytest.mark.usefixtures("needed")
def test_documents_of_pictures_alone_are_read() -> None:
    page = picture(*RETURNS)
    out = io.BytesIO()
    page.save(out, "TIFF", save_all=True, append_images=[picture("Ask the desk in Ulm.")])
    found = extract(".tiff", out.getvalue(), lambda: None)
    assert "free for 45 days" in found.text and "Ask the desk in Ulm." in found.text
    assert [label for _, label in found.pages] == ["page 1", "page 2"]
    document, drawn, saved = docx.Document(), io.BytesIO(), io.BytesIO()
    page.save(drawn, "PNG")
    document.add_picture(io.BytesIO(drawn.getvalue()))
    document.save(saved)
    assert "free for 45 days" in extract(".docx", saved.getvalue(), lambda: None).text


@pytest.mark.usefixtures("needed")
def test_a_page_is_announced_before_it_is_read() -> None:
    told: list[int] = []
    extract(".pdf", scanned(picture("One."), picture("Two.")), lambda: told.append(1))
    assert len(told) == 2


@pytest.mark.usefixtures("needed")
def test_pictures_without_words_are_named() -> None:
    found = extract(".pdf", scanned("Text.", picture()), lambda: None)
    assert found.notes == ("page 2 of it: a picture without text; no text was recognised in it",)
    with pytest.raises(DocumentError, match="no text was recognised"):
        extract(".pdf", scanned(picture()), lambda: None)


@pytest.mark.usefixtures("without")
@pytest.mark.parametrize("suffix", [".pdf", ".tiff"])
def test_without_the_extra_the_remedy_is_named(suffix: str) -> None:
    out = io.BytesIO()
    picture("Words.").save(out, "TIFF")
    data = out.getvalue() if suffix == ".tiff" else scanned(picture("Words."))
    with pytest.raises(DocumentError, match=r"peregrine-chatbot\[ocr\]"):
        extract(suffix, data, lambda: None)


@pytest.mark.usefixtures("without")
def test_debians_program_is_used_where_the_extra_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "tesseract"
    row = "\\t".join(["5", "1", "1", "1", "1", "1", "100", "100", "200", "30", "96", "Kettle"])
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-langs ]; then printf "List:\\ndeu\\neng\\nosd\\n"; exit; fi\n'
        f'cat > "{tmp_path}/seen"; echo "$@" > "{tmp_path}/words"\n'
        f"printf '{row}\\n'\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    found = extract(".pdf", scanned(picture("Kettle")), lambda: None)
    assert found.text == "Kettle\n"
    assert (tmp_path / "seen").read_bytes().startswith(b"P5 ")
    assert (tmp_path / "words").read_text() == "stdin stdout -l eng+deu --dpi 200 tsv\n"


def row(line: int, left: int, top: int, text: str, sure: int = 95, height: int = 30) -> str:
    numbers = (5, 1, 1, 1, line, 1, left, top, 20 * len(text), height, sure)
    return "\t".join([*map(str, numbers), text])


def test_words_of_a_line_are_one_piece_until_they_stand_apart() -> None:
    rows = [row(1, 100, 100, "Basic"), row(1, 220, 100, "plan"), row(1, 700, 100, "5")]
    spans = recognition.spans_of("\n".join([HEAD, *rows]), 0.36, 842)
    assert [span.text for span in spans] == ["Basic plan", "5"]
    assert spans[0].left == pytest.approx(36) and spans[0].y == pytest.approx(842 - 0.36 * 130)


def test_specks_are_no_words() -> None:
    rows = [row(1, 100, 100, "~'", sure=12), row(2, 100, 200, "Text")]
    assert [s.text for s in recognition.spans_of("\n".join([HEAD, *rows]), 0.36, 842)] == ["Text"]


def test_larger_type_is_larger() -> None:
    rows = [row(n, 100, 100 * n, "Text", height=60 if n == 1 else 30) for n in range(1, 5)]
    sizes = [span.size for span in recognition.spans_of("\n".join([HEAD, *rows]), 0.36, 842)]
    assert sizes[0] == pytest.approx(2 * sizes[1]) and len({*sizes[1:]}) == 1
