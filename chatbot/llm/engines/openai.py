"""OpenAI and servers with its API (vLLM, TGI, llama-server, Ollama), of the extra ``openai``."""

from typing import Any, cast
from urllib.parse import urlsplit

from chatbot.errors import ConfigurationError, ModelUnavailableError
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.hosted import (
    Failure,
    HostedChatModel,
    failure_of_answer,
    hosted_model,
)
from chatbot.settings import Settings

LIBRARY = "langchain_openai"
AT_ONCE = 16

# Whose newer models take ``max_completion_tokens`` only; many other servers do not know it, and
# would write without end.
_OPENAI = ("openai.com", "openai.azure.com")


def load(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> HostedChatModel:
    """The chat model of a hosted catalogue entry; connects with the first question only.

    Raises:
        ConfigurationError: the model's name or the key is missing.
        ModelUnavailableError: the client is not installed.
    """
    model, url = settings.openai_model, settings.openai_base_url
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    if not model:
        raise ConfigurationError("CHATBOT_OPENAI_MODEL does not say which model is to answer.")
    if not key and not url:
        raise ConfigurationError(
            "There is no key for OpenAI; set CHATBOT_OPENAI_API_KEY, or CHATBOT_OPENAI_BASE_URL "
            "for a server of your own."
        )
    try:
        from langchain_openai import ChatOpenAI
        from langchain_openai.chat_models.base import BaseChatOpenAI
    except ImportError as exc:
        raise ModelUnavailableError(
            "The client for OpenAI-compatible servers is not installed; run "
            "'pip install peregrine-chatbot[openai]'."
        ) from exc
    own = not _is_openai(url)
    inner = (BaseChatOpenAI if own else ChatOpenAI)(
        model=model,
        base_url=url,
        api_key=cast(Any, key or "none"),  # servers at home ask for none
        timeout=settings.server_timeout,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False if own else None,  # of OpenAI's own some have no other API
    )
    return hosted_model(inner, _failure, entry, settings, model, url or "OpenAI")


def _is_openai(url: str | None) -> bool:
    host = urlsplit(url).hostname or "" if url else _OPENAI[0]
    return host.endswith(_OPENAI)


def _failure(exc: BaseException) -> Failure:
    """Of the library openai, and of httpx2, whose exceptions reach us while an answer streams."""
    import httpx2
    import openai

    if isinstance(exc, openai.APIStatusError):
        return failure_of_answer(exc.status_code, exc.body, exc.response.headers)
    if isinstance(exc, openai.APIResponseValidationError):
        return Failure(exc.status_code)
    if isinstance(exc, openai.APITimeoutError | httpx2.TimeoutException | TimeoutError):
        return Failure(kind="timeout")
    if isinstance(exc, openai.APIConnectionError | httpx2.TransportError | ConnectionError):
        return Failure(kind="unreachable")
    if isinstance(exc, openai.APIError):  # as an event of a stream
        return failure_of_answer(None, exc.body)
    return Failure()
