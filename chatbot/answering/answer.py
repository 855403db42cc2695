"""A finished answer, and what the store and JSON have of it."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from chatbot.answering.question import Question
from chatbot.grounding.citations import Citation, Unsupported
from chatbot.passage import Passage


@dataclass(frozen=True)
class Usage:
    """Tokens that the model read and wrote for one answer; none when it was not asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


def usage_of(chunk: Any) -> Usage | None:
    """Tokens so far, on the chunks of a stream that tell them."""
    counts = getattr(chunk, "usage_metadata", None)
    return Usage(counts["input_tokens"], counts["output_tokens"]) if counts else None


@dataclass(frozen=True)
class Approval:
    """Who approved an answer and when (ISO 8601, UTC); ``path`` is its source in the knowledge
    folder and ``address`` where the original is to be read; each may be empty."""

    by: str
    at: str
    path: str = ""
    address: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The approval in JSON; ``source`` is null where none was named."""
        source = {"path": self.path, "address": self.address} if self.path else None
        return {"by": self.by, "at": self.at, "source": source}


@dataclass(frozen=True)
class Answer:
    """An answer that was verified once, when it was finished.

    ``confidence`` is the gate's, from 0 to 1, or less where a sentence is marked. ``timings`` are
    seconds from the start of the request: ``waited`` in line, ``ready`` to work, ``retrieved`` the
    passages, ``read`` by the model, ``first_token``, ``total``.
    ``choices`` are what a question back asks to choose from: the answer is that question.
    ``notes`` are sentences for the reader, such as that a part of the conversation was too long.
    ``unsupported`` are the parts of the answer that no passage supports: to be marked;
    ``rests_on`` maps where each other sentence ends to the number of its passage, from 1.
    ``begins`` is where it does, behind the greeting of a letter. ``lead_agrees`` where the "yes" or
    "no" that it begins with was found right for the question.
    ``closest`` is the sentence at the end of a refusal that names what is closest: who lists the
    passages leaves it out. ``cut`` says that it ended at its limit of tokens. ``asked`` is the
    question that it answers, in the language of the answer: the one before, where a turn only
    wanted that in another form. ``approved`` is of an answer that a person wrote or accepted, and
    no model.
    """

    answer: str
    abstained: bool
    confidence: float
    citations: list[Citation]
    passages: list[Passage]
    model: str
    timings: dict[str, float]
    choices: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    rests_on: dict[int, int] = field(default_factory=dict)
    begins: int = 0
    lead_agrees: bool = False
    closest: str = ""
    usage: Usage = field(default_factory=Usage)
    cut: bool = False
    asked: Question | None = None
    approved: Approval | None = None

    @property
    def is_from_knowledge(self) -> bool:
        """Whether it answers or refuses a question; else it is small talk."""
        return bool(self.passages or self.abstained or self.approved)

    @property
    def refused(self) -> bool:
        """It abstains because the knowledge does not say, and does not ask back."""
        return self.abstained and not self.choices

    def as_dict(self) -> dict[str, Any]:
        """The answer with the keys of the command contract."""
        return {
            "answer": self.answer,
            "abstained": self.abstained,
            "confidence": self.confidence,
            "citations": [asdict(citation) for citation in self.citations],
            "passages": [passage.as_fields() for passage in self.passages],
            "model": self.model,
            "choices": self.choices,
            "timings": self.timings,
            "notes": self.notes,
            "unsupported": [asdict(part) for part in self.unsupported],
            "approved": self.approved.as_dict() if self.approved else None,
        }

    def record(self, question: Question) -> dict[str, Any]:
        """What was asked, answered and on screen, as the store keeps it with the answer; a turn
        that only wanted another form is no question of its own.

        ``first_token`` is in seconds, none where the model was not asked."""
        shown = self.as_dict()
        del shown["timings"], shown["notes"]
        first = {"first_token": self.timings.get("first_token")}
        meant = self.asked or question
        asked = {"question": meant.text, "history": list(meant.history)}
        return asked | shown | first


class Stopwatch:
    """``seconds`` since it was made, to each moment that was marked."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def mark(self, moment: str) -> None:
        """Note the time, in seconds to four digits; the first time of a moment counts."""
        self.seconds.setdefault(moment, round(time.perf_counter() - self._started, 4))
