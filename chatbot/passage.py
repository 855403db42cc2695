"""A passage: what retrieval finds, the gate compares, the model reads, an answer cites and a page
shows. It is one object from the retriever to JSON."""

from langchain_core.documents import Document
from typing_extensions import TypedDict  # pydantic takes no other on Python 3.11

from chatbot.audience import FOR_STAFF, Audience


class PassageFields(TypedDict):
    """A passage in JSON. ``start`` and ``end`` are characters of the document's text; ``score``
    and ``similarity`` are those of :class:`Passage`; ``heading`` may be a page or a title.
    ``title``, ``section`` (the headings over it) and ``columns`` are what the model reads above
    the text; ``address`` is where the original is to be read, or empty. ``audience`` names those
    whom its document is for; it is empty where only those see it who see everything."""

    path: str
    start: int
    end: int
    text: str
    score: float
    heading: str
    similarity: float
    title: str
    section: str
    columns: str
    address: str
    audience: list[str]


class Passage(Document):
    """LangChain's document with names for what is in its metadata.

    :class:`chatbot.index.retriever.HybridRetriever` lists the metadata and their ranges. What is
    for people is here, rounded to six digits; the gate reads the metadata themselves.
    """

    @property
    def path(self) -> str:
        """Its document, relative to the knowledge folder, or below ``upload/``."""
        return str(self.metadata["path"])

    @property
    def start(self) -> int:
        """The first character in :meth:`chatbot.service.ChatService.document_text`."""
        return int(self.metadata["start"])

    @property
    def end(self) -> int:
        """The character behind its last."""
        return int(self.metadata["end"])

    @property
    def text(self) -> str:
        """The document's text from ``start`` to ``end``."""
        return self.page_content

    @property
    def heading(self) -> str:
        """The page, if there are pages, and the headings over it, or else the title."""
        meta = self.metadata
        return ", ".join(filter(None, (meta.get("page"), meta["heading"] or meta["title"])))

    @property
    def score(self) -> float:
        """What it was ranked by: the fused score from about 0 to 1, or of one search the cosine
        from -1 to 1, or BM25 from 0 on. A higher one is better; it is no probability."""
        return round(float(self.metadata["score"]), 6)

    @property
    def similarity(self) -> float:
        """The cosine to the question, from -1 to 1."""
        return round(float(self.metadata.get("similarity", 0.0)), 6)

    @property
    def address(self) -> str:
        """Where the original is to be read (http or https); empty where nobody said."""
        return str(self.metadata.get("address") or "")

    @property
    def audience(self) -> Audience:
        """Whom its document is for."""
        return frozenset(self.metadata.get("audience", FOR_STAFF))

    def as_fields(self) -> PassageFields:
        """The passage in JSON."""
        return {
            "path": self.path,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": self.score,
            "heading": self.heading,
            "similarity": self.similarity,
            "title": str(self.metadata.get("title") or ""),
            "section": str(self.metadata.get("heading") or ""),
            "columns": str(self.metadata.get("columns") or ""),
            "address": self.address,
            "audience": sorted(self.audience),
        }
