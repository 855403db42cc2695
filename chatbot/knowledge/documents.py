"""Read one file of the knowledge folder as text that citations can point into.

Plain-text formats (Markdown, text, CSV) keep their text exactly as ``Path.read_text("utf-8")``
returns it, so that a citation's offsets are offsets into the file. PDF, DOCX and HTML are
extracted, and the offsets are offsets into the extracted text.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import DocumentError, KnowledgeError


@dataclass(frozen=True)
class Document:
    """A readable document; ``path`` is relative to the knowledge folder, with ``/``."""

    path: str
    title: str
    text: str
    markdown: bool


def _decode(data: bytes) -> str:
    if b"\0" in data[:8192]:
        raise DocumentError("it is a binary file, not text; remove it or give it its real ending")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:200_000]).best()
        if best is None:
            raise DocumentError("its encoding is not recognised; save it as UTF-8") from None
        text = data.decode(best.encoding, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_text(path: Path) -> str:
    return _decode(path.read_bytes())


def _read_html(path: Path) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "lxml")
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


def _squeeze(lines: Iterator[str]) -> str:
    """Join lines and keep at most one blank line between two of them."""
    out: list[str] = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    return "\n".join(out).strip() + "\n"


def _read_pdf(path: Path) -> str:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is in the exception
    reader = PdfReader(path)
    if reader.is_encrypted:
        raise DocumentError("it is protected by a password; save it without one")
    pages = [page.extract_text() for page in reader.pages]
    if not any(page.strip() for page in pages):
        raise DocumentError("it has no text layer; run text recognition (OCR) on it first")
    return "\n\n".join(pages)


def _read_docx(path: Path) -> str:
    import docx
    from docx.table import Table

    lines: list[str] = []
    for block in docx.Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
            lines.append("")
            continue
        style = (block.style.name if block.style is not None else "") or ""
        level = style.removeprefix("Heading ") if style.startswith("Heading ") else ""
        prefix = "#" * int(level) + " " if level.isdigit() else "# " if style == "Title" else ""
        lines += [prefix + block.text, ""]
    return _squeeze(iter(lines))


_READERS: dict[str, Callable[[Path], str]] = {
    ".md": _read_text,
    ".markdown": _read_text,
    ".txt": _read_text,
    ".csv": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
}


def list_files(folder: Path) -> list[str]:
    """Relative paths of the files that can be documents, sorted; hidden ones are left out.

    Raises:
        KnowledgeError: the folder does not exist or holds no such file.
    """
    if not folder.is_dir():
        raise KnowledgeError(
            f"The knowledge folder '{folder}' does not exist; create it or name another one "
            "with --knowledge or CHATBOT_KNOWLEDGE."
        )
    found = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in _READERS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
    if not found:
        raise KnowledgeError(
            f"The knowledge folder '{folder}' holds no document; put "
            f"{', '.join(sorted(_READERS))} files into it and run 'chatbot index'."
        )
    return found


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_document(folder: Path, relative: str, max_bytes: int) -> Document:
    """Read one document.

    Raises:
        DocumentError: the file is too large, empty, outside the folder, or cannot be read; the
            message completes the sentence "<path> was left out: ...".
    """
    path = folder / relative
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise DocumentError("it is a link that leaves the knowledge folder")
        size = path.stat().st_size
        if size > max_bytes:
            raise DocumentError(
                f"it has {size / 1e6:.0f} MB and the limit is {max_bytes / 1e6:.0f} MB; split it "
                "or raise CHATBOT_MAX_FILE_MB"
            )
        text = _READERS[path.suffix.lower()](path)
    except DocumentError:
        raise
    except Exception as exc:  # every parser has exceptions of its own; one file stops nothing
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        raise DocumentError(f"it cannot be read as {path.suffix.lower()} ({reason})") from exc
    if not text.strip():
        raise DocumentError("it is empty")
    # A lone surrogate (from a damaged PDF) could not be written to the index as UTF-8.
    text = text.encode("utf-8", "replace").decode("utf-8")
    markdown = path.suffix.lower() not in {".txt", ".csv", ".pdf"}
    return Document(relative, _title(relative, text, markdown), text, markdown)


def _title(relative: str, text: str, markdown: bool) -> str:
    if markdown:
        for line in text[:4000].splitlines():
            if line.startswith("#"):
                return line.lstrip("#").strip()
    return Path(relative).stem.replace("-", " ").replace("_", " ")
