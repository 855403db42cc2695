"""Split a document into chunks: verbatim slices of its text, with offsets and stable ids."""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from chatbot.knowledge.documents import Document

_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s")
_MARKDOWN_SEPARATORS = ["\n# ", "\n## ", "\n### ", "\n#### ", "\n\n", "\n", ". ", " ", ""]
_TEXT_SEPARATORS = ["\n\n", "\n", ". ", " ", ""]
# The splitter takes too long for longer lines, and too much memory for longer texts.
_LONG_LINE = 20_000
_LONG_TEXT = 2_000_000
_MAX_HEADING = 300  # characters; it stands over each chunk
_MAIN_LEVELS = 2  # headings of these levels begin another topic


def search_text(title: str, heading: str, text: str) -> str:
    """A passage as models read it that search: its text under its title and headings."""
    return f"{' > '.join(part for part in (title, heading) if part)}\n{text}"


class Chunk(NamedTuple):
    """``text`` equals ``document.text[start:end]``; ``heading`` is the path of headings over it.

    ``page`` says where it stands in a document with pages: "page 3", "slide 2", "sheet Prices".
    A tuple, because an index holds many and reads them all when it is opened.
    """

    id: str
    path: str
    start: int
    end: int
    text: str
    title: str
    heading: str
    page: str = ""

    @property
    def search_text(self) -> str:
        """What is embedded and matched: the text under its title and headings."""
        return search_text(self.title, self.heading, self.text)

    @property
    def content_hash(self) -> str:
        """The key as one string of hexadecimal digits: its id where vectors are kept elsewhere."""
        return hashlib.sha256(self.search_text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The chunk as a line of ``chunks.jsonl``."""
        return self._asdict()


# Title, heading and text: what a chunk's search text is made of.
_KEY = itemgetter(*(Chunk._fields.index(name) for name in ("title", "heading", "text")))


def keys_of(chunks: Sequence[Chunk]) -> list[tuple[str, str, str]]:
    """Keys of the chunks' vectors: equal keys have equal search texts, wherever they stand."""
    return list(map(_KEY, chunks))


@dataclass(frozen=True)
class Heading:
    """A heading at ``start``; ``level`` is from 1 to 6."""

    start: int
    level: int
    text: str


def split_document(document: Document, chunk_chars: int) -> list[Chunk]:
    """Chunks of at most ``chunk_chars`` characters, in order, that together hold every word.

    They are cut at pages, headings, paragraphs, lines, sentences and words, in this order. Short
    paragraphs stay together; the parts of one too long for a chunk do not join the next one, so
    that a chunk keeps to its topic: larger ones find fewer documents (docs/experiments.md).
    """
    chunks: list[Chunk] = []
    seen: dict[str, int] = {}
    headings = _headings(document)
    starts = [heading.start for heading in headings]
    labels = [offset for offset, _ in document.pages]
    path: list[Heading] = []
    passed = 0
    for start, end in _spans(document, headings, chunk_chars):
        text = document.text[start:end]
        digest = hashlib.sha256(f"{document.path}\0{text}".encode()).hexdigest()[:16]
        count = seen.get(digest, 0)
        seen[digest] = count + 1
        chunk_id = f"{digest}-{count}" if count else digest
        until = bisect_right(starts, start)
        for heading in headings[passed:until]:
            path = [over for over in path if over.level < heading.level] + [heading]
        passed = until
        over = " > ".join(heading.text for heading in path if heading.text != document.title)
        at = bisect_right(labels, start) - 1
        page = document.pages[at][1] if at >= 0 else ""
        chunks.append(Chunk(chunk_id, document.path, start, end, text, document.title, over, page))
    return chunks


def _spans(document: Document, headings: list[Heading], chunk_chars: int) -> list[tuple[int, int]]:
    text = document.text
    if len(text) > _LONG_TEXT or max(map(len, text.split("\n"))) > _LONG_LINE:
        return _packed(document, headings, chunk_chars)
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=chunk_chars,
        chunk_overlap=0,
        separators=_MARKDOWN_SEPARATORS if document.markdown else _TEXT_SEPARATORS,
        keep_separator=True,
    )
    spans: list[tuple[int, int]] = []
    bounds = [*(offset for offset, _ in document.pages), len(document.text)]
    position = document.body
    for bound in bounds:
        for piece in splitter.split_text(document.text[position:bound]):
            # The splitter strips white space but keeps everything else, in order.
            start = document.text.index(piece, position)
            position = start + len(piece)
            # keep_separator puts the full stop in front of the next piece; it ends the last.
            if piece.startswith(". ") and spans:
                spans[-1] = (spans[-1][0], start + 1)
                start += 2
            if document.text[start:position].strip():
                spans.append((start, position))
        position = bound
    return spans


def _packed(document: Document, headings: list[Heading], chunk_chars: int) -> list[tuple[int, int]]:
    """As :func:`_spans`, in time that grows with the text alone: for lines without an end."""
    text = document.text
    topics = [heading.start for heading in headings if heading.level <= _MAIN_LEVELS]
    topics = sorted({*topics, *(offset for offset, _ in document.pages)})
    starts = [heading.start for heading in headings]
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, document.body)
    while start < len(text):
        end = _end(text, start, chunk_chars, topics, starts)
        stop = start + len(text[start:end].rstrip())
        if stop > start:
            spans.append((start, stop))
        start = _skip_space(text, end)
    return spans


def _end(text: str, start: int, size: int, topics: list[int], headings: list[int]) -> int:
    limit = min(start + size, len(text))
    topic = bisect_left(topics, start + size // 4)
    if topic < len(topics) and topics[topic] <= limit:
        return topics[topic]
    if limit == len(text):
        return limit
    half = start + size // 2
    last = bisect_right(headings, limit) - 1
    if last >= 0 and headings[last] >= half:
        return headings[last]
    for separator in ("\n\n", "\n"):
        at = text.rfind(separator, half, limit)
        if at >= 0:
            return at + len(separator)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, half, limit)]
    if ends:
        return ends[-1]
    at = text.rfind(" ", half, limit)
    return at + 1 if at >= 0 else limit


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _headings(document: Document) -> list[Heading]:
    if document.markdown:
        return markdown_headings(document.text, document.body)
    return [Heading(start, 1, text[:_MAX_HEADING]) for start, text in document.headings]


def markdown_headings(text: str, begin: int = 0) -> list[Heading]:
    """The headings of ``text`` from ``begin`` on, in order; a '#' line in fenced code is a
    comment, not a heading."""
    found: list[Heading] = []
    fence = ""
    offset = begin
    for line in text[begin:].split("\n"):
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence and len(line) <= _MAX_HEADING and (match := _HEADING.match(line)):
            found.append(Heading(offset, len(match[1]), match[2]))
        offset += len(line) + 1
    return found
