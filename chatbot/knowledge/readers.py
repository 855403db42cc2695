"""One reader per format: a file's bytes to text, with its pages and headings.

Extracted text marks headings as Markdown does ("## Refunds") and table rows as "a | b | c".
Readers raise :class:`DocumentError` for what they understand and anything else for damage;
:mod:`chatbot.knowledge.apart` runs those of :data:`EXTRACTED` where they can do no harm.
"""

import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from chatbot.errors import DocumentError

_MAX_UNPACKED = 300_000_000  # bytes of all parts of an Office file together
_MAX_PARTS = 20_000
_MAX_TEXT = 20_000_000  # characters; more is a bomb, not a help page
_MAX_LABEL = 100  # characters of a sheet's name
_PASSWORD = "it is protected by a password; save it without one"


@dataclass(frozen=True)
class Extracted:
    """Text with (offset, label) of its pages and (offset, text) of headings it does not mark."""

    text: str
    title: str = ""
    pages: tuple[tuple[int, str], ...] = ()
    headings: tuple[tuple[int, str], ...] = ()


def read_plain(data: bytes, suffix: str) -> str:
    """The text as ``Path.read_text("utf-8")`` gives it; other encodings are recognised."""
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError("it is a binary file, not text; remove it or give it its real ending")
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if suffix == ".json":
        _check_json(text)
    return text


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:200_000]).best()
        if best is None:
            raise DocumentError("its encoding is not recognised; save it as UTF-8") from None
        return data.decode(best.encoding, errors="replace")


def _check_json(text: str) -> None:
    import json

    try:
        json.loads(text)
    except RecursionError:
        raise DocumentError("its JSON is nested too deeply") from None
    except ValueError as exc:
        raise DocumentError(f"it is not valid JSON ({exc})") from None


def _read_json(data: bytes) -> Extracted:
    return Extracted(read_plain(data, ".json"))


def _read_html(data: bytes) -> Extracted:
    return Extracted(_html_text(data))


