"""The fast engine on CPU: OpenVINO GenAI with continuous batching and a prefix cache.

One thread owns the pipeline and steps it; every request has a queue of its own, so requests
share each step, and one that is cancelled or fails frees its place without touching the others.
"""

import itertools
import math
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.errors import GenerationError, ModelUnavailableError, reason_of
from chatbot.llm.adapters import Adapter
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.converted import mark_used, prepare_graph
from chatbot.llm.engines.pipeline import load_pipeline
from chatbot.llm.engines.protocol import (
    STOPPED,
    FinishReason,
    GenerationRequest,
    Piece,
    StopFilter,
    StreamDecoder,
)
from chatbot.llm.engines.resting import rest
from chatbot.llm.local import LocalChatModel, local_model
from chatbot.llm.mapped import drop_mapped
from chatbot.llm.tokens import TextTokens
from chatbot.settings import Settings

LIBRARY = "openvino_genai"
AT_ONCE = 8

# Seconds between two pieces of an answer, and at least between any two of all answers. Everything
# after the model (decoding, threads, LangChain, the page) costs by the piece, and on two cores it
# costs the model's time: with a piece for every token eight people together lost 45%.
_PIECE = 0.06
_PIECE_SHARED = 0.01

# Prompt-lookup decoding (A. Saxena, "Prompt Lookup Decoding", 2023): when the last tokens of an
# answer stand in its prompt too, so many that follow there are checked in one step. Answers copy
# from passages: a step then yields 3.6 tokens instead of one.
_GUESSES = 5
_NGRAM = 3


@dataclass
class _Running:
    """A request inside the worker; ``pieces`` carries (new token ids, done) or an exception.

    ``held`` are tokens that wait for the next piece, ``passed`` is when the last one was passed on
    (monotonic seconds), ``log_probs`` are those of all tokens, where the config asks for them.
    """

    prompt: list[int]
    config: Any
    cancel: threading.Event
    pieces: "queue.SimpleQueue[tuple[list[int], bool] | Exception]" = field(
        default_factory=queue.SimpleQueue
    )
    handle: Any = None
    held: list[int] = field(default_factory=list)
    passed: float | None = None
    log_probs: list[float] = field(default_factory=list)


def load(entry: LLMEntry, settings: Settings, adapter: Adapter | None) -> LocalChatModel:
    """The chat model of a catalogue entry; converts its weights where that was not done yet.

    Raises:
        ModelUnavailableError: weights or OpenVINO are missing, or do not load.
    """
    graph = prepare_graph(entry, settings, adapter)
    engine = OpenVINOEngine(graph, settings.kv_cache_gb)
    if not require_weights(entry, engine.name).is_dir():  # a person's own folder is not tidied
        mark_used(graph)
    return local_model(engine, entry, settings)


