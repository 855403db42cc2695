"""What a server writes as it is to be read: without what the model thought first, up to the stop
strings, and with one of three words for why it ended."""

from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from chatbot.errors import GenerationError
from chatbot.llm.engines.protocol import StopFilter

# Stop strings that servers take at most (OpenAI, Text Generation Inference).
_MOST_STOPS = 4
# What Mistral and others call an answer that ended at its limit.
_LENGTH = frozenset({"length", "model_length", "max_tokens"})
_FILTERED = "content_filter"
# How OpenAI's Responses API, which has no such reasons, says how an answer ended.
_STATUS = {"completed": "stop", "incomplete": "length"}


class Written:
    """One answer while it comes. The first stop strings are ``told`` to the server; all are cut
    here, since some servers leave the one that they stopped at in the text."""

    def __init__(self, stop: Sequence[str] | None) -> None:
        self.told = list(stop[:_MOST_STOPS]) if stop else None
        self._stops = StopFilter(stop or ())
        self._thought = _Thought()
        self._reason = ""
        self._said = False

    @property
    def reached(self) -> bool:
        """Whether a stop string came: nothing behind it counts."""
        return self._stops.stopped

    def cut(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """The chunk with as much text as is certain now."""
        text = self._shown(self._stops.push(self._thought.push(chunk.text)))
        information = chunk.message.response_metadata | (chunk.generation_info or {})
        told = information.get("finish_reason")
        ended = told or _STATUS.get(str(information.get("status")))
        reason = "stop" if self.reached else "length" if ended in _LENGTH else ended
        self._reason = reason or self._reason
        if text == chunk.text and reason == told:
            return chunk
        ends = {"finish_reason": reason} if reason else {}
        said = chunk.message.response_metadata | ends
        message = chunk.message.model_copy(update={"content": text, "response_metadata": said})
        info = (chunk.generation_info or {}) | ends
        return ChatGenerationChunk(message=message, generation_info=info)

    def end(self, who: str, tokens: int, few: bool = False) -> Iterator[ChatGenerationChunk]:
        """What was held back at the end of the stream; a stream that ended without a reason was
        cut off, as one that ended at its limit of ``tokens``. ``who`` wrote it; ``few`` says that
        the limit is of this request and not of the settings, and nothing may be all within it.

        Raises:
            GenerationError: nothing was written, and not because of a stop string.
        """
        text = self._shown(self._stops.push(self._thought.flush()) + self._stops.flush())
        if not self._said and not self.reached:
            self._require_text(who, tokens, few)
        ends = {} if self._reason else {"finish_reason": "length"}
        if text or ends:
            message = AIMessageChunk(content=text, response_metadata=ends)
            yield ChatGenerationChunk(message=message, generation_info=ends)

    def _shown(self, text: str) -> str:
        self._said = self._said or bool(text)
        return text

    def _require_text(self, who: str, tokens: int, few: bool) -> None:
        if not self._reason:
            raise GenerationError(
                f"{who} answers nothing that can be read; check that the address is that of an "
                "OpenAI-compatible API, which often ends with '/v1', and ask again."
            )
        if self._reason == "length" and not few:
            raise GenerationError(
                f"{who} wrote nothing within its {tokens} tokens, most likely because it thinks "
                "first; raise CHATBOT_ANSWER_TOKENS, or switch thinking off on the server."
            )
        if self._reason == _FILTERED:
            raise GenerationError(
                f"{who} withheld its answer (content filter); ask in other words."
            )


class _Thought:
    """Leaves out what a model thinks before it answers, ``<think>...</think>``, where a server
    passes it on as text."""

    _OPENS, _CLOSES = "<think>", "</think>"

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._over = False

    def push(self, text: str) -> str:
        """The part of the text that is not thought, as far as that is certain."""
        if self._over or not text:
            return text
        self._held += text
        if not self._inside:
            begun = self._held.lstrip()
            if self._OPENS.startswith(begun[: len(self._OPENS)]):
                if len(begun) < len(self._OPENS):
                    return ""
                self._inside = True
            else:
                self._over = True
                return self._held
        _, closed, rest = self._held.partition(self._CLOSES)
        if not closed or not rest.strip():
            return ""
        self._over = True
        return rest.lstrip()

    def flush(self) -> str:
        """What was held back and is no thought, once the stream has ended."""
        return "" if self._over or self._inside else self._held
