"""What the service says while it answers: passages, pieces of text, the checked answer."""

from dataclasses import asdict, dataclass, field
from typing import Any

from langchain_core.documents import Document

from chatbot.grounding.citations import Citation, Unsupported


@dataclass(frozen=True)
class Passage:
    """A passage shown beside an answer; offsets point into :meth:`ChatService.document_text`."""

    path: str
    start: int
    end: int
    text: str
    score: float
    heading: str
    similarity: float = 0.0


@dataclass(frozen=True)
class Answer:
    """A finished answer; ``timings`` are seconds from the start of the request, and ``notes``
    are sentences for the reader, such as that a part of the conversation was too long.
    ``unsupported`` are the parts of the answer that no passage supports: to be marked."""

    answer: str
    abstained: bool
    confidence: float
    citations: list[Citation]
    passages: list[Passage]
    model: str
    timings: dict[str, float]
    notes: list[str] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The answer with the keys of the command contract."""
        return asdict(self)


@dataclass(frozen=True)
class Queued:
    """Before all others, and again with every step ahead: one's position in line, from 1."""

    position: int


@dataclass(frozen=True)
class PassagesFound:
    """First event of the work itself: what the answer will be drawn from."""

    passages: list[Passage]


@dataclass(frozen=True)
class Token:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens that the model read and wrote for one answer; none when it was not asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True)
class Answered:
    """Last event: the whole answer, checked; ``cut`` when it ended at its limit of tokens."""

    answer: Answer
    usage: Usage = field(default_factory=Usage)
    cut: bool = False


def spoken(text: str, model: str) -> list["Event"]:
    """The events of an answer that rests on nothing and that no model wrote: small talk."""
    answer = Answer(text, False, 1.0, [], [], model, {"total": 0.0})
    return [PassagesFound([]), Token(text), Answered(answer)]


Event = Queued | PassagesFound | Token | Answered


def passage_of(document: Document) -> Passage:
    """A retrieved document as people and front ends see it."""
    meta = document.metadata
    return Passage(
        path=meta["path"],
        start=meta["start"],
        end=meta["end"],
        text=document.page_content,
        score=round(float(meta["score"]), 6),
        heading=", ".join(filter(None, (meta.get("page"), meta["heading"] or meta["title"]))),
        similarity=round(float(meta.get("similarity", 0.0)), 6),
    )
