"""Split a document into chunks: verbatim slices of its text, with offsets and stable ids."""

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import Any

from chatbot.knowledge.documents import Document

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_MARKDOWN_SEPARATORS = ["\n# ", "\n## ", "\n### ", "\n#### ", "\n\n", "\n", ". ", " ", ""]
_TEXT_SEPARATORS = ["\n\n", "\n", ". ", " ", ""]


@dataclass(frozen=True)
class Chunk:
    """``text`` equals ``document.text[start:end]``; ``heading`` is the path of headings over it."""

    id: str
    path: str
    start: int
    end: int
    text: str
    title: str
    heading: str

    @property
    def search_text(self) -> str:
        """What is embedded and matched: the text under its title and headings."""
        context = " > ".join(part for part in (self.title, self.heading) if part)
        return f"{context}\n{self.text}"

    @property
    def content_hash(self) -> str:
        """Key of the chunk's vector: equal for equal search text, wherever it stands."""
        return hashlib.sha256(self.search_text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The chunk as a line of ``chunks.jsonl``."""
        return asdict(self)


def split_document(document: Document, chunk_chars: int) -> list[Chunk]:
    """Chunks of at most ``chunk_chars`` characters, cut at headings, paragraphs and sentences.

    Sections shorter than that stay together with what follows them only inside one heading of
    the first two levels, so that a chunk does not mix topics.
    """
    chunks: list[Chunk] = []
    seen: dict[str, int] = {}
    headings = _headings(document)
    for start, end in _spans(document, chunk_chars):
        text = document.text[start:end]
        digest = hashlib.sha256(f"{document.path}\0{text}".encode()).hexdigest()[:16]
        count = seen.get(digest, 0)
        seen[digest] = count + 1
        chunk_id = f"{digest}-{count}" if count else digest
        heading = _heading_at(headings, start, document.title)
        chunks.append(Chunk(chunk_id, document.path, start, end, text, document.title, heading))
    return chunks


def _spans(document: Document, chunk_chars: int) -> list[tuple[int, int]]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=chunk_chars,
        chunk_overlap=0,
        separators=_MARKDOWN_SEPARATORS if document.markdown else _TEXT_SEPARATORS,
        keep_separator=True,
    )
    spans: list[tuple[int, int]] = []
    position = 0
    for piece in splitter.split_text(document.text):
        # The splitter strips white space but keeps everything else, in order.
        start = document.text.index(piece, position)
        position = start + len(piece)
        # keep_separator puts the full stop in front of the next piece; it belongs to the last.
        if piece.startswith(". ") and spans:
            spans[-1] = (spans[-1][0], start + 1)
            start += 2
        if document.text[start:position].strip():
            spans.append((start, position))
    return spans


def _headings(document: Document) -> list[tuple[int, int, str]]:
    """(offset, level, text) of each Markdown heading."""
    if not document.markdown:
        return []
    return [(m.start(), len(m[1]), m[2]) for m in _HEADING.finditer(document.text)]


def _heading_at(headings: list[tuple[int, int, str]], start: int, title: str) -> str:
    path: list[tuple[int, str]] = []
    for offset, level, text in headings:
        if offset > start:
            break
        path = [(lv, name) for lv, name in path if lv < level] + [(level, text)]
    return " > ".join(name for _, name in path if name != title)