def _html_text(data: bytes | str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(data, "lxml")
    for tag in soup(["script", "style", "template", "noscript"]):
        tag.decompose()
    for level in range(1, 7):
        for tag in soup(f"h{level}"):
            tag.insert_before("\n\n")
            tag.insert(0, "#" * level + " ")
            tag.append("\n\n")
    for tag in soup(["p", "li", "tr", "div", "section", "br", "table", "ul", "ol"]):
        tag.append("\n")
    for tag in soup(["td", "th"]):
        tag.append(" | ")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return _squeeze(lines)


def _squeeze(lines: Iterable[str]) -> str:
    """Join lines and keep at most one blank line between two of them."""
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip() + "\n"


def _read_pdf(data: bytes) -> Extracted:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is in the exception
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentError(_PASSWORD)
    pages: list[tuple[int, str]] = []
    headings: list[tuple[int, str]] = []
    text = ""
    for number, page in enumerate(reader.pages, start=1):
        words, sizes = _pdf_page(page)
        pages.append((len(text), f"page {number}"))
        headings += _pdf_headings(words, sizes, len(text))
        text += words + "\n\n"
        _check_length(text)
    if not text.strip():
        raise DocumentError("it has no text layer; run text recognition (OCR) on it first")
    return Extracted(text, pages=tuple(pages), headings=tuple(headings))


def _pdf_page(page: Any) -> tuple[str, list[tuple[str, float]]]:
    """The text of a page, and its pieces with their size on paper in points."""
    pieces: list[tuple[str, float]] = []

    def visit(text: str, matrix: Any, text_matrix: Any, font: Any, size: float) -> None:
        if text.strip():
            pieces.append((text.strip(), round(abs(size * text_matrix[3] * matrix[3]), 1)))

    return page.extract_text(visitor_text=visit), pieces


def _pdf_headings(text: str, pieces: list[tuple[str, float]], offset: int) -> list[tuple[int, str]]:
    """Short pieces in type at least a sixth larger than what most of the page is set in."""
    usual: Counter[float] = Counter()
    for piece, size in pieces:
        usual[size] += len(piece)
    body = usual.most_common(1)[0][0] if usual else 0.0
    found = []
    position = 0
    for piece, size in pieces:
        at = text.find(piece, position)
        if at < 0:
            continue
        position = at
        if size >= body * 7 / 6 and len(piece) <= 100 and "\n" not in piece:
            found.append((offset + at, piece))
    return found


def _open_office(data: bytes, kind: str) -> io.BytesIO:
    """The file, checked before a parser unpacks it."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE container: encrypted, or the old format
        raise DocumentError(f"{_PASSWORD}, as .{kind}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise DocumentError(
                f"it unpacks to more than {_MAX_UNPACKED / 1e6:.0f} MB, which no document does"
            )
    return io.BytesIO(data)


def _read_docx(data: bytes) -> Extracted:
    import docx
    from docx.table import Table

    lines: list[str] = []
    for block in docx.Document(_open_office(data, "docx")).iter_inner_content():
        if isinstance(block, Table):
            lines += [_row(cell.text for cell in row.cells) for row in block.rows]
            lines.append("")
            continue
        style = (block.style.name if block.style is not None else "") or ""
        level = style.removeprefix("Heading ") if style.startswith("Heading ") else ""
        prefix = "#" * int(level) + " " if level.isdigit() else "# " if style == "Title" else ""
        lines += [prefix + block.text, ""]
    return Extracted(_squeeze(lines))


def _read_pptx(data: bytes) -> Extracted:
    from pptx import Presentation

    parts: list[tuple[str, str]] = []
    for number, slide in enumerate(Presentation(_open_office(data, "pptx")).slides, start=1):
        lines: list[str] = []
        title = slide.shapes.title
        for shape in slide.shapes:
            if getattr(shape, "has_table", False):
                lines += [_row(cell.text for cell in row.cells) for row in shape.table.rows]
            elif shape.has_text_frame:
                marked = title is not None and shape.shape_id == title.shape_id
                lines.append(("## " if marked else "") + shape.text_frame.text)
            lines.append("")
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines += [slide.notes_slide.notes_text_frame.text]
        parts.append((f"slide {number}", _squeeze(lines)))
    return _paged(parts)


def _read_xlsx(data: bytes) -> Extracted:
    import openpyxl

    book = openpyxl.load_workbook(_open_office(data, "xlsx"), read_only=True, data_only=True)
    parts: list[tuple[str, str]] = []
    for sheet in book.worksheets:
        lines = [f"## {sheet.title}", ""]
        length = 0
        for row in sheet.iter_rows(values_only=True):
            cells = ["" if value is None else str(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                lines.append(_row(cells))
                length += len(lines[-1])
                if length > _MAX_TEXT:
                    _check_length(" " * length)
        if len(lines) > 2:
            parts.append((f"sheet {sheet.title}", _squeeze(lines)))
    return _paged(parts)


def _read_eml(data: bytes) -> Extracted:
    import email
    import email.policy
    from email.message import EmailMessage

    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    names = ("From", "To", "Date", "Subject")
    lines = [f"{name}: {message[name]}" for name in names if message[name]]
    if not lines:
        raise DocumentError("it is not an e-mail message")
    body = message.get_body(("plain", "html"))
    if body is not None:
        content = str(body.get_content())
        lines += ["", _html_text(content) if body.get_content_subtype() == "html" else content]
    lines += [f"Attachment: {part.get_filename()}" for part in message.iter_attachments()]
    text = _squeeze("\n".join(lines).replace("\r", "").splitlines())
    return Extracted(text, title=str(message["Subject"] or "").strip())


def _paged(parts: list[tuple[str, str]]) -> Extracted:
    pages: list[tuple[int, str]] = []
    text = ""
    for label, part in parts:
        pages.append((len(text), label[:_MAX_LABEL]))
        text += part + "\n"
        _check_length(text)
    return Extracted(text, pages=tuple(pages))


def _row(cells: Iterable[str]) -> str:
    return " | ".join(re.sub(r"\s+", " ", cell).strip() for cell in cells)


def _check_length(text: str) -> None:
    if len(text) > _MAX_TEXT:
        raise DocumentError(f"it holds more than {_MAX_TEXT / 1e6:.0f} million characters")


PLAIN = (".md", ".markdown", ".txt", ".csv", ".json")
EXTRACTED: dict[str, Callable[[bytes], Extracted]] = {
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".pptx": _read_pptx,
    ".xlsx": _read_xlsx,
    ".eml": _read_eml,
}
# JSON is plain text, but checking a large file takes some thirty times its size.
LARGE_JSON = 1_000_000
_READERS = EXTRACTED | {".json": _read_json}


def extract(suffix: str, data: bytes) -> Extracted:
    """Read ``data`` as ``suffix``.

    Raises:
        DocumentError: it cannot be read, whatever a parser raised.
    """
    try:
        extracted = _READERS[suffix](data)
        _check_length(extracted.text)
    except DocumentError:
        raise
    except MemoryError:
        raise DocumentError("reading it takes too much memory") from None
    except RecursionError:
        raise DocumentError("it is nested too deeply") from None
    except Exception as exc:  # every parser has exceptions of its own; one file stops nothing
        reason = str(exc).strip().splitlines()[0][:200] if str(exc).strip() else type(exc).__name__
        raise DocumentError(f"it cannot be read as {suffix} ({reason})") from exc
    return extracted
