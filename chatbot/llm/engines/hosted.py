"""Models on servers elsewhere, through a client of LangChain's.

What the client raises becomes a sentence here, and a try that failed before the first word is
repeated with growing pauses.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field
from tenacity import (
    AsyncRetrying,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from chatbot.errors import ChatbotError, GenerationError, ModelUnavailableError, reason_of
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.protocol import StopFilter
from chatbot.settings import Settings

_Chunks = AsyncGenerator[ChatGenerationChunk, None]

# Tokens in a text without the server's tokenizer: few tokenizers need more than this for prose.
_CHARS_PER_TOKEN = 3
# Stop strings that servers take at most (OpenAI, Text Generation Inference).
_MOST_STOPS = 4


@dataclass(frozen=True)
class Failure:
    """What an exception of a client means: the HTTP status of the answer, or why there is none."""

    status: int | None = None
    kind: Literal["timeout", "unreachable", "other"] = "other"

    @property
    def may_pass(self) -> bool:
        """Whether the same request may work in a moment."""
        if self.status is not None:
            return self.status in {408, 409, 429} or self.status >= 500
        return self.kind != "other"


class HostedChatModel(BaseChatModel):
    """A LangChain chat model whose failures are sentences."""

    inner: BaseChatModel = Field(exclude=True)
    failure_of: Callable[[BaseException], Failure] = Field(exclude=True)
    model_name: str
    place: str
    context: int
    max_tokens: int = 160
    retries: int = 2
    pause: float = 0.5

    @property
    def _llm_type(self) -> str:
        return "peregrine-hosted"

    def get_num_tokens(self, text: str) -> int:
        """An estimate, on the safe side for prose."""
        return len(text) // _CHARS_PER_TOKEN + 1

    def render(self, messages: Sequence[BaseMessage]) -> str:
        """About what the server's model gets; its own template is not known here."""
        return "\n".join(str(message.text) for message in messages)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        stops = _Stops(stop)

        def begin() -> tuple[ChatGenerationChunk | None, Iterator[ChatGenerationChunk]]:
            chunks = self.inner._stream(messages, stops.told, run_manager, **self._options(kwargs))
            return next(chunks, None), chunks

        try:
            chunk, rest = Retrying(**self._policy())(begin)
            while chunk is not None:
                yield stops.cut(chunk)
                chunk = None if stops.reached else next(rest, None)
            yield from stops.held()
        except Exception as exc:  # each client has its own, which ``failure_of`` knows
            raise self._explain(exc) from exc

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        stops = _Stops(stop)

        async def begin() -> tuple[ChatGenerationChunk | None, _Chunks]:
            options = self._options(kwargs)
            found = self.inner._astream(messages, stops.told, run_manager, **options)
            chunks = cast(_Chunks, found)
            return await anext(chunks, None), chunks

        try:
            chunk: ChatGenerationChunk | None
            rest: _Chunks
            chunk, rest = await AsyncRetrying(**self._policy())(begin)
            async with aclosing(rest):  # leaving closes the connection
                while chunk is not None:
                    yield stops.cut(chunk)
                    chunk = None if stops.reached else await anext(rest, None)
            for chunk in stops.held():
                yield chunk
        except Exception as exc:
            raise self._explain(exc) from exc

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _options(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"max_tokens": self.max_tokens, "temperature": 0.0} | kwargs

    def _policy(self) -> dict[str, Any]:
        return {
            "stop": stop_after_attempt(self.retries + 1),
            "wait": wait_exponential_jitter(initial=self.pause, max=20),
            "retry": retry_if_exception(lambda exc: self.failure_of(exc).may_pass),
            "reraise": True,
        }

    def _explain(self, exc: Exception) -> ChatbotError:
        if isinstance(exc, ChatbotError):
            return exc
        return _sentence(exc, self.failure_of(exc), self.model_name, self.place)


class _Stops:
    """The stop strings of an answer: the first ones are ``told`` to the server, and its chunks are
    cut here at the others."""

    def __init__(self, stop: Sequence[str] | None) -> None:
        self.told = list(stop[:_MOST_STOPS]) if stop else None
        self._filter = StopFilter((stop or ())[_MOST_STOPS:])

    @property
    def reached(self) -> bool:
        """Whether one of the others came: nothing behind it counts."""
        return self._filter.stopped

    def cut(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """The chunk with as much text as is certain now."""
        text = self._filter.push(chunk.text)
        if text == chunk.text and not self.reached:
            return chunk
        ends = {"finish_reason": "stop"} if self.reached else {}
        said = chunk.message.response_metadata | ends
        message = chunk.message.model_copy(update={"content": text, "response_metadata": said})
        info = (chunk.generation_info or {}) | ends
        return ChatGenerationChunk(message=message, generation_info=info)

    def held(self) -> Iterator[ChatGenerationChunk]:
        """What was held back at the end of the stream, if anything was."""
        if text := self._filter.flush():
            yield ChatGenerationChunk(message=AIMessageChunk(content=text))


def hosted_model(
    inner: BaseChatModel,
    failure_of: Callable[[BaseException], Failure],
    entry: LLMEntry,
    settings: Settings,
    model: str,
    place: str,
) -> HostedChatModel:
    """The chat model of a hosted catalogue entry over LangChain's client ``inner``; ``place`` is
    where ``model`` runs, for people, and ``failure_of`` reads the exceptions of its client."""
    return HostedChatModel(
        inner=inner,
        failure_of=failure_of,
        model_name=f"{entry.name}: {model}",
        place=place,
        context=entry.context,
        max_tokens=settings.answer_tokens,
        retries=settings.server_retries,
    )


def _sentence(exc: Exception, failure: Failure, model: str, place: str) -> ChatbotError:
    status = failure.status
    who = f"The model '{model}' at {place}"
    if status in {401, 403}:
        return ModelUnavailableError(f"{who} refuses the key; correct it in the settings.")
    if status == 404:
        return ModelUnavailableError(f"{who} does not exist; check its name and the address.")
    if status == 429:
        return GenerationError(f"{who} is asked too often or its quota is spent; ask again later.")
    if status == 400 and "context" in str(exc).lower():
        return GenerationError(f"The conversation is too long for '{model}'; start a new one.")
    if status is not None:
        return GenerationError(f"{who} failed (HTTP {status}); ask again in a moment.")
    if failure.kind == "timeout":
        return GenerationError(f"{who} did not answer in time; ask again in a moment.")
    if failure.kind == "unreachable":
        return GenerationError(f"{who} cannot be reached; check that the server is running.")
    return GenerationError(f"{who} failed ({reason_of(exc)}); ask again.")
