"""Models on servers elsewhere: OpenAI-compatible ones and Hugging Face Inference Providers.

Both clients are LangChain's; what they raise becomes a sentence here, and a try that failed
before the first word is repeated with growing pauses.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field
from tenacity import (
    AsyncRetrying,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from chatbot.errors import ChatbotError, ConfigurationError, GenerationError, ModelUnavailableError
from chatbot.llm.catalogue import LLMEntry

_Chunks = AsyncGenerator[ChatGenerationChunk, None]

# Tokens in a text without the server's tokenizer: few tokenizers need more than this for prose.
_CHARS_PER_TOKEN = 3


@dataclass(frozen=True)
class Server:
    """Which server, and how patient to be; ``timeout`` in seconds for a connection or a chunk."""

    url: str | None
    model: str | None
    key: str | None
    timeout: float = 60.0
    retries: int = 2


class HostedChatModel(BaseChatModel):
    """A LangChain chat model whose failures are sentences."""

    inner: BaseChatModel = Field(exclude=True)
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
        def begin() -> tuple[ChatGenerationChunk | None, Iterator[ChatGenerationChunk]]:
            chunks = self.inner._stream(messages, stop, run_manager, **self._options(kwargs))
            return next(chunks, None), chunks

        try:
            first, rest = Retrying(**self._policy())(begin)
            if first is not None:
                yield first
                yield from rest
        except Exception as exc:  # openai, httpx, aiohttp and huggingface_hub have their own
            raise self._explain(exc) from exc

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async def begin() -> tuple[ChatGenerationChunk | None, _Chunks]:
            options = self._options(kwargs)
            chunks = cast(_Chunks, self.inner._astream(messages, stop, run_manager, **options))
            return await anext(chunks, None), chunks

        try:
            first: ChatGenerationChunk | None
            rest: _Chunks
            first, rest = await AsyncRetrying(**self._policy())(begin)
            async with aclosing(rest):  # leaving closes the connection
                if first is not None:
                    yield first
                    async for chunk in rest:
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
            "retry": retry_if_exception(_may_pass),
            "reraise": True,
        }

    def _explain(self, exc: Exception) -> ChatbotError:
        if isinstance(exc, ChatbotError):
            return exc
        return _sentence(exc, self.model_name, self.place)


def load_hosted(entry: LLMEntry, server: Server, max_tokens: int) -> HostedChatModel:
    """The chat model of a hosted catalogue entry; connects with the first question only.

    Raises:
        ConfigurationError: a model's name or a key is missing.
        ModelUnavailableError: the client is not installed.
    """
    build = _openai if entry.engines[0] == "openai" else _huggingface
    inner, place = build(server)
    return HostedChatModel(
        inner=inner,
        model_name=f"{entry.name}: {server.model}",
        place=place,
        context=entry.context,
        max_tokens=max_tokens,
        retries=server.retries,
    )


def _openai(server: Server) -> tuple[BaseChatModel, str]:
    if not server.model:
        raise ConfigurationError("CHATBOT_OPENAI_MODEL does not say which model is to answer.")
    if not server.key and not server.url:
        raise ConfigurationError(
            "There is no key for OpenAI; set CHATBOT_OPENAI_API_KEY, or CHATBOT_OPENAI_BASE_URL "
            "for a server of your own."
        )
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as exc:
        raise ModelUnavailableError(
            "The client for OpenAI-compatible servers is not installed; run "
            "'pip install peregrine-chatbot[openai]'."
        ) from exc
    inner = ChatOpenAI(
        model=server.model,
        base_url=server.url,
        api_key=cast(Any, server.key or "none"),  # servers at home ask for none
        timeout=server.timeout,
        max_retries=0,
        stream_usage=True,
    )
    return inner, server.url or "OpenAI"


def _huggingface(server: Server) -> tuple[BaseChatModel, str]:
    if not server.model:
        raise ConfigurationError("CHATBOT_HF_MODEL does not say which model is to answer.")
    hosted_by_url = server.model.startswith(("http://", "https://"))
    if not server.key and not hosted_by_url:
        raise ConfigurationError(
            "There is no token for Hugging Face Inference Providers; set CHATBOT_HF_TOKEN."
        )
    from langchain_huggingface import ChatHuggingFace, HuggingFaceEndpoint

    llm = HuggingFaceEndpoint(
        model=server.model,
        huggingfacehub_api_token=server.key,
        timeout=int(server.timeout),
    )
    place = server.model if hosted_by_url else "Hugging Face Inference Providers"
    return ChatHuggingFace(llm=llm, stream_usage=True), place


def _status(exc: BaseException) -> int | None:
    """The HTTP status behind an error of any client."""
    for holder in (exc, getattr(exc, "response", None)):
        for name in ("status_code", "status"):
            status = getattr(holder, name, None)
            if isinstance(status, int):
                return status
    return None


def _family(exc: BaseException) -> set[str]:
    return {cls.__name__ for cls in type(exc).__mro__}


def _timed_out(exc: BaseException) -> bool:
    names = {"TimeoutError", "TimeoutException", "APITimeoutError", "InferenceTimeoutError"}
    return bool(_family(exc) & names)


def _unreachable(exc: BaseException) -> bool:
    names = {"APIConnectionError", "TransportError", "ClientConnectionError", "ConnectionError"}
    return bool(_family(exc) & names)


def _may_pass(exc: BaseException) -> bool:
    """Whether the same request may work in a moment."""
    status = _status(exc)
    if status is not None:
        return status in {408, 409, 429} or status >= 500
    return _timed_out(exc) or _unreachable(exc)


def _sentence(exc: Exception, model: str, place: str) -> ChatbotError:
    status = _status(exc)
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
    if _timed_out(exc):
        return GenerationError(f"{who} did not answer in time; ask again in a moment.")
    if _unreachable(exc):
        return GenerationError(f"{who} cannot be reached; check that the server is running.")
    first = (str(exc).strip() or type(exc).__name__).splitlines()[0][:200]
    return GenerationError(f"{who} failed ({first.rstrip('.')}); ask again.")