class OpenVINOEngine:
    """Runs a folder with OpenVINO's graph and a tokenizer, as :mod:`chatbot.llm.convert` makes it
    of a GGUF file."""

    name = "openvino"

    def __init__(self, folder: Path, cache_gb: int = 1) -> None:
        """Load the model.

        ``cache_gb`` bounds the keys and values of running requests and cached prefixes.

        Raises:
            ModelUnavailableError: openvino-genai is not installed, or the folder does not load.
        """
        try:
            import openvino_genai
        except ImportError as exc:
            raise ModelUnavailableError(
                "The openvino engine is not installed; run 'pip install openvino-genai' or set "
                "CHATBOT_ENGINE=transformers."
            ) from exc
        self._genai = openvino_genai
        try:
            self._tokens = TextTokens.load(folder)
            self._pipeline = load_pipeline(openvino_genai, folder, cache_gb)
        except Exception as exc:  # openvino raises RuntimeError with a long native trace
            raise ModelUnavailableError(
                f"The weights '{folder}' do not load ({reason_of(exc, -1)}); remove that folder, "
                "and it is made anew with the next start."
            ) from exc
        self._weights = folder / "openvino_model.bin"
        self._probes: dict[int, Any] = {}
        self._waiting: queue.SimpleQueue[_Running | None] = queue.SimpleQueue()
        self._door, self._closed = threading.Lock(), False
        self._worker = threading.Thread(target=self._work, name="openvino-engine", daemon=True)
        self._worker.start()

    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""
        prompt = self._tokens.encode(request.prompt)
        limit = request.room(len(prompt))
        try:
            begun = self._first(prompt, request, cancel) if request.avoid else []
            arriving: Iterable[tuple[list[int], bool]] = [(begun, True)]
            if not begun or len(begun) < limit:
                config = self._config(request, limit - len(begun))
                running = _Running([*prompt, *begun], config, cancel)
                self._submit(running)
                arriving = itertools.chain([(begun, False)], _arriving(running))
            yield from self._pieces(arriving, request.stop, limit, len(prompt), cancel)
        finally:
            cancel.set()

    def _submit(self, running: _Running) -> None:
        """Hand it to the worker, which nothing reaches behind the end of its work."""
        with self._door:
            if self._closed or not self._worker.is_alive():
                raise GenerationError("The model has been closed; restart the service.")
            self._waiting.put(running)

    def _first(
        self, prompt: list[int], request: GenerationRequest, cancel: threading.Event
    ) -> list[int]:
        """The first token of an answer that may not begin with what is to be avoided.

        It is generated by itself: what ends an answer cannot begin it, but a token that ends it
        would do so wherever the answer comes to it.
        """
        config = self._config(request, 1)
        config.min_new_tokens = 1
        config.stop_token_ids = {
            self._tokens.encode(request.avoid)[0],
            *(() if self._tokens.end is None else (self._tokens.end,)),
        }
        running = _Running(prompt, config, cancel)
        self._submit(running)
        return [token for new, _ in _arriving(running) for token in new]

    def probability(self, request: GenerationRequest, text: str, cancel: threading.Event) -> float:
        """See :class:`chatbot.llm.engines.protocol.Engine`.

        All tokens but one are forbidden as the first one; the logarithm that comes with the one
        that is left is still that among all of them.
        """
        prompt = self._tokens.encode(request.prompt)
        request.room(len(prompt))
        running = _Running(prompt, self._probe(self._tokens.encode(text)[0]), cancel)
        self._submit(running)
        for _ in _arriving(running):
            continue
        if not running.log_probs:
            raise GenerationError(STOPPED)
        return math.exp(min(0.0, running.log_probs[0]))

    def _probe(self, token: int) -> Any:
        """Generates ``token``, whatever the model would, with its logarithm of probability; made
        once, since the other tokens are some hundred thousand."""
        if token in self._probes:
            return self._probes[token]
        config = self._genai.GenerationConfig(max_new_tokens=1, min_new_tokens=1, logprobs=1)
        config.stop_token_ids = set(range(self._tokens.count)) - {token}
        config.apply_chat_template = False
        config.num_assistant_tokens, config.max_ngram_size = _GUESSES, _NGRAM
        self._probes[token] = config
        return config

    def _pieces(
        self,
        arriving: Iterable[tuple[list[int], bool]],
        stop: Sequence[str],
        limit: int,
        prompt_tokens: int,
        cancel: threading.Event,
    ) -> Iterator[Piece]:
        stops, decoder, count = StopFilter(stop), StreamDecoder(self._tokens.decode), 0
        for new, done in arriving:
            count += len(new)
            text = stops.push(decoder.push(new, last=done))
            if stops.stopped:
                cancel.set()
                yield Piece(text, count, "stop", prompt_tokens)
                return
            if done:
                text += stops.flush()
                reason: FinishReason = "length" if count >= limit else "stop"
                if cancel.is_set():
                    reason = "cancelled"
                yield Piece(text, count, reason, prompt_tokens)
            elif text:
                yield Piece(text, count)

    def count_tokens(self, text: str) -> int:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""
        return len(self._tokens.encode(text))

    def close(self) -> None:
        """See :class:`chatbot.llm.engines.protocol.Engine`."""
        with self._door:
            self._closed = True
            self._waiting.put(None)
        self._worker.join()

    def _config(self, request: GenerationRequest, limit: int) -> Any:
        config = self._genai.GenerationConfig(max_new_tokens=limit)
        if self._tokens.end is not None:
            config.set_eos_token_id(self._tokens.end)
        config.apply_chat_template = False
        config.do_sample = request.temperature > 0
        if config.do_sample:
            config.temperature = request.temperature
        config.num_assistant_tokens, config.max_ngram_size = _GUESSES, _NGRAM
        return config

    def _work(self) -> None:
        """The worker thread: admit, step, hand out tokens, until ``None`` arrives."""
        numbers = itertools.count()
        active: list[_Running] = []
        leaving = False  # a request's memory is free with the step after its last one
        copied = False  # OpenVINO copies the weights in the order that suits the processor
        while True:
            try:
                while True:  # with nothing to step, wait for the next request
                    arrived = self._waiting.get(block=not (active or leaving))
                    if arrived is None:
                        self._refuse(active)
                        return
                    self._admit(arrived, next(numbers), active)
            except queue.Empty:
                drop_mapped(self._weights)
            begun = time.monotonic()
            try:
                self._pipeline.step()
            except Exception as exc:  # a failed step says nothing about which request
                for running in active:
                    running.pieces.put(exc)
                    running.handle.cancel()
                active, leaving = [], False
                continue
            if not copied:
                copied = True
                drop_mapped(self._weights)
            pause = max(_PIECE, _PIECE_SHARED * len(active))
            before = [running.passed for running in active]
            still = [running for running in active if not self._deliver(running, pause)]
            passed = [running.passed for running in active]
            if resting := rest(time.monotonic() - begun, before, passed):
                time.sleep(resting)
            active, leaving = still, len(still) < len(active)

    def _refuse(self, active: list[_Running]) -> None:
        """End what is under way and what waits: the model is closed."""
        with suppress(queue.Empty):
            while True:
                if waiting := self._waiting.get_nowait():
                    active.append(waiting)
        for running in active:
            running.pieces.put(GenerationError("the model was closed"))

    def _admit(self, running: _Running, number: int, active: list[_Running]) -> None:
        from openvino import Tensor

        if running.cancel.is_set():  # while it waited: nothing of it is read
            running.pieces.put(([], True))
            return
        try:
            prompt = Tensor(np.array([running.prompt], dtype=np.int64))  # (1, length)
            running.handle = self._pipeline.add_request(number, prompt, running.config)
        except Exception as exc:
            running.pieces.put(exc)
            return
        active.append(running)

    def _deliver(self, running: _Running, pause: float) -> bool:
        """Pass new tokens on, every ``pause`` seconds; true when the request is over."""
        handle = running.handle
        while handle.can_read():
            for output in handle.read().values():
                running.held += output.generated_ids
                running.log_probs += output.generated_log_probs
        if running.cancel.is_set():
            handle.cancel()
        status, states = handle.get_status(), self._genai.GenerationStatus
        if status == states.IGNORED:
            running.pieces.put(GenerationError("the conversation does not fit into its memory"))
            return True
        over = status != states.RUNNING or running.cancel.is_set()
        now = time.monotonic()
        waited = running.passed is None or now - running.passed >= pause
        if over or (running.held and waited):
            running.pieces.put((running.held, over))
            running.held, running.passed = [], now
        return over


def _arriving(running: _Running) -> Iterator[tuple[list[int], bool]]:
    """(new tokens, whether they are the last) of a request, as the worker hands them out.

    Raises:
        GenerationError: the model failed.
    """
    done = False
    while not done:
        item = running.pieces.get()
        if isinstance(item, Exception):
            raise GenerationError(
                f"The model failed while answering ({reason_of(item, -1)}); ask again."
            ) from item
        yield item
        done = item[1]
