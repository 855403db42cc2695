"""What the service says while it answers: its place in line, passages, text, the answer."""

from dataclasses import dataclass

from chatbot.answering.answer import Answer
from chatbot.passage import Passage


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
class Rereading:
    """The passages do not support all of the answer, and are read again: behind its last token,
    some seconds before :class:`Rewritten` or the whole answer."""


@dataclass(frozen=True)
class Rewritten:
    """The answer was not supported and was written again, or held for one of several things and
    is asked back: ``text`` takes the place of all tokens before. It is the same with the other of
    yes and no in front where they were ``turned``."""

    text: str
    turned: bool = False

    @property
    def continuation(self) -> str:
        """What says so to a reader of a stream, who has the first text already."""
        return f"\n\nCorrected: {self.text}"


@dataclass(frozen=True)
class Answered:
    """Last event: the whole answer, verified."""

    answer: Answer


Event = Queued | PassagesFound | Token | Rereading | Rewritten | Answered
