"""What an engine is: rendered text in, a stream of text pieces out, stoppable at any time."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from chatbot.errors import QuestionError

FinishReason = Literal["stop", "length", "cancelled"]
STOPPED = "The model was stopped while it was reading; ask again."


@dataclass(frozen=True)
class GenerationRequest:
    """``prompt`` is rendered already; decoding is greedy at temperature 0.

    ``context`` is how many tokens the model can read and write together, if that is known. The
    answer does not begin with the first token of ``avoid``.
    """

    prompt: str
    max_new_tokens: int
    stop: tuple[str, ...] = ()
    temperature: float = 0.0
    context: int | None = None
    avoid: str = ""

    def room(self, prompt_tokens: int) -> int:
        """How many tokens the answer may have after a prompt of ``prompt_tokens``.

        Raises:
            QuestionError: not even one.
        """
        if self.context is None:
            return self.max_new_tokens
        room = self.context - prompt_tokens
        if room < 1:
            raise QuestionError(
                f"The question and what belongs to it have {prompt_tokens:,} tokens, and the "
                f"model takes {self.context:,}; shorten it, or begin a new conversation."
            )
        return min(self.max_new_tokens, room)


@dataclass(frozen=True)
class Piece:
    """Some text, the number of tokens so far, and on the last piece why it ended.

    ``prompt_tokens`` is known on the last piece.
    """

    text: str
    tokens: int = 0
    finish_reason: FinishReason | None = None
    prompt_tokens: int = 0


class Engine(Protocol):
    """Runs one model. Safe to use from several threads at once."""

    name: str

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """Generate until the end, a stop string, the limit, or until ``cancel`` is set.

        Stop strings are not part of the text. Closing the iterator also stops the model.

        Raises:
            QuestionError: the prompt does not fit into the request's context.
            GenerationError: the model failed; other requests go on.
        """
        ...

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        """How probable it is, from 0 to 1, that the model begins its answer with the first token
        of ``text``; nothing is generated. The prompt stays read, where the engine keeps what it
        has read: an answer to the same prompt then begins at once.

        Raises:
            QuestionError: the prompt does not fit into the request's context.
            GenerationError: the model failed, or ``cancel`` was set; other requests go on.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` has for this model."""
        ...

    def close(self) -> None:
        """Release the model; requests under way end."""
        ...


# Tokens decoded again with each new one: enough for any character and for joined-up words.
_OVERLAP = 4
_WINDOW = 24


class StreamDecoder:
    """The text of a growing sequence of tokens, without decoding all of it at every step."""

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._window: list[int] = []
        self._shown = ""

    def push(self, ids: Sequence[int], last: bool = False) -> str:
        """The text that ``ids`` add; half a character waits for its other tokens, and is left out
        where none come."""
        self._window += ids
        text = self._decode(self._window)
        if text.endswith("\ufffd"):
            if not last:
                return ""
            text = text.rstrip("\ufffd")
        new = text[len(self._shown) :]
        if len(self._window) >= _WINDOW:
            self._window = self._window[-_OVERLAP:]
            text = self._decode(self._window)
        self._shown = text
        return new


class StopFilter:
    """Cuts a stream at the first stop string, holding back text that could become one."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [text for text in stop if text]
        self._held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        """The part of the stream that is now certain; empty after the stop."""
        if self.stopped:
            return ""
        self._held += text
        found = [at for stop in self._stop if (at := self._held.find(stop)) >= 0]
        if found:
            self.stopped = True
            return self._held[: min(found)]
        keep = max((self._overlap(stop) for stop in self._stop), default=0)
        cut = len(self._held) - keep
        out, self._held = self._held[:cut], self._held[cut:]
        return out

    def flush(self) -> str:
        """What was held back, once the stream has ended by itself."""
        return "" if self.stopped else self._held

    def _overlap(self, stop: str) -> int:
        """Length of the longest end of the held text with which ``stop`` begins."""
        longest = min(len(stop) - 1, len(self._held))
        return next((n for n in range(longest, 0, -1) if self._held.endswith(stop[:n])), 0)
