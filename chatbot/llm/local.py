"""LangChain's chat model over an engine of ours: streaming, stop strings, cancellation."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from chatbot.errors import GenerationError
from chatbot.llm.catalogue import LLMEntry
from chatbot.llm.engines.protocol import STOPPED, Engine, FinishReason, GenerationRequest, Piece
from chatbot.llm.quoting import ROOM, answer_of, quotes_in
from chatbot.llm.stopping import new_cancel
from chatbot.llm.templates import chat_template
from chatbot.settings import Settings


class LocalChatModel(BaseChatModel):
    """A model on this machine.

    ``stop_strings`` are the model's own; those of a call are added. ``context`` is in tokens.
    Of one that ``quotes`` what its answer rests on before it answers, the answer is passed on.
    Cancelling the task of ``astream``, or closing the iterator of ``stream``, stops the model
    within a token.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Any = Field(exclude=True)
    model_name: str
    template: str
    stop_strings: tuple[str, ...] = ()
    context: int | None = None
    max_tokens: int = 160
    temperature: float = 0.0
    quotes: bool = False

    @property
    def _llm_type(self) -> str:
        return "peregrine-local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "engine": self._engine.name}

    @property
    def _engine(self) -> Engine:
        engine: Engine = self.engine
        return engine

    def render(self, messages: Sequence[BaseMessage]) -> str:
        """The exact text that the model gets."""
        return chat_template(self.template)(messages)

    def get_num_tokens(self, text: str) -> int:
        """Tokens of ``text`` by the model's own tokenizer."""
        return self._engine.count_tokens(text)

    def probability(self, messages: Sequence[BaseMessage], text: str, behind: str = "") -> float:
        """How probable it is, from 0 to 1, that the model's reply goes on with the first token of
        ``text`` ``behind`` what it began with.

        Raises:
            QuestionError: the messages do not fit into the context.
            GenerationError: the model failed.
        """
        request = self._request(list(messages), None, begins=behind)
        return self._engine.probability(request, text, new_cancel())

    def quote(self, messages: Sequence[BaseMessage], avoid: str = "") -> str:
        """What the model's reply rests on, as it writes it before its answer: lines behind ">" and
        an empty one; empty of a model that does not quote, and where its reply begins otherwise.
        It does not begin with the first token of ``avoid``. With that the reply ``begins``.

        Raises:
            QuestionError: the messages do not fit into the context.
            GenerationError: the model failed, or was stopped.
        """
        if not self.quotes:
            return ""
        request = self._request(list(messages), None, avoid=avoid, max_tokens=ROOM)
        return quotes_in(_uncancelled(self._engine.stream(request, new_cancel())))

    def _request(
        self, messages: list[BaseMessage], stop: list[str] | None, **kwargs: Any
    ) -> GenerationRequest:
        return GenerationRequest(
            prompt=self.render(messages) + str(kwargs.get("begins", "")),
            max_new_tokens=int(kwargs.get("max_tokens") or self.max_tokens),
            stop=(*self.stop_strings, *(stop or ())),
            temperature=float(kwargs.get("temperature", self.temperature)),
            context=self.context,
            avoid=str(kwargs.get("avoid", "")),
        )

    def _pieces(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        if not self.quotes:
            yield from self._engine.stream(request, cancel)
            return
        # What a stop string of the answer is may well stand in a quote.
        most = request.max_new_tokens
        whole = replace(request, stop=self.stop_strings, max_new_tokens=most + ROOM)
        yield from answer_of(self._engine.stream(whole, cancel), request.stop, most)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, **kwargs)
        for piece in self._pieces(request, new_cancel()):
            chunk = self._chunk(piece)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        request = self._request(messages, stop, **kwargs)
        async for piece in _in_thread(self._pieces, request):
            chunk = self._chunk(piece)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _chunk(self, piece: Piece) -> ChatGenerationChunk:
        if piece.finish_reason is None:
            return ChatGenerationChunk(message=AIMessageChunk(content=piece.text))
        usage = UsageMetadata(
            input_tokens=piece.prompt_tokens,
            output_tokens=piece.tokens,
            total_tokens=piece.prompt_tokens + piece.tokens,
        )
        reason: FinishReason = piece.finish_reason
        message = AIMessageChunk(
            content=piece.text,
            usage_metadata=usage,
            response_metadata={"finish_reason": reason, "model_name": self.model_name},
        )
        return ChatGenerationChunk(message=message, generation_info={"finish_reason": reason})

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "peregrine"
        params["ls_model_name"] = kwargs.get("model", self.model_name)
        return params


def local_model(engine: Engine, entry: LLMEntry, settings: Settings) -> LocalChatModel:
    """The chat model of a catalogue entry that ``engine`` runs."""
    return LocalChatModel(
        engine=engine,
        model_name=entry.name,
        template=entry.template,
        stop_strings=entry.stop,
        context=entry.context,
        max_tokens=settings.answer_tokens,
        quotes=entry.quotes,
    )


def _uncancelled(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces of what nobody stopped.

    Raises:
        GenerationError: it was stopped.
    """
    for piece in pieces:
        if piece.finish_reason == "cancelled":
            raise GenerationError(STOPPED)
        yield piece


async def _in_thread(
    stream: Callable[[GenerationRequest, threading.Event], Iterator[Piece]],
    request: GenerationRequest,
) -> AsyncIterator[Piece]:
    """Run a blocking stream in a thread of its own; leaving the loop cancels it."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[Piece | BaseException | None] = asyncio.Queue()
    cancel = threading.Event()

    def hand_over(item: Piece | BaseException | None) -> None:
        # The loop may be closed by the time a cancelled model stops.
        if not loop.is_closed():
            loop.call_soon_threadsafe(pieces.put_nowait, item)

    def run() -> None:
        try:
            for piece in stream(request, cancel):
                hand_over(piece)
            hand_over(None)
        except BaseException as exc:  # handed to whoever waits
            hand_over(exc)

    threading.Thread(target=run, name="generation", daemon=True).start()
    try:
        while (item := await pieces.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        cancel.set()
