"""Hugging Face Inference Providers, and endpoints with their API."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from chatbot.errors import ConfigurationError
from chatbot.files import parse_json
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.hosted import (
    Failure,
    HostedChatModel,
    failure_of_answer,
    hosted_model,
)
from chatbot.settings import Settings

LIBRARY = "langchain_huggingface"
AT_ONCE = 16


def load(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> HostedChatModel:
    """The chat model of a hosted catalogue entry; connects with the first question only.

    Raises:
        ConfigurationError: the model's name or the token is missing.
    """
    model = settings.hf_model
    token = settings.hf_token.get_secret_value() if settings.hf_token else None
    if not model:
        raise ConfigurationError("CHATBOT_HF_MODEL does not say which model is to answer.")
    hosted_by_url = model.startswith(("http://", "https://"))
    if not token and not hosted_by_url:
        raise ConfigurationError(
            "There is no token for Hugging Face Inference Providers; set CHATBOT_HF_TOKEN."
        )
    from langchain_huggingface import ChatHuggingFace, HuggingFaceEndpoint

    def connect() -> Any:
        return HuggingFaceEndpoint(
            model=model, huggingfacehub_api_token=token, timeout=int(settings.server_timeout)
        )

    endpoint = connect()
    endpoint.client = _Client(lambda: connect().client)
    endpoint.async_client = _AsyncClient(lambda: connect().async_client)
    place = model if hosted_by_url else "Hugging Face Inference Providers"
    inner = ChatHuggingFace(llm=endpoint, stream_usage=True)
    return hosted_model(inner, _failure, entry, settings, model, place)


class _Client:
    """A client of its own for each answer: one of huggingface_hub (1.33.0) keeps the response of
    every stream, with what was asked, until it is closed."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def chat_completion(self, **options: Any) -> Iterator[Any]:
        from huggingface_hub.errors import HfHubHTTPError

        with self._connect() as client:
            try:
                yield from map(_sound, client.chat_completion(**options))
            except HfHubHTTPError as exc:
                exc.response.read()  # what the server says, while it is connected
                raise


class _AsyncClient:
    """The same for answers that are awaited."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    async def chat_completion(self, **options: Any) -> AsyncIterator[Any]:
        return self._chunks(options)

    async def _chunks(self, options: dict[str, Any]) -> AsyncIterator[Any]:
        from huggingface_hub.errors import HfHubHTTPError

        async with self._connect() as client:
            try:
                async for chunk in await client.chat_completion(**options):
                    yield _sound(chunk)
            except HfHubHTTPError as exc:
                await exc.response.aread()  # what the server says, while it is connected
                raise


def _sound(chunk: Any) -> Any:
    """A chunk without the nulls that some servers send in the last one, and LangChain's client
    (langchain-huggingface 1.2.3) does not take."""
    chunk["choices"] = chunk.get("choices") or []
    if None in (usage := chunk.get("usage") or {}).values():
        chunk["usage"] = {name: count for name, count in usage.items() if count is not None}
    return chunk


def _failure(exc: BaseException) -> Failure:
    """Of huggingface_hub, and of httpx, whose exceptions reach us while an answer streams."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(exc, HfHubHTTPError | httpx.HTTPStatusError):
        return failure_of_answer(
            exc.response.status_code, _body(exc.response), exc.response.headers
        )
    if isinstance(exc, httpx.TimeoutException | TimeoutError):
        return Failure(kind="timeout")
    if isinstance(exc, httpx.TransportError | ConnectionError):
        return Failure(kind="unreachable")
    return Failure()


def _body(response: Any) -> object:
    """What an answer holds, as JSON or text; empty where it was not read."""
    import httpx

    try:
        return parse_json(response.content)
    except httpx.ResponseNotRead:
        return ""
    except ValueError:
        return response.text
