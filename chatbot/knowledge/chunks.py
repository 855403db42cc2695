"""Split a document into chunks: verbatim slices of its text, with offsets and stable ids."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from chatbot.knowledge.blocks import MAX_HEADING, Place, Rows
from chatbot.knowledge.cuts import Cutter, Span
from chatbot.knowledge.documents import Document
from chatbot.knowledge.markdown import markdown_headings
from chatbot.text.unicode import normalise, readable

_TRIES = 6  # to make a chunk small enough for the model's window
_SMALLEST = 80  # characters
_LEAN = 100  # characters of title, headings and columns where they fill the window


class Window(Protocol):
    """How much of a text the embedding model reads."""

    @property
    def limit(self) -> int:
        """Tokens that it reads at most."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, with those that the model adds."""


def search_text(*over: str, text: str) -> str:
    """A passage as models read it that search: its text under a line of what stands over it, all
    in one spelling (:mod:`chatbot.text.unicode`)."""
    return normalise(readable(f"{' > '.join(filter(None, over))}\n{text}"))


class Chunk(NamedTuple):
    """``text`` equals ``document.text[start:end]``; ``heading`` is the path of headings over it.

    ``page`` says where it stands in a document with pages: "page 3", "slide 2", "sheet Prices".
    ``columns`` are the names over the rows of the first table that it has rows of. ``folders``
    are those the document is in, and ``name`` what its file's name says beyond them and the title.
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
    columns: str = ""
    folders: str = ""
    name: str = ""

    @property
    def over(self) -> str:
        """What names it: folders, file, title and headings."""
        return " > ".join(filter(None, (self.folders, self.name, self.title, self.heading)))

    @property
    def search_text(self) -> str:
        """What is embedded and matched: the text under what stands over it."""
        over = (self.folders, self.name, self.title, self.heading, self.columns)
        return search_text(*over, text=self.text)

    @property
    def content_hash(self) -> str:
        """The key as one string of hexadecimal digits: its id where vectors are kept elsewhere."""
        return hashlib.sha256(self.search_text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """The chunk as a line of ``chunks.jsonl``."""
        return self._asdict()


# What a chunk's search text is made of.
_KEY = itemgetter(
    *(
        Chunk._fields.index(name)
        for name in ("folders", "name", "title", "heading", "columns", "text")
    )
)
Key = tuple[str, str, str, str, str, str]


def keys_of(chunks: Sequence[Chunk]) -> list[Key]:
    """Keys of the chunks' vectors: equal keys have equal search texts, wherever they stand."""
    return list(map(_KEY, chunks))


def split_document(
    document: Document, chunk_chars: int, window: Window | None = None
) -> list[Chunk]:
    """Chunks of at most ``chunk_chars`` characters, in order, that together hold every word.

    They are cut at pages, headings, records, paragraphs, sentences or rows of a table, and words,
    in this order. Short paragraphs stay together; the parts of one too long for a chunk do not
    join the next one, so that a chunk keeps to its topic: larger ones find fewer documents
    (docs/experiments.md). Where a ``window`` is given, what an embedding model would not read of a
    chunk becomes a chunk of its own.
    """
    headings = _headings(document)
    cutter = Cutter(document.text, headings, document.records, document.tables)
    bounds = [document.body, *(offset for offset, _ in document.pages), len(document.text)]
    spans = [
        span
        for start, end in pairwise(sorted({max(bound, document.body) for bound in bounds}))
        for span in cutter.spans(start, end, chunk_chars)
    ]
    chunks = _chunks(document, headings, spans)
    if window is None:
        return chunks
    return _within(document, headings, chunks, cutter, window)


def _within(
    document: Document,
    headings: Sequence[Place],
    chunks: list[Chunk],
    cutter: Cutter,
    window: Window,
) -> list[Chunk]:
    """The chunks with those that are too long for the window cut again."""
    fitting: dict[Chunk, bool] = {}
    for _ in range(_TRIES):
        unknown = [chunk for chunk in chunks if chunk not in fitting]
        counts = window.count([chunk.search_text for chunk in unknown])
        fitting.update(zip(unknown, (n <= window.limit for n in counts), strict=True))
        tokens = dict(zip(unknown, counts, strict=True))
        if all(fitting[chunk] for chunk in chunks):
            return chunks
        spans: list[Span] = []
        for chunk in chunks:
            if fitting[chunk] or chunk not in tokens:
                spans.append((chunk.start, chunk.end))
                continue
            size = int(0.85 * len(chunk.text) * window.limit / tokens[chunk])
            size = min(size, len(chunk.text) - 1)
            spans += cutter.spans(chunk.start, chunk.end, max(_SMALLEST, size))
        chunks = _chunks(document, headings, spans)
    long = {chunk for chunk in chunks if not fitting.get(chunk, True)}
    return [_lean(chunk) if chunk in long else chunk for chunk in chunks]


def _lean(chunk: Chunk) -> Chunk:
    """A chunk of few characters under too many: what stands over it is shortened."""
    return chunk._replace(
        title=chunk.title[:_LEAN],
        heading=chunk.heading.split(" > ")[-1][:_LEAN],
        columns=chunk.columns[:_LEAN],
        folders=chunk.folders.split(" > ")[-1][:_LEAN],
        name="",
    )


def _chunks(document: Document, headings: Sequence[Place], spans: Sequence[Span]) -> list[Chunk]:
    chunks: list[Chunk] = []
    seen: dict[str, int] = {}
    starts = [heading.start for heading in headings]
    labels = [offset for offset, _ in document.pages]
    tables = [rows.start for rows in document.tables]
    path: list[Place] = []
    passed = 0
    for start, end in spans:
        text = document.text[start:end]
        digest = hashlib.sha256(f"{document.path}\0{text}".encode()).hexdigest()[:16]
        count = seen.get(digest, 0)
        seen[digest] = count + 1
        until = bisect_right(starts, start)
        for heading in headings[passed:until]:
            path = [over for over in path if over.level < heading.level] + [heading]
        passed = until
        at = bisect_right(labels, start) - 1
        chunks.append(
            Chunk(
                f"{digest}-{count}" if count else digest,
                document.path,
                start,
                end,
                text,
                document.title,
                _over(path, document.title),
                document.pages[at][1] if at >= 0 else "",
                _columns(document.tables, bisect_right(tables, start) - 1, start, end),
                document.folders,
                document.name,
            )
        )
    return chunks


def _over(path: Sequence[Place], title: str) -> str:
    """The headings over a chunk; of too many the inner ones."""
    names = [heading.text for heading in path if heading.text != title]
    while len(names) > 1 and sum(map(len, names)) > MAX_HEADING:
        del names[0]
    return " > ".join(names)[:MAX_HEADING]


def _columns(tables: Sequence[Rows], at: int, start: int, end: int) -> str:
    """Of the table at ``at`` if the chunk begins in it, else of the next one if it goes so far."""
    if at >= 0 and start < tables[at].end:
        return tables[at].columns
    return tables[at + 1].columns if at + 1 < len(tables) and tables[at + 1].start < end else ""


def _headings(document: Document) -> Sequence[Place]:
    if document.markdown and not document.headings:
        return markdown_headings(document.text, document.body)
    return document.headings
