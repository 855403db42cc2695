"""Models on servers elsewhere, through a client of LangChain's.

What the client raises becomes a sentence here, and a try that failed before the first word is
repeated with growing pauses, or with the pause that the server asks for.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from chatbot.errors import ChatbotError, GenerationError, ModelUnavailableError, reason_of
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.written import Written
from chatbot.settings import Settings

_Chunks = AsyncGenerator[ChatGenerationChunk, None]

# Bytes of UTF-8 in a text without the server's tokenizer: few tokenizers need more tokens than one
# for three letters of Latin prose, or for one character of scripts without blanks.
_BYTES_PER_TOKEN = 3
# Seconds that are waited for a server which says how long; one that wants more is not asked again.
_MOST_PAUSE = 20.0
# Options that some models refuse, and what takes their place.
_INSTEAD = {"temperature": None, "stop": None, "max_tokens": "max_completion_tokens"}
# What servers say of a request that is too long for the model.
_TOO_LONG = re.compile(
    r"context|tokens`? must be|maximum (?:input|prompt|sequence|model)|reduce (?:the|your)|"
    r"token count\b.{0,20} exceeds|"
    r"(?:prompt|input|request|conversation|messages?)\b.{0,40}\btoo (?:long|large)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Failure:
    """What an exception of a client means: the HTTP status of the answer, or why there is none.

    ``said`` is the server's own sentence, ``option`` that of the request which it does not take,
    ``pause`` how many seconds it wants to be left alone.
    """

    status: int | None = None
    kind: Literal["timeout", "unreachable", "other"] = "other"
    said: str = ""
    option: str = ""
    pause: float = 0.0

    @property
    def may_pass(self) -> bool:
        """Whether the same request may work in a moment."""
        if self.pause > _MOST_PAUSE:
            return False
        if self.status is not None:
            return self.status in {408, 409, 429} or self.status >= 500
        return self.kind != "other"


def failure_of_answer(
    status: int | None, body: object, headers: Mapping[str, str] | None = None
) -> Failure:
    """What a server means that answers ``status`` with ``body``, which is text or parsed JSON; one
    inside a stream has its status in the body, if at all."""
    inner = body[0] if isinstance(body, list) and body else body  # Gemini's
    inner = inner.get("error", inner) if isinstance(inner, Mapping) else inner
    said, option = inner if isinstance(inner, str) else "", ""
    if isinstance(inner, Mapping):
        code = inner.get("code")
        status = code if status is None and isinstance(code, int) and 400 <= code < 600 else status
        said = str(inner.get("message") or inner.get("detail") or (inner or ""))
        option = str(inner.get("param") or "")
    if said.lstrip().startswith("<"):  # the page of a proxy
        said = ""
    pause = (headers or {}).get("retry-after", "")
    return Failure(
        status, said=said, option=option, pause=float(pause) if pause.isdecimal() else 0.0
    )


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
    _refused: set[str] = PrivateAttr(default_factory=set)

    @property
    def _llm_type(self) -> str:
        return "peregrine-hosted"

    def get_num_tokens(self, text: str) -> int:
        """An estimate, on the safe side for prose."""
        return len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN + 1

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
        written, asked = Written(stop), {"max_tokens": self.max_tokens, "temperature": 0.0} | kwargs

        def begin() -> tuple[list[ChatGenerationChunk], Iterator[ChatGenerationChunk]]:
            while True:
                options = self._options(asked, written.told)
                chunks = self.inner._stream(messages, run_manager=run_manager, **options)
                first: list[ChatGenerationChunk] = []
                try:
                    for chunk in chunks:
                        first.append(chunk)
                        if chunk.text:
                            break
                except Exception as exc:
                    if not self._leaves_out(exc, options):
                        raise
                else:
                    return first, chunks

        try:
            first, rest = Retrying(**self._policy())(begin)
            for chunk in first:
                yield written.cut(chunk)
            while not written.reached and (more := next(rest, None)) is not None:
                yield written.cut(more)
            yield from written.end(self._who, asked["max_tokens"], "max_tokens" in kwargs)
        except Exception as exc:  # each client has its own, which ``failure_of`` knows
            raise self._explain(exc) from exc

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        written, asked = Written(stop), {"max_tokens": self.max_tokens, "temperature": 0.0} | kwargs

        async def begin() -> tuple[list[ChatGenerationChunk], _Chunks]:
            while True:
                options = self._options(asked, written.told)
                found = self.inner._astream(messages, run_manager=run_manager, **options)
                chunks, first = cast(_Chunks, found), list[ChatGenerationChunk]()
                try:
                    async for chunk in chunks:
                        first.append(chunk)
                        if chunk.text:
                            break
                except Exception as exc:
                    if not self._leaves_out(exc, options):
                        raise
                else:
                    return first, chunks

        try:
            first: list[ChatGenerationChunk]
            rest: _Chunks
            begun: ChatGenerationChunk
            more: ChatGenerationChunk | None
            first, rest = await AsyncRetrying(**self._policy())(begin)
            async with aclosing(rest):  # leaving closes the connection
                for begun in first:
                    yield written.cut(begun)
                more = None if written.reached else await anext(rest, None)
                while more is not None:
                    yield written.cut(more)
                    more = None if written.reached else await anext(rest, None)
            for last in written.end(self._who, asked["max_tokens"], "max_tokens" in kwargs):
                yield last
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

    @property
    def _who(self) -> str:
        return f"The model '{self.model_name}' at {self.place}"

    def _options(self, asked: dict[str, Any], told: list[str] | None) -> dict[str, Any]:
        """The options of a request, without those that the server has refused."""
        options = asked | {"stop": told}
        for name in self._refused & options.keys():
            value, instead = options.pop(name), _INSTEAD[name]
            options |= {instead: value} if instead else {}
        return options

    def _leaves_out(self, exc: Exception, options: dict[str, Any]) -> bool:
        """Whether the request can be made without what it was refused for; from then on it is."""
        failure = self.failure_of(exc)
        option = failure.option
        if option not in _INSTEAD or options.get(option) is None:
            return False
        # That this once there is no room for so many tokens, or no time, is no refusal for good.
        if failure.may_pass or _TOO_LONG.search(failure.said):
            return False
        self._refused.add(option)
        return True

    def _policy(self) -> dict[str, Any]:
        growing = wait_exponential_jitter(initial=self.pause, max=_MOST_PAUSE)

        def wait(state: RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            asked = self.failure_of(failed).pause if failed else 0.0
            return max(asked, growing(state))

        return {
            "stop": stop_after_attempt(self.retries + 1),
            "wait": wait,
            "retry": retry_if_exception(lambda exc: self.failure_of(exc).may_pass),
            "reraise": True,
        }

    def _explain(self, exc: Exception) -> ChatbotError:
        if isinstance(exc, ChatbotError):
            return exc
        return _sentence(exc, self.failure_of(exc), self.model_name, self._who)


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


def _sentence(exc: Exception, failure: Failure, model: str, who: str) -> ChatbotError:
    status = failure.status
    said = failure.said or (reason_of(exc) if status is None else "")
    if status in {401, 403}:
        return ModelUnavailableError(f"{who} refuses the key; correct it in the settings.")
    if status == 404:
        return ModelUnavailableError(f"{who} does not exist; check its name and the address.")
    if status in {402, 429}:
        return GenerationError(f"{who} is asked too often or its quota is spent; ask again later.")
    if status == 413 or (status in {400, 422} and _TOO_LONG.search(said)):
        return GenerationError(f"The conversation is too long for '{model}'; start a new one.")
    if status is not None and status < 500 and not failure.may_pass:
        why = f" and says '{reason_of(ValueError(said))}'" if said else ""
        return GenerationError(
            f"{who} refuses the request (HTTP {status}){why}; correct the settings of the server "
            "or of the model."
        )
    if status is not None:
        why = f": {reason_of(ValueError(said))}" if said else ""
        return GenerationError(f"{who} failed (HTTP {status}{why}); ask again in a moment.")
    if failure.kind == "timeout":
        return GenerationError(f"{who} did not answer in time; ask again in a moment.")
    if failure.kind == "unreachable":
        return GenerationError(f"{who} cannot be reached; check that the server is running.")
    return GenerationError(f"{who} failed ({reason_of(ValueError(said))}); ask again.")
